"""A state saved in the middle of a descent and loaded into a new optimizer goes on bit for bit."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import OPTIMIZERS, Optimizer
from optimizers.schedules import Cosine, ReduceLROnPlateau
from tests.autograd.cases import Array
from tests.optimizers.case import OptimizerCase, Settings
from tests.optimizers.cases import CASES
from tests.optimizers.closures import closure_of
from tests.optimizers.functions import EVERY, EVERY_LABELS, FUNCTIONS

STARTS: dict[str, Any] = {
    "floats": (0.1, 0.45),
    "arrays": np.array([[0.1, 0.3, 0.9, 1.1], [0.45, 0.2, 0.8, 0.05]]),
}
RATES: dict[str, Any] = {
    "a function of the step": Cosine(start=0.02, steps=15),
    "one that watches the loss": ReduceLROnPlateau(start=0.02, patience=0, cooldown=1, threshold=0.01),
}
HALF = 8


def begun(name: str, settings: Settings, start: Any) -> Optimizer:
    return OPTIMIZERS[name]([Tensor(start[0]), Tensor(start[1])], **settings)


def go_on(optimizer: Optimizer) -> Array:
    """The positions of some steps."""
    closure = closure_of(optimizer, lambda *point: np.sum(FUNCTIONS["funky"](*point)))
    positions = []
    for _ in range(HALF):
        optimizer.step(closure)
        positions.append([param.data for param in optimizer.params])
    return np.array(positions)


def assert_goes_on(name: str, settings: Settings, start: Any) -> None:
    """Half a descent and its other half, by an optimizer that is given the first one's state, are a whole."""
    whole = begun(name, settings, start)
    middle = go_on(whole)[-1]
    saved = whole.state_dict()
    before = copy.deepcopy(saved)
    expected = go_on(whole)
    assert repr(saved) == repr(before)  # it is a copy
    resumed = begun(name, settings, middle)
    resumed.load_state_dict(saved)
    np.testing.assert_array_equal(go_on(resumed), expected)
    assert repr(resumed.state_dict()) == repr(whole.state_dict())


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(("case", "i"), EVERY, ids=EVERY_LABELS)
def test_a_descent_goes_on_from_its_saved_state(case: OptimizerCase, i: int, start: str) -> None:
    assert_goes_on(case.name, case.settings[i], STARTS[start])


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_so_does_its_learning_rate(case: OptimizerCase, start: str, rate: str) -> None:
    assert_goes_on(case.name, {"lr": RATES[rate]}, STARTS[start])
