"""L-BFGS on losses with an edge, beyond which they are not finite: it stays inside, as SciPy's L-BFGS-B does.

What SciPy found is recorded by `tests.oracle.record_scipy`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import LBFGS
from races import RaceSpec, run_race
from surfaces import expression_surface
from tests.autograd.cases import Array
from tests.optimizers.closures import closure_of, values
from tests.oracle.record_scipy import BARRIERS, SCIPY_FILE

RECORDED = dict(np.load(SCIPY_FILE))
RACING: dict[str, Any] = {"line_search_fn": "strong_wolfe", "max_iter": 1, "max_eval": 20}


def race_ends(name: str, engine: str) -> tuple[Array, Array]:
    """Where a race of L-BFGS ends from each start, and the losses, (steps + 1, starts)."""
    barrier = BARRIERS[name]
    domain = [barrier.low, barrier.high]
    spec = RaceSpec.model_validate(
        {
            "surface": {"expression": barrier.formula, "u_range": domain, "v_range": domain},
            "start": barrier.starts().tolist(),
            "steps": 40,
            "engine": engine,
            "racer": [{"optimizer": "lbfgs", **RACING}],
        }
    )
    trace = run_race(spec)
    return trace.positions[0, -1], trace.losses[0]


@pytest.mark.parametrize("name", BARRIERS)
def test_fifty_random_starts_end_where_scipys_best_does(name: str) -> None:
    barrier, theirs = BARRIERS[name], RECORDED[name]
    with np.errstate(all="ignore"):
        theirs_losses = barrier.loss(*theirs.T)
    best = np.nanmin(theirs_losses)
    found = np.abs(theirs_losses - best) < 1e-7
    ends, losses = race_ends(name, "compiled")
    assert np.isfinite(losses).all()
    assert found.sum() < 50  # SciPy itself does not arrive from all of them
    np.testing.assert_allclose(barrier.loss(*ends.T), best, atol=1e-7)
    np.testing.assert_allclose(ends, np.broadcast_to(theirs[found][0], ends.shape), atol=1e-3)
    np.testing.assert_allclose(race_ends(name, "eager")[1], losses, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    "settings", [{"line_search_fn": "strong_wolfe"}, RACING], ids=["torch's", "a race's"]
)
def test_a_closure_with_an_edge(settings: dict[str, Any]) -> None:
    # From (2.5, 2.5) the second step led to -3e14; the minimum of x - log(x) is at 1.
    lbfgs = LBFGS([Tensor(2.5), Tensor(2.5)], **settings)
    closure = closure_of(lbfgs, expression_surface("u - log(u) + v - log(v)", (0.1, 5), (0.1, 5)))
    for _ in range(10):
        lbfgs.step(closure)
    np.testing.assert_allclose(values(lbfgs), 1.0, atol=1e-4)


@pytest.mark.parametrize("outside", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["loss", "gradient"])
def test_whatever_is_not_finite_is_outside(outside: float, part: str) -> None:
    # x^2 / 2 - x up to 1.5, and no number from there on; the first steps from -3 would go beyond.
    class Edge:
        evaluations = 0

        def value_and_grad(self, x: Array) -> tuple[float, Array]:
            self.evaluations += 1
            loss, gradient = float(x[0] ** 2 / 2 - x[0]), x - 1
            if x[0] <= 1.5:
                return loss, gradient
            return (outside, gradient) if part == "loss" else (loss, np.full(1, outside))

    x, state = np.array([-3.0]), dict[str, Any]()
    with np.errstate(all="ignore"):
        for step in range(1, 9):
            x, state = LBFGS.rule(Edge(), x, state, step, lr=40.0, **RACING)
    np.testing.assert_allclose(x, 1.0, atol=1e-6)


def test_a_search_that_finds_nothing_inside_stands_and_tries_another_way() -> None:
    # One trial a step: a step of the direction that it has learnt leads outside, and it starts from -g again.
    lbfgs = LBFGS([Tensor(4.0)], line_search_fn="strong_wolfe", max_iter=1, max_eval=2)
    closure = closure_of(lbfgs, lambda x: 3 * x - 0.01 * np.log(x))
    losses = [float(lbfgs.step(closure)) for _ in range(30)]
    assert np.isfinite(losses).all()
    assert all(after <= before for before, after in pairwise(losses))
