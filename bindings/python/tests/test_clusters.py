"""The example for clusters encodes each picture once, whatever is killed meanwhile."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import kvant
import numpy as np
import pytest
from conftest import TESTDATA
from PIL import Image

SCRIPT = Path(__file__).parents[1] / "examples" / "encode_folder.py"

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc, which tells what a worker does")


def _needs(engine: str, module: str) -> object:
    there = importlib.util.find_spec(module) is not None
    return pytest.param(engine, marks=pytest.mark.skipif(not there, reason=f"{module} is not installed"))


engines = pytest.mark.parametrize("engine", [_needs("dask", "distributed"), _needs("ray", "ray")])


@pytest.fixture
def photos(tmp_path: Path) -> dict[str, tuple[int, int]]:
    """A folder of 16 pictures, which take some tenths of a second each: their outputs, and their shapes."""
    shapes = {}
    for name in ("astronaut", "chelsea", "coffee", "camera"):
        with Image.open(TESTDATA / f"{name}.png") as image:
            for part in range(4):
                place = tmp_path / "photos" / f"{part}" / f"{name}.png"
                place.parent.mkdir(parents=True, exist_ok=True)
                cut = image.crop((10 * part, 0, 10 * part + 300, 280))
                cut.save(place)
                shapes[f"{part}/{name}.png.kvt"] = np.asarray(cut).shape
    return shapes


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    # Ray's sockets need a short path, and its files are to be nowhere else.
    folder = tempfile.mkdtemp(prefix="kr")
    yield {**os.environ, "RAY_TMPDIR": folder, "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
    shutil.rmtree(folder, ignore_errors=True)


def started(
    engine: str, folder: Path, environment: dict[str, str], source: str = "photos"
) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), source, "out", "--on", engine, "-e", "6"]
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


def made(out: Path) -> set[str]:
    return {str(path.relative_to(out)) for path in out.glob("[!.]*/*")}


def at_work(out: Path) -> Iterator[int]:
    """The processes that have a picture in work: its file is open and not yet where it belongs."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link).startswith(f"{out.resolve()}/.unfinished-"):
                yield int(link.parts[2])
        except OSError:
            continue


def wait_for_work(run: subprocess.Popen[str], out: Path, finished: int) -> int:
    """A process that has a picture in work, when so many are finished."""
    for _ in range(3000):
        if run.poll() is not None:
            pytest.fail(f"ended too early: {run.communicate()}")
        if len(made(out)) >= finished and (worker := next(at_work(out), None)):
            return worker
        time.sleep(0.01)
    pytest.fail("no picture is in work")


def ended(run: subprocess.Popen[str]) -> str:
    said, faults = run.communicate(timeout=300)
    assert run.returncode == 0, faults
    return said.splitlines()[-1]


def assert_all_there(out: Path, shapes: dict[str, tuple[int, int]]) -> None:
    assert made(out) == set(shapes)
    for name, shape in shapes.items():
        assert kvant.decode((out / name).read_bytes()).shape == shape


@engines
def test_every_picture_is_there_once_though_workers_are_killed(
    engine: str, photos: dict[str, tuple[int, int]], tmp_path: Path, environment: dict[str, str]
) -> None:
    out = tmp_path / "out"
    run = started(engine, tmp_path, environment)
    for finished in (2, 7):
        os.kill(wait_for_work(run, out, finished), signal.SIGKILL)
        assert len(made(out)) < len(photos)
    # What a worker finished and had not told of when it was killed is done again, and left.
    assert ended(run) in [f"{16 - left} made, {left} left as they were, 0 failed" for left in range(9)]
    assert_all_there(out, photos)
    assert not list(out.glob(".*")), "no halves are left"


@engines
def test_a_run_goes_on_where_one_was_killed(
    engine: str, photos: dict[str, tuple[int, int]], tmp_path: Path, environment: dict[str, str]
) -> None:
    out = tmp_path / "out"
    run = started(engine, tmp_path, environment)
    wait_for_work(run, out, 3)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    # Its workers notice.
    for _ in range(3000):
        if not list(at_work(out)):
            break
        time.sleep(0.01)
    before = {name: (out / name).stat().st_mtime_ns for name in made(out)}
    assert 3 <= len(before) < len(photos)
    damaged = min(before)
    os.truncate(out / damaged, 1000)
    # The same pictures, as a list.
    (tmp_path / "photos" / "list.txt").write_text("".join(f"{name.removesuffix('.kvt')}\n" for name in photos))
    assert ended(started(engine, tmp_path, environment, "photos/list.txt")) == (
        f"{17 - len(before)} made, {len(before) - 1} left as they were, 0 failed"
    )
    assert_all_there(out, photos)
    after = {name: (out / name).stat().st_mtime_ns for name in before}
    assert {name for name in before if before[name] != after[name]} == {damaged}
