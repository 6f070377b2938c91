"""What a learned optimizer looks at: `FEATURES`, the versions of what goes into its network.

Each version is one function. It is given the last five gradients, the newest first (zeros before there were
so many), and what else is known; it asks the network, and says the direction of the step, the logarithm of
its rate, and what it wants to know at the next step. All are numbers, arrays or what is traced, in the shape
of the parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from optimizers.rate import State

SEEN = 5  # gradients
_TINY = 1e-150  # beside which a gradient is no longer told from 0; its square is not yet 0

Network: TypeAlias = Callable[[Sequence[Any]], list[Any]]


class Choice(NamedTuple):
    """What a version chooses at a step.

    Attributes:
        direction: of the step, which goes against it.
        output: the logarithm of the rate.
        terms: what it keeps for the next step.
    """

    direction: Any
    output: Any
    terms: State


class FeatureSet(NamedTuple):
    """A version of the features.

    Attributes:
        inputs: how many numbers go into the network.
        outputs: how many come out.
        choose: given the network, the gradients, the terms kept at the last step, the step from 1 on, and the
            share of the horizon that has gone, from 0 to 1.
    """

    inputs: int
    outputs: int
    choose: Callable[[Network, Sequence[Any], State, Any, Any], Choice]


def seed(network: Network, gradients: Sequence[Any], state: State, step: Any, gone: Any) -> Choice:  # noqa: ARG001
    """The first version: six inputs, and momentum's own direction, b = 0.9 b + g.

    With the last five gradients g1, the newest, to g5, the inputs are::

        sign(gi) exp|gi| / (exp|g1| + ... + exp|g5|)    five: the softmax of their sizes, with their signs
        var(g1, ..., g5) / (|g1| + ... + |g5|)          one: 0 where all are 0

    With the output y, the logarithm of the rate is y - 4: without weights, it is a sound one.
    """
    momentum = 0.9 * state.get("momentum_buffer", 0.0) + gradients[0]
    # The squares of huge gradients would overflow, and those of tiny ones vanish: in units of the largest.
    largest = reduce(np.maximum, map(np.absolute, gradients))
    unit = np.where(largest > 0, largest, 1.0)
    parts = [g / unit for g in gradients]
    mean = sum(parts) / SEEN
    variance = sum((part - mean) * (part - mean) for part in parts) / SEEN
    sum_of_sizes = sum(np.absolute(part) for part in parts)  # at least 1, unless all are 0
    spread = largest * (variance / np.maximum(sum_of_sizes, 1.0))
    (output,) = network([*signed_softmax(gradients), spread])
    return Choice(momentum, output - 4, {"momentum_buffer": momentum})


def carrying(network: Network, gradients: Sequence[Any], state: State, step: Any, gone: Any) -> Choice:
    """The second version: eleven inputs that no scale of the loss changes, and a rate that is carried on.

    The direction is that of the mean of gradients, over the root of the mean of their squares, each corrected
    for its start from zero at step t::

        m = 0.7 m + 0.3 g1        m^ = m/(1 - 0.7^t)
        s = 0.6 s + 0.4 g1^2      s^ = s/(1 - 0.6^t)
        d = m^/sqrt(s^)

    With h, the mean size of the last five gradients or of as many as there were, and qi = sign(m) gi/h, so
    that what goes on in the same direction is positive, the inputs are::

        sign(qi) exp|qi| / (exp|q1| + ... + exp|q5|)    five, as in "seed"
        var(q1, ..., q5)                                one: of those that there were
        t/T                                             one: the share of the horizon that has gone
        |m^| / q                                        one: how steady; q is the root mean square of g1 to g5
        (r - 1) / (r + 1), r = q/sqrt(s^)               one: whether gradients grow or fade
        a = 0.9 a + 0.1 sign(m) sign(g1)                one: how often gradients agree with m before them
        c / 2                                           one: what is carried on

    The outputs are y and z. What is carried on, c, begins at 0 and becomes c + tanh(z)/5, and the logarithm
    of the rate is c + 2 y - 3, from -18 to 4.
    """
    newest, before = gradients[0], state.get("exp_avg", 0.0)
    agreement = 0.9 * state.get("agreement", 0.0) + 0.1 * np.sign(newest) * np.sign(before)
    mean = 0.7 * before + 0.3 * newest
    square = 0.6 * state.get("exp_avg_sq", 0.0) + 0.4 * newest * newest
    root = np.sqrt(square / (1 - np.power(0.6, step))) + _TINY
    direction = mean / (1 - np.power(0.7, step))
    count = np.minimum(step, SEEN)
    size = sum(np.absolute(g) / count for g in gradients) + _TINY
    ahead = np.where(mean >= 0, 1.0, -1.0)
    parts = [ahead * (g / size) for g in gradients]
    mean_square, mean_part = sum(part * part for part in parts) / count, sum(parts) / count
    recent = np.sqrt(mean_square) * size + _TINY
    ratio = recent / root
    carried = state.get("carried", 0.0)
    now, change = network(
        [
            *signed_softmax(parts),
            mean_square - mean_part * mean_part,
            gone,
            np.absolute(direction) / recent,
            (ratio - 1) / (ratio + 1),
            agreement,
            carried / 2,
        ]
    )
    carried = carried + np.tanh(change) / 5
    output = np.clip(carried + 2 * now - 3, -18.0, 4.0)
    terms = {"exp_avg": mean, "exp_avg_sq": square, "agreement": agreement, "carried": carried}
    return Choice(direction / root, output, terms)


def blind(network: Network, gradients: Sequence[Any], state: State, step: Any, gone: Any) -> Choice:  # noqa: ARG001
    """As "carried", but never told how much of the horizon has gone: what that is worth, it shows."""
    return carrying(network, gradients, state, step, 0.0)


def signed_softmax(values: Sequence[Any]) -> list[Any]:
    """The softmax of the sizes of values, with their signs.

    >>> [float(x) for x in signed_softmax([-1.0, 0.0, 1.0])]
    [-0.4223187982515182, 0.0, 0.4223187982515182]
    """
    sizes = [np.absolute(value) for value in values]
    largest = reduce(np.maximum, sizes)
    powers = [np.exp(size - largest) for size in sizes]  # which cannot overflow
    total = sum(powers)
    return [np.sign(value) * power / total for value, power in zip(values, powers, strict=True)]


FEATURES: dict[str, FeatureSet] = {
    "seed": FeatureSet(SEEN + 1, 1, seed),
    "carried": FeatureSet(SEEN + 6, 2, carrying),
    "blind": FeatureSet(SEEN + 6, 2, blind),
}
