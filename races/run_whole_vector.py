"""Racers whose optimizer moves the whole vector, or is not this project's: run start by start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd import hessian, value_and_grad
from optimizers.optimizer import Optimizer
from optimizers.rate import State
from races.many_runs import Ticks
from races.run_elementwise import RacerRun
from surfaces import Surface

Array: TypeAlias = NDArray[np.float64]


class SurfaceObjective:
    """A surface as an `optimizers.objective.Objective` of the vector (u, v).

    With noise, a step sees f(x) + n (x - x0), where x0 is the point it began at: one draw n, like one
    mini-batch, for all its evaluations.

    Args:
        surface: the surface.
        engine: "compiled", or "eager".

    Attributes:
        evaluations: gradients computed so far; a Hessian counts as two.
    """

    def __init__(self, surface: Surface, engine: Any = "compiled") -> None:
        self._slope, self._curvature = value_and_grad(surface, engine), hessian(surface)
        self.evaluations = 0
        self._origin, self._noise = np.zeros(2), np.zeros(2)
        self._at: Array | None = None
        self._known: tuple[float, Array] = (0.0, np.zeros(2))
        self._bent: Array | None = None

    def begin(self, x: Array, noise: Any) -> None:
        """Begin a step at `x`."""
        self._origin, self._noise = x, np.array(noise)
        self._at = self._bent = None

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        """The loss at `x`, and its gradient."""
        if self._at is None or not np.array_equal(self._at, x):
            loss, slopes = self._slope(float(x[0]), float(x[1]))
            loss += float(self._noise @ (x - self._origin))
            self._at, self._known, self._bent = x.copy(), (loss, np.array(slopes) + self._noise), None
            self.evaluations += 1
        return self._known

    def hessian(self, x: Array) -> Array:
        """The matrix of second derivatives at `x`."""
        if self._bent is None or self._at is None or not np.array_equal(self._at, x):
            self.value_and_grad(x)
            self._bent = np.asarray(self._curvature(float(x[0]), float(x[1])))
            self.evaluations += len(x)
        return self._bent


def run_each_start(run: RacerRun, engine: str) -> NDArray[np.int64]:
    """Run a racer from one start after the other.

    Returns:
        The number of gradients evaluated up to each step, of shape (steps + 1, starts).
    """
    tick, record = Ticks(run.on_step, len(run.starts)), run.record
    counts = np.zeros((record.steps + 1, len(run.starts)), dtype=np.int64)
    # All starts share the optimizer and the compiled surface.
    optimizer, objective = run.racer.build([]), SurfaceObjective(run.surface, engine)
    for start in range(len(run.starts)):
        with np.errstate(all="ignore"):
            _run_start(run, start, optimizer, objective, counts[:, start], tick)
    return counts


def _run_start(
    run: RacerRun, start: int, optimizer: Optimizer, objective: SurfaceObjective, counts: Any, tick: Ticks
) -> None:
    record, part = run.record, slice(start, start + 1)
    settings, rate = optimizer.hyperparameters, run.rate
    terms = rate.first()
    before = objective.evaluations
    x, state = run.starts[start].copy(), State()
    draws: Iterator[Any] = run.noise.of_start(start) if run.noise else repeat((0.0, 0.0))
    for step in range(record.steps):
        objective.begin(x, next(draws))
        alive = bool(np.isfinite(x).all())
        loss, slopes = objective.value_and_grad(x) if alive else (np.nan, np.full(2, np.nan))
        record.keep(step, part, x, loss, slopes)
        lr = rate.value(terms, step)
        if alive and np.isfinite(loss):
            given = settings if lr is None else settings | {optimizer.rate_name: lr}
            x, state = optimizer.rule(objective, x, state, step + 1, **given)
            x = np.asarray(x, dtype=np.float64)
            if record.state is not None:
                record.keep_state(step, part, _pairs(state), lr)
        else:
            x = np.full(2, np.nan)
        terms = rate.update(loss, terms)
        counts[step + 1] = objective.evaluations - before
        tick()
    record.keep(record.steps, part, x, run.surface(float(x[0]), float(x[1])))


def _pairs(state: Mapping[str, Any]) -> dict[str, Any]:
    """The optimizer's terms that are one number, or one for u and one for v."""
    pairs = {}
    for name, term in state.items():
        if isinstance(term, int | float | np.ndarray | np.number) and np.shape(term) in {(), (2,)}:
            pairs[name] = np.broadcast_to(np.asarray(term, dtype=np.float64), 2)
    return pairs
