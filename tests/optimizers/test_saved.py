"""A state saved in the middle of a descent and loaded into a new optimizer goes on bit for bit."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
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


def in_arrays(saved: Any) -> Any:
    """What has been written to an npz file, and read from it: all numbers are arrays."""
    leaves: list[Any] = []

    def take(part: Any) -> Any:
        """The same with leaves for numbers, each as a function of what has been read."""
        if isinstance(part, dict):
            return {key: take(value) for key, value in part.items()}
        if isinstance(part, list | tuple):
            return type(part)(map(take, part))
        leaves.append(part)
        return Leaf(len(leaves) - 1)

    def give(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: give(value) for key, value in part.items()}
        if isinstance(part, list | tuple):
            return type(part)(map(give, part))
        return read[f"arr_{part.number}"]

    form, file = take(saved), io.BytesIO()
    np.savez(file, *leaves)
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        read = dict(arrays)
    return give(form)


@dataclass
class Leaf:
    """The place of a number."""

    number: int


# Ways on which a state may have come.
WAYS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda saved: saved,
    "pickle": lambda saved: pickle.loads(pickle.dumps(saved)),  # noqa: S301
    "npz": in_arrays,
}


def assert_goes_on(name: str, settings: Settings, start: Any, way: str = "as it is") -> None:
    """Half a descent and its other half, by an optimizer that is given the first one's state, are a whole."""
    whole = begun(name, settings, start)
    middle = go_on(whole)[-1]
    saved = whole.state_dict()
    before = copy.deepcopy(saved)
    expected = go_on(whole)
    assert repr(saved) == repr(before)  # it is a copy
    resumed = begun(name, settings, middle)
    resumed.load_state_dict(WAYS[way](saved))
    np.testing.assert_array_equal(go_on(resumed), expected)
    if way != "npz":
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


@pytest.mark.parametrize("way", ["pickle", "npz"])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_so_do_both_from_a_file(case: OptimizerCase, start: str, way: str) -> None:
    settings = case.valid[-1] | {"lr": RATES["one that watches the loss"]}
    assert_goes_on(case.name, settings, STARTS[start], way)
