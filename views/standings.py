"""`Standings`: ranks, leader, finished racers and dropouts at each step of a race."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from races import Status, Trace
from races.metrics import settled, target_of
from races.status import exits

Array = NDArray[np.float64]


class Standings:
    """The standings of a race from its first start.

    Attributes:
        losses: after each step, of shape (racers, steps + 1).
        out: whether a racer has dropped out by a step, as it diverged or left the domain for good (see
            `races.status.exits`); of the same shape.
        ranks: from 1: racers that have finished, in the order of finishing, then those still racing, the
            lowest loss first, then dropouts. Ties share a rank.
        finish: the step from which a racer's loss stays at or below the target, or one past the last step.
        leaders: the index of the racer that leads at each step, of shape (steps + 1,); a lead counts if it
            is held for a thirtieth of the race or until its end; -1 where no lead counts.
    """

    def __init__(self, trace: Trace) -> None:
        self.losses = trace.losses[:, :, 0]
        positions = trace.positions[:, :, 0]
        surface = trace.surface
        finite = np.isfinite(self.losses) & np.isfinite(positions).all(axis=-1)
        left = exits(surface, trace.positions[:, :, :1])
        self._left = np.arange(self.losses.shape[1]) >= left
        self.out = ~finite | self._left
        self._diverged = ~finite
        target = target_of(trace)
        at_target = self.losses <= target[0]
        steps = self.losses.shape[1]
        unsettled = np.where(at_target, -1, np.arange(steps)).max(axis=1)
        self.finish = np.where(settled(trace.losses, target)[:, 0], unsettled + 1, steps)
        places = self._places()
        order = np.lexsort(places[::-1], axis=0)
        self.ranks = _ranks(places, order)
        least = np.where(self.out, np.inf, places).min(axis=1)
        most = np.where(self.out, -np.inf, places).max(axis=1)
        apart = (least < most).any(axis=0)
        alone = (~self.out).sum(axis=0) == 1
        self.leaders = _held(np.where(apart | alone, order[0], -1), max(2, steps // 30))

    def _places(self) -> Array:
        """The sort keys of the ranks at each step, by significance; of shape (3, racers, steps + 1)."""
        last = self.losses.shape[1] - 1
        finish = self.finish[:, None]
        finished = ~self.out & (np.arange(last + 1) >= finish)
        at_finish = np.take_along_axis(self.losses, np.minimum(finish, last), axis=1)
        loss = np.where(self.out, 0.0, np.where(finished, at_finish, self.losses))
        return np.stack([np.where(self.out, 2.0, 1.0 - finished), np.where(finished, finish, 0.0), loss])

    def status(self, racer: int, step: int) -> Status | None:
        """A racer's status after a step; None while it races."""
        if self._diverged[racer, step]:
            return Status.DIVERGED
        if self._left[racer, step]:
            return Status.LEFT_DOMAIN
        return Status.CONVERGED if step >= self.finish[racer] else None


def _ranks(places: Array, order: NDArray[np.int_]) -> NDArray[np.int_]:
    """One more than the number of racers ahead of each, of shape (racers, steps + 1)."""
    ordered = np.take_along_axis(places, order[None], axis=1)
    behind = np.ones(order.shape, dtype=np.bool_)  # the one before it in the order
    behind[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    number = np.arange(1, len(order) + 1)[:, None]
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.maximum.accumulate(np.where(behind, number, 0)), axis=0)
    return ranks


def _held(leaders: NDArray[np.int_], least: int) -> NDArray[np.int_]:
    """The leaders, or -1 for those who lead for fewer than `least` steps and not until the end.

    >>> _held(np.array([0, 0, 1, 0, 2, 2, 2, 1]), 2).tolist()
    [0, 0, -1, -1, 2, 2, 2, 1]
    """
    begins = np.flatnonzero(np.diff(leaders, prepend=leaders[0] - 1))
    lengths = np.diff(begins, append=len(leaders))
    told = lengths >= least
    told[-1] = True
    return np.repeat(np.where(told, leaders[begins], -1), lengths)
