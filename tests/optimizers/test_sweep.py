"""Products and moves of long vectors: as numpy's, with machine code and without, on several threads."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from autograd import machine_code
from autograd.compiling import ALONE
from optimizers import sweep
from tests.autograd.cases import Array

LENGTHS = (0, 1, 2, 1000, ALONE, ALONE + 1, 5 * ALONE + 3)
_WITH, _WITHOUT = sweep.Sweep(sweep._move), sweep.Sweep(sweep._move)  # numba, which compiles but once


@pytest.fixture(params=["numpy", "one thread", "three threads"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who does the work, where there is enough of it."""
    if request.param == "numpy":
        monkeypatch.setitem(sys.modules, "numba", None)
    else:
        pytest.importorskip("numba")
        monkeypatch.setattr(machine_code, "processors", lambda: 1 if request.param == "one thread" else 3)
        machine_code.team.cache_clear()
    monkeypatch.setattr(sweep, "LONG", ALONE)
    monkeypatch.setattr(sweep, "_MOVE", _WITHOUT if request.param == "numpy" else _WITH)
    return str(request.param)


def vectors(length: int, count: int = 3) -> list[Array]:
    return list(np.random.default_rng(length).normal(size=(count, length)))


def exact(x: Array, y: Array) -> Any:
    """Their product, to all digits."""
    length = max(1, len(x))
    return pytest.approx(float(np.sum(x.astype(np.longdouble) * y)), rel=1e-12, abs=1e-12 * length)


@pytest.mark.parametrize("length", LENGTHS)
def test_products(length: int, way: str) -> None:
    vector, *others = vectors(length, 7)
    before = vector.copy()
    for count in range(7):
        found = sweep.dots(vector, others[:count])
        assert found == [exact(vector, other) for other in others[:count]]
    np.testing.assert_array_equal(vector, before)
    assert (sweep._MOVE.run([vector, vector], (0, 0, 0, 1.0), 0) is not None) is (
        way != "numpy" and length >= ALONE
    )


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("directions", "others"), [(0, 1), (1, 0), (1, 1), (3, 5), (4, 4), (5, 1), (9, 2)])
@pytest.mark.parametrize("scale", [1.0, -0.7])
def test_moves_and_what_they_are_multiplied_with(
    length: int, directions: int, others: int, scale: float, way: str
) -> None:
    vector, *rest = vectors(length, 1 + directions + others)
    factors = list(np.linspace(-1.0, 2.0, directions))
    expected = scale * vector
    for factor, direction in zip(factors, rest[:directions], strict=True):
        expected = expected + factor * direction
    before, out = vector.copy(), np.full(length, np.nan)
    products = sweep.move(vector, factors, rest[:directions], [*rest[directions:], out], scale, out)
    np.testing.assert_array_equal(vector, before)
    np.testing.assert_allclose(out, expected, rtol=0, atol=0 if way == "numpy" else 1e-14)
    assert products == [exact(out, other) for other in (*rest[directions:], out)]
    again = sweep.move(vector, factors, rest[:directions], rest[directions:], scale)
    np.testing.assert_array_equal(vector, out)
    assert again == [exact(out, other) for other in rest[directions:]]
    if directions:
        moved = sweep.moved(before, factors[0], rest[0])
        np.testing.assert_array_equal(moved, before + factors[0] * rest[0])


@pytest.mark.parametrize("numbers", [(np.inf, 1.0), (np.inf, -np.inf), (1.7e308, 1.7e308), (np.nan, 1.0)])
def test_what_is_not_finite_is_seen(numbers: tuple[float, float], way: str) -> None:  # noqa: ARG001
    x, y = np.zeros(2 * ALONE), np.ones(2 * ALONE)
    x[0], x[-1] = numbers
    with np.errstate(all="ignore"):
        expected = numbers[0] + numbers[1]
        np.testing.assert_equal(sweep.dots(x, [y]), [expected])
        np.testing.assert_equal(sweep.move(x, [1.0] * 5, [np.zeros_like(x)] * 5, [y]), [expected])


def test_sums_do_not_depend_on_who_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "LONG", 0)
    x, *others = vectors(5 * ALONE + 3, 6)
    found = set()
    for threads in (1, 2, 3, 7):
        monkeypatch.setattr(machine_code, "processors", lambda threads=threads: threads)
        machine_code.team.cache_clear()
        for _ in range(3):
            moved = x.copy()
            products = sweep.move(moved, [0.3] * 5, others, others)
            found.add((*sweep.dots(x, others), *products, moved.tobytes()))
    machine_code.team.cache_clear()
    assert len(found) == 1


def test_what_is_no_plain_array_is_numpys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "LONG", 0)
    x, y, _ = vectors(1000)
    assert sweep.dots(x[::2], [y[::2]]) == [float(x[::2] @ y[::2])]
    assert sweep.dots(x, [y.astype(np.float32)]) == [float(x @ y.astype(np.float32))]
