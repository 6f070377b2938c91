"""`run_race`: from a `RaceSpec` to a `Trace`, one gradient step at a time."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.compiling import block_length, share_blocks
from races.metrics import target_between
from races.record import Record, empty_arrays
from races.spec import RacerSpec, RaceSpec
from races.status import Status
from races.stepping import StepCode, step_code
from races.trace import Trace
from surfaces import Surface

Array = NDArray[np.float64]

FEW = 12  # starts up to which floats, one start after the other, are quicker than arrays
_CHUNK = 4096  # steps of one start that are kept in one go


def run_race(spec: RaceSpec, on_step: Callable[[], object] | None = None) -> Trace:
    """Run every racer from every start.

    A racer's step, loss, gradient and rule, is compiled into one program; with `engine` "eager", or where the
    rule cannot be compiled, each step evaluates the surface on Tensors, sweeps the graph backward, and lets
    the optimizer move. A racer whose position or loss is no longer finite has ended there; the others race
    on.

    Args:
        spec: the race.
        on_step: called ``steps * len(racers)`` times in the course of the race, maybe by several threads.

    >>> spec = RaceSpec(surface="slope", steps=2, racers=[{"optimizer": "sgd", "lr": 1.0}])
    >>> trace = run_race(spec)
    >>> trace.losses[0, :, 0].round(3).tolist(), str(trace.status[0, 0])
    ([0.64, 0.0, 0.0], 'converged')
    """
    surface = spec.build_surface()
    starts, on_step = spec.starts(), on_step or _nothing
    arrays = empty_arrays(spec)
    records = [
        Record(spec, **{name: array[i] for name, array in arrays.items()}) for i in range(len(spec.racers))
    ]
    for racer, record in zip(spec.racers, records, strict=True):
        many = len(starts) > FEW
        code = step_code(surface, racer, points=many) if spec.engine == "compiled" else None
        if code is None:
            _run_eager(racer, surface, starts, record, on_step)
        elif many:
            _run_points(code, starts, record, on_step)
        else:
            _run_floats(code, starts, record, on_step)
    return Trace(spec, **arrays, status=_judge(spec, surface, records))


def _nothing() -> None:
    """Nobody wants to know."""


def _run_eager(
    racer: RacerSpec, surface: Surface, starts: Array, record: Record, on_step: Callable[[], object]
) -> None:
    """Run a racer from all starts at once, by a graph of Tensors in each step."""
    everywhere = slice(None)
    u, v = Tensor(starts[:, 0]), Tensor(starts[:, 1])
    optimizer = racer.build([u, v])
    for step in range(record.steps):
        optimizer.zero_grad()
        loss = surface(u, v)
        loss.sum().backward()
        record.keep(step, everywhere, u.data, v.data, loss.data, (u.grad, v.grad))
        ended = ~(np.isfinite(u.data) & np.isfinite(v.data) & np.isfinite(loss.data))
        optimizer.step()
        u.data, v.data = np.where(ended, np.nan, u.data), np.where(ended, np.nan, v.data)
        on_step()
    record.keep(record.steps, everywhere, u.data, v.data, surface(u.data, v.data))


def _run_floats(code: StepCode, starts: Array, record: Record, on_step: Callable[[], object]) -> None:
    """Run a racer from one start after the other, by floats."""
    tick = _Ticks(on_step, len(starts))
    isfinite, nan = math.isfinite, math.nan
    for start, point in enumerate(starts.tolist()):
        (u, v), call, terms, kept = point, code.first.call, (), 0
        rows = []
        for step in range(record.steps):
            loss, du, dv, to_u, to_v, *terms = call(u, v, *terms, step + 1.0)
            rows.append((u, v, loss, du, dv))
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
        record.keep(record.steps, slice(start, start + 1), u, v, code.loss.call(u, v)[0])


def _run_points(code: StepCode, starts: Array, record: Record, on_step: Callable[[], object]) -> None:
    """Run a racer from all starts, block by block, by arrays."""
    tick = _Ticks(on_step, -(-len(starts) // block_length(len(starts))))

    def work(blocks: Iterator[slice]) -> None:
        for part in blocks:
            _run_block(code, starts[part], record, part, tick)

    share_blocks(work, len(starts))


def _run_block(
    code: StepCode, starts: Array, record: Record, part: slice, tick: Callable[[], object]
) -> None:
    length = part.stop - part.start
    # The state before a step and after it, in turn: u, v, and the optimizer's terms.
    old, new = (list(np.empty((2 + code.terms, length))) for _ in range(2))
    old[0][:], old[1][:] = starts.T
    loss, *slopes = np.empty((3, length))
    given = old[:2]
    now, buffers = code.first, code.first.buffers(length)
    with np.errstate(all="ignore"):
        for step in range(record.steps):
            now.block(*given, step + 1.0, loss, *slopes, *new, *buffers)
            u, v = old[:2]
            # A sum is finite only if all are; where it is not, it is seen which.
            finite = math.isfinite(u.sum() + v.sum() + loss.sum())
            record.keep(step, part, u, v, loss, slopes, finite)
            if not finite:
                ended = ~(np.isfinite(u) & np.isfinite(v) & np.isfinite(loss))
                new[0][ended] = new[1][ended] = np.nan
            old, new = new, old
            given = old
            if step == 0:
                now, buffers = code.later, code.later.buffers(length)
            tick()
        code.loss.block(*given[:2], loss, *code.loss.buffers(length))
    u, v = old[:2]
    record.keep(record.steps, part, u, v, loss)


class _Ticks:
    """Calls `on_step` once for every `parts` calls of itself, whichever threads they come from."""

    def __init__(self, on_step: Callable[[], object], parts: int) -> None:
        self._on_step, self._parts, self._count = on_step, parts, 0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        if self._on_step is _nothing:
            return
        with self._lock:
            self._count += 1
            whole = self._count % self._parts == 0
        if whole:
            self._on_step()


def _judge(spec: RaceSpec, surface: Surface, records: list[Record]) -> NDArray[np.str_]:
    """How each racer ended from each start. Once it has diverged, it has no finite position any more."""
    last = np.array([record.positions[-1] for record in records])
    finite = np.isfinite(last).all(axis=-1) & np.isfinite([record.losses[-1] for record in records])
    inside = surface.contains(last[..., 0], last[..., 1])
    lowest = np.min([record.lowest for record in records], axis=0)
    target = target_between(records[0].losses[0], lowest, spec.target)
    settled = np.array([record.late for record in records]) <= target
    status = np.select(
        [~finite, ~inside, settled],
        [Status.DIVERGED.value, Status.LEFT_DOMAIN.value, Status.CONVERGED.value],
        default=Status.OUT_OF_STEPS.value,
    )
    return np.asarray(status, dtype=np.str_)
