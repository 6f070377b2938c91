"""What tests of drawing look at, and the camera that they look through."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from manim import tempconfig

from scenes import Box, DepthCamera, LossSurface
from scenes.theme import wear
from surfaces import expression_surface
from views.theme import DARK


@pytest.fixture(autouse=True)
def usual_theme() -> Iterator[None]:
    """No test wears the theme of another one's film."""
    yield
    wear(DARK)


@pytest.fixture
def camera() -> Iterator[DepthCamera]:
    with tempconfig({"pixel_width": 320, "pixel_height": 180}):
        yield DepthCamera()


@pytest.fixture
def hill() -> LossSurface:
    """A ridge along v in the middle of the box, as high as the box."""
    return LossSurface(Box(expression_surface("exp(-20*u**2)", (-1, 1), (-1, 1)), width=6.0, height=3.0))
