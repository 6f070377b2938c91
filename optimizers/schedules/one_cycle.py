"""One-cycle: the learning rate rises to a high one, then falls to almost nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, final

import numpy as np

from optimizers.schedules.checks import choice, flag, non_negative, positive, share, whole
from optimizers.schedules.schedule import Array, Schedule, descent


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
    max_lr: float
    steps: int
    pct_start: float = 0.3
    anneal_strategy: str = "cos"
    div_factor: float = 25.0
    final_div_factor: float = 1e4
    three_phase: bool = False

    def __post_init__(self) -> None:
        self._settle(
            max_lr=non_negative,
            steps=whole(1),
            pct_start=share,
            anneal_strategy=choice("cos", "linear"),
            div_factor=positive,
            final_div_factor=positive,
            three_phase=flag,
        )

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
