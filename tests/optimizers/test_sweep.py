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
        monkeypatch.setattr(machine_code, "processors", lambda: 1 if request.param == "one thread" else 3)
        machine_code.team.cache_clear()
    monkeypatch.setattr(sweep, "PAYS", 0)
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
    assert (sweep._MOVE._code is not None) is (way != "numpy" and length > ALONE)


def test_what_is_not_finite_is_seen(way: str) -> None:  # noqa: ARG001  (a fixture)
    x, y, z = vectors(2 * ALONE)
    x[-1] = np.inf
    assert sweep.dot(x, np.abs(y)) == np.inf
    x[5] = np.nan
    assert np.isnan(sweep.dot(x, y))
    assert np.isnan(sweep.move(x, 1.0, y, z))


def test_machine_code_is_made_when_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, _ = vectors(2 * ALONE)
    monkeypatch.setattr(sweep, "PAYS", 4 * x.size)
    swept = sweep.Sweep(sweep._DOT._loop)
    assert [swept.run([x, y], ()) is None for _ in range(5)] == [True, True, True, False, False]
