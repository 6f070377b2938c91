"""A film's frame has the shape of its picture, however Manim is told of it, and text of a readable size."""

from __future__ import annotations

from typing import Any

import pytest
from manim import CairoRenderer, tempconfig

from scenes.contour_race import ContourRace
from scenes.depth.camera import DepthCamera
from scenes.frame import Frame, frame
from scenes.theme import EM, SMALL
from tests.scenes.control import trace
from tests.scenes.moments import small

SHAPES = {"16:9": (320, 180), "9:16": (180, 320), "1:1": (240, 240), "4:3": (320, 240), "21:9": (420, 180)}
# As a manim.cfg may have it beside the pixels; the first three are of other shapes.
FRAMES = ((16 / 9 * 8, 8.0), (8.0, 14.222), (8.9, 5.0), (10.667, 8.0), (12.45, 7.0))


@pytest.mark.parametrize("size", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("told", FRAMES, ids=str)
def test_a_film_has_the_shape_of_its_picture(size: tuple[int, int], told: tuple[float, float]) -> None:
    with small(*size), tempconfig({"frame_width": told[0], "frame_height": told[1]}):
        film: Any = ContourRace(CairoRenderer(camera_class=DepthCamera), trace=trace())
        assert film.camera.frame_width / film.camera.frame_height == pytest.approx(size[0] / size[1])
        assert (film.camera.frame_width, film.camera.frame_height) == frame()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_smallest_text_is_a_thirtieth_of_the_height(shape: str) -> None:
    across, up = SHAPES[shape]
    assert SMALL * EM / Frame.of(across, up).height >= 1 / 30 - 0.0001
    assert Frame.of(across, up).wide == (shape in {"16:9", "4:3", "21:9"})
