"""`Optimizer`: the class around a rule, which keeps parameters and state between steps.

What an optimizer is stands in its rule, a pure elementwise function::

    rule(gradient, parameter, state, step, **hyperparameters) -> (parameter, state)

`state` maps the optimizer's named terms to their values and is empty before the first step; `step` counts
from 1. A rule uses numpy's functions and never branches on a value, so that it serves floats, arrays of
starts, and hyperparameters given as arrays that broadcast against the parameter.
"""

from __future__ import annotations

import inspect
import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np

State: TypeAlias = dict[str, Any]


class Parameter(Protocol):
    """What an optimizer moves: a value and its gradient, in one shape. `autograd.Tensor` is one."""

    data: Any
    grad: Any


class Optimizer(ABC):
    """Base of every optimizer: applies `rule` to each parameter.

    Args:
        params: the parameters to move.
        values: hyperparameters, in the order in which `rule` names them.
        hyperparameters: others by name; those that are left out have the rule's defaults.

    Raises:
        TypeError: for a hyperparameter that the rule does not take.
        ValueError: for one that `check` refuses.
    """

    __signature__: ClassVar[inspect.Signature]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "__init__" not in vars(cls):  # what help() and editors show
            params = inspect.Parameter("params", inspect.Parameter.POSITIONAL_OR_KEYWORD)
            cls.__signature__ = inspect.Signature([params, *cls._named()])

    def __init__(self, params: Iterable[Parameter], *values: Any, **hyperparameters: Any) -> None:
        named = self._named()
        try:
            bound = inspect.Signature(named).bind(*values, **hyperparameters)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__} {error}") from None
        bound.apply_defaults()
        given = bound.arguments
        self.check(**given)
        self.params = list(params)
        pairs = {a.name: tuple(given[a.name]) for a in named if isinstance(a.default, tuple)}
        self.hyperparameters: dict[str, Any] = given | pairs
        self.state: list[State] = [{} for _ in self.params]
        self.steps = 0

    @staticmethod
    @abstractmethod
    def rule(
        gradient: Any, parameter: Any, state: State, step: int, *args: Any, **hyperparameters: Any
    ) -> tuple[Any, State]:
        """One step of one parameter: its new value and state; changes nothing in place."""

    @classmethod
    def check(cls, *_: Any, **hyperparameters: Any) -> None:
        """Raise ValueError, naming the hyperparameter, where one is out of range.

        Unless a class says otherwise, each has the form of its default: a finite number of at least 0, two in
        [0, 1), or true or false.
        """
        for a in cls._named():
            if a.name in hyperparameters:
                value = hyperparameters[a.name]
                if isinstance(a.default, bool):
                    require_flag(**{a.name: value})
                elif isinstance(a.default, tuple):
                    require_pair(a.name, value)
                elif isinstance(a.default, float):
                    require_non_negative(**{a.name: value})

    @classmethod
    def _named(cls) -> list[inspect.Parameter]:
        """The rule's hyperparameters."""
        arguments = inspect.signature(cls.rule).parameters.values()
        named = [a for a in arguments if a.kind is inspect.Parameter.KEYWORD_ONLY]
        return [a.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for a in named]

    def step(self) -> None:
        """Move every parameter by one step along its gradient."""
        self.steps += 1
        with np.errstate(all="ignore"):
            for i, parameter in enumerate(self.params):
                parameter.data, self.state[i] = self.rule(
                    parameter.grad, parameter.data, self.state[i], self.steps, **self.hyperparameters
                )

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero, to be called before each `backward`."""
        for parameter in self.params:
            parameter.grad = np.zeros(np.shape(parameter.data))

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The hyperparameters by name, with their defaults.

        >>> from optimizers import Adam
        >>> Adam.defaults()["betas"]
        (0.9, 0.999)
        """
        arguments = inspect.signature(cls).parameters.values()
        return {a.name: a.default for a in arguments if a.name != "params"}


def decayed(gradient: Any, parameter: Any, lr: Any, weight_decay: Any, decoupled: bool) -> tuple[Any, Any]:
    """Gradient and parameter with the weight decay in one of them: in the parameter where it is decoupled."""
    if decoupled:
        return gradient, parameter * (1 - lr * weight_decay)
    return gradient + weight_decay * parameter, parameter


def require_non_negative(**hyperparameters: Any) -> None:
    """Raise ValueError, naming the argument, unless each is finite and at least 0 (in arrays, everywhere)."""
    _require("a finite number of at least 0", lambda x: x >= 0, hyperparameters)


def require_fraction(**hyperparameters: Any) -> None:
    """Raise ValueError, naming the argument, unless each is in [0, 1) (in arrays, everywhere)."""
    _require("in [0, 1)", lambda x: (x >= 0) & (x < 1), hyperparameters)


def require_flag(**hyperparameters: Any) -> None:
    """Raise ValueError, naming the argument, unless each is True or False."""
    for name, value in hyperparameters.items():
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false, got {value!r}")


def require_share(**hyperparameters: Any) -> None:
    """Raise ValueError, naming the argument, unless each is in [0, 1] (in arrays, everywhere)."""
    _require("in [0, 1]", lambda x: (x >= 0) & (x <= 1), hyperparameters)


def require_inside(low: float, high: float, **hyperparameters: Any) -> None:
    """Raise ValueError, naming the argument, unless each is finite, above `low` and below `high`."""
    allowed = f"in ({low:g}, {high:g})" if np.isfinite(high) else f"a finite number greater than {low:g}"
    _require(allowed, lambda x: (x > low) & (x < high), hyperparameters)


def require_two(name: str, value: Any, allowed: str) -> tuple[Any, Any]:
    """The two things that `value` must consist of; else ValueError, with what is allowed in words."""
    try:
        first, second = value
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be {allowed}, got {value!r}") from None
    return first, second


def require_pair(name: str, value: Any) -> tuple[Any, Any]:
    """The two numbers, each in [0, 1), that `value` must consist of; else ValueError."""
    first, second = require_two(name, value, "two numbers in [0, 1)")
    require_fraction(**{f"{name}[0]": first, f"{name}[1]": second})
    return first, second


def _require(allowed: str, holds: Callable[[Any], Any], hyperparameters: dict[str, Any]) -> None:
    for name, value in hyperparameters.items():
        try:
            numbers = np.asarray(value)
            fits = numbers.dtype.kind in "fiu" and bool(np.all(np.isfinite(numbers) & holds(numbers)))
        except ValueError:  # lists of different lengths
            fits = False
        if not fits:
            raise ValueError(f"{name} must be {allowed}, got {reprlib.repr(value)}")
