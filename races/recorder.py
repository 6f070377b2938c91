"""`Record`: writes one racer's run into its part of the trace's arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from races.many_runs import Watch
from races.metrics import tail
from races.spec import RaceSpec
from surfaces import Surface

Array = NDArray[np.float64]


def copy(to: Any, row: Any, size: int) -> None:
    """Copy so many numbers."""
    for i in range(size):
        to[i] = row[i]


def copy_pairs(to: Any, row: Any, other: Any, size: int) -> None:
    """Copy so many pairs of numbers from two rows."""
    for i in range(size):
        to[i, 0] = row[i]
        to[i, 1] = other[i]


def note_lowest(least: Any, u: Any, v: Any, loss: Any, bounds: Any, size: int) -> None:
    """The lowest losses so far, of starts that are in the domain."""
    for i in range(size):
        inside = (u[i] >= bounds[0]) & (u[i] <= bounds[1]) & (v[i] >= bounds[2]) & (v[i] <= bounds[3])
        least[i] = loss[i] if inside & (loss[i] < least[i]) else least[i]


def note_highest(most: Any, loss: Any, size: int) -> None:
    """The highest losses so far; nan stays, as in numpy.maximum."""
    for i in range(size):
        most[i] = loss[i] if (most[i] < loss[i]) | np.isnan(loss[i]) else most[i]


def empty_arrays(spec: RaceSpec) -> dict[str, Array]:
    """Empty arrays for a trace's positions, losses and gradients; the first axis is that of the racers."""
    racers, starts, rows = len(spec.racers), len(spec.start), len(spec.recorded)
    slopes = 0 if spec.record == "ends" else spec.steps
    return {
        "positions": np.empty((racers, rows, starts, 2)),
        "losses": np.empty((racers, rows, starts)),
        "gradients": np.empty((racers, slopes, starts, 2)),
    }


class Record(Watch):
    """A racer's run: every step or only its ends, and its optimizer's terms where the race records them.

    Args:
        spec: the race.
        surface: the surface of the race.
        positions: of shape (rows, starts, 2), a row for each recorded step.
        losses: of shape (rows, starts).
        gradients: of shape (steps, starts, 2); of no steps where only the ends are recorded.

    Attributes:
        steps: of the race.
        state: the optimizer's terms by name, each of shape (steps, starts, 2); None if not recorded.
        rates: the learning rate of each step, of shape (steps, starts); None if not recorded.
        lowest: the lowest loss so far in the domain, inf if there is none; of shape (starts,). It may be
            -inf, which is the loss of a racer that has diverged.
        late_from: the first step of the race's last tenth.
        late: the highest loss in the race's last tenth, nan where there is none; of shape (starts,).
    """

    def __init__(
        self, spec: RaceSpec, surface: Surface, positions: Array, losses: Array, gradients: Array
    ) -> None:
        self._surface = surface
        self.positions, self.losses, self.gradients = positions, losses, gradients
        self.steps, self._all = spec.steps, spec.record != "ends"
        starts = len(spec.start)
        self.lowest = np.full(starts, np.inf)
        self.late_from = spec.steps + 1 - tail(spec.steps)
        self.late = np.full(starts, -np.inf)
        self.state: dict[str, Array] | None = {} if spec.record == "state" else None
        self.rates = np.full((spec.steps, starts), np.nan) if spec.record == "state" else None

    signature = (
        "Tuple((float64[:,:,::1], float64[:,::1], float64[:,:,::1], float64[::1], float64[::1], "
        "UniTuple(float64, 4), UniTuple(int64, 2)))"
    )

    def keep(
        self, step: int, part: slice, x: Any, loss: Any, slopes: Any = None, inside: bool = False
    ) -> None:
        """Record a step from some starts."""
        if self._all or step in {0, self.steps}:
            row = step if self._all else int(step > 0)
            self.positions[row, part, 0], self.positions[row, part, 1] = x
            self.losses[row, part] = loss
        if self._all and slopes is not None:
            self.gradients[step, part, 0], self.gradients[step, part, 1] = slopes
        least = self.lowest[part]
        if inside:
            np.fmin(least, loss, out=least)
        else:
            np.copyto(least, loss, where=self._surface.contains(*x) & (loss < least))
        if step >= self.late_from:
            late = self.late[part]
            np.maximum(late, loss, out=late)

    @staticmethod
    def note(x: Any, loss: Any, slopes: Any, size: int, n: int, begin: int, kept: Any) -> None:
        """Record a step of a chunk of starts, as `keep` does."""
        positions, losses, gradients, lowest, late, bounds, (late_from, first) = kept
        start, end = first + begin, first + begin + size
        if len(gradients) > 0:
            copy_pairs(positions[n, start:end], x[0], x[1], size)
            copy(losses[n, start:end], loss, size)
            copy_pairs(gradients[n, start:end], slopes[0], slopes[1], size)
        note_lowest(lowest[begin : begin + size], x[0], x[1], loss, bounds, size)
        if n >= late_from:
            note_highest(late[begin : begin + size], loss, size)

    def kept(self, part: slice) -> tuple[Any, ...]:
        """What `note` takes."""
        bounds = (*self._surface.u_range, *self._surface.v_range)
        arrays = self.positions, self.losses, self.gradients, self.lowest[part], self.late[part]
        return (*arrays, tuple(map(float, bounds)), (self.late_from, part.start))

    def holds(self, x: Sequence[Array]) -> tuple[bool, bool]:
        """Whether all of these points are in the domain, and whether all are finite."""
        least, most, (u, v) = np.minimum.reduce, np.maximum.reduce, x
        (u_low, u_high), (v_low, v_high) = self._surface.u_range, self._surface.v_range
        u_least, u_most, v_least, v_most = least(u), most(u), least(v), most(v)
        inside = u_least >= u_low and u_most <= u_high and v_least >= v_low and v_most <= v_high
        return bool(inside), math.isfinite((u_most - u_least) + (v_most - v_least))

    def make_room(self, names: Sequence[str]) -> None:
        """Allocate arrays for terms of these names, before several threads record them."""
        if self.state is not None:
            for name in names:
                if name not in self.state:
                    self.state[name] = np.full((self.steps, len(self.late), 2), np.nan)

    def keep_state(self, step: int, part: slice, terms: Mapping[str, Any], rate: Any = None) -> None:
        """Record the optimizer's terms at a step.

        Args:
            step: the number of steps before it.
            part: which starts.
            terms: by name, each a pair, for u and for v: a number, or an array with one for each start.
                Anything else, which a user's optimizer may have, is left out.
            rate: the learning rate.
        """
        if self.state is None or self.rates is None:
            return
        room = self.rates[step, part].shape
        kept = {name: pair for name, pair in terms.items() if all(_is_numbers(x, room) for x in pair)}
        self.make_room(tuple(kept))
        for name, (of_u, of_v) in kept.items():
            self.state[name][step, part, 0], self.state[name][step, part, 1] = of_u, of_v
        if rate is not None:
            self.rates[step, part] = rate

    def forget_ended(self) -> None:
        """Set terms and rates to nan for the steps after the racer diverged; called at the end."""
        if self.state is None or self.rates is None:
            return
        ended = ~(np.isfinite(self.positions[:-1]).all(axis=-1) & np.isfinite(self.losses[:-1]))
        for array in (self.rates, *self.state.values()):
            array[ended] = np.nan

    def keep_way(self, step: int, start: int, rows: Any) -> None:
        """Record several steps from one start.

        Args:
            step: the first of them.
            start: its index.
            rows: of shape (n, 5): u, v, loss, dz/du and dz/dv at each.
        """
        table = np.asarray(rows, dtype=np.float64)
        if self._all:
            part = slice(step, step + len(table))
            self.positions[part, start] = table[:, :2]
            self.losses[part, start] = table[:, 2]
            self.gradients[part, start] = table[:, 3:]
        elif step == 0:
            self.positions[0, start], self.losses[0, start] = table[0, :2], table[0, 2]
        losses = table[:, 2]
        counted = np.where(self._surface.contains(table[:, 0], table[:, 1]), losses, np.inf)
        self.lowest[start] = np.fmin(self.lowest[start], np.fmin.reduce(counted))
        recent = losses[max(0, self.late_from - step) :]
        self.late[start] = np.maximum(self.late[start], recent.max(initial=-np.inf))


def _is_numbers(term: Any, shape: tuple[int, ...]) -> bool:
    """Whether a term is one number, or one for each start."""
    return isinstance(term, int | float | np.number | np.ndarray) and np.shape(term) in {(), shape}
