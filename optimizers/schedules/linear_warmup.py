"""Linear warm-up: the learning rate rises along a line, and stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.schedules.checks import non_negative, part, whole
from optimizers.schedules.schedule import Array, Schedule


@final
@dataclass(frozen=True)
class LinearWarmup(Schedule):
    """From `start_factor` times `start` to `start` in `steps` steps; usually first in `Chained`.

    After t steps::

        lr = start (start_factor + (1 - start_factor) min(t, steps) / steps)

    Args:
        start: the learning rate once it is warm, at least 0.
        steps: how long the warm-up lasts, at least 1.
        start_factor: what part of `start` it begins with, in (0, 1].

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, section 2.2. The
    values and the factor's default are torch.optim.lr_scheduler.LinearLR's, `steps` being its total_iters.

    >>> LinearWarmup(0.5, steps=2, start_factor=0.5)([0, 1, 2, 3]).tolist()
    [0.25, 0.375, 0.5, 0.5]
    """

    name: ClassVar[str] = "linear_warmup"
    start: float
    steps: int
    start_factor: float = 1 / 3

    def __post_init__(self) -> None:
        self._settle(start=non_negative, steps=whole(1), start_factor=part)

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        warm = np.minimum(step, self.steps) / self.steps
        return self.start * (self.start_factor + (1 - self.start_factor) * warm)
