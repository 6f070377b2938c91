"""The graph view: nodes in order, operands with their values then, settings, local derivatives."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from autograd.graph import nearest_nodes, node_of, nodes_of

ROOT = Path(__file__).parents[2]
PRIVATE = {
    "_op",
    "_prev",
    "_rule",
    "_saved",
    "_value",
    "_grad",
    "_number",
    "_sweep_order",
    "_vjps",
    "_backward",
}


def test_nodes_come_after_their_parents_each_once() -> None:
    a, b = Tensor(2.0), Tensor([1.0, 3.0])
    product = a * b
    output = (product + product).sum()
    nodes = nodes_of(output)
    assert [node.operation for node in nodes] == ["", "", "multiply", "add", "sum"]
    assert [node.parents for node in nodes[2:]] == [(a, b), (product, product), (nodes[3].tensor,)]
    assert nodes[-1].tensor is output


def test_operands_are_parents_and_constants_in_their_places() -> None:
    x: Any = Tensor([0.5, 4.0])
    node = node_of(np.clip(x, 0.0, 1.0))
    assert [operand.parent for operand in node.operands] == [x, None, None]
    np.testing.assert_array_equal(node.operands[0].value, [0.5, 4.0])
    assert [operand.value for operand in node.operands[1:]] == [0.0, 1.0]
    assert [operand.parent for operand in node_of(2.0 - x).operands] == [None, x]
    joined: Any = np.stack([x, np.zeros(2), x], axis=1)
    assert [operand.parent for operand in node_of(joined).operands] == [x, None, x]
    assert node_of(joined).settings == {"axis": 1}
    assert node_of(x / x).parents == ()


def test_an_operand_has_the_value_that_was_used() -> None:
    for start in (2.0, [2.0]):
        x = Tensor(start)
        y = x * 3.0
        x.data = np.full(x.shape, 9.0)
        np.testing.assert_array_equal(node_of(y).operands[0].value, start)


@pytest.mark.parametrize("kind", [float, lambda x: np.array([x, x])], ids=["floats", "arrays"])
def test_shares_of_one_are_the_local_derivatives(kind: Any) -> None:
    a, b = Tensor(kind(3.0)), Tensor(kind(5.0))
    node = node_of(a / b)
    values = [np.asarray(x.value) for x in node.operands]
    (p, da), (q, db) = node.shares(1.0, np.asarray(node.tensor.value), values)
    assert (p is a, q is b) == (True, True)
    np.testing.assert_allclose(da, kind(0.2), rtol=1e-15)
    np.testing.assert_allclose(db, kind(-0.12), rtol=1e-15)


def test_shares_of_tensors_have_a_graph() -> None:
    x = Tensor(2.0)
    node = node_of(x**3)
    ((_, share),) = node.shares(1.0, node.tensor, [x, 3.0])
    share.backward()
    assert (share.data, x.grad) == (12.0, 12.0)


def test_the_nearest_nodes_are_counted_to_the_end() -> None:
    x = Tensor(1.0)
    y = x
    for _ in range(5_000):
        y = y + x
    nearest, count = nearest_nodes(y, 3)
    assert (len(nearest), count) == (3, 5_001)
    assert nearest[0].tensor is y
    assert x in {node.tensor for node in nearest}


@pytest.mark.parametrize(
    "path", ["autograd/drawing.py", "autograd/graph_hessian.py", "scenes/graph/computation.py"]
)
def test_who_reads_graphs_reads_them_by_the_view(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert not PRIVATE & {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
