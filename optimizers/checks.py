"""What hyperparameters, and the settings of schedules, may be.

Each check raises ValueError in one line that names the argument, says what is allowed, and shows the value
given. Those of settings give them back as plain data.
"""

from __future__ import annotations

import itertools
import numbers
from collections.abc import Callable
from datetime import date, time
from typing import Any, TypeAlias

import numpy as np

from autograd.tensor import Tensor
from support.messages import shown

Check: TypeAlias = Callable[[str, Any], Any]

MOST = 2**53  # up to here float64 counts every step


def plain(value: Any) -> Any:
    """A hyperparameter without its wrapping: a Tensor's numbers, and an array without dimensions as a number.

    It is read once: what happens to the Tensor or the array later changes nothing.

    >>> plain(Tensor(0.1)), plain(np.array(0.5)), plain((np.float64(0.9), 0.999)), plain("cos")
    (0.1, 0.5, (0.9, 0.999), 'cos')
    """
    if isinstance(value, Tensor):
        value = value.numpy()
    if isinstance(value, tuple | list):
        return type(value)(map(plain, value)) if type(value) in {tuple, list} else value
    # Other libraries' arrays have these two as well.
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def _numbers(allowed: str, holds: Callable[[Any], Any]) -> Check:
    """A check of a finite number for which something holds; in an array, of each."""

    def check(name: str, value: Any) -> None:
        try:
            array = np.asarray(float(value) if type(value) is int else value)  # numpy's int is shorter
            fits = array.dtype.kind in "fiu" and bool(np.all(np.isfinite(array) & holds(array)))
        except (ValueError, OverflowError):  # lists of different lengths; no float is so large
            fits = False
        if not fits:
            raise ValueError(f"{name} must be {allowed}, got {shown(value)}")

    return check


require_non_negative = _numbers("a finite number of at least 0", lambda x: x >= 0)
require_positive = _numbers("a finite number greater than 0", lambda x: x > 0)
require_above_one = _numbers("a finite number greater than 1", lambda x: x > 1)
require_fraction = _numbers("in [0, 1)", lambda x: (x >= 0) & (x < 1))
require_inner_fraction = _numbers("in (0, 1)", lambda x: (x > 0) & (x < 1))
require_share = _numbers("in [0, 1]", lambda x: (x >= 0) & (x <= 1))


def require_flag(name: str, value: Any) -> None:
    """Raise ValueError unless the value is True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, got {shown(value)}")


def _flag(name: str, value: Any) -> bool:
    require_flag(name, value)
    return bool(value)


def require_usable(name: str, value: Any) -> None:
    """Raise ValueError for a number that is not finite, and for a date: no hyperparameter is one."""
    if isinstance(value, tuple | list):
        for i, part in enumerate(value):
            require_usable(f"{name}[{i}]", part)
    elif isinstance(value, date | time):
        raise ValueError(f"{name} must be a number, text, true or false, got {value}")
    elif isinstance(value, float | np.floating | np.ndarray):
        array = np.asarray(value)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {shown(value)}")


def pair(allowed: str, first: Check, second: Check) -> Check:
    """A check of two things, each with a check of its own; what is no pair is told what is allowed."""

    def check(name: str, value: Any) -> None:
        try:
            one, other = value
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be {allowed}, got {shown(value)}") from None
        first(f"{name}[0]", one)
        second(f"{name}[1]", other)

    return check


require_pair = pair("two numbers in [0, 1)", require_fraction, require_fraction)


def _one(require: Check) -> Check:
    """One number that passes a check."""

    def check(name: str, value: Any) -> float:
        if isinstance(value, list | tuple | np.ndarray):
            raise ValueError(f"{name} must be one number, got {shown(value)}")
        require(name, value)
        return float(value)

    return check


non_negative = _one(require_non_negative)
positive = _one(require_positive)
fraction = _one(require_fraction)
share = _one(require_share)


def part(name: str, value: Any) -> float:
    """A number greater than 0 and at most 1."""
    try:
        number: float = share(name, value)
    except ValueError:
        number = 0.0
    if number == 0:
        raise ValueError(f"{name} must be in (0, 1], got {shown(value)}")
    return number


def whole(least: int) -> Check:
    """A whole number, of at least `least`."""

    def check(name: str, value: Any) -> int:
        whole_number = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        number = int(value) if whole_number else -1
        if number < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, got {shown(value)}")
        if number > MOST:
            raise ValueError(f"{name} must be a whole number of at most {MOST}, got {shown(value)}")
        return number

    return check


def choice(*allowed: str) -> Check:
    """One of some words."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {shown(value)}")
        return value

    return check


def milestones(name: str, value: Any) -> tuple[int, ...]:
    """Whole numbers, each greater than the one before; the first at least 1."""
    if not isinstance(value, list | tuple | np.ndarray):
        raise ValueError(f"{name} must be a list of whole numbers, got {shown(value)}")
    steps = tuple(whole(1)(f"{name}[{i}]", step) for i, step in enumerate(value))
    if any(first >= second for first, second in itertools.pairwise(steps)):
        raise ValueError(f"{name} must increase, got {shown(list(steps))}")
    return steps


# What a setting may be, by its type, unless the schedule's `_checks` say otherwise.
BY_TYPE: dict[str, Check] = {"float": non_negative, "int": whole(1), "bool": _flag}
