"""Products of long vectors, and moves that give the next product, of which L-BFGS makes hundreds a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.machine_code import GRAIN, MachineCode, suits

Array: TypeAlias = NDArray[np.float64]

LONG = 200_000  # numbers from which on it pays to have machine code, which takes two seconds to make


def dot(some: Array, other: Array) -> float:
    """The product of two vectors.

    >>> dot(np.array([1.0, 2.0]), np.array([10.0, 1.0]))
    12.0
    """
    total = _DOT.run([some, other], ())
    return float(some @ other) if total is None else total


def move(vector: Array, factor: float, direction: Array, other: Array, scale: float = 1.0) -> float:
    """Make ``scale * vector + factor * direction`` of a vector where it is; gives its product with another.

    >>> vector = np.array([1.0, 2.0])
    >>> move(vector, 2.0, np.array([1.0, -1.0]), np.array([10.0, 1.0]))
    30.0
    >>> vector
    array([3., 0.])
    """
    total = _MOVE.run([vector, direction, other], (factor, scale))
    if total is None:
        vector *= scale
        vector += factor * direction
        return float(vector @ other)
    return total


class Sweep:
    """A loop that sums something up, as machine code for long arrays, if numba is installed.

    The sum is made of those over `GRAIN` numbers each: whoever computes them, and on how many threads, it is
    the same to the last bit.

    Args:
        loop: a function of `begin`, `end`, `arrays` and `numbers`, as `autograd.machine_code` takes it. It
            leaves its sums in the last of the arrays, each at ``i // GRAIN``.
    """

    def __init__(self, loop: Callable[[int, int, Any, Any], None]) -> None:
        self._loop = loop

    @cached_property
    def _code(self) -> MachineCode | None:
        try:
            return MachineCode(self._loop, reorder=True)
        except ImportError:
            return None

    def run(self, arrays: Sequence[Array], numbers: Sequence[float]) -> float | None:
        """The sum; None where numpy is to compute it."""
        length = arrays[0].size
        if length < LONG or self._code is None or not all(suits(x, length) for x in arrays):
            return None
        sums = np.zeros(-(-length // GRAIN))
        self._code.run(length, [*arrays, sums], numbers)
        return float(np.sum(sums))


def _dot(begin: int, end: int, arrays: Any, _: Any) -> None:
    some, other, sums = arrays[0], arrays[1], arrays[2]
    for first in range(begin, end, GRAIN):
        total = 0.0
        for i in range(first, min(first + GRAIN, end)):
            total += some[i] * other[i]
        sums[first // GRAIN] = total


def _move(begin: int, end: int, arrays: Any, numbers: Any) -> None:
    vector, direction, other, sums = arrays[0], arrays[1], arrays[2], arrays[3]
    factor, scale = numbers[0], numbers[1]
    for first in range(begin, end, GRAIN):
        total = 0.0
        for i in range(first, min(first + GRAIN, end)):
            moved = scale * vector[i] + factor * direction[i]
            vector[i] = moved
            total += moved * other[i]
        sums[first // GRAIN] = total


_DOT, _MOVE = Sweep(_dot), Sweep(_move)
