"""Arrays that a step may write its results over: nobody looks at them, and they lie well.

Whoever looks at an array holds a reference to it: a name, a view, a graph that was computed with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from sys import getrefcount

import numpy as np
from numpy.typing import NDArray

from autograd.compiling import ALONE
from autograd.machine_code import begin
from autograd.tensor import Tensor, peek

_PAGE, _APART = 4096, 1024  # bytes


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


def laid_out(shape: tuple[int, ...], place: int) -> NDArray[np.float64]:
    """An array for results that are worked on together; a long one begins where it is reached soonest.

    What numpy allocates begins in the middle of one of the processor's cache lines, and long arrays all at
    the same place of a page, where what is written to one delays what is read from the next.

    Args:
        shape: the array's.
        place: the results' places are numbered.

    >>> [begin(laid_out((100, 1000), place)) % 4096 for place in range(5)]
    [0, 1024, 2048, 3072, 0]
    """
    count = math.prod(shape)
    if count <= ALONE:
        return np.empty(shape)
    room = np.empty(count + _PAGE // 8)
    return np.ndarray(shape, np.float64, buffer=room.data, offset=(place * _APART - begin(room)) % _PAGE)


# How many references there are where nobody looks.
_parameter, _arrays = Tensor([0.0]), {0: np.zeros(1)}
_HELD, _KEPT = getrefcount(peek(_parameter)), getrefcount(_arrays[0])
