"""Very many runs: all steps of a chunk of them as one compiled loop.

The first step, which has no terms yet, is numpy's; then `steps_of_runs` takes over, compiled together with
the step itself and with what its `Watch` notes. It is plain Python: it can be read, and run, without a
compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from autograd.compiler import machine_code
from autograd.compiler.chunks import BLOCK, CHUNK, Emitted, no_step, step, step_carefully
from autograd.compiler.compiled import Floats, block_length, share_blocks
from autograd.compiler.hoisting import hoisted
from autograd.compiler.program import Operation
from autograd.values import Array
from races.many_runs import Block, ManyRuns, Ticks, Watch
from races.step_program import StepCode

SPAN = 64  # steps that a loop makes before it hands back, to take noise and to give terms
# Seconds, measured on one machine: what a loop saves of each operation of a step of one run; what it takes to
# import numba and compile, at all and for each operation; and to import it and read code that was kept.
SAVED, IMPORTING, COMPILING, LOADING = 2e-10, 1.1, 0.008, 0.5
RACES = 2  # of a kind, in which compiling has to pay, since the code is kept

# These, like `step`, `step_carefully` and `note`, stand for what the compiled loop is given: how many rows
# there are, and how many of them are coordinates, terms, noise and all that a step takes.
ROWS = SIZE = TERMS = NOISE = GIVEN = 0
note: Any = no_step
SIGNATURE = (
    "void(float64[:,::1], float64[:,::1], float64[:,:,::1], float64[:,::1], UniTuple(int64, 2), "
    "float64[:,:,::1], {})"
)


def copy(to: Any, row: Any, size: int) -> None:
    """Copy so many numbers."""
    for i in range(size):
        to[i] = row[i]


def mark_ended(ended: Any, row: Any, size: int) -> None:
    """Make the marks of those runs nan whose number is not finite."""
    for i in range(size):
        ended[i] += row[i] - row[i]


def move(x: Any, new: Any, ended: Any, size: int) -> None:
    """Move runs along a coordinate; those that are no longer finite have ended."""
    for i in range(size):
        x[i] = new[i] if ended[i] == 0.0 else np.nan


def steps_of_runs(
    state: Any, settings: Any, noise: Any, numbers: Any, span: Any, terms: Any, kept: Any
) -> None:
    """Make some steps of a block of runs, chunk by chunk, and note them.

    Args:
        state: the coordinates and the optimizer's terms, of shape (coordinates + terms, runs), before the
            steps, then after.
        settings: hyperparameters and numbers of the loss of each run, of shape (k, runs).
        noise: in the slopes, of shape (steps, coordinates, runs); without any, of no steps.
        numbers: what all runs share at each step, of shape (all steps, k).
        span: the first of the steps, counted from 0, and the one after the last.
        terms: those after each of the steps, of shape (steps, terms, runs); none if nobody wants them.
        kept: what `note` takes.
    """
    rows = np.empty((ROWS, CHUNK))
    ended = np.zeros(CHUNK)
    after = GIVEN + 1 + SIZE
    x, loss, slopes = rows[:SIZE], rows[GIVEN], rows[GIVEN + 1 : after]
    for begin in range(0, state.shape[1], CHUNK):
        size = min(CHUNK, state.shape[1] - begin)
        end = begin + size
        for k in range(SIZE + TERMS):
            copy(rows[k], state[k, begin:end], size)
        for k in range(len(settings)):
            copy(rows[SIZE + TERMS + NOISE + k], settings[k, begin:end], size)
        for n in range(span[0], span[1]):
            for k in range(NOISE):
                copy(rows[SIZE + TERMS + k], noise[n - span[0], k, begin:end], size)
            if step(rows, np.uint64(size), numbers[n]):  # as in `autograd.compiler.chunks.compute`
                step_carefully(rows, np.uint64(size), numbers[n])
            note(x, loss, slopes, size, n, begin, kept)
            for k in range(terms.shape[1]):
                copy(terms[n - span[0], k, begin:end], rows[after + SIZE + k], size)
            ended[:] = 0.0
            mark_ended(ended, loss, size)
            for k in range(SIZE):
                mark_ended(ended, rows[k], size)
            for k in range(SIZE):
                move(rows[k], rows[after + k], ended, size)
            for k in range(TERMS):
                copy(rows[SIZE + k], rows[after + SIZE + k], size)
        for k in range(SIZE + TERMS):
            copy(state[k, begin:end], rows[k], size)


def names(code: StepCode, watch: type[Watch]) -> dict[str, Any]:
    """What `steps_of_runs` needs to make these steps."""
    emitted = Emitted(hoisted(code.later.program, with_points=True)[1])
    return emitted.names | {
        "SIZE": code.size,
        "TERMS": code.terms,
        "NOISE": code.size * code.noisy,
        "GIVEN": emitted.arguments,
        "note": watch.note,
    }


@lru_cache(maxsize=256)
def loop(code: StepCode, watch: type[Watch]) -> Callable[..., None]:
    """`steps_of_runs`, compiled for these steps and for what is kept of them.

    Raises:
        ImportError: if numba cannot be imported.
    """
    return machine_code.compiled(steps_of_runs, SIGNATURE.format(watch.signature), names(code, watch))


def pays(codes: Sequence[StepCode], steps: int, threads: int = 1) -> bool:
    """Whether loops, with the time to compile them once, are quicker for so many of each of these steps."""
    operations = sum(map(_operations, codes))
    spent = IMPORTING + COMPILING * operations + (RACES - 1) * LOADING
    return RACES * SAVED * operations * steps / threads > spent


@lru_cache(maxsize=256)
def _operations(code: StepCode) -> int:
    program = code.later.program
    return sum(isinstance(program.values[number], Operation) for number in program.live())


def run_loops(runs: ManyRuns, compute: Callable[..., None]) -> None:
    """Make all runs, block by block, by the loop that was compiled for them."""
    count = len(runs.starts)
    tick = Ticks(runs.on_step, -(-count // block_length(count, BLOCK)))
    numbers = shared(runs.code, runs.watch.steps, runs.rates, runs.numbers)

    def work(blocks: Iterator[slice]) -> None:
        with np.errstate(all="ignore"):
            for part in blocks:
                _run_block(runs, compute, numbers, part, tick)

    share_blocks(work, count, BLOCK)


def shared(code: StepCode, steps: int, rates: Sequence[float] | None, numbers: Sequence[float]) -> Array:
    """What all runs share at each step, of shape (steps, these numbers), computed ahead of the loops.

    So they have the same powers of the step's number as numpy's blocks, of which RAdam takes differences.
    `rates` and `numbers` are as in `ManyRuns`.
    """
    call = Floats(hoisted(code.later.program, with_points=True)[0]).call
    given = [()] * steps if rates is None else [(rate,) for rate in rates]
    return np.array([call(n + 1.0, *rate, *numbers) for n, rate in enumerate(given)])


def _run_block(
    runs: ManyRuns, compute: Callable[..., None], numbers: Array, part: slice, tick: Callable[[], object]
) -> None:
    code, length = runs.code, part.stop - part.start
    draws = runs.draws(part)
    block = Block(runs, part)
    block.step(0, next(draws))
    tick()
    state = np.array(block.given)
    settings = np.empty((0, length)) if runs.settings is None else np.array(runs.settings[:, part])
    kept = runs.watch.kept(part)
    for first in range(1, runs.watch.steps, SPAN):
        last = min(first + SPAN, runs.watch.steps)
        noise = np.array(list(islice(draws, last - first))) if code.noisy else np.empty((0, code.size, 0))
        terms = np.empty((last - first, code.terms if runs.keep_terms else 0, length))
        compute(state, settings, noise, numbers, (first, last), terms, kept)
        if runs.keep_terms:
            runs.keep_terms(slice(first, last), part, terms.transpose(1, 0, 2))
        for _ in range(first, last):
            tick()
    block.given = list(state)
    block.end()
