"""Multi-step: the learning rate falls by a factor at chosen steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.schedules.checks import milestones, non_negative
from optimizers.schedules.schedule import Array, Schedule, power


@final
@dataclass(frozen=True)
class MultiStep(Schedule):
    """Multiplies the learning rate by `gamma` at each milestone.

    After t steps::

        lr = start gamma^(how many milestones are at most t)

    Args:
        start: the first learning rate, at least 0.
        milestones: after how many steps it falls; whole numbers of at least 1 that increase.
        gamma: the factor, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: He et al., "Deep residual learning for image recognition", 2016, section 4.2. Names, defaults and
    values are torch.optim.lr_scheduler.MultiStepLR's.

    >>> MultiStep(0.5, milestones=(3, 5), gamma=0.5)([2, 3, 4, 5]).tolist()
    [0.5, 0.25, 0.25, 0.125]
    """

    name: ClassVar[str] = "multi_step"
    start: float
    milestones: tuple[int, ...]
    gamma: float = 0.1

    def __post_init__(self) -> None:
        self._settle(start=non_negative, milestones=milestones, gamma=non_negative)

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        passed = np.searchsorted(np.array(self.milestones, dtype=np.float64), step, side="right")
        return self.start * power(self.gamma, passed.astype(np.float64))
