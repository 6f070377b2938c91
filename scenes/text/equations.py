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
