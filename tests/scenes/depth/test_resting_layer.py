"""What rests in the frame is kept in a layer: the pictures are the same as those that are drawn anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from manim import tempconfig
from numpy.typing import NDArray

from scenes import Ball, DepthCamera, Trail
from scenes.depth.mobjects import DepthMobject
from scenes.depth.painter import Painter, View
from scenes.depth.resting_layer import look
from scenes.depth.sprite import Label
from scenes.theme import wear
from views.theme import DARK, TRANSPARENT, Theme

WAYS = 6  # of changing a mobject


def mobjects() -> list[DepthMobject]:
    """Some that lie over each other, so that their order counts."""
    line = [[-3.0, -1.0, 0.0], [0.0, 1.0, 0.0], [3.0, -1.0, 0.0]]
    return [
        Label("one", 80, "#FF8000").stand(-1.0, 0.0),
        Trail(line, "#00A0FF", width=20.0),
        Ball((0.5, 0.2, 0.0), "#FF00FF", radius=0.8),
        Label("two", 80, "#00FF80").stand(0.8, 0.1),
        Trail(line[::-1], "#FFFFFF", width=8.0),
        Ball((-0.6, 0.1, 0.0), "#FFFF00", radius=0.5),
    ]


def change(mobject: DepthMobject, way: int) -> None:
    """Make it look different, if it can be changed in this way."""
    if way == 0:
        mobject.shift(np.array([0.4, -0.2, 0.0]))
    elif way == 1:
        mobject.set_opacity(0.0 if mobject.opacity else 1.0)
    elif way == 2:
        mobject.set_opacity(0.5)
    elif way == 3 and isinstance(mobject, Label):
        mobject.write(mobject.digest[2:5][::-1])
    elif way == 4 and isinstance(mobject, Trail):
        mobject.thickness *= 1.5
    elif way == 5 and isinstance(mobject, Trail | Ball):
        mobject.color = mobject.color.invert()


def picture(camera: DepthCamera, still: NDArray[np.uint8] | None, shown: list[DepthMobject]) -> None:
    if still is None:
        camera.reset()
    else:
        camera.set_frame_to_background(still)
    camera.capture_mobjects(shown)


def new_camera(shown: list[DepthMobject], back: DepthMobject) -> tuple[DepthCamera, NDArray[np.uint8]]:
    camera = DepthCamera()
    camera.add_fixed_in_frame_mobjects(*shown, back)
    picture(camera, None, [back])
    return camera, np.array(camera.pixel_array, dtype=np.uint8)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("worn", [DARK, TRANSPARENT], ids=["dark", "transparent"])
def test_pictures_are_as_if_everything_were_drawn_anew(worn: Theme, seed: int) -> None:
    wear(worn)  # lines and text of a transparent film have edges
    random = np.random.default_rng(seed)
    back = Ball((0.0, 0.0, 0.0), "#4060FF", radius=2.0)
    with tempconfig({"pixel_width": 160, "pixel_height": 90}):
        shown = mobjects()
        kept, still = new_camera(shown, back)
        seen = set()
        for moment in range(30):
            if moment == 15:  # something else stands still
                back.set_color("#208020")
                picture(kept, None, [back])
                still = np.array(kept.pixel_array, dtype=np.uint8)
            for number in random.choice(len(shown), size=random.integers(0, 3), replace=False):
                change(shown[number], int(random.integers(WAYS)))
            picture(kept, still, shown)
            fresh, ground = new_camera(shown, back)
            picture(fresh, ground, shown)
            np.testing.assert_array_equal(kept.pixel_array, fresh.pixel_array)
            seen.add(kept.pixel_array.tobytes())
    assert len(seen) > 10


def test_what_looks_different_is_told_apart() -> None:
    def changed(number: int, way: int) -> tuple[object, object]:
        before, after = mobjects()[number], mobjects()[number]
        assert look(before) == look(after)
        change(after, way)
        return look(before), look(after)

    for number, mobject in enumerate(mobjects()):
        ways = {Label: (0, 1, 2, 3), Trail: (0, 1, 2, 4, 5), Ball: (0, 1, 2, 5)}[type(mobject)]
        for way in ways:
            before, after = changed(number, way)
            assert before != after, (number, way)


def test_what_rests_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    draw = Painter._draw_frame

    def counted(painter: Painter, seen: Sequence[DepthMobject], frame: View) -> None:
        drawn.append(len(seen))
        draw(painter, seen, frame)

    back = Ball(radius=2.0)
    with tempconfig({"pixel_width": 160, "pixel_height": 90}):
        shown = mobjects()
        camera, still = new_camera(shown, back)
        monkeypatch.setattr(Painter, "_draw_frame", counted)
        for _ in range(3):
            picture(camera, still, shown)
        assert drawn == [6, 6]  # the second time on the layer
        shown[2].shift(np.array([0.1, 0.0, 0.0]))
        for _ in range(3):
            picture(camera, still, shown)
    # On a new layer, what is before the one that was moved; the rest; the rest once more, on the layer
    assert drawn == [6, 6, 2, 4, 4]
