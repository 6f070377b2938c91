"""The learning rate: a number, a function of the step, or one that watches the loss.

`rate_of` makes a `Rate` of each. Whoever makes steps asks it for three things, and never which it is::

    state = rate.first()
    lr    = rate.value(state, step)      for the step that follows `step` steps
    state = rate.update(loss, state)     after that step, which began where the loss was `loss`
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias, final

import numpy as np

from autograd.tensor import Tensor
from optimizers.checks import plain, require_non_negative
from support.messages import shown

State: TypeAlias = dict[str, Any]


class Rate(ABC):
    """A learning rate as whoever makes steps sees it; `str` shows it, a schedule by its name in race.toml."""

    @abstractmethod
    def first(self) -> State:
        """Its terms before the first step; none unless it watches the loss."""

    @abstractmethod
    def value(self, state: State, step: int) -> Any:
        """The learning rate of the step that follows `step` steps; None for an optimizer without one."""

    @abstractmethod
    def update(self, loss: Any, state: State) -> State:
        """Its terms after a step that began where the loss was `loss`: TypeError if it misses that."""

    @abstractmethod
    def inputs(self, steps: int) -> list[float] | None:
        """The learning rates that a race's program is given, one for each of so many steps.

        None where the program has them itself: it holds the number, or computes the terms.
        """


class _WithoutTerms(Rate):
    def first(self) -> State:
        return {}

    def update(self, loss: Any, state: State) -> State:  # noqa: ARG002
        return state


@final
class _Number(_WithoutTerms):
    def __init__(self, number: Any) -> None:
        self._number = number

    def value(self, state: State, step: int) -> Any:  # noqa: ARG002
        return self._number

    def inputs(self, steps: int) -> list[float] | None:  # noqa: ARG002
        return None

    def __str__(self) -> str:
        return f"{self._number:g}" if isinstance(self._number, float | int) else str(self._number)


@final
class _OfStep(_WithoutTerms):
    def __init__(self, function: Callable[[Any], Any], name: str) -> None:
        self._function, self._name = function, name

    def value(self, state: State, step: int) -> Any:  # noqa: ARG002
        rate = self._function(step)
        if type(rate) is not float:
            rate = plain(rate)
        if not (isinstance(rate, float) and 0 <= rate < math.inf):
            require_non_negative(f"{self._name} at step {step}", rate)
        return rate

    def inputs(self, steps: int) -> list[float] | None:
        rates: list[float] = np.asarray(self._function(np.arange(steps))).tolist()
        return rates

    def __str__(self) -> str:
        return str(getattr(self._function, "name", self._function))


class Watcher(ABC):
    """A learning rate that follows the loss, as `optimizers.schedules.ReduceLROnPlateau`."""

    @abstractmethod
    def first(self) -> State:
        """Its terms before the first step; "lr" is the learning rate."""

    @abstractmethod
    def update(self, loss: Any, state: State) -> State:
        """Its terms after a step that was made from where the loss was `loss`; elementwise and pure."""


@final
class _OfLoss(Rate):
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def first(self) -> State:
        return self._watcher.first()

    def value(self, state: State, step: int) -> Any:  # noqa: ARG002
        return state["lr"]

    def update(self, loss: Any, state: State) -> State:
        if loss is None:
            watcher = type(self._watcher).__name__
            raise TypeError(f"{watcher} watches the loss: give step() a closure that returns it")
        return self._watcher.update(loss.value if isinstance(loss, Tensor) else loss, state)

    def inputs(self, steps: int) -> list[float] | None:  # noqa: ARG002
        return None

    def __str__(self) -> str:
        return str(getattr(self._watcher, "name", self._watcher))


def rate_of(lr: Any, name: str = "lr") -> Rate:
    """The `Rate` that a learning rate, which the optimizer calls `name`, is as a user gives it.

    >>> halving = rate_of(lambda step: 0.5**step)
    >>> halving.value(halving.first(), 3)
    0.125
    """
    if isinstance(lr, Watcher):
        return _OfLoss(lr)
    return _OfStep(lr, name) if callable(lr) else _Number(plain(lr))


def as_input(lr: Any) -> tuple[float, ...] | None:
    """A step's learning rate as programs take it: nothing if there is none; None unless it is one number."""
    if type(lr) is float:
        return (lr,)
    if lr is None:
        return ()
    return (float(lr),) if np.ndim(lr) == 0 and not isinstance(lr, str) else None


def constant_of(lr: Any) -> float | None:
    """The number that a learning rate is; None for a schedule, and for an optimizer without a rate."""
    number = plain(lr)
    return float(number) if isinstance(number, float | int) else None


def require_instance(name: str, lr: Any) -> None:
    """Raise ValueError for a learning rate that is a class, and no schedule made of it."""
    if isinstance(lr, type):
        kind = lr.__name__
        raise ValueError(f"{name} must be a number or a schedule, as {kind}(...), got the class {kind}")


def of_numbers(check: Callable[[str, Any], object]) -> Callable[[str, Any], None]:
    """A check of a hyperparameter that lets schedules pass: they have checked themselves."""

    def checked(name: str, lr: Any) -> None:
        if isinstance(rate_of(lr), _Number):
            check(name, lr)

    return checked


def require_table(name: str, value: Any) -> None:
    """Raise ValueError for a function that is no schedule of ours: a trace could not be saved with it."""
    if callable(value):
        raise ValueError(
            f"{name} must be one number, or a schedule of optimizers.schedules, got {shown(value)}"
        )
