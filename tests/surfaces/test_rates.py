"""The learning rates that script/suggest_rates.py found are what it finds, and make sensible races."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizers import OPTIMIZERS
from races import RaceSpec, load_spec, run_race
from surfaces import SURFACES, get_surface
from surfaces.rates import RATES

SCRIPT: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "script" / "suggest_rates.py"))
FOUND = [name for name in RATES if "sgd" in RATES[name]]  # on which none is given by hand


def test_every_surface_suggests_a_rate_for_every_optimizer() -> None:
    script = "run uv run python script/suggest_rates.py with the name of what is new"
    assert set(RATES) == set(SURFACES), script
    for surface in SURFACES.values():
        rated = {name for name, kind in OPTIMIZERS.items() if "lr" in kind.defaults()}
        assert set(surface.suggested) == rated, script
    assert {"slope", "himmelblau", "ackley", "funky", "funky2", "funky3"} <= {*FOUND}


@pytest.mark.parametrize(
    ("surface", "optimizer"),
    [("himmelblau", "adam"), ("funky2", "sgd"), ("slope", "rprop"), ("cliff", "newton")],
)
def test_the_script_finds_what_is_committed(surface: str, optimizer: str) -> None:
    assert SCRIPT["suggested"](get_surface(surface), optimizer) == RATES[surface][optimizer]


@pytest.mark.parametrize("name", FOUND)
def test_racers_without_a_rate_get_on(name: str) -> None:
    # They come down more than half as far as the one that comes lowest within the domain; but for Adadelta on
    # Ackley's ripples, which with any rate either hold it or lose it.
    racers = [{"optimizer": optimizer} for optimizer, kind in OPTIMIZERS.items() if kind.elementwise]
    trace = run_race(RaceSpec.model_validate({"surface": name, "steps": 150, "racer": racers}))
    assert not set(trace.status[:, 0]) & {"diverged"}
    surface, losses = get_surface(name), trace.losses[..., 0]
    inside = surface.contains(trace.positions[..., 0, 0], trace.positions[..., 0, 1])
    lowest = np.where(inside, losses, np.inf).min(axis=1)
    assert (losses[:, 0] - lowest > 0.5 * (losses[0, 0] - lowest.min())).sum() >= 12


def test_on_himmelblau_everyone_arrives() -> None:
    racers = [{"optimizer": optimizer} for optimizer in OPTIMIZERS]
    trace = run_race(RaceSpec.model_validate({"surface": "himmelblau", "steps": 150, "racer": racers}))
    assert set(trace.status[:, 0]) == {"converged"}


def test_with_the_default_racers_everyone_settles_below_the_cliff() -> None:
    # As the README says.
    trace = run_race(load_spec(Path(__file__).parents[2] / "race.toml", surface="cliff"))
    assert set(trace.status[:, 0]) == {"converged"}
