"""Optimizers that are not this project's, at the command line: what goes wrong is one line, exit status 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RACE = Path(sys.executable).with_name("race")
LION = """\
import numpy as np
from optimizers import Optimizer

class Lion2(Optimizer):
    @staticmethod
    def rule(gradient, parameter, state, step, *, lr=0.1):
        if step == 5:
            np.{function}("5")
        return parameter - lr * np.sign(gradient), {{}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a race of mine.py:Lion2, in another than the one we are in."""
    racers = '[[racer]]\noptimizer = "sgd"\n[[racer]]\noptimizer = "mine.py:Lion2"\n'
    (tmp_path / "race.toml").write_text(f'surface = "slope"\nsteps = 20\n{racers}')
    return tmp_path


def race(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit status, output and errors of the command, run in a process of its own."""
    done = subprocess.run([RACE, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_race_and_what_is_made_of_its_trace(folder: Path) -> None:
    (folder / "mine.py").write_text(LION.format(function="float64"))
    status, out, err = race(folder, "run", "-o", "trace.npz")
    assert (status, err) == (0, "")
    assert "Lion2" in out
    (folder / "mine.py").write_text("raise SystemExit('a trace has run the file')\n")
    assert race(folder, "plot", "trace.npz", "-o", "x.png") == (0, "x.png\n", "")
    assert {path.name for path in folder.iterdir()} == {"race.toml", "mine.py", "trace.npz", "x.png"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "import numpy\nnumpy.foo\nclass Lion2(Optimizer): ...\n",
            "mine.py:2: AttributeError: module 'numpy' has no attribute 'foo'",
        ),
        (LION.format(function="floor") + ")", "mine.py:10: SyntaxError: unmatched ')'"),
    ],
)
def test_a_file_that_cannot_be_run(text: str, line: str, folder: Path) -> None:
    (folder / "mine.py").write_text(text)
    assert race(folder, "run") == (2, "", f"race: race.toml: racer 2: {line}\n")
    assert not (folder / "runs").exists()


def test_a_file_that_fails_in_the_race(folder: Path) -> None:
    (folder / "mine.py").write_text(LION.format(function="foo"))
    line = "mine.py:8: AttributeError: module 'numpy' has no attribute 'foo'"
    assert race(folder, "run") == (2, "", f"race: race.toml: racer 2: {line}\n")
    assert not list((folder / "runs").glob("*"))


def test_a_film_of_a_file_that_fails_in_the_race(folder: Path) -> None:
    (folder / "mine.py").write_text(LION.format(function="foo"))
    manim = Path(sys.executable).with_name("manim")
    script = Path(__file__).parents[2] / "optimizer_race.py"
    done = subprocess.run(
        [manim, "-ql", script],
        cwd=folder,
        env=os.environ | {"RACE_CONFIG": str(folder / "race.toml")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("optimizer_race: race.toml: racer 2: mine.py:8: ")
    assert not (folder / "media").exists()
