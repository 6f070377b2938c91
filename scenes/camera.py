"""`StageCamera`: a camera that shows the scene left of the middle, to leave room for the board."""

from __future__ import annotations

import numpy as np
from manim import ThreeDCamera
from numpy.typing import NDArray

ASIDE = np.array([-1.9, -0.2, 0.0])  # scene units in the picture's plane


class StageCamera(ThreeDCamera):
    """A `ThreeDCamera` whose picture of the scene is moved aside; what is fixed in the frame stays."""

    def project_points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The points in the picture's plane."""
        return np.asarray(super().project_points(points) + ASIDE)
