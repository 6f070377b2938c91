"""`check_gradients`: compares what `Tensor.backward` gives with differences of the function's values.

The differences are central ones, at steps that are halved again and again, extrapolated to a step of zero
(Ridders' method): about ten digits, with an estimate of how many of them hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from autograd.tensor import Tensor
from autograd.values import Array, Value

Function: TypeAlias = Callable[..., Any]

_FIRST_STEP = 0.02  # relative to the size of an input
_HALVINGS = 14
_SETTLED = 1e-11  # relative error at which differences are good enough
_FLOOR = 1e-6  # derivatives are judged by at least this part of the value: less is lost in its rounding


class GradientError(AssertionError):
    """Raised by `check_gradients`; its message is the report."""


@np.errstate(all="ignore")
def check_gradients(
    f: Function, *inputs: Any, directions: int = 4, tolerance: float = 1e-6, seed: int = 0
) -> float:
    """Check the gradient of `f` at a point against differences of its values.

    For each input, derivatives in random directions are compared with those from `backward`. If one is wrong,
    all entries are compared, one by one, and the worst is reported. An output of several numbers is weighted
    with random numbers and summed.

    Differences see only values. At a kink (relu or abs at 0, equal numbers in max) they give the mean of both
    sides and not the convention, so keep inputs away from such points. Errors lost in the rounding of the
    value go unnoticed: those by which a step as long as the input would change the value by less than 1e-12
    of it.

    Args:
        f: takes as many Tensors as there are inputs and gives a Tensor of any shape.
        inputs: the point: numbers, arrays or Tensors.
        directions: how many to try for each input.
        tolerance: the largest relative error allowed.
        seed: of the random directions.

    Returns:
        The greatest relative error of all directions, usually less than 1e-9.

    Raises:
        GradientError: if the gradient is wrong; also if it cannot be judged, because values are not finite or
            differences do not settle.
        TypeError: if `f` does not give a Tensor.

    >>> check_gradients(lambda x, y: np.sin(x) * y, [0.5, 2.0], 3.0) < 1e-9
    True
    >>> check_gradients(lambda x: (np.exp(x) * x.data).sum(), [1.0, 2.0])  # backward cannot see x.data
    Traceback (most recent call last):
    autograd.checking.GradientError: the gradient is wrong at 2 of 2 numbers, worst at input 0, index (0,):
    backward gives 2.71828183, differences give 5.43656366 (relative error 0.5)
    """
    random = np.random.default_rng(seed)
    check = _Check(f, inputs, random)
    worst = 0.0
    for position, x in enumerate(check.point):
        for _ in range(directions if np.size(x) else 0):
            # Neither nearly along an axis nor nearly across it.
            direction = random.uniform(0.5, 1.0, np.shape(x)) * random.choice((-1.0, 1.0), np.shape(x))
            found = check.compare(position, direction)
            if not found.error <= tolerance:
                raise GradientError(check.report(tolerance))
            worst = max(worst, found.error)
    return worst


class _Comparison(NamedTuple):
    """A derivative by `backward`, ours, and by differences, theirs."""

    ours: float
    theirs: float
    error: float  # of ours, relative
    doubt: float  # of theirs, relative


class _Check:
    """A function at a point, its value made one number, and its gradient there."""

    def __init__(self, f: Function, inputs: Sequence[Any], random: np.random.Generator) -> None:
        self.f = f
        leaves = [Tensor(x.data if isinstance(x, Tensor) else x) for x in inputs]
        self.point: list[Value] = [leaf.data for leaf in leaves]
        output = f(*leaves)
        if not isinstance(output, Tensor):
            raise TypeError(f"the function must give a Tensor, not {output!r:.60}")
        self.weights = random.uniform(0.5, 1.5, output.shape) if output.size > 1 else np.ones(output.shape)
        self.size = float(np.sum(np.absolute(self.weights * output.data)))
        if not math.isfinite(self.size):
            raise GradientError(f"the value must be finite to be checked, not {output.data!r:.60}")
        again = np.sum(np.absolute(f(*map(Tensor, self.point)).data - output.data))
        if again > 1e-12 * self.size:
            raise GradientError("the function gives another value each time: is it random?")
        output.backward(self.weights)
        self.gradients = [leaf.grad for leaf in leaves]

    def compare(self, position: int, direction: Array) -> _Comparison:
        """The derivative with respect to one input along a direction."""
        x, gradient = self.point[position], self.gradients[position]
        along = _length(x) * direction
        parts = np.multiply(gradient, along)
        ours = float(np.sum(parts))
        theirs, doubt = self._difference(position, along)
        scale = max(abs(ours), abs(theirs), float(np.linalg.norm(parts)), _FLOOR * self.size)
        error, doubt = (gap / scale if scale else 0.0 for gap in (abs(ours - theirs), doubt))
        return _Comparison(ours / _length(x), theirs / _length(x), error, doubt)

    def _difference(self, position: int, along: Array) -> tuple[float, float]:
        """The derivative by differences, and how far it may be off."""
        best, doubt = math.nan, math.inf
        before: list[float] = []
        for k in range(_HALVINGS):
            step = _FIRST_STEP / 2**k
            up, down = (self._value(position, sign * step * along) for sign in (1.0, -1.0))
            row = [(up - down) / (2 * step)]
            for order, coarse in enumerate(before, start=1):
                row.append(row[-1] + (row[-1] - coarse) / (4.0**order - 1))
                gap = max(abs(row[-1] - row[-2]), abs(row[-1] - coarse))
                if gap < doubt:
                    best, doubt = row[-1], gap
            before = row if math.isfinite(row[0]) else []
            if doubt <= _SETTLED * max(abs(best), _FLOOR * self.size):
                break
        return best, doubt

    def _value(self, position: int, shift: Array) -> float:
        moved = [x + shift if i == position else x for i, x in enumerate(self.point)]
        return float(np.sum(self.weights * self.f(*map(Tensor, moved)).data))

    def report(self, tolerance: float) -> str:
        """What is wrong, entry by entry."""
        entries: list[tuple[str, _Comparison]] = []
        for position, x in enumerate(self.point):
            for index in np.ndindex(np.shape(x)):
                unit = np.zeros(np.shape(x))
                unit[index] = 1.0
                where = f"input {position}, index {index}" if index else f"input {position}"
                entries.append((where, self.compare(position, unit)))
        wrong = [
            (where, found)
            for where, found in entries
            if not found.error <= max(tolerance, 10 * found.doubt) and not math.isnan(found.theirs)
        ]
        if not wrong:
            where, found = max(entries, key=lambda entry: entry[1].doubt)
            return (
                f"the gradient cannot be judged, least at {where}:\n"
                f"backward gives {found.ours:.9g}, and differences do not settle: "
                "is a kink, a jump or the end of the domain nearby?"
            )
        weighed = ", of the output's numbers, weighed at random" if self.weights.size > 1 else ""
        where, found = max(wrong, key=lambda entry: (math.isnan(entry[1].error), entry[1].error))
        return (
            f"the gradient is wrong at {len(wrong)} of {len(entries)} numbers, worst at {where}:\n"
            f"backward gives {found.ours:.9g}, differences give {found.theirs:.9g} "
            f"(relative error {found.error:.2g}){weighed}"
        )


def _length(x: Value) -> float:
    """The size of an input's numbers, by which steps are measured; 1 where they are all 0."""
    return float(np.max(np.absolute(x))) or 1.0
