"""A thousand random graphs, eager and compiled, against PyTorch's recorded answers and against differences.

Where PyTorch's answer is nan, ours may be anything: it multiplies 0 by inf on its way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, hessian, value_and_grad
from autograd.graph_hessian import hessian_of
from tests.autograd.recorded_graphs import NAMED, last, thousand
from tests.oracle.record_graphs import GRAPHS_FILE

ANSWERS = np.load(GRAPHS_FILE)["answers"]
STEPS = tuple(NAMED.values())
GRAPHS = thousand()
PARTS = 8


def compiled(graph: Any, point: Any) -> list[float]:
    value, slopes = value_and_grad(last(STEPS, graph))(*point)
    return [value, *slopes, *hessian(last(STEPS, graph))(*point).ravel()]


def points(graph: Any, point: Any) -> list[float]:
    """By the code for many points, of which the first is looked at."""
    value, slopes = value_and_grad(last(STEPS, graph))(*([x, 0.3] for x in point))
    second = hessian(last(STEPS, graph))(*([x, 0.3] for x in point))
    return [value[0], *(slope[0] for slope in slopes), *second[..., 0].ravel()]


def eager(graph: Any, point: Any) -> list[float]:
    leaves = [Tensor(x) for x in point]
    value = last(STEPS, graph)(*leaves)
    second = hessian_of(value, leaves)
    value.backward()
    return [value.data, *(leaf.grad for leaf in leaves), *second.ravel()]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("engine", [compiled, points, eager])
def test_values_gradients_and_hessians_are_pytorchs(engine: Any, part: int) -> None:
    for (graph, point), expected in list(zip(GRAPHS, ANSWERS, strict=True))[part::PARTS]:
        found = np.array(engine(graph, point))
        for numbers in (slice(1), slice(1, 4), slice(4, 13)):  # of each kind, relative to the largest
            known = ~np.isnan(expected[numbers])
            theirs, ours = expected[numbers][known], found[numbers][known]
            scale = np.max(np.abs(theirs[np.isfinite(theirs)]), initial=1.0)
            names = [list(NAMED)[i] for i, *_ in graph]
            np.testing.assert_allclose(ours, theirs, 1e-9, 1e-12 * scale, err_msg=f"{names} {graph} {point}")


def test_gradients_are_central_differences() -> None:
    checked = 0
    for graph, point in GRAPHS[::2]:
        function = last(STEPS, graph)
        value, slopes = value_and_grad(function)(*point)
        largest = np.max(np.abs(slopes), initial=1.0)
        if not (np.isfinite(value) and np.isfinite(largest) and max(largest, abs(value)) < 1e3):
            continue
        for k, slope in enumerate(slopes):
            steps = [[x + s * (i == k) for i, x in enumerate(point)] for s in (-2e-5, -1e-5, 1e-5, 2e-5)]
            with np.errstate(all="ignore"):
                a, b, c, d = (function(*map(np.float64, shifted)) for shifted in steps)
            if np.all(np.isfinite([a, b, c, d])):
                assert abs(slope - (8 * (c - b) - (d - a)) / 12e-5) < 1e-6 * largest, (graph, point)
                checked += 1
    assert checked > 900
