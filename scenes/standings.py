"""`Standings`: at each step of a race the ranks, the leader, and who has finished or dropped out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from races import Status, Trace
from races.metrics import settled, target_loss


class Standings:
    """What the film says of the race from its first start.

    Attributes:
        losses: after each step, of shape (racers, steps + 1).
        out: whether a racer is out of the race at a step, outside the domain or diverged; of the same shape.
        ranks: 1 for the lowest loss of those that are in the race; those that are out come last.
        finish: the step from which on a racer's loss is at the target, or a number past the last step.
        leaders: the index of the racer that leads at each step, of shape (steps + 1,); a lead counts once
            it has been held for a thirtieth of the race; -1 where nobody leads.
    """

    def __init__(self, trace: Trace) -> None:
        self.losses = trace.losses[:, :, 0]
        positions = trace.positions[:, :, 0]
        surface = trace.spec.build_surface()
        finite = np.isfinite(self.losses) & np.isfinite(positions).all(axis=-1)
        self._inside = np.asarray(surface.contains(positions[..., 0], positions[..., 1]))
        self.out = ~finite | ~self._inside
        self._diverged = ~finite
        ordered = np.where(self.out, np.inf, self.losses)
        self.ranks = ordered.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") + 1
        target = target_loss(trace.losses, trace.spec.target)
        at_target = self.losses <= target[0]
        steps = self.losses.shape[1]
        unsettled = np.where(at_target, -1, np.arange(steps)).max(axis=1)
        self.finish = np.where(settled(trace.losses, target)[:, 0], unsettled + 1, steps)
        apart = ordered.min(axis=0) < np.where(self.out, -np.inf, self.losses).max(axis=0)
        alone = (~self.out).sum(axis=0) == 1
        self.leaders = _held(np.where(apart | alone, self.ranks.argmin(axis=0), -1), max(2, steps // 30))

    def status(self, racer: int, step: int) -> Status | None:
        """What is to be said of a racer after a step; None while it races."""
        if self._diverged[racer, step]:
            return Status.DIVERGED
        if not self._inside[racer, step]:
            return Status.LEFT_DOMAIN
        return Status.CONVERGED if step >= self.finish[racer] else None


def _held(leaders: NDArray[np.int_], least: int) -> NDArray[np.int_]:
    """The leaders, a new one only once it has led for `least` steps.

    >>> _held(np.array([0, 1, 0, 2, 2, 2, 1]), 2).tolist()
    [0, 0, 0, 0, 2, 2, 2]
    """
    held, leader, streak = [], int(leaders[0]), 0
    for i, first in enumerate(leaders.tolist()):
        streak = streak + 1 if i and first == leaders[i - 1] else 1
        if streak >= least:
            leader = first
        held.append(leader)
    return np.array(held)
