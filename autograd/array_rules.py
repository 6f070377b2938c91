"""The rows of operations that are not elementwise: reductions, products of matrices, and changes of shape.

Their derivatives use numpy's functions, and `scatter` and `spread` of this module, all of which answer for
floats, arrays, and the symbols of a traced program.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Axis: TypeAlias = int | tuple[int, ...] | None
Shape: TypeAlias = tuple[int, ...]


def unbroadcast(g: Any, shape: Shape) -> Any:
    """`g` summed over the axes that broadcasting from `shape` added or stretched.

    >>> unbroadcast(np.ones((2, 3)), (3,))
    array([2., 2., 2.])
    """
    if np.shape(g) == shape:
        return g
    if np.ndim(g) < len(shape):  # one number for all, as a flat function's 0
        return np.broadcast_to(g, shape)
    added = np.ndim(g) - len(shape)
    stretched = (added + i for i, length in enumerate(shape) if length == 1)
    return np.reshape(np.sum(g, axis=(*range(added), *stretched)), shape)


def spread(g: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """The reverse of a reduction: every element of `x` gets its output's gradient."""
    return np.broadcast_to(np.reshape(g, kept_shape(x, axis)) if not keepdims else g, np.shape(x))


def scatter(g: Any, index: Any, shape: Shape) -> Any:
    """The reverse of indexing: zeros of `shape`, and `g` added at `index`."""
    if hasattr(g, "_apply"):
        return g._apply("scatter", g, index=index, shape=shape)
    if not shape:
        return np.sum(g)
    whole = np.zeros(shape)
    np.add.at(whole, index, g)
    return whole


def kept_shape(x: Any, axis: Axis) -> Shape:
    """The shape of `x` after a reduction that keeps the reduced axes, with length 1."""
    shape = np.shape(x)
    axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    reduced = {i % max(len(shape), 1) for i in axes}
    return tuple(1 if i in reduced else length for i, length in enumerate(shape))


def counted(x: Any, axis: Axis) -> int:
    """How many numbers each number of a reduction comes from."""
    return math.prod(a for a, b in zip(np.shape(x), kept_shape(x, axis), strict=True) if b == 1)


def along(x: Any, order: Any, axis: int) -> Any:
    """The numbers of `x` in another order along `axis`, given by their places."""
    for given in (x, order):
        if hasattr(given, "_apply"):
            return given._apply("along", x, order, axis=axis)
    return np.take_along_axis(np.asarray(x), np.asarray(order, dtype=np.intp), axis=axis)


def _along_back(g: Any, _y: Any, _x: Any, order: Any, axis: int) -> Any:
    return along(g, np.argsort(order, axis=axis), axis)  # the places of the places: back again


def _mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return np.sum(x, axis=axis, keepdims=keepdims) / np.float64(counted(x, axis))


def _mean_back(g: Any, _y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return spread(g / np.float64(counted(x, axis)), x, axis, keepdims)


def _extreme_back(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """As PyTorch: equal numbers share the gradient; a nan takes it all where all axes are reduced."""
    found = x == spread(y, x, axis, keepdims)
    if axis is None:
        found = np.logical_or(found, np.not_equal(x, x))
    found = 1.0 * found
    shares = np.broadcast_to(np.sum(found, axis=axis, keepdims=True), np.shape(x))
    return spread(g, x, axis, keepdims) * found / shares


def _top(x: Any, axis: Axis) -> Any:
    """The greatest along `axis`, taken off so that exp does not overflow; 0 where there is no number."""
    extreme = np.max if all(np.shape(x)) else np.sum
    return extreme(x, axis=axis, keepdims=True)


def _logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    top = _top(x, axis)
    top = np.where(np.absolute(top) == math.inf, 0.0, top)
    total = np.log(np.sum(np.exp(x - np.broadcast_to(top, np.shape(x))), axis=axis, keepdims=True)) + top
    return total if keepdims else np.reshape(total, np.shape(np.sum(x, axis=axis)))


def _logsumexp_back(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return spread(g, x, axis, keepdims) * np.exp(x - spread(y, x, axis, keepdims))


def _softmax(x: Any, axis: Axis = -1) -> Any:
    risen = np.exp(x - _top(x, axis))
    return risen / np.sum(risen, axis=axis, keepdims=True)


def _norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))


def _norm_back(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """As PyTorch: 0 where the norm is 0."""
    length = spread(y, x, axis, keepdims)
    flat = length == 0
    return np.where(flat, 0.0, spread(g, x, axis, keepdims) * (x / np.where(flat, 1.0, length)))


def _swapped(a: Any) -> Any:
    """The last two axes exchanged."""
    n = np.ndim(a)
    return np.transpose(a, (*range(n - 2), n - 1, n - 2))


def _matmul_left(g: Any, _y: Any, a: Any, b: Any) -> Any:
    if np.ndim(b) == 1:
        return np.reshape(g, (*np.shape(g), 1)) * b
    if np.ndim(a) == 1:
        return np.reshape(b @ np.reshape(g, (*np.shape(g), 1)), np.shape(b)[:-1])
    return g @ _swapped(b)


def _matmul_right(g: Any, _y: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 1:
        if np.ndim(b) == 1:
            return g * a
        shape = np.shape(g)
        return np.reshape(a, (-1, 1)) * np.reshape(g, (*shape[:-1], 1, shape[-1]))
    if np.ndim(b) == 1:
        column = _swapped(a) @ np.reshape(g, (*np.shape(g), 1))
        return np.reshape(column, np.shape(column)[:-1])
    return _swapped(a) @ g


def _transpose_back(g: Any, _y: Any, _x: Any, axes: Shape | None = None) -> Any:
    if axes is None:
        return np.transpose(g)
    places = [axis % len(axes) for axis in axes]
    return np.transpose(g, tuple(places.index(i) for i in range(len(axes))))


def _getitem(x: Any, index: Any) -> Any:
    return (np.asarray(x) if isinstance(x, float) else x)[index]


def _concatenate_back(position: int, g: Any, _y: Any, *inputs: Any, axis: int = 0) -> Any:
    before = sum(np.shape(x)[axis] for x in inputs[:position])
    part = slice(before, before + np.shape(inputs[position])[axis])
    return g[(*[slice(None)] * (axis % np.ndim(g)), part)]


def _stack_back(position: int, g: Any, _y: Any, *_inputs: Any, axis: int = 0) -> Any:
    return g[(*[slice(None)] * (axis % np.ndim(g)), position)]


VARIADIC = ("concatenate", "stack")
PLACES = ("argsort", "argmax", "argmin")  # which answer ints, and are flat

Row: TypeAlias = tuple[Callable[..., Any] | None, ...]
ROWS: dict[str, Row] = {
    "matmul": (operator.matmul, _matmul_left, _matmul_right),
    "sum": (np.sum, lambda g, y, x, axis=None, keepdims=False: spread(g, x, axis, keepdims)),
    "mean": (_mean, _mean_back),
    "max": (np.max, _extreme_back),
    "min": (np.min, _extreme_back),
    "logsumexp": (_logsumexp, _logsumexp_back),
    "softmax": (_softmax, lambda g, y, x, axis=-1: y * (g - np.sum(g * y, axis=axis, keepdims=True))),
    "norm": (_norm, _norm_back),
    "reshape": (np.reshape, lambda g, y, x, shape: np.reshape(g, np.shape(x))),
    "transpose": (np.transpose, _transpose_back),
    "broadcast_to": (np.broadcast_to, lambda g, y, x, shape: unbroadcast(g, np.shape(x))),
    "getitem": (_getitem, lambda g, y, x, index: scatter(g, index, np.shape(x))),
    "scatter": (scatter, lambda g, y, x, index, shape: _getitem(g, index)),
    "concatenate": (lambda *inputs, axis=0: np.concatenate(inputs, axis=axis), _concatenate_back),
    "stack": (lambda *inputs, axis=0: np.stack(inputs, axis=axis), _stack_back),
    "along": (along, _along_back),
    "argsort": (lambda x, axis=-1: np.argsort(x, axis=axis, kind="stable"),),
    "argmax": (np.argmax,),
    "argmin": (np.argmin,),
}
