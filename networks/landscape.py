"""`Landscape`: the loss of a network on a plane in the space of its weights, as a `Surface`'s formula."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from autograd.compiler.compiled import processors
from networks.grid_cache import cached
from networks.network_loss import NetworkLoss
from networks.plane import Plane
from support.parallel import parallel
from surfaces import Surface

Array = NDArray[np.float64]
Range = tuple[float, float]

# Work is counted in products of a number and a weight; a processor does 4 to 10 in a nanosecond.
_THREAD = 50_000_000  # that another thread pays for
_PART = 400_000_000  # that a process does in one go
_FEW = 8  # such parts, for which processes are not started: that takes a second


@final
class Landscape:
    """The loss of a network at the points (u, v) of a plane.

    Every value is computed from the network's weights there, none is read off a grid. Tensors get the
    gradient along the plane.

    Args:
        loss: the network's, on its data.
        plane: in the space of its weights.

    >>> from networks import MLP, losses
    >>> x, y = np.array([[1.0], [2.0]]), np.array([3.0, 5.0])
    >>> loss = NetworkLoss(MLP([1, 1], rng=0), losses.mse_loss, x, y)
    >>> landscape = Landscape(loss, Plane(np.array([2.0, 0.0]), np.eye(2)))
    >>> print(landscape(0.0, 0.0), landscape(np.zeros(2), np.array([0.0, 1.0])))
    1.0 [1. 0.]
    """

    def __init__(self, loss: NetworkLoss, plane: Plane) -> None:
        self.loss, self.plane = loss, plane

    def __call__(self, u: Any, v: Any) -> Any:
        """The loss at (u, v), numbers, arrays of points, or Tensors of a number each."""
        if isinstance(u, np.ndarray) or isinstance(v, np.ndarray):
            u, v = np.broadcast_arrays(u, v)
            return self._at_points(u.ravel(), v.ravel()).reshape(u.shape)
        return self.loss(self.plane.points(u, v))

    def _at_points(self, u: Array, v: Array) -> Array:
        threads = max(1, min(processors(), len(u) * self._work // _THREAD))
        evaluate = partial(self.loss.on_plane, self.plane)
        with ThreadPoolExecutor(threads) as pool:
            return np.concatenate(
                [*pool.map(evaluate, np.array_split(u, threads), np.array_split(v, threads))]
            )

    @property
    def _work(self) -> int:
        """For the loss at one point."""
        return len(self.loss.inputs) * self.loss.size

    def _grid(self, u: Array, v: Array, on_part: Callable[[int], object] | None) -> Array:
        size = max(1, _PART // self._work)
        parts = np.split(np.stack([u, v]), range(size, len(u), size), axis=1)
        if len(parts) <= _FEW:
            found = iter([self._at_points(u, v)])
        else:
            found = parallel(partial(_losses, self.loss, self.plane), parts)
        losses = []
        for part in found:
            losses.append(part)
            if on_part:
                on_part(len(part))
        return np.concatenate(losses)

    def grid(
        self, u_range: Range, v_range: Range, side: int = 101, on_part: Callable[[int], object] | None = None
    ) -> Array:
        """The losses on a grid over the ranges, v along the first axis; once computed, they are kept on disk.

        What takes over half a second is spread over processes.

        Args:
            u_range: the least and the greatest u.
            v_range: the same for v.
            side: points along each side.
            on_part: called with the number of points of each part that is done; not where all are cached.

        Returns:
            An array of shape (side, side).
        """
        u, v = np.meshgrid(np.linspace(*u_range, side), np.linspace(*v_range, side))
        key = self._key(u_range, v_range, side)
        return cached(key, u.shape, lambda: self._grid(u.ravel(), v.ravel(), on_part).reshape(u.shape))

    def _key(self, *grid: Any) -> str | None:
        own = self.loss.digest
        if own is None:
            return None
        plane = self.plane.origin.tobytes() + self.plane.directions.tobytes()
        return hashlib.sha256(f"{own} {grid}".encode() + plane).hexdigest()

    def surface(self, name: str, u_range: Range, v_range: Range, **record: Any) -> Surface:
        """The landscape over these ranges as a `Surface`.

        Args:
            name: what it is called.
            u_range: the least and the greatest u.
            v_range: the same for v.
            record: other attributes of the `Surface`; unless they are given, `z_range` is that of a grid, and
                `start` the lower corner.
        """
        given = {"start": (u_range[0], v_range[0])} | record
        if "z_range" not in given:
            z = self.grid(u_range, v_range)
            given["z_range"] = float(np.nanmin(z)), float(np.nanmax(z))
        return Surface(name=name, formula=self, u_range=u_range, v_range=v_range, **given)


def _losses(loss: NetworkLoss, plane: Plane, points: Array) -> Array:
    return loss.on_plane(plane, *points)
