"""Products and moves of long vectors: as numpy's, with machine code and without, on several threads."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from autograd import machine_code
from autograd.compiling import ALONE
from optimizers import sweep
from tests.autograd.cases import Array

LENGTHS = (0, 1, 2, 1000, ALONE, ALONE + 1, 5 * ALONE + 3)


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
    for name in ("_DOT", "_MOVE"):
        monkeypatch.setattr(sweep, name, sweep.Sweep(getattr(sweep, name)._loop))
    return str(request.param)


def vectors(length: int) -> tuple[Array, Array, Array]:
    x, y, z = np.random.default_rng(length).normal(size=(3, length))
    return x, y, z


@pytest.mark.parametrize("length", LENGTHS)
def test_products_and_moves(length: int, way: str) -> None:
    x, y, z = vectors(length)
    exact = float(np.sum(x.astype(np.longdouble) * y))
    assert sweep.dot(x, y) == pytest.approx(exact, rel=1e-12, abs=1e-12 * length)
    moved = x + 0.3 * y
    product = sweep.move(x, 0.3, y, z)
    np.testing.assert_array_equal(x, moved)
    exact = float(np.sum(moved.astype(np.longdouble) * z))
    assert product == pytest.approx(exact, rel=1e-12, abs=1e-12 * length)
    product = sweep.move(x, 0.3, y, z, 0.7)
    np.testing.assert_array_equal(x, 0.7 * moved + 0.3 * y)
    assert product == pytest.approx(float(x @ z), rel=1e-12, abs=1e-12 * length)
    assert (sweep._MOVE.run([x, y, z], (0.0, 1.0)) is not None) is (way != "numpy" and length >= ALONE)


@pytest.mark.parametrize("numbers", [(np.inf, 1.0), (np.inf, -np.inf), (1.7e308, 1.7e308), (np.nan, 1.0)])
def test_what_is_not_finite_is_seen(numbers: tuple[float, float], way: str) -> None:  # noqa: ARG001
    x, y = np.zeros(2 * ALONE), np.ones(2 * ALONE)
    x[0], x[-1] = numbers
    with np.errstate(all="ignore"):
        expected = numbers[0] + numbers[1]
        np.testing.assert_equal(sweep.dot(x, y), expected)
        np.testing.assert_equal(sweep.move(x, 1.0, np.zeros_like(x), y), expected)


def test_sums_do_not_depend_on_who_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "LONG", 0)
    x, y, z = vectors(5 * ALONE + 3)
    found = set()
    for threads in (1, 2, 3, 7):
        monkeypatch.setattr(machine_code, "processors", lambda threads=threads: threads)
        machine_code.team.cache_clear()
        for _ in range(3):
            moved = x.copy()
            found.add((sweep.dot(x, y), sweep.move(moved, 0.3, y, z), moved.tobytes()))
    machine_code.team.cache_clear()
    assert len(found) == 1


def test_what_is_no_plain_array_is_numpys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "LONG", 0)
    x, y, _ = vectors(1000)
    assert sweep.dot(x[::2], y[::2]) == float(x[::2] @ y[::2])
    assert sweep.dot(x, y.astype(np.float32)) == float(x @ y.astype(np.float32))
