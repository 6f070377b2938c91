"""What hyperparameters may be: each check raises ValueError in one line that names the argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.messages import shown


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
            raise ValueError(f"{name} must be true or false, got {shown(value)}")


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
        raise ValueError(f"{name} must be {allowed}, got {shown(value)}") from None
    return first, second


def require_pair(name: str, value: Any) -> tuple[Any, Any]:
    """The two numbers, each in [0, 1), that `value` must consist of; else ValueError."""
    first, second = require_two(name, value, "two numbers in [0, 1)")
    require_fraction(**{f"{name}[0]": first, f"{name}[1]": second})
    return first, second


def _require(allowed: str, holds: Callable[[Any], Any], hyperparameters: dict[str, Any]) -> None:
    for name, value in hyperparameters.items():
        try:
            numbers = np.asarray(float(value) if type(value) is int else value)  # numpy's int is shorter
            fits = numbers.dtype.kind in "fiu" and bool(np.all(np.isfinite(numbers) & holds(numbers)))
        except (ValueError, OverflowError):  # lists of different lengths; no float is so large
            fits = False
        if not fits:
            raise ValueError(f"{name} must be {allowed}, got {shown(value)}")
