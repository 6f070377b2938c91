"""A thousand random graphs of steps that PyTorch has too, for `tests.oracle.record_graphs` to record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from autograd import relu, sigmoid

Step: TypeAlias = Callable[[Any, Any], Any]
Graph: TypeAlias = list[tuple[int, int, int]]  # each step, and which two of the nodes before it it reads

# Steps that PyTorch has too, by names under which `tests.oracle.record_graphs` writes them in its functions.
NAMED: dict[str, Step] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x, _: -x,
    "double": lambda x, _: 2.0 * x,
    "tenth": lambda x, _: x * 0.1,
    "shifted": lambda x, _: x + 0.0 - 1.5,
    "from zero": lambda x, _: 0.0 - x,
    "reciprocal": lambda x, _: 1.0 / x,
    "square": lambda x, _: x**2,
    "cube": lambda x, _: x**3,
    "inverse square": lambda x, _: x**-2,
    "power 2.5": lambda x, _: x**2.5,
    "power 0": lambda x, _: x**0.0,
    "power": lambda x, y: x**y,
    "absolute": lambda x, _: np.abs(x),
    "maximum": np.maximum,
    "minimum": np.minimum,
    "clip": lambda x, _: np.clip(x, -1.0, 2.0),
    "where": lambda x, y: np.where(x > y, x * y, x - y),
    "sin": lambda x, _: np.sin(x),
    "cos": lambda x, _: np.cos(x),
    "exp": lambda x, _: np.exp(x),
    "expm1": lambda x, _: np.expm1(x),
    "log": lambda x, _: np.log(x),
    "log1p": lambda x, _: np.log1p(x),
    "sqrt": lambda x, _: np.sqrt(x),
    "tanh": lambda x, _: np.tanh(x),
    "arctan": lambda x, _: np.arctan(x),
    "sigmoid": lambda x, _: sigmoid(x),
    "relu": lambda x, _: relu(x),
}
_EDGES = (0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -3.0, 1e-8, 30.0, -40.0, 1e150, np.inf, -np.inf)


def thousand() -> list[tuple[Graph, tuple[float, ...]]]:
    """Random graphs with three arguments: ordinary ones in turn with zeros, ties, infinities and the like."""
    random = np.random.default_rng(20)
    drawn = []
    for i in range(1000):
        graph = [
            tuple(map(int, random.integers(0, (len(NAMED), 7, 7)))) for _ in range(random.integers(1, 7))
        ]
        point = random.choice(_EDGES, 3) if i % 2 else random.uniform(-2, 2, 3).round(3)
        drawn.append((graph, tuple(map(float, point))))
    return drawn  # type: ignore[return-value]


def last(steps: tuple[Step, ...], graph: Graph) -> Callable[..., Any]:
    """The graph as a function that gives its last node."""

    def function(*inputs: Any) -> Any:
        nodes = list(inputs)
        for step, i, j in graph:
            nodes.append(steps[step](nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]))
        return nodes[-1]

    return function
