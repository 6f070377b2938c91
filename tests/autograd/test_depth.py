"""Graphs deeper than Python's stack and wider than it is comfortable: they run, and they are freed."""

from __future__ import annotations

import gc
import sys

import numpy as np

from autograd import Tensor

MILLION = 1_000_000


def test_a_chain_of_a_million_nodes_runs_and_is_freed() -> None:
    leaf = Tensor(1.0)
    before = sys.getrefcount(leaf)
    gc.disable()  # what follows must be freed without the collector's help
    try:
        x = leaf
        for _ in range(MILLION):
            x = x + leaf
        assert sys.getrefcount(leaf) > MILLION
        x.backward()
        assert leaf.grad == MILLION + 1
        del x
        assert sys.getrefcount(leaf) == before
    finally:
        gc.enable()


def test_a_chain_of_arrays_is_freed_too() -> None:
    leaf = Tensor(np.ones(2))
    before = sys.getrefcount(leaf)
    x = leaf
    for _ in range(20_000):
        x = x * 0.5 + leaf
    x.sum().backward()
    np.testing.assert_allclose(leaf.grad, [2.0, 2.0])
    del x
    assert sys.getrefcount(leaf) == before


def test_a_fan_of_a_hundred_thousand() -> None:
    leaf = Tensor(2.0)
    before = sys.getrefcount(leaf)
    level = [leaf * float(i) for i in range(100_000)]
    while len(level) > 1:
        level = [sum(level[i : i + 10], Tensor(0.0)) for i in range(0, len(level), 10)]
    level[0].backward()
    assert leaf.grad == sum(range(100_000))
    level.clear()
    assert sys.getrefcount(leaf) == before
