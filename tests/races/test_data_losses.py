"""A loss over a data set is a surface like others: it races from one start and from many, in both engines."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from optimizers import OPTIMIZERS
from races import Trace, run_race
from races.race import FEW
from races.recorder import Array
from surfaces import SURFACES, Surface
from tests.races.helpers import race
from views.figures.race import save_figure

X = np.array([-1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0])
Y = np.array([-1.0, -0.9, -0.1, 0.2, 0.4, 1.1, 2.2])
PAIRS = np.column_stack([X, np.ones(7)])
STARTS = [(1.5 - 0.05 * i, -1.0 + 0.06 * i) for i in range(FEW + 8)]

# Ways to write the mean of the squared residuals of the line u x + v.
LEAST_SQUARES: dict[str, Callable[[Any, Any], Any]] = {
    "the last axis": lambda u, v: np.mean((u[..., None] * X + v[..., None] - Y) ** 2, axis=-1),
    "numbers only": lambda u, v: np.mean((u * X + v - Y) ** 2),
    "a sum over a length": lambda u, v: np.sum((u * X + v - Y) ** 2) / len(X),
    "stack": lambda u, v: np.mean((PAIRS @ np.stack([u, v]) - Y) ** 2),
    "reshape": lambda u, v: np.mean((np.reshape(u, (-1, 1)) * X + np.reshape(v, (-1, 1)) - Y) ** 2),
    "reshape, one axis": lambda u, v: np.mean((u.reshape(-1, 1) * X + v.reshape(-1, 1) - Y) ** 2, axis=1),
    "the first axis": lambda u, v: np.mean((u * X[:, None] + v - Y[:, None]) ** 2, axis=0),
    "a new axis": lambda u, v: np.mean((u[None] * X + v[None] - Y) ** 2),
    "concatenate": lambda u, v: np.mean((PAIRS @ np.concatenate([u.reshape(1), v.reshape(1)]) - Y) ** 2),
    "a norm": lambda u, v: np.linalg.norm(u * X + v - Y) ** 2 / 7,
    "a loop": lambda u, v: sum((u * x + v - y) ** 2 for x, y in zip(X, Y, strict=True)) / 7,
    "a sum of a list": lambda u, v: np.sum([(u * x + v - y) ** 2 for x, y in zip(X, Y, strict=True)]) / 7,
    "a product": lambda u, v: ((u * X + v - Y) @ (u * X + v - Y)) / 7,
    "an if": lambda u, v: np.mean((u * X + v - Y) ** 2) if u < 100 else u + v,
}


@pytest.fixture(params=LEAST_SQUARES)
def surface(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Surface:
    """The same surface, written one way."""
    return registered(LEAST_SQUARES[request.param], monkeypatch)


def registered(formula: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Surface:
    """A surface of that formula, under the name "data"."""
    made = Surface(
        name="data",
        formula=formula,
        u_range=(-2.0, 2.0),
        v_range=(-2.0, 2.0),
        z_range=(0.0, 10.0),
        start=STARTS[0],
    )
    monkeypatch.setitem(SURFACES, "data", made)
    return made


def by_hand(u: Any, v: Any) -> tuple[Array, Array]:
    """Losses and gradients (dz/du, dz/dv) at points, by calculus."""
    residuals = np.asarray(u)[..., None] * X + np.asarray(v)[..., None] - Y
    slopes = np.stack([(2 * residuals * X).mean(axis=-1), (2 * residuals).mean(axis=-1)], axis=-1)
    return (residuals**2).mean(axis=-1), slopes


def descended(starts: Array, steps: int, lr: float) -> tuple[Array, Array]:
    """Positions and losses of gradient descent, by calculus."""
    ways = [starts]
    for _ in range(steps):
        ways.append(ways[-1] - lr * by_hand(*ways[-1].T)[1])
    positions = np.array(ways)
    return positions, by_hand(positions[..., 0], positions[..., 1])[0]


@pytest.mark.usefixtures("surface")
@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("count", [1, 3, len(STARTS)])
def test_a_race_is_gradient_descent_by_calculus(count: int, engine: str) -> None:
    starts = np.array(STARTS[:count])
    positions, losses = descended(starts, 6, 0.05)
    spec = race(
        surface="data", start=starts, steps=6, engine=engine, racers=[{"optimizer": "sgd", "lr": 0.05}]
    )
    trace = run_race(spec)
    np.testing.assert_allclose(trace.positions[0], positions, rtol=1e-12)
    np.testing.assert_allclose(trace.losses[0], losses, rtol=1e-12)
    slopes = by_hand(*np.moveaxis(positions[:-1], -1, 0))[1]
    np.testing.assert_allclose(trace.gradients[0], slopes, rtol=1e-10, atol=1e-13)


def test_grids_are_evaluated_point_by_point_where_the_formula_takes_numbers_only(surface: Surface) -> None:
    u, v = np.meshgrid(np.linspace(-2, 2, 9), np.linspace(-2, 2, 7))
    np.testing.assert_allclose(surface(u, v), by_hand(u, v)[0], rtol=1e-12)
    np.testing.assert_allclose(surface(u[0], 0.5), by_hand(u[0], np.full(9, 0.5))[0], rtol=1e-12)
    assert surface(0.5, -0.25) == pytest.approx(float(by_hand(0.5, -0.25)[0]), rel=1e-12)
    assert type(surface(0.5, -0.25)) is float


@pytest.mark.parametrize("record", ["all", "ends", "state"])
@pytest.mark.parametrize("count", [2, FEW + 1])
@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_optimizer_races_as_in_the_eager_engine(
    name: str, count: int, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(LEAST_SQUARES["numbers only"], monkeypatch)
    fields: dict[str, Any] = {
        "surface": "data",
        "start": STARTS[:count],
        "steps": 3,
        "record": record,
        "noise": {"scale": 0.1},
        "racers": [{"optimizer": name}],
    }
    ours, eager = (run_race(race(engine=engine, **fields)) for engine in ("compiled", "eager"))
    np.testing.assert_allclose(ours.positions, eager.positions, rtol=1e-9)
    np.testing.assert_allclose(ours.losses, eager.losses, rtol=1e-9)
    assert ours.status.tolist() == eager.status.tolist()
    for ours_, eagers in zip(ours.states or (), eager.states or (), strict=True):
        assert list(ours_) == list(eagers)
        for term in ours_:
            np.testing.assert_allclose(ours_[term], eagers[term], rtol=1e-9, atol=1e-15)


def test_what_is_elementwise_is_raced_from_many_starts_at_once() -> None:
    for name, formula in LEAST_SQUARES.items():
        made = Surface(
            name=name, formula=formula, u_range=(-2, 2), v_range=(-2, 2), z_range=(0, 1), start=(0, 0)
        )
        assert made.elementwise is (
            name in {"the last axis", "reshape, one axis", "the first axis", "a loop"}
        )
    assert all(surface.elementwise for surface in SURFACES.values())


def test_a_formula_that_gives_several_numbers_for_a_point_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    registered(lambda u, v: (u * X + v - Y) ** 2, monkeypatch)
    with pytest.raises(ValidationError, match=r"surface data: .* must give one number .* shape \(7,\)"):
        race(surface="data", start=[STARTS[0]])


def _half_lost(u: Any, v: Any) -> Any:
    return math.sin(u) + v**2


def _cast(u: Any, v: Any) -> Any:
    return np.mean((float(u) * X + v - Y) ** 2)


@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("formula", [_half_lost, _cast, lambda u, v: math.exp(u) * math.cos(v)])
def test_a_formula_that_loses_its_gradient_is_refused(
    formula: Any, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(formula, monkeypatch)
    with pytest.raises(ValidationError, match=r"surface data: .* loses the gradient: use numpy's functions"):
        race(surface="data", start=[STARTS[0]], engine=engine)


def test_a_formula_may_look_at_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def formula(u: Any, v: Any) -> Any:
        seen.append(float(u))
        return np.mean((u * X + v - Y) ** 2)

    registered(formula, monkeypatch)
    trace = run_race(
        race(surface="data", start=STARTS[:2], steps=6, racers=[{"optimizer": "sgd", "lr": 0.05}])
    )
    np.testing.assert_allclose(trace.positions[0], descended(np.array(STARTS[:2]), 6, 0.05)[0], rtol=1e-12)
    assert STARTS[1][0] in seen


def test_a_trace_of_one_is_plotted_and_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    registered(LEAST_SQUARES["numbers only"], monkeypatch)
    trace = run_race(race(surface="data", start=STARTS[:2], steps=6))
    trace.save(tmp_path / "data.npz")
    np.testing.assert_array_equal(Trace.load(tmp_path / "data.npz").losses, trace.losses)
    assert save_figure(trace, tmp_path / "data.png").stat().st_size > 10_000
