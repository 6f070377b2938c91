"""How numpy's functions are called, as inputs and settings of rows; what else they take is refused."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.array_rules import Axis

Call = tuple[tuple[Any, ...], dict[str, Any]]


def ints(*numbers: Any) -> tuple[int, ...]:
    """A shape or axes, given as several ints or as one tuple."""
    if len(numbers) == 1 and np.ndim(numbers[0]):
        numbers = tuple(numbers[0])
    return tuple(map(operator.index, numbers))


def _reduction(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Call:
    return (a,), {"axis": axis, "keepdims": keepdims}


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Call:  # noqa: A002
    low, high = (min if a_min is None else a_min), (max if a_max is None else a_max)
    return (a, -math.inf if low is None else low, math.inf if high is None else high), {}


def _norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Call:  # noqa: A002
    if ord is not None and not (ord == 2 and (isinstance(axis, int) or np.ndim(x) == 1)):
        raise TypeError("only the Euclidean norm has a derivative rule, so leave ord out")
    return (x,), {"axis": axis, "keepdims": keepdims}


def _where(condition: Any, x: Any, y: Any) -> Call:
    return (condition, x, y), {}


def _transposed(a: Any, axes: Any = None) -> Call:
    return (a,), {"axes": None if axes is None else ints(*axes)}


def _shaped(a: Any, shape: Any) -> Call:
    return (a,), {"shape": ints(shape)}


def _joined(arrays: Any, axis: int = 0) -> Call:
    return tuple(arrays), {"axis": operator.index(axis)}


def _sorted(a: Any, axis: int | None = -1) -> Call:
    return (np.reshape(a, (-1,)) if axis is None else a,), {"axis": -1 if axis is None else axis}


# The rule of each function, and how it is called.
FUNCTIONS: dict[Any, tuple[str, Callable[..., Call]]] = {
    np.sum: ("sum", _reduction), np.mean: ("mean", _reduction), np.max: ("max", _reduction),
    np.min: ("min", _reduction), np.amax: ("max", _reduction), np.amin: ("min", _reduction),
    np.linalg.norm: ("norm", _norm), np.clip: ("clip", _clip), np.where: ("where", _where),
    np.reshape: ("reshape", _shaped), np.broadcast_to: ("broadcast_to", _shaped),
    np.transpose: ("transpose", _transposed), np.concatenate: ("concatenate", _joined),
    np.stack: ("stack", _joined), np.argmax: ("argmax", _reduction), np.argmin: ("argmin", _reduction),
    np.argsort: ("argsort", _sorted),
}  # fmt: skip
