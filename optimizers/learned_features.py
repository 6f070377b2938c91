"""What a learned optimizer looks at: `FEATURES`, the versions of what goes into its network.

Each version is one function. It is given the last five gradients, the newest first (zeros before there were
so many), the momentum, and the share of the horizon that has gone, from 0 to 1: numbers, arrays or what is
traced, in the shape of the parameter. It gives the network's inputs, a list of them in that shape, and the
direction of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

SEEN = 5  # gradients


class FeatureSet(NamedTuple):
    """A version of the features.

    Attributes:
        inputs: how many numbers go into the network.
        look: what makes them, and the direction.
    """

    inputs: int
    look: Callable[[Sequence[Any], Any, Any], tuple[list[Any], Any]]


def seed(gradients: Sequence[Any], momentum: Any, gone: Any) -> tuple[list[Any], Any]:  # noqa: ARG001
    """The first version: six inputs, and momentum's own direction.

    With the last five gradients g1, the newest, to g5, the inputs are::

        sign(gi) exp|gi| / (exp|g1| + ... + exp|g5|)    five: the softmax of their sizes, with their signs
        var(g1, ..., g5) / (|g1| + ... + |g5|)          one: 0 where all are 0
    """
    sizes = [np.absolute(g) for g in gradients]
    largest = reduce(np.maximum, sizes)
    powers = [np.exp(size - largest) for size in sizes]  # which cannot overflow
    total = sum(powers)
    signed = [np.sign(g) * power / total for g, power in zip(gradients, powers, strict=True)]
    # The squares of huge gradients would overflow, and those of tiny ones vanish: in units of the largest.
    unit = np.where(largest > 0, largest, 1.0)
    parts = [g / unit for g in gradients]
    mean = sum(parts) / SEEN
    variance = sum((part - mean) * (part - mean) for part in parts) / SEEN
    sum_of_sizes = sum(np.absolute(part) for part in parts)  # at least 1, unless all are 0
    return [*signed, largest * (variance / np.maximum(sum_of_sizes, 1.0))], momentum


FEATURES: dict[str, FeatureSet] = {"seed": FeatureSet(SEEN + 1, seed)}
