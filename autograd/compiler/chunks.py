"""`Chunks`: an elementwise program as machine code that takes several points at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler import emit_chunks, machine_code
from autograd.compiler.compiled import Points, fill, function_source, load
from autograd.compiler.program import Program
from autograd.compiler.tracing import lowered
from autograd.values import Array

CHUNK = 512  # points to a chunk: with its results, it stays in the processor's first cache
BLOCK = 16 * CHUNK  # points that a thread takes at a time

_POINTS = "Array(float64, 1, 'A', True)"  # of any stride, and not written


def no_step(rows: Any, size: Any, numbers: Any) -> Any:
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
        # An index without a sign: LLVM need not prove that it is not negative, and vectorises longer loops.
        if step(rows, np.uint64(size), numbers):
            step_carefully(rows, np.uint64(size), numbers)
        for k in range(len(results)):
            row, result = rows[len(arguments) + k], results[k]
            for i in range(size):
                result[begin + i] = row[i]


class Emitted:
    """A program's loop over a chunk.

    Args:
        program: what to compute.
        functions: others in place of some of `emit_chunks.NAMES`.

    Attributes:
        program: what it computes.
        source: its code.
        names: what a function that calls it needs to be compiled: `step`, `step_carefully` and `ROWS`.
        arguments: how many rows the arguments have.
    """

    def __init__(self, program: Program, functions: dict[str, Any] | None = None) -> None:
        self.program, functions = program, emit_chunks.NAMES | (functions or {})
        code = emit_chunks.emit(lowered(program, emit_chunks.OPERATIONS))
        self.source = function_source("rows, size, numbers", code.fast, "step")
        careful = function_source("rows, size, numbers", code.careful, "step_carefully")
        self.arguments = code.arguments
        self.names: dict[str, Any] = {
            "step": load(self.source, functions, "step"),
            "step_carefully": load(careful, functions, "step_carefully"),
            "ROWS": code.rows,
        }


class Chunks:
    """An elementwise program, as a function of arrays of points of one length and of numbers that all share.

    Args:
        program: what to compute; arguments that are points come first.
        functions: as for `Emitted`.

    Raises:
        ImportError: if numba cannot be imported.
    """

    def __init__(self, program: Program, functions: dict[str, Any] | None = None) -> None:
        emitted = Emitted(program, functions)
        self.program, self.source = program, emitted.source
        self._points, self._given = emitted.arguments, len(program.inputs)
        given = f"UniTuple({_POINTS}, {self._points})"
        made = f"UniTuple(float64[::1], {len(program.outputs)})"
        signature = f"void({given}, {made}, float64[::1])"
        self._compute = machine_code.compiled(compute, signature, emitted.names)

    def block(self, *given: Any) -> None:
        """Compute the results of a block of points; they are given after the arguments, as to `Points`."""
        points = tuple(np.require(x, np.float64, "A") for x in given[: self._points])
        self._compute(points, given[self._given :], np.array(given[self._points : self._given], np.float64))

    def buffers(self, length: int) -> tuple[()]:  # noqa: ARG002
        """What `block` needs: nothing."""
        return ()

    def call(self, *arguments: Any) -> tuple[Array, ...]:
        """The outputs, each an array of as many points as there are."""
        outputs = tuple(np.empty(len(arguments[0])) for _ in self.program.outputs)
        fill(self, arguments, outputs, [], BLOCK)
        return outputs


def of_points(program: Program, loops: bool) -> Points | Chunks:
    """A program for points: as machine code, if that is wanted and numba is there; or by numpy, in blocks."""
    return Chunks(program) if loops and machine_code.is_there() else Points(program)
