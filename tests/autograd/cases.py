"""The table of operations to test: which inputs each row of `autograd.rules.RULES` is tried on.

Plain data, without torch and without our autograd: the tests and the recorder of PyTorch's answers
(`tests.oracle.record_torch`) both read it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One call of one rule, on floats and arrays."""

    rule: str
    inputs: tuple[Any, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """A name for the case, which no other case has."""
        words = [_word(x) for x in self.inputs] + [f"{key}={value}" for key, value in self.settings.items()]
        return f"{self.rule}({', '.join(words)})"


def _word(x: Any) -> str:
    if np.size(x) <= 1:
        return str(x)
    return f"{x.flat[0]:.3f}.. of shape {np.shape(x)}"


def spread(low: float, high: float, *shape: int) -> Any:
    """Numbers spread over [low, high], the same ones in every run; a float where the shape is ()."""
    count = math.prod(shape)
    fractions = np.arange(1, count + 1) * 0.6180339887498949 % 1.0
    values = low + (high - low) * fractions.reshape(shape)
    return float(values) if not shape else values


def seed_for(shape: tuple[int, ...]) -> Any:
    """The gradient that is sent backward through an output: different for each element, never zero."""
    seeds = 1.0 + 0.25 * np.arange(math.prod(shape)).reshape(shape)
    return float(seeds) if not shape else seeds


# Where each rule of one input is smooth, and where each of two inputs is.
_UNARY = {
    "negative": (-3, 3),
    "absolute": (0.5, 3),
    "sin": (-6, 6),
    "cos": (-6, 6),
    "exp": (-4, 4),
    "log": (0.2, 5),
    "sqrt": (0.2, 5),
    "tanh": (-3, 3),
    "relu": (0.5, 3),
    "sum": (-3, 3),
    "mean": (-3, 3),
}
_BELOW_ZERO = {"absolute": (-3, -0.5), "relu": (-3, -0.5)}
_BINARY = {
    "add": ((-3, 3), (-2, 4)),
    "subtract": ((-3, 3), (-2, 4)),
    "multiply": ((-3, 3), (-2, 4)),
    "divide": ((-3, 3), (0.5, 4)),
    "power": ((0.3, 3), (-2, 2.5)),
}
_SHAPES: tuple[tuple[int, ...], ...] = ((), (1,), (5,), (2, 3), (2, 1, 2), (0,))
_PAIRS: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((), ()), ((), (4,)), ((4,), ()), ((1,), (3,)), ((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3,)),
    ((3,), (2, 3)), ((2, 1), (1, 3)), ((2, 1, 3), (4, 1)), ((1, 1), (2,)), ((), (2, 0)), ((0,), (1,)),
)  # fmt: skip
_MATRICES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((1, 3), (3, 1)), ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((1, 2, 3), (5, 3, 2)),
    ((3,), (5, 3, 2)), ((5, 2, 3), (3,)), ((5, 4, 2, 3), (3,)), ((3,), (5, 4, 3, 2)),
)  # fmt: skip
_REDUCTIONS: tuple[dict[str, Any], ...] = (
    {"axis": 0}, {"axis": 1}, {"axis": -1}, {"axis": (0, 2)}, {"axis": (0, 1, 2)},
    {"keepdims": True, "axis": 1}, {"keepdims": True, "axis": (1, 2)}, {"keepdims": True, "axis": -3},
    {"axis": 2, "keepdims": False},
)  # fmt: skip

SMOOTH: tuple[Case, ...] = (
    *(Case(rule, (spread(*span, *shape),)) for rule, span in _UNARY.items() for shape in _SHAPES[:-1]),
    *(Case(rule, (spread(*span, *shape),)) for rule, span in _BELOW_ZERO.items() for shape in _SHAPES[:-1]),
    *(
        Case(rule, (spread(*left, *a), spread(*right, *b)))
        for rule, (left, right) in _BINARY.items()
        for a, b in _PAIRS
    ),
    Case("divide", (spread(-3, 3, 4), spread(-4, -0.5, 4))),
    *(Case("matmul", (spread(-2, 2, *a), spread(-1, 3, *b))) for a, b in _MATRICES),
    *(
        Case(rule, (spread(-3, 3, 2, 3, 4),), settings)
        for rule in ("sum", "mean")
        for settings in _REDUCTIONS
    ),
)

_INF, _NAN = math.inf, math.nan
_EDGES: dict[str, tuple[tuple[float, ...], ...]] = {
    "add": ((_INF, -_INF), (1e308, 1e308), (_NAN, 1.0)),
    "subtract": ((_INF, _INF), (-1e308, 1e308)),
    "multiply": ((_INF, 0.0), (1e200, 1e200), (1e-200, 1e-200)),
    "divide": (
        (1.0, 0.0), (-1.0, 0.0), (0.0, 0.0), (1.0, -0.0), (_INF, _INF), (0.0, 5.0), (1e308, 1e-10),
        (1.0, _INF),
    ),
    "power": (
        (0.0, -1.0), (0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 0.5), (0.0, -0.5), (-8.0, 0.5), (-8.0, -0.5),
        (-2.0, 0.0), (-2.0, 2.0), (-2.0, 3.0), (-2.0, -1.0), (-0.0, 3.0), (-0.0, -1.0), (_INF, 0.0),
        (_INF, -1.0), (_NAN, 0.0), (1.0, _NAN), (0.0, _INF), (0.0, -_INF), (2.0, 2000.0), (2.0, -2000.0),
        (1e200, 2.0), (-1e200, 3.0), (-1.0, _INF), (1.0, _INF), (_INF, 0.5), (-_INF, 2.0), (-_INF, 0.5),
    ),
    "negative": ((0.0,), (_INF,), (_NAN,)),
    "absolute": ((0.0,), (-0.0,), (-_INF,), (_NAN,)),
    "sin": ((0.0,), (_INF,), (1e22,), (_NAN,)),
    "cos": ((0.0,), (-_INF,), (1e22,), (_NAN,)),
    "exp": ((1000.0,), (-1000.0,), (709.0,), (_INF,), (-_INF,), (_NAN,)),
    "log": ((0.0,), (-0.0,), (-1.0,), (_INF,), (5e-324,), (_NAN,)),
    "sqrt": ((0.0,), (-0.0,), (-1.0,), (_INF,), (5e-324,), (_NAN,)),
    "tanh": ((0.0,), (1000.0,), (-1000.0,), (_INF,), (20.0,), (_NAN,)),
    "relu": ((0.0,), (-0.0,), (-1.0,), (_INF,), (-_INF,), (_NAN,)),
    "sum": ((_INF,), (_NAN,)),
    "mean": ((_INF,), (_NAN,)),
}  # fmt: skip


def _edge_cases(rule: str, points: tuple[tuple[float, ...], ...]) -> list[Case]:
    """Each point on floats and on arrays of one number, where other code may run; then all in one array."""
    columns = tuple(np.array(column) for column in zip(*points, strict=True))
    single = [Case(rule, point) for point in points]
    arrays = [Case(rule, tuple(np.array([x]) for x in point)) for point in points]
    return [*single, *arrays, Case(rule, columns)]


EDGES: tuple[Case, ...] = (
    *chain.from_iterable(_edge_cases(rule, points) for rule, points in _EDGES.items()),
    Case("power", (np.array([0.0, -8.0, 2.0]), np.array([[0.0], [0.5], [-1.0]]))),
    Case("power", (spread(-3, -0.5, 4), 3.0)),
    *(Case(rule, (np.zeros((0,)),)) for rule in _UNARY),
)

CASES = SMOOTH + EDGES
