"""A learning rate that is a function of the user's own: what it may give, and what is refused in one line."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import LBFGS, OPTIMIZERS, SGD, ElementwiseOptimizer, Optimizer
from optimizers.optimizer import State
from optimizers.schedules import SCHEDULES, Cosine, Exponential, ReduceLROnPlateau
from tests.optimizers.cases import CASES
from tests.optimizers.closures import closure_of

WRONG: list[Any] = [
    *(-1.0, -1, math.nan, math.inf, -math.inf, np.array([math.nan]), [0.1, -0.1], 1j),
    *(None, "0.1", True, {}, Cosine),
]
RATES = [0.25, 0, 1, np.float64(0.5), np.float32(0.125), np.array(0.375), np.int64(1)]


class Bare(ElementwiseOptimizer):
    """Checks nothing."""

    @classmethod
    def check(cls, **_: Any) -> None:
        """Everything is allowed."""

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 0.1) -> tuple[Any, State]:
        return parameter - lr * gradient, state | {"steps": step}


class Named(ElementwiseOptimizer):
    """Calls its learning rate as Optax does."""

    @staticmethod
    def rule(
        gradient: Any, parameter: Any, state: State, step: int, *, learning_rate: Any = 0.1
    ) -> tuple[Any, State]:
        return parameter - learning_rate * gradient, state | {"steps": step}


def stepped(kind: Callable[..., Optimizer], lr: Any, steps: int) -> Tensor:
    """A number after some steps down its square."""
    x = Tensor(1.0)
    optimizer = kind([x], lr=lr)
    closure = closure_of(optimizer, lambda x: x * x)
    for _ in range(steps):
        optimizer.step(closure)
    return x


@pytest.mark.parametrize("rate", RATES, ids=repr)
def test_any_number_of_at_least_0_is_a_rate(rate: Any) -> None:
    assert float(stepped(SGD, lambda step: rate, 1).data) == pytest.approx(1 - 2 * float(rate), abs=1e-12)


def test_an_array_of_rates_is_one_for_each_number() -> None:
    x = Tensor([1.0, 1.0])
    sgd = SGD([x], lr=lambda step: np.array([0.5, 0.25]))
    x.grad = np.ones(2)
    sgd.step()
    np.testing.assert_array_equal(x.data, [0.5, 0.75])


@pytest.mark.parametrize("rate", WRONG, ids=repr)
@pytest.mark.parametrize("kind", [SGD, LBFGS, Bare], ids=lambda kind: kind.__name__)
def test_what_is_no_rate_is_refused_at_its_step(kind: Any, rate: Any) -> None:
    def lr(step: int) -> Any:
        return 0.01 if step < 3 else rate

    with pytest.raises(
        ValueError, match=r"^lr at step 3 must be a finite number of at least 0, got "
    ) as error:
        stepped(kind, lr, 4)
    assert "\n" not in str(error.value)


def test_nothing_moves_where_the_rate_is_refused() -> None:
    x = Tensor(1.0)
    sgd = SGD([x], lr=lambda step: -1.0)
    x.grad = 1.0
    with pytest.raises(ValueError, match="lr at step 0"):
        sgd.step()
    assert (x.data, sgd.steps, sgd.count) == (1.0, [0], 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_class_is_no_schedule(case: Any) -> None:
    for schedule in SCHEDULES.values():
        kind = schedule.__name__
        with pytest.raises(ValueError, match=r"^lr must be") as error:
            OPTIMIZERS[case.name]([Tensor(1.0)], lr=schedule)
        assert str(error.value) == f"lr must be a number or a schedule, as {kind}(...), got the class {kind}"


def test_a_class_is_refused_by_those_that_check_nothing() -> None:
    with pytest.raises(ValueError, match=r"as Cosine\(\.\.\.\), got the class Cosine$"):
        Bare([], lr=Cosine)


def test_a_schedule_of_ours_is_never_infinite() -> None:
    schedule = Exponential(2.0, gamma=3.0)
    assert schedule(10_000) == np.finfo(np.float64).max
    sgd = SGD([Tensor(1.0)], lr=schedule)
    sgd.count = 10_000
    assert sgd.rate == np.finfo(np.float64).max


@pytest.mark.parametrize("start", [2.0, np.array([2.0, -1.0])], ids=["float", "array"])
@pytest.mark.parametrize(
    "rate", [0.1, Cosine(0.2, steps=9), ReduceLROnPlateau(0.3, patience=0), lambda step: 0.5 / (step + 1)]
)
def test_a_rate_may_have_optaxs_name(rate: Any, start: Any) -> None:
    one, other = Tensor(start), Tensor(start)
    lr, named = Bare([one], lr=rate), Named([other], learning_rate=rate)
    assert (lr.rate_name, named.rate_name) == ("lr", "learning_rate")
    closures = [closure_of(optimizer, lambda x: (x * x).sum()) for optimizer in (lr, named)]
    for _ in range(12):
        for optimizer, closure in zip((lr, named), closures, strict=True):
            optimizer.step(closure)
        assert named.rate == lr.rate
    np.testing.assert_array_equal(other.data, one.data)
    codes = named._steppers[0]._codes
    assert codes
    assert all(code is not None for code in codes.values())  # it is compiled, too


def test_a_rate_of_optaxs_name_may_change_between_steps() -> None:
    x = Tensor(0.0)
    named = Named([x])
    for k in range(5):
        named.hyperparameters["learning_rate"] = 0.25 * k
        x.grad = -1.0
        named.step()
    assert x.data == 2.5
    assert len(named._steppers[0]._codes) <= 2  # no program for each


def test_a_rate_of_optaxs_name_is_refused_by_it() -> None:
    with pytest.raises(ValueError, match=r"^learning_rate must be a number or a schedule, as Cosine\("):
        Named([], learning_rate=Cosine)
    named = Named([Tensor(1.0)], learning_rate=lambda step: -1)
    with pytest.raises(ValueError, match=r"^learning_rate at step 0 must be"):
        named.step()


def test_an_heir_has_the_rate_of_its_own_rule() -> None:
    class Heir(Named):
        @staticmethod
        def rule(  # type: ignore[override]
            gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 0.1
        ) -> tuple[Any, State]:
            return parameter - lr * gradient, state | {"steps": step}

    class Same(Named):
        """Has its parent's rule."""

    assert (Heir.rate_name, Same.rate_name) == ("lr", "learning_rate")
