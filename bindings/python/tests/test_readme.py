"""The examples of README.md run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import TESTDATA


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", readme, re.S)
    assert len(examples) == 3
    shutil.copy(TESTDATA / "chelsea.png", tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})
