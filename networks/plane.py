"""`Plane`: a plane in the space of a network's weights, and two ways to choose one.

A network has hundreds of weights or more; a picture of its loss has two coordinates. What a plane does not
show is told in numbers: the share of the paths' variance that it explains, and how far from it a point lies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from support.lazy import Lazy

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """The points ``origin + u * directions[0] + v * directions[1]`` in a space of n dimensions.

    Args:
        origin: where u = v = 0, of shape (n,).
        directions: two that are not parallel, of any length and at any angle, of shape (2, n).

    >>> plane = Plane(np.zeros(3), np.array([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    >>> point = np.array([4.0, 5.0, 3.0])
    >>> print(plane.project(point), plane.distance(point), plane.points(2.0, 5.0))
    [2. 5.] 3.0 [4. 5. 0.]
    """

    origin: Array
    directions: Array

    def points(self, u: Any, v: Any) -> Any:
        """The points at coordinates u and v, (n,) for numbers and (..., n) for two arrays of one shape."""
        if isinstance(u, np.ndarray) and isinstance(v, np.ndarray):
            points = np.stack([u, v], axis=-1) @ self.directions
            points += self.origin
            return points
        first, second = self.directions
        return self.origin + u * first + v * second

    @Lazy
    def _inverse(self) -> Array:
        return np.asarray(np.linalg.pinv(self.directions), dtype=np.float64)

    def project(self, points: Array) -> Array:
        """The coordinates of the nearest points of the plane: of shape (..., 2) for (..., n)."""
        return np.asarray((points - self.origin) @ self._inverse)

    def distance(self, points: Array) -> Array:
        """How far points, (..., n), are from the plane."""
        away = points - self.origin
        return np.asarray(np.linalg.norm(away - (away @ self._inverse) @ self.directions, axis=-1))

    def explained_variance(self, points: Array) -> Array:
        """The share of the variance of points, (count, n), along the plane: for u, and for what v adds to it.

        Where all points are one, there is none: (1, 0).
        """
        axes, _ = np.linalg.qr(self.directions.T)
        spread = points - points.mean(axis=0)
        total = float((spread * spread).sum())
        if total == 0:
            return np.array([1.0, 0.0])
        return np.asarray(((spread @ axes) ** 2).sum(axis=0) / total)


def principal_plane(points: Array) -> Plane:
    """The plane through the mean of points that explains most of their variance.

    Its directions, the first two principal components, have length 1 and are at right angles. The largest of
    each one's numbers is positive.

    Args:
        points: of shape (count, n), two or more.

    >>> plane = principal_plane(np.array([[1.0, 0.0, 5.0], [-1.0, 0.0, 5.0], [0.0, 0.5, 5.0]]))
    >>> print(plane.directions.round(3) + 0.0)
    [[1. 0. 0.]
     [0. 1. 0.]]
    """
    mean = points.mean(axis=0)
    _, _, rows = np.linalg.svd(points - mean, full_matrices=False)
    largest = np.take_along_axis(rows[:2], np.abs(rows[:2]).argmax(axis=1)[:, None], axis=1)
    return Plane(mean, rows[:2] * np.where(largest < 0, -1.0, 1.0))


def random_plane(weights: Array, shapes: Iterable[tuple[int, ...]], rng: np.random.Generator) -> Plane:
    """A plane through trained weights along two random directions, each filter-normalised.

    So u = 1 changes every neuron by as much as its weights are large: planes of different networks compare.
    A direction is 0 for biases.

    Args:
        weights: the trained ones, all parameters' numbers in one vector.
        shapes: of the parameters; with two axes or more, the first counts the neurons, or filters.
        rng: where random numbers are from.

    Source: Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets", 2018.

    >>> plane = random_plane(np.array([3.0, 4.0, 1.0]), [(1, 2), (1,)], np.random.default_rng(0))
    >>> print(np.linalg.norm(plane.directions[:, :2], axis=1), plane.directions[:, 2])
    [5. 5.] [0. 0.]
    """
    directions = rng.standard_normal((2, len(weights)))
    begin = 0
    for shape in shapes:
        end = begin + int(np.prod(shape))
        part = directions[:, begin:end]
        if len(shape) < 2:
            part[:] = 0.0
        else:
            own, drawn = (x.reshape(*x.shape[:-1], shape[0], -1) for x in (weights[begin:end], part))
            scale = np.linalg.norm(own, axis=-1) / np.linalg.norm(drawn, axis=-1)
            part[:] = (drawn * scale[..., None]).reshape(2, -1)
        begin = end
    return Plane(weights, directions)
