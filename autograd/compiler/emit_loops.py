"""The emitter for loops: a `Program` as one loop over its points, which numba compiles to machine code.

numpy reads and writes memory once for every operation, a loop once for every step: where a program has many
points and little to do for each of them, that is what takes the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd.compiler import emit_floats
from autograd.compiler.program import POINTS, TRUTHS, Operation, Program

# What every emitter computes to the last bit alike, so that it can not be told which of them did the work.
# Loops of other functions would gain nothing: numpy's know how to take several numbers at once.
OPERATIONS = {
    *TRUTHS, "add", "subtract", "multiply", "divide", "negative", "absolute", "sqrt", "maximum", "minimum",
    "where",
}  # fmt: skip
NAMES: dict[str, Any] = emit_floats.NAMES | {"range": range, "len": len}


def suits(program: Program) -> bool:
    """Whether a program can be emitted: it has nothing but the `OPERATIONS`, and points."""
    values = [program.values[number] for number in program.live()]
    names = {value.name for value in values if isinstance(value, Operation)}
    shapes = [program.shapes[number] for number in (*program.inputs[:1], *program.outputs)]
    return names <= OPERATIONS and bool(program.outputs) and {*shapes} == {POINTS}


def emit(program: Program, over: Mapping[int, int]) -> tuple[list[str], list[str]]:
    """The arguments and the lines of a function that computes the results of all points.

    Args:
        program: what to compute, one that `suits`.
        over: for some outputs, by their positions, the position of the argument whose array the result is
            written over; the results' own arrays are then left alone.

    Returns:
        The arguments, first the inputs, arrays `a0`, ... or numbers `x0`, ..., and then the results' arrays
        `r0`, ...; and the lines.

    >>> program = Program()
    >>> x, rate = program.add_input(POINTS), program.add_input(())
    >>> program.outputs = [program.add("subtract", (x, program.add("multiply", (x, rate))))]
    >>> arguments, lines = emit(program, {})
    >>> arguments
    ['a0', 'x1', 'r0']
    >>> print(*lines, sep="\\n")
    for i in range(len(a0)):
        x0 = a0[i]
        y0 = x0 - (x0 * x1)
        r0[i] = y0
    """
    points = [program.shapes[number] == POINTS for number in program.inputs]
    arguments = [f"a{k}" if own else f"x{k}" for k, own in enumerate(points)]
    results = [f"r{k}" for k in range(len(program.outputs))]
    places = [f"a{over[k]}" if k in over else result for k, result in enumerate(results)]
    loads = [f"x{k} = a{k}[i]" for k, own in enumerate(points) if own]
    stores = [f"{place}[i] = y{k}" for k, place in enumerate(places)]
    body = [*loads, *emit_floats.emit(program), *stores]
    # From 0 on: numba then knows that no index counts from the end, and can take several numbers at once.
    lines = [f"for i in range(len({arguments[0]})):", *(f"    {line}" for line in body)]
    return [*arguments, *results], lines
