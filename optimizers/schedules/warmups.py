"""Schedules that rise first: to where they stay, or to fall from there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, final

import numpy as np

from optimizers.checks import choice, part, positive, share
from optimizers.schedules.schedule import Array, Schedule, descent


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
    _checks: ClassVar = {"start_factor": part}
    start: float
    steps: int
    start_factor: float = 1 / 3

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        warm = np.minimum(step, self.steps) / self.steps
        return self.start * (self.start_factor + (1 - self.start_factor) * warm)


@final
@dataclass(frozen=True)
class InverseSqrt(Schedule):
    """Rises linearly to `max_lr`, then falls as the inverse square root of the step.

    In step n, which follows t = n - 1 steps::

        lr = max_lr min(n / steps, sqrt(steps / n))

    Args:
        max_lr: the highest learning rate, that of step number `steps`, at least 0.
        steps: how long the warm-up lasts, at least 1; 1 means no warm-up.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Vaswani et al., "Attention is all you need", 2017, section 5.3, whose model of size d has
    max_lr = 1 / sqrt(d steps). PyTorch has no such schedule.

    >>> InverseSqrt(0.5, steps=4)([0, 1, 3, 15]).tolist()
    [0.125, 0.25, 0.5, 0.25]
    """

    name: ClassVar[str] = "inverse_sqrt"
    max_lr: float
    steps: int

    def rate(self, step: Array) -> Array:
        """The equation in the class's docstring."""
        number = step + 1
        return self.max_lr * np.minimum(number / self.steps, np.sqrt(self.steps / number))


@final
@dataclass(frozen=True)
class OneCycle(Schedule):
    """From a low learning rate up to `max_lr`, down again, and on to a far lower one, all in `steps` steps.

    With first = max_lr / div_factor and last = first / final_div_factor, the learning rate goes from one of
    these to the next, along half a cosine or a line::

        first -> max_lr -> last                after 0, pct_start steps - 1, steps - 1 steps
        first -> max_lr -> first -> last       after 0, pct_start steps - 1, 2 pct_start steps - 2, steps - 1

    the second where `three_phase` is true. Afterwards it stays where it is; PyTorch raises an error there.

    Args:
        max_lr: the highest learning rate, at least 0.
        steps: how many steps the cycle has, at least 1.
        pct_start: what part of the steps the rise takes, in [0, 1].
        anneal_strategy: "cos" or "linear".
        div_factor: how many times lower than max_lr the first learning rate is, greater than 0.
        final_div_factor: how many times lower than the first the last is, greater than 0.
        three_phase: whether it falls back to the first learning rate before it falls to the last.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Smith and Topin, "Super-convergence: very fast training of neural networks using large learning
    rates", 2018. Names, defaults and values are torch.optim.lr_scheduler.OneCycleLR's, `steps` being its
    total_steps; PyTorch's also moves the momentum unless its cycle_momentum is false, this moves the
    learning rate alone.

    >>> cycle = OneCycle(0.5, steps=11, pct_start=0.5, anneal_strategy="linear", div_factor=4.0)
    >>> cycle([0, 4.5, 10, 11]).round(4).tolist()
    [0.125, 0.5, 0.0, 0.0]
    """

    name: ClassVar[str] = "one_cycle"
    _checks: ClassVar = {
        "pct_start": share,
        "anneal_strategy": choice("cos", "linear"),
        "div_factor": positive,
        "final_div_factor": positive,
    }
    max_lr: float
    steps: int
    pct_start: float = 0.3
    anneal_strategy: str = "cos"
    div_factor: float = 25.0
    final_div_factor: float = 1e4
    three_phase: bool = False

    def rate(self, step: Array) -> Array:
        """The phases in the class's docstring."""
        first = self.max_lr / self.div_factor
        peak, final = self.pct_start * self.steps - 1, self.steps - 1.0
        points = [(0.0, first), (peak, self.max_lr), (final, first / self.final_div_factor)]
        if self.three_phase:
            points.insert(2, (2 * self.pct_start * self.steps - 2, first))
        step = np.minimum(step, final)
        *rates, last = [self._phase(*begin, *end, step) for begin, end in pairwise(points)]
        return np.select([step <= end for end, _ in points[1:-1]], rates, last)

    def _phase(self, begin: float, start: float, end: float, stop: float, step: Array) -> Array:
        """From the learning rate `start` after `begin` steps to `stop` after `end`."""
        behind = (step - begin) / (end - begin) if end != begin else np.ones(step.shape)
        if self.anneal_strategy == "cos":
            return descent(start, stop, behind)
        return (stop - start) * behind + start
