"""`race evolve`: what it prints and writes, and what it refuses."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.image import imread

from cli.app import app
from cli.evolve import run_evolve
from evolution import BreedingPlan, EvolutionError, load_history
from optimizers.learned_network import about_learned, load_learned
from tests.cli.test_judge import race

PLAN = BreedingPlan(
    hidden=1, population=4, generations=3, steps=10, instances=2, functions=("ripples",), every=2,
    validation=("booth",), scheme="generational",
)  # fmt: skip


def test_what_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "models" / "o9"
    paths = run_evolve(PLAN, 1, None, folder)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["0", "2", "3"]
    assert all("validation" in line for line in lines)
    assert [path.name for path in paths] == ["o9.npz", "history.npz", "progress.csv", "progress.png"]
    assert sorted(folder.iterdir()) == sorted([*paths, folder / "progress.npz"])
    about = about_learned(paths[0])
    number = about["generation"]["number"]
    assert load_learned(paths[0]) == load_history(paths[1])[number]
    assert about["plan"]["seed"] == 0
    assert about["command"].startswith("race evolve --features blind --hidden 1 --scheme generational")
    with paths[2].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == ["0", "1", "2", "3"]
    assert float(rows[number]["validation"]) == about["generation"]["validation"]
    assert rows[1]["validation"] == ""
    assert imread(paths[3]).std() > 0.05

    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(EvolutionError, match="is of another breeding: its seed is 0, not 1"):
        run_evolve(replace(PLAN, seed=1), 1, None, folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_refusal_is_one_line(tmp_path: Path) -> None:
    done = race("evolve", "--population", "1", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "race: population must be a whole number from 2 to 10,000, got 1\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--generations", "0"], "generations must be a whole number from 1 to 100,000, got 0"),
        (["--scheme", "genetic"], "unknown scheme 'genetic'"),
        (["--features", "seeds"], "unknown features 'seeds'; did you mean 'seed'?"),
        (["--out", "-"], "must be a folder, got -"),
        (["--out", "taken"], "Not a directory"),
    ],
)
def test_refused(arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(Exception) as refused:  # noqa: PT011 (typer's, or ours; test_a_refusal_is_one_line)
        app(["evolve", *arguments], standalone_mode=False)
    assert message in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
