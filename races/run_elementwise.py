"""Runs one racer: by compiled steps on floats or arrays, or by the graph of Tensors itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from optimizers.rate import Rate
from races.many_runs import ManyRuns, Ticks, Watch
from races.noise import NoiseSpec
from races.racer_spec import RacerSpec, rate_of_racer
from races.spec import RaceSpec
from races.step_program import StepCode
from support.lazy import Lazy
from surfaces import Surface

Array = NDArray[np.float64]

_CHUNK = 4096  # steps of one start that are recorded at once


@dataclass(frozen=True)
class RacerRun:
    """One racer's run from all starts.

    Attributes:
        racer: the racer.
        surface: the surface.
        starts: the starts, of shape (starts, 2).
        noise: the noise in the gradients, if any.
        record: what is kept of the run.
        on_step: called once for every step.
    """

    racer: RacerSpec
    surface: Surface
    starts: Array
    noise: NoiseSpec | None
    record: Watch
    on_step: Callable[[], object]

    @classmethod
    def of(
        cls,
        spec: RaceSpec,
        surface: Surface,
        racer: RacerSpec,
        record: Watch,
        on_step: Callable[[], object],
        starts: Array,
    ) -> RacerRun:
        """A racer's run in a race."""
        noise = spec.noise if spec.noise and spec.noise.scale else None
        return cls(racer, surface, starts, noise, record, on_step)

    @Lazy
    def rate(self) -> Rate:
        """The racer's learning rate."""
        return rate_of_racer(self.racer)

    @Lazy
    def rates(self) -> list[float] | None:
        """The learning rates that the program of a step is given, one for each; None where it has them."""
        return self.rate.inputs(self.record.steps)

    def many(self, code: StepCode) -> ManyRuns:
        """The run from all starts together, by compiled steps."""
        record = self.record
        record.make_room(code.names)
        terms = None if record.state is None else partial(keep_terms, self, code)
        return ManyRuns(
            code, self.starts, record,
            rates=self.rates, noise=self.noise, on_step=self.on_step, keep_terms=terms,
        )  # fmt: skip


def run_eager(run: RacerRun) -> None:
    """Run a racer by a graph of Tensors in each step: from all starts at once on an elementwise surface."""
    count = len(run.starts)
    if run.surface.elementwise:
        u, v = run.starts.T
        draws: Iterator[Any] = run.noise.of_starts(slice(0, count)) if run.noise else repeat((0.0, 0.0))
        _run_tensors(run, slice(0, count), Tensor(u), Tensor(v), draws, run.on_step)
        return
    tick = Ticks(run.on_step, count)
    for start, (u, v) in enumerate(run.starts.tolist()):
        draws = run.noise.of_start(start) if run.noise else repeat((0.0, 0.0))
        _run_tensors(run, slice(start, start + 1), Tensor(u), Tensor(v), draws, tick)


def _run_tensors(
    run: RacerRun, part: slice, u: Tensor, v: Tensor, draws: Iterator[Any], on_step: Callable[[], object]
) -> None:
    """Run a racer from the starts (u, v)."""
    optimizer, record = run.racer.build([u, v]), run.record
    for step in range(record.steps):
        optimizer.zero_grad()
        loss = run.surface(u, v)
        if not isinstance(loss, Tensor):  # a constant
            loss = Tensor(np.broadcast_to(loss, u.shape))
        loss.sum().backward()
        # A race records both gradients, even where one is flat.
        u.grad, v.grad = (x.grad + more for x, more in zip((u, v), next(draws), strict=True))
        record.keep(step, part, (u.data, v.data), loss.data, (u.grad, v.grad))
        ended = ~(np.isfinite(u.data) & np.isfinite(v.data) & np.isfinite(loss.data))
        rate = optimizer.rate
        optimizer.step(partial(_again, loss))
        of_u, of_v = optimizer.state
        record.keep_state(step, part, {name: (of_u[name], of_v[name]) for name in of_u}, rate)
        u.data, v.data = np.where(ended, np.nan, u.data), np.where(ended, np.nan, v.data)
        on_step()
    record.keep(record.steps, part, (u.data, v.data), run.surface(u.data, v.data))


def _again(loss: Tensor) -> Tensor:
    """The closure of a step whose loss has already been computed."""
    return loss


def run_floats(run: RacerRun, code: StepCode) -> None:
    """Run a racer from one start after the other, by floats."""
    tick, rates, record = Ticks(run.on_step, len(run.starts)), run.rates, run.record
    isfinite, nan = math.isfinite, math.nan
    more: list[Any] = []
    for start, point in enumerate(run.starts.tolist()):
        (u, v), call, terms = point, code.first.call, ()
        draws: Iterator[Any] = run.noise.of_start(start) if run.noise else repeat(())
        rows, kept, part = [], 0, slice(start, start + 1)
        for step, draw in zip(range(record.steps), draws):  # noqa: B905 (the draws are infinite)
            given = (*draw, step + 1.0) if rates is None else (*draw, step + 1.0, rates[step])
            loss, du, dv, to_u, to_v, *terms = call(u, v, *terms, *given)
            rows.append((u, v, loss, du, dv))
            if record.state is not None:
                more.append(terms)
            if isfinite(u) and isfinite(v) and isfinite(loss):
                u, v = to_u, to_v
            else:
                u = v = nan
            call = code.later.call
            if len(rows) == _CHUNK:
                record.keep_way(kept, start, rows)
                kept, rows = kept + len(rows), []
            tick()
        if rows:
            record.keep_way(kept, start, rows)
        if record.state is not None:
            keep_terms(run, code, slice(0, record.steps), part, np.array(more).T[..., None])
            more.clear()
        record.keep(record.steps, part, (u, v), code.loss.call(u, v)[0])


def keep_terms(run: RacerRun, code: StepCode, steps: slice, part: slice, terms: Array) -> None:
    """Record the terms after some steps, given as an array of shape (terms, steps, starts)."""
    state, rates = run.record.state, run.record.rates
    if state is None or rates is None:
        return
    run.record.make_room(code.names)
    count = len(code.names)
    for i, name in enumerate(code.names):
        state[name][steps, part] = np.stack([terms[i], terms[count + i]], axis=-1)
    if run.rates is not None:
        rates[steps, part] = np.array(run.rates[steps])[:, None]
        return
    rate = run.rate
    if steps.start == 0:
        rates[0, part] = rate.value(rate.first(), 0)
    # A step's rate was computed by the step before it.
    left = rate.value(dict(zip(code.watched, terms[2 * count :], strict=True)), steps.start + 1)
    ahead = rates[steps.start + 1 : steps.stop + 1, part]
    ahead[:] = left[: len(ahead)] if np.ndim(left) else left
