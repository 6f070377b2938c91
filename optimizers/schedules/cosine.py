"""Cosine: the learning rate falls along half a cosine wave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from optimizers.schedules.checks import non_negative, whole
from optimizers.schedules.schedule import Array, Schedule, descent


@final
@dataclass(frozen=True)
class Cosine(Schedule):
    """From `start` to `end` in `steps` steps along half a cosine, slowly at both ends.

    After t steps::

        lr = end + (start - end) (1 + cos(pi t / steps)) / 2

    As in PyTorch the wave continues: after `steps` steps the learning rate rises again, back to `start`
    after twice as many. To stay at the end, let `Chained` change to `Constant` there; to jump back, use
    `CosineWarmRestarts`.

    Args:
        start: the first learning rate, at least 0.
        steps: how long it falls, at least 1.
        end: the learning rate after `steps` steps, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017. The values
    are torch.optim.lr_scheduler.CosineAnnealingLR's, `steps` being its T_max and `end` its eta_min.

    >>> Cosine(0.5, steps=120)([0, 60, 120]).round(6).tolist()
    [0.5, 0.25, 0.0]
    """

    name: ClassVar[str] = "cosine"
    start: float
    steps: int
    end: float = 0.0

    def __post_init__(self) -> None:
        self._settle(start=non_negative, steps=whole(1), end=non_negative)

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        return descent(self.start, self.end, step / self.steps)
