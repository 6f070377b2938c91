"""What holds for every optimizer: one pure rule for floats and arrays, refusals that name the argument."""

from __future__ import annotations

import copy
import inspect
import re
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import OPTIMIZERS, SGD, ElementwiseOptimizer, Optimizer
from tests.autograd.cases import Array
from tests.optimizers.case import OptimizerCase, Settings
from tests.optimizers.cases import CASES
from tests.optimizers.closures import closure_of
from tests.optimizers.functions import EVERY, LABELS, RUNS, descend

SPREAD = np.array([[0.1, 0.3, 0.9, 1.1], [0.45, 0.2, 0.8, 0.05]])


def rule_of(case: OptimizerCase, i: int) -> tuple[Any, Settings]:
    """An optimizer's rule, and all its hyperparameters at one of its settings."""
    optimizer = OPTIMIZERS[case.name]([], **case.valid[i])
    return optimizer.rule, optimizer.hyperparameters


def frozen(values: Any) -> Array:
    """An array that raises when it is changed."""
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def test_every_optimizer_has_a_case() -> None:
    assert [case.name for case in CASES] == list(OPTIMIZERS)


def test_every_optimizer_has_four_settings_and_uses_every_hyperparameter() -> None:
    for case in CASES:
        assert len(case.valid) >= 4
        assert set().union(*case.valid) == set(OPTIMIZERS[case.name].defaults())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_hyperparameter_refuses_something(case: OptimizerCase) -> None:
    assert set().union(*(settings for settings, _ in case.refused)) == set(OPTIMIZERS[case.name].defaults())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_setting_is_refused_with_its_name_and_value(case: OptimizerCase) -> None:
    for settings, words in case.refused:
        with pytest.raises(ValueError, match=".*".join(map(re.escape, words))) as error:
            OPTIMIZERS[case.name]([Tensor(1.0)], **settings)
        assert "\n" not in str(error.value)
        assert str(error.value).startswith(words[0])


def test_a_table_of_numbers_is_shown_on_one_line() -> None:
    table = -np.ones((30, 40))
    for settings in ({"lr": table}, {"momentum": table}, {"nesterov": table}):
        with pytest.raises(ValueError, match=next(iter(settings))) as error:
            SGD([], **settings)
        assert "\n" not in str(error.value)
        assert len(str(error.value)) < 300


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_unknown_hyperparameter_is_refused(case: OptimizerCase) -> None:
    with pytest.raises(TypeError, match="learning_rate"):
        OPTIMIZERS[case.name]([], learning_rate=0.1)


@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_arrays_of_starts_descend_as_floats_do(case: OptimizerCase, i: int) -> None:
    together, _ = descend(case.name, case.valid[i], "funky", SPREAD, steps=30)
    for j, start in enumerate(SPREAD.T.tolist()):
        alone, _ = descend(case.name, case.valid[i], "funky", start, steps=30)
        np.testing.assert_allclose(together[..., j], alone, rtol=1e-11, atol=1e-13)


def scaled(value: Any, factors: Any) -> Any:
    """A hyperparameter, or a pair of them, as an array of several; flags and names stay as they are."""
    if isinstance(value, tuple):
        return tuple(scaled(x, factors) for x in value)
    return value if isinstance(value, bool | str | dict) else value * factors


def settings_at(case: OptimizerCase, i: int, factors: Any) -> Settings:
    """One setting of an optimizer, each number times factors where it may be."""
    return {
        key: scaled(value, factors**0 if key in case.unscaled else factors)
        for key, value in case.valid[i].items()
    }


@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_arrays_of_hyperparameters_are_a_loop_over_them(case: OptimizerCase, i: int) -> None:
    factors = np.array([1.0, 0.5, 0.01])
    arrays = settings_at(case, i, factors)
    start = np.full((2, factors.size), [[0.1], [0.45]])
    together, _ = descend(case.name, arrays, "funky", start, steps=30)
    for j, factor in enumerate(factors):
        alone, _ = descend(case.name, settings_at(case, i, factor), "funky", (0.1, 0.45), steps=30)
        np.testing.assert_allclose(together[..., j], alone, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rule_and_its_class_have_the_same_defaults(name: str) -> None:
    arguments = inspect.signature(OPTIMIZERS[name].rule).parameters.values()
    defaults = {a.name: a.default for a in arguments if a.kind is inspect.Parameter.KEYWORD_ONLY}
    assert defaults == OPTIMIZERS[name].defaults()


def test_no_momentum_beside_some_is_plain_descent() -> None:
    # The first buffer is the gradient whatever the dampening, and every one is where there is no momentum.
    settings = {"lr": 0.004, "dampening": 0.5}
    both, _ = descend("sgd", settings | {"momentum": np.array([0.0, 0.9])}, "funky", SPREAD[:, :2], steps=40)
    for j, momentum in enumerate((0.0, 0.9)):
        alone, _ = descend("sgd", settings | {"momentum": momentum}, "funky", SPREAD[:, j].tolist(), steps=40)
        np.testing.assert_allclose(both[..., j], alone, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_the_rule_is_pure(case: OptimizerCase, i: int) -> None:
    rule, hyperparameters = rule_of(case, i)
    gradient, parameter = frozen([1.0, -2.0, 0.0]), frozen([0.5, 0.0, -3.0])
    _, state = rule(gradient, parameter, {}, 1, **hyperparameters)
    state = {name: frozen(term) for name, term in state.items()}
    before = copy.deepcopy((state, hyperparameters))
    first = rule(gradient, parameter, state, 2, **hyperparameters)
    second = rule(gradient, parameter, state, 2, **hyperparameters)
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1].keys() == second[1].keys()
    assert first[1] is not state
    assert repr((state, hyperparameters)) == repr(before)
    np.testing.assert_array_equal(gradient, [1.0, -2.0, 0.0])
    np.testing.assert_array_equal(parameter, [0.5, 0.0, -3.0])


@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_the_state_starts_empty_and_has_the_parameters_shape_or_is_one_number(
    case: OptimizerCase, i: int
) -> None:
    params = [Tensor(1.0), Tensor([1.0, 2.0]), Tensor(np.ones((2, 3)))]
    optimizer = OPTIMIZERS[case.name](params, **case.valid[i])
    assert optimizer.state == [{}, {}, {}]
    for _ in range(2):
        for param in params:
            param.grad = np.full(param.shape, 0.5)
        optimizer.step()
        for param, state in zip(params, optimizer.state, strict=True):
            assert {np.shape(term) for term in state.values()} <= {param.shape, ()}


@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_no_gradient_at_a_minimum_means_no_step(case: OptimizerCase, i: int) -> None:
    param = Tensor([0.0, 0.0])
    optimizer = OPTIMIZERS[case.name]([param], **case.valid[i])
    for _ in range(3):
        param.grad = [0.0, -0.0]
        optimizer.step()
    assert optimizer.steps == [3]
    np.testing.assert_array_equal(param.data, [0.0, 0.0])


WHOLE = [(case, i) for case, i in EVERY if not case.elementwise]
WHOLE_LABELS = [f"{case.name}-{i}" for case, i in WHOLE]


@pytest.mark.parametrize(("case", "i"), WHOLE, ids=WHOLE_LABELS)
def test_an_optimizer_of_the_whole_vector_leaves_alone_what_has_no_slope(case: OptimizerCase, i: int) -> None:
    params = [Tensor(x) for x in (0.5, -2.0, 0.25)]
    optimizer = OPTIMIZERS[case.name](params, **case.settings[i])
    # The second has a gradient of zero, the third none.
    closure = closure_of(optimizer, lambda a, b, _: a**2 + 0.0 * b)
    for _ in range(3):
        optimizer.step(closure)
    assert params[0].data != 0.5
    assert [param.data for param in params[1:]] == [-2.0, 0.25]


@pytest.mark.parametrize("slope", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize(("case", "i"), WHOLE, ids=WHOLE_LABELS)
def test_an_optimizer_of_the_whole_vector_takes_any_gradient(
    case: OptimizerCase, i: int, slope: float
) -> None:
    # There is no direction: it neither warns nor raises, and never looks for one for ever.
    param = Tensor([1.0, 2.0])
    optimizer = OPTIMIZERS[case.name]([param], **case.settings[i])
    closure = closure_of(optimizer, lambda x: (x * [slope, 1.0]).sum())
    for _ in range(3):
        optimizer.step(closure)
    assert not np.all(np.isfinite(param.data))


def test_zero_grad_forgets_the_gradient_and_keeps_its_shape() -> None:
    params = [Tensor(2.0), Tensor([1.0, 2.0])]
    optimizer = SGD(params, lr=0.1)
    (params[0] * params[1]).sum().backward()
    optimizer.zero_grad()
    assert params[0].grad == 0.0
    np.testing.assert_array_equal(params[1].grad, [0.0, 0.0])


def test_parameters_may_come_from_a_generator() -> None:
    params = [Tensor(1.0), Tensor(2.0)]
    optimizer = SGD((p for p in params), lr=0.5)
    for param in params:
        param.grad = 1.0
    optimizer.step()
    optimizer.step()
    assert [p.data for p in params] == [0.0, 1.0]


@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_a_gradient_out_of_bounds_neither_warns_nor_stops_the_others(case: OptimizerCase, i: int) -> None:
    # What becomes of the numbers themselves is told by their twins, in `test_twins`.
    params = [Tensor([1.0, 1.0, 1.0]), Tensor(1.0), Tensor([1.0])]
    optimizer = OPTIMIZERS[case.name](params, **case.valid[i])
    for _ in range(3):
        for param, gradient in zip(params, ([np.inf, np.nan, 1.0], 1e300, [1.0]), strict=True):
            param.grad = gradient
        optimizer.step()
    assert np.isfinite(np.asarray(params[2].data))
    np.testing.assert_array_equal(np.asarray(params[0].data)[2:], params[2].data)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_hyperparameters_may_stand_in_their_order_and_are_shown(name: str) -> None:
    kind = OPTIMIZERS[name]
    shown = inspect.signature(kind).parameters
    assert list(shown) == ["params", *kind.defaults(), *["maximize"] * kind.elementwise]
    assert kind([], *kind.defaults().values()).hyperparameters == kind([]).hyperparameters == kind.defaults()
    with pytest.raises(TypeError):
        kind([], 0.1, lr=0.1)


class Sign(Optimizer):
    """A rule, and nothing else; of the base of all, as files written before have it."""

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: Any, step: int, *, lr: Any = 1e-3) -> tuple[Any, Any]:  # noqa: ARG004
        return parameter - lr * np.sign(gradient), {}


def test_a_rule_is_enough_for_an_optimizer() -> None:
    param = Tensor(1.0)
    sign = Sign([param], lr=0.25)  # type: ignore[abstract]
    assert isinstance(sign, ElementwiseOptimizer)
    param.grad = -8.0
    sign.step()
    assert param.data == 1.25
    assert Sign.defaults() == {"lr": 1e-3}
    with pytest.raises(ValueError, match="lr must be a finite number of at least 0, got -1"):
        Sign([param], lr=-1)  # type: ignore[abstract]


@pytest.mark.parametrize("params", [Tensor([1.0, 2.0]), [1.0], "ab", None, 3], ids=str)
def test_parameters_must_be_tensors(params: Any) -> None:
    with pytest.raises(TypeError, match="params must be a list of Tensors"):
        SGD(params, lr=0.1)


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_no_parameter_is_moved_twice(kind: type[Optimizer]) -> None:
    u, v, same = Tensor(1.0), Tensor(1.0), Tensor([1.0])
    kind([u, v])
    with pytest.raises(ValueError, match="params must differ") as error:
        kind([same, u, v, same])
    assert str(error.value) == "params must differ, got one Tensor twice, as params[0] and params[3]"


@pytest.mark.parametrize("start", [1.0, np.array([1.0, 2.0])], ids=["float", "array"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_whole_number_may_be_longer_than_numpys(name: str, start: Any) -> None:
    places = []
    for lr in (2**64, 2.0**64):
        x = Tensor(start)
        optimizer = OPTIMIZERS[name]([x], lr=lr)
        closure = closure_of(optimizer, lambda x: (x * x).sum())
        for _ in range(3):
            optimizer.step(closure)
        places.append(x.data)
    np.testing.assert_array_equal(places[0], places[1])
    with pytest.raises(ValueError, match="lr must be a finite number of at least 0, got 1000"):
        OPTIMIZERS[name]([], lr=10**400)
