"""Where values go: by which operation each is read last, and which are written where they end up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.compiler import emit_blocks
from autograd.compiler.program import Operation, Program
from networks.compiled_step.views import inverse, is_view

# What may be written at a place that is given, by an `out=`.
_PLACED = (emit_blocks.OPERATIONS - {"where"}) | {"sum", "max", "min", "matmul", "scatter", "along", "stack"}


class ProgramPlan:
    """What is known of a program's values before its code is written.

    Args:
        program: what to compute.
        held: arrays that stand for inputs, by position.
        over: outputs, by position, that are written over a held input, by its position.

    Attributes:
        roots: for each value, whose memory it is in: its own number, unless it is a view.
        last: for each root, the last operation that reads it.
        places: arrays that are there for values: what they are joined in, and inputs that they go over.
        late: outputs, by number, that are copied over their input at the end, and that input's array.
    """

    def __init__(self, program: Program, held: Mapping[int, Any], over: Mapping[int, int]) -> None:
        self.program = program
        self.roots: dict[int, int] = {}
        self.last: dict[int, int] = {}
        self.places: dict[int, Any] = {}
        self.late: list[tuple[int, Any]] = []
        self._uses: Counter[int] = Counter()
        self._count_uses()
        for k, position in over.items():
            self._place_output(program.outputs[k], program.inputs[position], held[position])
        for number in program.live():
            value = program.values[number]
            if isinstance(value, Operation) and value.name == "concatenate":
                self.places.setdefault(number, np.empty(program.shapes[number]))
                for part, i in zip(self.parts(number), value.inputs, strict=True):
                    self._place(i, part)

    def _count_uses(self) -> None:
        for number in self.program.live():
            value = self.program.values[number]
            self.roots[number] = number
            if isinstance(value, Operation):
                if is_view(value):
                    self.roots[number] = self.roots[value.inputs[0]]
                self._uses.update(value.inputs)
                self.last.update({self.roots[i]: number for i in value.inputs})
        for number in self.program.outputs:
            self._uses[number] += 1
            self.last[self.roots[number]] = len(self.program.values)

    def _place_output(self, number: int, given: int, array: Any) -> None:
        """Have an output written over its input if that is read no later; else it is copied at the end."""
        value = self.program.values[number]
        done = self.last.get(self.roots[given], -1) <= number
        ufunc = isinstance(value, Operation) and value.name in emit_blocks.OPERATIONS - {"where"}
        if done and ufunc and number not in self.places:
            self.places[number] = array
        else:
            self.late.append((number, array))

    def parts(self, number: int) -> list[Any]:
        """The places of what a value is joined of."""
        value = self.program.values[number]
        assert isinstance(value, Operation)  # noqa: S101
        axis = dict(value.settings).get("axis", 0)
        ends = np.cumsum([self.program.shapes[i][axis] for i in value.inputs])
        return np.split(self.places[number], ends[:-1], axis)

    def _place(self, number: int, place: Any) -> None:
        """Have a value written at a place, through reshapes and transposes, if nothing else needs it."""
        while self._uses[number] == 1 and number not in self.places:
            value = self.program.values[number]
            if not isinstance(value, Operation):
                return
            if not is_view(value):
                if value.name in _PLACED and number not in self.program.truths:
                    self.places[number] = place
                return
            found = inverse(place, value, self.program.shapes[value.inputs[0]])
            if found is None:
                return
            number, place = value.inputs[0], found
