"""A measure and a progress of the caller's are called where he waits, and may end the encode."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import kvant
import numpy as np
import pytest
from conftest import Pixels


def psnr(original: Any, decoded: Any) -> float:
    error = np.asarray(original, float) - np.asarray(decoded)
    return float(10 * np.log10(np.iinfo(original.dtype).max ** 2 / np.mean(error**2)))


def mean_error(original: Any, decoded: Any) -> Any:
    return np.abs(np.asarray(original, np.float32) - np.asarray(decoded)).mean()


@pytest.mark.parametrize(
    ("measure", "scale", "value", "tolerance"),
    [(psnr, "psnr", 37.0, 0.1), (psnr, (25.0, 60.0), 37.0, 0.3), (mean_error, (20.0, 0.0), 3.0, 0.06)],
)
def test_a_score_is_met(
    photo: Pixels, measure: Callable[[Any, Any], Any], scale: Any, value: float, tolerance: float
) -> None:
    target = kvant.Target(measure, value, scale=scale, tolerance=tolerance)
    stream = kvant.encode(photo, effort=1, target=target)
    assert abs(measure(photo, kvant.decode(stream)) - value) <= tolerance


def test_a_measure_is_given_the_original_and_what_decoding_gives(pixels: Pixels) -> None:
    given = []

    def measure(original: Any, decoded: Any) -> np.float64:
        assert threading.current_thread() is threading.main_thread()
        assert original is pixels
        given.append(decoded)
        return np.float64(-np.abs(np.asarray(decoded, float) - pixels).mean())

    most = -np.iinfo(pixels.dtype).max / 40
    target = kvant.Target(measure, most / 2, scale=(most, 0.0), max_passes=3)
    stream = kvant.encode(pixels, effort=1, target=target, content="photo")
    assert 1 <= len(given) <= 3
    assert kvant.decode(stream) in given


def test_a_target_that_is_never_met_gives_the_nearest(photo: Pixels) -> None:
    target = kvant.Target(lambda *_: 50.0, 90.0, max_passes=2)
    assert kvant.decode(kvant.encode(photo, effort=1, target=target)).shape == photo.shape


class OfMine(Exception):
    pass


def fail(*_: Any) -> float:
    raise OfMine("seen")


def test_what_callbacks_raise_is_raised(photo: Pixels) -> None:
    with pytest.raises(OfMine, match="seen"):
        kvant.encode(photo, effort=1, target=kvant.Target(fail, 80.0))
    with pytest.raises(OfMine, match="seen"):
        kvant.encode(photo, effort=1, progress=fail)
    with pytest.raises(TypeError):
        kvant.encode(photo, effort=1, target=kvant.Target(lambda *_: "many", 80.0))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="argument"):
        kvant.encode(photo, effort=1, progress=lambda: None)  # type: ignore[arg-type, misc]
    with pytest.raises(TypeError, match="callable"):
        kvant.Target(5, 80.0)  # type: ignore[arg-type]
    with pytest.raises(kvant.ArgumentError, match="'ssim' is no scale"):
        kvant.Target(psnr, 80.0, scale="ssim")  # type: ignore[arg-type]


def test_what_progress_raises_ends_a_long_encode(photo: Pixels) -> None:
    # More than half a minute; the first news is of its first rows.
    large = np.tile(photo, (8, 8, 1))
    begin = time.perf_counter()
    with pytest.raises(OfMine):
        kvant.encode(large, effort=9, content="photo", progress=fail)
    assert time.perf_counter() - begin < 12


@pytest.mark.parametrize("settings", [{}, {"lossless": True}, {"threads": 2}, {"preview": True}], ids=str)
def test_progress_is_told_up_to_the_end(photo: Pixels, settings: dict[str, Any]) -> None:
    large = np.tile(photo, (3, 3, 1))
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        assert threading.current_thread() is threading.main_thread()
        told.append((done, total))

    stream = kvant.encode(large, effort=4, content="photo", progress=progress, **settings)
    total = large.shape[0] * large.shape[1]
    assert told[-1] == (total, total)
    assert all(done <= total == all_of_it for done, all_of_it in told)
    assert len(told) > 3
    assert stream == kvant.encode(large, effort=4, content="photo", **settings)
