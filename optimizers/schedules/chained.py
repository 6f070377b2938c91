"""Chained: one schedule after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from optimizers.checks import milestones
from optimizers.schedules.schedule import Array, Entry, Schedule
from support.messages import shown

DEEPEST = 20  # chains inside each other: a trace could not be saved with very many


def _depth(schedule: Schedule) -> int:
    """How many chains are inside each other."""
    return 1 + max(map(_depth, schedule.schedules)) if isinstance(schedule, Chained) else 0


def _schedules(name: str, value: Any) -> tuple[Schedule, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"{name} must be a list of schedules, got {shown(value)}")
    for i, schedule in enumerate(value):
        if not isinstance(schedule, Schedule):
            given = schedule.name if isinstance(schedule, Entry) else shown(schedule)
            raise ValueError(f"{name}[{i}] must be a schedule of the step, got {given}")
        if _depth(schedule) >= DEEPEST:
            raise ValueError(f"{name} must be nested at most {DEEPEST} deep")
    return tuple(value)


@final
@dataclass(frozen=True)
class Chained(Schedule):
    """Changes to the next schedule at each milestone, for example from a warm-up to a cosine.

    With schedules s0, s1, ... and milestones m1, m2, ..., after t steps::

        lr = s0(t)             where t < m1
             s1(t - m1)        where m1 <= t < m2, and so on

    Args:
        schedules: one or more; each counts its steps from its own beginning.
        milestones: after how many steps the next begins, one fewer than schedules; whole numbers of at least
            1 that increase.

    Chains may be parts of chains, up to 20 deep.

    Raises:
        ValueError: naming the setting that is out of range, or what is no schedule of the step.

    Source: Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, for the warm-up
    before another schedule. Names and values are torch.optim.lr_scheduler.SequentialLR's; but each schedule
    here has a start of its own.

    >>> from optimizers.schedules import Constant, LinearWarmup
    >>> warmup = LinearWarmup(0.5, steps=2, start_factor=0.5)
    >>> Chained((warmup, Constant(0.1)), milestones=(3,))(range(5)).tolist()
    [0.25, 0.375, 0.5, 0.1, 0.1]
    """

    name: ClassVar[str] = "chained"
    _checks: ClassVar = {"schedules": _schedules, "milestones": milestones}
    schedules: tuple[Schedule, ...]
    milestones: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        wanted = len(self.schedules) - 1
        if len(self.milestones) != wanted:
            given = shown(list(self.milestones))
            raise ValueError(f"milestones must be one fewer than schedules, {wanted}, got {given}")

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        rates = self.schedules[0].rate(step)
        for begin, schedule in zip(self.milestones, self.schedules[1:], strict=True):
            rates = np.where(step >= begin, schedule.rate(np.maximum(step - begin, 0)), rates)
        return rates
