"""numpy's functions that are made of others: no rows of the table, so no derivatives of their own.

Those that answer true or false, and those like `np.zeros_like`, give plain values, as comparisons do.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autograd.array_rules import Axis, along, counted, kept_shape


def checked_dtype(dtype: Any) -> None:
    """Refuse any dtype but float64, by a TypeError."""
    if dtype is not None and np.dtype(dtype) != np.float64:
        raise TypeError(f"dtype must be float64, not {np.dtype(dtype)}")


def _full_like(a: Any, fill_value: Any, dtype: Any = None) -> Any:
    checked_dtype(dtype)
    fill_value = fill_value * 1.0  # numbers are of float64
    return np.where(np.equal(a, a), fill_value, fill_value)


def _gaps(a: Any, axis: Axis, ddof: float, correction: float | None) -> tuple[Any, Any]:
    """How far the numbers are from their mean, and by what the squares are divided."""
    freedom = counted(a, axis) - (ddof if correction is None else correction)
    return a - np.mean(a, axis=axis, keepdims=True), np.float64(max(freedom, 0))


def _var(
    a: Any, axis: Axis = None, *, ddof: float = 0, correction: float | None = None, keepdims: bool = False
) -> Any:
    gaps, freedom = _gaps(a, axis, ddof, correction)
    return np.sum(gaps * gaps, axis=axis, keepdims=keepdims) / freedom


def _std(
    a: Any, axis: Axis = None, *, ddof: float = 0, correction: float | None = None, keepdims: bool = False
) -> Any:
    """As PyTorch: flat where all numbers are equal, as the norm is at 0."""
    gaps, freedom = _gaps(a, axis, ddof, correction)
    return np.linalg.norm(gaps, axis=axis, keepdims=keepdims) / np.sqrt(freedom)


def _average(a: Any, axis: int | None = None, weights: Any = None, *, keepdims: bool = False) -> Any:
    if weights is None:
        return np.mean(a, axis=axis, keepdims=keepdims)
    if axis is not None and np.ndim(weights) == 1:
        weights = np.reshape(weights, (-1, *(1,) * (np.ndim(a) - 1 - axis % np.ndim(a))))
    elif np.shape(weights) != np.shape(a):
        raise TypeError("weights must have the shape of a, or one axis")
    whole = np.broadcast_to(weights, np.shape(a))
    return np.sum(a * weights, axis=axis, keepdims=keepdims) / np.sum(whole, axis=axis, keepdims=keepdims)


def _ptp(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


def _prod(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """Multiplies one half by the other until one number is left; its derivative divides by no number."""
    shape = kept_shape(a, axis)
    ndim = np.ndim(a)
    axes = range(ndim) if axis is None or not ndim else normalize_axis_tuple(axis, ndim)
    others = [i for i in range(ndim) if i not in axes]
    turned = np.transpose(a, (*others, *axes))
    x = np.reshape(turned, (*(np.shape(a)[i] for i in others), counted(a, axis)))
    while (length := np.shape(x)[-1]) > 1:
        half = length // 2
        product = x[..., :half] * x[..., half : 2 * half]
        x = np.concatenate([product, x[..., -1:]], axis=-1) if length % 2 else product
    whole = x if np.shape(x)[-1] else np.sum(x, axis=-1) + 1.0
    return np.reshape(whole, shape if keepdims else tuple(np.shape(a)[i] for i in others))


def _running(combine: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Running sums or products in log2(n) steps, each of which combines twice as many numbers as the last."""

    def function(a: Any, axis: int | None = None) -> Any:
        x = np.reshape(a, (-1,)) if axis is None else np.moveaxis(a, axis, -1)
        x = 1.0 * x  # numbers, where they are truths
        shift = 1
        while shift < np.shape(x)[-1]:
            x = np.concatenate([x[..., :shift], combine(x[..., shift:], x[..., :-shift])], axis=-1)
            shift *= 2
        return x if axis is None else np.moveaxis(x, -1, axis)

    return function


def _diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    x = np.moveaxis(a, axis, -1)
    for _ in range(n):
        x = x[..., 1:] - x[..., :-1]
    return np.moveaxis(x, -1, axis)


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = np.moveaxis(y, axis, -1)
    if x is not None:
        dx = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    return np.sum(dx * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)


def _all(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return np.sum(np.where(a, 0.0, 1.0), axis=axis, keepdims=keepdims) == 0


def _any(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return np.sum(np.where(a, 1.0, 0.0), axis=axis, keepdims=keepdims) != 0


def _isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    near = np.logical_and(np.absolute(a - b) <= atol + rtol * np.absolute(b), np.isfinite(b))
    same = np.logical_or(near, np.equal(a, b))
    return np.logical_or(same, np.logical_and(np.isnan(a), np.isnan(b))) if equal_nan else same


def _allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    return np.all(np.isclose(a, b, rtol, atol, equal_nan))


def _array_equal(a1: Any, a2: Any) -> Any:
    return np.shape(a1) == np.shape(a2) and np.all(np.equal(a1, a2))


def _sort(a: Any, axis: int | None = -1) -> Any:
    """Stable: equal numbers keep their order, and their gradients."""
    if axis is None:
        a, axis = np.reshape(a, (-1,)), -1
    return along(a, np.argsort(a, axis), axis)


def _nansum(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return np.sum(np.where(np.isnan(a), 0.0, a), axis=axis, keepdims=keepdims)


def _nanmean(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    count = np.sum(np.where(np.isnan(a), 0.0, 1.0), axis=axis, keepdims=keepdims)
    return _nansum(a, axis, keepdims=keepdims) / count


def _nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    if not copy:
        raise TypeError("a Tensor is not changed in place, so copy must be true")
    most = np.finfo(np.float64).max
    x = np.where(np.isnan(x), nan, x)
    x = np.where(x == math.inf, most if posinf is None else posinf, x)
    return np.where(x == -math.inf, -most if neginf is None else neginf, x)


def _round(a: Any, decimals: int = 0) -> Any:
    scale = 10.0 ** abs(decimals)
    if decimals == 0:
        return np.rint(a)
    return np.rint(a * scale) / scale if decimals > 0 else np.rint(a / scale) * scale


def _select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    for condition, choice in reversed([*zip(condlist, choicelist, strict=True)]):
        default = np.where(condition, choice, default)
    return default


def _linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True) -> Any:
    ways = np.linspace(0.0, 1.0, num, endpoint)
    ways = np.reshape(ways, (-1, *(1,) * max(np.ndim(start), np.ndim(stop))))
    return start * (1.0 - ways) + stop * ways


def _meshgrid(*xi: Any, indexing: str = "xy") -> tuple[Any, ...]:
    if indexing not in {"xy", "ij"}:
        raise ValueError("indexing must be 'xy' or 'ij'")
    axes = [*range(len(xi))]
    if indexing == "xy":
        axes[:2] = axes[:2][::-1]
    shape: list[int] = [0] * len(xi)
    for x, axis in zip(xi, axes, strict=True):
        shape[axis] = np.size(x)
    return tuple(
        np.broadcast_to(np.reshape(x, (-1, *(1,) * (len(xi) - 1 - axis))), tuple(shape))
        for x, axis in zip(xi, axes, strict=True)
    )


def _cross(a: Any, b: Any) -> Any:
    if np.shape(a)[-1:] != (3,) or np.shape(b)[-1:] != (3,):
        raise ValueError("cross: the last axes must have length 3")
    turned = [a[..., i - 2] * b[..., i - 1] - a[..., i - 1] * b[..., i - 2] for i in range(3)]
    return np.stack(turned, axis=-1)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    # Of each number.
    np.isnan: lambda x: np.not_equal(x, x),
    np.isinf: lambda x: np.absolute(x) == math.inf,
    np.isfinite: lambda x: np.absolute(x) < math.inf,
    np.positive: operator.pos,
    np.fabs: np.absolute,
    np.reciprocal: lambda x: 1.0 / x,
    np.float_power: np.power,
    np.logaddexp2: lambda a, b: np.logaddexp(a * math.log(2), b * math.log(2)) / math.log(2),
    np.degrees: lambda x: x * (180 / math.pi),
    np.rad2deg: lambda x: x * (180 / math.pi),
    np.radians: lambda x: x * (math.pi / 180),
    np.deg2rad: lambda x: x * (math.pi / 180),
    np.divmod: lambda a, b: (np.floor_divide(a, b), np.remainder(a, b)),
    np.fix: np.trunc,
    np.round: _round,
    np.around: _round,
    np.nan_to_num: _nan_to_num,
    np.zeros_like: lambda a, dtype=None: _full_like(a, 0.0, dtype),
    np.ones_like: lambda a, dtype=None: _full_like(a, 1.0, dtype),
    np.empty_like: lambda a, dtype=None: _full_like(a, 0.0, dtype),
    np.full_like: _full_like,
    np.select: _select,
    np.isclose: _isclose,
    # Of the shape.
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
    # Of several.
    np.var: _var, np.std: _std, np.average: _average, np.ptp: _ptp, np.prod: _prod, np.nansum: _nansum,
    np.nanmean: _nanmean, np.all: _all, np.any: _any, np.allclose: _allclose, np.array_equal: _array_equal,
    np.cumsum: _running(operator.add), np.cumprod: _running(operator.mul), np.diff: _diff, np.sort: _sort,
    np.linspace: _linspace, np.meshgrid: _meshgrid, np.cross: _cross,
    np.trapezoid: _trapezoid,
    np.broadcast_arrays: lambda *args: tuple(
        np.broadcast_to(x, np.broadcast_shapes(*map(np.shape, args))) for x in args
    ),
}  # fmt: skip
