"""`run_trials`: an optimizer with many settings from many starts of an instance, as one race of arrays.

Where that pays, and numba is there, all steps of a chunk of runs are one compiled loop; else numpy moves
them, block by block. Everybody is given the same number of gradients. A rule that moves each number by itself
takes one a step; one that moves the whole vector, as L-BFGS does, may ask for as many as it likes, until they
are spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.compiler import machine_code
from autograd.compiler.compiled import Points
from comparison.compiled import float_code, hessian_code, loss_code, run_code
from comparison.family import Family, Instance
from comparison.search_space import SearchSpace, fallen
from optimizers.rate import State
from races.many_runs import ManyRuns, Watch, run_points
from races.run_loops import loop, pays, run_loops

Array: TypeAlias = NDArray[np.float64]

TARGETS = (1e-1, 1e-2, 1e-4)  # shares of the loss at the start, above the least, that are to be reached
FLOOR, CEILING = 1e-8, 10.0  # between which a share counts: what is nearer than that is there
_BLOCK = 2048  # runs to a block: their numbers stay in the cache


@dataclass(frozen=True)
class Outcome:
    """How runs ended.

    Attributes:
        shares: of shape (trials, starts): the last loss above the least, as a share of that at the start,
            within [FLOOR, CEILING]; a run that diverged has the latter.
        reached: of shape (targets, trials, starts): the gradients evaluated when the loss first was at a
            target; inf where it never was.
        steps: of shape (trials, starts): how many steps were made.
        gradients: of the same shape: how many gradients were evaluated for them.
        diverged: of shape (trials, starts): whether the last loss is not finite, or above the first.

    >>> from comparison import FAMILIES
    >>> from optimizers import LBFGS
    >>> space, instance = SearchSpace(LBFGS), FAMILIES["booth"].instance("tuning", 0, 0)
    >>> outcome = run_trials(instance, space, space.defaults[None], 1, 100)
    >>> float(outcome.shares[0, 0]) == FLOOR, bool(outcome.reached[0, 0, 0] < 20)
    (True, True)
    """

    shares: Array
    reached: Array
    steps: Array
    gradients: Array
    diverged: NDArray[np.bool_]


def run_trials(
    instance: Instance,
    space: SearchSpace,
    settings: Array,
    starts: int,
    evaluations: int,
    loops: bool | None = None,
) -> Outcome:
    """Run every setting from every start.

    Args:
        instance: what is minimised.
        space: of the optimizer.
        settings: of shape (trials, dimensions).
        starts: how many.
        evaluations: of the gradient, for each run.
        loops: whether a compiled loop makes the steps, if numba is there; by default where that pays for
            these runs alone. It is worth more to who comes again with the same optimizer and family.

    >>> from comparison import FAMILIES
    >>> from optimizers import Momentum
    >>> space = SearchSpace(Momentum)
    >>> settings = np.array([[0.1, 0.0, 0.0], [0.1, 0.5, 1.0]])
    >>> run_trials(FAMILIES["sphere"].instance("tuning", 0, 0), space, settings, 3, 50).shares.shape
    (2, 3)
    """
    points = instance.starts(starts)
    first = _losses(instance, points)
    above, least = np.tile(first - instance.drawn.least, len(settings)), instance.drawn.least
    every, tiled = np.repeat(settings, starts, axis=0), np.tile(points, (len(settings), 1))
    runs = _Runs(instance, space, every, tiled, evaluations, least + above * np.array(TARGETS)[:, None])
    _run(runs, loops)
    with np.errstate(all="ignore"):
        share = (runs.last - least) / above
    shape = (len(settings), starts)
    return Outcome(
        np.where(np.isfinite(share), np.clip(share, FLOOR, CEILING), CEILING).reshape(shape),
        runs.reached.reshape(-1, *shape),
        runs.made.reshape(shape),
        runs.gradients.reshape(shape),
        ~(share <= 1).reshape(shape),
    )


def final_losses(
    instance: Instance,
    space: SearchSpace,
    settings: Array,
    starts: Array,
    evaluations: int,
    loops: bool | None = None,
) -> Array:
    """The last losses of runs that each have a setting and a start of their own.

    Args:
        instance: what is minimised.
        space: of the optimizer.
        settings: of shape (runs, dimensions).
        starts: of shape (runs, size).
        evaluations: of the gradient, for each run.
        loops: as for `run_trials`.
    """
    runs = _Runs(instance, space, settings, starts, evaluations, np.empty((0, len(starts))))
    _run(runs, loops)
    return runs.last


def loops_pay(family: Family, space: SearchSpace, steps: int) -> bool:
    """Whether compiled loops, with the time to compile them, are quicker for so many steps of all runs.

    It does not depend on what the machine has, so that all that share some work decide alike.
    """
    code = run_code(family, space) if space.kind.elementwise else None
    return code is not None and pays([code], steps)


class _Runs(Watch):
    """Runs on an instance: what they are given, and what is found out.

    Attributes:
        settings: of shape (runs, dimensions).
        starts: of shape (runs, size).
        limits: the losses to reach, of shape (targets, runs).
        last: the last losses.
        reached: after how many gradients the limits were, of shape (targets, runs).
        made: how many steps were.
        gradients: how many were evaluated.
    """

    signature = "Tuple((float64[:,::1], float64[:,::1], int64))"

    def __init__(
        self,
        instance: Instance,
        space: SearchSpace,
        settings: Array,
        starts: Array,
        evaluations: int,
        limits: Array,
    ) -> None:
        self.instance, self.space = instance, space.of_runs(evaluations)
        self.settings, self.starts, self.steps = settings, starts, evaluations
        self.limits, count = limits, len(starts)
        self.last, self.made = np.full(count, np.nan), np.full(count, float(evaluations))
        self.gradients = self.made.copy()
        self.reached = np.full(limits.shape, np.inf)

    def keep(
        self,
        step: int,
        part: slice,
        x: Any,  # noqa: ARG002
        loss: Any,
        slopes: Any = None,
        inside: bool = False,  # noqa: ARG002
    ) -> None:
        """Keep the last loss, and when the limits are reached, by steps of one gradient each."""
        if slopes is None:
            self.last[part] = loss
            return
        reached = self.reached[:, part]
        hit = (loss <= self.limits[:, part]) & (reached == np.inf)
        if hit.any():
            reached[hit] = step + 1

    @staticmethod
    def note(
        x: Any,  # noqa: ARG004
        loss: Any,
        slopes: Any,  # noqa: ARG004
        size: int,
        n: int,
        begin: int,
        kept: Any,
    ) -> None:
        """When the limits are reached, as `keep` does."""
        limits, reached, first = kept
        for k in range(len(limits)):
            limit, when = limits[k, first + begin :], reached[k, first + begin :]
            for i in range(size):
                when[i] = n + 1.0 if (loss[i] <= limit[i]) & (when[i] == np.inf) else when[i]

    def kept(self, part: slice) -> tuple[Any, ...]:
        """What `note` takes."""
        return self.limits, self.reached, part.start


def _run(runs: _Runs, loops: bool | None) -> None:
    instance, space = runs.instance, runs.space
    with np.errstate(all="ignore"):
        if not space.kind.elementwise:
            for i in range(len(runs.starts)):
                _run_vector(runs, i)
            return
        code = run_code(instance.family, space)
        if code is None:
            for part in _equal_settings(runs.settings):
                _run_rule(runs, part)
            return
    falls = [fallen(step / runs.steps) for step in range(runs.steps)]
    settings = np.ascontiguousarray(runs.settings.T)
    many = ManyRuns(
        code, runs.starts, runs,
        settings=settings, rates=falls, numbers=instance.drawn.values,
    )  # fmt: skip
    if loops is None:
        loops = loops_pay(instance.family, space, len(runs.starts) * runs.steps)
    if loops and machine_code.is_there():
        run_loops(many, loop(code, _Runs))
    else:
        run_points(many, _BLOCK)


def _run_rule(runs: _Runs, part: slice) -> None:
    """All steps of runs with one setting, by the rule itself: it takes arrays, but not of hyperparameters."""
    x, state = np.ascontiguousarray(runs.starts[part].T), State()
    size, row = len(x), runs.settings[part.start]
    for step in range(runs.steps):
        loss, *slopes = _called(loss_code(runs.instance.family), runs.instance, x)
        runs.keep(step, part, x, loss, slopes)
        settings = runs.space.settings(row.tolist(), fallen(step / runs.steps))
        moved, state = runs.space.kind.rule(np.concatenate(slopes), x.ravel(), state, step + 1, **settings)
        x = np.asarray(moved, dtype=np.float64).reshape(size, -1)
    runs.keep(runs.steps, part, x, _losses(runs.instance, x.T))


def _equal_settings(settings: Array) -> list[slice]:
    """The parts of rows that are alike."""
    changes = np.flatnonzero((settings[1:] != settings[:-1]).any(axis=1)) + 1
    ends = [0, *changes.tolist(), len(settings)]
    return [slice(a, b) for a, b in pairwise(ends)]


class _SpentError(Exception):
    """All gradients have been evaluated."""


class CountedObjective:
    """An instance's loss as an `optimizers.objective.Objective` that has a last evaluation.

    Args:
        instance: whose loss it is.
        most: gradients that may be evaluated; a Hessian of n numbers counts as n.

    Attributes:
        losses: all that were evaluated, with the number of gradients up to then.
    """

    def __init__(self, instance: Instance, most: int) -> None:
        self._values, self._most = instance.drawn.values, most
        self._family = instance.family
        self._slope = float_code(instance.family)
        self._spent = 0
        self._at: Array | None = None
        self._known: tuple[float, Array] = (np.nan, np.zeros(0))
        self._bent: Array | None = None
        self.losses: list[tuple[int, float]] = []

    @property
    def evaluations(self) -> int:
        """Gradients computed so far."""
        return self._spent

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        """The loss at `x`, and its gradient; to ask again at the last point costs nothing."""
        if self._at is None or not np.array_equal(self._at, x):
            self._spend(1)
            loss, *slopes = self._slope(*x.tolist(), *self._values)
            self._at, self._known, self._bent = x.copy(), (loss, np.array(slopes)), None
            self.losses.append((self._spent, loss))
        return self._known

    def hessian(self, x: Array) -> Array:
        """The matrix of second derivatives at `x`."""
        self.value_and_grad(x)
        if self._bent is None:
            self._spend(len(x))
            entries = hessian_code(self._family)(*x.tolist(), *self._values)
            self._bent = np.array(entries).reshape(len(x), len(x))
        return self._bent

    def _spend(self, count: int) -> None:
        if self._spent + count > self._most:
            raise _SpentError
        self._spent += count


def _run_vector(runs: _Runs, run: int) -> None:
    """All steps of one run whose rule moves the whole vector.

    The last loss is the one after the last whole step; or the lowest that the step evaluated in which the
    gradients ran out.
    """
    objective = CountedObjective(runs.instance, runs.steps)
    x, state, row = runs.starts[run].copy(), State(), runs.settings[run].tolist()
    step = begun = 0
    try:
        while True:
            before, begun = objective.evaluations, len(objective.losses)
            settings = runs.space.settings(row, fallen(before / runs.steps))
            moved, state = runs.space.kind.rule(objective, x, state, step + 1, **settings)
            moved = np.asarray(moved, dtype=np.float64)
            rests = objective.evaluations == before and np.array_equal(moved, x)
            x, step = moved, step + 1
            if rests or not np.isfinite(x).all() or step >= runs.steps:
                break
        last = float(_losses(runs.instance, x[None])[0])
    except _SpentError:
        last = min([loss for _, loss in objective.losses[begun:]], default=np.nan)
        last = np.fmin(last, float(_losses(runs.instance, x[None])[0]))
    runs.last[run], runs.made[run], runs.gradients[run] = last, step, objective.evaluations
    for spent, loss in reversed(objective.losses):
        runs.reached[loss <= runs.limits[:, run], run] = spent


def _losses(instance: Instance, x: Array) -> Array:
    """The losses at points of shape (runs, size)."""
    return _called(loss_code(instance.family), instance, np.ascontiguousarray(x.T))[0]


def _called(code: Points, instance: Instance, x: Array) -> tuple[Array, ...]:
    return code.call(*x, *instance.drawn.values)
