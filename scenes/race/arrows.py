"""`Arrows`: an arrow for each racer that follows the clock of a race."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from manim import Group
from numpy.typing import NDArray

from scenes.depth.mobjects import Trail
from scenes.depth.uncopied import Shared
from views.racer_path import Path

Array = NDArray[np.float64]

HEAD = 0.16  # the length of a head's sides, in scene units
_SPREAD = np.array([[-0.87, 0.5, 0], [-0.87, -0.5, 0]])  # their directions, for an arrow to the right


def scaled(vectors: Array, longest: float) -> Array:
    """Vectors rescaled to visible arrows, whose lengths are the square roots of theirs.

    Args:
        vectors: of shape (..., 2); nan where there is none.
        longest: the length of the longest arrow, in scene units.
    """
    with np.errstate(all="ignore"):
        size = np.linalg.norm(vectors, axis=-1, keepdims=True)
        most = np.nanmax(np.where(np.isfinite(size), size, np.nan), initial=1e-300)
        return np.where(size > 0, vectors / size * longest * np.sqrt(size / most), 0.0)


class Arrows(Group):
    """An arrow at each racer.

    Args:
        colours: of the arrows.
        paths: of the racers.
        vectors: the arrows after each step, in scene units, of shape (racers, steps, 2).
        width: of the lines, in Manim's units of stroke width.
    """

    def __init__(self, colours: Sequence[str], paths: Sequence[Path], vectors: Array, width: float) -> None:
        super().__init__(*(Trail(colour=colour, width=width, ghost=0.0) for colour in colours))
        self._paths = Shared(paths)
        self.digest = [path.digest for path in paths]
        self._vectors = vectors
        self.at(0.0)

    def at(self, t: float) -> Self:
        """Move every arrow to its place at step t."""
        for arrow, path, vectors in zip(self, self._paths.value, self._vectors, strict=True):
            before = min(int(t), len(vectors) - 1)
            after = min(before + 1, len(vectors) - 1)
            along = vectors[before] + (t - int(t)) * (vectors[after] - vectors[before])
            length = float(np.hypot(*along))
            if path.shown(t) and np.isfinite(length) and length > 0:
                arrow.set_pieces(arrow_lines(path.point(t), np.array([*along, 0.0]), min(HEAD, 0.5 * length)))
            else:
                arrow.set_pieces([])
        return self


def arrow_lines(tail: Array, along: Array, head: float) -> list[Array]:
    """The shaft and the head of an arrow, as lines."""
    tip = tail + along
    right = along / np.linalg.norm(along)
    up = np.array([-right[1], right[0], 0.0])
    ends = tip + head * (_SPREAD[:, :1] * right + _SPREAD[:, 1:2] * up)
    return [np.stack([tail, tip]), np.stack([ends[0], tip, ends[1]])]
