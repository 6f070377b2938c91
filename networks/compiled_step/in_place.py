"""`InPlace`: a program of arrays of given shapes, compiled to code that allocates nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.compiler.compiled import Floats
from autograd.compiler.program import ConstantValue, Operation, Program
from autograd.compiler.tracing import lowered
from autograd.rules import RULES
from networks.compiled_step.emit_in_place import OPERATIONS, InPlaceCode


class InPlace:
    """A program as a function that writes over the arrays it is made with.

    Args:
        program: what to compute; its shapes are known.
        held: for some inputs, by position, the array that the code reads, and may write over, at every call.
        over: for some outputs, by position, the position of the held input that they are written over.

    Attributes:
        program: what it computes.
        source: its code.
        call: takes the other inputs: numbers as floats, arrays of float64; gives the outputs that are not in
            `over`, numbers as floats, and arrays that the next call changes.
    """

    def __init__(self, program: Program, held: Mapping[int, Any], over: Mapping[int, int]) -> None:
        self.program = program
        shared, rest, handed = _parted(program)
        self._floats = Floats(shared) if handed else None
        code = InPlaceCode(lowered(rest, OPERATIONS), held, over)
        given = [i for i in range(len(program.inputs)) if i not in held]
        self._numbers = [given.index(i) for i in given if program.shapes[program.inputs[i]] == ()]
        names = [f"x{i}" for i in given] + [f"x{len(program.inputs) + k}" for k in range(handed)]
        results = [
            f"float({word})" if program.shapes[number] == () else word
            for k, number in enumerate(program.outputs)
            if k not in over
            for word in [code.outputs[k]]
        ]
        lines = [*code.lines, f"return ({''.join(f'{result}, ' for result in results)})"]
        body = "\n".join(f"    {line}" for line in lines)
        self.source = f"def compute({', '.join(names)}):\n{body}\n"
        space: dict[str, Any] = {"__builtins__": {}, **code.names}
        exec(compile(self.source, "<compiled by networks>", "exec"), space)  # noqa: S102
        self._compute = space["compute"]

    def call(self, *arguments: Any) -> tuple[Any, ...]:
        """See the class."""
        with np.errstate(all="ignore"):
            if self._floats is None:
                return self._compute(*arguments)  # type: ignore[no-any-return]
            numbers = self._floats.call(*[arguments[i] for i in self._numbers])
            return self._compute(*arguments, *numbers)  # type: ignore[no-any-return]


def _parted(program: Program) -> tuple[Program, Program, int]:
    """The program in two, and how many numbers the first hands on to the second, as its last inputs.

    The first computes what depends on arguments that are numbers, and on nothing else.
    """
    numbers = {number for number in program.inputs if program.shapes[number] == ()}
    known = {n for n, value in enumerate(program.values) if isinstance(value, ConstantValue)} | numbers
    apart = set()
    for number in program.live():
        value = program.values[number]
        single = isinstance(value, Operation) and RULES[value.name].elementwise
        if single and program.shapes[number] == () and known.issuperset(value.inputs):  # type: ignore[union-attr]
            known.add(number)
            apart.add(number)
    needed = {n for n in program.outputs if n in apart}
    for number in program.live():
        value = program.values[number]
        if isinstance(value, Operation) and number not in apart:
            needed.update(apart.intersection(value.inputs))
    handed = sorted(needed)
    shared = program.part([n for n in program.inputs if n in numbers], handed)
    rest = program.part([*program.inputs, *handed], program.outputs)
    return shared, rest, len(handed)
