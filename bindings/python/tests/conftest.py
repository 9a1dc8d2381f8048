"""What tests share: pictures of the repository, and the command built from the same tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

Pixels = npt.NDArray[Any]
ROOT = Path(__file__).resolve().parents[3]
TESTDATA = ROOT / "testdata"
GOLDEN = ROOT / "tests" / "golden"


def of_channels(channels: int, wide: bool) -> Pixels:
    """A part of a photograph, with alpha that falls where the channels have alpha."""
    with Image.open(TESTDATA / "chelsea.png") as image:
        part = image.convert("RGB").crop((60, 40, 60 + 173, 40 + 120))
    colours = np.asarray(part if channels >= 3 else part.convert("L"))
    colours = colours.reshape(120, 173, -1)
    if channels in (2, 4):
        fall = np.linspace(255, 0, 173).astype(np.uint8)
        colours = np.dstack([colours, np.broadcast_to(fall, (120, 173))])
    pixels = colours[..., 0] if channels == 1 else colours
    if not wide:
        return np.ascontiguousarray(pixels)
    # Lower bits of their own.
    noise = np.random.default_rng(5).integers(0, 256, pixels.shape, dtype=np.uint16)
    return pixels.astype(np.uint16) * 256 + noise


@pytest.fixture(params=[(channels, wide) for channels in (1, 2, 3, 4) for wide in (False, True)], ids=str)
def pixels(request: pytest.FixtureRequest) -> Pixels:
    """Pixels of each number of channels, of 8 and of 16 bits."""
    return of_channels(*request.param)


@pytest.fixture(scope="session")
def photo() -> Pixels:
    """RGB of 8 bits, 451 x 300."""
    with Image.open(TESTDATA / "chelsea.png") as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command that KVANT names."""
    program = os.environ.get("KVANT")
    if not program:
        pytest.skip("KVANT does not name the command kvant, built from the same tree")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        line = [str(program), *map(str, arguments)]
        return subprocess.run(line, capture_output=True, text=True, check=False)

    return run
