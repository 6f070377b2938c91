"""Hoisting: what all points of an elementwise `Program` share is computed once, ahead of the points."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.program import POINTS, ConstantValue, Input, Operation, Program


def hoisted(program: Program, with_points: bool = False) -> tuple[Program, Program]:
    """The same program in two parts, of which the first computes what all points share.

    It takes those inputs that are numbers, and gives those outputs that are numbers, and then what the second
    takes after those inputs that are points. A truth that all points share stays with the points, and so do
    all outputs if they are to be given `with_points`.

    >>> program = Program()
    >>> x, rate, step = program.add_input(POINTS), program.add_input(()), program.add_input(())
    >>> program.outputs = [program.add("multiply", (x, program.add("divide", (rate, step))))]
    >>> print(*hoisted(program), sep="\\n")
    t0 = input 0
    t1 = input 1
    t2 = divide t0 t1
    return t2
    t0 = input 0
    t1 = input 1
    t2 = multiply t0 t1
    return t2
    """
    numbers, points = (
        [n for n in program.inputs if (program.shapes[n] == POINTS) is wanted] for wanted in (False, True)
    )
    single, many = (
        [n for n in program.outputs if (with_points or program.shapes[n] == POINTS) is wanted]
        for wanted in (False, True)
    )
    handed = _handed(program, many)
    return program.part(numbers, [*single, *handed]), program.part([*points, *handed], many)


def _handed(program: Program, outputs: Sequence[int]) -> list[int]:
    """The numbers that all points share and that outputs of points are computed from."""
    needed = set(outputs)
    handed = {n for n in outputs if isinstance(program.values[n], Input) and program.shapes[n] != POINTS}
    for number in range(len(program.values) - 1, -1, -1):
        value = program.values[number]
        if number in needed and isinstance(value, Operation):
            for i in value.inputs:
                known = isinstance(program.values[i], ConstantValue)
                if known or program.shapes[i] == POINTS or i in program.truths:
                    needed.add(i)
                else:
                    handed.add(i)
    return sorted(handed)
