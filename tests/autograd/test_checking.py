"""The gradient checker: it lets right gradients pass, and catches and reports wrong ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import GradientError, Tensor, check_gradients, norm, relu, softmax
from autograd.rules import FLOAT_RULES, RULES, Rule
from tests.autograd.case import Case
from tests.autograd.cases import SMOOTH
from tests.autograd.test_rules import as_function

TABLES = {"arrays": RULES, "floats": FLOAT_RULES}
DERIVATIVES = [
    (table, name, position)
    for table, rules in TABLES.items()
    for name, rule in rules.items()
    for position, vjp in enumerate(rule.vjps)
    if vjp
]
STEPS = {"floor", "ceil", "rint", "trunc", "sign", "floor_divide"}  # whose derivatives are 0


def off_by_a_thousandth(rule: Rule, position: int) -> Rule:
    """The rule with one derivative wrong."""
    right: Any = rule.vjps[position]

    def wrong(g: Any, *values: Any, **settings: Any) -> Any:
        return 0.001 * g if rule.name in STEPS else 1.001 * right(g, *values, **settings)

    return dataclasses.replace(
        rule, vjps=tuple(wrong if i == position else vjp for i, vjp in enumerate(rule.vjps))
    )


def report(case: Case) -> str:
    """What the checker says against a case's gradient."""
    function, inputs = as_function(case)
    try:
        check_gradients(function, *inputs)
    except GradientError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("table", "name", "position"), DERIVATIVES)
def test_each_derivative_wrong_by_a_thousandth_is_caught(
    table: str, name: str, position: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = TABLES[table]
    monkeypatch.setitem(rules, name, off_by_a_thousandth(rules[name], position))
    reports = (report(case) for case in SMOOTH if case.rule == name)
    assert f"(relative error {1 if name in STEPS else 0.001})" in next(filter(None, reports))


def test_every_derivative_of_the_tables_is_planted() -> None:
    assert {(name, position) for table, name, position in DERIVATIVES if table == "floats"} == {
        (case.rule, i) for case in SMOOTH if case.rule in FLOAT_RULES for i in case.differentiable
    }


RIGHT: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "one number": (lambda x: np.sin(x) ** 2, (0.7,)),
    "numbers and arrays": (lambda x, w, b: np.tanh(w @ x + b), (np.ones(3), np.eye(3)[:2], 0.5)),
    "an input given as it is": (lambda x: x, ([1.0, 2.0],)),
    "a Tensor": (lambda x: x * x, (Tensor([1.0, 2.0]),)),
    "integers": (lambda x: x**3, ([[1, 2], [3, 4]],)),
    "an empty array": (lambda x: x * 2.0, (np.zeros(0),)),
    "no inputs": (lambda: Tensor(1.0), ()),
    "an input not used": (lambda x, y: x + 0.0 * y, (1.0, 5.0)),
    "flat": (lambda x: x - x, ([1.0, 2.0],)),
    "flat but for rounding": (lambda x: softmax(x).sum(), ([1.0, 2.0, 4.0],)),
    "zeros": (np.exp, (np.zeros(4),)),
    "huge numbers": (lambda x: x * x, ([1e100, -2e100],)),
    "tiny numbers": (np.log, ([1e-100, 2e-100],)),
    "the edge of the domain nearby": (lambda x: np.sqrt(x - 1.0), (1.001,)),
    "a kink nearby": (relu, ([1.0, 0.001, -0.001],)),
    "a jump nearby": (lambda x: np.where(x > 1.0, x, x + 1.0), (1.001,)),
    "a hundred steps": (lambda x: sum((np.sin(x + i) for i in range(100)), Tensor(0.0)), (0.3,)),
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("seed", range(3))
def test_a_right_gradient_passes(name: str, seed: int) -> None:
    function, inputs = RIGHT[name]
    assert check_gradients(function, *inputs, seed=seed) < 1e-8


def test_the_inputs_stay_as_they_are() -> None:
    array, tensor = np.array([1.0, 2.0]), Tensor([3.0, 4.0])
    check_gradients(lambda a, b: a * b, array, tensor)
    np.testing.assert_array_equal(array, [1.0, 2.0])
    np.testing.assert_array_equal(tensor.data, [3.0, 4.0])
    np.testing.assert_array_equal(tensor.grad, [0.0, 0.0])


def test_the_report_names_the_worst_entry() -> None:
    bent = np.ones((2, 3))
    bent[1, 2] = 1.5
    bent[0, 1] = 1.1

    def function(x: Tensor, y: Tensor) -> Any:
        return x + y * y + y * (Tensor(y.data) - y) * (1 - bent)

    with pytest.raises(GradientError) as caught_error:
        check_gradients(function, 2.0, np.full((2, 3), 3.0))
    lines = str(caught_error.value).splitlines()
    assert lines[0] == "the gradient is wrong at 2 of 7 numbers, worst at input 1, index (1, 2):"
    assert lines[1].endswith("(relative error 0.2), of the output's numbers, weighed at random")


def test_a_gradient_that_is_missing_is_reported() -> None:
    with pytest.raises(GradientError, match=r"at 1 of 2 numbers, worst at input 1:\nbackward gives 0, diff"):
        check_gradients(lambda x, y: x * Tensor(y.data), 2.0, 3.0)


def test_a_gradient_that_is_nan_is_reported() -> None:
    with pytest.raises(GradientError, match="backward gives nan, differences give"):
        check_gradients(lambda x: np.where(x > 0.0, x, np.sqrt(0.0 * x)), [1.0, -1.0])


def test_at_a_kink_differences_give_the_mean_of_both_sides() -> None:
    with pytest.raises(GradientError, match=r"backward gives 0, differences give 0\.5"):
        check_gradients(relu, [0.0, 1.0])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.where(x > 0.0, x, x + 1.0),
        np.sqrt,
    ],
    ids=["a jump", "the edge of the domain"],
)
def test_what_cannot_be_judged_is_said(function: Callable[..., Any]) -> None:
    with pytest.raises(GradientError, match=r"cannot be judged, least at input 0:\nbackward gives"):
        check_gradients(function, 0.0)


def test_a_random_function_is_refused() -> None:
    random = np.random.default_rng(0)
    with pytest.raises(GradientError, match="another value each time"):
        check_gradients(lambda x: x + float(random.uniform()), 1.0)


def test_a_value_that_is_not_finite_is_refused() -> None:
    with pytest.raises(GradientError, match="must be finite to be checked, not inf"):
        check_gradients(np.exp, 1000.0)


def test_a_function_must_give_a_tensor() -> None:
    with pytest.raises(TypeError, match=r"must give a Tensor, not 1\.0"):
        check_gradients(lambda x: x.data, 1.0)


def test_it_is_repeatable() -> None:
    def function(x: Tensor) -> Any:
        return norm(np.sin(x))

    x = np.arange(1.0, 6.0)
    assert check_gradients(function, x) == check_gradients(function, x)


def test_the_tolerance_is_what_passes() -> None:
    def slightly_wrong(x: Tensor) -> Any:
        return x * x + 1e-4 * Tensor(x.data)

    assert check_gradients(slightly_wrong, 1.0, tolerance=1e-3) > 1e-5
    with pytest.raises(GradientError):
        check_gradients(slightly_wrong, 1.0)
