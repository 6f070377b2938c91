"""No command writes anything but the project's own words, whatever race it is given."""

from __future__ import annotations

import subprocess
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import manim
import pytest

import scenes.render
from cli import main
from optimizers import OPTIMIZERS
from tests.cli import test_commands
from tests.cli.test_commands import RACE, Outcome

folder = test_commands.folder

WITHOUT_V = "{ expression = 'cos(u) + 0.1*u**2', u_range = [-3, 3], v_range = [-1, 1] }"
EVERYONE = "".join(f"[[racer]]\noptimizer = '{name}'\n" for name in OPTIMIZERS)
FEW = "".join(f"[[racer]]\noptimizer = '{name}'\n" for name in ("adam", "adagrad", "lbfgs", "newton"))
EPS_0 = "".join(
    f"[[racer]]\noptimizer = '{name}'\neps = 0\n"
    for name, kind in OPTIMIZERS.items()
    if "eps" in kind.defaults()
)
RACES = {
    "without v": f"surface = {WITHOUT_V}\n{EVERYONE}",
    "without v, eps = 0": f"surface = {WITHOUT_V}\n{EPS_0}",
    "at a minimum, eps = 0": f"surface = 'slope'\nstart = [1.0, 1.0]\n{EPS_0}",
    "CJK names": "surface = 'himmelblau'\n[[racer]]\noptimizer = 'adam'\nname = '赤い亀'\n"
    "[[racer]]\noptimizer = 'sgd'\nname = '거북이 \U0001f422'\n",
    "huge": "surface = { expression = '1e280*(u**2 + v**2)', u_range = [-1e10, 1e10], "
    f"v_range = [-1e10, 1e10] }}\n{EVERYONE}",
    "huge and below 0": "surface = { expression = '1e300*u*v', u_range = [-10, 10], v_range = [-10, 10] }\n"
    f"{FEW}",
    "far out": "surface = 'slope'\n[[racer]]\noptimizer = 'sgd'\nlr = 1e200\n"
    "[[racer]]\noptimizer = 'momentum'\nlr = 1e100\n[[racer]]\noptimizer = 'adam'\nlr = 1e300\n",
    "noise, huge": "surface = 'slope'\nnoise = { scale = 1e300 }\n[[racer]]\noptimizer = 'adam'\n"
    "[[racer]]\noptimizer = 'sgd'\n",
    "flat": "surface = { expression = '0*u + 2', u_range = [-1, 1], v_range = [-1, 1] }\n" + FEW,
    "tiny": "surface = { expression = '1e-300*(u**2 + v**2)', u_range = [-1, 1], v_range = [-1, 1] }\n" + FEW,
    "a pole": "surface = { expression = '1/(u - 0.31) + v', u_range = [-1, 1], v_range = [-1, 1] }\n" + FEW,
}
SEVERAL = ("without v, eps = 0", "huge", "far out")


class Commands:
    """The command in this process; what it writes is caught where the system does, at the descriptors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capfd = monkeypatch, capfd

    def __call__(self, *arguments: str) -> Outcome:
        self._monkeypatch.setattr("sys.argv", ["race", *arguments])
        self._monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as exit_:
            main()
        return Outcome(exit_.value.code or 0, *self._capfd.readouterr())


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Commands:
    return Commands(monkeypatch, capfd)


@pytest.mark.usefixtures("folder")
def test_a_process_of_its_own_is_quiet_too() -> None:
    Path("mine.toml").write_text(RACES["CJK names"] + EPS_0, encoding="utf-8")
    done = subprocess.run([RACE, "plot", "mine.toml"], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("runs/mine.png\n", "")


# Warnings are errors in these tests, and a logger's last resort is stderr.
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "several"), [*((name, False) for name in RACES), *((n, True) for n in SEVERAL)]
)
def test_a_race_is_run_and_plotted_in_the_projects_own_words(
    commands: Commands, name: str, several: bool
) -> None:
    text = RACES[name]
    if several:
        lines = [line for line in text.splitlines() if not line.startswith("start")]
        text = "\n".join(["start = [[0.5, 0.5], [0.25, -0.5], [0.9, 0.9]]", *lines]).replace("-0.5]", "0.5]")
    Path("mine.toml").write_text(f"steps = 12\n{text}", encoding="utf-8")
    for arguments in (["run", "mine.toml", "-o", "x.npz"], ["run", "x.npz", "-o", "x.csv"]):
        done = commands(*arguments)
        assert (done.status, done.err) == (0, "")
        table, written = done.out.rstrip("\n").rsplit("\n", 1)
        assert written == arguments[-1]
        assert "● " in table
        assert "Warning" not in done.out
    assert commands("plot", "x.npz", "-o", "x.png") == Outcome(0, "x.png\n", "")


@pytest.mark.usefixtures("folder")
def test_so_do_the_other_commands(commands: Commands) -> None:
    assert commands("graph", "himmelblau", "-o", "x.svg") == Outcome(0, "x.svg\n", "")
    assert commands("lab", "network", "-o", "lab").err == ""
    for what in ("surfaces", "optimizers", "scenes"):
        done = commands("list", what)
        assert (done.status, done.err) == (0, "")


@pytest.mark.usefixtures("folder")
def test_so_does_a_film(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    racers = EPS_0.split("[[racer]]\n")[1:4]
    names = ("κόκκινη χελώνα", "черепаха", "_Adam $1$ [red]")
    text = "".join(f"[[racer]]\nname = '{name}'\n{racer}" for name, racer in zip(names, racers, strict=True))
    Path("race.toml").write_text(f"surface = {WITHOUT_V}\nsteps = 9\n[film]\nlength = 20\n{text}")
    small = {"pixel_width": 128, "pixel_height": 72, "frame_rate": 15, "progress_bar": "none"}

    def tiny(options: dict[str, Any]) -> AbstractContextManager[None]:
        return manim.tempconfig({key: value for key, value in options.items() if key != "quality"} | small)

    monkeypatch.setattr(scenes.render, "tempconfig", tiny)
    done = commands("film", "-q", "l")
    assert (done.status, done.err) == (0, "")
    assert done.out.count("\n") == 1
    assert Path(done.out.strip()).suffix == ".mp4"
