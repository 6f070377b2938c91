"""Races at the edge of what floats can hold: no warning is printed, no error raised, and the engines agree.

Warnings are errors in these tests, as pyproject.toml sets pytest up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizers import OPTIMIZERS
from races import load_spec, run_race
from races.race import FEW
from tests.races.helpers import race, written

ENGINES = ("compiled", "eager")
FORMULAS = {
    "without v": "u**2",
    "huge": "1e300*u**2 + 1e300*v**2",
    "steep": "exp(exp(u)) + v",
}
START = (1.0, 0.5)


def settings_of(name: str) -> list[dict[str, Any]]:
    """Settings that divide by zero where a gradient is zero, and some that are absurd."""
    defaults = OPTIMIZERS[name].defaults()
    zero: dict[str, Any] = {key: 0.0 for key in ("eps", "damping") if key in defaults}
    flags: list[dict[str, Any]] = [{key: True} for key in ("amsgrad", "centered") if key in defaults]
    watched: dict[str, Any] = {"lr": {"schedule": "reduce_on_plateau", "start": 0.5, "patience": 0}}
    return [zero, *(zero | more for more in ({"lr": 1e300}, watched, *flags))]


@pytest.mark.parametrize("starts", [1, FEW + 1])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("formula", FORMULAS)
def test_nothing_is_printed_whatever_the_numbers(formula: str, engine: str, starts: int) -> None:
    surface = {"expression": FORMULAS[formula], "u_range": [0.1, 2], "v_range": [-1, 2]}
    racers = [{"optimizer": name, **settings} for name in OPTIMIZERS for settings in settings_of(name)]
    run_race(
        race(surface=surface, start=[START] * starts, steps=6, engine=engine, racers=racers, record="state")
    )


@pytest.mark.parametrize("starts", [1, FEW + 1])
@pytest.mark.parametrize("name", ["adam", "adagrad", "adadelta", "rmsprop", "adamax", "nadam"])
def test_zero_by_zero_is_no_number(name: str, starts: int) -> None:
    # Along a flat coordinate the rule divides 0 by 0, as PyTorch's does: the racer has diverged.
    surface = {"expression": "u**2", "u_range": [-2, 2], "v_range": [-2, 2]}
    racers = [{"optimizer": name, "lr": 0.125, "eps": 0.0}]
    for engine in ENGINES:
        trace = run_race(race(surface=surface, start=[START] * starts, steps=3, engine=engine, racers=racers))
        assert np.isnan(trace.positions[0, 1, :, 1]).all()
        assert set(trace.status[0]) == {"diverged"}


def test_an_own_rule_may_divide_by_a_flat_slope(tmp_path: Path) -> None:
    # Python's own floats would raise: g / |g| is tried with numbers that are not 0.
    mine = (
        "from optimizers import Optimizer\n"
        "class Sign(Optimizer):\n"
        "    @staticmethod\n"
        "    def rule(gradient, parameter, state, step, *, lr=0.25):\n"
        "        return parameter - lr * gradient / abs(gradient), {}\n"
    )
    written(tmp_path / "mine.py", mine)
    toml = (
        'surface = { expression = "u**2", u_range = [-2, 2], v_range = [-2, 2] }\n'
        'start = [1.0, 0.5]\nsteps = 2\n[[racer]]\noptimizer = "mine.py:Sign"\n'
    )
    trace = run_race(load_spec(written(tmp_path / "race.toml", toml)))
    assert trace.positions[0, 1, 0, 0] == 0.75
    assert np.isnan(trace.positions[0, 1, 0, 1])


def test_lbfgs_survives_changes_of_the_gradient_whose_square_is_zero() -> None:
    surface = {"expression": "1/u + v", "u_range": [0.04, 2], "v_range": [-0.1, 2]}
    run_race(race(surface=surface, start=[[1.0, 0.0]], steps=12, racers=[{"optimizer": "lbfgs"}]))
