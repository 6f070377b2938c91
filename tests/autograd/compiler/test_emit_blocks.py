"""Arrays of points are worked through in blocks, by one thread or several."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from autograd import value_and_grad
from autograd.compiler import compiled
from autograd.compiler.compiled import BLOCK, Points, share_blocks
from autograd.compiler.program import POINTS
from tests.autograd.graphs import written

LENGTHS = (0, 1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5, 5 * BLOCK)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("length", LENGTHS)
def test_points_of_every_length(length: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "processors", lambda: threads)
    monkeypatch.setattr(compiled, "ALONE", 0)
    code = Points(written(lambda x, y: [np.sin(x) * np.cos(x) + y, np.where(x > y, x, y)], POINTS, POINTS))
    x, y = np.random.default_rng(1).normal(size=(2, length))
    first, second = code.call(x, y)
    assert first.shape == second.shape == (length,)
    np.testing.assert_allclose(first, np.sin(x) * np.cos(x) + y, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(second, np.maximum(x, y))


def test_points_need_not_lie_side_by_side() -> None:
    code = Points(written(lambda x, y: x / y, POINTS, POINTS))
    x = np.arange(1.0, 4 * BLOCK + 1)
    np.testing.assert_array_equal(code.call(x[::-2], x[1::2])[0], x[::-2] / x[1::2])


@pytest.mark.parametrize("threads", [1, 3, 64])
def test_every_block_is_worked_through_once(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "processors", lambda: threads)
    monkeypatch.setattr(compiled, "ALONE", 0)
    monkeypatch.setattr(compiled, "BLOCK", 10)
    for length in (0, 1, 9, 10, 11, 100, 995):
        counts = np.zeros(length, dtype=int)

        def work(blocks: Iterator[slice], counts: Any = counts) -> None:
            for block in blocks:
                assert 0 < block.stop - block.start <= 10
                counts[block] += 1

        share_blocks(work, length)
        np.testing.assert_array_equal(counts, 1)


@pytest.mark.parametrize("threads", [2, 8])
def test_threads_may_share_blocks_again(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that is itself on one of the threads asks them for more, and nobody waits for ever."""
    monkeypatch.setattr(compiled, "processors", lambda: threads)
    monkeypatch.setattr(compiled, "ALONE", 0)
    code = Points(written(lambda x: x + 1.0, POINTS))
    monkeypatch.setattr(compiled, "BLOCK", 1)
    x = np.arange(30.0)
    done: list[int] = []

    def work(blocks: Iterator[slice]) -> None:
        for block in blocks:
            np.testing.assert_array_equal(code.call(x)[0], x + 1.0)
            done.append(block.start)

    thread = threading.Thread(target=lambda: share_blocks(work, 20), daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert sorted(done) == list(range(20))


def test_what_a_thread_raises_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "processors", lambda: 2)
    monkeypatch.setattr(compiled, "ALONE", 0)
    monkeypatch.setattr(compiled, "BLOCK", 1)
    everybody = threading.Barrier(2)

    def work(blocks: Iterator[slice]) -> None:
        everybody.wait(60)
        if threading.current_thread() is not threading.main_thread():
            raise KeyError("on another thread")
        list(blocks)

    with pytest.raises(KeyError, match="on another thread"):
        share_blocks(work, 100)


def test_one_function_on_many_threads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "processors", lambda: 3)
    monkeypatch.setattr(compiled, "ALONE", 0)
    slope = value_and_grad(lambda u, v: np.sin(u * v) + np.where(u > v, u * u, v))
    points = np.random.default_rng(2).normal(size=(8, 2, 2 * BLOCK + 100))
    with ThreadPoolExecutor(8) as pool:  # the first calls compile, all at once
        found = list(pool.map(lambda uv: (slope(*uv), slope(float(uv[0][0]), float(uv[1][0]))), points))
    for uv, (many, one) in zip(points, found, strict=True):
        value, slopes = slope(*uv)
        np.testing.assert_array_equal(many[0], value)
        np.testing.assert_array_equal(many[1], slopes)
        assert one[0] == pytest.approx(value[0], rel=1e-12)
