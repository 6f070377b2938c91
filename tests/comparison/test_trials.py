"""Trials as arrays make the steps that the optimizers' classes make one by one, with as many gradients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import comparison.trials
from autograd import Tensor
from comparison import FAMILIES, Instance, SearchSpace, run_trials
from comparison.search_space import Dimension, fallen
from comparison.trials import CEILING, FLOOR, TARGETS, CountedObjective, final_losses
from optimizers import LBFGS, OPTIMIZERS, SGD, ElementwiseOptimizer, Newton, Optimizer, VectorOptimizer
from tests.races.helpers import in_python

STEPS = 30
ELEMENTWISE = [kind for kind in OPTIMIZERS.values() if kind.elementwise]


def by_hand(instance: Instance, space: SearchSpace, row: Any, start: Any) -> tuple[float, list[float]]:
    """The share that is left, and all losses, of the optimizer's class on Tensors."""
    x = [Tensor(float(each)) for each in start]
    optimizer = space.kind(x, **space.settings(row.tolist()))
    losses = []
    for step in range(STEPS):
        for name, value in space.settings(row.tolist(), fallen(step / STEPS)).items():
            optimizer.param_groups[0][name] = value
        optimizer.zero_grad()
        loss = instance.loss(x)
        loss.backward()
        losses.append(loss.data)
        optimizer.step()
    losses.append(instance.loss([each.data for each in x]))
    least = instance.drawn.least
    share = (losses[-1] - least) / (losses[0] - least)
    return (float(np.clip(share, FLOOR, CEILING)) if np.isfinite(share) else CEILING), losses


def assert_as_by_hand(instance: Instance, space: SearchSpace, settings: Any) -> None:
    found = run_trials(instance, space, settings, 2, STEPS)
    for i, row in enumerate(settings):
        for j, start in enumerate(instance.starts(2)):
            share, losses = by_hand(instance, space, row, start)
            assert found.shares[i, j] == pytest.approx(share, rel=1e-6)
            least = instance.drawn.least
            for k, target in enumerate(TARGETS):
                limit = least + target * (losses[0] - least)
                hits = [step + 1 for step, loss in enumerate(losses[:-1]) if loss <= limit]
                assert found.reached[k, i, j] == (hits[0] if hits else np.inf)
    assert (found.steps == STEPS).all()


@pytest.mark.parametrize("kind", ELEMENTWISE, ids=lambda kind: kind.__name__)
def test_as_the_class_does(kind: type[Optimizer]) -> None:
    space = SearchSpace(kind)
    count = len(space.dimensions)
    settings = space.scaled(np.array([[0.5, *[0.4] * (count - 1)], [0.45, *[0.7] * (count - 1)]]))
    assert_as_by_hand(FAMILIES["himmelblau"].instance("scoring", 0, 0), space, settings)


def test_on_a_network() -> None:
    space = SearchSpace(OPTIMIZERS["adam"])
    instance = FAMILIES["moons"].instance("tuning", 0, 0)
    assert_as_by_hand(instance, space, space.scaled(np.array([[0.6, 0.5, 0.2, 0.9]])))


class Branching(ElementwiseOptimizer):
    """Momentum whose rule asks for the value of a hyperparameter, so that arrays of them cannot be traced."""

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: Any,
        step: int,  # noqa: ARG004
        *,
        lr: Any = 0.01,
        momentum: Any = 0.0,
    ) -> Any:
        velocity = gradient
        if momentum > 0.1:
            velocity = momentum * state.get("velocity", 0.0) + gradient
        return parameter - lr * velocity, {"velocity": velocity}


def test_a_rule_that_branches_is_run_setting_by_setting() -> None:
    space = SearchSpace(Branching)
    settings = np.array([[0.05, 0.9, 0.0], [0.05, 0.9, 1.0], [0.2, 0.0, 0.0]])
    assert_as_by_hand(FAMILIES["booth"].instance("tuning", 0, 0), space, settings)


class Twice(VectorOptimizer):
    """Gradient descent that looks ahead: two gradients a step."""

    @staticmethod
    def rule(objective: Any, parameter: Any, state: Any, step: int, *, lr: Any = 0.01) -> Any:  # noqa: ARG004
        _, gradient = objective.value_and_grad(parameter)
        _, ahead = objective.value_and_grad(parameter - lr * gradient)
        return parameter - lr * ahead, {}


class Once(VectorOptimizer):
    """Gradient descent, as a rule of whole vectors."""

    @staticmethod
    def rule(objective: Any, parameter: Any, state: Any, step: int, *, lr: Any = 0.01) -> Any:  # noqa: ARG004
        _, gradient = objective.value_and_grad(parameter)
        return parameter - lr * gradient, {}


def test_a_gradient_that_is_smuggled_in_is_paid_for() -> None:
    instance = FAMILIES["rosenbrock"].instance("tuning", 0, 0)
    setting = np.array([[0.01, 0.0]])
    once, twice = (run_trials(instance, SearchSpace(kind), setting, 3, STEPS) for kind in (Once, Twice))
    assert (once.steps == STEPS).all()
    assert (twice.steps == STEPS / 2).all()


def test_whole_vectors_as_arrays_do() -> None:
    instance = FAMILIES["rosenbrock"].instance("tuning", 0, 0)
    vector = run_trials(instance, SearchSpace(Once), np.array([[0.05, 1.0]]), 3, STEPS)
    arrays = run_trials(instance, SearchSpace(SGD), np.array([[0.05, 0.0, 1.0]]), 3, STEPS)
    np.testing.assert_allclose(vector.shares, arrays.shares, rtol=1e-9)
    np.testing.assert_array_equal(vector.reached, arrays.reached)


@pytest.mark.parametrize("kind", [LBFGS, Newton])
def test_no_more_gradients_than_are_given(kind: type[Optimizer]) -> None:
    instance = FAMILIES["booth"].instance("tuning", 0, 0)
    few = run_trials(instance, SearchSpace(kind), np.array([[1.0, 0.0]]), 2, 3)
    many = run_trials(instance, SearchSpace(kind), np.array([[1.0, 0.0]]), 2, 100)
    assert few.reached[np.isfinite(few.reached)].max(initial=0) <= 3
    assert (few.steps <= many.steps).all()
    assert (many.shares == FLOOR).all()


def test_a_hessian_costs_as_many_gradients_as_there_are_numbers() -> None:
    instance = FAMILIES["rosenbrock"].instance("tuning", 0, 0)
    objective = CountedObjective(instance, 10)
    (start,) = instance.starts(1)
    h = 1e-5
    hessian = objective.hessian(start)
    assert objective.evaluations == 3
    objective.hessian(start)
    assert objective.evaluations == 3
    slopes = [
        [objective.value_and_grad(start + sign * h * axis)[1] for sign in (1, -1)] for axis in np.eye(2)
    ]
    np.testing.assert_allclose(hessian, [(a - b) / (2 * h) for a, b in slopes], rtol=1e-5)
    with pytest.raises(AttributeError):
        objective.evaluations = 0  # type: ignore[misc]


class Weighted(ElementwiseOptimizer):
    """Gradient descent whose rate a neuron with many weights chooses."""

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: Any,  # noqa: ARG004
        step: int,  # noqa: ARG004
        *,
        lr: Any = 0.01,
        weights: Any = (0.0,) * 80,
    ) -> Any:
        power, total = np.tanh(gradient), 0.0
        for weight in weights:
            total, power = total + weight * power, power * 0.9
        return parameter - lr * np.exp(total) * gradient, {}


class Weights(SearchSpace):
    """Every run has all weights of its own."""

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(Dimension("weights", place, 0.0) for place in range(80))


def some_settings(space: SearchSpace) -> Any:
    if isinstance(space, Weights):
        return np.random.default_rng(0).normal(0, 0.1, (4, 80))
    return space.scaled(np.random.default_rng(0).random((4, len(space.dimensions))))


@pytest.mark.parametrize(
    ("family", "space", "steps"),
    [
        ("rosenbrock", SearchSpace(OPTIMIZERS["adam"]), 12),
        ("levy13", SearchSpace(OPTIMIZERS["lion"]), 12),
        ("least_squares", SearchSpace(OPTIMIZERS["rmsprop"]), 12),
        ("moons", SearchSpace(SGD), 3),
        ("himmelblau", Weights(Weighted), 5),
    ],
)
def test_loops_and_blocks_agree(
    monkeypatch: pytest.MonkeyPatch, family: str, space: SearchSpace, steps: int
) -> None:
    monkeypatch.setattr(comparison.trials, "loop", in_python)
    instance, settings = FAMILIES[family].instance("scoring", 0, 0), some_settings(space)
    one, other = (run_trials(instance, space, settings, 3, steps, loops=loops) for loops in (True, False))
    np.testing.assert_allclose(one.shares, other.shares, rtol=1e-9)
    np.testing.assert_array_equal(one.reached, other.reached)
    assert len(np.unique(one.shares)) > 6


def test_a_compiled_loop_makes_the_same_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    instance, space = FAMILIES["booth"].instance("scoring", 0, 0), SearchSpace(SGD)
    settings = space.scaled(np.random.default_rng(0).random((300, 3)))  # more runs than a chunk has
    one, other = (run_trials(instance, space, settings, 2, 20, loops=loops) for loops in (True, False))
    np.testing.assert_allclose(one.shares, other.shares, rtol=1e-9)
    np.testing.assert_array_equal(one.reached, other.reached)
    starts = np.tile(instance.starts(2), (300, 1))
    every = np.repeat(settings, 2, axis=0)
    last = [final_losses(instance, space, every, starts, 20, loops=loops) for loops in (True, False)]
    np.testing.assert_allclose(last[0], last[1], rtol=1e-9)


def test_a_loop_is_taken_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    for name in ("run_loops", "run_points"):
        monkeypatch.setattr(comparison.trials, name, lambda *_, name=name: taken.append(name))
    monkeypatch.setattr(comparison.trials, "loop", lambda *_: None)
    monkeypatch.setattr(comparison.trials, "pays", lambda _, steps: steps >= 2 * 3 * 50)
    instance, space = FAMILIES["booth"].instance("scoring", 0, 0), SearchSpace(SGD)
    for evaluations in (49, 50):
        run_trials(instance, space, space.defaults[None].repeat(2, axis=0), 3, evaluations)
    assert taken == ["run_points", "run_loops"]


def test_divergence_is_told() -> None:
    instance = FAMILIES["rosenbrock"].instance("tuning", 0, 0)
    found = run_trials(instance, SearchSpace(SGD), np.array([[10.0, 0.9, 0.0], [1e-4, 0.0, 0.0]]), 2, 50)
    assert found.diverged.tolist() == [[True, True], [False, False]]
    assert (found.shares[0] == CEILING).all()
