"""Polynomial: the learning rate falls along a power of what is left of the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.schedules.checks import non_negative, whole
from optimizers.schedules.schedule import Array, Schedule


@final
@dataclass(frozen=True)
class Polynomial(Schedule):
    """From `start` to `end` in `steps` steps: linearly, or along a power of a line.

    After t steps::

        lr = end + (start - end) (1 - min(t, steps) / steps)^power

    Args:
        start: the first learning rate, at least 0.
        steps: how long it falls, at least 1; afterwards it is `end`.
        power: of the curve, at least 0; 1 is a line.
        end: the last learning rate, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Liu, Rabinovich and Berg, "ParseNet: looking wider to see better", 2015. The values are those of
    torch.optim.lr_scheduler.PolynomialLR, which ends at 0, and where the power is 1 those of LinearLR.

    >>> Polynomial(0.5, steps=2, power=2.0)([0, 1, 2, 3]).tolist()
    [0.5, 0.125, 0.0, 0.0]
    """

    name: ClassVar[str] = "polynomial"
    start: float
    steps: int
    power: float = 1.0
    end: float = 0.0

    def __post_init__(self) -> None:
        self._settle(start=non_negative, steps=whole(1), power=non_negative, end=non_negative)

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        left = 1 - np.minimum(step, self.steps) / self.steps
        return self.end + (self.start - self.end) * np.power(left, self.power)
