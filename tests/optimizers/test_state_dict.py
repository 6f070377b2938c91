"""A state saved in the middle of a descent and loaded into a new optimizer goes on bit for bit."""

from __future__ import annotations

import copy
import io
import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import LBFGS, OPTIMIZERS, SGD, Adam, Optimizer
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


# States that are not an optimizer's own


def saved_by(name: str, settings: Settings, steps: int = 3) -> Any:
    """The state of an optimizer after some steps."""
    optimizer = begun(name, settings, STARTS["floats"])
    closure = closure_of(optimizer, FUNCTIONS["funky"])
    for _ in range(steps):
        optimizer.step(closure)
    return optimizer.state_dict()


def refusal(optimizer: Optimizer, saved: Any) -> str:
    """The line that refuses a state, and nothing has changed."""
    before = repr(optimizer.state_dict())
    with pytest.raises(ValueError, match="must") as error:
        optimizer.load_state_dict(saved)
    assert "\n" not in str(error.value)
    assert repr(optimizer.state_dict()) == before
    return str(error.value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_state_of_an_optimizer_with_other_terms_is_refused(case: OptimizerCase) -> None:
    refused = 0
    own = saved_by(case.name, case.valid[0])
    for other in CASES:
        for settings in other.valid:
            optimizer, saved = begun(case.name, case.valid[0], (0.1, 0.45)), saved_by(other.name, settings)
            if saved.keys() == own.keys() and set(saved["state"][0]) == set(own["state"][0]):
                optimizer.load_state_dict(saved)
            else:
                refused += 1
                line = refusal(optimizer, saved)
                assert line.startswith("state")
                assert type(optimizer).__name__ in line
    assert refused >= len(CASES)


def test_what_is_wrong_is_named() -> None:
    adam, amsgrad = begun("adam", {}, (1.0, 2.0)), begun("adam", {"amsgrad": True}, (1.0, 2.0))
    momenta = "exp_avg, exp_avg_sq"
    assert refusal(adam, saved_by("sgd", {})) == (
        f"state[0] must hold the terms of Adam as it is set: {momenta}; got none"
    )
    assert refusal(amsgrad, saved_by("adam", {})) == (
        f"state[0] must hold the terms of Adam as it is set: {momenta}, max_exp_avg_sq; got {momenta}"
    )
    assert refusal(begun("sgd", {}, (1.0, 2.0)), saved_by("adam", {})) == (
        f"state[0] must hold the terms of SGD as it is set: none; got {momenta}"
    )
    assert refusal(Adam([Tensor(1.0)]), saved_by("adam", {})) == (
        "state must be a list of 1, as this Adam has them, got 2"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_state_from_before_the_first_step_goes_to_everyone(case: OptimizerCase) -> None:
    for settings in case.settings:
        optimizer = begun(case.name, settings, (0.1, 0.45))
        fresh = begun(case.name, case.valid[0], (0.1, 0.45)).state_dict()
        optimizer.load_state_dict(fresh)
        assert optimizer.state_dict() == fresh


def test_a_parameter_that_got_no_gradient_has_no_terms_to_load() -> None:
    u, v = Tensor(1.0), Tensor(2.0)
    adam = Adam([u, v])
    (u * u).backward()
    adam.step()
    other = Adam([Tensor(1.0), Tensor(2.0)])
    other.load_state_dict(adam.state_dict())
    assert (other.steps, other.state[1]) == ([1, 0], {})


WRONG: list[tuple[Any, str]] = [
    (None, "state must be what SGD.state_dict() gives, with state, steps, count, schedule; got NoneType"),
    ({}, "state must be what SGD.state_dict() gives, with state, steps, count, schedule; got none"),
    ({"more": 1}, "state must be what SGD.state_dict() gives"),
    ({"count": ...}, "state must be what SGD.state_dict() gives"),
    ({"state": []}, "state must be a list of 1, as this SGD has them, got 0"),
    ({"state": 3}, "state must be a list of 1, as this SGD has them, got int"),
    ({"state": [3]}, "state[0] must hold the terms of SGD as it is set: none; got int"),
    ({"steps": []}, "steps must be a list of 1, as this SGD has them, got 0"),
    ({"steps": [-1]}, "steps[0] must be a whole number of at least 0, got -1"),
    ({"count": 0.5}, "count must be a whole number of at least 0, got 0.5"),
]


@pytest.mark.parametrize(("change", "line"), WRONG, ids=str)
def test_what_is_no_saved_state_is_refused(change: Any, line: str) -> None:
    optimizer = SGD([Tensor(1.0)])
    saved = optimizer.state_dict() | change if change else change
    if change:
        saved = {key: value for key, value in saved.items() if value is not ...}
    assert re.match(re.escape(line), refusal(optimizer, saved))


def test_a_plateau_does_not_go_on_with_half_its_terms() -> None:
    settings = {"lr": RATES["one that watches the loss"]}
    saved = saved_by("adam", settings)
    del saved["schedule"]["best"]
    line = refusal(begun("adam", settings, (1.0, 2.0)), saved)
    assert line.startswith("schedule must hold the terms of ReduceLROnPlateau: lr, best, ")


@pytest.mark.parametrize("way", WAYS)
def test_evaluations_are_counted_on(way: str) -> None:
    saved = saved_by("lbfgs", {"lr": 0.01})
    optimizer = begun("lbfgs", {"lr": 0.01}, (0.1, 0.45))
    assert isinstance(optimizer, LBFGS)
    optimizer.load_state_dict(WAYS[way](saved))
    assert optimizer.evaluations == saved["evaluations"] > 3
    assert type(optimizer.evaluations) is int
    closure = closure_of(optimizer, FUNCTIONS["funky"])
    optimizer.step(closure)
    assert optimizer.evaluations > saved["evaluations"]
    assert refusal(optimizer, saved | {"evaluations": -1}).startswith("evaluations must be a whole number")


# States of other shapes: of one parameter, by what is read and by what it was saved from.
SHAPES: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
    ((2,), (2, 2)), ((), (2,)), ((2,), ()), ((3,), (2,)), ((1,), (2,)), ((1,), ()), ((2, 1), (2,)),
    ((2, 3), (3, 2)),
]  # fmt: skip


def saved_from(case: OptimizerCase, settings: Settings, shape: tuple[int, ...]) -> Any:
    """The state after some steps of one parameter of a shape."""
    x = Tensor(np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape) if shape else 0.5)
    optimizer = OPTIMIZERS[case.name]([x], **settings)
    for _ in range(3):
        optimizer.step(closure_of(optimizer, lambda x: np.sum(x**4)))
    return optimizer.state_dict()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_state_of_a_parameter_of_another_shape_is_refused(case: OptimizerCase) -> None:
    settings = case.valid[-1]
    for given, own in SHAPES:
        x = Tensor(np.ones(own) if own else 1.0)
        optimizer, saved = OPTIMIZERS[case.name]([x], **settings), saved_from(case, settings, given)
        # Those of the whole vector see one vector.
        same = not case.elementwise and np.prod(given) == np.prod(own)
        if same or not saved["state"][0]:
            optimizer.load_state_dict(saved)
            continue
        line = refusal(optimizer, saved)
        assert re.match(r"state\[0\]\['\w+'\] must have the shape ", line), (given, own)
        assert "got the shape (" in line


def test_a_wrong_shape_is_named() -> None:
    saved = saved_from(CASES[0], {"momentum": 0.9}, (2,))
    for own, line in (
        (np.ones((2, 2)), "state[0]['momentum_buffer'] must have the shape (2, 2); got the shape (2,)"),
        (1.0, "state[0]['momentum_buffer'] must have the shape (); got the shape (2,)"),
    ):
        assert refusal(SGD([Tensor(own)], momentum=0.9), saved) == line


def test_each_pair_of_lbfgs_is_looked_at() -> None:
    settings = {"line_search_fn": "strong_wolfe", "max_iter": 2}
    lbfgs = LBFGS([Tensor([1.0, 2.0])], **settings)
    for _ in range(3):
        lbfgs.step(closure_of(lbfgs, lambda x: np.sum(x**4)))
    for key in ("old_dirs", "old_stps"):
        saved = lbfgs.state_dict()
        saved["state"][0][key] = (*saved["state"][0][key][:-1], np.ones(3))
        line = refusal(LBFGS([Tensor([1.0, 2.0])], **settings), saved)
        assert (
            line == f"state[0]['{key}'] must have the shape (2,) for each of its arrays; got the shape (3,)"
        )
    saved = lbfgs.state_dict()
    saved["state"][0]["ro"] = saved["state"][0]["ro"][1:]
    assert refusal(LBFGS([Tensor([1.0, 2.0])], **settings), saved).startswith(
        "state[0] must hold as many of "
    )


def test_what_is_no_number_is_refused() -> None:
    wrong: Any
    for wrong in ("fast", None, [[1.0], [1.0, 2.0]], np.array(["a", "b"]), {}):
        saved = saved_from(CASES[0], {"momentum": 0.9}, (2,))
        saved["state"][0]["momentum_buffer"] = wrong
        assert "'momentum_buffer'] must have the shape (2,); got the type " in refusal(
            SGD([Tensor([1.0, 2.0])], momentum=0.9), saved
        )


def test_a_plateau_of_many_starts_is_not_for_a_few() -> None:
    plateau = RATES["one that watches the loss"]
    saved = SGD([Tensor(np.ones(3))], lr=plateau).state_dict()
    saved["schedule"]["lr"] = np.ones(3)
    SGD([Tensor(np.ones(3))], lr=plateau).load_state_dict(saved)
    assert refusal(SGD([Tensor(np.ones(2))], lr=plateau), saved) == (
        "schedule['lr'] must fit a parameter of the shape (2,); got the shape (3,)"
    )


def test_arrays_of_hyperparameters_have_terms_of_their_shape() -> None:
    def begun() -> Adam:
        return Adam(
            [Tensor(np.ones(3))], lr=np.array([0.1, 0.2, 0.3]), betas=(np.array([0.5, 0.6, 0.7]), 0.9)
        )

    adam = begun()
    adam.step(closure_of(adam, lambda x: np.sum(x**2)))
    begun().load_state_dict(adam.state_dict())
