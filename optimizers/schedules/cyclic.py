"""Cyclic: the learning rate goes up and down between two bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.schedules.checks import choice, non_negative, whole
from optimizers.schedules.schedule import Array, Schedule, power


@final
@dataclass(frozen=True)
class Cyclic(Schedule):
    """Triangle waves between `base_lr` and `max_lr`, of constant or falling height.

    In cycle c, counted from 1, with the height h that goes along lines from 0 to 1 and back, after t steps::

        lr = base_lr + (max_lr - base_lr) h s

    where s is 1 ("triangular"), 1 / 2^(c - 1) ("triangular2") or gamma^t ("exp_range").

    Args:
        base_lr: the lower bound, at least 0.
        max_lr: the upper bound, at least `base_lr`.
        step_size_up: how many steps go up, at least 1.
        step_size_down: how many steps go down, at least 1; as many as go up, if it is not given.
        mode: "triangular", "triangular2" or "exp_range".
        gamma: the factor of "exp_range", at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Smith, "Cyclical learning rates for training neural networks", 2017. Names, defaults and values
    are torch.optim.lr_scheduler.CyclicLR's, which also moves the momentum unless its cycle_momentum is
    false; this moves the learning rate alone.

    >>> Cyclic(0.0, 1.0, step_size_up=2, mode="triangular2")([0, 1, 2, 3, 4, 6]).tolist()
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.5]
    """

    name: ClassVar[str] = "cyclic"
    base_lr: float
    max_lr: float
    step_size_up: int = 2000
    step_size_down: int | None = None
    mode: str = "triangular"
    gamma: float = 1.0

    def __post_init__(self) -> None:
        self._settle(
            base_lr=non_negative,
            max_lr=non_negative,
            step_size_up=whole(1),
            mode=choice("triangular", "triangular2", "exp_range"),
            gamma=non_negative,
        )
        if self.step_size_down is not None:
            self._settle(step_size_down=whole(1))
        if self.max_lr < self.base_lr:
            raise ValueError(f"max_lr must be at least base_lr, {self.base_lr}, got {self.max_lr}")

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        down = self.step_size_up if self.step_size_down is None else self.step_size_down
        length = self.step_size_up + down
        top = self.step_size_up / length
        cycle = np.floor(1 + step / length)
        inside = 1 + step / length - cycle
        height = np.where(inside <= top, inside / top, (inside - 1) / (top - 1))
        scale = {
            "triangular": np.ones(step.shape),
            "triangular2": power(0.5, cycle - 1),
            "exp_range": power(self.gamma, step),
        }
        return self.base_lr + (self.max_lr - self.base_lr) * height * scale[self.mode]
