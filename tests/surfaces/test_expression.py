"""Surfaces from an expression: they are what Python makes of the same text, for every kind of number."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from surfaces import Expression, ExpressionError, Surface, expression_surface

NUMBERS = ("0", "1", "2", "3", "10", "0.5", "2.25", ".125", "1e-3", "3.", "0x10", "1_000")
NAMESPACE = {
    "u": np.float64(0), "v": np.float64(0), "pi": np.float64(math.pi), "e": np.float64(math.e),
    "F": np.float64, "sin": np.sin, "cos": np.cos, "exp": np.exp, "log": np.log,
    "sqrt": np.sqrt, "tanh": np.tanh, "abs": abs,
}  # fmt: skip
FUNCTIONS = ("sin", "cos", "exp", "log", "sqrt", "tanh", "abs")

SPACES = st.sampled_from(("", "", " ", "  "))
LEAVES = st.sampled_from(("u", "v", "u", "v", "pi", "e", *NUMBERS))


def _larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions one level above `smaller`; without parentheses of their own, so that precedence is met."""
    operators = st.sampled_from(("+", "-", "*", "/", "**"))
    binary = st.tuples(smaller, SPACES, operators, SPACES, smaller).map("".join)
    signed = st.tuples(st.sampled_from(("-", "+", "- ")), smaller).map("".join)
    bracketed = st.tuples(st.just("("), SPACES, smaller, SPACES, st.just(")")).map("".join)
    called = st.tuples(st.sampled_from(FUNCTIONS), SPACES, bracketed).map("".join)
    return st.one_of(binary, binary, signed, bracketed, called)


TEXTS = st.recursive(LEAVES, _larger, max_leaves=12)
COORDINATES = st.floats(-3, 3)
LITERAL = re.compile(r"0x10|1_000|1e-3|\d+\.?\d*|\.\d+")


def by_python(text: str, u: Any, v: Any) -> Any:
    """What Python makes of `text`, its numbers read as float64 so that none of them is a long integer."""
    with np.errstate(all="ignore"):
        return eval(LITERAL.sub(r"F(\g<0>)", text), {**NAMESPACE, "u": u, "v": v})  # noqa: S307


def surface_of(text: str) -> Surface | None:
    """The surface of a random expression; None for one that is refused because a constant has no value."""
    reason = ""
    try:
        formula = Expression(text)
    except ExpressionError as error:
        reason = str(error)
    if reason:
        assert re.search(r"not a finite number|uses neither u nor v$", reason)
        return None
    return Surface(name=text, formula=formula, u_range=(-3, 3), v_range=(-3, 3), z_range=(0, 1), start=(0, 0))


@given(TEXTS, COORDINATES, COORDINATES)
def test_an_expression_is_pythons(text: str, u: float, v: float) -> None:
    surface = surface_of(text)
    if surface is None:
        return
    np.testing.assert_array_equal(surface(u, v), by_python(text, np.float64(u), np.float64(v)))


def test_most_random_expressions_are_accepted() -> None:
    accepted = []

    @given(TEXTS)
    def count(text: str) -> None:
        accepted.append(surface_of(text) is not None)

    count()
    assert sum(accepted) > len(accepted) / 2


@given(TEXTS, st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=4))
def test_floats_arrays_and_tensors_agree(text: str, pairs: list[tuple[float, float]]) -> None:
    surface = surface_of(text)
    if surface is None:
        return
    u, v = np.array(pairs).T
    values = surface(u, v)
    tensors = surface(Tensor(u), Tensor(v)).data
    for i, (a, b) in enumerate(pairs):
        kinds = [surface(a, b), surface(Tensor(a), Tensor(b)).data, tensors[i]]
        # Near a zero of a difference, rounding of its terms shows; the terms are at least of size 1e-3.
        np.testing.assert_allclose(kinds, values[i], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-u**2", -4.0),
        ("2**-u", 0.25),
        ("u - v - 1", -2.0),
        ("u / v / 2", 1 / 3),
        ("2**u**v", 256.0),
        ("(u)", 2.0),
        ("--u", 2.0),
        ("+u", 2.0),
        ("abs(-u) * pi", 2 * math.pi),
        ("log(e**u)", 2.0),
        ("sqrt(u*u)", 2.0),
        ("\t u\n  + v ", 5.0),
        ("u + 0*v", 2.0),
    ],
)
def test_precedence_signs_and_blanks_are_pythons(text: str, value: float) -> None:
    assert Expression(text)(2.0, 3.0) == pytest.approx(value, rel=1e-15)


def test_a_surface_of_one_coordinate_has_the_shape_of_both() -> None:
    surface = expression_surface("u**2", (-1, 1), (-2, 2))
    u, v = np.zeros(5), np.ones(5)
    assert np.broadcast_shapes(np.shape(surface(u, v)), (5,)) == (5,)
    assert (surface.z_range, surface.start) == ((0.0, 1.0), (-0.5, -1.0))


def test_the_surface_has_its_texts_name_and_ranges() -> None:
    surface = expression_surface("sin(3*u)*cos(v) + 0.1*u**2", (-2, 2), (-1, 3))
    assert (surface.name, surface.u_range, surface.v_range) == (
        "sin(3*u)*cos(v) + 0.1*u**2",
        (-2, 2),
        (-1, 3),
    )
    assert surface.z_range[0] < surface.z_range[1]
    assert surface.contains(*surface.start)
    assert surface(0.3, 0.2) == pytest.approx(math.sin(0.9) * math.cos(0.2) + 0.009, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1/u", "is inf at u = 0"),
        ("log(u)", "is nan at u = -1, v = -1"),
        ("sqrt(v)", "v = -1"),
        ("exp(1000*v)", "is inf at"),
        ("(u+v)**0.5", "is nan"),
    ],
)
def test_a_formula_without_a_value_somewhere_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as error:
        expression_surface(text, (-1, 1), (-1, 1))
    assert repr(text) in str(error.value)
    assert "\n" not in str(error.value)


def test_extreme_ranges_are_refused_without_a_warning() -> None:
    with pytest.raises(ValueError, match="must be finite"):
        expression_surface("u", (-1e308, 1e308), (-1, 1))


def test_a_sum_of_a_thousand_terms_is_evaluated_without_recursion() -> None:
    assert Expression("+".join(["u"] * 990))(1.0, 0.0) == 990.0
    assert Expression("-" * 1990 + "u")(1.0, 0.0) == 1.0


def test_expressions_of_equal_text_are_equal_and_show_it() -> None:
    assert Expression("u + v") == Expression("u + v")
    assert Expression("u + v") != Expression("u+v")
    assert repr(Expression("u")) == "Expression(text='u')"
