"""Writes metrics.json: scores of the pairs that sessions/metrics.rs makes, from programs other than Kvant.

    python3 metrics.py PAIRS SSIMULACRA2 BUTTERAUGLI_MAIN LIBJXL_VERSION > metrics.json

PAIRS is the folder that the test leaves (target/tmp/sessions/metrics), the programs are libjxl's ssimulacra2 and
butteraugli_main. PSNR and MS-SSIM are computed here, in double precision, after their definitions: needs NumPy and SciPy.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
import scipy
from scipy.signal import convolve2d

# Two to five times the largest difference seen: SSIMULACRA2 0.013, Butteraugli's 3-norm 5e-6 and maximum 1.5e-4 (libjxl
# converts colours and blurs with other roundings), MS-SSIM 6e-8 (single precision), PSNR 4e-15.
TOLERANCES = {
    "psnr_y": 1e-11,
    "psnr_rgb": 1e-11,
    "ms_ssim": 2e-7,
    "ssimulacra2": 0.03,
    "butteraugli_3norm": 2.5e-5,
    "butteraugli_max": 5e-4,
}


def read_ppm(path):
    """A binary PPM of 8 bits without comments, as doubles."""
    data = path.read_bytes()
    # One white space ends the header; the pixels may begin with others.
    magic, width, height, depth = data.split(maxsplit=4)[:4]
    pixels = data[len(data) - int(width) * int(height) * 3 :]
    assert (magic, depth) == (b"P6", b"255")
    return np.frombuffer(pixels, np.uint8).reshape(int(height), int(width), 3).astype(float)


def luma(rgb):
    return rgb @ [0.299, 0.587, 0.114]


def psnr(a, b):
    return 10 * np.log10(255**2 / np.mean((a - b) ** 2))


def ms_ssim(x, y):
    """Wang, Simoncelli and Bovik 2003: five scales, 11x11 Gaussian of sigma 1.5, valid positions only."""
    t = np.arange(11) - 5
    window = np.exp(-(t[:, None] ** 2 + t[None, :] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    mean = lambda v: convolve2d(v, window, mode="valid")
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    product = 1.0
    weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
    for scale, weight in enumerate(weights):
        mx, my = mean(x), mean(y)
        vx, vy, cov = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
        term = (2 * cov + c2) / (vx + vy + c2)
        if scale == len(weights) - 1:
            term = term * (2 * mx * my + c1) / (mx**2 + my**2 + c1)
        product *= max(term.mean(), 0) ** weight
        x, y = halved(x), halved(y)
    return product


def halved(v):
    """2x2 means; an odd last row or column is repeated."""
    v = np.pad(v, [(0, n % 2) for n in v.shape], mode="edge")
    return (v[::2, ::2] + v[1::2, ::2] + v[::2, 1::2] + v[1::2, 1::2]) / 4


def main(folder, ssimulacra2, butteraugli, version):
    run = lambda *command: subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pairs = {}
    for path in sorted(pathlib.Path(folder).glob("*-0.ppm")):
        files = [path, path.with_name(path.name.replace("-0.ppm", "-1.ppm"))]
        a, b = map(read_ppm, files)
        y = [luma(a), luma(b)]
        maximum, norm = run(butteraugli, *files).splitlines()[:2]
        scores = {
            "butteraugli_3norm": float(norm.split()[-1]),
            "butteraugli_max": float(maximum),
            "psnr_rgb": psnr(a, b),
            "psnr_y": psnr(*y),
            "ssimulacra2": float(run(ssimulacra2, *files)),
        }
        if min(a.shape[:2]) >= 176:
            scores["ms_ssim"] = ms_ssim(*y)
        pairs[path.name.removesuffix("-0.ppm")] = scores
    sources = {
        "ssimulacra2": f"ssimulacra2 of libjxl {version}",
        "butteraugli_3norm, butteraugli_max": f"butteraugli_main of libjxl {version}, its defaults (80 nits)",
        "psnr_y, psnr_rgb, ms_ssim": f"metrics.py, NumPy {np.__version__}, SciPy {scipy.__version__}",
    }
    document = {"sources": sources, "tolerances": TOLERANCES, "pairs": pairs}
    print(json.dumps(document, indent=2, sort_keys=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
