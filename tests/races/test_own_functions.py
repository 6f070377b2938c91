"""A surface written with `autograd`'s own functions races like one written with numpy's, and is drawn too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import cos_d, exp_d, logsumexp, norm, relu, sigmoid, sin_d, softmax, softplus
from races import Trace, run_race
from scenes import LossSurface
from surfaces import SURFACES, Surface
from tests.races.helpers import race
from views.box import Box
from views.figures.race import save_figure

# Each formula, and the same in numpy's functions.
FORMULAS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "sigmoid": (lambda u, v: sigmoid(u) + v * v, lambda u, v: 1 / (1 + np.exp(-u)) + v * v),
    "softplus": (
        lambda u, v: softplus(u) - u * sigmoid(v),
        lambda u, v: np.log1p(np.exp(u)) - u / (1 + np.exp(-v)),
    ),
    "relu": (lambda u, v: relu(u) + relu(-v), lambda u, v: np.maximum(u, 0) + np.maximum(-v, 0)),
    "turning": (lambda u, v: sin_d(3 * u) * cos_d(v), lambda u, v: np.sin(3 * u) * np.cos(v)),
    "bell": (lambda u, v: -exp_d(-u * u - v * v), lambda u, v: -np.exp(-u * u - v * v)),
    "a constant": (
        lambda u, v: sigmoid(0.0) * u**2 + v**2 + norm([3, 4]),
        lambda u, v: 0.5 * u**2 + v**2 + 5.0,
    ),
}


@pytest.fixture
def raced(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Trace]:
    def run(formula: Callable[..., Any], engine: str, start: Any) -> Trace:
        box = (-2.0, 2.0)
        surface = Surface(
            name="own", formula=formula, u_range=box, v_range=box, z_range=(-5.0, 9.0), start=(1.0, 1.0)
        )
        monkeypatch.setitem(SURFACES, "own", surface)
        racers = [{"optimizer": "sgd", "lr": 0.1}, {"optimizer": "adam", "lr": 0.1}]
        return run_race(race(surface="own", start=start, steps=30, racers=racers, engine=engine))

    return run


@pytest.mark.parametrize(
    "start", [(1.0, 0.5), [(1.0, 0.5), (-0.5, -1.5), (0.25, 1.25)]], ids=["one", "three"]
)
@pytest.mark.parametrize("name", FORMULAS)
def test_it_races_compiled_and_eagerly(raced: Callable[..., Trace], name: str, start: Any) -> None:
    formula, in_numpy = FORMULAS[name]
    expected = raced(in_numpy, "eager", start)
    for engine in ("compiled", "eager"):
        trace = raced(formula, engine, start)
        np.testing.assert_allclose(trace.positions, expected.positions, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(trace.losses, expected.losses, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["sigmoid", "relu", "a constant"])
def test_it_is_drawn(raced: Callable[..., Trace], name: str, tmp_path: Path) -> None:
    trace = raced(FORMULAS[name][0], "eager", (1.0, 0.5))
    assert save_figure(trace, tmp_path / "plot.png").stat().st_size > 0
    box = Box(SURFACES["own"])
    drawn, expected = LossSurface(box), np.broadcast_to(FORMULAS[name][1](0.5, -0.25), ())
    assert np.isfinite(drawn.points).all()
    height = (box.height_fraction(expected) - 0.5) * box.height
    x, y, _ = box.place(np.array(0.5), np.array(-0.25), expected)
    np.testing.assert_allclose(box.heights_at(x, y), height, rtol=1e-12)


def test_reductions_over_a_stack_are_plain_for_plain_points() -> None:
    u, v = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(0, 2, 4))
    both = np.stack([u, v])
    np.testing.assert_allclose(norm(both, axis=0), np.hypot(u, v), rtol=1e-15)
    np.testing.assert_allclose(logsumexp(both, axis=0), np.logaddexp(u, v), rtol=1e-14)
    np.testing.assert_allclose(softmax(both, axis=0)[0], 1 / (1 + np.exp(v - u)), rtol=1e-14)
