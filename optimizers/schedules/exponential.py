"""Exponential: the learning rate falls by one factor with every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from optimizers.schedules.checks import non_negative
from optimizers.schedules.schedule import Array, Schedule, power


@final
@dataclass(frozen=True)
class Exponential(Schedule):
    """Multiplies the learning rate by `gamma` at every step; with a gamma above 1 it grows.

    After t steps::

        lr = start gamma^t

    Args:
        start: the first learning rate, at least 0.
        gamma: the factor, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Senior et al., "An empirical study of learning rates in deep neural networks for speech
    recognition", 2013. Names and values are torch.optim.lr_scheduler.ExponentialLR's.

    >>> Exponential(0.5, gamma=0.5)([0, 1, 2]).tolist()
    [0.5, 0.25, 0.125]
    """

    name: ClassVar[str] = "exponential"
    start: float
    gamma: float

    def __post_init__(self) -> None:
        self._settle(start=non_negative, gamma=non_negative)

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        return self.start * power(self.gamma, step)
