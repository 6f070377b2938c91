"""The command under `python -OO`, which drops docstrings and assertions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from optimizers import OPTIMIZERS
from surfaces import SURFACES

RACE = Path(sys.executable).with_name("race")
WORDS = {
    ("list", "optimizers"): list(OPTIMIZERS),
    ("list", "surfaces"): list(SURFACES),
    ("list", "scenes"): ["OptimizerRace", "InsideTheStep"],
    ("--help",): ["run", "plot", "film"],
    ("run", "race.toml", "-o", "x.npz"): ["SGD", "x.npz"],
}


@pytest.mark.parametrize("arguments", WORDS, ids=" ".join)
def test_a_command_works_without_docstrings(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text('surface = "slope"\nsteps = 3\n[[racer]]\noptimizer = "sgd"\n')
    command = [sys.executable, "-OO", str(RACE), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [word for word in WORDS[arguments] if word not in done.stdout] == []
