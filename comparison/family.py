"""`Family` and `Instance`: problems drawn by seed, apart for tuning and for scoring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from support.lazy import Lazy

Array: TypeAlias = NDArray[np.float64]
Purpose: TypeAlias = Literal["tuning", "scoring"]

# The first number of every seed: what is drawn for one purpose has no draw in common with the other.
_STREAMS = {"tuning": 0, "scoring": 1}


class Drawn(NamedTuple):
    """What a family draws for an instance.

    Attributes:
        values: the numbers that its loss takes beside the parameters.
        least: the least value of that loss.
        starts: draws so many starts, an array of shape (count, size).
    """

    values: tuple[float, ...]
    least: float
    starts: Callable[[np.random.Generator, int], Array]


@dataclass(frozen=True, eq=False)
class Family:
    """Problems of one kind.

    Attributes:
        name: of the family.
        size: how many numbers are moved.
        loss: of these numbers, a sequence, and of the instance's values, another; elementwise, so that arrays
            of points, floats and what is traced will do.
        draw: the values, the least loss and the starts of an instance.
        scoring_only: whether nobody is tuned on it.

    >>> from comparison import FAMILIES
    >>> instance = FAMILIES["sphere"].instance("scoring", seed=0, index=0)
    >>> instance.starts(3).shape
    (3, 2)
    """

    name: str
    size: int
    loss: Callable[[Sequence[Any], Sequence[Any]], Any]
    draw: Callable[[np.random.Generator], Drawn]
    scoring_only: bool = False

    def instance(self, purpose: Purpose, seed: int, index: int) -> Instance:
        """The instance of that number. Those for tuning and those for scoring come from different seeds.

        Args:
            purpose: "tuning" or "scoring".
            seed: of the study.
            index: from 0.

        Raises:
            ValueError: if it is for tuning, and the family for scoring alone.
        """
        if purpose == "tuning" and self.scoring_only:
            raise ValueError(f"the family {self.name} is for scoring alone")
        return Instance(self, purpose, seed, index)


@dataclass(frozen=True, eq=False)
class Instance:
    """A problem: a loss whose least value is known, and starts. Made by `Family.instance`.

    Attributes:
        family: what it is one of.
        purpose: "tuning" or "scoring".
        seed: of the study.
        index: its number.

    >>> from comparison import FAMILIES
    >>> instance = FAMILIES["booth"].instance("tuning", seed=0, index=0)
    >>> bool((instance.loss(instance.starts(100).T) > instance.drawn.least).all())
    True
    """

    family: Family
    purpose: Purpose
    seed: int
    index: int

    @Lazy
    def drawn(self) -> Drawn:
        """Its values, its least loss, and how its starts are drawn."""
        return self.family.draw(self._rng(0))

    def starts(self, count: int) -> Array:
        """Its first starts, of shape (count, size): the same ones, however many are asked for."""
        return np.concatenate([self.drawn.starts(self._rng(1 + i), 1) for i in range(count)])

    def loss(self, x: Any) -> Any:
        """The loss at `x`: a number, an array or a Tensor for each coordinate."""
        return self.family.loss(x, self.drawn.values)

    def _rng(self, part: int) -> np.random.Generator:
        stream = _STREAMS[self.purpose]
        return np.random.default_rng([stream, self.seed, crc32(self.family.name.encode()), self.index, part])
