"""What holds for every optimizer that moves all numbers together: what it evaluates, counts and refuses."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import VectorOptimizer
from optimizers.lbfgs import LBFGS
from optimizers.newton import Newton
from optimizers.objective import ClosureObjective
from optimizers.optimizer import Optimizer, State
from tests.autograd.cases import Array
from tests.optimizers.case import INF, NAN, Settings, numbers
from tests.optimizers.closures import closure_of, values
from tests.optimizers.functions import FUNCTIONS

WOLFE = {"line_search_fn": "strong_wolfe"}


class Steepest(VectorOptimizer):
    """Halves its step until the loss is less, from where it was before."""

    @staticmethod
    def rule(objective: Any, parameter: Any, state: State, step: int, *, lr: Any = 1.0) -> tuple[Any, State]:  # noqa: ARG004
        loss, gradient = objective.value_and_grad(parameter)
        while objective.value_and_grad(parameter - lr * gradient)[0] >= loss:
            lr = lr / 2
        return parameter - lr * gradient, {"lr": lr}


def test_the_vector_is_one_parameters_numbers_after_the_others() -> None:
    params = [Tensor(1.0), Tensor([[2.0, 3.0], [4.0, 5.0]]), Tensor([6.0])]
    steepest = Steepest(params)
    objective = ClosureObjective(
        params, closure_of(steepest, lambda a, b, c: (a * b * b).sum() + 7 * c.sum())
    )
    np.testing.assert_array_equal(objective.start, [1, 2, 3, 4, 5, 6])
    loss, gradient = objective.value_and_grad(np.array([2.0, 1, 2, 3, 4, 5]))
    assert loss == 60 + 35
    np.testing.assert_array_equal(gradient, [30, 4, 8, 12, 16, 7])
    assert type(params[0].data) is float
    np.testing.assert_array_equal(params[1].data, [[1, 2], [3, 4]])
    hessian = objective.hessian(np.array([2.0, 1, 2, 3, 4, 5]))
    np.testing.assert_allclose(hessian[0], [0, 2, 4, 6, 8, 0])
    np.testing.assert_allclose(np.diag(hessian), [0, 4, 4, 4, 4, 0])


def test_evaluations_are_counted_and_none_is_made_twice() -> None:
    x = Tensor([1.0, 2.0, 3.0])
    calls = []

    def closure() -> Any:
        calls.append(np.copy(x.data))
        x.grad = None
        loss = (x**3).sum()
        loss.backward()
        return loss

    objective = ClosureObjective([x], closure)
    assert objective.evaluations == len(calls) == 0
    here, there = np.array([1.0, 0, 0]), np.array([0.0, 0, 2])
    for _ in range(3):
        assert objective.value_and_grad(here)[0] == 1
        objective.value_and_grad(here.copy())
        assert objective.evaluations == len(calls) == 1
    np.testing.assert_array_equal(objective.hessian(here), np.diag([6, 0, 0]))
    objective.hessian(here)
    assert (objective.evaluations, len(calls)) == (1 + 3, 1)
    np.testing.assert_array_equal(objective.hessian(there), np.diag([0, 0, 12]))
    assert (objective.evaluations, len(calls)) == (1 + 3 + 1 + 3, 2)
    assert objective.value_and_grad(here)[0] == 1
    assert (objective.evaluations, len(calls)) == (9, 3)


def test_a_step_returns_what_the_closure_returned_first_and_counts() -> None:
    x = Tensor([4.0, -4.0])
    steepest = Steepest([x], lr=2.0)
    losses = []

    def closure() -> Any:
        steepest.zero_grad()
        losses.append((x * x).sum())
        losses[-1].backward()
        return losses[-1]

    assert steepest.step(closure) is losses[0]
    assert [loss.data for loss in losses] == [32, 288, 32, 0]  # with lr 2, 1 and 1/2
    assert (steepest.evaluations, steepest.steps, steepest.count) == (4, [1], 1)
    np.testing.assert_array_equal(x.data, [0, 0])
    assert steepest.state == [{"lr": 0.5}]


def test_a_parameter_without_gradient_stays() -> None:
    for optimizer in (LBFGS, Newton, Steepest):
        used, unused = Tensor(2.0), Tensor([5.0, 6.0])
        mover = optimizer([unused, used])
        mover.step(closure_of(mover, lambda _, used: used**2 + used**4))
        np.testing.assert_array_equal(unused.data, [5, 6])
        assert used.data != 2


class Plain:
    """A parameter that is no Tensor."""

    def __init__(self, data: Any) -> None:
        self.data, self.grad = np.array(data), None


def test_parameters_need_be_no_tensors_unless_a_hessian_is_asked_for() -> None:
    params: list[Any] = [Plain([3.0, 4.0]), Plain([9.0])]

    def closure() -> float:
        params[0].grad = 2 * params[0].data
        return float(np.sum(params[0].data ** 2))

    lbfgs = LBFGS(params, **WOLFE)
    assert lbfgs.step(closure) == 25
    np.testing.assert_allclose(params[0].data, [0, 0], atol=1e-12)
    np.testing.assert_array_equal(params[1].data, [9])
    with pytest.raises(TypeError, match=r"^the closure given to step\(\) must return the loss as a Tensor"):
        Newton(params).step(closure)


@pytest.mark.parametrize("kind", [LBFGS, Newton, Steepest])
def test_a_step_needs_a_closure_that_returns_the_loss(kind: type[Optimizer]) -> None:
    optimizer = kind([Tensor(1.0)])
    with pytest.raises(TypeError, match=rf"^{kind.__name__} evaluates the loss itself: give step\(\) a clos"):
        optimizer.step()
    with pytest.raises(TypeError, match=r"^the closure given to step\(\) must return the loss, not None$"):
        optimizer.step(lambda: None)
    with pytest.raises(TypeError, match="not one number"):
        optimizer.step(lambda: Tensor([1.0, 2.0]))
    assert (optimizer.steps, optimizer.state, values(optimizer)) == ([0], [{}], [1.0])


def test_learning_rates_may_follow_the_step() -> None:
    x = Tensor(8.0)
    newton = Newton([x], lr=lambda step: 0.5 ** (step + 1), damping=0.0)
    closure, way = closure_of(newton, lambda x: x * x), [8.0]
    for _ in range(3):
        newton.step(closure)
        way.append(values(newton)[0])
    assert way == [8, 4, 3, 2.625]


DRIVEN: list[tuple[Any, Settings]] = [
    (LBFGS, {"lr": 0.05, "max_iter": 1}),
    (LBFGS, WOLFE | {"max_iter": 1, "max_eval": 9, "history_size": 2}),
    (Newton, {"lr": 0.3}),
]


@pytest.mark.parametrize(("kind", "settings"), DRIVEN)
def test_a_run_goes_on_bit_for_bit_from_its_saved_state(kind: Any, settings: Settings) -> None:
    def begun(start: Any) -> tuple[Optimizer, Callable[[], Any]]:
        optimizer = kind([Tensor(x) for x in start], **settings)
        return optimizer, closure_of(optimizer, FUNCTIONS["rosenbrock"])

    whole, closure = begun((-1.5, 2.5))
    for _ in range(6):
        whole.step(closure)
    saved, where = whole.state_dict(), values(whole)
    resumed, again = begun(where)
    resumed.load_state_dict(saved)
    for _ in range(6):
        whole.step(closure)
        resumed.step(again)
        assert values(whole) == values(resumed)


class Bowl:
    """A convex function of three numbers, as an `Objective` whose arrays cannot be changed."""

    evaluations = 0

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        return float(np.sum(np.cosh(x) * [1, 2, 3])), frozen(np.sinh(x) * [1, 2, 3])

    def hessian(self, x: Array) -> Array:
        matrix: Array = frozen(np.diag(np.cosh(x) * [1, 2, 3]))
        return matrix


def frozen(value: Any) -> Any:
    """Arrays that raise when they are changed."""
    if isinstance(value, dict | tuple):
        parts = map(frozen, value.values() if isinstance(value, dict) else value)
        return dict(zip(value, parts, strict=True)) if isinstance(value, dict) else tuple(parts)
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    return value


@pytest.mark.parametrize(("kind", "settings"), DRIVEN)
def test_the_rule_is_pure(kind: Any, settings: Settings) -> None:
    hyperparameters = kind([], **settings).hyperparameters
    state, x = State(), np.array([1.0, -2.0, 0.5])
    for step in range(1, 5):
        before = copy.deepcopy((x, state))
        first, second = (kind.rule(Bowl(), frozen(x), frozen(state), step, **hyperparameters) for _ in "12")
        assert repr(first) == repr(second)
        assert repr((x, state)) == repr(before)
        assert first[0] is not x
        x, state = first


@pytest.mark.parametrize(("kind", "settings"), [*DRIVEN, (LBFGS, {}), (LBFGS, WOLFE)])
def test_a_gradient_out_of_bounds_neither_warns_nor_raises(kind: Any, settings: Settings) -> None:
    for wrong in (INF, -INF, NAN, 1e200):
        x = Tensor([1.0, 2.0])
        optimizer = kind([x], **settings)
        closure = closure_of(optimizer, lambda x, wrong=wrong: (x * x * [1.0, wrong]).sum())
        for _ in range(3):
            optimizer.step(closure)


@pytest.mark.parametrize(("kind", "settings"), [*DRIVEN, (LBFGS, {}), (LBFGS, WOLFE)])
def test_no_gradient_means_no_step(kind: Any, settings: Settings) -> None:
    for flat in (lambda x: (x * x).sum(), lambda x: (x * 0).sum(), lambda x: (x**4).sum()):
        optimizer = kind([Tensor([0.0, 0.0])], **settings)
        for _ in range(3):
            optimizer.step(closure_of(optimizer, flat))
        np.testing.assert_array_equal(values(optimizer)[0], [0, 0])


_COUNTS = (0, -1, 2.0, True, "3", NAN)
REFUSED: list[tuple[Any, Settings, tuple[str, ...]]] = [
    *((LBFGS, *row) for name in ("lr", "tolerance_grad", "tolerance_change") for row in numbers(name)),
    *((Newton, *row) for name in ("lr", "damping") for row in numbers(name)),
    *(
        (LBFGS, {name: value}, (name, repr(value)))
        for name, wrong in (
            ("max_iter", (*_COUNTS, None)),
            ("history_size", (*_COUNTS, None)),
            ("max_eval", _COUNTS),
        )
        for value in wrong
    ),
    *(
        (LBFGS, {"line_search_fn": value}, ("line_search_fn", '"strong_wolfe"', repr(value)))
        for value in ("wolfe", "", True, 1)
    ),
    *(
        (kind, {"lr": np.array([0.1, 0.2])}, ("lr", "one value", "array([0.1, 0.2])"))
        for kind in (LBFGS, Newton)
    ),
]


@pytest.mark.parametrize(("kind", "settings", "words"), REFUSED, ids=str)
def test_a_wrong_setting_is_refused_with_its_name_and_value(
    kind: Any, settings: Settings, words: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=".*".join(map(re.escape, words))) as error:
        kind([Tensor(1.0)], **settings)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(words[0])
