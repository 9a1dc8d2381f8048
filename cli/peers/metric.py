#!/usr/bin/env python3
"""Quality metrics of other projects as a program.

    metric.py score METRIC reference.png distorted.png
    metric.py version METRIC

Prints `kvant-score: X`. VMAF and XPSNR come from ffmpeg: the one on the PATH, or that of the package imageio-ffmpeg. The others
are Python packages. Pictures are of 8 bits, in sRGB.
"""

import argparse
import re
import shutil
import subprocess
import sys


class Ffmpeg:
    """A filter of ffmpeg that compares two pictures, in YCbCr of BT.709 with chroma at every fourth pixel, as video has it."""

    def __init__(self, filter_name, options, pattern):
        self.filter_name, self.options, self.pattern = filter_name, options, pattern

    def program(self):
        """The first ffmpeg that has the filter."""
        found = [shutil.which("ffmpeg")]
        try:
            import imageio_ffmpeg

            found.append(imageio_ffmpeg.get_ffmpeg_exe())
        except ImportError:
            pass
        for program in filter(None, found):
            filters = subprocess.run([program, "-hide_banner", "-filters"], capture_output=True, text=True).stdout
            if re.search(rf"\s{self.filter_name}\s", filters):
                return program
        sys.exit(f"no ffmpeg with the filter {self.filter_name}; the Python package imageio-ffmpeg has one")

    def version(self):
        first = subprocess.run([self.program(), "-version"], capture_output=True, text=True).stdout.split("\n")[0]
        return f"{first.split(' Copyright')[0]}, {self.filter_name}"

    def score(self, reference, distorted):
        planes = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
        graph = f"[0:v]{planes}[d];[1:v]{planes}[r];[d][r]{self.filter_name}{self.options}"
        command = [self.program(), "-nostdin", "-hide_banner", "-threads", "1", "-i", distorted, "-i", reference]
        ended = subprocess.run([*command, "-lavfi", graph, "-f", "null", "-"], capture_output=True, text=True)
        found = re.findall(self.pattern, ended.stderr)
        if ended.returncode != 0 or not found:
            sys.exit(f"{self.filter_name} failed: {ended.stderr.strip().splitlines()[-1]}")
        return float(found[-1])


class SkImage:
    """A metric of scikit-image, on pixels as NumPy has them."""

    def __init__(self, compute):
        self.compute = compute

    def version(self):
        import skimage

        return f"scikit-image {skimage.__version__}"

    def score(self, reference, distorted):
        return self.compute(pixels(reference), pixels(distorted))


class Torch:
    """A metric of a package on PyTorch, on pixels from 0 to 1; `prepare` imports the package and makes the metric."""

    def __init__(self, package, prepare):
        self.package, self.prepare = package, prepare

    def version(self):
        import importlib.metadata

        self.metric()
        return f"{self.package} {importlib.metadata.version(self.package)}, torch {importlib.metadata.version('torch')}"

    def metric(self):
        import torch

        torch.set_num_threads(1)
        try:
            return self.prepare()
        except OSError as error:
            sys.exit(f"the weights of {self.package} are not here and cannot be fetched: {error}")

    def score(self, reference, distorted):
        import torch

        compute = self.metric()
        tensors = [torch.from_numpy(pixels(path)).permute(2, 0, 1).unsqueeze(0) / 255 for path in (reference, distorted)]
        with torch.no_grad():
            return float(compute(*tensors))


def pixels(path):
    from PIL import Image
    import numpy

    return numpy.array(Image.open(path).convert("RGB"))


def ssim(reference, distorted):
    """Wang, Bovik, Sheikh and Simoncelli 2004: a Gaussian window of sigma 1.5, the luma of BT.601."""
    from skimage.metrics import structural_similarity
    import numpy

    luma = [picture @ numpy.array([0.299, 0.587, 0.114]) for picture in (reference, distorted)]
    return structural_similarity(
        *luma, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )


def ciede2000(reference, distorted):
    """The mean over the pixels."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    return deltaE_ciede2000(rgb2lab(reference), rgb2lab(distorted)).mean()


def lpips():
    import lpips as package

    network = package.LPIPS(net="alex", verbose=False)
    return lambda a, b: network(a, b, normalize=True)


def dists():
    from piq import DISTS

    return DISTS()


def iw_ssim():
    from piq import information_weighted_ssim

    return lambda a, b: information_weighted_ssim(a, b, data_range=1.0)


METRICS = {
    "vmaf": Ffmpeg("libvmaf", "=n_threads=1", r"VMAF score: ([\d.]+)"),
    "xpsnr": Ffmpeg("xpsnr", "", r"XPSNR\s+y: ([\d.]+|inf)"),
    "ssim": SkImage(ssim),
    "ciede2000": SkImage(ciede2000),
    "lpips": Torch("lpips", lpips),
    "dists": Torch("piq", dists),
    "iw_ssim": Torch("piq", iw_ssim),
}


def main():
    parser = argparse.ArgumentParser(description="Quality metrics of other projects as a program.")
    commands = parser.add_subparsers(dest="command", required=True)
    score = commands.add_parser("score")
    for command in score, commands.add_parser("version"):
        command.add_argument("metric", choices=METRICS)
    score.add_argument("reference")
    score.add_argument("distorted")
    options = parser.parse_args()
    metric = METRICS[options.metric]
    if options.command == "version":
        print(metric.version())
    else:
        print(f"kvant-score: {metric.score(options.reference, options.distorted):.9g}")


if __name__ == "__main__":
    try:
        main()
    except ModuleNotFoundError as error:
        sys.exit(f"the Python package of {error.name} is not installed")
