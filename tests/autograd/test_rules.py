"""Every row of the table of derivatives, against PyTorch's answers and against central differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_gradients, value_and_grad
from autograd.operators import Operators
from autograd.rules import FLOAT_RULES, RULES
from autograd.tensor import apply
from tests.autograd import elementwise_cases
from tests.autograd.case import PLACES, TRUTHS, Case, seed_for
from tests.autograd.cases import CASES, SMOOTH, Array, by_rule
from tests.oracle.record_torch import OPERATIONS_FILE, record_operation, unpack

RECORDED = unpack(OPERATIONS_FILE)
COUNTED = by_rule(CASES)
ACCURACY = 2e-14  # torch's and numpy's functions round differently in the last place
# PyTorch's derivatives of these have an absolute accuracy only; ours have a relative one.
ABSOLUTE = dict.fromkeys(("sigmoid", "tanh", "expm1", "direction_cosine"), 2e-15)


def answers(case: Case, seed: Any = None) -> dict[str, Any]:
    """Our value and gradients for a case, as `record_operation` gives PyTorch's."""
    leaves = range(len(case.inputs)) if case.rule in TRUTHS + PLACES else case.differentiable
    inputs = [Tensor(x) if i in leaves else x for i, x in enumerate(case.inputs)]
    value = apply(case.rule, *inputs, **case.settings)
    if case.rule in TRUTHS + PLACES:
        return {"value": value}
    value.backward(seed_for(value.shape) if seed is None else np.full(value.shape, seed))
    return {"value": value.data, **{str(i): inputs[i].grad for i in case.differentiable}}


def as_function(case: Case) -> tuple[Callable[..., Any], list[Any]]:
    """A case as a function of its differentiable inputs, and those."""

    def function(*tensors: Tensor) -> Any:
        inputs = dict(enumerate(case.inputs)) | dict(zip(case.differentiable, tensors, strict=True))
        return apply(case.rule, *inputs.values(), **case.settings)

    return function, [case.inputs[i] for i in case.differentiable]


def assert_same(case: Case, ours: dict[str, Any], theirs: dict[str, Array]) -> None:
    assert list(ours) == list(theirs)
    atol = ABSOLUTE.get(case.rule, 1e-300)
    for part, expected in theirs.items():
        found = ours[part]
        assert np.shape(found) == expected.shape
        np.testing.assert_allclose(found, expected, ACCURACY, atol, err_msg=f"{case.label}: {part}")


def recorded(case: Case) -> dict[str, Array]:
    parts = ["value", *map(str, case.differentiable)]
    return {part: RECORDED[f"{case.label}/{part}"] for part in parts}


# Its gradient is no difference quotient: test_methods.py has it.
DETACH = {"detach"}


def test_every_rule_has_a_smooth_case() -> None:
    assert {case.rule for case in SMOOTH} == set(RULES) - DETACH


def test_every_rule_of_floats_has_a_case_of_floats_and_edges() -> None:
    rules = set(FLOAT_RULES) - DETACH
    assert rules <= {case.rule for case in SMOOTH if not any(map(np.ndim, case.inputs))}
    assert rules == {case.rule for case in elementwise_cases.EDGES}


def test_every_case_has_a_label_of_its_own() -> None:
    assert Counter(case.label for case in CASES).most_common(1)[0][1] == 1


def test_what_is_recorded_is_what_is_tested() -> None:
    assert {key.rpartition("/")[0] for key in RECORDED} == {case.label for case in CASES}


def test_every_differentiable_input_has_a_vjp() -> None:
    for case in CASES:
        positions = range(len(case.inputs))
        assert case.differentiable == tuple(i for i in positions if RULES[case.rule].vjp(i))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in DETACH])
def test_values_and_gradients_are_pytorchs(rule: str) -> None:
    for case in CASES:
        if case.rule == rule:
            assert_same(case, answers(case), recorded(case))


@pytest.mark.parametrize("rule", COUNTED)
def test_values_and_gradients_are_pytorchs_when_compiled(rule: str) -> None:
    for case in COUNTED[rule]:
        assert_same_when_compiled(case)


def assert_same_when_compiled(case: Case) -> None:
    expected = recorded(case)
    seed = seed_for(expected["value"].shape)

    def function(*given: Any) -> Any:
        inputs = dict(enumerate(case.inputs)) | dict(zip(case.differentiable, given, strict=True))
        kind = next(type(x) for x in inputs.values() if isinstance(x, Operators))
        return kind._apply(case.rule, *inputs.values(), **case.settings) * seed

    value, slopes = value_and_grad(function)(*(case.inputs[i] for i in case.differentiable))
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(value, expected["value"] * seed, 1e-12, 1e-14, err_msg=case.label)
    for i, slope in zip(case.differentiable, slopes if isinstance(slopes, tuple) else (slopes,), strict=True):
        assert np.shape(slope) == expected[str(i)].shape
        np.testing.assert_allclose(slope, expected[str(i)], 1e-12, 1e-14, err_msg=case.label)


def test_values_and_gradients_are_those_of_the_pytorch_at_hand() -> None:
    torch = pytest.importorskip("torch")
    for case in CASES:
        assert_same(case, answers(case), record_operation(torch, case))


@pytest.mark.parametrize("kind", [lambda x: x, lambda x: np.array([x])], ids=["floats", "arrays of one"])
@pytest.mark.parametrize("case", elementwise_cases.EDGES, ids=lambda case: case.label)
def test_edge_values_one_by_one_are_pytorchs_too(case: Case, kind: Callable[[Any], Any]) -> None:
    """Where other code runs than for long arrays."""
    whole = recorded(case)
    for i, point in enumerate(case.points):
        single = Case(case.rule, tuple(map(kind, point)))
        expected = {part: np.reshape(values[i], np.shape(kind(0.0))) for part, values in whole.items()}
        if case.rule == "power" and single.inputs == (-np.inf, 0.5) and not np.ndim(single.inputs[0]):
            expected["value"] = np.array(np.nan)  # to one number as exponent it is a root, in PyTorch too
        assert_same(single, answers(single, seed_for(whole["value"].shape)[i]), expected)


@pytest.mark.parametrize("rule", by_rule(SMOOTH))
def test_gradients_are_central_differences(rule: str) -> None:
    for case in by_rule(SMOOTH)[rule]:
        function, inputs = as_function(case)
        assert check_gradients(function, *inputs) < 1e-9, case.label


def test_floats_give_floats_and_truths() -> None:
    for case in CASES:
        if case.rule in FLOAT_RULES and not any(map(np.ndim, case.inputs)):
            assert {type(x) for x in answers(case).values()} == {np.bool_ if case.rule in TRUTHS else float}


def test_a_scalar_result_is_a_float() -> None:
    for case in CASES:
        if case.differentiable and not RECORDED[f"{case.label}/value"].shape:
            assert type(answers(case)["value"]) is float


def test_an_unknown_operation_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="arcsec"):
        apply("arcsec", Tensor([1.0]))
