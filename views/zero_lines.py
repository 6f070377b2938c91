"""Where a function on a grid is zero: marching squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def zero_lines(values: Array, x: Array, y: Array) -> Array:
    """The zeros of a function as straight pieces: two triangles to a cell, and the function flat on each.

    Args:
        values: on a grid, of shape (len(y), len(x)).
        x: of the columns, rising.
        y: of the rows, rising.

    Returns:
        The ends of each piece, of shape (pieces, 2, 2).

    >>> x = np.linspace(0, 1, 3)
    >>> pieces = zero_lines(np.broadcast_to(x - 0.3, (3, 3)), x, x)
    >>> print(pieces[..., 0].round(9).min(), pieces[..., 0].round(9).max(), pieces[..., 1].max())
    0.3 0.3 1.0
    """
    xx, yy = np.meshgrid(x, y)
    points = np.stack([xx, yy, values], axis=-1)
    a, b, c, d = points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], axis=2), np.stack([a, c, d], axis=2)]).reshape(-1, 3, 3)
    above = triangles[..., 2] > 0
    crossed = triangles[(above != above[:, :1]).any(axis=1)]
    # The corner that is alone on its side comes first: the line crosses the two edges from it.
    above = crossed[..., 2] > 0
    single = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), (~above).argmax(axis=1))
    order = (single[:, None] + np.arange(3)) % 3
    first, *others = np.moveaxis(np.take_along_axis(crossed, order[..., None], axis=1), 1, 0)
    ends = []
    for other in others:
        part = first[:, 2:] / (first[:, 2:] - other[:, 2:])
        ends.append(first[:, :2] + part * (other[:, :2] - first[:, :2]))
    return np.stack(ends, axis=1)
