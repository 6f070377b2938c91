"""Hyperparameters in Tensors and arrays without dimensions, as attributes, with names that Python uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import OPTIMIZERS, SGD, Adam, ElementwiseOptimizer, Optimizer
from optimizers.external.user_file import load_optimizer
from optimizers.schedules import Chained, Constant, Cosine, MultiStep, ReduceLROnPlateau, StepDecay
from races import run_race
from tests.autograd.cases import Array
from tests.optimizers.case import OptimizerCase
from tests.optimizers.cases import CASES
from tests.optimizers.closures import closure_of, values
from tests.optimizers.functions import FUNCTIONS
from tests.races.helpers import race

ONE_NUMBER: dict[str, Any] = {
    "Tensor": Tensor,
    "array": np.array,
    "float32": lambda x: np.array(x, dtype=np.float32),
    "numpy's float": np.float64,
}
EIGHTH = 0.125  # the same in float32


def descend(optimizer: Optimizer, steps: int = 5) -> Array:
    """The positions of some steps on the quadratic."""
    closure, positions = closure_of(optimizer, lambda *x: np.sum(FUNCTIONS["quadratic"](*x))), []
    for _ in range(steps):
        optimizer.step(closure)
        positions.append(values(optimizer))
    return np.array(positions)


def params(start: Any = (1.0, -0.5)) -> list[Tensor]:
    return [Tensor(x) for x in start]


# One number in a Tensor or an array


@pytest.mark.parametrize("kind", ONE_NUMBER)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rate_in_a_tensor_or_an_array_is_its_number(case: OptimizerCase, kind: str) -> None:
    make, wrapped = OPTIMIZERS[case.name], ONE_NUMBER[kind](EIGHTH)
    for start in ((1.0, -0.5), ([1.0, 2.0], [-0.5, 0.25])):
        twin = descend(make(params(start), lr=EIGHTH))
        given, set_later, in_the_dict = (
            make(params(start), lr=wrapped),
            make(params(start)),
            make(params(start)),
        )
        assert type(given.hyperparameters["lr"]) is float
        set_later.lr = wrapped  # type: ignore[attr-defined]
        in_the_dict.hyperparameters["lr"] = wrapped
        from_function = make(params(start), lr=lambda _: wrapped)
        for optimizer in (given, set_later, in_the_dict, from_function):
            np.testing.assert_array_equal(descend(optimizer), twin)
            assert all(not isinstance(x, Tensor) for x in values(optimizer))


def test_so_are_the_others_and_their_pairs() -> None:
    twin = descend(Adam(params(), lr=0.1, betas=(0.5, 0.25), eps=0.5, weight_decay=0.125, amsgrad=True))
    betas = (Tensor(0.5), np.array(0.25))
    for pair in (betas, list(betas), np.array([0.5, 0.25]), Tensor([0.5, 0.25])):
        adam = Adam(
            params(),
            lr=Tensor(0.1),
            betas=pair,
            eps=np.array(0.5),
            weight_decay=Tensor(0.125),
            amsgrad=np.array(True),
        )
        assert adam.hyperparameters["betas"] == (0.5, 0.25)
        np.testing.assert_array_equal(descend(adam), twin)


def test_what_is_refused_as_a_number_is_refused_in_a_tensor() -> None:
    for wrong in (Tensor(-0.5), np.array(-0.5), np.array(np.nan), Tensor(np.inf), np.array("fast")):
        with pytest.raises(ValueError, match=r"^lr must be a finite number of at least 0, got "):
            SGD(params(), lr=wrong)


SCHEDULES = [
    Cosine(start=Tensor(0.5), steps=np.array(8), end=np.array(0.1)),  # type: ignore[arg-type]
    StepDecay(start=np.array(0.5), step_size=np.int64(2), gamma=Tensor(0.5)),  # type: ignore[arg-type]
    MultiStep(Tensor(0.5), milestones=np.array([1, 3]), gamma=np.array(0.5)),  # type: ignore[arg-type]
    Chained((Constant(Tensor(0.5)), Constant(np.array(0.25))), (np.array(2),)),  # type: ignore[arg-type]
    ReduceLROnPlateau(Tensor(0.5), factor=np.array(0.5), patience=np.array(0)),  # type: ignore[arg-type]
]
PLAIN = [
    Cosine(start=0.5, steps=8, end=0.1),
    StepDecay(start=0.5, step_size=2, gamma=0.5),
    MultiStep(0.5, milestones=(1, 3), gamma=0.5),
    Chained((Constant(0.5), Constant(0.25)), (2,)),
    ReduceLROnPlateau(0.5, factor=0.5, patience=0),
]


@pytest.mark.parametrize("i", range(len(PLAIN)))
def test_a_schedule_of_wrapped_numbers_is_that_of_the_numbers(i: int) -> None:
    assert SCHEDULES[i] == PLAIN[i]
    assert repr(SCHEDULES[i].table()) == repr(PLAIN[i].table())
    np.testing.assert_array_equal(
        descend(SGD(params(), lr=SCHEDULES[i])), descend(SGD(params(), lr=PLAIN[i]))
    )


def test_a_race_takes_wrapped_numbers(tmp_path: Path) -> None:
    twin = run_race(race(racers=[{"optimizer": "adam", "lr": 0.125, "betas": [0.5, 0.9]}]))
    racer = {"optimizer": "adam", "lr": Tensor(0.125), "betas": [np.array(0.5), np.float32(0.9)]}
    trace = run_race(race(racers=[racer | {"betas": [np.array(0.5), Tensor(0.9)]}]))
    np.testing.assert_array_equal(trace.positions, twin.positions)
    trace.save(tmp_path / "trace.npz")
    with pytest.raises(ValueError, match="lr must be one number"):
        race(racers=[{"optimizer": "adam", "lr": np.array([0.1, 0.2])}])


# As attributes


def test_a_rate_that_is_set_counts_from_the_next_step_on() -> None:
    # By hand: from 1 by 0.1 and then by 0.5 times a slope of 2.
    x = Tensor(1.0)
    sgd: Any = SGD([x], lr=0.1)
    closure = closure_of(sgd, lambda x: 2 * x)
    sgd.step(closure)
    sgd.lr = 0.5
    sgd.step(closure)
    assert (sgd.lr, sgd.rate, sgd.hyperparameters["lr"]) == (0.5, 0.5, 0.5)
    np.testing.assert_allclose(x.data, 1 - 0.1 * 2 - 0.5 * 2)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_hyperparameter_is_an_attribute(case: OptimizerCase) -> None:
    make = OPTIMIZERS[case.name]
    for settings in case.valid:
        given, optimizer = make(params(), **settings), make(params())
        for name, value in settings.items():
            setattr(optimizer, name, value)
        for name in make.defaults():
            assert getattr(optimizer, name) == optimizer.hyperparameters[name] == given.hyperparameters[name]
        np.testing.assert_array_equal(descend(optimizer), descend(given))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_set_is_checked(case: OptimizerCase) -> None:
    for settings, words in case.refused:
        if len(settings) == 1:
            ((name, value),) = settings.items()
            optimizer = OPTIMIZERS[case.name](params())
            before = dict(optimizer.hyperparameters)
            with pytest.raises(ValueError, match=name) as error:
                setattr(optimizer, name, value)
            assert all(word in str(error.value) for word in words)
            assert optimizer.hyperparameters == before


def test_a_schedule_may_be_set_and_taken_away() -> None:
    adam: Any = Adam(params(), lr=0.1)
    adam.lr = Cosine(0.5, steps=4)
    assert adam.rate == 0.5
    adam.lr = 0.25
    assert adam.rate == 0.25
    with pytest.raises(ValueError, match="got the class Cosine"):
        adam.lr = Cosine


def test_a_rate_set_by_another_name_is_refused() -> None:
    adam: Any = Adam(params())
    line = r"^unknown Adam hyperparameter 'learning_rate'; allowed: lr, betas, eps, weight_decay, amsgrad$"
    with pytest.raises(AttributeError, match=line):
        adam.learning_rate = 0.5
    assert not hasattr(adam, "learning_rate")


def test_what_an_optimizer_does_not_have_is_no_attribute() -> None:
    assert not hasattr(SGD(params()), "betas")
    with pytest.raises(AttributeError):
        SGD(params()).betas  # type: ignore[attr-defined]  # noqa: B018


# Names


class Named(ElementwiseOptimizer):
    """Its hyperparameters have names that Python, or an optimizer itself, uses."""

    def __init__(self, /, params: Any, lr: float = 0.5, **others: Any) -> None:
        self.lr = lr  # as many write, before the base is called
        super().__init__(params, lr=lr, **others)

    @staticmethod
    def rule(  # type: ignore[override]
        g: Any,
        p: Any,
        s: Any,
        t: int,  # noqa: ARG004
        *,
        lr: Any = 0.5,
        self: Any = 1.0,
        cls: Any = 1.0,
        gradient: Any = 1.0,
        state: Any = 1.0,
        count: Any = 1.0,
    ) -> Any:
        return p - lr * self * cls * gradient * state * count * g, s


def test_a_hyperparameter_may_be_called_self() -> None:
    settings: dict[str, Any] = {"self": 2.0, "cls": 0.5, "gradient": 2.0, "state": 0.5, "count": 0.25}
    x = Tensor(1.0)
    optimizer: Any = Named([x], **settings)
    (2 * x).backward()
    optimizer.step()
    assert x.data == 1.0 - 0.5 * 0.25 * 2.0
    assert optimizer.count == 1
    assert optimizer.lr == 0.5
    optimizer.lr = 0.25
    assert optimizer.hyperparameters == {"lr": 0.25} | settings


def test_a_hyperparameter_of_a_file_may_be_called_self(tmp_path: Path) -> None:
    text = (
        "from optimizers import Optimizer\n"
        "class Mine(Optimizer):\n"
        "    @staticmethod\n"
        "    def rule(g, p, s, t, *, lr=0.1, self=2.0, gradient=1.0):\n"
        "        return p - lr * self * gradient * g, {}\n"
    )
    (tmp_path / "mine.py").write_text(text)
    kind = load_optimizer("mine.py:Mine", tmp_path)
    x = Tensor(1.0)
    optimizer = kind([x], self=4.0)
    optimizer.step(closure_of(optimizer, lambda x: x))
    assert x.data == 1 - 0.1 * 4
