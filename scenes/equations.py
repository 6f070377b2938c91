"""Equations: each is written once, as a line of Python, to be set in type, filled with numbers and computed.

What is shown can then not differ from what is computed. A line is an assignment, ``m = b1*m + (1 - b1)*g``,
of names, numbers, + - * / ** and the functions of `FUNCTIONS`; on its right a name stands for the value
before.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Mapping[str, Any]


def _inverse(matrix: Array) -> Array:
    """The inverse of a matrix; nan where there is none."""
    try:
        return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(matrix.shape, np.nan)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt,
    "sign": np.sign,
    "abs": np.absolute,
    "max": np.maximum,
    "clip": np.clip,
    "where": np.where,
    "dot": np.matmul,
    "inv": _inverse,
}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {ast.Gt: np.greater, ast.Lt: np.less}
OWN = "own_"  # before the name of a term that is an own optimizer's, which may be any
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@lru_cache(maxsize=256)
def parse(equation: str) -> tuple[str, ast.expr]:
    """The name on the left of an equation, and the expression on its right.

    >>> parse("m = m + g")[0]
    'm'
    """
    statement = ast.parse(equation).body[0]
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        raise TypeError(f"no equation: {equation}")
    return statement.targets[0].id, statement.value


def names(node: ast.expr) -> list[str]:
    """The names in an expression, but for those of functions, in the order in which they are read."""
    if isinstance(node, ast.Name):
        return [node.id]
    parts = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    return [name for part in parts if isinstance(part, ast.expr) for name in names(part)]


def evaluate(node: ast.expr, values: Values) -> Any:
    """The value of an expression.

    >>> evaluate(parse("d = g / sqrt(s)")[1], {"g": 3.0, "s": 4.0}).item()
    1.5
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate(operand, values)
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](evaluate(left, values), evaluate(right, values))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _COMPARE[type(op)](evaluate(left, values), evaluate(right, values))
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(evaluate(arg, values) for arg in args))
    raise TypeError(f"not in an equation: {ast.dump(node)}")


def kept_and_added(equation: str) -> tuple[ast.expr, ast.expr] | None:
    """The two parts of an equation that adds something to a share of what there was; None for others.

    Of cases, the first counts.

    >>> [ast.unparse(part) for part in kept_and_added("m = b*m + (1 - b)*g")]
    ['b * m', '(1 - b) * g']
    """
    name, node = parse(equation)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "where":
        node = node.args[1]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and names(node.left)[-1:] == [name]:
        return node.left, node.right
    return None


def branch(node: ast.expr, values: Values) -> tuple[ast.expr | None, ast.expr]:
    """Which of its cases an expression takes, and the condition that holds, if any does.

    >>> [ast.unparse(part) for part in branch(parse("f = where(g > 0, 2, 1)")[1], {"g": 3.0})]
    ['g > 0', '2']
    """
    condition = None
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "where":
        holds = bool(evaluate(node.args[0], values))
        condition, node = (node.args[0], node.args[1]) if holds else (None, node.args[2])
        if holds:
            break
    return condition, node


def number(value: float, digits: int = 3) -> str:
    """A number as it is read.

    Args:
        value: the number.
        digits: how many are shown, but that a whole number has all of them.

    >>> [number(x) for x in (0.0, -0.98765, 123.4, 1.5e-7, float("inf"))]
    ['0', '−0.988', '123', '1.50·10⁻⁷', '–']
    """
    if not np.isfinite(value):
        return "–"
    exponent = int(f"{abs(value):.2e}".partition("e")[2])
    if value == 0:
        shown = "0"
    elif -2 <= exponent <= 3:
        shown = f"{abs(value):.{max(0, digits - 1 - exponent)}f}"
    else:
        mantissa, _, power = f"{abs(value):.{digits - 1}e}".partition("e")
        shown = f"{mantissa}·10{str(int(power)).translate(_SUPERSCRIPTS)}"
    return f"−{shown}" if value < 0 else shown


def told_apart(before: float, after: float, digits: int = 3) -> int:
    """How many digits show a number's change, with one fewer of the change itself; not more than 7.

    >>> told_apart(3.5, 3.49684), told_apart(3.5, 1.0), told_apart(0.0, 0.01)
    (5, 3, 3)
    """
    change, size = abs(after - before), max(abs(before), abs(after))
    # Only where `number` shows both without a power of ten, for which there would be no room.
    if not (np.isfinite(change) and change > 0 and min(abs(before), abs(after)) >= 0.009995 and size < 9995):
        return digits
    return int(np.clip(np.floor(np.log10(size)) - np.floor(np.log10(change)) + digits - 1, digits, 7))


def setting(value: float) -> str:
    """A hyperparameter as it was given, or nearly.

    >>> [setting(x) for x in (0.9, 1 - 0.999, 1e-8, 120.0)]
    ['0.9', '0.001', '10⁻⁸', '120']
    """
    if not np.isfinite(value):
        return "–"
    digits, _, power = f"{abs(value):.3e}".partition("e")
    if value == 0 or -4 <= int(power) <= 4:
        return f"{value:.4g}".replace("-", "−")
    digits = "" if float(digits) == 1 else f"{float(digits):g}·"
    return f"{'−' * bool(value < 0)}{digits}10{str(int(power)).translate(_SUPERSCRIPTS)}"
