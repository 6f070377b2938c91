"""Graphs deeper than Python's stack and wide ones: they run, in linear time, and they are freed."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any

import numpy as np
import pytest

from autograd import Tensor

MILLION = 1_000_000
WIDE = 100_000


def chain(leaf: Tensor, length: int) -> Tensor:
    """leaf added to itself again and again; its derivative is length + 1."""
    x = leaf
    for _ in range(length):
        x = x + leaf
    return x


def fan(leaf: Tensor, width: int) -> Tensor:
    """0 leaf + 1 leaf + 2 leaf + ..., added ten at a time."""
    level = [leaf * float(i) for i in range(width)]
    while len(level) > 1:
        level = [sum(level[i : i + 10], Tensor(0.0)) for i in range(0, len(level), 10)]
    return level[0]


def fan_into_one(leaf: Tensor, width: int) -> Tensor:
    """The same sum, of all the terms at once."""
    terms: Any = [leaf * float(i) for i in range(width)]
    return np.stack(terms).sum()  # type: ignore[no-any-return]


GRAPHS = {
    "chain": (chain, MILLION, MILLION + 1),
    "fan": (fan, WIDE, sum(range(WIDE))),
    "fan into one": (fan_into_one, WIDE, sum(range(WIDE))),
}
each_graph = pytest.mark.parametrize("name", GRAPHS)


@contextmanager
def without_collector() -> Iterator[None]:
    """What is freed within is freed by counting references alone."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@each_graph
def test_deep_and_wide_graphs_run_and_are_freed(name: str) -> None:
    build, size, expected = GRAPHS[name]
    leaf = Tensor(2.0)
    before = sys.getrefcount(leaf)
    with without_collector():
        root = build(leaf, size)
        assert sys.getrefcount(leaf) > size  # every node holds it
        root.backward()
        assert leaf.grad == expected
        del root
        assert sys.getrefcount(leaf) == before


def best_time(build: Callable[[Tensor, int], Tensor], size: int) -> float:
    """Of three runs forward and backward."""
    times = []
    for _ in range(3):
        begin = process_time()
        build(Tensor(1.0), size).backward()
        times.append(process_time() - begin)
    return min(times)


@each_graph
def test_the_time_is_linear_in_the_nodes(name: str) -> None:
    build, size, _ = GRAPHS[name]
    with without_collector():
        short, long = best_time(build, size // 100), best_time(build, size // 10)
    assert long < 3 * 10 * short


@each_graph
def test_the_memory_is_freed(name: str) -> None:
    build, size, _ = GRAPHS[name]
    leaf = Tensor(1.0)
    build(leaf, size // 200).backward()  # what Python keeps for the next one
    with without_collector():
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            root = build(leaf, size // 200)
            root.backward()
            held = tracemalloc.get_traced_memory()[0] - before
            del root
            gc.collect()  # empties Python's own stores of small objects
            ours = tracemalloc.Filter(True, "*/autograd/*")  # not what threads of pytest receive meanwhile
            left = tracemalloc.take_snapshot().filter_traces([ours]).statistics("filename")
        finally:
            tracemalloc.stop()
    assert held > 100 * size // 200
    assert sum(each.size for each in left) < 2000


def test_a_chain_of_arrays_is_freed_too() -> None:
    leaf = Tensor(np.ones(2))
    before = sys.getrefcount(leaf)
    with without_collector():
        x = leaf
        for _ in range(20_000):
            x = x * 0.5 + leaf
        x.sum().backward()
        np.testing.assert_allclose(leaf.grad, [2.0, 2.0])
        del x
        assert sys.getrefcount(leaf) == before


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_what_is_joined_in_parts_is_joined_right(axis: int) -> None:
    arrays = [np.arange(6.0).reshape(2, 3) + i for i in range(250)]
    for join in (np.stack, np.concatenate):
        inputs: Any = [Tensor(x) if i % 3 else x for i, x in enumerate(arrays)]
        expected = join(arrays, axis=axis)
        joined: Any = join(inputs, axis=axis)
        np.testing.assert_array_equal(joined.data, expected)
        joined.backward(np.sin(expected))
        for x in inputs:
            if isinstance(x, Tensor):
                np.testing.assert_array_equal(x.grad, np.sin(x.data))
