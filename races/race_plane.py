"""`RacePlane`: where a race of networks is looked at, and what the plane does not show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from networks import Landscape, NetworkLoss, Plane, principal_plane, random_plane
from races.network_spec import NetworkSpec
from surfaces import Surface
from surfaces.surface import Point

Array = NDArray[np.float64]

_ROOM = 0.25  # of the paths' extent, that the ranges leave around them
_NARROWEST = 0.4  # of the other range


@dataclass(frozen=True, eq=False)
class RacePlane:
    """The plane onto which the racers' weights are projected.

    Attributes:
        plane: in the space of all weights.
        ranges: the least and the greatest u, v, and height to show, of shape (3, 2).
        explained_variance: the shares of the variance of all racers' weights along the plane, of shape (2,):
            for u, and for what v adds to it. Racers that diverge do not count.
        distances: how far each racer's weights are from the plane, of shape (racers, rows, 1), as a trace's
            losses; nan from where a racer has diverged.
    """

    plane: Plane
    ranges: Array
    explained_variance: Array
    distances: Array

    def arrays(self) -> dict[str, Array]:
        """All of it, by the names in a trace's file."""
        return {
            "origin": self.plane.origin,
            "directions": self.plane.directions,
            "ranges": self.ranges,
            "explained_variance": self.explained_variance,
            "distances": self.distances,
        }

    @classmethod
    def of(cls, arrays: dict[str, Array]) -> RacePlane:
        """The inverse of `arrays`."""
        rest = dict(arrays)
        return cls(Plane(rest.pop("origin"), rest.pop("directions")), **rest)

    def surface(self, network: NetworkSpec, start: Point) -> Surface:
        """The network's loss on the plane, every value computed from the weights there.

        Raises:
            ValueError: if the plane is of another network.
        """
        loss = network.loss()
        if loss.size != len(self.plane.origin):
            raise ValueError(
                f"the plane is in a space of {len(self.plane.origin):,} weights, but {network.title} "
                f"has {loss.size:,}"
            )
        u_range, v_range, z_range = ((low, high) for low, high in self.ranges.tolist())
        landscape = Landscape(loss, self.plane)
        return landscape.surface(network.title, u_range, v_range, z_range=z_range, start=start)


def chosen_plane(network: NetworkSpec, loss: NetworkLoss, paths: Array, losses: Array) -> Plane:
    """The plane that the racers are looked at on.

    Args:
        network: says which kind.
        loss: of the network.
        paths: weights of the racers that count, of shape (racers, steps + 1, size), finite.
        losses: there, of shape (racers, steps + 1).
    """
    if network.plane == "pca":
        return principal_plane(paths.reshape(-1, loss.size))
    best = paths[int(losses[:, -1].argmin()), -1].copy()
    return random_plane(best, loss.shapes.values(), np.random.default_rng([network.seed, 1]))


def shown_ranges(network: NetworkSpec, loss: NetworkLoss, plane: Plane, paths: Array, losses: Array) -> Array:
    """The ranges of u and v around the racers' projections, and the heights on their way; see `RacePlane`.

    On a random plane, u and v go from -1 to 1 at least. Arguments as those of `chosen_plane`.
    """
    points = plane.project(paths).reshape(-1, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    if network.plane == "random":
        low, high = np.minimum(low, -1.0), np.maximum(high, 1.0)
    span = high - low
    wanted = np.maximum(span, _NARROWEST * span.max()) if span.max() > 0 else np.ones(2)
    middle, wide = (low + high) / 2, (0.5 + (_ROOM if network.plane == "pca" else 0.0)) * wanted
    heights = loss.on_plane(plane, *points.T)
    known = np.concatenate([heights[np.isfinite(heights)], losses.ravel()])
    least, most = float(known.min()), float(known.max())
    top = max(most + 0.25 * (most - least), least + 1e-9)
    return np.array([*zip(middle - wide, middle + wide, strict=True), (min(0.0, least), top)])
