"""Random graphs: floats, arrays and plain numpy agree on them, and gradients are central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor

# Smooth everywhere, and so that a dozen of them in a row stay within float64's comfort.
STEPS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * np.tanh(y),
    lambda x, y: x / (2 + np.cos(y)),
    lambda x, y: (1.5 + np.sin(x)) ** np.cos(y),
    lambda x, y: 2.0 ** np.sin(x) - y,
    lambda x, _: -x,
    lambda x, _: np.sin(x),
    lambda x, _: np.cos(x),
    lambda x, _: np.tanh(x),
    lambda x, _: np.exp(np.sin(x)),
    lambda x, _: np.log(2 + np.cos(x)),
    lambda x, _: np.sqrt(1 + x * x),
    lambda x, _: np.abs(x + 50) ** 0.5,
    lambda x, _: 3 - 2 * x,
)
Graph: TypeAlias = list[tuple[int, int, int]]

INDEX = st.integers(0, 100)
GRAPHS = st.lists(st.tuples(st.integers(0, len(STEPS) - 1), INDEX, INDEX), min_size=1, max_size=12)
POINTS = st.lists(st.tuples(*[st.floats(-2, 2)] * 3), min_size=1, max_size=5)


def evaluate(graph: Graph, *inputs: Any) -> Any:
    """The last node of the graph; each step reads two of the nodes before it."""
    nodes = list(inputs)
    for step, i, j in graph:
        nodes.append(STEPS[step](nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]))
    return nodes[-1]


def gradients(graph: Graph, *inputs: Any) -> tuple[Any, list[Any]]:
    """The value, and the gradient with respect to each input, by our sweep."""
    leaves = [Tensor(x) for x in inputs]
    value = evaluate(graph, *leaves)
    value.backward(np.ones(value.shape))
    return value.data, [leaf.grad for leaf in leaves]


@given(GRAPHS, POINTS)
def test_floats_and_arrays_agree(graph: Graph, points: list[tuple[float, float, float]]) -> None:
    values, slopes = gradients(graph, *np.array(points).T)
    for i, point in enumerate(points):
        value, slope = gradients(graph, *point)
        assert type(value) is float
        np.testing.assert_allclose(value, np.broadcast_to(values, len(points))[i], rtol=1e-12, atol=1e-12)
        scale = max(1.0, *np.abs(slope))
        np.testing.assert_allclose(slope, [s[i] for s in slopes], rtol=0, atol=1e-12 * scale)


@given(GRAPHS, POINTS)
def test_values_are_numpys(graph: Graph, points: list[tuple[float, float, float]]) -> None:
    columns = np.array(points).T
    np.testing.assert_allclose(gradients(graph, *columns)[0], evaluate(graph, *columns), rtol=1e-12)


@given(GRAPHS, st.tuples(*[st.floats(-2, 2)] * 3))
def test_gradients_are_central_differences(graph: Graph, point: tuple[float, float, float]) -> None:
    # In extended precision where the machine has it, so that the differences are worth comparing with.
    h = np.longdouble(1e-5)
    _, slopes = gradients(graph, *point)
    for i, slope in enumerate(slopes):
        shifted = [[np.longdouble(x) + k * h * (i == j) for j, x in enumerate(point)] for k in (-2, -1, 1, 2)]
        far_left, left, right, far_right = (evaluate(graph, *inputs) for inputs in shifted)
        expected = float((8 * (right - left) - (far_right - far_left)) / (12 * h))
        assert abs(slope - expected) <= 1e-8 * max(1.0, *np.abs(slopes))


@given(GRAPHS, POINTS)
def test_a_broadcast_input_gets_the_sum(graph: Graph, points: list[tuple[float, float, float]]) -> None:
    a, b, c = np.array(points).T
    single, spread = Tensor(a[:1]), Tensor(np.full(a.shape, a[0]))
    for leaf in (single, spread):
        (evaluate(graph, leaf, Tensor(b), Tensor(c)) + b).sum().backward()
    scale = max(1.0, float(np.abs(spread.grad).sum()))
    np.testing.assert_allclose(single.grad, [np.sum(spread.grad)], rtol=0, atol=1e-12 * scale)
