"""Parameter groups and `maximize`, as torch.optim has them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from networks import MLP, TrainingStep, losses
from optimizers import LBFGS, OPTIMIZERS, SGD, Adam, ElementwiseOptimizer, Newton, Optimizer
from optimizers.schedules import Exponential, ReduceLROnPlateau
from tests.autograd.cases import Array
from tests.optimizers.case import GROUP_STEPS, STARTS, OptimizerCase, groups_of
from tests.optimizers.cases import CASES
from tests.optimizers.closures import closure_of, values
from tests.optimizers.functions import FUNCTIONS
from tests.optimizers.test_twins import RECORDED, assert_same_way
from tests.oracle.record_torch import record_groups
from tests.races.helpers import race

ELEMENTWISE = [case for case in CASES if case.elementwise]
WITH_TORCH = [case for case in ELEMENTWISE if case.torch]
elementwise = pytest.mark.parametrize("case", ELEMENTWISE, ids=lambda case: case.name)
with_torch = pytest.mark.parametrize("case", WITH_TORCH, ids=lambda case: case.name)


def descend(case: OptimizerCase, start: Any) -> Array:
    """The positions of the descent that `record_groups` has."""
    optimizer = OPTIMIZERS[case.name](groups_of(case, *map(Tensor, start)), maximize=True)
    closure = closure_of(optimizer, lambda *point: np.sum(FUNCTIONS["funky"](*point)))
    positions = [values(optimizer)]
    for _ in range(GROUP_STEPS):
        optimizer.step(closure)
        positions.append(values(optimizer))
    return np.array(positions)


# As PyTorch


@with_torch
def test_groups_one_of_which_climbs_go_the_twins_way(case: OptimizerCase) -> None:
    twin = RECORDED[f"{case.name}/groups/positions"]
    assert_same_way(descend(case, STARTS["funky"]), twin, 1e-10)
    both = descend(case, [[x, x] for x in STARTS["funky"]])
    assert_same_way(both[..., 1], twin, 1e-10)


@with_torch
def test_and_that_of_the_twin_at_hand(case: OptimizerCase) -> None:
    twin = record_groups(pytest.importorskip("torch"), case)
    assert_same_way(descend(case, STARTS["funky"]), twin["positions"], 1e-10)


@elementwise
@pytest.mark.parametrize("start", [1.5, [1.5, -0.5]], ids=["float", "array"])
def test_to_climb_is_to_descend_the_negative(case: OptimizerCase, start: Any) -> None:
    for settings in case.valid:
        x, y = Tensor(start), Tensor(start)
        climber = OPTIMIZERS[case.name]([x], **settings, maximize=True)
        descender = OPTIMIZERS[case.name]([y], **settings)
        for _ in range(5):
            climber.step(closure_of(climber, lambda x: np.sum(np.cos(x))))
            descender.step(closure_of(descender, lambda y: -np.sum(np.cos(y))))
        np.testing.assert_array_equal(x.data, y.data)


@elementwise
def test_each_group_goes_as_an_optimizer_of_its_own(case: OptimizerCase) -> None:
    together = descend(case, STARTS["funky"])
    params = [Tensor(x) for x in STARTS["funky"]]
    of_u, of_v = groups_of(case, *params)
    kind = OPTIMIZERS[case.name]
    apart = [kind(**{**of_u, "params": params[:1]}), kind(**{**of_v, "params": params[1:], "maximize": True})]
    for k in range(GROUP_STEPS):
        loss = FUNCTIONS["funky"](*params)
        for parameter in params:
            parameter.grad = None
        loss.backward()
        for optimizer in apart:
            optimizer.step()
        np.testing.assert_array_equal([x.data for x in params], together[k + 1])


# Settings


def grouped(**settings: Any) -> Any:
    """An Adam of two groups, and a third that is added."""
    adam = Adam([{"params": [Tensor(1.0)], "lr": 0.5}, {"params": Tensor([1.0, 2.0])}], **settings)
    adam.add_param_group({"params": [Tensor(3.0), Tensor(4.0)], "betas": (0.5, 0.5), "maximize": True})
    return adam


def test_a_group_has_the_others_settings_unless_it_has_its_own() -> None:
    adam = grouped(lr=0.25, eps=0.125)
    usual = {"lr": 0.25, "betas": (0.9, 0.999), "eps": 0.125, "weight_decay": 0.0, "amsgrad": False}
    found = [{key: x for key, x in group.items() if key != "params"} for group in adam.param_groups]
    assert found[0] == usual | {"lr": 0.5, "maximize": False}
    assert found[1] == usual | {"maximize": False}
    assert found[2] == usual | {"betas": (0.5, 0.5), "maximize": True}
    assert [x for group in adam.param_groups for x in group["params"]] == adam.params
    assert (len(adam.params), len(adam.state), adam.steps) == (4, 4, [0, 0, 0, 0])


def test_what_is_set_in_a_group_counts_from_the_next_step_on() -> None:
    x, y = Tensor(0.0), Tensor(0.0)
    sgd = SGD([{"params": [x]}, {"params": [y]}], lr=1.0)
    for lr, climbs in ((1.0, False), (0.5, False), (0.25, True)):
        sgd.param_groups[1]["lr"], sgd.param_groups[1]["maximize"] = lr, climbs
        x.grad = y.grad = -1.0
        sgd.step()
    assert (x.data, y.data) == (3.0, 1.0 + 0.5 - 0.25)


def test_groups_have_schedules_of_their_own() -> None:
    x, y, z = (Tensor(0.0) for _ in range(3))
    plateau = ReduceLROnPlateau(1.0, factor=0.5, patience=0)
    groups: Any = [
        {"params": [x]},
        {"params": [y], "lr": plateau},
        {"params": [z], "lr": Exponential(1.0, 0.5)},
    ]
    sgd = SGD(groups, lr=1.0)
    for _ in range(4):
        x.grad = y.grad = z.grad = -1.0
        sgd.step(lambda: 1.0)
    assert (x.data, y.data, z.data) == (4.0, 1 + 1 + 0.5 + 0.25, 1 + 0.5 + 0.25 + 0.125)
    x.grad = y.grad = z.grad = -1.0
    with pytest.raises(TypeError, match="ReduceLROnPlateau watches the loss"):
        sgd.step()
    assert (x.data, sgd.steps, sgd.count) == (4.0, [4, 4, 4], 4)


def test_several_groups_have_no_hyperparameter_in_common() -> None:
    adam = grouped()
    uses: list[Callable[[], Any]] = [
        lambda: adam.lr,
        lambda: adam.rate,
        lambda: adam.hyperparameters,
        lambda: setattr(adam, "lr", 0.5),
    ]
    for use in uses:
        with pytest.raises(AttributeError, match=r"^this Adam has 3 groups of parameters: .* param_groups$"):
            use()


W = Tensor(1.0)
REFUSED: list[tuple[Any, type[Exception], str]] = [
    ([{"params": [W], "lrr": 1}], ValueError, r"^param_groups\[0\]: unknown key 'lrr'; did you mean 'lr'"),
    ([{"params": [Tensor(1.0)]}, {"params": [W], "lr": -1}], ValueError, r"^param_groups\[1\]: lr must be "),
    ([{"params": [W], "maximize": 1}], ValueError, r"^param_groups\[0\]: maximize must be true or false"),
    ([{"params": [W]}, {"params": [W]}], ValueError, r"^param_groups\[1\] .* is in param_groups\[0\]$"),
    ([{"params": [W, W]}], ValueError, r'^param_groups\[0\]\["params"\] must differ, got one Tensor twice'),
    ([{"lr": 0.1}], TypeError, r"^param_groups\[0\] must be a dictionary with \"params\", got \{"),
    ([{"params": [W]}, W], TypeError, r"^param_groups\[1\] must be a dictionary with \"params\", got Tensor"),
    ([{"params": [1.0]}], TypeError, r'^param_groups\[0\]\["params"\] must be a list of Tensors'),
]  # fmt: skip


@pytest.mark.parametrize(("params", "kind", "line"), REFUSED, ids=str)
def test_what_is_no_group_is_refused_in_one_line(params: Any, kind: type[Exception], line: str) -> None:
    with pytest.raises(kind, match=line) as error:
        Adam(params)
    assert "\n" not in str(error.value)


def test_what_is_refused_when_it_is_set_changes_nothing() -> None:
    adam = grouped()
    group, before = adam.param_groups[0], dict(adam.param_groups[0])
    for key, value in (("lr", -1), ("maximize", None), ("learning_rate", 1.0), ("params", [])):
        with pytest.raises(ValueError, match=key):
            group[key] = value
    with pytest.raises(ValueError, match=r"param_groups\[3\]"):
        adam.add_param_group({"params": [adam.params[2]]})
    assert (dict(group), len(adam.param_groups), len(adam.state)) == (before, 3, 4)


@pytest.mark.parametrize("kind", [LBFGS, Newton])
def test_optimizers_of_the_whole_vector_have_one_group(kind: Any) -> None:
    optimizer = kind([{"params": [Tensor(1.0), Tensor([2.0])], "lr": 0.5}])
    assert optimizer.lr == 0.5
    optimizer.step(closure_of(optimizer, lambda x, y: x**2 + np.sum(y**2)))
    with pytest.raises(
        ValueError, match=rf"^param_groups\[1\]: {kind.__name__} moves all parameters together"
    ):
        optimizer.add_param_group({"params": [Tensor(1.0)]})
    with pytest.raises(TypeError, match="maximize"):
        kind([Tensor(1.0)], maximize=True)


def test_a_rule_may_have_a_maximize_of_its_own() -> None:
    class Own(ElementwiseOptimizer):
        @staticmethod
        def rule(gradient: Any, parameter: Any, state: Any, step: int, *, maximize: float = 2.0) -> Any:  # noqa: ARG004
            return parameter + maximize * gradient, {}

    x = Tensor(0.0)
    own = Own([x], maximize=3.0)
    x.grad = 1.0
    own.step()
    assert (x.data, own.hyperparameters, Own.defaults()) == (3.0, {"maximize": 3.0}, {"maximize": 2.0})


def test_race_toml_does_not_take_maximize() -> None:
    with pytest.raises(
        ValueError, match="unknown key 'maximize'; allowed: optimizer, name, colour, caption, lr"
    ):
        race(racers=[{"optimizer": "adam", "maximize": True}])


# Copies and saved states


def step(optimizer: Optimizer) -> None:
    for parameter in optimizer.params:
        parameter.grad = 2.0 * parameter.data
    optimizer.step(lambda: 1.0)


@pytest.mark.parametrize("transport", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])  # noqa: S301
def test_groups_are_copied_with_what_has_been_set(transport: Callable[[Any], Any]) -> None:
    adam = grouped(lr=ReduceLROnPlateau(0.5, patience=0))
    step(adam)
    adam.param_groups[1]["eps"] = 0.5
    twin = transport(adam)
    for _ in range(3):
        step(adam)
        step(twin)
    for x, y in zip(adam.params, twin.params, strict=True):
        np.testing.assert_array_equal(x.data, y.data)


def test_a_saved_state_goes_on_with_each_groups_schedule() -> None:
    whole, resumed = (
        grouped(lr=ReduceLROnPlateau(0.5, patience=0)),
        grouped(lr=ReduceLROnPlateau(0.5, patience=0)),
    )
    for _ in range(3):
        step(whole)
    saved = whole.state_dict()
    assert [list(terms) for terms in saved["schedule"]] == [
        [],
        *[["lr", "best", "num_bad_epochs", "cooldown_counter"]] * 2,
    ]
    for x, y in zip(resumed.params, whole.params, strict=True):
        x.data = y.data
    resumed.load_state_dict(saved)
    for _ in range(3):
        step(whole)
        step(resumed)
    for x, y in zip(resumed.params, whole.params, strict=True):
        np.testing.assert_array_equal(x.data, y.data)
    assert repr(resumed.state_dict()) == repr(whole.state_dict())
    with pytest.raises(ValueError, match=r"^schedule must be a list of 3, got \{\}$"):
        resumed.load_state_dict(saved | {"schedule": {}})
    del saved["schedule"][1]["best"]
    with pytest.raises(
        ValueError, match=r"^schedule\[1\] must hold the terms of ReduceLROnPlateau: lr, best"
    ):
        resumed.load_state_dict(saved)


# Training


@pytest.mark.parametrize("several", [False, True])
def test_training_climbs_and_takes_groups(several: bool) -> None:
    x, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0])
    found = []
    for engine in ("compiled", "eager"):
        model = MLP([1, 1], rng=0)
        params: Any = list(model.parameters())
        groups = [{"params": params[:1]}, {"params": params[1:], "lr": 0.01}] if several else params
        train = TrainingStep(model, Adam(groups, lr=0.1, maximize=True), losses.mse_loss, engine=engine)
        found.append([train(x, y) for _ in range(6)])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)
    assert found[0][0] < found[0][-1]
