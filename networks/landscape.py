"""`Landscape`: the loss of a network on a plane in the space of its weights, as a `Surface`'s formula."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from autograd.compiler.compiled import processors
from networks.grid_cache import cached
from networks.network_loss import NetworkLoss
from networks.plane import Plane
from surfaces import Surface

Array = NDArray[np.float64]
Range = tuple[float, float]

_BLOCK = 256  # points whose weights are in memory at once
_ALONE = 8  # blocks for which another thread pays


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
            return self._at_points(u, v)
        return self.loss(self.plane.points(u, v))

    def _at_points(self, u: Array, v: Array, on_block: Callable[[int], object] | None = None) -> Array:
        flat_u, flat_v = u.ravel(), v.ravel()
        losses = np.empty(len(flat_u))
        parts = [slice(begin, begin + _BLOCK) for begin in range(0, len(losses), _BLOCK)]
        shared = iter(parts)  # all threads take from it

        def work() -> None:
            evaluate = self.loss.evaluator()
            for part in shared:
                losses[part] = evaluate(self.plane.points(flat_u[part], flat_v[part]))
                if on_block:
                    on_block(len(losses[part]))

        threads = min(processors(), len(parts) // _ALONE)
        if threads < 2:
            work()
        else:
            with ThreadPoolExecutor(threads) as pool:
                for share in [pool.submit(work) for _ in range(threads)]:
                    share.result()
        return losses.reshape(u.shape)

    def grid(
        self, u_range: Range, v_range: Range, side: int = 101, on_block: Callable[[int], object] | None = None
    ) -> Array:
        """The losses on a grid over the ranges, v along the first axis; once computed, they are kept on disk.

        Args:
            u_range: the least and the greatest u.
            v_range: the same for v.
            side: points along each side.
            on_block: called with the number of points of each block that is done; not where all are cached.

        Returns:
            An array of shape (side, side).
        """
        u, v = np.meshgrid(np.linspace(*u_range, side), np.linspace(*v_range, side))
        return cached(self._key(u_range, v_range, side), u.shape, lambda: self._at_points(u, v, on_block))

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
