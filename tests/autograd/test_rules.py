"""Every row of the table of derivatives, against PyTorch's answers and against central differences."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from autograd.rules import FLOAT_RULES, RULES, Rule
from autograd.tensor import apply
from tests.autograd.cases import CASES, SMOOTH, Array, Case, seed_for
from tests.oracle.record_torch import OPERATIONS_FILE, record_operation, unpack

RECORDED = unpack(OPERATIONS_FILE)
ACCURACY = 1e-14  # torch's and numpy's functions round differently in the last place


def answers(case: Case) -> list[Any]:
    """Our value and gradients for a case, as `record_operation` gives PyTorch's."""
    inputs = [Tensor(x) for x in case.inputs]
    value = apply(case.rule, *inputs, **case.settings)
    value.backward(seed_for(value.shape))
    return [value.data, *(x.grad for x in inputs)]


def assert_same(ours: list[Any], theirs: list[Array]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert np.shape(a) == b.shape
        np.testing.assert_allclose(a, b, rtol=ACCURACY, atol=1e-300, equal_nan=True)


def test_every_rule_has_a_smooth_case() -> None:
    assert {case.rule for case in SMOOTH} == set(RULES)
    assert set(FLOAT_RULES) <= set(RULES)


def test_every_rule_of_floats_has_a_case_of_floats() -> None:
    assert set(FLOAT_RULES) <= {case.rule for case in SMOOTH if all(type(x) is float for x in case.inputs)}


def test_every_case_has_a_label_of_its_own() -> None:
    assert Counter(case.label for case in CASES).most_common(1)[0][1] == 1


def test_every_vjp_stands_for_one_input() -> None:
    for case in CASES:
        assert len(RULES[case.rule].vjps) == len(case.inputs)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_values_and_gradients_are_pytorchs(case: Case) -> None:
    keys = ["value", *map(str, range(len(case.inputs)))]
    assert_same(answers(case), [RECORDED[f"{case.label}/{key}"] for key in keys])


def test_values_and_gradients_are_those_of_the_pytorch_at_hand() -> None:
    torch = pytest.importorskip("torch")
    for case in CASES:
        assert_same(answers(case), record_operation(torch, case))


def slopes(case: Case, position: int) -> Array:
    """The gradient with respect to one input by central differences of fourth order."""

    def loss(shift: float, index: tuple[int, ...]) -> float:
        inputs = [np.array(x, dtype=np.float64) for x in case.inputs]
        inputs[position][index] += shift
        value = np.asarray(RULES[case.rule].forward(*inputs, **case.settings))
        return float(np.sum(value * seed_for(value.shape)))

    h = 1e-3
    shape = np.shape(case.inputs[position])
    gradient = np.zeros(shape)
    for index in np.ndindex(shape):
        near, far = loss(h, index) - loss(-h, index), loss(2 * h, index) - loss(-2 * h, index)
        gradient[index] = (8 * near - far) / (12 * h)
    return gradient


def worst_slope(case: Case) -> float:
    """How far a case's gradients are from central differences, relative to the largest of them."""
    errors = [0.0]
    for position, gradient in enumerate(answers(case)[1:]):
        expected = slopes(case, position)
        if np.size(expected):
            scale = max(1.0, float(np.abs(expected).max()))
            errors.append(float(np.abs(gradient - expected).max()) / scale)
    return max(errors)


@pytest.mark.parametrize("case", SMOOTH, ids=lambda case: case.label)
def test_gradients_are_central_differences(case: Case) -> None:
    assert worst_slope(case) < 1e-9


@pytest.mark.parametrize("table", [RULES, FLOAT_RULES], ids=["arrays", "floats"])
@pytest.mark.parametrize("name", FLOAT_RULES)
def test_a_derivative_wrong_by_a_thousandth_is_caught(
    name: str, table: dict[str, Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [case for case in SMOOTH if case.rule == name]
    for position, vjp in enumerate(table[name].vjps):

        def wrong(*values: Any, _vjp: Any = vjp, **settings: Any) -> Any:
            return 1.001 * _vjp(*values, **settings)

        vjps = tuple(wrong if i == position else right for i, right in enumerate(table[name].vjps))
        with monkeypatch.context() as patch:
            patch.setitem(table, name, dataclasses.replace(table[name], vjps=vjps))
            assert max(worst_slope(case) for case in cases) > 1e-5


@pytest.mark.parametrize("name", FLOAT_RULES)
def test_floats_and_arrays_agree(name: str) -> None:
    for case in CASES:
        if case.rule == name and all(type(x) is float for x in case.inputs):
            arrays = dataclasses.replace(case, inputs=tuple(np.array([x]) for x in case.inputs))
            for a, b in zip(answers(case), answers(arrays), strict=True):
                assert type(a) is float
                np.testing.assert_allclose(a, b[0], rtol=ACCURACY, equal_nan=True)


def test_a_scalar_result_is_a_float() -> None:
    assert all(type(answers(case)[0]) is float for case in CASES if RECORDED[f"{case.label}/value"].ndim == 0)


def test_an_unknown_operation_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="sinh"):
        apply("sinh", Tensor([1.0]))
