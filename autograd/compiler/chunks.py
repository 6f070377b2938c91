"""`Chunks`: an elementwise program as machine code that takes several points at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.compiler import emit_chunks, machine_code
from autograd.compiler.compiled import Points, function_source, load, share_blocks
from autograd.compiler.program import POINTS, Program
from autograd.compiler.tracing import lowered
from autograd.values import Array

CHUNK = 512  # points to a chunk: with its results, it stays in the processor's first cache
BLOCK = 16 * CHUNK  # points that a thread takes at a time

_POINTS = "Array(float64, 1, 'A', True)"  # of any stride, and not written


def no_step(rows: Any, size: int, numbers: Any) -> Any:
    """What stands for the functions that are emitted."""
    raise NotImplementedError


step = step_carefully = no_step
ROWS = 0


def compute(arguments: Any, results: Any, numbers: Any) -> None:
    """Work through points, chunk by chunk: compiled, with the program's own `step` and number of `ROWS`."""
    rows = np.empty((ROWS, CHUNK))
    length = len(results[0])
    for begin in range(0, length, CHUNK):
        size = min(CHUNK, length - begin)
        for k in range(len(arguments)):
            row, given = rows[k], arguments[k]
            for i in range(size):
                row[i] = given[begin + i]
        if step(rows, size, numbers):
            step_carefully(rows, size, numbers)
        for k in range(len(results)):
            row, result = rows[len(arguments) + k], results[k]
            for i in range(size):
                result[begin + i] = row[i]


class Emitted:
    """A program's loop over a chunk.

    Attributes:
        program: what it computes.
        source: its code.
        names: what a function that calls it needs to be compiled: `step`, `step_carefully` and `ROWS`.
        arguments: how many rows the arguments have.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        low = lowered(program, emit_chunks.OPERATIONS)
        fast, careful = (
            function_source("rows, size, numbers", lines, name)
            for lines, name in zip(emit_chunks.emit(low), ("step", "step_carefully"), strict=True)
        )
        self.source = fast
        self.arguments = sum(program.shapes[number] == POINTS for number in program.inputs)
        self.names: dict[str, Any] = {
            "step": load(fast, emit_chunks.NAMES, "step"),
            "step_carefully": load(careful, emit_chunks.NAMES, "step_carefully"),
            "ROWS": self.arguments + len(program.outputs),
        }


class Chunks:
    """An elementwise program, as a function of arrays of points of one length and of numbers that all share.

    Args:
        program: what to compute; arguments that are points come first.

    Attributes:
        program: what it computes.
        source: the code of its loop over a chunk.

    Raises:
        ImportError: if numba cannot be imported.
    """

    def __init__(self, program: Program) -> None:
        emitted = Emitted(program)
        self.program, self.source = program, emitted.source
        self._arguments = emitted.arguments
        given = f"UniTuple({_POINTS}, {self._arguments})"
        made = f"UniTuple(float64[::1], {len(program.outputs)})"
        self._compute = machine_code.compiled(compute, f"void({given}, {made}, float64[::1])", emitted.names)

    def call(self, *arguments: Any) -> tuple[Array, ...]:
        """The outputs, each an array of as many points as there are; at least one argument is an array."""
        points = arguments[: self._arguments]
        numbers = np.array(arguments[self._arguments :], dtype=np.float64)
        length = next(len(x) for x in points if np.ndim(x))
        points = tuple(_readable(x, length) for x in points)
        outputs = tuple(np.empty(length) for _ in self.program.outputs)

        def work(blocks: Iterator[slice]) -> None:
            for part in blocks:
                self._compute(tuple(x[part] for x in points), tuple(y[part] for y in outputs), numbers)

        share_blocks(work, length, BLOCK)
        return outputs


def _readable(x: Any, length: int) -> Array:
    """An argument as machine code takes it: float64 in the processor's order, one for each point."""
    return np.require(np.broadcast_to(x, length), np.float64, "A")


def of_points(program: Program, loops: bool) -> Points | Chunks:
    """A program for points: as machine code, if that is wanted and numba is there; or by numpy, in blocks."""
    return Chunks(program) if loops and machine_code.is_there() else Points(program)
