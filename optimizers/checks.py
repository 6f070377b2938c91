"""What hyperparameters and parameters may be: each check raises in one line that names the argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Any

import numpy as np

from autograd.tensor import Tensor
from support.messages import shown


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


def require_no_class(name: str, lr: Any) -> None:
    """Raise ValueError for a learning rate that is a class, and no schedule made of it."""
    if isinstance(lr, type):
        kind = lr.__name__
        raise ValueError(f"{name} must be a number or a schedule, as {kind}(...), got the class {kind}")


def require_parameters(params: Any) -> list[Any]:
    """The parameters, in a list.

    Raises:
        TypeError: unless each has a value and a gradient.
        ValueError: where one is given twice, which each step would move twice.
    """
    listed = list(params) if isinstance(params, Iterable) and not isinstance(params, Tensor) else [None]
    if not all(map(_is_parameter, listed)):
        raise TypeError(f"params must be a list of Tensors, as [u, v], got {shown(params)}")
    first: dict[int, int] = {}
    for i, parameter in enumerate(listed):
        if (j := first.setdefault(id(parameter), i)) < i:
            raise ValueError(f"params must differ, got one Tensor twice, as params[{j}] and params[{i}]")
    return listed


def _is_parameter(x: Any) -> bool:
    # A Tensor's `data` is not asked for: it would be handed out, and the graph would take copies of it.
    return isinstance(x, Tensor) or (hasattr(x, "data") and hasattr(x, "grad"))


def _require(allowed: str, holds: Callable[[Any], Any], hyperparameters: dict[str, Any]) -> None:
    for name, value in hyperparameters.items():
        try:
            numbers = np.asarray(float(value) if type(value) is int else value)  # numpy's int is shorter
            fits = numbers.dtype.kind in "fiu" and bool(np.all(np.isfinite(numbers) & holds(numbers)))
        except (ValueError, OverflowError):  # lists of different lengths; no float is so large
            fits = False
        if not fits:
            raise ValueError(f"{name} must be {allowed}, got {shown(value)}")
