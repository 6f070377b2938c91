"""The `race` command as a user meets it: a process, its output, its exit status, the files it leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import manim
import numpy as np
import pytest

import scenes.render
from cli import main
from cli.output import changes
from races import Trace
from surfaces import SURFACES, get_surface

RACE = Path(sys.executable).with_name("race")
ROOT = Path(__file__).parents[2]
COLUMNS = "80"


@dataclass
class Outcome:
    """What a command printed, and its exit status."""

    status: object
    out: str
    err: str


Race = Callable[..., Outcome]


@pytest.fixture
def race(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Race:
    """The command, run inside this process: a process of its own would take seconds to import."""

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["race", *arguments])
        monkeypatch.setenv("COLUMNS", COLUMNS)
        with pytest.raises(SystemExit) as exit_:
            main()
        return Outcome(exit_.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that holds the default race and nothing else."""
    (tmp_path / "race.toml").write_bytes((ROOT / "race.toml").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_imports_nothing_slow() -> None:
    slow = ("manim", "matplotlib", "pydantic", "numpy", "rich", "graphviz")
    code = f"import sys, cli; print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_run_prints_the_table_and_writes_a_trace(race: Race, folder: Path) -> None:
    done = race("run")
    assert done.status == 0, done.err
    *table, written = done.out.rstrip().splitlines()
    assert max(map(len, table)) <= 80
    assert all(any(name in line and "converged" in line for line in table) for name in ("SGD", "Adam"))
    trace = Trace.load(folder / written)
    assert trace.names == ("SGD", "Momentum", "RMSProp", "Adam")
    assert trace.losses[0, -2, 0] == pytest.approx(-0.328921, abs=1e-6)


@pytest.mark.parametrize("record", ["all", "ends"])
@pytest.mark.parametrize("count", [1, 13])
def test_gradients_are_counted_where_a_racer_evaluates_more_than_one_a_step(
    race: Race, folder: Path, count: int, record: str
) -> None:
    top = f'surface = "slope"\nsteps = 400\nrecord = "{record}"\nstart = {[[0.5, 0.5]] * count}\n'
    sgd = '[[racer]]\noptimizer = "sgd"\nlr = 3.0\n'  # as wide as numbers are
    others = '[[racer]]\noptimizer = "newton"\nname = "Newton, by a long way"\n'
    (folder / "race.toml").write_text(top + sgd + others + '[[racer]]\noptimizer = "lbfgs"\nlr = 1e9\n')
    done = race("run", "-o", "x.npz")
    assert done.status == 0, done.err
    trace, table = Trace.load(folder / "x.npz"), done.out.splitlines()[:-1]
    assert max(map(len, table)) <= 80
    counts = trace.evaluations[:, -1, 0].tolist()
    assert counts[:2] == [400, 1200]
    for name, number, status in zip(("SGD", "Newton", "L-BFGS"), counts, trace.status[:, 0], strict=True):
        (line,) = [line for line in table if f"● {name}" in line]
        assert str(number) in line.split()
        assert count > 1 or status.replace("_", " ") in line
    assert "gradients" in done.out
    (folder / "race.toml").write_text(top + sgd)
    assert "gradients" not in race("run").out


def test_init_writes_a_race_that_runs(race: Race, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    built_in = race("run", "-o", "built-in.npz")
    assert built_in.status == 0, built_in.err
    for arguments, path in ((["init"], "race.toml"), (["init", "new/mine.toml"], "new/mine.toml")):
        assert race(*arguments).out.splitlines() == [path]
        assert race("run", path, "-o", "x.npz").status == 0
        np.testing.assert_array_equal(Trace.load("x.npz").losses, Trace.load("built-in.npz").losses)
    (tmp_path / "race.toml").write_text("mine")
    assert_refused(race("init"), "race.toml exists already")
    assert (tmp_path / "race.toml").read_text() == "mine"


def test_runs_do_not_replace_each_other(race: Race, folder: Path) -> None:
    written = {race("run").out.splitlines()[-1] for _ in range(3)}
    assert len(written) == len(list((folder / "runs").iterdir())) == 3


def test_runs_at_the_same_moment_do_not_replace_each_other(folder: Path) -> None:
    runs = [subprocess.Popen([RACE, "run"], stdout=subprocess.PIPE, text=True, cwd=folder) for _ in range(4)]
    written = {run.communicate()[0].splitlines()[-1] for run in runs}
    assert len(written) == 4
    assert {str(path.relative_to(folder)) for path in (folder / "runs").iterdir()} == written
    for path in written:
        Trace.load(folder / path)


def test_overrides_take_precedence(race: Race, folder: Path) -> None:
    done = race("run", "--surface", "slope", "--start", "0.5", "1.5", "--steps", "7", "-o", "x.json")
    assert done.status == 0, done.err
    content = json.loads((folder / "x.json").read_text())
    assert content["spec"]["surface"] == "slope"
    assert content["spec"]["start"] == [[0.5, 1.5]]
    assert len(content["losses"][0]) == 8


@pytest.mark.usefixtures("folder")
def test_another_surface_comes_with_its_own_start(race: Race) -> None:
    assert "[-1.5, 2.5]" in race("run", "--surface", "rosenbrock").out


def test_the_environment_names_another_race(
    race: Race, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "other.toml").write_text('surface = "ackley"\n[[racer]]\noptimizer = "adam"\n')
    monkeypatch.setenv("RACE_CONFIG", "other.toml")
    assert "ackley" in race("run").out


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_plot_draws_a_race_and_a_trace(race: Race, folder: Path, suffix: str) -> None:
    race("run", "-o", "x.npz")
    for source in ("race.toml", "x.npz"):
        done = race("plot", source, "-o", f"figure{suffix}")
        assert done.status == 0, done.err
        assert done.out == f"figure{suffix}\n"
        magic = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[suffix]
        assert (folder / done.out.strip()).read_bytes().startswith(magic)


def test_a_race_of_which_the_ends_are_kept_has_a_table_but_no_plot_and_no_film(
    race: Race, folder: Path
) -> None:
    text = (folder / "race.toml").read_text()
    (folder / "race.toml").write_text(f'record = "ends"\n{text}')
    outcome = race("run", "-o", "ends.npz")
    assert outcome.status == 0
    assert "converged" in outcome.out
    for command in (["plot"], ["plot", "ends.npz"], ["film", "-q", "l"]):
        outcome = race(*command)
        assert outcome.status == 2
        assert outcome.err.count("\n") == 1
        assert "needs every step of the race: record must be 'all', got 'ends'" in outcome.err
    assert {path.name for path in folder.iterdir()} == {"race.toml", "ends.npz"}


def test_a_racer_that_diverges_is_in_the_table(race: Race, folder: Path) -> None:
    (folder / "race.toml").write_text('surface = "slope"\n[[racer]]\noptimizer = "sgd"\nlr = 1e200\n')
    assert "diverged" in race("run").out
    assert race("plot").status == 0


@pytest.mark.parametrize("surface", SURFACES)
def test_graph_draws_every_surface_at_its_start(race: Race, folder: Path, surface: str) -> None:
    done = race("graph", surface)
    assert done.status == 0, done.err
    assert done.out == f"runs/{surface}-graph.svg\n"
    written = (folder / done.out.strip()).read_text(encoding="utf-8")
    assert all(f">{name}</text>" in written for name in ("u", "v", "loss", "value", "gradient"))
    assert "left out" not in written
    start = (f"{x:.4g}".replace("-", "\N{MINUS SIGN}") for x in get_surface(surface).start)
    assert all(f">{x}</text>" in written for x in start)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".PNG"])
def test_graph_writes_what_the_suffix_says(race: Race, folder: Path, suffix: str) -> None:
    done = race("graph", "rosenbrock", "--at", "-1.5", "0.25", "-o", f"new/graph{suffix}")
    assert done.status == 0, done.err
    assert done.out == f"new/graph{suffix}\n"
    magic = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[suffix.lower()]
    assert (folder / done.out.strip()).read_bytes().startswith(magic)
    assert [path.name for path in (folder / "new").iterdir()] == [f"graph{suffix}"]


def test_graph_without_graphviz_says_what_to_install(
    race: Race, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert_refused(race("graph", "slope"), "apt-get install graphviz")
    assert [path.name for path in folder.iterdir()] == ["race.toml"]


LISTED = {
    "surfaces": ("slope", "rastrigin", "funky3"),
    "optimizers": ("sgd", "momentum", "rmsprop", "adam"),
    "scenes": (
        "OptimizerRace",
        "ContourRace",
        "BackpropGraph",
        "DecisionBoundaries",
        "BasinMap",
        "Generations",
        "scenes/contour_race.py",
    ),
}


@pytest.mark.parametrize("what", LISTED)
def test_lists_fit_a_terminal(race: Race, what: str) -> None:
    done = race("list", what)
    assert done.status == 0, done.err
    assert all(name in done.out for name in LISTED[what])
    assert max(map(len, done.out.splitlines())) <= 80


def test_surfaces_are_listed_in_the_order_of_their_names(race: Race) -> None:
    words = [line.split()[0] for line in race("list", "surfaces").out.splitlines() if line.strip()]
    assert [word for word in words if word in SURFACES] == sorted(SURFACES)


@pytest.mark.parametrize("scene", ["OptimizerRace", "ContourRace", "BackpropGraph", "DecisionBoundaries"])
def test_film_makes_each_film_and_prints_where_it_is(
    race: Race, folder: Path, scene: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "race.toml").write_text(
        'surface = "slope"\nsteps = 9\n[film]\nlength = 20\n[[racer]]\noptimizer = "adam"\n'
    )
    small = {"pixel_width": 128, "pixel_height": 72, "frame_rate": 6, "progress_bar": "none"}

    def tiny(options: dict[str, Any]) -> AbstractContextManager[None]:
        assert options.pop("quality") == "low_quality"
        return manim.tempconfig(options | small | {"verbosity": "ERROR"})

    monkeypatch.setattr(scenes.render, "tempconfig", tiny)
    done = race("film", "--scene", scene, "-q", "l", "--surface", "rosenbrock")
    assert done.status == 0, done.err
    made = Path(done.out.splitlines()[-1])
    assert made.name == f"{scene}-surface=rosenbrock.mp4"
    assert (folder / made).is_relative_to(folder / "media")
    with av.open(str(folder / made)) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert len(pictures) > 100
    assert pictures[-1].max() > 100


def test_options_that_change_the_race_are_in_the_names_of_its_files(race: Race, folder: Path) -> None:
    (folder / "race.toml").write_text('surface = "slope"\nsteps = 3\n[[racer]]\noptimizer = "adam"\n')
    assert race("plot", "--surface", "rosenbrock", "--start", "1", "-0.5").status == 0
    assert [path.name for path in folder.glob("runs/*")] == ["race-surface=rosenbrock-start=1.0,-0.5.png"]
    assert "/race-steps=7-" in race("run", "--steps", "7").out.splitlines()[-1]
    surfaces = ("u**2 + v", "u**2 - v", "u**2_+_v", "mine.py:bowl", "mine.py_bowl", "u" * 99, "u" * 98)
    starts = ((0.5, 0.25), (0.5, 0.2500001), (0.5, -0.25))
    names = [*(changes({"surface": x}) for x in surfaces), *(changes({"start": x}) for x in starts)]
    assert len({*names}) == len(names)
    assert all(re.fullmatch(r"[\w=.,+-]{1,60}", name) for name in names)


def test_film_writes_where_it_is_told_to_and_nothing_else(
    race: Race, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mine.toml").write_text(
        'surface = "slope"\nsteps = 9\n[film]\nlength = 20\n[[racer]]\noptimizer = "adam"\n'
    )
    small = {"pixel_width": 64, "pixel_height": 36, "frame_rate": 6, "progress_bar": "none"}
    monkeypatch.setattr(scenes.render, "tempconfig", lambda options: manim.tempconfig(options | small))
    name = "films/{my} film.mp4"
    done = race("film", "mine.toml", "--scene", "ContourRace", "-q", "l", "-o", name)
    assert done.status == 0, done.err
    assert done.out.splitlines()[-1] == name
    assert sorted(path.name for path in folder.rglob("*")) == [
        "films",
        "mine.toml",
        "race.toml",
        "{my} film-poster.png",
        "{my} film.mp4",
        "{my} film.srt",
    ]
    with av.open(str(folder / name)) as container:
        assert sum(1 for _ in container.decode(video=0)) > 100
    kinds = ".mp4, .webm, .mov, .gif, .png"
    assert_refused(race("film", "mine.toml", "-o", "film.avi"), f"must end in {kinds}, got film.avi")
    assert_refused(race("film", "mine.toml", "-o", "films"), f"must end in {kinds}, got films")
    assert_refused(race("film", "mine.toml", "--at", "3"), "--at: is for a still")
    assert_refused(
        race("film", "mine.toml", "-o", "a.png", "--at", "10"), "must be a step of the race, 0 to 9, got 10"
    )
    assert_refused(race("film", "mine.toml", "-o", "a.gif", "--sections"), "--sections: is for .mp4")
    assert_refused(race("film", "mine.toml", "-o", "mine.toml/film.mp4"), "mine.toml: not a directory")


BAD_CONFIGS = {
    "syntax": ("surface = funky", "line 1, column 11"),
    "unknown key": ('surfaces = "funky"', "did you mean 'surface'"),
    "unknown racer key": (
        'surface = "funky"\n[[racer]]\noptimizer = "sgd"\nlearning_rate = 1',
        "learning_rate",
    ),
    "unknown surface": ('surface = "fnky"\n[[racer]]\noptimizer = "sgd"', "did you mean 'funky'"),
    "unknown optimizer": ('surface = "funky"\n[[racer]]\noptimizer = "adm"', "did you mean 'adam'"),
    "negative lr": ('surface = "funky"\n[[racer]]\noptimizer = "sgd"\nlr = -0.1', "-0.1"),
    "start outside": ('surface = "funky"\nstart = [3, 3]\n[[racer]]\noptimizer = "sgd"', "[3.0, 3.0]"),
    "steps 0": ('surface = "funky"\nsteps = 0\n[[racer]]\noptimizer = "sgd"', "steps"),
    "steps text": ('surface = "funky"\nsteps = "many"\n[[racer]]\noptimizer = "sgd"', "'many'"),
    "nan": ('surface = "funky"\nstart = [nan, 0.5]\n[[racer]]\noptimizer = "sgd"', "nan"),
}
EXPRESSIONS = {
    "import": ("__import__('os').system('touch hacked')", "column 1"),
    "attribute": ("u.real + v", "column 1"),
    "name": ("u + w", "column 5"),
    "long": ("u+" * 50_000 + "v", "column 2001"),
    "deep": ("(" * 10_000 + "u" + ")" * 10_000, "column"),
}
for key, (text, expected) in EXPRESSIONS.items():
    table = f"{{ expression = {json.dumps(text)}, u_range = [-1, 1], v_range = [-1, 1] }}"
    BAD_CONFIGS[f"expression {key}"] = (f'surface = {table}\n[[racer]]\noptimizer = "sgd"', expected)


@pytest.mark.parametrize("command", ["run", "film"])
@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_a_bad_race_gives_one_line_status_2_and_writes_nothing(
    race: Race, name: str, command: str, folder: Path
) -> None:
    content, expected = BAD_CONFIGS[name]
    (folder / "race.toml").write_text(content)
    done = race(command)
    assert_refused(done, expected)
    assert [path.name for path in folder.iterdir()] == ["race.toml"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "missing.toml"], "missing.toml"),
        (["run", "--steps", "ten"], "--steps"),
        (["run", "--steps", "0"], "--steps"),
        (["run", "--start", "9", "9"], "--start"),
        (["run", "--start", "nan", "0"], "--start"),
        (["run", "--surface", "fnky"], "funky"),
        (["run", "-o", "x.xlsx"], ".npz"),
        (["plot", "-o", "x.gif"], ".png"),
        (["plot", "missing.npz"], "missing.npz"),
        (["graph"], "SURFACE"),
        (["graph", "fnky"], "did you mean 'funky'"),
        (["graph", "../funky"], "funky"),
        (["graph", "funky", "-o", "x.gif"], ".svg"),
        (["graph", "funky", "-o", "x"], ".svg"),
        (["graph", "funky", "-o", "."], "--output"),
        (["graph", "funky", "-o", "race.toml/x.svg"], "race.toml"),
        (["graph", "funky", "--at", "0.1"], "--at"),
        (["graph", "funky", "--at", "a", "b"], "--at"),
        (["graph", "funky", "--at", "3", "0.5"], "u in [0.0, 1.2]"),
        (["graph", "funky", "--at", "nan", "0.5"], "nan"),
        (["film", "-q", "z"], "quality"),
        (["film", "--scene", "nonsense"], "ContourRace"),
        (["film", "--scene", "contourrace"], "--scene"),
        (["list", "cars"], "'WHAT': 'cars' is not one of 'surfaces'"),
        (["fly"], "fly"),
    ],
)
def test_bad_arguments_give_one_line_and_status_2(
    race: Race, folder: Path, arguments: list[str], expected: str
) -> None:
    assert_refused(race(*arguments), expected)
    assert [path.name for path in folder.iterdir()] == ["race.toml"]


def test_damaged_traces_are_refused(race: Race, folder: Path) -> None:
    race("run", "-o", "x.npz")
    whole = (folder / "x.npz").read_bytes()
    for name, content in {
        "cut.npz": whole[: len(whole) // 2],
        "empty.npz": b"",
        "text.npz": b"hello",
    }.items():
        (folder / name).write_bytes(content)
        assert_refused(race("plot", name), name)
    assert not (folder / "runs").exists()


@pytest.mark.parametrize("delay", [0.3, 0.9, 1.2, 1.5, 1.8])
def test_killing_a_run_leaves_no_half_written_file(folder: Path, delay: float) -> None:
    environment = {**os.environ, "COLUMNS": "80"}
    process = subprocess.Popen(
        [RACE, "run", "--steps", "2000"], cwd=folder, env=environment, stdout=subprocess.DEVNULL
    )
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for path in (folder / "runs").glob("**/*"):
        Trace.load(path)


def assert_refused(done: Outcome, expected: str) -> None:
    assert done.status == 2, done.out + done.err
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert expected in done.err
    assert len(done.err) < 400
