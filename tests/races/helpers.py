"""Races that several tests run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

import races.run_loops
from races import RaceSpec, Trace
from races.many_runs import Watch
from races.step_program import StepCode

RACER = '[[racer]]\noptimizer = "sgd"\n'
ARRAYS = ("positions", "losses", "gradients", "status", "evaluations")

# The design's default race.
DEFAULT: tuple[dict[str, Any], ...] = (
    {"optimizer": "sgd", "lr": 0.005},
    {"optimizer": "momentum", "lr": 0.005, "momentum": 0.9},
    {"optimizer": "rmsprop", "lr": 0.01, "alpha": 0.9, "eps": 1e-8},
    {"optimizer": "adam", "lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8},
)


def race(**fields: Any) -> RaceSpec:
    """A race of SGD with a learning rate of 0.1 on the bowl, but for the given fields."""
    values: dict[str, Any] = {"surface": "slope", "racers": [{"optimizer": "sgd", "lr": 0.1}]}
    return RaceSpec(**(values | fields))


def in_python(code: StepCode, watch: type[Watch]) -> Callable[..., None]:
    """The loop that is compiled for these steps, as it stands in its file."""
    space = vars(races.run_loops) | races.run_loops.names(code, watch)
    return FunctionType(races.run_loops.steps_of_runs.__code__, space)


def assert_same_trace(a: Trace, b: Trace) -> None:
    """The same race and the same numbers, bit for bit."""
    assert a.spec == b.spec
    for name in ARRAYS:
        ours, theirs = getattr(a, name), getattr(b, name)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    assert (a.rates is None) == (b.rates is None) == (a.spec.record != "state")
    if a.rates is not None and a.states is not None and b.states is not None:
        np.testing.assert_array_equal(a.rates, b.rates)
        assert [list(state) for state in a.states] == [list(state) for state in b.states]
        for of_a, of_b in zip(a.states, b.states, strict=True):
            for name, term in of_a.items():
                np.testing.assert_array_equal(term, of_b[name])


def written(path: Path, text: str | bytes) -> Path:
    """The file, once it holds `text`."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def top(line: str) -> str:
    """A race with one more line at its top."""
    return f'surface = "funky"\n{line}\n{RACER}'
