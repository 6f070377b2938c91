"""The learning rates of a race, as films show them."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizers import LearnedNetwork
from races import RaceSpec, Trace, run_race
from views.rates import chosen_rates, differ, learning_rates

NETWORK = LearnedNetwork("seed", 2, tuple(np.random.default_rng(0).normal(0, 0.7, 17)))
LEARNED = {"optimizer": "learned", "lr": 0.003, "network": NETWORK}


def raced(*racers: dict[str, Any], **fields: Any) -> Trace:
    values = {"surface": "himmelblau", "steps": 20, "record": "state", "racer": racers}
    return run_race(RaceSpec.model_validate(values | fields))


def test_what_a_learned_racer_chose_is_what_moved_it() -> None:
    schedule = {"schedule": "cosine", "start": 0.003, "steps": 20}
    trace = raced({"optimizer": "sgd", "lr": 0.01}, LEARNED, LEARNED | {"name": "falls", "lr": schedule})
    assert trace.states is not None
    assert trace.rates is not None
    chosen = chosen_rates(trace)
    assert list(chosen) == [1, 2]
    for i, rates in chosen.items():
        expected = trace.rates[i] * np.exp(trace.states[i]["output"][:, 0])
        np.testing.assert_allclose(rates, expected, rtol=1e-12)
    rates = learning_rates(trace)
    np.testing.assert_allclose(rates[0], 0.01)
    np.testing.assert_allclose(rates[1], np.sqrt(chosen[1].prod(axis=1)), rtol=1e-12)
    assert differ(rates)


def test_a_learned_racer_that_diverges_chooses_no_more() -> None:
    trace = raced(LEARNED | {"lr": 1e60})
    chosen = chosen_rates(trace)[0]
    assert np.isfinite(chosen[0]).all()
    assert np.isnan(chosen[-1]).all()
    assert np.isnan(learning_rates(trace)[0, -1])


def test_without_a_gradient_nothing_is_chosen() -> None:
    edge = {"expression": "sqrt(u) + v**2", "u_range": [0, 1], "v_range": [-1, 1]}
    trace = raced(LEARNED, surface=edge, start=[0.0, 0.5])
    assert not np.isfinite(trace.gradients[0, 0, 0]).all()
    assert chosen_rates(trace) == {}
    assert learning_rates(trace)[0, 0] == LEARNED["lr"]
