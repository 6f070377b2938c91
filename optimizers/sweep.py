"""Products of long vectors, and moves that give the next products: what L-BFGS makes many of in a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.lazy import Lazy
from autograd.machine_code import GRAIN, MachineCode, suits

Array: TypeAlias = NDArray[np.float64]

LONG = 200_000  # numbers from which on it pays to have machine code, which takes two seconds to make


def dots(vector: Array, others: Sequence[Array]) -> list[float]:
    """A vector's products with others.

    >>> dots(np.array([1.0, 2.0]), [np.array([10.0, 1.0]), np.array([0.0, 3.0])])
    [12.0, 6.0]
    """
    return move(vector, (), (), others)


def moved(vector: Array, factor: float, direction: Array) -> Array:
    """A vector, and a factor of a direction, as a new one.

    >>> moved(np.array([1.0, 2.0]), 0.5, np.array([4.0, 0.0]))
    array([3., 2.])
    """
    out = np.empty_like(vector)
    move(vector, (factor,), (direction,), out=out)
    return out


def move(
    vector: Array,
    factors: Sequence[float],
    directions: Sequence[Array],
    others: Sequence[Array] = (),
    scale: float = 1.0,
    out: Array | None = None,
) -> list[float]:
    """Make ``scale * vector``, and a factor of each direction, of a vector; gives its products with others.

    All in one sweep, which reads each array once.

    Args:
        vector: changed where it is, unless `out` is given.
        factors: as many as there are directions.
        directions: what is added.
        others: with what the result is multiplied; `out` may be one of them.
        scale: see above.
        out: where the result goes.

    >>> vector, moved = np.array([1.0, 2.0]), np.empty(2)
    >>> move(vector, [2.0, 1.0], [np.array([1.0, -1.0]), np.array([0.0, 5.0])], [moved], out=moved)
    [34.0]
    >>> moved
    array([3., 5.])
    """
    out = vector if out is None else out
    changes = out is not vector or scale != 1.0
    numbers = (len(directions), len(others), changes, scale, *factors)
    products = _MOVE.run([vector, *directions, *others, out], numbers, len(others))
    if products is not None:
        return products
    if changes:
        np.multiply(vector, scale, out=out)
    for factor, direction in zip(factors, directions, strict=True):
        out += factor * direction
    return [float(out @ other) for other in others]


class Sweep:
    """A loop that sums something up, as machine code for long arrays, if numba is installed.

    Sums are made of those over `GRAIN` numbers each: whoever computes them, and on how many threads, they are
    the same to the last bit.

    Args:
        loop: a function of `begin`, `end`, `arrays` and `numbers`, as `autograd.machine_code` takes it. It
            leaves its sums in the last of the arrays, for each grain one after the other.
    """

    def __init__(self, loop: Callable[[int, int, Any, Any], None]) -> None:
        self._loop = loop

    @Lazy
    def _code(self) -> MachineCode | None:
        try:
            return MachineCode(self._loop, reorder=True)
        except ImportError:
            return None

    def run(self, arrays: Sequence[Array], numbers: Sequence[float], count: int) -> list[float] | None:
        """The sums, so many of them; None where numpy is to compute them."""
        length = arrays[0].size
        if length < LONG or self._code is None or not all(suits(x, length) for x in arrays):
            return None
        sums = np.zeros((-(-length // GRAIN), count))
        self._code.run(length, [*arrays, sums], numbers)
        return list(map(float, np.sum(sums, axis=0)))


def _move(begin: int, end: int, arrays: Any, numbers: Any) -> None:
    """The loop of `move`: four arrays at a time, which memory delivers faster than one after the other."""
    directions, others, changes, scale = int(numbers[0]), int(numbers[1]), numbers[2] != 0.0, numbers[3]
    count = directions + others
    vector, out, sums = arrays[0], arrays[count + 1], arrays[count + 2]
    for first in range(begin, end, GRAIN):
        last = min(first + GRAIN, end)
        if changes:
            for i in range(first, last):
                out[i] = scale * vector[i]
        k = 0
        while k + 4 <= directions:
            a, b, c, d = arrays[k + 1], arrays[k + 2], arrays[k + 3], arrays[k + 4]
            p, q, r, s = numbers[k + 4], numbers[k + 5], numbers[k + 6], numbers[k + 7]
            for i in range(first, last):
                out[i] += p * a[i] + q * b[i] + r * c[i] + s * d[i]
            k += 4
        while k < directions:
            a, p = arrays[k + 1], numbers[k + 4]
            for i in range(first, last):
                out[i] += p * a[i]
            k += 1
        row, k = first // GRAIN * others, 0
        while k + 4 <= others:
            j = k + directions
            a, b, c, d = arrays[j + 1], arrays[j + 2], arrays[j + 3], arrays[j + 4]
            p = q = r = s = 0.0
            for i in range(first, last):
                x = out[i]
                p += x * a[i]
                q += x * b[i]
                r += x * c[i]
                s += x * d[i]
            sums[row + k], sums[row + k + 1], sums[row + k + 2], sums[row + k + 3] = p, q, r, s
            k += 4
        while k < others:
            a, p = arrays[k + directions + 1], 0.0
            for i in range(first, last):
                p += out[i] * a[i]
            sums[row + k] = p
            k += 1


_MOVE = Sweep(_move)
