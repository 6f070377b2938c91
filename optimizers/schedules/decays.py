"""Schedules that fall: in steps, by a factor, along a curve; and the one that stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from optimizers.checks import milestones
from optimizers.schedules.schedule import Array, Schedule, power


@final
@dataclass(frozen=True)
class Constant(Schedule):
    """The same learning rate throughout; useful as a part of `Chained`.

    After t steps::

        lr = start

    Args:
        start: the learning rate, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: torch.optim.lr_scheduler.ConstantLR with a factor of 1.

    >>> Constant(0.1)(1000)
    0.1
    """

    name: ClassVar[str] = "constant"
    start: float

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        return np.full(step.shape, self.start)


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

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        return self.start * power(self.gamma, step // self.step_size)


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
    _checks: ClassVar = {"milestones": milestones}
    start: float
    milestones: tuple[int, ...]
    gamma: float = 0.1

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        passed = np.searchsorted(np.array(self.milestones, dtype=np.float64), step, side="right")
        return self.start * power(self.gamma, passed.astype(np.float64))


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

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        return self.start * power(self.gamma, step)


@final
@dataclass(frozen=True)
class Polynomial(Schedule):
    """From `start` to `end` in `steps` steps: linearly, or along a power of a line.

    After t steps::

        lr = end + (start - end) (1 - min(t, steps) / steps)^power

    Args:
        start: the first learning rate, at least 0.
        steps: how long it falls, at least 1; afterwards it is `end`.
        power: of the curve, at least 0; 1 is a line.
        end: the last learning rate, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Liu, Rabinovich and Berg, "ParseNet: looking wider to see better", 2015. The values are those of
    torch.optim.lr_scheduler.PolynomialLR, which ends at 0, and where the power is 1 those of LinearLR.

    >>> Polynomial(0.5, steps=2, power=2.0)([0, 1, 2, 3]).tolist()
    [0.5, 0.125, 0.0, 0.0]
    """

    name: ClassVar[str] = "polynomial"
    start: float
    steps: int
    power: float = 1.0
    end: float = 0.0

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        left = 1 - np.minimum(step, self.steps) / self.steps
        return self.end + (self.start - self.end) * np.power(left, self.power)
