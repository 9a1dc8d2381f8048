"""Other Python threads go on while a picture is in work, and an interrupt ends the work."""

from __future__ import annotations

import _thread
import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import kvant
import numpy as np
import pytest
from conftest import Pixels


def test_the_number_of_threads_changes_nothing(photo: Pixels) -> None:
    large = np.tile(photo, (2, 3, 1))
    stream = kvant.encode(large, effort=1, tile_size=512)
    for threads in (0, 2):
        assert kvant.encode(large, effort=1, tile_size=512, threads=threads) == stream
        assert kvant.decode(stream, threads=threads) == kvant.decode(stream)


def decoded_on_all_cores(stream: bytes) -> bytes:
    return kvant.decode(stream, threads=0).tobytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_the_child_of_a_process_that_used_all_cores_uses_them_too(photo: Pixels) -> None:
    stream = kvant.encode(np.tile(photo, (2, 3, 1)), effort=1, tile_size=512, threads=0)
    expected = decoded_on_all_cores(stream)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(decoded_on_all_cores, [stream]).get(timeout=60) == expected


def test_many_threads_may_call_at_once(photo: Pixels) -> None:
    stream = kvant.encode(photo, effort=1)
    decoded = kvant.decode(stream)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == decoded for found in pool.map(kvant.decode, [stream] * 8))
        assert all(found == stream for found in pool.map(partial(kvant.encode, effort=1), [photo] * 8))


@pytest.mark.parametrize("half", ["encode", "encode and tell", "decode"])
def test_other_threads_run_meanwhile(photo: Pixels, half: str) -> None:
    large = np.tile(photo, (4, 4, 1))
    stream = kvant.encode(large, effort=1)

    def work() -> object:
        if half == "decode":
            return kvant.decode(stream)
        return kvant.encode(large, effort=1, progress=None if half == "encode" else lambda *_: None)

    begun = threading.Event()
    times: list[float] = []

    def timed() -> None:
        begin = time.perf_counter()
        begun.set()
        work()
        times.extend([begin, time.perf_counter()])

    worker = threading.Thread(target=timed)
    worker.start()
    begun.wait()
    turns = []
    while worker.is_alive():
        turns.append(time.perf_counter())
        time.sleep(0.001)
    begin, end = times
    middle = [turn for turn in turns if begin + (end - begin) / 4 < turn < end - (end - begin) / 4]
    assert len(middle) > 5, f"{len(middle)} turns in the middle of {end - begin:.3f} s"


def test_an_interrupt_ends_an_encode(photo: Pixels) -> None:
    # More than ten seconds.
    large = np.tile(photo, (8, 8, 1))
    timer = threading.Timer(0.3, _thread.interrupt_main)
    begin = time.perf_counter()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        kvant.encode(large, effort=9, content="photo")
    assert time.perf_counter() - begin < 4
