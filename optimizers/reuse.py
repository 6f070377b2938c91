"""Arrays that nobody looks at any more, where a step may write its results.

Whoever looks at an array holds a reference to it: a name, a view, a graph that was computed with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from sys import getrefcount

import numpy as np
from numpy.typing import NDArray

from autograd.tensor import Tensor, peek


def is_alone(parameter: Tensor) -> bool:
    """Whether nobody but the parameter itself, nor the caller, looks at its array.

    >>> parameter = Tensor([1.0, 2.0])
    >>> is_alone(parameter)
    True
    >>> view = parameter.data[:1]
    >>> is_alone(parameter)
    False
    """
    return getrefcount(peek(parameter)) == _HELD


def unseen(kept: Mapping[int, NDArray[np.float64]], key: int) -> NDArray[np.float64] | None:
    """The array that is kept under a key, if nobody else looks at it."""
    return kept[key] if key in kept and getrefcount(kept[key]) == _KEPT else None


# How many references there are where nobody looks.
_parameter, _arrays = Tensor([0.0]), {0: np.zeros(1)}
_HELD, _KEPT = getrefcount(peek(_parameter)), getrefcount(_arrays[0])
