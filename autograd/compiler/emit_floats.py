"""The emitter for floats: a `Program` as straight-line Python with ``math``."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from autograd.compiler.program import ConstantValue, Input, Operation, Program
from autograd.rules import MATHS, OF_ONE, OF_TWO

# How each operation is written; an operation that is missing here is first taken apart.
FORMS = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    "power": "pow({}, {})",
    "floor_divide": "{} // {}",
    "remainder": "{} % {}",
    "absolute": "abs({})",
    "floor": "copysign(floor({0}), {0})",
    "ceil": "copysign(ceil({0}), {0})",
    "rint": "copysign(round({0}), {0})",
    "where": "{1} if {0} else {2}",
    "greater": "{} > {}",
    "greater_equal": "{} >= {}",
    "less": "{} < {}",
    "less_equal": "{} <= {}",
    "equal": "{} == {}",
    "not_equal": "{} != {}",
    "logical_and": "{} and {}",
    "logical_or": "{} or {}",
    "logical_not": "not {}",
    "maximum": "{0} if {0} >= {1} or {0} != {0} else {1}",
    "minimum": "{0} if {0} <= {1} or {0} != {0} else {1}",
    **{name: f"{name}({{}})" for name in OF_ONE},
    **{name: f"{name}({{}}, {{}})" for name in OF_TWO},
}
_LOGIC = {"logical_and", "logical_or"}
_TWICE = {"maximum", "minimum", "floor", "ceil", "rint"}  # forms that repeat what they are given
OPERATIONS = set(FORMS)
NAMES = MATHS | {name: getattr(math, name) for name in ("pow", "floor", "ceil", "copysign", "inf", "nan")}
NAMES |= {"abs": abs, "round": round}
_LONG = 70  # characters after which an expression is given a name


def emit(program: Program, forms: Mapping[str, str] = FORMS) -> list[str]:
    """The lines that compute a program of numbers, from x0, x1, ... to y0, y1, ...

    Args:
        program: what to compute.
        forms: how each operation is written.

    >>> program = Program()
    >>> x = program.add_input(())
    >>> program.outputs = [program.add("exp", (program.add("multiply", (x, x)),))]
    >>> print(*emit(program), sep="\\n")
    y0 = exp(x0 * x0)
    """
    uses = _uses(program)
    lines: list[str] = []
    words: dict[int, str] = {}
    bare: dict[int, str] = {}  # expressions without the brackets that they have in a larger one
    results: dict[int, str] = {}
    for k, number in enumerate(program.outputs):
        results.setdefault(number, f"y{k}")
    for number in program.live():
        value = program.values[number]
        if isinstance(value, Input):
            words[number] = f"x{value.position}"
        elif isinstance(value, ConstantValue):
            words[number] = f"({value.value!r})" if value.value < 0 else repr(value.value)
        else:
            form = forms[value.name]
            call = form.endswith(")")
            inputs = [bare.get(i, words[i]) if call else words[i] for i in value.inputs]
            if value.name in _LOGIC:
                inputs = [_truth(program, i, word) for i, word in zip(value.inputs, inputs, strict=True)]
            text = form.format(*inputs)
            if number in results or uses[number] > 1 or len(text) > _LONG:
                words[number] = results.get(number, f"t{number}")
                lines.append(f"{words[number]} = {text}")
            else:
                words[number] = text if call else f"({text})"
                bare[number] = text
    for k, number in enumerate(program.outputs):
        if words[number] != f"y{k}":
            lines.append(f"y{k} = {words[number]}")
    return lines


def _uses(program: Program) -> Counter[int]:
    """How often each value is written in the code."""
    found: Counter[int] = Counter()
    for number in program.live():
        value = program.values[number]
        if isinstance(value, Operation):
            for i in value.inputs:
                found[i] += 2 if value.name in _TWICE else 1
    return found


def _truth(program: Program, number: int, word: str) -> str:
    """A value as true or false; Python's own `and` and `or` answer with one of the two."""
    return word if number in program.truths else f"({word} != 0.0)"
