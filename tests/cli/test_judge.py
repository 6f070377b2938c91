"""`race judge`: its table, its files, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread


def race(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from cli import main; main()", *arguments]
    root = Path(__file__).parents[2]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(root), "COLUMNS": "80"},
    )  # fmt: skip


def test_table_and_files(tmp_path: Path) -> None:
    few = ["--trials", "2", "--studies", "1", "--instances", "1", "--starts", "1", "--gradients", "20"]
    done = race("judge", "adam", "sgd", "lion", *few, "--processes", "1", "-o", "out", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("out/")] == [
        f"out/judge.{kind}" for kind in ("csv", "json", "png")
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "judge.csv", "judge.json", "judge.png",
    ]  # fmt: skip
    found = json.loads((tmp_path / "out/judge.json").read_text(encoding="utf-8"))
    assert found["plan"]["trials"] == 2
    assert {rival["name"] for rival in found["rivals"]} == {"Adam", "SGD", "Lion"}
    assert len(found["pairs"]) == 3
    assert imread(tmp_path / "out/judge.png").std() > 0.05
    assert np.isfinite(found["rivals"][0]["score"]["value"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["adam"], "takes 2 to 14 rivals, got 1"),
        (["adam", "adamm"], "did you mean 'adam'?"),
        (["adam", "adam"], "adam is given more than once"),
        (["adam", "sgd", "--trials", "0"], "trials must be a whole number from 1 to 10,000, got 0"),
    ],
)
def test_refused(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = race("judge", *arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_map(tmp_path: Path) -> None:
    done = race("map", "basin", "--surface", "booth", "--points", "8", "--processes", "1", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "runs/race-basin.png\n"), done.stderr
    assert imread(tmp_path / "runs/race-basin.png").std() > 0.05


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["basin", "--points", "1000000"], "at most 100,000,000 points, got a grid of 1,000,000 x 1,000,000"),
        (["basins"], "'basins' is not one of"),
        (["rates", "--rates", "1", "0.1"], "the lower one first, got [1.0, 0.1]"),
        (["rates", "-o", "a.mp4"], "must end in .png, .svg, .pdf, .npz, got a.mp4"),
    ],
)
def test_refused_maps(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = race("map", *arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
