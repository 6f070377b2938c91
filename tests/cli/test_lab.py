"""`race lab`: its tables, the files it leaves, what it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from races.lab import EPOCHS, PROBLEMS
from tests.cli import test_commands
from tests.cli.test_commands import Race, assert_refused

race, folder = test_commands.race, test_commands.folder

OPTIMIZERS = ("SGD", "RMSProp", "Adagrad", "Adam", "AdamW")


def test_lab_prints_a_table_for_each_problem_and_writes_a_csv_and_a_figure(race: Race, folder: Path) -> None:
    done = race("lab")
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert lines[-2:] == ["runs/lab/lab.csv", "runs/lab/lab.png"]
    assert max(map(len, lines)) <= 80
    titles = [line for line in lines if line.endswith(f"after {EPOCHS} epochs")]
    assert [title.split(":")[0] for title in titles] == list(PROBLEMS)
    rows = [line.split() for line in lines if line.startswith(" ●")]
    assert [row[1] for row in rows] == [*OPTIMIZERS] * len(PROBLEMS)
    assert rows[0] == ["●", "SGD", "0.01", "168.915", "14.9967"]
    assert rows[11] == ["●", "RMSProp", "0.01", "0.198405", "1.95640", "1.95640", "1.95640", "1.89957"]
    assert "RMSProp: alpha 0.8, eps 0; Adagrad: eps 0; AdamW: weight_decay 0.01" in lines
    with (folder / "runs/lab/lab.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    assert {(line["problem"], line["optimizer"]) for line in written} == {
        (problem, optimizer) for problem in PROBLEMS for optimizer in OPTIMIZERS
    }
    assert (folder / "runs/lab/lab.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("folder")
def test_the_tables_in_the_docs_are_those_printed(race: Race) -> None:
    page = (test_commands.ROOT / "docs/lab.md").read_text(encoding="utf-8").splitlines()
    shown = [line.strip() for line in page if "●" in line or "(minimum)  " in line]
    assert len(shown) == 4 * len(OPTIMIZERS) + 3
    assert set(shown) <= {line.strip() for line in race("lab").out.splitlines()}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_lab_of_one_problem_goes_to_files_of_its_name(race: Race, folder: Path, problem: str) -> None:
    done = race("lab", problem, "-o", "a/b")
    assert done.status == 0, done.err
    assert done.out.splitlines()[-2:] == [f"a/b/{problem}.csv", f"a/b/{problem}.png"]
    assert done.out.count("●") == len(OPTIMIZERS)
    assert sorted(path.name for path in (folder / "a/b").iterdir()) == [f"{problem}.csv", f"{problem}.png"]
    heading, *lines = (folder / f"a/b/{problem}.csv").read_text().splitlines()
    assert heading.split(",") == ["problem", "optimizer", "epoch", "loss", *PROBLEMS[problem].start]
    assert len(lines) == len(OPTIMIZERS) * (EPOCHS + 1)


def test_the_lab_comes_out_the_same_again(race: Race, folder: Path) -> None:
    files = [folder / f"runs/lab/linear-regression{suffix}" for suffix in (".csv", ".png")]
    first, second = (
        (race("lab", "linear-regression").out, [f.read_bytes() for f in files]) for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["netwrk"], "did you mean 'network'? Allowed: parabola, steep-parabola, network, linear-regression"),
        (["cars"], "unknown problem 'cars'; allowed: parabola"),
        (["network", "linear-regression"], "linear-regression"),
        (["-o", "race.toml"], "race.toml"),
        (["-o", "-"], "--output: must be a folder, got -"),
        (["network", "-o", "race.toml/x"], "race.toml"),
    ],
)
def test_lab_refuses_in_one_line(race: Race, folder: Path, arguments: list[str], expected: str) -> None:
    assert_refused(race("lab", *arguments), expected)
    assert [path.name for path in folder.iterdir()] == ["race.toml"]


def test_lab_writes_nothing_where_one_of_its_files_cannot_be(race: Race, folder: Path) -> None:
    (folder / "runs/lab/lab.png").mkdir(parents=True)
    assert_refused(race("lab"), "lab.png: is a directory")
    assert [path.name for path in (folder / "runs/lab").iterdir()] == ["lab.png"]
