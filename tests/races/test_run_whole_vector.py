"""Racers that are run start by start: what is shared between the starts, and what is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from races import run_race, run_whole_vector
from tests.races.helpers import race

STARTS = np.random.default_rng(3).uniform(-3, 3, (9, 2)).tolist()
RACERS = [
    {"optimizer": "newton"},
    {"optimizer": "lbfgs", "line_search_fn": "strong_wolfe"},
    {"optimizer": "lbfgs", "lr": {"schedule": "reduce_on_plateau", "start": 0.01, "patience": 1}},
]


@pytest.mark.parametrize("engine", ["compiled", "eager"])
def test_a_racer_compiles_the_surface_once_for_all_its_starts(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    for name in ("value_and_grad", "hessian"):
        compiled = getattr(run_whole_vector, name)

        def counted(*arguments: Any, name: str = name, compiled: Any = compiled) -> Any:
            calls.append(name)
            return compiled(*arguments)

        monkeypatch.setattr(run_whole_vector, name, counted)
    run_race(race(surface="himmelblau", start=STARTS, steps=5, engine=engine, racers=RACERS))
    assert sorted(calls) == ["hessian"] * len(RACERS) + ["value_and_grad"] * len(RACERS)


def test_a_start_among_others_is_raced_and_counted_as_alone() -> None:
    many = run_race(race(surface="himmelblau", start=STARTS, steps=12, racers=RACERS))
    for i, start in enumerate(STARTS):
        one = run_race(race(surface="himmelblau", start=[start], steps=12, racers=RACERS))
        np.testing.assert_array_equal(many.positions[:, :, i], one.positions[:, :, 0])
        np.testing.assert_array_equal(many.losses[:, :, i], one.losses[:, :, 0])
        np.testing.assert_array_equal(many.evaluations[:, :, i], one.evaluations[:, :, 0])
