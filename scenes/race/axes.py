"""`BoxAxes`: the three axes along a box's edges, with their ends labelled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import Group
from numpy.typing import NDArray

from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Label
from scenes.theme import SMALL
from support.numbers import Numbers
from views.box import Box
from views.theme import FAINT

Array = NDArray[np.float64]

GAP = 0.1  # between an axis and its labels, in scene units
_ENGLISH = Numbers()
_LOWER, _UPPER = 6, 8  # the labels at the ends of the upright axis
_NAMES = (1, 4, 7)  # the labels that are no numbers
_FAR = 0.5  # the zoom of a wide picture
FARTHEST = 1.2  # the largest distance of a label's middle from its axis


class BoxAxes(Group):
    """Axes u, v and loss along the near, the right and the upright left edge of the box.

    The labels are in `labels`, to be added to the scene with `add_fixed_orientation_mobjects`. Their size
    does not depend on zoom or viewpoint; `keep_clear` and `stand` keep them beside their axes.

    Args:
        box: the box.
        loss: the name of the upright axis.
        numbers: how numbers are written.
        names: what u and v are called.
    """

    def __init__(
        self,
        box: Box,
        loss: str = "loss",
        numbers: Numbers = _ENGLISH,
        names: tuple[str, str] = ("u", "v"),
    ) -> None:
        half, top = box.width / 2, box.height / 2
        left, right = np.array([-half, -half, -top]), np.array([half, -half, -top])
        far, above = np.array([half, half, -top]), np.array([-half, -half, top])
        ends = ((left, right), (right, far), (left, above))
        super().__init__(*(Trail(pair, FAINT, width=2, ghost=0.0) for pair in ends))
        ranges = (box.surface.u_range, box.surface.v_range, box.z_shown)
        outward = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [-(0.5**0.5), -(0.5**0.5), 0.0]])
        self.labels = Group()
        rays, inward = [], []
        for (start, end), name, (low, high), away in zip(ends, (*names, loss), ranges, outward, strict=True):
            along = (end - start) / np.linalg.norm(end - start)
            # A label stands before its axis's end; the upright axis may look short: its name is above it.
            named = 1.03 if along[2] else 0.5
            for content, where in (
                (numbers.end(low, high), 0.03),
                (name, named),
                (numbers.end(high, low), 0.97),
            ):
                label = Label(content, SMALL, FAINT)
                self.labels.add(label)
                size = label.height if along[2] else label.width
                inward.append((1.0 if where > 1 else 0.5 - where) * size)
                anchor = start + where * (end - start)
                rays.append([anchor, anchor + along, anchor + away])
        self._rays, self._wanted = np.array(rays), np.array(inward)
        self._inward, self._reach = self._wanted, np.array([GAP + label.width / 2 for label in self.labels])
        self.stand(1.0)

    def rays(self) -> Array:
        """A point of each label's axis, and those one unit along it and one unit away; (labels, 3, 3)."""
        return self._rays

    def keep_clear(self, seen: Sequence[Array]) -> None:
        """Find the distance of each label from its axis that keeps it clear of the axis from all viewpoints.

        Args:
            seen: `rays` in the picture, from each viewpoint, at a zoom of 1; each of shape (labels, 3, 2).
        """
        sizes = np.array([[label.width, label.height] for label in self.labels])
        farthest, shortest = np.zeros(len(sizes)), np.ones(len(sizes))
        for anchor, along, away in (rays.transpose(1, 0, 2) for rays in seen):
            length = np.linalg.norm(along - anchor, axis=1)
            axis = (along - anchor) / length[:, None]
            across = np.stack([-axis[:, 1], axis[:, 0]], axis=1)
            leads = np.abs(((away - anchor) * across).sum(axis=1))
            needed = GAP + (np.abs(across) * sizes).sum(axis=1) / 2
            farthest = np.maximum(farthest, needed / np.maximum(leads, 1e-9))
            shortest = np.minimum(shortest, length)
        self._reach = np.minimum(farthest, FARTHEST)
        self._inward = self._wanted / np.maximum(shortest, 0.3)
        # Seen from above, a label beside the upright axis is lower the farther it is from it: a wide one may
        # reach down to the label of the lower end, which must then be as far away.
        if any(self._meet(rays) for rays in seen):
            self._reach[_LOWER] = max(self._reach[_LOWER], self._reach[_UPPER])

    def _meet(self, seen: Array) -> bool:
        """Whether the numbers of the upright axis overlap in a picture at a zoom of `_FAR`."""
        points, beside = self.corners(seen)
        boxes = (_FAR * points + beside).reshape(-1, 4, 2)[[_LOWER, _UPPER]]
        least, most = boxes.min(axis=1), boxes.max(axis=1)
        return bool((least.max(axis=0) < most.min(axis=0) + GAP / 2).all())

    def corners(self, seen: Array) -> tuple[Array, Array]:
        """The labels' corners in a picture: points of the axes, and the offsets from them.

        Args:
            seen: `rays` in the picture, of shape (labels, 3, 2).

        Returns:
            Two arrays of shape (4 labels, 2).
        """
        anchor, along, away = seen.transpose(1, 0, 2)
        middle = self._inward[:, None] * (along - anchor) + self._reach[:, None] * (away - anchor)
        halves = np.array([[label.width, label.height] for label in self.labels]) / 2
        ways = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
        return np.repeat(anchor, 4, axis=0), (middle[:, None] + ways * halves[:, None]).reshape(-1, 2)

    def thin(self, corners: Array) -> None:
        """Hide the names of axes that would meet a number.

        Args:
            corners: of all labels, in the picture, of shape (4 labels, 2).
        """
        boxes = corners.reshape(-1, 4, 2)
        least, most = boxes.min(axis=1) - GAP / 2, boxes.max(axis=1) + GAP / 2
        for name in _NAMES:
            meets = (least < most[name]).all(axis=1) & (most > least[name]).all(axis=1)
            self.labels[name].set_opacity(float(meets.sum() == 1))  # itself

    def places(self, zoom: float) -> Array:
        """The positions of the labels' middles at a zoom, of shape (labels, 3)."""
        anchor, along, away = self._rays.transpose(1, 0, 2)
        beside = self._inward[:, None] * (along - anchor) + self._reach[:, None] * (away - anchor)
        return np.asarray(anchor + beside / zoom)

    def stand(self, zoom: float) -> None:
        """Move the labels to their places at a zoom."""
        for label, place in zip(self.labels, self.places(zoom), strict=True):
            label.move_to(place)
