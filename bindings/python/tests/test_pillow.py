"""Pillow opens, drafts and saves .kvt files as it does others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import kvant
import kvant.pillow
import numpy as np
import pytest
from conftest import TESTDATA, Pixels, of_channels
from PIL import ExifTags, Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

MODES = ["L", "LA", "RGB", "RGBA", "I;16"]


def of_mode(mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(of_channels(1, True))
    return Image.fromarray(of_channels(len(mode), False))


def saved(image: Image.Image, **settings: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, "KVT", **settings)
    file.seek(0)
    return file


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_is_saved_and_opened_with_its_metadata(mode: str, tmp_path: Path) -> None:
    image = of_mode(mode)
    assert image.mode == mode
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Ada"
    exif[ExifTags.Base.Orientation] = 6
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    path = tmp_path / "picture.kvt"
    image.save(path, lossless=True, exact=True, effort=1, icc_profile=profile, exif=exif, xmp=xmp, dpi=(300, 150))
    with Image.open(path) as opened:
        assert (opened.format, opened.mode, opened.size) == ("KVT", mode, image.size)
        assert opened.get_format_mimetype() == "image/x-kvant"
        assert opened.info["icc_profile"] == profile and opened.info["xmp"] == xmp
        assert opened.info["dpi"] == (300, 150)
        assert opened.info["exif"] == exif.tobytes()[6:]
        assert opened.getexif()[ExifTags.Base.Artist] == "Ada"
        opened.load()
        assert opened.tobytes() == image.tobytes()
        turned = ImageOps.exif_transpose(opened)
        assert turned.size == image.size[::-1]
        assert turned.tobytes() == image.transpose(Image.Transpose.ROTATE_270).tobytes()
        again = saved(opened, lossless=True, effort=1)
    assert kvant.metadata(path.read_bytes()).orientation == 6
    kept = kvant.metadata(again.getvalue())
    assert kept.icc_profile == profile and (kept.exif, kept.xmp, kept.orientation) == (None, None, 1)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_opened_is_what_decode_gives(mode: str) -> None:
    file = saved(of_mode(mode), quality=60, effort=2)
    with Image.open(file) as opened:
        assert np.array_equal(np.asarray(opened), np.asarray(kvant.decode(file.getvalue())))


def test_settings_are_those_of_encode(photo: Pixels) -> None:
    image = Image.fromarray(photo)
    several: list[dict[str, Any]] = [{"quality": 50, "effort": 2}, {"chroma": "420", "effort": 1}, {"max_size": 5000}]
    for settings in several:
        assert saved(image, **settings).getvalue() == kvant.encode(photo, **settings)
    told: list[int] = []
    target = kvant.Target(lambda *_: 60.0, 60.0)
    stream = saved(image, effort=1, target=target, progress=lambda done, _total: told.append(done))
    assert stream.getvalue() == kvant.encode(photo, effort=1, target=target) and told[-1] == 300 * 451


def test_other_modes_are_converted_or_refused(photo: Pixels) -> None:
    image = Image.fromarray(photo)
    palette = image.quantize(16)
    for given, mode in ((palette, "RGB"), (image.convert("1"), "L"), (image.convert("LA").convert("PA"), "RGBA")):
        with Image.open(saved(given, lossless=True, effort=1)) as opened:
            assert opened.mode == mode and opened.tobytes() == given.convert(mode).tobytes()
    palette.info["transparency"] = 3
    with Image.open(saved(palette, lossless=True, exact=True, effort=1)) as opened:
        assert opened.mode == "RGBA" and opened.tobytes() == palette.convert("RGBA").tobytes()
    for mode in ("CMYK", "F", "I", "YCbCr"):
        with pytest.raises(OSError, match=f"cannot write mode {mode} as KVT"):
            saved(image.convert("L" if mode in "FI" else "RGB").convert(mode))


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_colours_of_16_bits_become_8(channels: int) -> None:
    pixels = of_channels(channels, True)
    for depth in (16, 10):
        data = kvant.encode(pixels >> (16 - depth), depth=depth, lossless=True, exact=True, effort=1)
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.mode == {2: "LA", 3: "RGB", 4: "RGBA"}[channels]
            assert np.array_equal(np.asarray(opened), pixels >> 8)


def test_gray_of_fewer_than_16_bits_fills_them() -> None:
    data = kvant.encode(np.array([[0, 1023]], np.uint16), depth=10, lossless=True)
    with Image.open(io.BytesIO(data)) as opened:
        assert list(np.asarray(opened)[0]) == [0, 65535]


@pytest.mark.parametrize("mode", MODES)
def test_draft_decodes_a_reduced_picture(mode: str) -> None:
    file = saved(of_mode(mode), effort=1)
    for size, factor in (((20, 15), 8), ((30, 30), 4), ((60, 60), 2)):
        with Image.open(file) as opened:
            assert opened.draft(None, size) == (mode, (0, 0, 173 / factor, 120 / factor))
            assert opened.size == (-(-173 // factor), -(-120 // factor))
            expected = kvant.decode(file.getvalue(), reduce=factor)
            assert np.array_equal(np.asarray(opened), np.asarray(expected))
            assert opened.draft(None, (1, 1)) is None


def test_thumbnails_are_drawn_from_a_draft(photo: Pixels) -> None:
    image = Image.fromarray(photo)
    with Image.open(saved(image, effort=1)) as opened:
        opened.thumbnail((64, 64))
        image.thumbnail((64, 64))
        assert opened.size == image.size
        assert np.abs(np.asarray(opened).astype(int) - np.asarray(image)).mean() < 5


def test_open_reads_the_header_alone(tmp_path: Path, photo: Pixels) -> None:
    path = tmp_path / "noise.kvt"
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    path.write_bytes(kvant.encode(noise, lossless=True, effort=1))
    with Image.open(path) as opened:
        assert opened.fp is not None and opened.fp.tell() < path.stat().st_size
        assert opened.size == (400, 300)
        assert np.array_equal(np.asarray(opened), noise)
    long = kvant.encode(photo, effort=1, icc_profile=np.random.default_rng(1).bytes(100_000))
    with Image.open(io.BytesIO(long)) as opened:
        assert len(opened.info["icc_profile"]) == 100_000
        opened.load()


def test_the_orientation_of_the_file_is_that_of_exif(photo: Pixels) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 3
    exif[ExifTags.Base.Artist] = "Ada"
    for block in (None, exif.tobytes(), b"broken"):
        data = kvant.encode(photo, effort=1, exif=block, orientation=8)
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.getexif()[ExifTags.Base.Orientation] == 8
            assert opened.getexif().get(ExifTags.Base.Artist) == ("Ada" if block == exif.tobytes() else None)


def test_other_files_and_broken_ones_raise_what_pillow_raises(photo: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    data = kvant.encode(photo, effort=1)
    for other in (b"", data[:3], data[:8], b"\x9bKVX" + data[4:]):
        with pytest.raises(UnidentifiedImageError):
            Image.open(io.BytesIO(other))
    draft = bytearray(data)
    draft[4] += 1
    with pytest.warns(UserWarning, match="this decoder reads draft"), pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(draft))
    cut = data[: len(data) * 3 // 4]
    with Image.open(io.BytesIO(cut)) as opened, pytest.raises(OSError, match="cut off"):
        opened.load()
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with Image.open(io.BytesIO(cut)) as opened:
        assert np.array_equal(np.asarray(opened), np.asarray(kvant.decode_partial(cut).pixels))


def test_limits_are_those_of_pillow(photo: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    data = kvant.encode(photo, effort=1)
    monkeypatch.setattr(kvant.pillow, "MAX_MEMORY", 400_000)
    with Image.open(io.BytesIO(data)) as opened, pytest.raises(OSError, match="memory bytes"):
        opened.load()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(data))


def test_photographs_of_the_repository_pass_through(tmp_path: Path) -> None:
    with Image.open(TESTDATA / "coffee.png") as image:
        image.convert("RGB").save(tmp_path / "coffee.kvt", quality=90, effort=1)
        with Image.open(tmp_path / "coffee.kvt") as opened:
            assert np.abs(np.asarray(opened).astype(int) - np.asarray(image.convert("RGB"))).mean() < 4
