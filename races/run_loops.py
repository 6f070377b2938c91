"""Races from very many starts: all steps of a chunk of starts as one compiled loop.

The first step, which has no terms yet, is numpy's; then `steps_of_starts` takes over, compiled together with
the racer's own step. It is plain Python: it can be read, and run, without a compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice, repeat
from typing import Any

import numpy as np

from autograd.compiler import machine_code
from autograd.compiler.chunks import BLOCK, CHUNK, Emitted, step, step_carefully
from autograd.compiler.compiled import block_length, processors, share_blocks
from autograd.compiler.program import Operation
from races.run_elementwise import Block, RacerRun, Ticks, keep_terms
from races.step_program import StepCode

SPAN = 64  # steps that a loop makes before it hands back, to take noise and to give terms
# Seconds, measured on one machine: what a loop saves of each operation of a step from one start, and what it
# takes to import numba and compile, at all and for each operation.
SAVED, IMPORTING, COMPILING = 2e-10, 2.0, 0.01

# These, like `step` and `step_carefully`, stand for what the compiled loop is given: how many rows there are,
# how many of them a step takes, and how many of these are terms and noise.
ROWS = GIVEN = TERMS = NOISE = 0
SIGNATURE = (
    "void(float64[:,::1], float64[:,::1], float64[:,:,::1], float64[::1], UniTuple(int64, 4), "
    "UniTuple(float64, 4), float64[:,:,::1], float64[:,::1], float64[:,:,::1], float64[::1], float64[::1], "
    "float64[:,:,::1])"
)


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


def move(u: Any, v: Any, loss: Any, new_u: Any, new_v: Any, size: int) -> None:
    """Move the starts; those that are no longer finite have ended."""
    for i in range(size):
        goes_on = (abs(u[i]) < np.inf) & (abs(v[i]) < np.inf) & (abs(loss[i]) < np.inf)
        u[i] = new_u[i] if goes_on else np.nan
        v[i] = new_v[i] if goes_on else np.nan


def steps_of_starts(
    state: Any, settings: Any, noise: Any, rates: Any, span: Any, bounds: Any,
    positions: Any, losses: Any, gradients: Any, lowest: Any, late: Any, terms: Any,
) -> None:  # fmt: skip
    """Make some steps from a block of starts, chunk by chunk, and record them.

    Args:
        state: u, v, and the optimizer's terms, of shape (2 + terms, starts), before the steps, then after.
        settings: hyperparameters of each start, of shape (k, starts).
        noise: in the gradients, of shape (steps, 2, starts); without any, of no steps.
        rates: the learning rates of all steps; zeros where the step does not take them.
        span: the first of the steps, counted from 0; the one after the last; from which on losses count for
            `late`; and the number of the block's first start.
        bounds: of the domain: least and greatest u, and v.
        positions: to record in, of shape (all steps + 1, all starts, 2); used with gradients.
        losses: of shape (all steps + 1, all starts).
        gradients: of shape (all steps, all starts, 2); of no steps where only the ends are recorded.
        lowest: each start's lowest loss in the domain, so far.
        late: each start's highest loss in the last tenth, so far.
        terms: those after each of the steps, of shape (steps, terms, starts); of no steps if not recorded.
    """
    rows = np.empty((ROWS, CHUNK))
    numbers = np.zeros(2)
    u, v, new_u, new_v = rows[0], rows[1], rows[GIVEN + 3], rows[GIVEN + 4]
    loss, du, dv = rows[GIVEN], rows[GIVEN + 1], rows[GIVEN + 2]
    for begin in range(0, len(lowest), CHUNK):
        size = min(CHUNK, len(lowest) - begin)
        end, start = begin + size, span[3] + begin
        least, most = lowest[begin:end], late[begin:end]
        for k in range(2 + TERMS):
            copy(rows[k], state[k, begin:end], size)
        for k in range(len(settings)):
            copy(rows[2 + TERMS + NOISE + k], settings[k, begin:end], size)
        for n in range(span[0], span[1]):
            numbers[0], numbers[1] = n + 1.0, rates[n]
            for k in range(NOISE):
                copy(rows[2 + TERMS + k], noise[n - span[0], k, begin:end], size)
            if step(rows, size, numbers):
                step_carefully(rows, size, numbers)
            if len(gradients) > 0:
                copy_pairs(positions[n, start : start + size], u, v, size)
                copy(losses[n, start : start + size], loss, size)
                copy_pairs(gradients[n, start : start + size], du, dv, size)
            if len(terms) > 0:
                for k in range(TERMS):
                    copy(terms[n - span[0], k, begin:end], rows[GIVEN + 5 + k], size)
            note_lowest(least, u, v, loss, bounds, size)
            if n >= span[2]:
                note_highest(most, loss, size)
            move(u, v, loss, new_u, new_v, size)
            for k in range(TERMS):
                copy(rows[2 + k], rows[GIVEN + 5 + k], size)
        for k in range(2 + TERMS):
            copy(state[k, begin:end], rows[k], size)


def names(code: StepCode) -> dict[str, Any]:
    """What `steps_of_starts` needs to make a racer's steps."""
    emitted = Emitted(code.later.program)
    terms, noise = code.terms, 2 * code.noisy
    return emitted.names | {"GIVEN": emitted.arguments, "TERMS": terms, "NOISE": noise}


@lru_cache(maxsize=64)
def loop(code: StepCode) -> Callable[..., None]:
    """`steps_of_starts`, compiled for a racer's steps.

    Raises:
        ImportError: if numba cannot be imported.
    """
    return machine_code.compiled(steps_of_starts, SIGNATURE, names(code))


def pays(code: StepCode, steps: int) -> bool:
    """Whether a loop, with the time to compile it, is quicker for so many steps of all starts together."""
    program = code.later.program
    operations = sum(isinstance(program.values[number], Operation) for number in program.live())
    return SAVED * operations * steps / processors() > IMPORTING + COMPILING * operations


def run_loops(run: RacerRun, code: StepCode, compute: Callable[..., None]) -> None:
    """Run a racer from all starts, block by block, by the loop that was compiled for it."""
    count = len(run.starts)
    tick = Ticks(run.on_step, -(-count // block_length(count, BLOCK)))
    run.record.make_room(code.names)

    def work(blocks: Iterator[slice]) -> None:
        for part in blocks:
            with np.errstate(all="ignore"):
                _run_block(run, code, compute, part, tick)

    share_blocks(work, count, BLOCK)


def _run_block(
    run: RacerRun, code: StepCode, compute: Callable[..., None], part: slice, tick: Callable[[], object]
) -> None:
    record, surface, length = run.record, run.surface, part.stop - part.start
    draws: Iterator[Any] = run.noise.of_starts(part) if run.noise else repeat(())
    block = Block(run, code, part)
    block.step(0, next(draws))
    tick()
    state = np.array(block.given)
    rates = np.array(run.rates or np.zeros(record.steps))
    settings = np.array([x[part] for x in run.settings.values()]).reshape(-1, length)
    for first in range(1, record.steps, SPAN):
        last = min(first + SPAN, record.steps)
        noise = np.array(list(islice(draws, last - first))) if run.noise else np.empty((0, 2, 0))
        terms = np.empty((0 if record.state is None else last - first, code.terms, length))
        compute(
            state, settings, noise, rates, (first, last, record.late_from, part.start),
            (*surface.u_range, *surface.v_range), record.positions, record.losses, record.gradients,
            record.lowest[part], record.late[part], terms,
        )  # fmt: skip
        if record.state is not None:
            keep_terms(run, code, slice(first, last), part, terms.transpose(1, 0, 2))
        for _ in range(first, last):
            tick()
    block.end(state[0], state[1])
