"""Bad input is an exception that callers can tell apart."""

from __future__ import annotations

from typing import Any

import kvant
import numpy as np
import pytest
from conftest import GOLDEN, Pixels, of_channels


def same(_original: Any, _decoded: Any) -> float:
    return 100.0


def test_all_errors_are_value_errors() -> None:
    kinds = [kind for name in kvant.__all__ if isinstance(kind := getattr(kvant, name), type) and "Error" in name]
    assert len(kinds) == 7
    assert all(issubclass(kind, kvant.KvantError) for kind in kinds) and issubclass(kvant.KvantError, ValueError)
    assert issubclass(kvant.TruncatedError, kvant.DamagedError)


def test_every_damaged_golden_stream_is_refused() -> None:
    streams = sorted(GOLDEN.glob("damaged-*.kvt"))
    assert len(streams) > 40
    for path in streams:
        data = path.read_bytes()
        with pytest.raises((kvant.DamagedError, kvant.UnsupportedError, kvant.LimitError)):
            kvant.metadata(data), kvant.preview(data), kvant.decode(data)
            pytest.fail(path.name)


def test_streams_that_are_cut_off_anywhere_are_refused() -> None:
    stream = kvant.encode(of_channels(3, False), effort=1, preview=True)
    for length in range(0, len(stream), 37):
        with pytest.raises(kvant.KvantError):
            kvant.decode(stream[:length])
    with pytest.raises(kvant.TruncatedError, match="cut off"):
        kvant.decode(stream[:40])


def test_flipped_bits_are_refused() -> None:
    stream = kvant.encode(of_channels(3, False), effort=1)
    for place in range(0, len(stream), 41):
        damaged = bytearray(stream)
        damaged[place] ^= 0x10
        with pytest.raises(kvant.KvantError):
            kvant.decode(damaged)


def test_other_files_and_other_drafts_are_unsupported() -> None:
    stream = bytearray(kvant.encode(of_channels(1, False), effort=1))
    stream[4] += 1
    with pytest.raises(kvant.UnsupportedError, match="this decoder reads draft"):
        kvant.info(stream)
    with pytest.raises(kvant.UnsupportedError, match="not a kvant stream"):
        kvant.decode(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(TypeError):
        kvant.decode("photo.kvt")  # type: ignore[arg-type, unused-ignore]


def test_limits_are_held(photo: Pixels) -> None:
    stream = kvant.encode(photo, effort=1, icc_profile=bytes(5000))
    cases: list[tuple[dict[str, Any], str]] = [
        ({"max_pixels": 451 * 300 - 1}, "pixels of 135300 exceeds the limit of 135299"),
        ({"max_dimension": 450}, "width of 451 exceeds the limit of 450"),
        ({"max_memory": 400_000}, "memory bytes"),
    ]
    for limit, text in cases:
        for work in (kvant.decode, kvant.decode_partial):
            with pytest.raises(kvant.LimitError, match=text):
                work(stream, **limit)
    with pytest.raises(kvant.LimitError, match="metadata bytes"):
        kvant.metadata(stream, max_metadata=4999)
    with pytest.raises(kvant.LimitError, match="width of 451"):
        kvant.encode(photo, effort=1, max_dimension=450)
    assert kvant.decode(stream, max_pixels=451 * 300, max_dimension=451).shape == (300, 451, 3)


def test_settings_out_of_range_are_named(photo: Pixels) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"quality": 100.5}, "quality 100.5 is outside 0 to 100"),
        ({"quality": float("nan")}, "quality NaN"),
        ({"effort": 0}, "effort 0 is outside 1 to 9"),
        ({"alpha_quality": 101}, "alpha quality 101"),
        ({"chroma": "422"}, "'422' is no chroma sampling; there are 444, 420"),
        ({"tile_size": 100}, "'100' is no tile size"),
        ({"orientation": 9}, "orientation 9 is outside 1 to 8"),
        ({"resolution": (1, 1, "mile")}, "'mile' is no unit of a resolution"),
        ({"target_size": 5, "max_size": 5}, "one at most"),
        ({"target_size": 5, "target": kvant.Target(same, 5.0)}, "one at most"),
        ({"target": kvant.Target(same, float("nan"))}, "no encoding can come to a target"),
        ({"target": kvant.Target(same, 5.0, scale=(1.0, 1.0))}, "range of usual values"),
        ({"target": kvant.Target(same, 5.0, max_passes=0)}, "number of passes"),
        ({"target": kvant.Target(same, 5.0), "lossless": True}, "a lossless encoding has one size"),
        ({"target_bpp": -1.0}, "no encoding can come to a target"),
        ({"target_size": 500, "lossless": True}, "a lossless encoding has one size"),
    ]
    for setting, text in cases:
        with pytest.raises(kvant.ArgumentError, match=text):
            kvant.encode(photo, **setting)
    with pytest.raises(kvant.ArgumentError, match="'1/3' is no scale; there are 1/2, 1/4, 1/8"):
        kvant.decode(kvant.encode(photo, effort=1), reduce=3)


def test_what_is_no_picture_is_refused(photo: Pixels) -> None:
    swapped = photo.astype(np.uint16).view(np.dtype(np.uint16).newbyteorder())
    for other in (photo.astype(float), photo.astype(np.int8), swapped):
        with pytest.raises(kvant.ArgumentError, match="uint8 and uint16"):
            kvant.encode(other)
    for other in (photo[None], photo[0, 0], np.zeros((4, 4, 5), np.uint8), np.zeros((4, 4, 0), np.uint8)):
        with pytest.raises(kvant.ArgumentError, match="shape .* is expected"):
            kvant.encode(other)
    with pytest.raises(kvant.ArgumentError, match="picture of 451x0 pixels"):
        kvant.encode(photo[:0])
    with pytest.raises(TypeError):
        kvant.encode([[1, 2], [3, 4]])  # type: ignore[arg-type, unused-ignore]


def test_what_is_left_of_a_damaged_stream_is_shown(photo: Pixels) -> None:
    stream = kvant.encode(photo, effort=1)
    whole, partial = np.asarray(kvant.decode(stream)), kvant.decode_partial(stream[: len(stream) * 3 // 4])
    assert isinstance(partial.fault, kvant.DamagedError)
    (gap,) = partial.missing
    assert (gap.x, gap.width, gap.y + gap.height) == (0, 451, 300) and 64 < gap.y
    top = gap.y - 24
    assert np.array_equal(np.asarray(partial.pixels)[:top], whole[:top])
    assert not partial.from_preview
    intact = kvant.decode_partial(stream)
    assert intact.fault is None and not intact.missing and np.array_equal(intact.pixels, whole)
