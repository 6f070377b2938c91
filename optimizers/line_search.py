"""`strong_wolfe`: how far to go along a direction, so that the loss falls and flattens enough.

A step t is accepted where the strong Wolfe conditions hold, with phi(t) the loss at x + t d::

    phi(t) <= phi(0) + c1 t phi'(0)       sufficient decrease
    |phi'(t)| <= c2 |phi'(0)|             curvature

Source: Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 3.5 and 3.6, with steps chosen
by the cubic of equation 3.59. What the book leaves open is decided as PyTorch decides it, and so is which end
of an interval counts as the lower one: that with the lower loss, though it may be too high for its step.

One thing differs from PyTorch: a point whose loss or slope is not finite is outside the loss's domain. It
counts as infinitely high, and the step is halved, where PyTorch compares with nan and accepts.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

DECREASE, CURVATURE = 1e-4, 0.9  # c1 and c2: what the book advises for quasi-Newton directions
_MARGIN = 0.1  # of an interval: nearer to its ends than that a step makes too little progress
_NARROWEST = 1e-9  # the greatest change of a coordinate across an interval that is not worth an evaluation


class LinePoint(NamedTuple):
    """A point of the line."""

    step: float  # t
    loss: float  # phi(t); inf outside the domain
    gradient: Array  # of the loss at x + t d
    slope: float  # phi'(t), the gradient along the direction


def evaluated(objective: Any, x: Array) -> LinePoint:
    """What is known at x, before there is a direction."""
    loss, gradient = objective.value_and_grad(x)
    return LinePoint(0.0, loss, gradient, 0.0)


class LossAlongLine:
    """The loss of an `optimizers.objective.Objective` from x along a direction d."""

    def __init__(self, objective: Any, origin: Array, direction: Array, start: LinePoint) -> None:
        self.evaluations = 0
        self.left = False  # whether a point was outside the loss's domain
        self.start = start
        self.reach = np.max(np.abs(direction), initial=0.0)  # the greatest change of a coordinate, for t = 1
        self._objective, self._origin, self._direction = objective, origin, direction

    def at(self, step: float) -> LinePoint:
        """The loss and its slope after a step; a loss of inf where one of them is not finite."""
        self.evaluations += 1
        loss, gradient = self._objective.value_and_grad(self._origin + step * self._direction)
        slope = gradient @ self._direction
        if not (math.isfinite(loss) and math.isfinite(slope)):
            self.left, loss = True, math.inf
        return LinePoint(step, loss, gradient, slope)

    def too_high(self, point: LinePoint) -> bool:
        """Whether the loss has not fallen enough for the step."""
        return bool(point.loss > self.start.loss + DECREASE * point.step * self.start.slope)

    def flat(self, point: LinePoint) -> bool:
        """Whether the slope has flattened enough."""
        return bool(abs(point.slope) <= -CURVATURE * self.start.slope)


def strong_wolfe(line: LossAlongLine, step: float, most: int) -> LinePoint:
    """The first step that is accepted, of `most` after the one given; or else the best one known."""
    ends, left = _bracket(line, step, most)
    return _zoom(line, ends, left)


def _bracket(line: LossAlongLine, step: float, most: int) -> tuple[list[LinePoint], int]:
    """Two points around an acceptable step, and how many evaluations are left; 0 if there is nothing to find.

    An accepted step stands for both.
    """
    before, here = line.start, line.at(step)
    for i in range(most):
        # As in PyTorch the loss is compared with that of the point before from the third point on.
        if line.too_high(here) or (i > 1 and here.loss >= before.loss):
            return [before, here], most - i
        if line.flat(here):
            return [here, here], 0
        if here.slope >= 0:
            return [before, here], most - i
        nearest = here.step + 0.01 * (here.step - before.step)
        before, here = here, line.at(_cubic_minimum(before, here, nearest, here.step * 10))
    return [line.start, here], 0


def _zoom(line: LossAlongLine, ends: list[LinePoint], left: int) -> LinePoint:
    """An acceptable step between two points, or the lower of the two when no evaluations are left."""
    ends = list(ends)
    low = _lower(ends)
    stalled = False
    for _ in range(left):
        if abs(ends[1].step - ends[0].step) * line.reach < _NARROWEST:
            break
        step, stalled = _inside(ends, stalled)
        here = line.at(step)
        if line.too_high(here) or here.loss >= ends[low].loss:
            ends[1 - low] = here
            low = _lower(ends)
            continue
        if line.flat(here):
            return here
        if here.slope * (ends[1 - low].step - ends[low].step) >= 0:
            ends[1 - low] = ends[low]
        ends[low] = here
    return ends[low]


def _lower(ends: list[LinePoint]) -> int:
    """Which of two points is the lower one; the first, of equals."""
    return 0 if ends[0].loss <= ends[1].loss else 1


def _inside(ends: list[LinePoint], stalled: bool) -> tuple[float, bool]:
    """A step between two, and whether it makes so little progress that the next must make more."""
    first, last = sorted(end.step for end in ends)
    step = _cubic_minimum(ends[0], ends[1], first, last)
    margin = _MARGIN * (last - first)
    if not min(last - step, step - first) < margin:
        return step, False
    if not stalled and first < step < last:
        return step, True
    return (last - margin if abs(step - last) < abs(step - first) else first + margin), False


def _cubic_minimum(a: LinePoint, b: LinePoint, low: float, high: float) -> float:
    """Where the cubic through two points, with their slopes, is least, kept within [low, high].

    The middle, where the cubic has no minimum, or one of the points is outside the domain.
    """
    near, far = (a, b) if a.step <= b.step else (b, a)
    width = np.float64(far.step - near.step)
    d1 = near.slope + far.slope + 3 * (near.loss - far.loss) / width
    square = d1 * d1 - near.slope * far.slope
    if not 0 <= square < math.inf:
        return (low + high) / 2
    d2 = np.sqrt(square)
    minimum = far.step - width * ((far.slope + d2 - d1) / (far.slope - near.slope + 2 * d2))
    return float(min(max(minimum, low), high))
