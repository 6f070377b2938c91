"""How much of the picture the surface fills."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes.depth.camera import DepthCamera
from scenes.frame import Area
from scenes.race.director import Pose
from scenes.race.stage import Stage

CELL = 0.4  # the side of the squares that are counted, in scene units
POINTS = 160  # along each side of the surface: no square of a near picture is between them


def filled(stage: Stage, lens: DepthCamera, pose: Pose, area: Area, over: Sequence[Area]) -> float:
    """The share of an area of the frame that the surface takes, beside what stands upon it; roughly.

    Args:
        stage: the scene.
        lens: the camera, whose pose is changed.
        pose: how it is seen.
        area: the area.
        over: what stands upon the surface.
    """
    u, v = (np.linspace(*edges, POINTS) for edges in (stage.box.surface.u_range, stage.box.surface.v_range))
    points = stage.box.on_surface(*np.meshgrid(u, v)).reshape(-1, 3)
    points = points[np.abs(points[:, 2]) <= stage.box.height / 2 + 1e-9]
    x, y = pose.seen(lens, points).T
    across, up = round(area.width / CELL), round(area.height / CELL)
    edges = [[area.left, area.right], [area.bottom, area.top]]
    seen, x_edges, y_edges = np.histogram2d(x, y, bins=[across, up], range=edges)
    seen = seen > 0
    x, y = np.meshgrid(*((ends[1:] + ends[:-1]) / 2 for ends in (x_edges, y_edges)), indexing="ij")
    for left, bottom, right, top in over:
        seen &= (x < left) | (x > right) | (y < bottom) | (y > top)
    return float(seen.mean())
