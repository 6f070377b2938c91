"""Every optimizer follows its twin in torch.optim, step by step, and keeps the same terms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.optimizers.case import STARTS, OptimizerCase
from tests.optimizers.functions import RUNS, descend
from tests.oracle.record_torch import TRAJECTORIES_FILE, Recording, record_descent, unpack

RECORDED = unpack(TRAJECTORIES_FILE)
TWINS = [(case, i) for case, i in RUNS if case.torch]
LABELS = [f"{case.name}-{i}" for case, i in TWINS]


def assert_same_descent(case: OptimizerCase, i: int, function: str, twin: Recording) -> None:
    positions, state = descend(case.name, case.valid[i], function, STARTS[function])
    scale = np.maximum(np.abs(twin["positions"]), 1e-3)  # no coordinate is measured against its zero
    assert np.max(np.abs(positions - twin["positions"]) / scale) < case.tolerance
    for key, values in twin.items():
        if key.startswith("state/") and key != "state/step":
            ours = np.array([term[key.removeprefix("state/")] for term in state])
            np.testing.assert_allclose(ours, values, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("function", STARTS)
@pytest.mark.parametrize(("case", "i"), TWINS, ids=LABELS)
def test_a_descent_is_torchs(case: OptimizerCase, i: int, function: str) -> None:
    prefix = f"{case.name}/{i}/{function}/"
    twin = {key.removeprefix(prefix): x for key, x in RECORDED.items() if key.startswith(prefix)}
    assert len(twin["positions"]) > 1
    assert_same_descent(case, i, function, twin)


@pytest.mark.parametrize("function", STARTS)
@pytest.mark.parametrize(("case", "i"), TWINS, ids=LABELS)
def test_a_descent_is_that_of_the_torch_at_hand(case: OptimizerCase, i: int, function: str) -> None:
    torch: Any = pytest.importorskip("torch")
    assert_same_descent(case, i, function, record_descent(torch, case, case.valid[i], function))


@pytest.mark.parametrize(("case", "i"), TWINS, ids=LABELS)
def test_the_state_has_torchs_names(case: OptimizerCase, i: int) -> None:
    _, state = descend(case.name, case.valid[i], "quadratic", (1.0, 1.0), steps=2)
    prefix = f"{case.name}/{i}/quadratic/state/"
    twins = {key.removeprefix(prefix) for key in RECORDED if key.startswith(prefix)} - {"step"}
    every = {key.split("/")[-1] for key in RECORDED if key.startswith(f"{case.name}/")}
    assert twins <= set(state[0]) <= every


@pytest.mark.parametrize("function", STARTS)
def test_the_recorded_descents_differ_from_each_other(function: str) -> None:
    # Settings that do nothing would be no test of the settings.
    for case, i in TWINS:
        for j in range(i):
            a, b = (RECORDED[f"{case.name}/{k}/{function}/positions"] for k in (i, j))
            assert np.max(np.abs(a - b)) > 1e-4
