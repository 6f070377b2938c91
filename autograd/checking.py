"""`check_gradients`: compares what `Tensor.backward` gives with differences of the function's values.

The differences are central ones, at steps that are halved again and again, extrapolated to a step of zero
(Ridders' method): to about ten digits, with an estimate of what is wrong with them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from autograd.tensor import Array, Tensor, Value

Function: TypeAlias = Callable[..., Any]
Estimate: TypeAlias = tuple[float, float]  # a derivative, and how far it may be off

_FIRST_STEP = 0.02  # relative to the size of the input
_HALVINGS = 10
_UNSEEN = (
    1e-7  # derivatives so small beside the value, for steps of the input's size, are lost in its rounding
)


class GradientError(AssertionError):
    """Raised by `check_gradients`, with the report of the worst entry."""


def check_gradients(
    f: Function, *inputs: Any, directions: int = 4, tolerance: float = 1e-6, seed: int = 0
) -> float:
    """Check the gradient of `f` at a point against differences of its values, and give the relative error.

    For each input, the derivative in several random directions is compared with the one that `backward`
    gives; if one differs by more than `tolerance`, all its entries are compared one by one. A value of
    several numbers is first weighed with random numbers and summed.

    Differences see only values, so they cannot judge a convention: at a kink (relu or abs at 0, equal
    numbers in max) they give the mean of both sides, and beside a jump nothing. Keep the inputs away from
    such points. Nor do they see derivatives that are lost in the rounding of the value, where a step as long
    as the input would change it by less than a ten-millionth.

    Args:
        f: takes as many Tensors as there are inputs and gives a Tensor of any shape; it may not be random.
        inputs: the point: numbers, arrays or Tensors.
        directions: how many to try for each input.
        tolerance: the relative error that is let pass: of a derivative, or where it is nearly 0, of the
            length of what it is the sum of.
        seed: of the random directions.

    Returns:
        The greatest relative error in all directions.

    Raises:
        GradientError: if a derivative is wrong, or if it cannot be judged, because values are not finite or
            differences do not settle.
        TypeError: if `f` does not give a Tensor.

    >>> check_gradients(lambda x, y: np.sin(x) * y, [0.5, 2.0], 3.0) < 1e-9
    True
    >>> check_gradients(lambda x: np.exp(x) - x.data, 1.0)  # a part that backward does not see
    Traceback (most recent call last):
    autograd.checking.GradientError: the gradient is wrong at 1 of 1 numbers, most at input 0:
    backward gives 2.718281828, differences 1.718281828 (relative error 0.58)
    """
    random = np.random.default_rng(seed)
    check = _Check(f, inputs, random)
    errors = [0.0]
    for position, x in enumerate(check.point):
        for _ in range(directions if np.size(x) > 1 else 1):
            direction = (
                _size(x) * random.choice((-1.0, 1.0), np.shape(x)) * random.uniform(0.5, 1, np.shape(x))
            )
            ours = float(np.sum(check.gradients[position] * direction))
            error = check.error(
                ours, check.difference(position, direction), check.length(position, direction)
            )
            if not error <= tolerance:
                raise GradientError(check.report(position, tolerance, error))
            errors.append(error)
    return max(errors)
