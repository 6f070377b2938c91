"""`race judge` and `race map`: tables, files, and what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from cli.app import app
from cli.judge import read_rivals, run_judge
from comparison import JudgePlan


def race(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from cli import main; main()", *arguments]
    root = Path(__file__).parents[2]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(root), "COLUMNS": "80"},
    )  # fmt: skip


def test_table_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    plan = JudgePlan(2, 1, 2, 1, 20, families=("sphere", "booth", "beale"))
    paths = run_judge(read_rivals(["adam", "sgd", "lion"]), plan, 1, None, tmp_path / "out")
    table = capsys.readouterr().out
    assert max(map(len, table.splitlines())) <= 80
    assert "cannot be told apart from" in table
    assert [path.name for path in paths] == ["judge.csv", "judge.json", "judge.png"]
    assert sorted((tmp_path / "out").iterdir()) == sorted(paths)
    found = json.loads(paths[1].read_text(encoding="utf-8"))
    assert found["plan"]["trials"] == 2
    assert {rival["name"] for rival in found["rivals"]} == {"Adam", "SGD", "Lion"}
    assert len(found["pairs"]) == 3
    assert np.isfinite(found["rivals"][0]["score"]["value"])
    assert imread(paths[2]).std() > 0.05


def test_a_refusal_is_one_line(tmp_path: Path) -> None:
    done = race("judge", "adam", "sgd", "--trials", "0", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "race: trials must be a whole number from 1 to 10,000, got 0\n"


def test_a_map(tmp_path: Path) -> None:
    done = race("map", "basin", "--surface", "booth", "--points", "8", "--processes", "1", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "runs/race-basin.png\n"), done.stderr
    assert imread(tmp_path / "runs/race-basin.png").std() > 0.05


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["judge", "adam"], "takes 2 to 14 rivals, got 1"),
        (["judge", "adam", "adamm"], "did you mean 'adam'?"),
        (["judge", "adam", "adam"], "adam is given more than once"),
        (["judge", "adam", "sgd", "-o", "-"], "must be a folder, got -"),
        (
            ["map", "basin", "--points", "1000000"],
            "at most 100,000,000 points, got a grid of 1,000,000 x 1,0",
        ),
        (["map", "basins"], "'basins' is not one of"),
        (["map", "rates", "--rates", "1", "0.1"], "the lower one first, got [1.0, 0.1]"),
        (["map", "rates", "-o", "a.mp4"], "must end in .png, .svg, .pdf, .npz, got a.mp4"),
    ],
)
def test_refused(arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception) as refused:  # noqa: PT011 (typer's, or ours; test_a_refusal_is_one_line)
        app(arguments, standalone_mode=False)
    assert message in str(refused.value)
    assert not list(tmp_path.iterdir())
