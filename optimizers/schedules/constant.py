"""Constant: one learning rate for every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.schedules.checks import non_negative
from optimizers.schedules.schedule import Array, Schedule


@final
@dataclass(frozen=True)
class Constant(Schedule):
    """The same learning rate throughout; useful as a part of `Chained`.

    After t steps::

        lr = start

    Args:
        start: the learning rate, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: torch.optim.lr_scheduler.ConstantLR with a factor of 1.

    >>> Constant(0.1)(1000)
    0.1
    """

    name: ClassVar[str] = "constant"
    start: float

    def __post_init__(self) -> None:
        self._settle(start=non_negative)

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        return np.full(step.shape, self.start)
