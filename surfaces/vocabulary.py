"""What a formula may be written with: names, functions, operators, signs; and hints for what is not there.

A function that has one name in mathematics and another in numpy goes by both.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from autograd import erf, relu, sigmoid, softplus
from support.formulas import Signature, Vocabulary
from support.messages import unknown

VARIABLES = {"u": "u", "v": "v", "x": "u", "y": "v"}
CONSTANTS = {"pi": math.pi, "e": math.e}


def _lowest(*values: Any) -> Any:
    return reduce(np.minimum, values)


def _greatest(*values: Any) -> Any:
    return reduce(np.maximum, values)


ONE: dict[str, Callable[..., Any]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh,
    "atanh": np.arctanh, "exp": np.exp, "log": np.log, "log2": np.log2, "log10": np.log10, "sqrt": np.sqrt,
    "cbrt": np.cbrt, "abs": abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil, "sigmoid": sigmoid,
    "relu": relu, "softplus": softplus, "erf": erf,
}  # fmt: skip
TWO: dict[str, Callable[..., Any]] = {
    "atan2": np.arctan2, "hypot": np.hypot, "mod": np.mod, "pow": operator.pow,
}  # fmt: skip
SEVERAL: dict[str, Callable[..., Any]] = {"min": _lowest, "max": _greatest}
WHERE = "where"  # of a condition and two numbers
ALIASES = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "ln": "log", "power": "pow", "minimum": "min",
    "maximum": "max", "absolute": "abs", "fabs": "abs",
}  # fmt: skip
FUNCTIONS = [*ONE, *TWO, *SEVERAL, WHERE]

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Mod: operator.mod, ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: lambda x: x,
}  # fmt: skip
COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
# How conditions are joined, by words or, as numpy has it, by signs.
JOINS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.And: np.logical_and, ast.Or: np.logical_or, ast.BitAnd: np.logical_and, ast.BitOr: np.logical_or,
}  # fmt: skip

_SIGNS = {
    "^": "**", "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "\N{ASTERISK OPERATOR}": "*", "÷": "/",
    "•": "*", "≤": "<=", "≥": ">=", "≠": "!=", "π": " pi ", "√": " sqrt ", "∛": " cbrt ",
    **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

# What to write for a name that is not here. The rest is found by its spelling.
_INSTEAD = {
    "sigma": "sigmoid(u)", "logistic": "sigmoid(u)", "expit": "sigmoid(u)",
    "sgn": "sign(u)", "tg": "tan(u)", "arctg": "atan(u)", "lg": "log10(u)", "cot": "1/tan(u)",
    "ctg": "1/tan(u)", "coth": "1/tanh(u)", "sec": "1/cos(u)", "csc": "1/sin(u)", "sech": "1/cosh(u)",
    "csch": "1/sinh(u)", "square": "u**2", "cube": "u**3", "sinc": "sin(u)/u", "round": "floor(u + 0.5)",
    "heaviside": "where(u > 0, 1, 0)", "step": "where(u > 0, 1, 0)", "clip": "min(max(u, 0), 1)",
    "clamp": "min(max(u, 0), 1)", "norm": "hypot(u, v)", "log1p": "log(1 + u)", "expm1": "exp(u) - 1",
    "exp2": "2**u", "erfc": "1 - erf(u)", "sinus": "sin(u)", "cosinus": "cos(u)", "sum": "u + v",
    "mean": "(u + v)/2", "int": "floor(u)", "trunc": "sign(u)*floor(abs(u))", "rint": "floor(u + 0.5)",
    "frac": "u % 1", "fmod": "mod(u, 2)", "if": "where(u > 0, u, v)", "iif": "where(u > 0, u, v)",
    "gelu": "u*(1 + erf(u/sqrt(2)))/2", "silu": "u*sigmoid(u)", "swish": "u*sigmoid(u)",
    "logaddexp": "log(exp(u) + exp(v))", "logsumexp": "log(exp(u) + exp(v))",
    "softmax": "exp(u)/(exp(u) + exp(v))",
    "uv": "u*v", "vu": "v*u", "xy": "x*y", "yx": "y*x",
    "r": "hypot(u, v)", "theta": "atan2(v, u)", "θ": "atan2(v, u)",
    "tau": "2*pi", "x1": "x", "x2": "y", "x_1": "x", "x_2": "y",
}  # fmt: skip


def plainly(text: str) -> tuple[str, list[int]]:
    """`text` on one line in Python's signs, without its indent, and where each of its letters was in `text`.

    >>> plainly(" 2·u²")
    ('2*u**2', [1, 2, 3, 4, 4, 4])
    """
    line, origins = "", []
    for match in re.finditer(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|.", text, re.DOTALL):
        piece = match.group()
        raised = piece.translate(_RAISED)
        plain = "**" + raised if raised != piece else " " if piece.isspace() else _SIGNS.get(piece, piece)
        line += plain
        # A run of raised digits grows by its ** in front; each digit stays where it was.
        first = [match.start()] * (len(plain) - len(piece) + 1)
        origins += [*first, *range(match.start() + 1, match.end())][: len(plain)]
    indent = len(line) - len(line.lstrip())
    return line[indent:], origins[indent:]


def is_known(name: str) -> bool:
    """Whether a function or a constant has this name."""
    return name in FUNCTIONS or name in ALIASES or name in CONSTANTS


def no_function(name: str) -> str:
    """Why a function is refused, and what to write instead."""
    if instead := _INSTEAD.get(name.lower()):
        return f"unknown function {name!r}: write {instead}"
    return unknown("function", name, FUNCTIONS)


def no_name(name: str) -> str:
    """Why a name is refused, and what to write instead."""
    if is_known(name):  # and no constant, which would be allowed
        return _is_function(name) + (f"; its square is {name}(u)**2" if name in ONE else "")
    if instead := _INSTEAD.get(name.lower()):
        return f"unknown name {name!r}: write {instead}"
    return unknown("name", name, [*VARIABLES, *CONSTANTS])


def _is_function(name: str) -> str:
    real = ALIASES.get(name, name)
    arguments = "u" if real in ONE else "u > 0, u, v" if real == WHERE else "u, v"
    return f"{name} is a function: write {name}({arguments})"


def misspelt(before: str, after: str, reason: str) -> str:
    """Why Python's parser refuses a line at the place between two halves; `reason` is what it says itself."""
    line = before + after
    name = re.search(r"([^\W\d]\w*)\s*$", before) or re.match(r"([^\W\d]\w*)\s+[\w]", after)
    adjoining = re.search(r"[\w.)]\s*$", before) and re.match(r"\s*[\w(]", after)
    if re.search(rf"\b{WHERE}\(.*(?<![=<>!])=(?!=)", line):
        hint = "write == to compare"
    elif re.search(r"(?<![=<>!])=(?!=)", line):
        hint = "write only what stands right of the ="
    elif "|" in line:
        hint = "write abs(u) for |u|, and & or | only between conditions in parentheses"
    elif re.search(r"\bmod\b(?!\()", line):
        hint = "write mod(u, v) or u % v for a remainder"
    elif re.search(r"\bif\b", line):
        hint = "write where(condition, a, b) for a choice"
    elif name and name[1] not in CONSTANTS and is_known(name[1]) and not after.startswith("("):
        hint = _is_function(name[1])
    elif "forgot a comma" in reason or (
        "never closed" not in reason and (adjoining or re.match(r"\d[\d.]*\s*[^\W\d]", after))
    ):
        hint = "write a product with *, as 2*u"
    else:
        hint = reason
    return hint


def refusal(node: Any) -> str:
    """Why a node is refused where a number is expected, and what to write instead."""
    match node:
        case ast.Name(id=name):
            reason = no_name(name)
        case ast.Attribute(attr=name) | ast.Call(func=ast.Attribute(attr=name)):
            reason = f"write {name} alone" if is_known(name) else "attributes cannot be used"
        case ast.Compare() | ast.BoolOp() | ast.IfExp() | ast.UnaryOp(op=ast.Not()):
            reason = "a condition has its place in where(condition, a, b)"
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
            reason = "& and | join conditions in where, each in parentheses"
        case ast.BinOp(op=ast.FloorDiv()):
            reason = "write floor(a / b) for a // b"
        case ast.Tuple():
            reason = "a number has a decimal point, as 0.5, and a formula one value"
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name not in VARIABLES and name not in CONSTANTS:
            reason = no_function(name)
        case ast.Call(keywords=[]):
            reason = "write a product with *, as 2*(u + v)"
        case ast.Call():
            reason = "arguments have no names here"
        case _:
            allowed = [*VARIABLES, *CONSTANTS, "+ - * / % **", *FUNCTIONS]
            return f"is not allowed; use numbers, {', '.join(allowed)}"
    return f"is not allowed: {reason}"


def _signatures() -> dict[str, Signature]:
    """The functions of a formula, under all of their names."""
    found = {
        **{name: Signature(name, call, 1, 1, "one argument") for name, call in ONE.items()},
        **{name: Signature(name, call, 2, 2, "two arguments") for name, call in TWO.items()},
        **{
            name: Signature(name, call, 2, math.inf, "two arguments or more")
            for name, call in SEVERAL.items()
        },
        WHERE: Signature(WHERE, np.where, 3, 3, "a condition and two numbers, as where(u > 0, u, 0)", 1),
    }
    return found | {other: found[name] for other, name in ALIASES.items()}


VOCABULARY = Vocabulary(
    operators=OPERATORS,
    comparisons=COMPARISONS,
    joins=JOINS,
    functions=_signatures(),
    constants=CONSTANTS,
    variables=VARIABLES,
    explain=refusal,
    no_condition="is no condition: write a comparison, as u > 0",
)
