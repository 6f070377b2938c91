"""What the settings of schedules may be: each check gives the setting as plain data, or raises ValueError.

The line that it raises names the setting, what is allowed, and the value given.
"""

from __future__ import annotations

import itertools
import numbers
from typing import Any

import numpy as np

from optimizers.checks import (
    Check,
    require_flag,
    require_fraction,
    require_non_negative,
    require_positive,
    require_share,
)
from support.messages import shown

MOST = 2**53  # up to here float64 counts every step


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


def flag(name: str, value: Any) -> bool:
    """True or False."""
    require_flag(name, value)
    return bool(value)


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
BY_TYPE: dict[str, Check] = {"float": non_negative, "int": whole(1), "bool": flag}
