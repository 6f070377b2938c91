"""Inverse square root: a linear warm-up, then a long decay; the Transformer's schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.schedules.checks import non_negative, whole
from optimizers.schedules.schedule import Array, Schedule


@final
@dataclass(frozen=True)
class InverseSqrt(Schedule):
    """Rises linearly to `max_lr`, then falls as the inverse square root of the step.

    In step n, which follows t = n - 1 steps::

        lr = max_lr min(n / steps, sqrt(steps / n))

    Args:
        max_lr: the highest learning rate, that of step number `steps`, at least 0.
        steps: how long the warm-up lasts, at least 1; 1 means no warm-up.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Vaswani et al., "Attention is all you need", 2017, section 5.3, whose model of size d has
    max_lr = 1 / sqrt(d steps). PyTorch has no such schedule.

    >>> InverseSqrt(0.5, steps=4)([0, 1, 3, 15]).tolist()
    [0.125, 0.25, 0.5, 0.25]
    """

    name: ClassVar[str] = "inverse_sqrt"
    max_lr: float
    steps: int

    def __post_init__(self) -> None:
        self._settle(max_lr=non_negative, steps=whole(1))

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        number = step + 1
        return self.max_lr * np.minimum(number / self.steps, np.sqrt(self.steps / number))
