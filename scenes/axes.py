"""`BoxAxes`: the three axes along a box's edges, with their ends labelled."""

from __future__ import annotations

import numpy as np
from manim import Group

from scenes.box import Box
from scenes.mobjects import Trail
from scenes.sprite import Label
from scenes.theme import FAINT, SMALL

GAP = 0.25  # between an axis and its labels, in scene units


class BoxAxes(Group):
    """Axes u, v and loss along the near, the right and the upright left edge of the box.

    The labels are in `labels`, to be given to the scene with `add_fixed_orientation_mobjects`.
    """

    def __init__(self, box: Box) -> None:
        half, top = box.width / 2, box.height / 2
        left, right = np.array([-half, -half, -top]), np.array([half, -half, -top])
        far, above = np.array([half, half, -top]), np.array([-half, -half, top])
        ends = ((left, right), (right, far), (left, above))
        lines = [Trail(pair, FAINT, width=2, ghost=0.0) for pair in ends]
        super().__init__(*lines)
        ranges = (box.surface.u_range, box.surface.v_range, box.z_shown)
        outward = (np.array([0.0, -1.0, 0.0]), np.array([1.0, 0.0, 0.0]), np.array([-1.0, 0.0, 0.0]))
        self.labels = Group()
        for (start, end), name, (low, high), away in zip(
            ends, ("u", "v", "loss"), ranges, outward, strict=True
        ):
            along = (end - start) / np.linalg.norm(end - start)
            for content, where in ((_end(low, high), 0.03), (name, 0.5), (_end(high, low), 0.97)):
                label = Label(content, SMALL, FAINT)
                size = label.height if along[2] else label.width  # an end's label stands before the end
                reach = GAP + (label.width if away[0] else label.height) / 2
                place = start + where * (end - start) + (0.5 - where) * size * along + reach * away
                self.labels.add(label.move_to(place))


def _end(value: float, other: float) -> str:
    """A number at an axis's end; what could not be seen beside the other end is 0."""
    return f"{0.0 if abs(value) < 1e-4 * abs(other) else value:.3g}"
