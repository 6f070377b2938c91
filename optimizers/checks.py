"""What hyperparameters may be: each check raises ValueError in one line that names the argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any, TypeAlias

import numpy as np

from autograd.tensor import Tensor
from support.messages import shown

Check: TypeAlias = Callable[[str, Any], Any]


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
            numbers = np.asarray(float(value) if type(value) is int else value)  # numpy's int is shorter
            fits = numbers.dtype.kind in "fiu" and bool(np.all(np.isfinite(numbers) & holds(numbers)))
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


def require_usable(name: str, value: Any) -> None:
    """Raise ValueError for a number that is not finite, and for a date: no hyperparameter is one."""
    if isinstance(value, tuple | list):
        for i, part in enumerate(value):
            require_usable(f"{name}[{i}]", part)
    elif isinstance(value, date | time):
        raise ValueError(f"{name} must be a number, text, true or false, got {value}")
    elif isinstance(value, float | np.floating | np.ndarray):
        numbers = np.asarray(value)
        if numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
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
