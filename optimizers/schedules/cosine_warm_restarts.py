"""Cosine with warm restarts: the learning rate falls along half a cosine, and jumps back to its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.schedules.checks import MOST, non_negative, whole
from optimizers.schedules.schedule import Array, Schedule, descent


@final
@dataclass(frozen=True)
class CosineWarmRestarts(Schedule):
    """One `Cosine` after another, each `T_mult` times as long as the one before.

    In the cycle numbered i from 0, which begins after b steps, after t steps::

        lr = end + (start - end) (1 + cos(pi (t - b) / (steps T_mult^i))) / 2

    Args:
        start: the learning rate at the beginning of every cycle, at least 0.
        steps: how long the first cycle lasts, at least 1.
        T_mult: how many times longer each cycle is than the one before, a whole number of at least 1.
        end: what the learning rate falls towards, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017. The values
    are torch.optim.lr_scheduler.CosineAnnealingWarmRestarts', `steps` being its T_0 and `end` its eta_min;
    T_mult has its name and default.

    >>> CosineWarmRestarts(0.5, steps=2, T_mult=2)([0, 1, 2, 4, 6]).round(6).tolist()
    [0.5, 0.25, 0.5, 0.25, 0.5]
    """

    name: ClassVar[str] = "cosine_warm_restarts"
    start: float
    steps: int
    T_mult: int = 1
    end: float = 0.0

    def __post_init__(self) -> None:
        self._settle(start=non_negative, steps=whole(1), T_mult=whole(1), end=non_negative)

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        if self.T_mult == 1:
            return descent(self.start, self.end, step % self.steps / self.steps)
        begins, lengths = np.array(self._cycles(), dtype=np.float64).T
        cycle = np.searchsorted(begins, step, side="right") - 1
        return descent(self.start, self.end, (step - begins[cycle]) / lengths[cycle])

    def _cycles(self) -> list[tuple[int, int]]:
        """Where each cycle begins and how long it is, as far as steps can be counted."""
        found = [(0, self.steps)]
        while (begin := sum(found[-1])) <= MOST:
            found.append((begin, found[-1][1] * self.T_mult))
        return found
