"""Products of long vectors, and moves that give the next product, of which L-BFGS makes hundreds a step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.compiling import ALONE
from autograd.machine_code import STRETCH, MachineCode
from optimizers.compiled import PAYS

Array: TypeAlias = NDArray[np.float64]


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
    """A loop that sums something up, as machine code once there has been so much of it that it pays.

    Args:
        loop: a function of `begin`, `end`, `arrays` and `numbers`, as `autograd.machine_code` takes it. It
            leaves its sum in the last of the arrays, at ``begin // STRETCH``.
    """

    def __init__(self, loop: Callable[[int, int, Any, Any], None]) -> None:
        self._loop = loop
        self._swept: float = 0
        self._code: MachineCode | None = None

    def run(self, arrays: Sequence[Array], numbers: Sequence[float]) -> float | None:
        """The sum; None where the arrays are short, where it does not pay, or without numba."""
        length = arrays[0].size
        code = self._compiled(length) if length > ALONE else None
        if code is None:
            return None
        sums = np.zeros(1 + length // STRETCH)
        code.run(length, [*arrays, sums], numbers)
        return math.fsum(sums)

    def _compiled(self, length: int) -> MachineCode | None:
        self._swept += length
        if self._code is None and self._swept >= PAYS:
            try:
                self._code = MachineCode(self._loop, reorder=True)
            except ImportError:
                self._swept = -math.inf
        return self._code


def _dot(begin: int, end: int, arrays: Any, _: Any) -> None:
    some, other, sums = arrays[0], arrays[1], arrays[2]
    total = 0.0
    for i in range(begin, end):
        total += some[i] * other[i]
    sums[begin // STRETCH] = total


def _move(begin: int, end: int, arrays: Any, numbers: Any) -> None:
    vector, direction, other, sums = arrays[0], arrays[1], arrays[2], arrays[3]
    factor, scale = numbers[0], numbers[1]
    total = 0.0
    for i in range(begin, end):
        moved = scale * vector[i] + factor * direction[i]
        vector[i] = moved
        total += moved * other[i]
    sums[begin // STRETCH] = total


_DOT, _MOVE = Sweep(_dot), Sweep(_move)
