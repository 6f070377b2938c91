"""numpy's functions that only move numbers: numpy moves their places, and the numbers are taken from there.

`np.roll(t, 1)` is `t[np.roll([0, 1, 2], 1)]`: so the derivative of indexing serves them all.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np


def _moved(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What `function` makes of its first argument: an array, or a list of such, each one array or several."""
    given = inspect.signature(function).bind(*args, **kwargs)
    moved = list(given.arguments)[: 2 if function is np.append else 1]
    for name, x in given.arguments.items():
        if name not in moved and hasattr(x, "_apply"):
            given.arguments[name] = operator.index(x)  # refuses what is not a plain number
    if given.arguments.get("out") is not None:
        raise TypeError("it takes no out")
    parts: list[Any] = [np.zeros(1)]  # place 0 is for the zeros that tril, diag and pad put between
    for name in moved:
        given.arguments[name] = _places(given.arguments[name], parts)
    return _taken(parts, function(*given.args, **given.kwargs))


def _places(x: Any, parts: list[Any]) -> Any:
    """The array's numbers join `parts`, flat; their places there, in its shape."""
    if isinstance(x, list | tuple):
        return type(x)(_places(item, parts) for item in x)
    begin = sum(map(np.size, parts))
    parts.append(np.reshape(x, (-1,)))
    return np.arange(begin, begin + np.size(x)).reshape(np.shape(x))


def _taken(parts: list[Any], places: Any) -> Any:
    """The numbers at these places; where those are all there are, in their order, in another shape."""
    if isinstance(places, list | tuple):
        return type(places)(_taken(parts, each) for each in places)
    begin = int(np.min(places, initial=1))
    used = parts[begin:]
    flat = used[0] if len(used) == 1 else np.concatenate(used)
    places = np.asarray(places) - begin
    if np.array_equal(places.ravel(), np.arange(np.size(flat))):
        return np.reshape(flat, places.shape)
    return flat[places]


def _turned(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What `function` makes of its first argument where it only reorders axes."""
    given = inspect.signature(function).bind(*args, **kwargs)
    first = next(iter(given.arguments))
    x = given.arguments[first]
    given.arguments[first] = np.empty(range(np.ndim(x)))  # the lengths of its axes are their numbers
    return np.transpose(x, np.shape(function(*given.args, **given.kwargs)))


def _pad(array: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Any:
    if mode not in {"constant", "edge", "reflect", "symmetric", "wrap"}:
        raise TypeError(f"mode must be constant, edge, reflect, symmetric or wrap, not {mode!r}")
    padded = _moved(np.pad, array, pad_width, mode=mode)
    if mode != "constant" or np.all(np.equal(constant_values, 0)):
        return padded
    return padded + np.pad(np.zeros(np.shape(array)), pad_width, constant_values=constant_values)


_MOVING: tuple[Callable[..., Any], ...] = (
    np.append, np.array_split, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.block, np.column_stack,
    np.copy, np.delete, np.diag, np.diagflat, np.diagonal, np.dsplit, np.dstack, np.expand_dims, np.flip,
    np.fliplr, np.flipud, np.hsplit, np.hstack, np.ravel, np.repeat, np.resize, np.roll, np.rot90, np.split,
    np.squeeze, np.take, np.take_along_axis, np.tile, np.tril, np.triu, np.vsplit, np.vstack,
)  # fmt: skip
_TURNING: tuple[Callable[..., Any], ...] = (np.matrix_transpose, np.moveaxis, np.rollaxis, np.swapaxes)

FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **{function: partial(_moved, function) for function in _MOVING},
    **{function: partial(_turned, function) for function in _TURNING},
    np.pad: _pad,
}
