"""Programs of functions, and random graphs: steps that stay smooth and tame, that do not, of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from hypothesis import strategies as st

from autograd import Tensor
from autograd.array_rules import Shape
from autograd.compiler.program import Program, Simplify
from autograd.compiler.tracing import as_number, trace
from autograd.operators import Operators
from autograd.rules import RULES

Step: TypeAlias = Callable[[Any, Any], Any]
Graph: TypeAlias = list[tuple[int, int, int]]


def rule(name: str, *inputs: Any) -> Any:
    """The row of that name, for Tensors, symbols, and numbers and arrays of any precision."""
    kind = next((type(x) for x in inputs if isinstance(x, Operators)), None)
    return kind._apply(name, *inputs) if kind else RULES[name].forward(*inputs)


# Of numbers within about [-2, 2] they make such again, and no step adds more than about its inputs' slopes:
# so 200 nodes are as tame as two. All are smooth there.
SMOOTH: tuple[Step, ...] = (
    lambda x, y: (x + y) / 2,
    lambda x, y: (x - y) * 0.5,
    lambda x, y: x * y / 4,
    lambda x, y: x / (4 + y),
    lambda x, y: (2.5 + x) ** (0.25 * y) / 2,
    lambda x, y: 2.0 ** (x / 2) - 1 + 0.1 * y,
    lambda x, _: (x + 3) ** 1.5 / 10,
    lambda x, _: x**2 / 4 - x**3 / 32,
    lambda x, _: (x + 3.5) ** -1.0 + (x + 3.5) ** -2,
    lambda x, _: -x,
    lambda x, _: rule("square", x) / 5,
    lambda x, y: np.abs(x + 5) - 5 + abs(y - 5) / 9,
    lambda x, y: np.maximum(x, y - 9),
    lambda x, y: np.minimum(x, y + 9),
    lambda x, y: np.clip(x, -9 + y, 9.0),
    lambda x, y: np.where(x > y + 9, x * y, x - 0.1 * y),
    lambda x, _: np.sin(x),
    lambda x, _: np.cos(x),
    lambda x, y: np.sin(x) * np.cos(x) + 0.2 * y,
    lambda x, _: np.tan(x / 4),
    lambda x, _: np.arctan(x),
    lambda x, _: np.sinh(x / 2) / 2,
    lambda x, _: np.cosh(x / 2) - 1,
    lambda x, _: np.tanh(x),
    lambda x, _: np.exp(x - 2),
    lambda x, _: np.expm1(x / 2) / 2,
    lambda x, _: np.log(3.5 + x),
    lambda x, _: np.log1p(2.5 + x),
    lambda x, _: np.sqrt(1 + x * x),
    lambda x, y: np.arcsin(x / 4) - np.arccos(y / 4),
    lambda x, y: np.arcsinh(x) - np.arctanh(y / 4),
    lambda x, _: np.arccosh(x + 5) - 2,
    lambda x, y: np.arctan2(x, y + 5),
    lambda x, y: np.hypot(x + 4, y / 4) - 4,
    lambda x, _: np.exp2(x / 2) - 1,
    lambda x, _: np.log2(x + 4) - np.log10(x + 4),
    lambda x, _: np.cbrt(x + 5),
    lambda x, y: np.logaddexp(x, y) - 1,
    lambda x, _: rule("erf", x),
    lambda x, y: ((x + 5.5) % 99 - np.fmod(y + 5.5, 99)) / 2,
    lambda x, y: x / 4 + np.floor(y / 99 + 0.5) - np.ceil(y / 99 - 0.5) + np.rint(y / 99),
    lambda x, y: x / 4 + np.trunc(y / 99 + 0.5) - np.sign(y - 99) + (x + 99) // 999,
    lambda x, _: rule("sigmoid", 2 * x),
    lambda x, _: rule("softplus", x) - 1,
    lambda x, _: rule("relu", x + 5) - 5,
    lambda x, _: 1 - 0.5 * x,
)
# Nothing of that: corners, poles, and numbers of any size, out of every domain.
WILD: tuple[Step, ...] = (
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / y,
    lambda x, y: x**y,
    lambda x, _: x**2,
    lambda x, _: x**-1.0,
    lambda x, _: x**1.5,
    lambda x, _: -x,
    lambda x, _: 2 * x,
    lambda x, _: np.abs(x),
    np.maximum,
    np.minimum,
    lambda x, y: np.clip(x, -1.0, y),
    lambda x, y: np.where(x > y, x, 2.0),
    lambda x, y: np.where(np.logical_and(x, y != 2.0), x, y),
    lambda x, y: np.where(np.logical_or(x <= 0.0, np.logical_not(y)), y, x * x),
    lambda x, y: x * (y >= 1.0),
    lambda x, _: np.sin(x),
    lambda x, _: np.cos(x),
    lambda x, _: np.tanh(x),
    lambda x, _: np.sinh(x),
    lambda x, _: np.exp(x),
    lambda x, _: np.expm1(x),
    lambda x, _: np.log(x),
    lambda x, _: np.log1p(x),
    lambda x, _: np.sqrt(x),
    lambda x, _: np.arcsin(x),
    np.arctan2,
    np.hypot,
    lambda x, _: np.log10(x),
    lambda x, _: np.cbrt(x),
    np.logaddexp,
    lambda x, _: np.floor(x),
    lambda x, _: np.sign(x),
    lambda x, y: x % y,
    lambda x, _: rule("erf", x),
    lambda x, _: rule("sigmoid", x),
    lambda x, _: rule("softplus", x),
    lambda x, _: rule("relu", x),
)


def _few(x: Any) -> Any:
    """At most four of the numbers, in a row."""
    return np.reshape(x, (-1,))[:4]


# For arrays of any shape, and scalars: what does not fit is made to fit.
SHAPED: tuple[Step, ...] = (
    lambda x, y: x + np.sum(y) / 3,
    lambda x, y: np.tanh(x) * np.mean(y),
    lambda x, y: np.sin(x) * np.cos(x) - np.max(y),
    lambda x, _: np.sum(x, axis=0) if np.ndim(x) else x,
    lambda x, _: np.mean(x, axis=-1, keepdims=True) if np.ndim(x) else x,
    lambda x, _: np.min(x, axis=0, keepdims=True) - x if np.ndim(x) else x,
    lambda x, _: np.reshape(x, (-1,)),
    lambda x, _: np.transpose(x),
    lambda x, _: x[..., ::-1] if np.ndim(x) else x,
    lambda x, _: x[[0, -1, 0]] if np.ndim(x) else x,
    lambda x, _: x[0] if np.ndim(x) else x,
    lambda x, y: np.concatenate([_few(x), _few(y)]),
    lambda x, y: np.stack([_few(x), _few(x) * np.sum(y)], axis=-1),
    lambda x, y: _few(x) * np.reshape(_few(y), (-1, 1)),
    lambda x, y: np.reshape(_few(x), (-1, 1)) @ np.reshape(_few(y), (1, -1)),
    lambda x, _: _few(x) @ _few(x),
    lambda x, _: _few(x) @ np.ones((np.size(_few(x)), 2)),
    lambda x, _: np.linalg.norm(_few(x) - 0.3),
    lambda x, _: np.where(x > 0, x, 0.5 * x),
    lambda x, _: np.broadcast_to(_few(x), (2, np.size(_few(x)))),
    lambda x, y: x / (2 + y * y) if np.shape(x) == np.shape(y) else x,
    lambda x, _: 1.0 / (1.0 + np.exp(-x)),
    lambda x, y: x - np.var(y),
    lambda x, _: np.cumsum(_few(x)) / 4,
    lambda x, _: np.sort(_few(x)),
    lambda x, _: np.roll(x, 1),
    lambda x, _: np.pad(_few(x), 1),
    lambda x, y: np.outer(_few(x), _few(y)) / 4,
    lambda x, y: np.einsum("i,j->i", _few(x), _few(y)) / 4,
    lambda x, _: np.prod(_few(np.tanh(x))),
)


def graphs(steps: tuple[Step, ...], longest: int) -> st.SearchStrategy[Graph]:
    """Lists of steps, each with which two of the nodes before it it reads, counted from the last."""
    step = st.tuples(st.integers(0, len(steps) - 1), st.integers(0, 20), st.integers(0, 20))
    lengths = st.integers(1, longest)
    return lengths.flatmap(lambda n: st.lists(step, min_size=n, max_size=n))


def evaluate(steps: tuple[Step, ...], graph: Graph, *inputs: Any) -> list[Any]:
    """The inputs, and what each step makes of two of the nodes before it."""
    nodes = list(inputs)
    for step, i, j in graph:
        nodes.append(steps[step](nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]))
    return nodes


def smooth(graph: Graph) -> Callable[..., Any]:
    """The graph as a function: the mean of all its nodes, so that all of them count."""

    def function(*inputs: Any) -> Any:
        nodes = evaluate(SMOOTH, graph, *inputs)
        total = nodes[0]
        for node in nodes[1:]:
            total = total + node
        return total / len(nodes)

    return function


def count(tensor: Tensor) -> int:
    """How many nodes a Tensor's graph has."""
    return len(tensor._sweep_order())


def written(function: Callable[..., Any], *shapes: Shape) -> Program:
    """The program of a function that gives one value, or several in a list."""
    program, _, results = trace(function, shapes, Simplify.FREELY)
    results = results if isinstance(results, list) else [results]
    program.outputs = [as_number(program, result) for result in results]
    return program
