"""Step decay: the learning rate falls by a factor every so many steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from optimizers.schedules.checks import non_negative, whole
from optimizers.schedules.schedule import Array, Schedule, power


@final
@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiplies the learning rate by `gamma` every `step_size` steps.

    After t steps::

        lr = start gamma^floor(t / step_size)

    Args:
        start: the first learning rate, at least 0.
        step_size: steps from one fall to the next, at least 1.
        gamma: the factor, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Ge et al., "The step decay schedule: a near optimal, geometrically decaying learning rate
    procedure for least squares", 2019. Names, defaults and values are torch.optim.lr_scheduler.StepLR's.

    >>> StepDecay(0.5, step_size=10, gamma=0.5)([0, 9, 10, 20]).tolist()
    [0.5, 0.5, 0.25, 0.125]
    """

    name: ClassVar[str] = "step"
    start: float
    step_size: int
    gamma: float = 0.1

    def __post_init__(self) -> None:
        self._settle(start=non_negative, step_size=whole(1), gamma=non_negative)

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        return self.start * power(self.gamma, step // self.step_size)
