"""Which inputs the rows are tried on that are not elementwise: reductions, products and changes of shape."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tests.autograd.case import Case, spread

Shape = tuple[int, ...]

_SHAPES: tuple[Shape, ...] = ((), (1,), (5,), (2, 3), (2, 1, 2))
_MATRICES: tuple[tuple[Shape, Shape], ...] = (
    ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((1, 3), (3, 1)), ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((1, 2, 3), (5, 3, 2)),
    ((3,), (5, 3, 2)), ((5, 2, 3), (3,)), ((5, 4, 2, 3), (3,)), ((3,), (5, 4, 3, 2)), ((1,), (1,)),
    ((1, 1), (1, 1)), ((0,), (0,)), ((2, 0), (0, 3)), ((0, 3), (3, 2)), ((0, 2, 3), (3, 2)),
)  # fmt: skip
_REDUCTIONS = ("sum", "mean", "max", "min", "logsumexp", "norm")
_AXES: tuple[dict[str, Any], ...] = (
    {"axis": 0}, {"axis": 1}, {"axis": -1}, {"axis": (0, 2)}, {"axis": (0, 1, 2)},
    {"keepdims": True}, {"keepdims": True, "axis": 1}, {"keepdims": True, "axis": (1, 2)},
    {"keepdims": True, "axis": -3}, {"axis": 2, "keepdims": False}, {"axis": (-1, 0)},
)  # fmt: skip
_RESHAPES: tuple[tuple[Shape, Shape], ...] = (
    ((2, 3), (6,)), ((2, 3), (3, 2)), ((2, 3), (-1,)), ((2, 3, 4), (4, -1)), ((6,), (1, 2, 3)), ((), (1, 1)),
    ((1, 1), ()), ((2, 0), (0,)), ((2, 3), (2, -1, 1)),
)  # fmt: skip
_TRANSPOSES: tuple[tuple[Shape, Shape | None], ...] = (
    ((2, 3), None), ((3,), None), ((), None), ((2, 3, 4), None), ((2, 3), (0, 1)), ((2, 3), (1, 0)),
    ((2, 3, 4), (1, 2, 0)), ((2, 3, 4), (2, 0, 1)), ((2, 3, 4), (-1, 0, -2)), ((0, 2), (1, 0)),
)  # fmt: skip
_BROADCASTS: tuple[tuple[Shape, Shape], ...] = (
    ((), (3,)), ((), ()), ((3,), (3,)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((1, 3, 1), (2, 4, 3, 2)),
    ((1,), (0,)), ((1, 1), (2, 3)),
)  # fmt: skip
_INDICES: tuple[tuple[Shape, Any], ...] = (
    ((5,), 0), ((5,), -1), ((5,), slice(1, 4)), ((5,), slice(None, None, 2)), ((5,), slice(-3, None)),
    ((5,), slice(None, None, -1)), ((5,), slice(2, 2)), ((5,), ...), ((5,), None), ((5,), ()), ((), ()),
    ((), None), ((), ...), ((2, 3), 1), ((2, 3), (1, -2)), ((2, 3), (slice(None), 2)), ((2, 3), (..., 0)),
    ((2, 3), (slice(1), slice(1, None))), ((2, 3), (None, ..., 0)), ((2, 3), (slice(None), None, 1)),
    ((2, 3), (slice(None, None, -1), slice(None, None, -1))), ((2, 3, 4), (0, ..., -1)),
    ((2, 3, 4), (..., slice(0, 4, 3))), ((5,), np.array([0, 2, 4])), ((5,), np.array([1, 1, -4, 3])),
    ((5,), np.array([[0, 1], [1, 0]])), ((5,), [3, 3]), ((5,), np.array([], dtype=np.int64)),
    ((4, 3), np.array([3, 0, 3])), ((4, 3), (np.array([0, 1, 0]), np.array([2, 2, 2]))),
    ((4, 3), (slice(None), np.array([1, 1]))), ((4, 3), (np.array([[0], [2]]), np.array([0, 1]))),
    ((2, 3, 4), (..., np.array([3, 3, 1]))), ((5,), np.array([True, False, True, True, False])),
    ((2, 3), np.array([[True, False, True], [False, False, True]])), ((2, 3), np.array([False, True])),
    ((2, 3), (slice(None), np.array([True, False, True]))), ((2, 3), np.zeros((2, 3), dtype=bool)),
)  # fmt: skip
_JOINED: tuple[tuple[tuple[Shape, ...], int], ...] = (
    (((3,), (2,)), 0), (((3,), (2,)), -1), (((2, 3), (1, 3)), 0), (((2, 3), (2, 1)), 1),
    (((2, 3), (2, 1)), -1), (((2,), (0,), (3,)), 0), (((1, 2), (3, 2), (2, 2)), -2),
    (((2, 1, 2), (2, 4, 2)), 1), (((2,),), 0),
)  # fmt: skip
_STACKED: tuple[tuple[int, Shape, int], ...] = (
    (2, (), 0), (3, (), -1), (2, (3,), 0), (2, (3,), 1), (3, (3,), -1), (2, (2, 3), 1), (3, (2, 3), -3),
    (2, (0,), 0), (1, (2,), 1),
)  # fmt: skip


def _three(low: float, high: float, *shapes: Shape) -> tuple[Any, ...]:
    """Inputs of these shapes that differ from each other."""
    return tuple(spread(low + i, high + 2 * i, *shape) for i, shape in enumerate(shapes))


def _order(*shape: int, axis: int) -> Any:
    """Every number's place in another order along an axis."""
    return np.argsort(spread(-1, 1, *shape) ** 2, axis=axis)


def _taken(shape: Shape, index: Any) -> Shape:
    return np.shape(np.zeros(shape)[index])


SMOOTH: tuple[Case, ...] = (
    *(Case("matmul", (spread(-2, 2, *a), spread(-1, 3, *b))) for a, b in _MATRICES),
    *(Case(rule, (spread(-3, 3, *shape),)) for rule in _REDUCTIONS for shape in _SHAPES),
    *(Case(rule, (spread(-3, 3, 2, 3, 4),), settings) for rule in _REDUCTIONS for settings in _AXES),
    *(Case(rule, (spread(-3, 3, 2, 0),), {"axis": 1}) for rule in ("sum", "norm")),
    *(Case(rule, (spread(-3, 3, 2, 0),), {"axis": 0}) for rule in _REDUCTIONS),
    *(
        Case("softmax", (spread(-3, 3, *shape),), {"axis": axis})
        for shape in ((3,), (1,), (2, 3), (2, 3, 4), (0,), (2, 0))
        for axis in range(-len(shape), len(shape))
    ),
    Case("softmax", (0.5,), {"axis": -1}),
    *(Case("reshape", (spread(-3, 3, *old),), {"shape": new}) for old, new in _RESHAPES),
    *(Case("transpose", (spread(-3, 3, *shape),), {"axes": axes}) for shape, axes in _TRANSPOSES),
    *(Case("broadcast_to", (spread(-3, 3, *old),), {"shape": new}) for old, new in _BROADCASTS),
    *(Case("getitem", (spread(-3, 3, *shape),), {"index": index}) for shape, index in _INDICES),
    *(
        Case("scatter", (spread(-3, 3, *_taken(shape, index)),), {"index": index, "shape": shape})
        for shape, index in _INDICES
    ),
    *(
        Case("along", (spread(-3, 3, *shape), _order(*shape, axis=axis)), {"axis": axis})
        for shape in ((3,), (1,), (4, 3), (2, 3, 4))
        for axis in range(-1, len(shape) - 1)
    ),
    *(
        Case(rule, (spread(-3, 3, *shape),), {"axis": axis})
        for rule in ("argsort", "argmax", "argmin")
        for shape in ((3,), (1,), (4, 3), (2, 3, 4))
        for axis in range(-1, len(shape) - 1)
    ),
    *(Case(rule, (spread(-3, 3, *shape),)) for rule in ("argmax", "argmin") for shape in ((3,), (4, 3))),
    *(Case("concatenate", _three(-3, 3, *shapes), {"axis": axis}) for shapes, axis in _JOINED),
    *(Case("stack", _three(-3, 3, *[shape] * count), {"axis": axis}) for count, shape, axis in _STACKED),
)

_INF, _NAN = math.inf, math.nan
_ROWS: tuple[tuple[float, ...], ...] = (
    (1.0, 2.0, 2.0, -3.0), (2.0, 2.0, 2.0, 2.0), (0.0, -0.0, 0.0, 0.0), (_INF, 1.0, _INF, 0.0),
    (-_INF, 1.0, 2.0, 3.0), (-_INF, -_INF, -_INF, -_INF), (_INF, -_INF, 0.0, 1.0), (_NAN, 1.0, 5.0, 5.0),
    (_NAN, 0.0, _NAN, _INF), (1000.0, 1001.0, -1000.0, 999.0), (1e200, 1e200, 0.0, 1.0),
    (1e-200, 0.0, 1e-200, 0.0), (1e308, 1e308, -1e308, 1e308), (0.0, 0.0, 5e-324, 0.0),
)  # fmt: skip

EDGES: tuple[Case, ...] = (
    *(Case(rule, (np.array(row),)) for rule in _REDUCTIONS for row in _ROWS),
    *(Case(rule, (np.array(_ROWS),), {"axis": axis}) for rule in _REDUCTIONS for axis in (0, 1)),
    *(Case(rule, (np.array(_ROWS),), {"axis": (1,), "keepdims": True}) for rule in _REDUCTIONS),
    *(Case("softmax", (np.array(_ROWS),), {"axis": axis}) for axis in (0, 1)),
    *(Case(rule, (x,)) for rule in _REDUCTIONS for x in (0.0, _INF, -_INF, _NAN)),
    *(Case(rule, (np.zeros(0),)) for rule in ("sum", "mean", "logsumexp", "norm")),
    *(Case(rule, (np.zeros((2, 0)),), {"axis": 1}) for rule in ("mean", "logsumexp")),
    Case("matmul", (np.array([[_INF, 1.0], [0.0, _NAN]]), np.array([[0.0, 1.0], [2.0, 3.0]]))),
    Case("matmul", (np.array([1e200, 1.0]), np.array([1e200, -1.0]))),
)
