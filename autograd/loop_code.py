"""The emitter for loops: a `Program` as one loop over its points, which numba compiles to machine code.

numpy reads and writes memory once for every operation, a loop once for every step: where a program has many
points and little to do for each of them, that is what takes the time. numba is an extra, imported when a loop
is first compiled; without it numpy does the work.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd import float_code
from autograd.program import POINTS, TRUTHS, Operation, Program

# What every emitter computes to the last bit alike, so that it can not be told which of them did the work.
# Loops of other functions would gain nothing: numpy's know how to take several numbers at once.
OPERATIONS = {
    *TRUTHS, "add", "subtract", "multiply", "divide", "negative", "absolute", "sqrt", "maximum", "minimum",
    "where",
}  # fmt: skip
NAMES = float_code.NAMES | {"range": range, "len": len}


def suits(program: Program) -> bool:
    """Whether a program can be emitted: it has nothing but the `OPERATIONS`, and points."""
    values = [program.values[number] for number in program.live()]
    names = {value.name for value in values if isinstance(value, Operation)}
    shapes = [program.shapes[number] for number in (*program.inputs[:1], *program.outputs)]
    return names <= OPERATIONS and bool(program.outputs) and {*shapes} == {POINTS}


def emit(program: Program, over: Mapping[int, int]) -> list[str]:
    """The lines of a loop over arrays of points a0, a1, ... and r0, r1, ..., with x0, x1, ... for numbers.

    Args:
        program: what to compute, one that `suits`.
        over: for some outputs, by their positions, the position of the argument that the result is written
            over; the others have arrays of their own.

    >>> program = Program()
    >>> x, rate = program.add_input(POINTS), program.add_input(())
    >>> program.outputs = [program.add("subtract", (x, program.add("multiply", (x, rate))))]
    >>> print(*emit(program, {0: 0}), sep="\\n")
    for i in range(len(a0)):
        x0 = a0[i]
        y0 = x0 - (x0 * x1)
        a0[i] = y0
    """
    loads = [f"x{k} = a{k}[i]" for k, number in enumerate(program.inputs) if program.shapes[number] == POINTS]
    places = [f"a{over[k]}" if k in over else f"r{k}" for k in range(len(program.outputs))]
    stores = [f"{place}[i] = y{k}" for k, place in enumerate(places)]
    body = [*loads, *float_code.emit(program), *stores]
    return ["for i in range(len(a0)):", *(f"    {line}" for line in body)]


def machine_code(function: Callable[..., Any], arguments: Sequence[str]) -> Callable[..., Any]:
    """A function as machine code, in which it lets Python's other threads run.

    Args:
        function: one that is written as `emit` writes.
        arguments: what each of its arguments is: "number", "read" for an array of points that it reads, or
            "written" for one that it writes. Arrays have one dimension, and no gaps.

    Raises:
        ImportError: without numba, or if it refuses to be imported with a numpy that is too new for it.
    """
    numba = importlib.import_module("numba")
    types = numba.types
    kinds = {
        "number": types.float64,
        "read": types.Array(types.float64, 1, "C", readonly=True),
        "written": types.Array(types.float64, 1, "C"),
    }
    signature = types.void(*(kinds[argument] for argument in arguments))
    # As numpy does, divides by zero without raising; no liberties are taken with the order of operations.
    compiled: Callable[..., Any] = numba.njit(signature, nogil=True, error_model="numpy")(function)
    return compiled
