"""Pixels to streams and back."""

from __future__ import annotations

from typing import Any

import kvant
import numpy as np
import pytest
from conftest import GOLDEN, Pixels, of_channels


def test_lossless_streams_give_back_pixels_of_any_kind(pixels: Pixels) -> None:
    stream = kvant.encode(pixels, lossless=True, effort=2, exact=True)
    decoded = kvant.decode(stream)
    assert decoded.shape == pixels.shape
    assert decoded.format == ("H" if pixels.dtype == np.uint16 else "B")
    assert np.array_equal(np.asarray(decoded), pixels)
    info = kvant.info(stream)
    assert (info.shape, info.dtype, info.lossless) == (pixels.shape, str(pixels.dtype), True)


def test_lossy_streams_are_near_at_high_quality(pixels: Pixels) -> None:
    near, far = (kvant.encode(pixels, quality, effort=2, content="photo") for quality in (92, 20))
    # Alpha is coded without loss, whatever the quality.
    alpha = pixels.ndim == 3 and pixels.shape[-1] % 2 == 0
    assert len(far) < len(near) / (1 if alpha else 3)

    def error(stream: bytes) -> float:
        decoded = np.asarray(kvant.decode(stream)).astype(float)
        return float(np.abs(decoded - pixels).mean() / np.iinfo(pixels.dtype).max)

    assert error(near) < 0.012 and error(far) > 2 * error(near)


def test_an_array_of_decoded_pixels_is_no_copy_and_may_be_written(photo: Pixels) -> None:
    decoded = kvant.decode(kvant.encode(photo, effort=1))
    array = np.asarray(decoded)
    array[7, 5] = (1, 2, 3)
    assert decoded[7, 5, 1] == 2
    assert isinstance(decoded, memoryview) and decoded.c_contiguous and not decoded.readonly


def test_pixels_may_be_any_buffer_with_a_shape(photo: Pixels) -> None:
    part = np.ascontiguousarray(photo[:40, :50])
    expected = kvant.encode(part, effort=1)
    assert kvant.encode(photo[:40, :50], effort=1) == expected, "rows with gaps"
    assert kvant.encode(np.asfortranarray(part), effort=1) == expected
    view = memoryview(bytearray(part.tobytes())).cast("B", (40, 50, 3))
    assert kvant.encode(view, effort=1) == expected
    gray = part[..., 0]
    assert kvant.encode(gray[..., None], effort=1) == kvant.encode(gray, effort=1), "one channel"


def test_streams_may_be_any_buffer(photo: Pixels) -> None:
    stream = kvant.encode(photo[:40, :50], effort=1)
    expected = kvant.decode(stream)
    for data in (bytearray(stream), memoryview(stream), np.frombuffer(stream, np.uint8)):
        assert kvant.decode(data) == expected


def test_depths_between_8_and_16_bits_are_kept() -> None:
    pixels = of_channels(3, True) >> 6
    stream = kvant.encode(pixels, depth=10, lossless=True, effort=1)
    assert kvant.info(stream).depth == 10
    assert np.array_equal(np.asarray(kvant.decode(stream)), pixels)
    with pytest.raises(kvant.ArgumentError, match="samples of 12 bits"):
        kvant.encode(of_channels(3, False), depth=12)


def test_full_depth_gives_16_bits_of_a_source_of_8(photo: Pixels) -> None:
    stream = kvant.encode(photo, effort=1)
    deep = np.asarray(kvant.decode(stream, full_depth=True))
    assert deep.dtype == np.uint16
    plain = np.asarray(kvant.decode(stream)).astype(int)
    assert np.abs(deep / 257 - plain).max() < 0.51


def test_a_region_is_that_part_of_the_picture(pixels: Pixels) -> None:
    stream = kvant.encode(pixels, effort=1, tile_size=512)
    whole, part = np.asarray(kvant.decode(stream)), kvant.decode_region(stream, 20, 30, 64, 17)
    assert np.array_equal(np.asarray(part), whole[30:47, 20:84])


def test_regions_beyond_the_picture_are_refused(photo: Pixels) -> None:
    stream = kvant.encode(photo, effort=1)
    for region in ((0, 0, 452, 1), (450, 0, 2, 1), (0, 0, 0, 5), (2**32 - 1, 0, 2, 1)):
        with pytest.raises(kvant.ArgumentError, match="is not within the picture of 451x300"):
            kvant.decode_region(stream, *region)
    with pytest.raises(OverflowError):
        kvant.decode_region(stream, -1, 0, 2, 1)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_reduced_pictures_are_means_of_squares(pixels: Pixels, factor: int) -> None:
    stream = kvant.encode(pixels, effort=1)
    whole, small = np.asarray(kvant.decode(stream)).astype(float), np.asarray(kvant.decode(stream, reduce=factor))
    height, width = pixels.shape[:2]
    assert small.shape[:2] == (-(-height // factor), -(-width // factor))
    squares = whole[: height // factor * factor, : width // factor * factor]
    squares = squares.reshape(height // factor, factor, width // factor, factor, -1).mean((1, 3))
    small = small[: height // factor, : width // factor].reshape(squares.shape)
    if pixels.ndim == 3 and pixels.shape[-1] % 2 == 0:
        # Colours count as much as they are opaque.
        small, squares = small[..., -1], squares[..., -1]
    assert np.abs(small - squares).max() <= 0.51


def test_previews_are_read_from_the_front(photo: Pixels) -> None:
    stream = kvant.encode(photo, effort=1, preview=True)
    info = kvant.info(stream)
    assert info.preview_needs is not None and info.preview_needs < len(stream) / 4
    small = kvant.preview(stream[: info.preview_needs])
    assert small is not None and small.shape == info.preview_shape == (38, 57, 3)
    assert kvant.decode(stream, reduce=8) == small
    mean = photo[:296, :448].reshape(37, 8, 56, 8, 3).mean((1, 3))
    shown = np.asarray(small)[:37, :56]
    assert np.abs(shown - mean).mean() < 12 < 24 < np.abs(shown[::-1] - mean).mean()
    plain = kvant.encode(photo, effort=1)
    assert kvant.preview(plain) is None and kvant.info(plain).preview_needs is None


def test_settings_change_the_stream(photo: Pixels) -> None:
    part = photo[:96, :96]
    plain = kvant.encode(part, effort=2)
    settings: list[dict[str, Any]] = [
        {"chroma": "420"},
        {"tune": "psnr"},
        {"profile": "fast"},
        {"content": "screen"},
        {"preview": True},
        {"quality": 79},
        {"effort": 3},
        {"tile_size": 512},
    ]
    for setting in settings:
        assert kvant.encode(part, **{"effort": 2, **setting}) != plain, setting
    alpha = of_channels(4, True)
    assert len(kvant.encode(alpha, effort=1, alpha_quality=20)) < len(kvant.encode(alpha, effort=1))
    info = kvant.info(kvant.encode(part, effort=1, chroma="420", profile="fast"))
    assert (info.chroma, info.profile) == ("420", "fast")


def test_targets_are_met(photo: Pixels) -> None:
    assert abs(len(kvant.encode(photo, effort=1, target_size=9000)) - 9000) <= 90
    bits = 8 * len(kvant.encode(photo, effort=1, target_bpp=0.8))
    assert abs(bits / (451 * 300) - 0.8) <= 0.008
    free = len(kvant.encode(photo, effort=1))
    assert len(kvant.encode(photo, effort=1, max_size=free)) == free
    assert free / 3 < len(kvant.encode(photo, effort=1, max_size=free // 2)) <= free // 2
    with pytest.raises(kvant.TargetError, match="max_size allows 100"):
        kvant.encode(photo, effort=1, max_size=100)


def test_metadata_comes_back_as_it_was() -> None:
    pixels = of_channels(3, False)
    said: dict[str, Any] = {
        "icc_profile": bytes(range(200)),
        "exif": b"II*\0\x08\0\0\0\0\0\0\0\0\0",
        "xmp": b"<x:xmpmeta/>",
        "text": [("Author", "Ada"), ("Title", "Gr\u00fc\u00dfe")],
        "cicp": (9, 16, 0, True),
        "orientation": 6,
        "resolution": (300, 200, "inch"),
    }
    found = kvant.metadata(kvant.encode(pixels, effort=1, **said))
    assert {name: getattr(found, name) for name in said} == said
    with_prefix = kvant.encode(pixels, effort=1, exif=b"Exif\0\0" + said["exif"])
    assert kvant.metadata(with_prefix).exif == said["exif"]
    bare = kvant.metadata(kvant.encode(pixels, effort=1))
    assert {name: getattr(bare, name) for name in said} == {
        **dict.fromkeys(said),
        "text": [],
        "orientation": 1,
    }


def test_objects_say_what_they_are(photo: Pixels) -> None:
    stream = kvant.encode(photo, effort=1, exif=b"II*\0")
    assert repr(kvant.info(stream)).startswith("Info(width=451, height=300, channels=3, depth=8, dtype='uint8'")
    assert "exif=<4 bytes>" in repr(kvant.metadata(stream))
    assert repr(kvant.decode_partial(stream)) == "Partial(missing=0, from_preview=False, fault=None)"


def test_all_golden_streams_are_decoded() -> None:
    streams = [path for path in sorted(GOLDEN.glob("*.kvt")) if not path.name.startswith("damaged-")]
    assert len(streams) > 50
    for path in streams:
        data = path.read_bytes()
        info, decoded = kvant.info(data), np.asarray(kvant.decode(data))
        assert (decoded.shape, str(decoded.dtype)) == (info.shape, info.dtype), path.name
