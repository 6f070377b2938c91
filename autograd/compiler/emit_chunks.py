"""The emitter for chunks: a `Program` as a loop over a chunk of points, of which numba makes vector code.

All operations of the table are written with the functions of `autograd.compiler.elementary`, so nothing is
called within the loop. A chunk's numbers stand in the rows of one array that stays in the processor's cache:
the arguments of all its points, and then the results. Where an angle is too large for the functions, the loop
notes it in a last row, and a second one, which is slower, does these points again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.compiler import emit_floats
from autograd.compiler.elementary import ANYWHERE, FAR, FUNCTIONS, OF_TWO
from autograd.compiler.program import POINTS, Operation, Program


def marked(marks: Any, size: int) -> Any:
    """The places, among the first ones, of the numbers that are not 0."""
    places, count = np.empty(size, np.int64), 0
    for i in range(size):
        places[count] = i
        count += marks[i] != 0.0
    return places[:count]


_ROUNDED = ("floor", "ceil", "rint", "sqrt")
FORMS = emit_floats.FORMS | {
    **{name: f"{name}({{}})" for name in (*FUNCTIONS, *_ROUNDED)},
    **{name: f"{name}({{}}, {{}})" for name in OF_TWO},
    "logical_and": "{} & {}",
    "logical_or": "{} | {}",
}
_ANYWHERE = FORMS | {name: f"{name}_anywhere({{}})" for name in ANYWHERE}
OPERATIONS = set(FORMS)
NAMES: dict[str, Any] = {
    **FUNCTIONS,
    **{f"{name}_anywhere": function for name, function in ANYWHERE.items()},
    **{name: getattr(np, name) for name in _ROUNDED},
    "marked": marked, "abs": abs, "range": range, "inf": math.inf, "nan": math.nan,
}  # fmt: skip


@dataclass(frozen=True)
class ChunkCode:
    """Functions of `rows`, `size` and `numbers`.

    Attributes:
        fast: the lines of one that computes all points, and answers whether angles are too large.
        careful: the lines of one that computes those points anew.
        arguments: how many rows the arguments have.
        rows: how many rows there are.
    """

    fast: list[str]
    careful: list[str]
    arguments: int
    rows: int


def emit(program: Program) -> ChunkCode:
    """The code of a program.

    Args:
        program: of the `OPERATIONS`. Arguments that are points stand in the first rows, in their order, and
            those that all points share in `numbers`. Results stand in the rows that follow.

    >>> program = Program()
    >>> x, rate = program.add_input(POINTS), program.add_input(())
    >>> program.outputs = [program.add("exp", (program.add("multiply", (x, rate)),))]
    >>> print(*emit(program).fast, sep="\\n")
    a0 = rows[0]
    x1 = numbers[0]
    r0 = rows[1]
    far = False
    for i in range(size):
        x0 = a0[i]
        y0 = exp(x0 * x1)
        r0[i] = y0
    return far
    """
    program, last = _with_far_angles(program)
    shared = [program.shapes[number] != POINTS for number in program.inputs]
    points = [k for k, own in enumerate(shared) if not own]
    numbers = [k for k, own in enumerate(shared) if own]
    results = range(len(program.outputs))
    head = [f"a{k} = rows[{j}]" for j, k in enumerate(points)]
    head += [f"x{k} = numbers[{j}]" for j, k in enumerate(numbers)]
    head += [f"r{k} = rows[{len(points) + k}]" for k in results]
    loads = [f"x{k} = a{k}[i]" for k in points]
    stores = [f"r{k}[i] = y{k}" for k in results]
    found = [f"far = far | y{k}" for k in results[last:]]
    fast = [*loads, *emit_floats.emit(program, FORMS), *stores, *found]
    fast = [*head, "far = False", "for i in range(size):", *(f"    {line}" for line in fast), "return far"]
    careful = ["return"]
    if found:
        body = [*loads, *emit_floats.emit(program, _ANYWHERE), *stores]
        careful = [*head, f"for i in marked(r{last}, size):", *(f"    {line}" for line in body)]
    return ChunkCode(fast, careful, len(points), len(points) + len(results))


def _with_far_angles(program: Program) -> tuple[Program, int]:
    """The program with a last result that is true where an angle is too large, if it has angles.

    Returns:
        The program, and the number of its other results.
    """
    program, last = program.simplified(program.simplify), len(program.outputs)
    angles = [
        value.inputs[0]
        for value in (program.values[number] for number in program.live())
        if isinstance(value, Operation) and value.name in ANYWHERE
    ]
    limit = program.add_constant(FAR)
    far = [program.add("greater", (program.add("absolute", (x,)), limit)) for x in dict.fromkeys(angles)]
    while len(far) > 1:
        far = [program.add("logical_or", (far[0], far[1])), *far[2:]]
    program.outputs += far
    return program, last
