"""The emitter for loops: a `Program` as one loop over its points, which numba compiles to machine code.

numpy reads and writes memory once for every operation, a loop once for every step: where a program has many
points and little to do for each of them, that is what takes the time.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograd import float_code
from autograd.program import POINTS, TRUTHS, Operation, Program

# What every emitter computes to the last bit alike, so that it can not be told which of them did the work.
# Loops of other functions would gain nothing: numpy's know how to take several numbers at once.
OPERATIONS = {
    *TRUTHS, "add", "subtract", "multiply", "divide", "negative", "absolute", "sqrt", "maximum", "minimum",
    "where",
}  # fmt: skip
NAMES = float_code.NAMES | {"range": range}


def suits(program: Program) -> bool:
    """Whether a program can be emitted: it has nothing but the `OPERATIONS`, and points."""
    values = [program.values[number] for number in program.live()]
    names = {value.name for value in values if isinstance(value, Operation)}
    shapes = [program.shapes[number] for number in (*program.inputs[:1], *program.outputs)]
    return names <= OPERATIONS and bool(program.outputs) and {*shapes} == {POINTS}


def emit(program: Program, over: Mapping[int, int]) -> list[str]:
    """The lines of a loop from `begin` to `end`, over `arrays` of points and with `numbers` that all share.

    Args:
        program: what to compute, one that `suits`. Its inputs are taken from `arrays` and `numbers`, in their
            order; after the inputs' arrays come those of the results.
        over: for some outputs, by their positions, the position of the argument that the result is written
            over; the others have arrays of their own.

    >>> program = Program()
    >>> x, rate = program.add_input(POINTS), program.add_input(())
    >>> program.outputs = [program.add("subtract", (x, program.add("multiply", (x, rate))))]
    >>> print(*emit(program, {0: 0}), sep="\\n")
    a0 = arrays[0]
    x1 = numbers[0]
    for i in range(begin, end):
        x0 = a0[i]
        y0 = x0 - (x0 * x1)
        a0[i] = y0
    """
    points = [k for k, number in enumerate(program.inputs) if program.shapes[number] == POINTS]
    shared = [k for k in range(len(program.inputs)) if k not in points]
    places = [f"a{over[k]}" if k in over else f"r{k}" for k in range(len(program.outputs))]
    arrays = [*(f"a{k}" for k in points), *(f"r{k}" for k in range(len(program.outputs)) if k not in over)]
    given = [f"{name} = arrays[{i}]" for i, name in enumerate(arrays)]
    given += [f"x{k} = numbers[{i}]" for i, k in enumerate(shared)]
    loads = [f"x{k} = a{k}[i]" for k in points]
    stores = [f"{place}[i] = y{k}" for k, place in enumerate(places)]
    body = [*loads, *float_code.emit(program), *stores]
    return [*given, "for i in range(begin, end):", *(f"    {line}" for line in body)]
