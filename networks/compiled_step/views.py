"""Operations whose result is a view of what they are given, and the way back through them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.array_rules import Shape
from autograd.compiler.program import Operation

VIEWS = {"reshape", "transpose", "broadcast_to", "detach", "getitem"}


def is_view(value: object) -> bool:
    """Whether a value of a program is a view of another; indexing with arrays and lists makes copies."""
    if not (isinstance(value, Operation) and value.name in VIEWS):
        return False
    index = dict(value.settings).get("index")
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, int | slice) for part in parts)


def view(array: Any, operation: Operation) -> Any:
    """What an operation makes of an array; a copy, where numpy can make no view."""
    settings = dict(operation.settings)
    if operation.name == "detach":
        return array
    if operation.name == "getitem":
        index = settings["index"] if isinstance(settings["index"], tuple) else (settings["index"],)
        return array[index if Ellipsis in index else (*index, Ellipsis)]  # of one number, an array too
    function = getattr(np, operation.name)
    return function(array, settings.get("shape", settings.get("axes")))


def inverse(place: Any, operation: Operation, shape: Shape) -> Any:
    """Where an array of this shape must stand for its view to stand at `place`; None if nowhere.

    >>> place = np.zeros((2, 3))
    >>> inverse(place, Operation("transpose", (0,), (("axes", (1, 0)),)), (3, 2)).shape
    (3, 2)
    """
    if operation.name == "transpose":
        axes = dict(operation.settings).get("axes")
        return np.transpose(place, None if axes is None else np.argsort(axes))
    if np.shape(place) == shape:
        return place
    if operation.name != "reshape":
        return None
    found = np.reshape(place, shape)
    return found if same_memory(found, place) else None


def same_memory(some: Any, others: Any) -> bool:
    """Whether two arrays are views of one memory, rather than copies."""
    return some.size == 0 or np.may_share_memory(some, others)
