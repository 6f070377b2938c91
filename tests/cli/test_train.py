"""`race train` and `race list models`: tables, figures, saved networks, what is refused."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from networks import MLP, list_networks, load_network, save_network
from networks.datasets import moons
from optimizers import LearnedNetwork, save_learned
from tests.cli import test_commands
from tests.cli.test_commands import Outcome, Race, assert_refused

race, folder = test_commands.race, test_commands.folder

QUICK = ("--hidden", "4", "--epochs", "3")


def rows(done: Outcome) -> list[list[str]]:
    return [line.split()[1:] for line in done.out.splitlines() if line.startswith(" ●")]


def test_train_prints_a_table_draws_a_figure_and_saves_the_network(race: Race, folder: Path) -> None:
    done = race("train", "moons", "--optimizer", "adam", "--lr", "0.01")
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].rstrip() == "moons: 2-16-16-1 relu, trained on 80 samples, tested on 20"
    assert lines[-3:] == [
        "finished: All epochs were completed.",
        "models/moons.png",
        "models/moons-adam.json",
    ]
    assert max(map(len, lines)) <= 80
    (row,) = rows(done)
    assert row[:2] == ["Adam", "0.01"]
    assert row[4:9] == ["100", "%", "95", "%", "100"]
    assert row[-1] == "finished"
    assert load_network("moons-adam", folder / "models").sizes == (2, 16, 16, 1)
    assert matplotlib.image.imread(folder / "models/moons.png").shape[:2] == (506, 1496)


def test_several_optimizers_share_a_table_a_figure_and_their_start(race: Race, folder: Path) -> None:
    several = ("--optimizer", "sgd", "--optimizer", "momentum", "--optimizer", "adam")
    done = race("train", "spirals", *several, "--lr", "0", *QUICK)
    assert done.status == 0, done.err
    assert [row[0] for row in rows(done)] == ["SGD", "Momentum", "Adam"]
    assert max(map(len, done.out.splitlines())) <= 80
    names = ["spirals-sgd", "spirals-momentum", "spirals-adam"]
    assert done.out.splitlines()[-4:] == ["models/spirals.png", *(f"models/{name}.json" for name in names)]
    first, *others = (load_network(name, folder / "models").state_dict() for name in names)
    for other in others:  # with a learning rate of 0 nothing has moved
        for key, array in first.items():
            np.testing.assert_array_equal(other[key], array)


def test_one_optimizer_at_several_rates(race: Race, folder: Path) -> None:
    twice = ("--optimizer", "adam", "--optimizer", "adam", "--lr", "0.01", "--lr", "0.1")
    done = race("train", "quadratic", *twice, *QUICK, "-o", "mine")
    assert [row[:2] for row in rows(done)] == [["Adam", "0.01"], ["Adam", "0.1"]]
    assert [saved.identifier for saved in list_networks(folder / "mine")] == [
        "quadratic-adam-0.01",
        "quadratic-adam-0.1",
    ]


def test_nothing_is_replaced(race: Race, folder: Path) -> None:
    for i in range(2):
        written = race("train", "quadratic", *QUICK).out.splitlines()[-2:]
        stem = f"quadratic-{i + 1}" if i else "quadratic"
        assert written == [f"models/{stem}.png", f"models/{stem}-adam.json"]
    assert len(list((folder / "models").iterdir())) == 6


def test_the_same_seed_trains_the_same_network(race: Race, folder: Path) -> None:
    for seed in ("1", "1", "2"):
        race("train", "quadratic", "--seed", seed, "--batch-size", "7", *QUICK)
    first, again, other = (
        load_network(name, folder / "models").state_dict()["layers.0.weight"]
        for name in ("quadratic-adam", "quadratic-2-adam", "quadratic-3-adam")
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_layers_the_activation_and_the_loss_are_those_asked_for(race: Race, folder: Path) -> None:
    for sizes in (["--hidden", "3", "5"], ["--hidden=3,5"], ["--hidden", "3 5"]):
        done = race("train", *sizes, "quadratic", "--activation", "tanh", "--epochs", "1")
        assert done.out.startswith("quadratic: 2-3-5-1 tanh,"), done.err
    done = race("train", "moons", "--hidden", "0", "--loss", "hinge", "--epochs", "1")
    assert done.out.startswith("moons: 2-1,"), done.err
    saved = json.loads((folder / "models/moons-adam.json").read_text())
    assert saved["about"]["loss_function"] == "hinge_loss"


@pytest.mark.parametrize("data", ["linear", "quadratic"])
def test_a_regression_has_no_accuracy(race: Race, folder: Path, data: str) -> None:
    done = race("train", data, "--optimizer", "momentum", "--lr", "0.01", "--hidden", "0", "--epochs", "30")
    assert done.status == 0, done.err
    assert "accuracy" not in done.out
    assert (folder / f"models/{data}.png").exists()
    assert race("list", "models").out.splitlines()[4].split()[-3:] == ["-", "-", "finished"]


def test_a_training_that_diverges_keeps_its_record_beside_the_others(race: Race, folder: Path) -> None:
    done = race(
        "train", "linear", "--optimizer", "sgd", "--optimizer", "adam", "--lr", "2", "--lr", "0.1",
        "--hidden", "8", "--epochs", "30",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert [row[-1] for row in rows(done)] == ["diverged", "finished"]
    assert "diverged: Its loss stopped being a finite number." in done.out
    kept = json.loads((folder / "models/linear-sgd.json").read_text())["about"]
    assert (kept["status"], kept["epochs"] < 30) == ("diverged", True)
    assert "diverged" in race("list", "models").out


def test_patience_stops_early(race: Race, folder: Path) -> None:
    done = race("train", "moons", "--lr", "0.1", "--patience", "5", "--epochs", "500")
    assert "stopped early: The test loss had not improved for as many epochs as allowed." in done.out
    assert json.loads((folder / "models/moons-adam.json").read_text())["about"]["epochs"] < 500


def test_a_csv_file_of_ones_own(race: Race, folder: Path) -> None:
    lines = [f"{i % 7},{i % 5},{i % 3},{'good' if i % 7 > 3 else 'bad'}" for i in range(40)]
    (folder / "my wine.csv").write_text("\n".join(["$a_1$,sugar,é,kind", *lines]) + "\n", encoding="utf-8")
    done = race("train", "my wine.csv", "--label", "kind", *QUICK)
    assert done.status == 0, done.err
    assert done.out.startswith("my wine: 3-4-1 relu, trained on")
    assert done.out.splitlines()[-2:] == ["models/my-wine.png", "models/my-wine-adam.json"]


CSV = {
    "gap.csv": "x,y,kind\n0,,a\n1,0,b\n",
    "one.csv": "x,y,kind\n0,1,a\n1,0,a\n",
    "text.csv": "x,y,kind\n0,hello,a\n1,0,b\n",
    "bare.csv": "0,1,2\n3,4,5\n",
    "huge.csv": "x,y,kind\n0,1e300,a\n1,0,b\n",
}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "DATA"),
        (["mons"], "did you mean 'moons'"),
        (["cars"], "or a file that ends in .csv"),
        (["moons", "--label", "x"], "--label: is for CSV files, not for moons"),
        (["gap.csv"], "--label: name the column of gap.csv to predict"),
        (["gap.csv", "--label", "kid"], "did you mean 'kind'"),
        (["gap.csv", "--label", "kind"], "line 2, column 'y': '' is missing"),
        (["one.csv", "--label", "kind"], "only one class, 'a'"),
        (["text.csv", "--label", "kind"], "'hello' is text"),
        (["bare.csv", "--label", "kind"], "line 1 is no header"),
        (["huge.csv", "--label", "kind"], "'1e300' is too large"),
        (["none.csv", "--label", "kind"], "none.csv: no such file"),
        (["moons", "--optimizer", "adm"], "did you mean 'adam'"),
        (["moons", "--optimizer", "mine.py:Mine"], "mine.py: no such file"),
        (["moons", "--optimizer", "adam", "--optimizer", "adam"], "Adam 0.001 is given more than once"),
        (["moons", "--lr", "-1"], "--lr: lr must be a finite number of at least 0, got -1"),
        (["moons", "--lr", "nan"], "--lr"),
        (["moons", "--lr", "1", "--lr", "2"], "as often as --optimizer (1), got 2 times"),
        (["moons", "--hidden", "0", "4"], "--hidden: must be up to 8 sizes of 1 to 1,024"),
        (["moons", "--hidden", "1025"], "got '1025'"),
        (["moons", "--hidden"], "--hidden"),
        (["moons", "--activation", "rleu"], "did you mean 'relu'"),
        (["moons", "--loss", "mse"], "must be cross-entropy or hinge for moons, which is of 2 classes"),
        (["linear", "--loss", "hinge"], "must be mse for linear, which is a regression, got hinge"),
        (["moons", "--epochs", "0"], "--epochs"),
        (["moons", "--batch-size", "0"], "--batch-size"),
        (["moons", "--patience", "0"], "--patience"),
        (["moons", "--seed", "-1"], "--seed"),
        (["moons", "-o", "-"], "--output: must be a folder, got -"),
        (["moons", "-o", "race.toml"], "race.toml: not a directory"),
    ],
)
def test_train_refuses_in_one_line(race: Race, folder: Path, arguments: list[str], expected: str) -> None:
    for name, content in CSV.items():
        (folder / name).write_text(content)
    assert_refused(race("train", *arguments), expected)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*CSV, "race.toml"])


@pytest.mark.usefixtures("folder")
def test_without_scikit_learn_the_extra_is_named(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert_refused(race("train", "iris"), "iris needs scikit-learn: uv pip install scikit-learn, or uv sync")
    assert_refused(race("train", "digits"), "--extra networks")


@pytest.mark.usefixtures("folder")
def test_saved_networks_are_listed(race: Race) -> None:
    assert race("list", "models").out.startswith("No network is saved in models; race train saves some.\n")
    race("train", "moons", "--optimizer", "sgd", "--optimizer", "rmsprop", *QUICK, "-o", "mine")
    done = race("list", "models", "--from", "mine")
    assert done.status == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 80
    first, second = (line.split() for line in done.out.splitlines() if "moons" in line)
    assert first[:4] == ["moons-rmsprop", "moons", "2-4-1", "relu"]
    assert second[0] == "moons-sgd"
    assert first[-1] == "finished"
    assert_refused(race("list", "surfaces", "--from", "mine"), "--from: is for models, not for surfaces")
    assert_refused(race("list", "models", "--from", "race.toml"), "race.toml: not a directory")


def test_networks_of_the_learned_optimizer_are_listed(race: Race, folder: Path) -> None:
    network = LearnedNetwork("seed", 3, (0.0,) * 25)
    about = {"command": "race evolve --seed 3", "generation": {"number": 40, "validation": -1.25}}
    save_learned(network, folder / "models/mine/mine.npz", about)
    save_learned(network, folder / "models/odd/odd.npz", {"command": 3, "generation": "\x1b[31m"})
    (folder / "models/odd/another.npz").write_bytes(b"no network")
    done = race("list", "models")
    assert done.status == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 80
    first = [line.split()[0] for line in done.out.splitlines() if line.split()]
    assert {"o1", "models/mine/mine.npz", "models/odd/odd.npz"} <= {*first}
    assert "models/odd/another.npz" not in done.out
    for words in ("race evolve", "--seed 3", "number 40", "-1.25"):
        assert words in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("damage", ["weights", "no weights", "format", "not JSON", "steers the terminal"])
def test_a_damaged_network_is_said_below_those_that_are_whole(race: Race, folder: Path, damage: str) -> None:
    for identifier in ("moons-adam", "moons-sgd"):
        save_network(MLP([2, 3, 1]), identifier, folder / "models", data=moons())
    weights, text = (folder / f"models/moons-adam{suffix}" for suffix in (".npz", ".json"))
    saved = text.read_text()
    match damage:
        case "weights":
            weights.write_bytes(weights.read_bytes()[:-100])
        case "no weights":
            weights.unlink()
        case "format":
            text.write_text(saved.replace('"format": 1', '"format": 7'))
        case "not JSON":
            text.write_bytes(b"\x80\x00")
        case "steers the terminal":
            text.write_text(saved.replace('"moons-adam"', '"\\u001b[31m"'))
    done = race("list", "models")
    assert done.status == 2
    assert "moons-sgd" in done.out
    assert "moons-adam" not in done.out
    assert done.err.startswith("race: models/moons-adam.")
    assert done.err.count("\n") == 1
    assert "\x1b" not in done.out + done.err


@pytest.mark.parametrize(("module", "name"), [("torch", "torch.optim.AdamW"), ("optax", "optax.adam")])
def test_optimizers_of_libraries_train_networks(race: Race, folder: Path, module: str, name: str) -> None:
    done = race("train", "moons", "--optimizer", name, "--lr", "0.01", *QUICK)
    if importlib.util.find_spec(module):
        assert done.status == 0, done.err
        assert len([*(folder / "models").glob("*.npz")]) == 1
    else:
        assert_refused(done, f"{name} needs")
