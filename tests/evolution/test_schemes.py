"""Schemes, on a toy: what they minimise, and that they are told the same twice."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from evolution import EvolutionError
from evolution.schemes import SCHEMES


def toy(agents: Any) -> Any:
    """An ellipsoid around 1/2, log10."""
    return np.log10(((agents - 0.5) ** 2 * [1, 4, 16, 64]).sum(axis=1) + 1e-12)


@pytest.mark.parametrize(("name", "least"), [("cma", -6), ("generational", -3)])
def test_a_scheme_improves(name: str, least: float) -> None:
    for seed in range(3):
        scheme = SCHEMES[name](4, 20, seed)
        first = toy(scheme.best[None])[0]
        for _ in range(120):
            agents = scheme.ask()
            assert agents.shape == (20, 4)
            scheme.tell(agents, toy(agents))
        assert first > 1 > least > toy(scheme.best[None])[0]


@pytest.mark.parametrize("name", SCHEMES)
def test_who_is_told_the_same_asks_the_same(name: str) -> None:
    state = np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
    one, other = (SCHEMES[name](4, 6, 9) for _ in range(2))
    for _ in range(30):
        agents = one.ask()
        assert np.array_equal(agents, other.ask())
        for scheme in (one, other):
            scheme.tell(agents, toy(agents))
    assert np.array_equal(one.best, other.best)
    assert not np.array_equal(one.ask(), SCHEMES[name](4, 6, 10).ask())
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index] # noqa: NPY002


def test_threads_of_linear_algebra_change_nothing() -> None:
    threads = pytest.importorskip("threadpoolctl")

    def bred(count: int) -> Any:
        with threads.threadpool_limits(count):
            scheme = SCHEMES["cma"](114, 64, 0)
            for _ in range(12):
                agents = scheme.ask()
                scheme.tell(agents, (agents**2).sum(axis=1))
            return scheme.best.tolist()

    assert bred(1) == bred(2)


def test_a_lucky_agent_does_not_stay_the_best() -> None:
    scheme = SCHEMES["generational"](4, 6, 0)
    agents = scheme.ask()
    scheme.tell(agents, np.array([0.0, 0, 0, -9, 0, 0]))
    again = scheme.ask()
    assert np.array_equal(again[0], agents[3])
    scheme.tell(again, np.array([5.0, 0, 0, 0, 0, -1]))
    assert np.array_equal(scheme.best, again[5])


def test_without_the_library_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cma", None)
    with pytest.raises(
        EvolutionError, match=r"needs a library: uv pip install 'optimizer-race\[evolution\]'$"
    ):
        SCHEMES["cma"](4, 6, 0)
