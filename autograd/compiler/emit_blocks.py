"""The emitter for arrays of points: a `Program` as numpy's functions that write into buffers.

The code works on blocks of points that stay in the processor's cache, and allocates nothing: each value has
a buffer until it has been used for the last time, and results are written where they are wanted. Numbers that
all points of a block share are computed once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.compiler.program import POINTS, TRUTHS, ConstantValue, Input, Operation, Program
from autograd.rules import NUMPYS

# numpy's functions that write into a buffer, of truths or of numbers; `where` is written as two copies.
_UFUNCS = (
    *TRUTHS, *NUMPYS, "add", "subtract", "multiply", "divide", "floor_divide", "remainder", "power",
    "negative", "absolute", "maximum", "minimum", "floor", "ceil", "rint",
)  # fmt: skip
_BY_NAME = ("maximum", "minimum", "erf")  # these want their buffer by name
OPERATIONS = {*_UFUNCS, "where"}
NAMES = NUMPYS | {name: getattr(np, name) for name in (*OPERATIONS - {*NUMPYS}, "copyto")}
NAMES |= {"inf": math.inf, "nan": math.nan}


def power_of_number(a: Any, b: Any) -> Any:
    """As for floats elsewhere: np.power's last place may differ, and RAdam takes differences of powers."""
    return np.float64(a) ** np.float64(b)


NAMES["power_of_number"] = power_of_number


@dataclass
class BlockCode:
    """Lines that compute results y0, y1, ... of points x0, x1, ... with buffers b0, ... and m0, ..."""

    lines: list[str] = field(default_factory=list)
    # Known numbers by the names c0, c1, ...; as arrays, which numpy takes sooner than floats.
    constants: dict[str, Any] = field(default_factory=dict)
    floats: int = 0  # how many buffers of float64 it needs
    truths: int = 0  # how many of bool


def emit(program: Program, over: Mapping[int, int] | None = None) -> BlockCode:
    """The code of an elementwise program.

    For some outputs, by their positions, `over` has the position of an argument whose array the result may be
    written over; the two may then be one array, or not.

    >>> program = Program()
    >>> x = program.add_input(POINTS)
    >>> program.outputs = [program.add("exp", (program.add("multiply", (x, x)),))]
    >>> print(*emit(program).lines, sep="\\n")
    multiply(x0, x0, b0)
    exp(b0, y0)
    """
    return _Emitter(program, over or {}).code


class _Emitter:
    """Gives values their buffers, in the order in which they are computed."""

    def __init__(self, program: Program, over: Mapping[int, int]) -> None:
        self.program = program
        self.code = BlockCode()
        self._free: dict[str, list[str]] = {"b": [], "m": []}
        self._words: dict[int, str] = {}
        live = program.live()
        self._last = {}
        for number in live:
            value = program.values[number]
            if isinstance(value, Operation):
                self._last.update(dict.fromkeys(value.inputs, number))
        self._results: dict[int, str] = {}
        for k, number in enumerate(program.outputs):
            early = k not in over or self._may_go_over(number, program.inputs[over[k]])
            if isinstance(program.values[number], Operation) and program.shapes[number] == POINTS and early:
                self._results.setdefault(number, f"y{k}")
        late = {k: number for k, number in enumerate(program.outputs) if self._results.get(number) != f"y{k}"}
        self._last.update(dict.fromkeys(late.values(), len(program.values)))  # is read once more, at the end
        for number in live:
            self._write(number)
        self._copy({k: self._words[number] for k, number in late.items()}, over)

    def _copy(self, words: dict[int, str], over: Mapping[int, int]) -> None:
        """Copy to these results what their words hold, each argument before a result goes over it."""
        while words:
            beneath = {k: f"x{over[k]}" for k in words if k in over}
            k = next((k for k in words if beneath.get(k) not in {words[j] for j in words if j != k}), None)
            if k is not None:
                self.code.lines.append(f"copyto(y{k}, {words.pop(k)})")
            else:  # each waits for another: one argument is kept in a buffer
                k, buffer = next(iter(words)), self._buffer(-1, "b")
                self.code.lines.append(f"copyto({buffer}, {words[k]})")
                words[k] = buffer

    def _may_go_over(self, number: int, argument: int) -> bool:
        """Whether an argument is done with when a value is written, and may be written over."""
        value, last = self.program.values[number], self._last.get(argument, -1)
        reads = value.inputs[:2] if isinstance(value, Operation) and value.name == "where" else ()
        return last <= number and argument not in reads and argument not in self.program.outputs

    def _write(self, number: int) -> None:
        value = self.program.values[number]
        if isinstance(value, Input):
            self._words[number] = f"x{value.position}"
        elif isinstance(value, ConstantValue):
            self._words[number] = f"c{len(self.code.constants)}"
            self.code.constants[self._words[number]] = np.array(value.value)
        elif self.program.shapes[number] != POINTS:
            inputs = ", ".join(self._words[i] for i in value.inputs)
            self._words[number] = f"t{number}"
            name = "power_of_number" if value.name == "power" else value.name
            self.code.lines.append(f"t{number} = {name}({inputs})")
        elif value.name == "where":
            self._choose(number, value)
        else:
            self._release(number, value)
            inputs = ", ".join(self._words[i] for i in value.inputs)
            target = self._words[number] = self._buffer(number, "m" if value.name in TRUTHS else "b")
            out = "out=" if value.name in _BY_NAME else ""
            self.code.lines.append(f"{value.name}({inputs}, {out}{target})")

    def _choose(self, number: int, value: Operation) -> None:
        """Where the condition holds, the first value goes over the second."""
        condition, first, second = (self._words[i] for i in value.inputs)
        dies = self._last.get(value.inputs[2]) == number and value.inputs[2] not in value.inputs[:2]
        if dies and second.startswith("b") and number not in self._results:
            self._words[number] = second
        else:
            self._words[number] = self._buffer(number, "b")
            self.code.lines.append(f"copyto({self._words[number]}, {second})")
        target = self._words[number]
        if self.program.shapes[value.inputs[0]] != POINTS:  # one that all points share
            self.code.lines.append(f"if {condition}: copyto({target}, {first})")
            self._release(number, value, kept=target)
            return
        if not condition.startswith("m"):  # a number in a truth's place
            mask = self._buffer(-1, "m")
            self.code.lines.append(f"not_equal({condition}, 0, {mask})")
            condition = mask
            self._free["m"].append(mask)
        self.code.lines.append(f"copyto({target}, {first}, where={condition})")
        self._release(number, value, kept=target)

    def _release(self, number: int, value: Operation, kept: str = "") -> None:
        """Free the buffers of what is used here for the last time; the result may be written there."""
        for i in dict.fromkeys(value.inputs):
            word = self._words[i]
            if self._last[i] == number and word[0] in self._free and word != kept and i not in self._results:
                self._free[word[0]].append(word)

    def _buffer(self, number: int, kind: str) -> str:
        if number in self._results:
            return self._results[number]
        if self._free[kind]:
            return self._free[kind].pop()
        if kind == "b":
            self.code.floats += 1
            return f"b{self.code.floats - 1}"
        self.code.truths += 1
        return f"m{self.code.truths - 1}"
