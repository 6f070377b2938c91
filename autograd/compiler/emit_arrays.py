"""The emitter for arrays of given shapes: a `Program` as one call of a row of the table a line."""

from __future__ import annotations

import math
from typing import Any

from autograd.compiler.program import ConstantValue, Input, Program
from autograd.rules import RULES

NAMES = {name: rule.forward for name, rule in RULES.items()} | {
    "inf": math.inf,
    "nan": math.nan,
    "slice": slice,
    "Ellipsis": Ellipsis,
}


def emit(program: Program) -> tuple[list[str], dict[str, Any]]:
    """The lines that compute y0, y1, ... from x0, x1, ..., and the arrays that they name c0, c1, ...

    >>> program = Program()
    >>> x = program.add_input((3,))
    >>> program.outputs = [program.add("sum", (program.add("exp", (x,)),), {"axis": 0, "keepdims": False})]
    >>> print(*emit(program)[0], sep="\\n")
    t1 = exp(x0)
    t2 = sum(t1, axis=0, keepdims=False)
    y0 = t2
    """
    lines: list[str] = []
    held: dict[str, Any] = {}

    def name(value: Any) -> str:
        if _plain(value):
            return repr(value)
        held[f"c{len(held)}"] = value
        return f"c{len(held) - 1}"

    words: dict[int, str] = {}
    for number in program.live():
        value = program.values[number]
        if isinstance(value, Input):
            words[number] = f"x{value.position}"
        elif isinstance(value, ConstantValue):
            words[number] = name(value.value)
        else:
            words[number] = f"t{number}"
            inputs = [words[i] for i in value.inputs]
            inputs += [f"{key}={name(setting)}" for key, setting in value.settings]
            lines.append(f"t{number} = {value.name}({', '.join(inputs)})")
    lines += [f"y{k} = {words[number]}" for k, number in enumerate(program.outputs)]
    return lines, held


def _plain(value: Any) -> bool:
    """Whether Python reads a value as it is written, and nothing but numbers is written."""
    if type(value) is tuple:
        return all(map(_plain, value))
    if isinstance(value, slice):
        return all(map(_plain, (value.start, value.stop, value.step)))
    return value is None or value is Ellipsis or type(value) in {bool, int, float}
