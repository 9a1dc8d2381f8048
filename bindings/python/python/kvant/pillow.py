"""Pillow reads and writes .kvt files once this module is imported.

Pictures of 8 bits are of mode L, LA, RGB or RGBA, gray ones of 9 to 16 bits of mode I;16. Pillow
has no mode for colours or alpha of more than 8 bits: they are brought down to 8. `Image.open` reads
the header alone; `Image.draft`, and with it `Image.thumbnail`, decodes at a half, a quarter or an
eighth of the size. As with other formats of Pillow, pixels are not turned: the orientation is in
the Exif block, for `ImageOps.exif_transpose`.

`info` has icc_profile, exif, xmp, cicp and dpi. `Image.save` takes them, and the keywords of
kvant.encode: quality, effort, lossless, chroma and so on. As with other formats, exif and xmp are
written where `save` is given them, and the profile also where the picture has one. The orientation
in exif is that of the file.

Pillow's MAX_IMAGE_PIXELS limits the pixels. LOAD_TRUNCATED_IMAGES gives what there is of a damaged
file.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import IO, Any

from PIL import ExifTags, Image, ImageFile

import kvant

#: Threads of decoding: 1 for one, 0 for one a core.
THREADS = 1
#: Most bytes of memory that decoding takes; None for 2 GiB.
MAX_MEMORY: int | None = None

SIGNATURE = b"\x9bKVT"
#: Bytes that are read first: header and metadata are seldom longer.
_FIRST = 1 << 16
#: What a header may say: Pillow has limits of its own.
_ANY_SIZE: dict[str, Any] = {"max_pixels": 1 << 48, "max_dimension": 1 << 24}
#: Modes that are written as they are, with the shape of a pixel, and the raw mode.
_WRITTEN: dict[str, tuple[tuple[int, ...], str]] = {
    "L": ((), "L"),
    "LA": ((2,), "LA"),
    "RGB": ((3,), "RGB"),
    "RGBA": ((4,), "RGBA"),
    "I;16": ((), "I;16N"),
    "I;16L": ((), "I;16N"),
    "I;16B": ((), "I;16N"),
}
#: Keywords of kvant.encode that Image.save hands on.
_SETTINGS = (
    "quality",
    "effort",
    "lossless",
    "target_size",
    "target_bpp",
    "max_size",
    "target",
    "chroma",
    "tune",
    "profile",
    "content",
    "alpha_quality",
    "exact",
    "preview",
    "tile_size",
    "cicp",
    "text",
    "threads",
    "progress",
)


def _accept(prefix: bytes) -> bool | str:
    if not prefix.startswith(SIGNATURE):
        return False
    try:
        kvant.info(prefix, **_ANY_SIZE)
    except kvant.UnsupportedError as error:
        return str(error)
    except kvant.KvantError:
        pass
    return True


def _orientation(exif: Image.Exif) -> int:
    number = exif.get(ExifTags.Base.Orientation, 1)
    return number if isinstance(number, int) and 1 <= number <= 8 else 1


def _parsed(block: bytes) -> Image.Exif:
    exif = Image.Exif()
    try:
        exif.load(block)
    except Exception:  # noqa: BLE001 (of a damaged block Pillow raises whatever it meets)
        return Image.Exif()
    return exif


def _said(metadata: kvant.Metadata) -> dict[str, Any]:
    """What `Image.info` says of a picture."""
    block = metadata.exif
    exif = _parsed(block or b"")
    if _orientation(exif) != metadata.orientation:
        exif[ExifTags.Base.Orientation] = metadata.orientation
        block = exif.tobytes()
    said: dict[str, Any] = {
        "icc_profile": metadata.icc_profile,
        "exif": block,
        "xmp": metadata.xmp,
        "cicp": metadata.cicp,
    }
    if metadata.resolution:
        x, y, unit = metadata.resolution
        inch = {"inch": 1.0, "metre": 0.0254}.get(unit)
        said["dpi"] = (x * inch, y * inch) if inch else None
    return {name: value for name, value in said.items() if value is not None}


class KvtImageFile(ImageFile.ImageFile):
    """A .kvt file."""

    format = "KVT"
    format_description = "Kvant"

    def _open(self) -> None:
        assert self.fp is not None
        data = self.fp.read(_FIRST)
        try:
            try:
                metadata = kvant.metadata(data, **_ANY_SIZE)
            except kvant.TruncatedError:
                data += self.fp.read()
                metadata = kvant.metadata(data, **_ANY_SIZE)
            info = kvant.info(data, **_ANY_SIZE)
        except kvant.KvantError as error:
            raise SyntaxError(str(error)) from error
        self.info.update(_said(metadata))
        self._size = (info.width, info.height)
        wide = info.depth > 8
        self._mode = "I;16" if wide and info.channels == 1 else ["L", "LA", "RGB", "RGBA"][info.channels - 1]
        self._set_tile(1, wide)

    def _set_tile(self, reduce: int, wide: bool) -> None:
        self._wide = wide
        self._reduce = reduce
        # Pillow before 11.1 has no name for what a tile is.
        self.tile = [("kvant", (0, 0, *self._size), 0, (reduce, wide))]  # type: ignore[list-item]

    def draft(
        self, mode: str | None, size: tuple[int, int] | None
    ) -> tuple[str, tuple[int, int, float, float]] | None:
        """Has the picture decoded at a half, a quarter or an eighth, no smaller than size."""
        if len(self.tile) != 1 or self._reduce != 1:
            return None
        width, height = self.size
        most = min(width // max(size[0], 1), height // max(size[1], 1)) if size else 1
        reduce = next((factor for factor in (8, 4, 2) if factor <= most), 1)
        self._size = (-(-width // reduce), -(-height // reduce))
        self._set_tile(reduce, self._wide)
        return self.mode, (0, 0, width / reduce, height / reduce)


class KvtDecoder(ImageFile.PyDecoder):
    """Decodes a file into a picture of Pillow."""

    _pulls_fd = True

    def decode(self, buffer: Any) -> tuple[int, int]:
        assert self.fd is not None
        reduce, wide = self.args
        settings = {"full_depth": wide, "threads": THREADS, "max_memory": MAX_MEMORY, **_ANY_SIZE}
        data = self.fd.read()
        try:
            try:
                pixels = kvant.decode(data, reduce=reduce, **settings)
            except kvant.DamagedError:
                if reduce != 1 or not ImageFile.LOAD_TRUNCATED_IMAGES:
                    raise
                pixels = kvant.decode_partial(data, **settings).pixels
        except kvant.KvantError as error:
            raise OSError(str(error)) from error
        samples = pixels.obj
        assert isinstance(samples, bytearray)
        if wide and self.mode != "I;16":
            # The upper bytes.
            samples = samples[sys.byteorder == "little" :: 2]
        self.set_as_raw(samples, "I;16N" if self.mode == "I;16" else self.mode)
        return -1, 0


def _resolution(dpi: tuple[float, float] | None) -> tuple[int, int, str] | None:
    if not dpi:
        return None
    if all(float(n).is_integer() for n in dpi):
        return int(dpi[0]), int(dpi[1]), "inch"
    return round(dpi[0] / 0.0254), round(dpi[1] / 0.0254), "metre"


def _save(im: Image.Image, fp: IO[bytes], filename: str | bytes) -> None:
    given: Mapping[str, Any] = im.encoderinfo
    if im.mode in ("P", "PA"):
        im = im.convert("RGBA" if im.has_transparency_data else "RGB")
    elif im.mode == "1":
        im = im.convert("L")
    if im.mode not in _WRITTEN:
        raise OSError(f"cannot write mode {im.mode} as KVT")
    pixel, rawmode = _WRITTEN[im.mode]
    exif = given.get("exif")
    block = exif.tobytes() if isinstance(exif, Image.Exif) else exif
    xmp = given.get("xmp")
    samples = memoryview(im.tobytes("raw", rawmode))
    data = kvant.encode(
        samples.cast("H" if rawmode == "I;16N" else "B", (im.height, im.width, *pixel)),
        icc_profile=given.get("icc_profile", im.info.get("icc_profile")) or None,
        exif=block or None,
        xmp=(xmp.encode() if isinstance(xmp, str) else xmp) or None,
        orientation=_orientation(_parsed(block)) if block else 1,
        resolution=_resolution(given.get("dpi")),
        **{name: given[name] for name in _SETTINGS if name in given},
    )
    fp.write(data)


Image.register_decoder("kvant", KvtDecoder)
Image.register_open(KvtImageFile.format, KvtImageFile, _accept)
Image.register_save(KvtImageFile.format, _save)
Image.register_extension(KvtImageFile.format, ".kvt")
Image.register_mime(KvtImageFile.format, "image/x-kvant")
