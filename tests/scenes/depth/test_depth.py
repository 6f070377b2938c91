"""What is in front hides what is behind: pixels of pictures that `DepthCamera` draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from manim import DEGREES, RIGHT, Mobject, Square, VMobject
from numpy.typing import NDArray

import scenes.depth.camera
from scenes import Ball, DepthCamera, LossSurface, Trail
from scenes.depth.mobjects import DepthMobject
from surfaces import SURFACES
from views.box import Box

Picture = NDArray[np.uint8]
RED = "#FF0000"


def look(camera: DepthCamera, *mobjects: Mobject, phi: float = 80, theta: float = 0) -> Picture:
    """A picture from a camera that stands still."""
    camera.set_phi(phi * DEGREES)
    camera.set_theta(theta * DEGREES)
    camera.reset()
    camera.capture_mobjects(mobjects)
    return np.array(camera.pixel_array)


def redness(picture: Picture) -> float:
    """How many pixels are clearly red, faint ones counting less; the surfaces' own colours are not."""
    red, green, blue = (picture[..., i].astype(float) for i in range(3))
    return float(np.clip(red - np.maximum(green, blue) - 12, 0, None).sum() / 255)


BEHIND: dict[str, Callable[[], DepthMobject]] = {
    "ball": lambda: Ball([-2.0, 0.0, -1.0], RED, radius=0.4),
    "trail": lambda: Trail([[-2.0, -1.0, -1.3], [-2.0, 1.0, -1.3]], RED, width=8, ghost=0.0),
}


@pytest.mark.parametrize("name", BEHIND)
def test_a_hill_hides_what_is_behind_it(camera: DepthCamera, hill: LossSurface, name: str) -> None:
    thing = BEHIND[name]()
    from_its_side = redness(look(camera, hill, thing, theta=180))
    from_behind_the_hill = redness(look(camera, hill, thing, theta=0))
    assert from_its_side > 50
    assert from_behind_the_hill == 0
    assert redness(look(camera, thing, theta=0)) > 50  # without the hill it is seen


def test_the_order_of_drawing_does_not_matter(camera: DepthCamera, hill: LossSurface) -> None:
    ball = BEHIND["ball"]()
    for theta in (0, 180):
        look(camera, hill, theta=theta)  # a camera on the move takes less care of edges
        pictures = [look(camera, *order, theta=theta) for order in ((hill, ball), (ball, hill))]
        np.testing.assert_array_equal(pictures[0], pictures[1])


def test_a_hidden_trail_is_a_faint_ghost(camera: DepthCamera, hill: LossSurface) -> None:
    def change(theta: float) -> float:
        look(camera, hill, theta=theta)
        without = look(camera, hill, theta=theta).astype(float)
        trail = Trail([[-2.0, -1.0, -1.3], [-2.0, 1.0, -1.3]], RED, width=8, ghost=0.2)
        return float(np.abs(look(camera, hill, trail, theta=theta) - without).sum())

    assert 0.05 * change(180) < change(0) < 0.4 * change(180)


def test_moving_things_are_hidden_by_what_stands_still(camera: DepthCamera, hill: LossSurface) -> None:
    # As Manim draws a frame: what stands still once, then on its picture what moves.
    ball = BEHIND["ball"]()
    for theta, expected in ((0, False), (180, True)):
        still = look(camera, hill, theta=theta)
        camera.set_frame_to_background(still)
        camera.capture_mobjects([ball])
        assert (redness(np.array(camera.pixel_array)) > 50) is expected
        camera.set_frame_to_background(still)
        camera.capture_mobjects([])
        np.testing.assert_array_equal(camera.pixel_array, still)


def test_a_picture_without_depth_behind_does_not_keep_that_of_another(
    camera: DepthCamera, hill: LossSurface
) -> None:
    look(camera, hill, theta=0)
    empty = look(camera, theta=0)
    camera.set_frame_to_background(empty)
    camera.capture_mobjects([BEHIND["ball"]()])
    assert redness(np.array(camera.pixel_array)) > 50


@pytest.mark.parametrize("point", [(0, 0, 0), (1.5, -1, 0.5), (-2, 2, -1)])
@pytest.mark.parametrize(("phi", "theta"), [(0, -90), (60, -80), (75, 130)])
def test_opengl_and_cairo_agree_where_a_point_is(
    camera: DepthCamera, point: tuple[float, float, float], phi: float, theta: float
) -> None:
    camera.aside = np.array([-1.0, 0.5, 0.0])
    picture = look(camera, Ball(point, RED, radius=0.2), phi=phi, theta=theta)
    rows, columns = np.nonzero(picture[..., 0] > 100)
    x, y, _ = camera.project_point(np.array(point, dtype=float))
    pixels = camera.pixel_height / camera.frame_height
    assert columns.mean() + 0.5 == pytest.approx(camera.pixel_width / 2 + x * pixels, abs=0.7)
    assert rows.mean() + 0.5 == pytest.approx(camera.pixel_height / 2 - y * pixels, abs=0.7)


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_is_seen(camera: DepthCamera, name: str) -> None:
    surface = SURFACES[name]
    picture = look(camera, LossSurface(Box(surface)), phi=surface.camera[0], theta=surface.camera[1])
    lit = picture[..., :3].max(axis=-1) > 40
    assert 0.08 < lit.mean() < 0.9
    assert not lit[[0, -1]].any()
    assert not lit[:, [0, -1]].any()


MANNERS: dict[str, Callable[[Any], Any]] = {
    "shift": lambda ball: ball.shift(RIGHT),
    "scale": lambda ball: ball.scale(2),
    "move_to": lambda ball: ball.move_to([1, 1, 1]),
    "rotate": lambda ball: ball.shift(RIGHT).rotate(90 * DEGREES, about_point=np.zeros(3)),
    "become": lambda ball: ball.become(Ball([0, 2, 0], "#00FF00", radius=0.5)),
    "copy": lambda ball: ball.copy().shift(RIGHT),
    "set_color": lambda ball: ball.set_color("#0000FF"),
    "set_opacity": lambda ball: ball.set_opacity(0.5),
}


@pytest.mark.parametrize("manner", MANNERS)
def test_manims_own_methods_change_the_picture(camera: DepthCamera, manner: str) -> None:
    ball = Ball([0, 0, 0], RED, radius=0.4)
    before = look(camera, ball, phi=0, theta=-90)
    after = look(camera, MANNERS[manner](ball), phi=0, theta=-90)
    assert (before != after).any()
    assert after[..., :3].any()


def test_methods_do_what_they_say() -> None:
    ball = Ball([1.0, 0.0, 0.0], RED, radius=0.25)
    assert ball.copy().scale(2).radius == pytest.approx(0.5)
    np.testing.assert_allclose(ball.copy().shift(RIGHT).get_center(), [2, 0, 0], atol=1e-12)
    other = ball.copy().become(Ball([0, 2, 0], "#00FF00", radius=0.5))
    assert other.rgba() == pytest.approx((0, 1, 0, 1))
    assert other.radius == pytest.approx(0.5)
    half = ball.copy().interpolate(ball, other, 0.5)
    np.testing.assert_allclose(np.array(half.get_center()), np.array([0.5, 1.0, 0.0]), atol=1e-12)


@pytest.mark.parametrize("resolution", [32, 64, 16])
def test_a_surface_that_becomes_another_looks_like_it(camera: DepthCamera, resolution: int) -> None:
    surface = LossSurface(Box(SURFACES["rastrigin"]), resolution=32)
    other = LossSurface(Box(SURFACES["himmelblau"]), resolution)
    before, wanted = (look(camera, mobject, phi=40).astype(float) for mobject in (surface, other))
    found = look(camera, surface.become(other.copy()), phi=40).astype(float)
    assert np.abs(found - wanted).mean() < 1.5
    assert np.abs(before - wanted).mean() > 8


def test_a_surface_halfway_to_a_finer_one_is_between_them() -> None:
    coarse, fine = LossSurface(Box(SURFACES["slope"]), 8), LossSurface(Box(SURFACES["funky"]), 32)
    coarse.align_points(fine)
    half = coarse.copy().interpolate(coarse, fine, 0.5)
    assert half.resolution == 32
    for name in ("points", "place", "tints"):
        middle = (getattr(coarse, name) + getattr(fine, name)) / 2
        np.testing.assert_allclose(getattr(half, name), middle, atol=1e-12)
    slope = LossSurface(Box(SURFACES["slope"]), 32)
    np.testing.assert_allclose(coarse.points, slope.points, atol=0.04)
    np.testing.assert_allclose(coarse.place, slope.place, atol=0.02)


def test_a_trail_that_becomes_another_has_its_pieces() -> None:
    whole = Trail(np.eye(3))
    pieces = Trail(width=9).set_pieces([np.zeros((2, 3)), np.ones((3, 3))])
    tails, heads = whole.become(pieces).segments()
    assert len(tails) == 3
    np.testing.assert_array_equal(tails, heads)
    assert whole.thickness == 9


def test_a_part_of_a_trail_is_what_create_shows() -> None:
    whole = Trail([[0, 0, 0], [1, 0, 0], [1, 1, 0]])
    part = Trail().pointwise_become_partial(whole, 0.0, 0.75)
    np.testing.assert_allclose(part.points, np.array([[0, 0, 0], [1, 0, 0], [1, 0.5, 0]]))


def test_pieces_of_a_trail_are_not_joined() -> None:
    trail = Trail().set_pieces([np.zeros((2, 3)), np.ones((3, 3))])
    tails, heads = trail.segments()
    assert len(tails) == 3
    np.testing.assert_array_equal(tails, heads)
    assert len(Trail().segments()[0]) == 0


def test_cairo_draws_on_top_of_it(camera: DepthCamera, hill: LossSurface) -> None:
    label = Square(1.0, fill_color=RED, fill_opacity=1, stroke_width=0)
    camera.add_fixed_in_frame_mobjects(label)
    assert redness(look(camera, hill, label)) == pytest.approx(22.5**2, rel=0.15)


def test_without_opengl_manims_own_mobjects_are_drawn_after_one_warning(
    camera: DepthCamera, hill: LossSurface, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError("no display")

    monkeypatch.setattr(scenes.depth.camera, "Painter", none)
    warnings: list[str] = []
    monkeypatch.setattr("scenes.depth.camera.logger.warning", warnings.append)
    trail = Trail([[-2.0, -1.0, -1.3], [-2.0, 1.0, -1.3]], RED)
    pictures = [look(camera, hill, Ball([0, 0, 2], RED, radius=0.4), trail) for _ in range(2)]
    assert redness(pictures[0]) > 20
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert [line.startswith("No OpenGL (no display)") for line in warnings] == [True]


@pytest.mark.parametrize("name", ["slope", "rosenbrock"])
def test_the_plain_form_stands_where_the_drawn_one_does(name: str) -> None:
    surface = LossSurface(Box(SURFACES[name]))
    faces: VMobject = surface.shift(RIGHT).plain()
    assert len(faces) > 300
    assert abs(faces.get_center()[0] - surface.get_center()[0]) < 0.2


def test_the_plain_form_is_cut_off_where_the_drawn_one_is() -> None:
    surface = LossSurface(Box(SURFACES["rosenbrock"], width=4.0, height=2.0))
    assert surface.points[:, 2].max() > 2
    points = np.concatenate([face.points for face in surface.plain()])
    np.testing.assert_allclose([points[:, 2].min(), points[:, 2].max()], [-1, 1], atol=1e-9)
    np.testing.assert_allclose([points[:, 0].min(), points[:, 0].max()], [-2, 2], atol=1e-9)
    surface.begun, surface.reach = 0.25, 0.6
    points = np.concatenate([face.points for face in surface.plain()])
    np.testing.assert_allclose([points[:, 0].min(), points[:, 0].max()], [-1, 0.4], atol=1e-9)
    surface.begun = surface.reach = 0.3  # nothing of it is drawn yet
    assert surface.plain().width < 1e-9
