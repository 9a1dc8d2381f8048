"""The module and the command give the same bytes, pixels and words."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import kvant
import numpy as np
import pytest
from conftest import GOLDEN, TESTDATA
from PIL import Image

Command = Callable[..., "subprocess.CompletedProcess[str]"]

OPTIONS = [
    ({"quality": 70, "effort": 2}, ["-q", "70", "-e", "2"]),
    ({"effort": 3, "chroma": "420", "profile": "fast"}, ["-e", "3", "--chroma", "420", "--profile", "fast"]),
    ({"lossless": True, "effort": 1}, ["-q", "lossless", "-e", "1"]),
    ({"effort": 1, "preview": True, "tune": "psnr"}, ["-e", "1", "--preview", "--tune", "psnr"]),
    ({"effort": 2, "target_size": 8000}, ["-e", "2", "--target-size", "8000"]),
    ({"effort": 2, "max_size": 8000}, ["-e", "2", "--max-size", "8000"]),
]


@pytest.mark.parametrize("name", ["chelsea", "camera", "text"])
@pytest.mark.parametrize(("settings", "options"), OPTIONS, ids=str)
def test_bytes_and_pixels_are_those_of_the_command(
    command: Command, tmp_path: Path, name: str, settings: dict[str, object], options: list[str]
) -> None:
    with Image.open(TESTDATA / f"{name}.png") as image:
        stream = kvant.encode(np.asarray(image), **settings)  # type: ignore[arg-type]
    made, shown = tmp_path / "made.kvt", tmp_path / "shown.png"
    done = command("encode", TESTDATA / f"{name}.png", "-o", made, *options)
    assert done.returncode == 0, done.stderr
    assert made.read_bytes() == stream
    assert command("decode", made, "-o", shown).returncode == 0
    with Image.open(shown) as image:
        assert np.array_equal(np.asarray(image), np.asarray(kvant.decode(stream)))


def test_words_are_those_of_the_command(command: Command, tmp_path: Path) -> None:
    for path in sorted(GOLDEN.glob("damaged-*.kvt")):
        try:
            kvant.decode(path.read_bytes())
        except kvant.KvantError as error:
            done = command("decode", path, "-o", tmp_path / "out.png")
            assert done.returncode == 3 and str(error) in done.stderr, path.name
