"""Equations: each is written once, as a line of Python, to be set in type, filled with numbers and computed.

What is shown can then not differ from what is computed. A line is an assignment, ``m = b1*m + (1 - b1)*g``,
of names, numbers, + - * / ** and the functions of `FUNCTIONS`; on its right a name stands for the value
before. See `optimizers.equations`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from support.formulas import PostfixProgram, Signature, Vocabulary, parse, program, run

Array: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Mapping[str, Any]


def _inverse(matrix: Array) -> Array:
    """The inverse of a matrix; nan where there is none."""
    try:
        return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(matrix.shape, np.nan)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {  # and how many arguments they take
    "sqrt": (np.sqrt, 1),
    "exp": (np.exp, 1),
    "sign": (np.sign, 1),
    "abs": (np.absolute, 1),
    "inv": (_inverse, 1),
    "max": (np.maximum, 2),
    "dot": (np.matmul, 2),
    "clip": (np.clip, 3),
    "where": (np.where, 3),
}
_VOCABULARY = Vocabulary(
    operators={
        ast.Add: np.add,
        ast.Sub: np.subtract,
        ast.Mult: np.multiply,
        ast.Div: np.divide,
        ast.Pow: np.power,
        ast.USub: np.negative,
    },
    comparisons={ast.Gt: np.greater, ast.Lt: np.less},
    functions={
        name: Signature(name, function, count, count, f"{count} arguments", conditions=name == "where")
        for name, (function, count) in FUNCTIONS.items()
    },
)
OWN = "own_"  # before the name of a term that is an own optimizer's, which may be any


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
    return run(_program(node), values)


@lru_cache(maxsize=4096)
def _program(node: ast.expr) -> PostfixProgram:
    return program(node, _VOCABULARY, condition=isinstance(node, ast.Compare))


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
