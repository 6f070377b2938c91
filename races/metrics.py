"""Metrics of a race: one number for each racer and start, computed from its trace.

Those that need every step raise TraceError for a trace that keeps only the ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from races.trace import Trace

Array = NDArray[np.float64]

TOLERANCE = 0.01


def target_of(trace: Trace) -> Array:
    """The loss to reach from each start of a race, by `target_loss`; (starts,).

    Only losses inside the domain count, and only those of racers that do not diverge.
    """
    trace.require_steps("the target")
    surface = trace.surface
    counted = surface.contains(trace.positions[..., 0], trace.positions[..., 1])
    counted &= np.isfinite(trace.losses[:, -1:]) & np.isfinite(trace.positions[:, -1:]).all(axis=-1)
    return target_loss(trace.losses, trace.spec.target, counted)


def target_loss(losses: Array, target: float | None = None, counted: Any = True) -> Array:
    """The loss to reach from each start: `target`, or, where that is None, L + tol (f0 - L).

    f0 is the loss at the start, L the lowest loss that any racer reaches from there, tol is 1 %: the
    convergence test of Moré and Wild, "Benchmarking derivative-free optimization algorithms", 2009. Where
    no racer gets below f0, it is -inf.

    Args:
        losses: of shape (racers, steps + 1, starts).
        target: a loss, the same for every start.
        counted: a mask of the losses that count for L, in their shape; by default all do.

    Returns:
        An array of shape (starts,).
    """
    return target_between(losses[0, 0], lowest(losses, counted).min(axis=0), target)


def lowest(losses: Array, counted: Any = True) -> Array:
    """The lowest finite loss among those `counted`; inf if there is none.

    Args:
        losses: of shape (..., steps + 1, starts).
        counted: of the same shape.

    Returns:
        An array of shape (..., starts).
    """
    return np.asarray(np.where(np.isfinite(losses) & counted, losses, np.inf).min(axis=-2))


def target_between(start: Array, least: Array, target: float | None = None) -> Array:
    """`target_loss` from f0 and L, each of shape (starts,)."""
    if target is not None:
        return np.full(len(start), target)
    with np.errstate(invalid="ignore"):  # of inf, where nothing is reached
        drop = TOLERANCE * start - TOLERANCE * least  # the difference itself may overflow
        return np.asarray(np.where(least < start, least + drop, -np.inf))


def settled(losses: Array, target: Array) -> NDArray[np.bool_]:
    """Whether a racer's loss stayed at most `target` for the last tenth of the race; (racers, starts)."""
    return np.asarray((losses[:, -tail(losses.shape[1] - 1) :] <= target).all(axis=1))


def tail(steps: int) -> int:
    """The number of losses in the last tenth of a race, including the final one."""
    return -(-steps // 10) + 1


def median(values: Array) -> Array:
    """The median along the last axis; for an even number of values, the mean of the middle two.

    A missing value (nan) counts as the largest, so the median is nan only where a middle value is missing.

    >>> float(median(np.array([4.0, 1.0, 2.0, np.nan])))
    3.0
    """
    ordered = np.sort(values, axis=-1)
    count = values.shape[-1]
    low, high = ordered[..., (count - 1) // 2], ordered[..., count // 2]
    with np.errstate(invalid="ignore"):  # of -inf and inf
        return np.asarray(np.where(low == high, low, low / 2 + high / 2))


def final_loss(trace: Trace) -> Array:
    """The loss after the last step.

    Args:
        trace: the race.

    Returns:
        An array of shape (racers, starts); nan for a racer that diverged.

    >>> from races import BUILT_IN, load_spec, run_race
    >>> trace = run_race(load_spec(BUILT_IN))
    >>> final_loss(trace)[:, 0].round(3)
    array([-0.329, -0.329, -0.328, -0.329])
    """
    return trace.losses[:, -1]


def best_loss(trace: Trace) -> Array:
    """The lowest finite loss of the race.

    Args:
        trace: the race, with every step.

    Returns:
        An array of shape (racers, starts); inf where no loss is finite.

    Raises:
        TraceError: if the trace does not have every step.

    >>> from races import BUILT_IN, load_spec, run_race
    >>> trace = run_race(load_spec(BUILT_IN))
    >>> best_loss(trace)[:, 0].round(3)
    array([-0.329, -0.329, -0.329, -0.329])
    """
    trace.require_steps("the best loss")
    return lowest(trace.losses)


def steps_to_target(trace: Trace) -> Array:
    """The number of steps until a racer's loss first reaches the target.

    The target is the one in race.toml; by default it lies 1 % of the way from the lowest loss reached by any
    racer up to the loss at the start.

    Args:
        trace: the race, with every step.

    Returns:
        An array of shape (racers, starts); nan for a racer that never reaches it.

    Raises:
        TraceError: if the trace does not have every step.

    >>> from races import BUILT_IN, load_spec, run_race
    >>> trace = run_race(load_spec(BUILT_IN))
    >>> steps_to_target(trace)[:, 0]
    array([72., 39., 24., 51.])
    """
    trace.require_steps("the steps to the target")
    reached = trace.losses <= target_of(trace)
    return np.where(reached.any(axis=1), reached.argmax(axis=1), np.nan)


def path_length(trace: Trace) -> Array:
    """The length of each racer's path in the (u, v) plane, as far as it is finite.

    Args:
        trace: the race, with every step.

    Returns:
        An array of shape (racers, starts), in the units of u and v.

    Raises:
        TraceError: if the trace does not have every step.

    >>> from races import BUILT_IN, load_spec, run_race
    >>> trace = run_race(load_spec(BUILT_IN))
    >>> path_length(trace)[:, 0].round(2)
    array([0.42, 1.14, 1.18, 0.62])
    """
    trace.require_steps("the path length")
    with np.errstate(all="ignore"):
        pieces = np.hypot(*np.moveaxis(np.diff(trace.positions, axis=1), -1, 0))
    return np.asarray(np.where(np.isfinite(pieces), pieces, 0.0).sum(axis=1))


def improvement(trace: Trace) -> Array:
    """The relative improvement (f0 - f) / |f0| of the final loss f over the start's f0; (racers, starts).

    It is nan where f0 is 0 or the racer diverged.
    """
    start = trace.losses[:, 0]
    with np.errstate(all="ignore"):
        fraction = (start - trace.losses[:, -1]) / np.abs(start)
    return np.where(np.isfinite(fraction), fraction, np.nan)
