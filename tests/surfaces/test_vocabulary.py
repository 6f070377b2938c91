"""What a formula may be written with: the functions of Python's `math`, and signs as they are meant."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest

from autograd import Tensor, value_and_grad
from races import RaceSpec, run_race
from surfaces import Expression, ExpressionError, vocabulary

U, V = 0.6, -0.35

# Python's math is the source, where it has the function; else plain reasoning.
FUNCTIONS: dict[str, Callable[[float, float], float]] = {
    "tan(u)": lambda u, v: math.tan(u),
    "asin(u)": lambda u, v: math.asin(u),
    "arcsin(u*v)": lambda u, v: math.asin(u * v),
    "acos(u)": lambda u, v: math.acos(u),
    "arccos(v)": lambda u, v: math.acos(v),
    "atan(u/v)": lambda u, v: math.atan(u / v),
    "arctan(v)": lambda u, v: math.atan(v),
    "atan2(v, u)": lambda u, v: math.atan2(v, u),
    "arctan2(u, v)": math.atan2,
    "sinh(v)": lambda u, v: math.sinh(v),
    "cosh(u - v)": lambda u, v: math.cosh(u - v),
    "asinh(v)": lambda u, v: math.asinh(v),
    "arccosh(1 + u)": lambda u, v: math.acosh(1 + u),
    "atanh(v)": lambda u, v: math.atanh(v),
    "log2(u)": lambda u, v: math.log2(u),
    "log10(u)": lambda u, v: math.log10(u),
    "ln(u)": lambda u, v: math.log(u),
    "cbrt(v)": lambda u, v: -((-v) ** (1 / 3)),
    "hypot(u, v)": math.hypot,
    "sigmoid(v)": lambda u, v: 1 / (1 + math.exp(-v)),
    "relu(u) - relu(v)": lambda u, v: u,
    "softplus(v)": lambda u, v: math.log1p(math.exp(v)),
    "erf(v)": lambda u, v: math.erf(v),
    "pow(u, v)": lambda u, v: u**v,
    "power(u, 2)": lambda u, v: u * u,
    "abs(v)": lambda u, v: -v,
    "sign(v)*u": lambda u, v: -u,
    "floor(3*v) + u": lambda u, v: -2 + u,
    "ceil(3*v) + u": lambda u, v: -1 + u,
    "mod(v, 0.2)": lambda u, v: v + 0.4,
    "v % 0.2": lambda u, v: v + 0.4,
    "min(u, v)": lambda u, v: v,
    "minimum(u, v, -2*u)": lambda u, v: -2 * u,
    "max(u, v, 2*v, 0)": lambda u, v: u,
    "maximum(v, 0) + v": lambda u, v: v,
}
CONDITIONS: dict[str, Callable[[float, float], float]] = {
    "where(u > v, u, v**2)": lambda u, v: u,
    "where(x < y, x, y**2)": lambda u, v: v * v,
    "where(-1 < v < u < 1, u*v, 7)": lambda u, v: u * v,
    "where(0 < v < u, 7, u)": lambda u, v: u,
    "where(u >= 0.6 and v <= -0.35, v, u)": lambda u, v: v,
    "where(u < 0 or not v > 0, v, u)": lambda u, v: v,
    "where((u > 0) & (v > 0), v, u)": lambda u, v: u,
    "where((u > 0) | ~(v > 0), v, u)": lambda u, v: v,
    "where(u == 0.6, v, u)": lambda u, v: v,
    "where(u ≠ 0.6, v, where(v ≤ 0, 2·u, v))": lambda u, v: 2 * u,
    "where(1 > 0, u, v)": lambda u, v: u,
    "where(u > 0, 1, 2)*u": lambda u, v: u,
}
SIGNS: dict[str, Callable[[float, float], float]] = {
    "x**2 + 3*y": lambda u, v: u * u + 3 * v,
    "x*v - u*y": lambda u, v: 0.0,
    "u^2 + v^2": lambda u, v: u * u + v * v,
    "-u^2": lambda u, v: -u * u,
    "e^u": lambda u, v: math.e**u,
    "u² + v³": lambda u, v: u * u + v * v * v,
    "u⁻² − u¹⁰": lambda u, v: u**-2 - u**10,
    "sin(π·u)·cos(2*π*v)": lambda u, v: math.sin(math.pi * u) * math.cos(2 * math.pi * v),
    "3×u ÷ 2 – v": lambda u, v: 1.5 * u - v,
    "√(u)": lambda u, v: math.sqrt(u),
    "∛(v) + log₂(u) + log₁₀(u)": lambda u, v: math.cbrt(v) + math.log2(u) + math.log10(u),
    "2^−u": lambda u, v: 2**-u,
}
ALL = FUNCTIONS | CONDITIONS | SIGNS


@pytest.mark.parametrize("text", ALL)
def test_a_formula_is_what_it_says(text: str) -> None:
    formula, expected = Expression(text), ALL[text](U, V)
    assert float(formula(U, V)) == pytest.approx(expected, rel=1e-14, abs=1e-15)
    np.testing.assert_allclose(
        formula(np.array([U, U]), np.array([V, V])), [expected] * 2, rtol=1e-14, atol=1e-15
    )
    tensor = formula(Tensor(U), Tensor(V))
    assert float(getattr(tensor, "data", tensor)) == pytest.approx(expected, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("text", ALL)
def test_its_gradient_is_the_central_difference(text: str) -> None:
    # sum(u == 0.6) and the like have no derivative where they jump: beside it.
    u, v, h = U + 0.01, V - 0.01, 1e-6
    formula = Expression(text)
    expected = [
        float(formula(u + h, v) - formula(u - h, v)) / (2 * h),
        float(formula(u, v + h) - formula(u, v - h)) / (2 * h),
    ]
    for engine in ("compiled", "eager"):
        _, gradient = value_and_grad(formula, engine=engine)(u, v)
        assert gradient == pytest.approx(expected, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize(
    "text", ["min(u, v) + where(x > 0.2, x², 1)", "hypot(x, y) % 0.3 + erf(v)", "u² + 0·v²"]
)
def test_a_race_on_it_is_the_same_in_both_engines(text: str) -> None:
    traces = [
        run_race(RaceSpec.model_validate({"surface": text, "steps": 20, "engine": engine, "racer": [
            {"optimizer": "adam", "lr": 0.05}, {"optimizer": "sgd", "lr": 0.05},
        ]}))
        for engine in ("compiled", "eager")
    ]  # fmt: skip
    np.testing.assert_allclose(traces[0].positions, traces[1].positions, rtol=1e-9, atol=1e-12)


def test_a_chain_of_comparisons_computes_each_part_once() -> None:
    # Nested 40 deep, a part that is computed twice is computed 2^40 times.
    text = "u"
    for _ in range(40):
        text = f"where(0 < {text} < 9, u, v)"
    assert float(Expression(text)(1.0, 2.0)) == 1.0


HINTS = [
    ("cot(u)", "write 1/tan(u)"),
    ("sgn(u)", "write sign(u)"),
    ("sigma(u)", "write sigmoid(u)"),
    ("tg(u)", "write tan(u)"),
    ("step(u)", "write where(u > 0, 1, 0)"),
    ("maxx(u, v)", "did you mean 'max'?"),
    ("arcsine(u)", "did you mean 'asin'?"),
    ("np.sin(u)", "write sin alone"),
    ("math.pi*u", "write pi alone"),
    ("sin²(u)", "sin is a function: write sin(u); its square is sin(u)**2"),
    ("tanh^2(u) + v", "tanh is a function: write tanh(u); its square is tanh(u)**2"),
    ("softmax(u, v)", "unknown function 'softmax': write exp(u)/(exp(u) + exp(v))"),
    ("logsumexp(u, v)", "unknown function 'logsumexp': write log(exp(u) + exp(v))"),
    ("u mod 2", "write mod(u, v) or u % v for a remainder"),
    ("x₁ + v", "unknown name 'x1': write x"),
    ("sqrt u", "sqrt is a function: write sqrt(u)"),
    ("2u", "write a product with *"),
    ("2π*u", "write a product with *"),
    ("πu", "write a product with *"),
    ("sin(πu)", "write a product with *"),
    ("sin(2π u)", "write a product with *"),
    ("exp(u v)", "write a product with *"),
    ("uv", "write u*v"),
    ("2 + xy", "write x*y"),
    ("exp(sin u)", "sin is a function: write sin(u)"),
    ("min", "min is a function: write min(u, v)"),
    ("where", "where is a function: write where(u > 0, u, v)"),
    ("where(u = v, 1, 0)", "write == to compare"),
    ("where(u > 0 and v = 1, u, 0)", "write == to compare"),
    ("int(u)", "write floor(u)"),
    ("silu(u)", "write u*sigmoid(u)"),
    ("iif(u > 0, u, v)", "write where("),
    ("u v", "write a product with *"),
    ("2(u + v)", "write a product with *"),
    ("u(v + 1)", "write a product with *"),
    ("z = u**2", "what stands right of the ="),
    ("|u|", "write abs(u)"),
    ("0,5*u", "decimal point"),
    ("u > v", "where(condition, a, b)"),
    ("u if u > 0 else v", "where(condition, a, b)"),
    ("if(u > 0, u, v)", "where(condition, a, b)"),
    ("where(u, 1, 2)", "write a comparison, as u > 0"),
    ("where(u > 0 & v > 0, 1, u)", "each in parentheses"),
    ("where(u > 0, 1)", "where takes a condition and two numbers"),
    ("min(u)", "min takes two arguments or more"),
    ("mod(u)", "mod takes two arguments"),
    ("sin(u, v)", "sin takes one argument"),
    ("u // 2", "write floor(a / b)"),
    ("x1 + x2", "write x"),
    ("sin(u", "never closed"),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_what_is_not_understood_gets_a_hint_that_is_right(text: str, hint: str) -> None:
    assert hint in refused(text)


def test_no_function_of_mathematics_is_taken_for_another_that_is_spelt_alike() -> None:
    for name in (
        "cot",
        "sec",
        "csc",
        "sinc",
        "coth",
        "sech",
        "lg",
        "round",
        "square",
        "mean",
        "gamma",
        "norm",
        "int",
        "trunc",
        "gelu",
        "fmod",
    ):
        assert "unknown function" in (reason := refused(f"{name}(u)"))
        assert "did you mean" not in reason


def test_a_text_of_raised_digits_and_signs_keeps_its_columns() -> None:
    line, origins = vocabulary.plainly("  π²≤u¹⁰")
    assert line == "pi **2<=u**10"
    assert [origins[line.index(piece)] for piece in ("pi", "**2", "<=", "u", "**10", "0")] == [
        2,
        3,
        4,
        5,
        6,
        7,
    ]


SIGN_PIECES = [*"()(),+-*/%<&|~^²π√−·≤=:[].", "**", ">=", "==", "⁻¹"]
WORDS = [
    " and ",
    " or ",
    " not ",
    "if",
    "else",
    "lambda",
    "__import__",
    "'os'",
    "open",
    "u(",
    "sin(",
    "where(",
]
PIECES = [*vocabulary.FUNCTIONS, *vocabulary.ALIASES, *"uvxyuvxye", "pi", "2", "0.5", *SIGN_PIECES, *WORDS]


def refused(text: str) -> str:
    """Why a text is refused; nothing if it is not."""
    try:
        Expression(text)
    except ExpressionError as error:
        return str(error)
    return ""


def test_random_pieces_are_accepted_or_refused_in_one_line_and_never_crash() -> None:
    draw, accepted = np.random.default_rng(3), 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3000):
            text = "".join(draw.choice(PIECES, draw.integers(1, 10)))
            if reason := refused(text):
                assert "\n" not in reason
                assert len(reason) < 400
                continue
            accepted += 1
            with np.errstate(all="ignore"):
                value = np.asarray(Expression(text)(np.array([U, V]), np.array([V, 2.0])))
            assert value.dtype == np.float64
    assert accepted > 20
