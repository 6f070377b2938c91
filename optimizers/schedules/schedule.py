"""`Schedule`: a learning rate that is a function of the step.

A schedule is a frozen record of its settings. It checks them when it is made, can be called with a step or
with an array of steps, and gives itself back as the table that describes it in race.toml.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizers.checks import BY_TYPE, Check, plain, require_non_negative

Array: TypeAlias = NDArray[np.float64]
LARGEST = np.finfo(np.float64).max


@dataclass(frozen=True)
class Entry:
    """What the registry of schedules holds: a record whose fields are the keys of a table in race.toml."""

    name: ClassVar[str]  # what it is called there
    # What a field may be, where its type does not tell.
    _checks: ClassVar[Mapping[str, Check]] = {}

    def __post_init__(self) -> None:
        """Check the fields, and keep what the checks give; one that is None by default may be left out."""
        for field in dataclasses.fields(self):
            value = plain(getattr(self, field.name))
            kind = field.type if isinstance(field.type, str) else field.type.__name__
            check = self._checks.get(field.name) or BY_TYPE.get(kind)
            if check and (value is not None or field.default is not None):
                object.__setattr__(self, field.name, check(field.name, value))

    def table(self) -> dict[str, Any]:
        """The settings as plain data, from which `build_schedule` makes an equal one."""
        values = {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}
        return {"schedule": self.name} | {key: value for key, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.table() if isinstance(value, Entry) else value


class Schedule(Entry, ABC):
    """Base of every learning rate that depends on nothing but the step.

    A subclass is a dataclass of its settings with a `rate`: floats are at least 0, and ints at least 1, where
    its `_checks` do not say otherwise.

    >>> from optimizers.schedules import Exponential
    >>> halving = Exponential(0.8, gamma=0.5)
    >>> isinstance(halving, Schedule), halving(2)
    (True, 0.2)
    """

    @abstractmethod
    def rate(self, step: Array) -> Array:
        """The learning rates, one for each number of steps made before; elementwise."""

    @overload
    def __call__(self, step: float) -> float: ...
    @overload
    def __call__(self, step: ArrayLike) -> Any: ...
    def __call__(self, step: Any) -> Any:
        """The learning rate of the step that follows `step` steps; an array of them for an array.

        Args:
            step: how many steps were made before, from 0: PyTorch's last_epoch, Optax's count.

        Raises:
            ValueError: for what is no number of steps.
        """
        require_non_negative("step", step)
        steps = np.asarray(step, dtype=np.float64)
        with np.errstate(all="ignore"):
            # A step alone gets the number that it gets in an array; none is infinite.
            rates = np.minimum(self.rate(np.atleast_1d(steps)), LARGEST)
        return rates if steps.ndim else float(rates[0])


def power(factor: float, times: Array) -> Array:
    """factor**times; the largest float where that is too large for one, so that 0 times it is still 0."""
    return np.minimum(np.power(factor, times), LARGEST)


def descent(start: float, end: float, share: Array) -> Array:
    """From `start` to `end` along half a cosine, as the share that is behind goes from 0 to 1."""
    return end + (start - end) * (1 + np.cos(np.pi * share)) / 2
