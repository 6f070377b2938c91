"""Copies of Tensors: each has a place of its own in the order of the sweep. The slopes are by hand."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from autograd import Tensor


@pytest.mark.parametrize("value", [3.0, [3.0, -1.0]])
def test_a_deep_copy_of_what_was_computed_has_a_graph_of_its_own(value: Any) -> None:
    x = Tensor(value)
    y = x * x * 2.0
    other: Any = copy.deepcopy(y)
    (y.sum() + 10.0 * other.sum()).backward()
    leaf = other
    while leaf._prev:
        leaf = leaf._prev[0]
    np.testing.assert_array_equal(x.grad, 4 * np.asarray(value))
    np.testing.assert_array_equal(leaf.grad, 40 * np.asarray(value))
    assert leaf is not x


def test_a_copy_shares_its_parents() -> None:
    x = Tensor(3.0)
    y = x * x
    for _ in range(3):
        x.grad = None
        (y + 10.0 * copy.copy(y)).backward()
        assert x.grad == 66.0


def test_what_is_copied_together_stays_together() -> None:
    x, w = Tensor(3.0), Tensor([1.0, 2.0])
    loss = (x * w).sum()
    twins: Any = copy.deepcopy({"loss": loss, "x": x, "w": [w, w]})
    twins["loss"].backward()
    assert twins["x"].grad == 3.0
    np.testing.assert_array_equal(twins["w"][0].grad, [3.0, 3.0])
    assert twins["w"][0] is twins["w"][1]
    assert x.grad == 0.0


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])  # noqa: S301
def test_a_copied_leaf_is_another_leaf(again: Any) -> None:
    for value in (2.0, [2.0, 5.0]):
        x = Tensor(value)
        (x * x).sum().backward()
        twin = again(x)
        np.testing.assert_array_equal(twin.data, x.data)
        np.testing.assert_array_equal(twin.grad, x.grad)
        twin.grad = x.grad = None
        (x * 3.0 + twin * x).sum().backward()
        np.testing.assert_array_equal(x.grad, 3.0 + np.asarray(value))
        np.testing.assert_array_equal(twin.grad, value)
        if isinstance(value, list):
            twin.data[0] = 9.0
            np.testing.assert_array_equal(x.data, value)


def test_a_long_chain_is_copied() -> None:
    x = Tensor(1.0)
    y = x
    for _ in range(5000):
        y = y + 1.0
    twin = copy.deepcopy(y)
    twin.backward()
    assert (twin.data, x.grad) == (5001.0, 0.0)


def test_what_was_computed_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="pickle its data"):
        pickle.dumps(Tensor(1.0) * 2.0)
