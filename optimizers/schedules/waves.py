"""Schedules that come back: along a cosine, with restarts, or between two bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.checks import MOST, choice, whole
from optimizers.schedules.schedule import Array, Schedule, descent, power


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

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        return descent(self.start, self.end, step / self.steps)


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
    _checks: ClassVar = {
        "step_size_down": whole(1),
        "mode": choice("triangular", "triangular2", "exp_range"),
    }
    base_lr: float
    max_lr: float
    step_size_up: int = 2000
    step_size_down: int | None = None
    mode: str = "triangular"
    gamma: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
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
