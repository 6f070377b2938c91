"""The command under `python -OO`, which drops docstrings and assertions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from optimizers import OPTIMIZERS
from surfaces import SURFACES

WORDS = {
    ("list", "optimizers"): list(OPTIMIZERS),
    ("list", "surfaces"): list(SURFACES),
    ("list", "scenes"): ["OptimizerRace", "InsideTheStep"],
    ("--help",): ["run", "plot", "film"],
    ("run", "race.toml", "-o", "x.npz"): ["SGD", "x.npz"],
}


# One process runs them one after another: to import everything takes it longer than to run them.
CODE = """
import json, sys
from cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["race", *arguments]
    try:
        main()
    except SystemExit as ended:
        print(END, ended.code or 0, flush=True)
"""
END = "-- ended with"


def test_commands_work_without_docstrings(tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text('surface = "slope"\nsteps = 3\n[[racer]]\noptimizer = "sgd"\n')
    command = [sys.executable, "-OO", "-c", CODE.replace("END", repr(END)), json.dumps(list(WORDS))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    printed = done.stdout.split(END)
    assert [text.split()[0] for text in printed[1:]] == ["0"] * len(WORDS)
    for words, text in zip(WORDS.values(), printed, strict=False):
        assert [word for word in words if word not in text] == []
