"""Surfaces from a user's file: functions, records, and what is wrong with either."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from races import RaceSpec, SpecError, Trace, load_spec, run_race
from races.metrics import steps_to_target
from surfaces import SURFACES, get_surface
from tests.races.helpers import ARRAYS, RACER, written

MINE = """
import numpy as np
from surfaces import Surface, surface

def bowl(u, v):
    return u**2 + 3 * v**2

@surface(u_range=[-2, 2], v_range=(-2, 2), z_range=(0, 6), start=(-1.5, 1.8), minima=[[0, 0]],
         suggested={"sgd": 0.0625})
def sphere(u, v):
    return 0.1 * (u**2 + np.sin(v) ** 2)

made = Surface(name="made", formula=bowl, u_range=(-1, 1), v_range=(-1, 1), z_range=(0, 4), start=(0.5, 0.5))
wrong = Surface(name="wrong", formula=bowl, u_range=(1, -1), v_range=(-1, 1), z_range=(0, 4), start=(0, 0))

def misspelt(u, v):
    return np.sin(u) + undefined

def short(u):
    return u

def hole(u, v):
    return np.log(u + 0 * v)

number = 3
text = str(3)

class Bowl:
    pass
"""
RANGES = "u_range = [-2, 2], v_range = [-1, 1]"


def spec_of(folder: Path, text: str, mine: str = MINE, top: str = "", **overrides: Any) -> RaceSpec:
    """The race of a race.toml beside which lies mine.py."""
    written(folder / "mine.py", mine)
    race = f"surface = {text}\nsteps = 30\n{top}\n{RACER}"
    return load_spec(written(folder / "race.toml", race), **overrides)


def test_a_function_with_ranges_races(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, f'{{ file = "mine.py:bowl", {RANGES} }}')
    surface = spec.build_surface()
    assert (surface.name, surface.u_range, surface.v_range) == ("bowl", (-2.0, 2.0), (-1.0, 1.0))
    assert (surface.z_range, surface.start) == ((0.0, 7.0), (-1.0, -0.5))
    trace = run_race(spec)
    # SGD on it in closed form: each step leaves 1 - 2 lr of u, and 1 - 6 lr of v.
    steps = np.arange(31)
    expected = np.stack([-((1 - 2e-3) ** steps), -0.5 * (1 - 6e-3) ** steps], axis=-1)
    np.testing.assert_allclose(trace.positions[0, :, 0], expected, rtol=1e-12)


def test_a_plain_function_alone_is_raced_on_the_ranges_of_a_formula_alone(tmp_path: Path) -> None:
    surfaces = [
        spec_of(tmp_path, '"mine.py:bowl"').build_surface(),
        spec_of(tmp_path, '{ file = "mine.py:bowl", v_range = [-1, 1] }').build_surface(),
        spec_of(tmp_path, '"funky"', surface="mine.py:bowl").build_surface(),
    ]
    assert [(surface.u_range, surface.v_range) for surface in surfaces] == [
        ((-2.0, 2.0), (-2.0, 2.0)),
        ((-2.0, 2.0), (-1.0, 1.0)),
        ((-2.0, 2.0), (-2.0, 2.0)),
    ]
    assert surfaces[0].start == spec_of(tmp_path, '"u**2 + v**2"').build_surface().start


def test_a_decorated_function_is_raced_by_its_record_and_registers_nothing(tmp_path: Path) -> None:
    before = dict(SURFACES)
    spec = spec_of(tmp_path, '"mine.py:sphere"')
    surface = spec.build_surface()
    assert (surface.start, surface.minima, spec.start) == ((-1.5, 1.8), ((0, 0),), ((-1.5, 1.8),))
    assert dict(spec.racers[0].hyperparameters)["lr"] == 0.0625
    assert surface(1.0, 0.0) == 0.1
    assert before == SURFACES
    assert get_surface("sphere")(0.0, 2.0) == pytest.approx(0.4)


def test_a_surface_is_raced_and_what_race_toml_says_holds(tmp_path: Path) -> None:
    assert spec_of(tmp_path, '"mine.py:made"').start == ((0.5, 0.5),)
    table = (
        '{ file = "mine.py:made", z_range = [0, 2], start = [0.25, 0], minima = [0, 0], camera = [30, 40] }'
    )
    surface = spec_of(tmp_path, table).build_surface()
    assert (surface.z_range, surface.start, surface.minima) == ((0.0, 2.0), (0.25, 0.0), ((0.0, 0.0),))
    assert surface.camera == (30.0, 40.0)


def test_it_may_be_named_on_the_command_line(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, '"funky"', top="start = [0.1, 0.45]", surface="mine.py:made")
    assert (spec.build_surface().name, spec.start) == ("made", ((0.5, 0.5),))


def test_a_trace_is_read_without_the_file(tmp_path: Path) -> None:
    trace = run_race(spec_of(tmp_path, f'{{ file = "mine.py:bowl", {RANGES} }}'))
    trace.save(tmp_path / "trace.npz")
    written(tmp_path / "mine.py", "raise SystemExit")
    found = Trace.load(tmp_path / "trace.npz")
    assert found.spec.model_dump() == trace.spec.model_dump()
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(found, name), getattr(trace, name))
    np.testing.assert_array_equal(steps_to_target(found), steps_to_target(trace))
    assert found.spec.build_surface().u_range == (-2.0, 2.0)
    with pytest.raises(SpecError, match=r"^mine\.py:bowl .*a trace does not load it: use its race\.toml$"):
        found.spec.build_surface()(0.0, 0.0)


@pytest.mark.parametrize(
    ("surface", "words"),
    [
        (f'{{ file = "mine.py:misspelt", {RANGES} }}', "mine.py:17: NameError: name 'undefined'"),
        (f'{{ file = "mine.py:short", {RANGES} }}', "mine.py:19: TypeError: short() takes 1 "),
        (f'{{ file = "mine.py:hole", {RANGES} }}', "mine.py:hole is nan at u = -2, v = -1"),
        (f'{{ file = "mine.py:number", {RANGES} }}', "unknown function or surface 'number'"),
        (f'{{ file = "mine.py:text", {RANGES} }}', "mine.py:26: text must be a function of u and v"),
        ('"mine.py:wrong"', "mine.py:wrong: u_range: must be [low, high] with low < high"),
        ('"mine.py:bowll"', "did you mean 'bowl'?"),
        ('"mine.py:Bowl"', "did you mean 'bowl'?"),
        ('"mine.py:print"', "unknown function or surface 'print'"),
        ('"mine.py"', "must be a file and a function in it, as mine.py:bowl or "),
        ('"other.py:bowl"', "other.py: no such file beside race.toml"),
        ('"../mine.py:bowl"', "must be in the folder of race.toml"),
        ('{ fil = "mine.py:made" }', "did you mean 'file'?"),
        ('{ file = "mine.py:made", start = [3, 0] }', "start: must lie in the domain"),
        ("{ file = 3 }", "file: must be a valid string, got 3"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, surface: str, words: str) -> None:
    with pytest.raises(SpecError, match=r"^race\.toml: .{1,400}$") as error:
        spec_of(tmp_path, surface)
    assert words in str(error.value)


def test_nothing_is_run_of_a_file_that_lacks_the_name(tmp_path: Path) -> None:
    effect = "open('run', 'w')\n"
    for name in ("X", "setup", "os"):
        with pytest.raises(SpecError, match=re.escape(f"unknown function or surface '{name}'")):
            spec_of(tmp_path, f'"mine.py:{name}"', mine=f"import os\n{effect}def main(): ...\n")
    assert not (tmp_path / "run").exists()


def test_a_race_from_no_file_says_where_files_are_looked_for() -> None:
    with pytest.raises(
        ValueError, match=r'this race is from none: register the function, SURFACES\["bowl"\]'
    ):
        RaceSpec.model_validate({"surface": "mine.py:bowl", "racer": [{"optimizer": "sgd"}]})


def test_a_loss_over_data_is_drawn_and_raced_point_by_point(tmp_path: Path) -> None:
    mine = """
import numpy as np
X = np.linspace(-1, 1, 20)

def fit(u, v):
    return np.mean((u * X + v - 2 * X - 0.5) ** 2)
"""
    spec = spec_of(tmp_path, '{ file = "mine.py:fit", u_range = [0, 4], v_range = [-1, 1] }', mine=mine)
    # The quadratic about (2, 0.5): x has the mean 0 and the mean square below.
    square = np.mean(np.linspace(-1, 1, 20) ** 2)
    assert spec.build_surface().z_range == pytest.approx((0.0, 4 * square + 2.25))
    start, end = run_race(spec).losses[0, [0, -1], 0]
    assert start == pytest.approx(square + 1.0)
    assert end < start
