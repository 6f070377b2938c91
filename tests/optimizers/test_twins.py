"""Every optimizer follows its twin in PyTorch or Optax, step by step, and keeps the same terms.

Overflow and what is no number come with it: they appear at the same steps in the same places.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.autograd.cases import Array
from tests.optimizers.case import FED, FEED, LATE, LATE_START, STARTS, OptimizerCase
from tests.optimizers.cases import CASES
from tests.optimizers.functions import EVERY, descend, feed
from tests.oracle import record_optax, record_torch
from tests.oracle.record_torch import Recording, unpack

RECORDED = unpack(record_torch.TRAJECTORIES_FILE) | unpack(record_optax.OPTAX_FILE)
TWINS = [(case, i) for case, i in EVERY if case.torch or case.optax]
LABELS = [f"{case.name}-{i}" for case, i in TWINS]
FEDS = [(case, i) for case, i in TWINS if case.elementwise]
FED_LABELS = [f"{case.name}-{i}" for case, i in FEDS]


def recorded(case: OptimizerCase, i: int, what: str) -> Recording:
    """What was recorded of one descent or feed."""
    prefix = f"{case.name}/{i}/{what}/"
    return {key.removeprefix(prefix): x for key, x in RECORDED.items() if key.startswith(prefix)}


def at_hand(case: OptimizerCase, i: int, function: str) -> Recording:
    """The same, by the library that is installed."""
    library: Any = pytest.importorskip("torch" if case.torch else "optax")
    if case.torch:
        recorder = record_torch.record_descent if function else record_torch.record_feed
        return recorder(library, case, case.settings[i], *[function][: bool(function)])
    if function:
        return record_optax.record_descent(case, case.settings[i], function)
    return record_optax.record_feed(case, case.settings[i])


def assert_same_way(ours: Any, twin: Array, tolerance: float) -> None:
    """Infinite or no number in the same places; else apart by the tolerance at most, relative to the size."""
    ours = np.array(ours)
    finite = np.isfinite(twin)
    np.testing.assert_array_equal(np.where(np.isfinite(ours), 0.0, ours), np.where(finite, 0.0, twin))
    scale = np.maximum(np.abs(twin[finite]), 1e-3)  # no coordinate is measured against its zero
    assert np.max(np.abs(ours[finite] / scale - twin[finite] / scale), initial=0.0) < tolerance


def assert_same_descent(case: OptimizerCase, i: int, function: str, twin: Recording) -> None:
    positions, state = descend(case.name, case.settings[i], function, case.starts[function])
    assert_same_way(positions, twin["positions"], case.tolerance)
    for key, values in twin.items():
        if key.startswith("state/") and key != "state/step" and i < len(case.valid):
            ours = np.array([term[key.removeprefix("state/")] for term in state])
            np.testing.assert_allclose(ours, values, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("case", "i"), TWINS, ids=LABELS)
def test_a_descent_is_the_twins(case: OptimizerCase, i: int) -> None:
    for function in STARTS:
        twin = recorded(case, i, function)
        assert len(twin["positions"]) > 1
        assert_same_descent(case, i, function, twin)


@pytest.mark.parametrize("name", {case.name: case for case, _ in TWINS})
def test_a_descent_is_that_of_the_twin_at_hand(name: str) -> None:
    for case, i in TWINS:
        for function in STARTS if case.name == name else ():
            assert_same_descent(case, i, function, at_hand(case, i, function))


def assert_same_feed(case: OptimizerCase, i: int, twin: Recording) -> None:
    settings, rows = case.settings[i], list(zip(*FEED.values(), strict=True))
    together, _, steps = feed(case.name, settings, FED, rows)
    assert_same_way(together, twin["fed"], 1e-12)
    assert steps == len(rows)
    for k, column in enumerate(FEED.values()):  # and a number alone goes its way
        alone, _, _ = feed(case.name, settings, FED[k], column)
        assert_same_way(alone, twin["fed"][:, k], 1e-12)
    late, states, steps = feed(case.name, settings, LATE_START, LATE)
    assert_same_way(late, twin["late"], 1e-12)
    assert steps == sum(gradient is not None for gradient in LATE)
    for k, gradient in enumerate(LATE):
        if gradient is None:
            assert late[k] is late[k + 1]
            assert repr(states[k]) == repr(states[k + 1])


@pytest.mark.parametrize(("case", "i"), FEDS, ids=FED_LABELS)
def test_gradients_that_are_zero_infinite_no_number_or_missing(case: OptimizerCase, i: int) -> None:
    assert_same_feed(case, i, recorded(case, i, "feed"))


@pytest.mark.parametrize("name", {case.name: case for case, _ in FEDS})
def test_they_are_those_of_the_twin_at_hand(name: str) -> None:
    for case, i in FEDS:
        if case.name == name:
            assert_same_feed(case, i, at_hand(case, i, ""))


@pytest.mark.parametrize(
    ("case", "i"),
    [(case, i) for case, i in FEDS if case.torch and i < len(case.valid)],
    ids=lambda x: getattr(x, "name", str(x)),
)
def test_the_state_has_torchs_names(case: OptimizerCase, i: int) -> None:
    _, state = descend(case.name, case.valid[i], "quadratic", (1.0, 1.0), steps=2)
    prefix = f"{case.name}/{i}/quadratic/state/"
    twins = {key.removeprefix(prefix) for key in RECORDED if key.startswith(prefix)} - {"step"}
    every = {key.split("/")[-1] for key in RECORDED if key.startswith(f"{case.name}/")}
    assert twins <= set(state[0]) <= every


def test_the_recorded_descents_differ_from_each_other() -> None:
    # Settings that do nothing would be no test of the settings; absurd ones may all be out of bounds at once.
    for case, i in TWINS:
        for j in range(i):
            ways = [
                [RECORDED[f"{case.name}/{k}/{function}/positions"] for k in (i, j)] for function in STARTS
            ]
            differ = [not np.allclose(a, b, rtol=0, atol=1e-4, equal_nan=True) for a, b in ways]
            assert any(differ)
            assert all(differ) or i >= len(case.valid) or not case.elementwise


def test_each_has_three_settings_one_of_them_absurd() -> None:
    for case in CASES:
        assert len(case.settings) >= 3
        assert case.absurd
    # Absurd is what leaves all numbers of reason behind, on one function at least.
    for case, i in TWINS:
        ways = [RECORDED[f"{case.name}/{i}/{function}/positions"] for function in STARTS]
        wild = any(np.any(~np.isfinite(way)) or np.max(np.abs(way)) > 30 for way in ways)
        assert wild or i < len(case.valid)
