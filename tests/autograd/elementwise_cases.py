"""Which inputs each elementwise row of `autograd.rules.RULES` is tried on."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from tests.autograd.case import TRUTHS, Case, spread

Span = tuple[float, float]
Shapes = tuple[tuple[int, ...], ...]

# Where each rule is smooth, input by input. A span for each side of a kink, since central differences know
# no more of a rule than what is near the point.
_UNARY: dict[str, tuple[Span, ...]] = {
    "negative": ((-3, 3),),
    "square": ((-3, 3),),
    "absolute": ((0.5, 3), (-3, -0.5)),
    "sin": ((-6, 6),),
    "cos": ((-6, 6),),
    "tan": ((-1.3, 1.3),),
    "arcsin": ((-0.9, 0.9),),
    "arccos": ((-0.9, 0.9),),
    "arctan": ((-3, 3),),
    "sinh": ((-3, 3),),
    "cosh": ((-3, 3),),
    "tanh": ((-3, 3),),
    "arcsinh": ((-3, 3),),
    "arccosh": ((1.2, 5),),
    "arctanh": ((-0.9, 0.9),),
    "exp": ((-4, 4),),
    "exp2": ((-4, 4),),
    "expm1": ((-4, 4),),
    "log": ((0.2, 5),),
    "log2": ((0.2, 5),),
    "log10": ((0.2, 5),),
    "log1p": ((-0.7, 5),),
    "sqrt": ((0.2, 5),),
    "cbrt": ((0.2, 5), (-5, -0.2)),
    "erf": ((-3, 3),),
    "floor": ((0.1, 0.9), (-2.9, -2.1)),
    "ceil": ((0.1, 0.9), (-2.9, -2.1)),
    "rint": ((0.6, 1.4), (-2.4, -1.6)),
    "trunc": ((0.1, 0.9), (-2.9, -2.1)),
    "sign": ((0.5, 3), (-3, -0.5)),
    "sigmoid": ((-4, 4),),
    "sech_squared": ((-3, 3),),
    "one_minus_square": ((-3, 3),),
    "lorentzian": ((-3, 3),),
    "softplus": ((-4, 4), (21, 30)),
    "relu": ((0.5, 3), (-3, -0.5)),
}
_BETWEEN_STEPS = (((4.2, 5.8), (3, 4)), ((-5.8, -4.2), (3.2, 4)), ((4.2, 5.6), (-4, -3)))
_BINARY: dict[str, tuple[tuple[Span, Span], ...]] = {
    "add": (((-3, 3), (-2, 4)),),
    "subtract": (((-3, 3), (-2, 4)),),
    "multiply": (((-3, 3), (-2, 4)),),
    "divide": (((-3, 3), (0.5, 4)), ((-2, 3), (-4, -0.5))),
    "power": (((0.3, 3), (-2, 2.5)),),
    "arctan2": (((-3, 3), (0.5, 4)), ((0.5, 3), (-4, -0.5))),
    "logaddexp": (((-3, 3), (-1, 2)), ((30, 50), (-2, 2))),
    "hypot": (((-3, 3), (0.5, 4)), ((-3, -0.5), (-1, 1))),
    "direction_cosine": (((-3, 3), (0.5, 4)), ((-3, -0.5), (-1, 1))),
    "times_log": (((-3, 3), (0.2, 4)),),
    **dict.fromkeys(("floor_divide", "remainder", "fmod"), _BETWEEN_STEPS),
    "maximum": (((-3, 3), (-1, 2)), ((-1, 2), (-3, 3))),
    "minimum": (((-3, 3), (-1, 2)), ((-1, 2), (-3, 3))),
    **{rule: (((-3, 3), (-1, 2)),) for rule in TRUTHS if rule != "logical_not"},
}
_CLIP: tuple[tuple[Span, Span, Span], ...] = (
    ((-3, 3), (-2, -1), (1, 2)), ((-3, 1), (0, 1), (1, 2)), ((0, 4), (-2, -1), (0, 1)),
    ((-3, 3), (1, 2), (-2, -1)),
)  # fmt: skip
# One span for each input of functions of one number and of two.
SPANS: dict[str, tuple[Span, ...]] = {rule: spans[:1] for rule, spans in _UNARY.items()} | {
    rule: choices[0] for rule, choices in _BINARY.items()
}

_SHAPES: Shapes = ((), (1,), (5,), (2, 3), (2, 1, 2))
_PAIRS: tuple[Shapes, ...] = (
    ((), ()), ((), (4,)), ((4,), ()), ((1,), (3,)), ((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3,)),
    ((3,), (2, 3)), ((2, 1), (1, 3)), ((2, 1, 3), (4, 1)), ((1, 1), (2,)), ((), (2, 0)), ((0,), (1,)),
)  # fmt: skip
_TRIPLES: tuple[Shapes, ...] = (
    ((), (), ()), ((4,), (), ()), ((), (3,), ()), ((4,), (4,), (4,)), ((2, 3), (3,), (2, 1)),
    ((1,), (3,), (1,)), ((2, 0), (1,), ()), ((2, 1, 1), (3, 1), (4,)),
)  # fmt: skip


def _on(rule: str, spans: tuple[Span, ...], shapes: Shapes) -> Case:
    return Case(rule, tuple(spread(*span, *shape) for span, shape in zip(spans, shapes, strict=True)))


def _condition(*shape: int) -> Any:
    return bool(spread(-3, 3)) if not shape else spread(-3, 3, *shape) > 0


SMOOTH: tuple[Case, ...] = (
    *(_on(rule, (span,), (s,)) for rule, spans in _UNARY.items() for span in spans for s in _SHAPES),
    *(_on(rule, spans, s) for rule, choices in _BINARY.items() for spans in choices for s in _PAIRS),
    *(_on("clip", spans, s) for spans in _CLIP for s in _TRIPLES),
    *(Case("where", (_condition(*c), spread(-3, 3, *a), spread(-2, 4, *b))) for c, a, b in _TRIPLES),
    Case("where", (False, 1.5, 2.5)),
    *(Case("logical_not", (spread(-3, 3, *shape),)) for shape in _SHAPES),
)

# Every function at all of these, and every function of two numbers at all pairs of the second row.
_INF, _NAN = math.inf, math.nan
_POINTS = (
    0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 20.0, 20.5, -40.0, 709.0, 1000.0, -1000.0, 5e-324,
    1e-200, 1e22, 1e308, -1e308, _INF, -_INF, _NAN,
)  # fmt: skip
_PAIRED = (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 2000.0, 1e-200, 1e200, -1e200, _INF, -_INF, _NAN)
# Points where PyTorch's numbers are the right ones. It squares the denominator of arctan2's derivative,
# divides inf by inf, has no cbrt, gives nan for the remainder of a huge by a tiny number, 0 for the sign of
# nan, and arccosh a derivative at -1, where it is nan. Elsewhere test_slopes.py knows.
_TAME = {
    "arctan2": (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 2000.0, _NAN),
    "hypot": (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 2000.0, 1e-200, 1e200, -1e200, _NAN),
    "direction_cosine": (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 2000.0, _NAN),
    **dict.fromkeys(
        ("sech_squared", "lorentzian"),
        (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 20.0, -40.0, 5e-324, 1e-200, _NAN),
    ),
    "remainder": (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 2000.0, _INF, -_INF, _NAN),
    "fmod": (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 2000.0, _INF, -_INF, _NAN),
    "arccosh": (1.0, 2.0, 20.0, 1000.0, 1e22, _INF, _NAN),
    "sign": (0.0, -0.0, 0.5, -3.0, 1e-200, -1e308, _INF, -_INF),
    "cbrt": (0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 20.0, -40.0, 1000.0, -1000.0, 1e22, _INF, -_INF, _NAN),
}
_TRIPLED = (0.0, -1.0, 1.0, _INF, -_INF, _NAN)


def _columns(rule: str, points: Any) -> Case:
    return Case(rule, tuple(np.array(column) for column in zip(*points, strict=True)))


EDGES: tuple[Case, ...] = (
    *(_columns(rule, product(_TAME.get(rule, _POINTS))) for rule in (*_UNARY, "logical_not")),
    *(_columns(rule, product(_TAME.get(rule, _PAIRED), repeat=2)) for rule in _BINARY),
    _columns("clip", product(_TRIPLED, repeat=3)),
    _columns("where", product((True, False), (1.0, _INF, _NAN), (-1.0, _INF, _NAN))),
)
"""Each has inputs of one shape, so that they can also be tried point by point."""

OTHERS: tuple[Case, ...] = (
    Case("power", (spread(-3, -0.5, 4), np.array([3.0, 2.0, -1.0, -2.0]))),
    Case("power", (np.array([0.0, -8.0, 2.0]), np.array([[0.0], [0.5], [-1.0]]))),
    *(Case(rule, (np.zeros((0,)),)) for rule in _UNARY),
)
