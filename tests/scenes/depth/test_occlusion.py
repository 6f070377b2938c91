"""What surfaces and balls hide of Manim's own mobjects: pixels of pictures that `DepthCamera` draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from manim import (
    DEGREES,
    RIGHT,
    UP,
    Arrow,
    Dot,
    FadeIn,
    FadeOut,
    Line,
    Mobject,
    ParametricFunction,
    Square,
    Text,
    ThreeDAxes,
    ThreeDScene,
    VectorizedPoint,
    VMobject,
    tempconfig,
)
from numpy.typing import NDArray

import scenes.depth.camera
from scenes import Ball, Box, DepthCamera, LossSurface
from scenes.depth.occlusion import Footprint, sample
from scenes.depth.painter import Painter
from surfaces import expression_surface, get_surface

Picture = NDArray[np.uint8]
RED, GREEN = "#FF0000", "#00FF00"
SIZE = {"pixel_width": 320, "pixel_height": 180}


def look(
    camera: DepthCamera, *mobjects: Mobject, phi: float = 80, theta: float = 0, smooth: bool = True
) -> Picture:
    """A new picture, from where x leads to, or turned by `theta`."""
    camera.set_phi(phi * DEGREES)
    camera.set_theta(theta * DEGREES)
    for last in (False, True):
        if last and smooth:
            camera.set_frame_to_background(camera.pixel_array)  # else the camera is taken to move
        camera.reset()
        camera.capture_mobjects(mobjects)
    return np.array(camera.pixel_array)


def look_through(camera: DepthCamera, *mobjects: Mobject, **options: Any) -> Picture:
    """The same, but nothing hides Manim's own mobjects."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DepthCamera, "_occlude", lambda *_: None)
        return look(camera, *mobjects, **options)


def move(camera: DepthCamera, still: Picture, *mobjects: Mobject) -> Picture:
    """A picture with what moves on what stands still, as Manim draws a frame."""
    camera.set_frame_to_background(still)
    camera.capture_mobjects(mobjects)
    return np.array(camera.pixel_array)


def reds(picture: Picture) -> NDArray[np.bool_]:
    """Which pixels are clearly red; the surfaces' own colours are not."""
    red, green, blue = (picture[..., i].astype(int) for i in range(3))
    return np.asarray(red > np.maximum(green, blue) + 40)


def redness(picture: Picture) -> int:
    return int(reds(picture).sum())


def axes() -> VMobject:
    cross: VMobject = ThreeDAxes((-1, 1), (-1, 1), (-1, 1), x_length=1, y_length=2, z_length=1)
    return cross.set_color(RED).shift((-2, 0, -0.8))


def helix() -> VMobject:
    """A curve that is not flat."""
    return ParametricFunction(
        lambda t: np.array([-2 + 0.3 * np.cos(t), t / 8, -1 + 0.3 * np.sin(t)]), t_range=(-9, 9), color=RED
    )


# All are hidden by the hill from where x leads to, and seen from the other side.
BEHIND: dict[str, Callable[[], VMobject]] = {
    "line": lambda: Line((-2, -1, -1.3), (-2, 1, -1), color=RED, stroke_width=8),
    "arrow": lambda: Arrow((-2, -1, -1.2), (-2, 1, -1), color=RED),
    "dot": lambda: Dot(radius=0.4, color=RED).rotate(90 * DEGREES, UP).shift((-2, 0, -1)),
    "square": lambda: Square(1, color=RED, fill_opacity=0.8).shift((-2, 0, -1)),
    "text": lambda: (
        Text("hidden", color=RED).rotate(90 * DEGREES, RIGHT).rotate(90 * DEGREES).shift((-2, 0, -1))
    ),
    "helix": helix,
    "axes": axes,
}


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("name", BEHIND)
def test_a_hill_hides_manims_own_mobjects(
    camera: DepthCamera, hill: LossSurface, name: str, smooth: bool
) -> None:
    thing = BEHIND[name]()
    bare = look(camera, hill, smooth=smooth)
    np.testing.assert_array_equal(look(camera, hill, thing, smooth=smooth), bare)
    np.testing.assert_array_equal(look(camera, thing, hill, smooth=smooth), bare)
    seen = look(camera, hill, thing, theta=180, smooth=smooth)
    through = look_through(camera, hill, thing, theta=180, smooth=smooth)
    assert np.abs(seen.astype(int) - through).max() <= 2
    assert redness(seen) > 30


@pytest.mark.parametrize("bend", [0.0, 0.4])
def test_of_a_line_behind_a_hill_the_ends_are_seen(camera: DepthCamera, bend: float) -> None:
    hill = LossSurface(Box(expression_surface("exp(-8*(u**2+v**2))", (-1, 1), (-1, 1)), 6.0, 3.0))
    curve = ParametricFunction(
        lambda t: np.array([bend * np.cos(t), t, bend * np.cos(2 * t)]), t_range=(-3, 3), color=RED
    )
    for theta in (0, 180):
        curve.set_x(-1 if theta == 0 else 1)
        (drawn,) = np.nonzero(reds(look(camera, curve, theta=theta)).any(axis=0))
        (left,) = np.nonzero(reds(look(camera, hill, curve, theta=theta)).any(axis=0))
        hidden = np.setdiff1d(drawn, left)
        assert np.isin(left, drawn).all()
        assert 0.1 * len(drawn) < len(hidden) < 0.5 * len(drawn)
        assert np.ptp(hidden) == len(hidden) - 1, "one piece is hidden"
        assert abs(hidden.mean() - drawn.mean()) < 0.05 * len(drawn)


def test_a_curve_that_crosses_itself_is_cut_where_it_is_hidden_only(camera: DepthCamera) -> None:
    # A loop whose far half passes behind the ball, and whose near half passes in front of it.
    loop = ParametricFunction(
        lambda t: np.array([np.cos(t), 2 * np.sin(t), 0.3 * np.sin(2 * t)]), t_range=(0, 6.3, 0.1), color=RED
    )
    near = loop.copy().pointwise_become_partial(loop, 0, 0.2).set_color(GREEN)
    ball = Ball([0, 0, 0], "#0000FF", 0.7)
    front = look(camera, near)[..., 1] > 200
    assert redness(look(camera, ball, loop)) < 0.85 * redness(look(camera, loop))
    assert reds(look(camera, ball, loop))[front].all()


def test_a_ball_hides_what_is_behind_it_only(camera: DepthCamera) -> None:
    line = Line((0, -2, 0), (0, 2, 0), color=RED)
    all_of_it = redness(look(camera, line))
    assert redness(look(camera, line, Ball([1, 0, 0], GREEN, 0.5))) == pytest.approx(
        0.74 * all_of_it, rel=0.05
    )
    assert redness(look(camera, line, Ball([-1, 0, 0], GREEN, 0.5))) == all_of_it


@pytest.mark.parametrize("phi", [40, 80, 87])
def test_what_lies_on_a_surface_is_seen(camera: DepthCamera, hill: LossSurface, phi: float) -> None:
    height = 3 * np.exp(-20 * 0.1**2) - 1.5
    for start, end in (((0.3, -2, height), (0.3, 2, height)), ((2.5, -2, -1.5), (2.5, 2, -1.5))):
        path = Line(start, end, color=RED)
        seen, through = (draw(camera, hill, path, phi=phi) for draw in (look, look_through))
        np.testing.assert_array_equal(seen, through)


@pytest.mark.parametrize("phi", [83, 85, 88, 90])
def test_what_is_seen_from_its_edge_is_hidden_too(camera: DepthCamera, hill: LossSurface, phi: float) -> None:
    tile = Square(1, color=RED, fill_opacity=1, stroke_width=20).shift((-2, 0, 0.3))
    np.testing.assert_array_equal(look(camera, hill, tile, phi=phi), look(camera, hill, phi=phi))
    tile.shift((3.3, 0, 0))
    seen, through = (draw(camera, hill, tile, phi=phi) for draw in (look, look_through))
    assert np.abs(seen.astype(int) - through).max() <= 2


@pytest.mark.parametrize("name", ["line", "square", "helix"])
def test_what_is_half_transparent_hides_half(camera: DepthCamera, hill: LossSurface, name: str) -> None:
    thing = BEHIND[name]()

    def share(opacity: float) -> float:
        """How much of the ink is left."""
        hill.set_opacity(opacity)
        bare = look(camera, hill).astype(int)
        whole, left = (
            np.abs(draw(camera, hill, thing) - bare)[..., 0].sum() for draw in (look_through, look)
        )
        return float(left / whole)

    assert share(0.02) == pytest.approx(0.98, abs=0.02)
    assert share(0.5) == pytest.approx(0.5, abs=0.05)
    assert share(1) == 0


def test_things_of_different_opacities_each_hide(camera: DepthCamera, hill: LossSurface) -> None:
    line = BEHIND["line"]()
    ball = Ball([-1, 0, -1.1], GREEN, 0.4)

    def brightest(opacity: float, of_ball: float) -> int:
        hill.set_opacity(opacity)
        ball.set_opacity(of_ball)
        return int(look(camera, hill, ball, line)[..., 0].max(axis=0)[160])

    reddest = [brightest(*opacities) for opacities in ((0, 0), (0, 0.5), (0, 0.8), (0, 1))]
    assert reddest[0] > 250
    assert reddest == sorted(reddest, reverse=True)
    assert len(set(reddest)) == 4
    hill.set_opacity(1)
    ball.set_opacity(0.5)
    assert redness(look(camera, hill, ball, line)) == 0


def test_what_moves_is_hidden_by_what_stands_still(camera: DepthCamera, hill: LossSurface) -> None:
    for theta, expected in ((0, False), (180, True)):
        still = look(camera, hill, theta=theta)
        for make in BEHIND.values():
            assert (redness(move(camera, still, make())) > 30) is expected
        np.testing.assert_array_equal(move(camera, still, Dot((0, 0, 100))), still)


@pytest.mark.parametrize("opacity", [0.0, 0.3, 1.0])
def test_what_stands_still_is_hidden_by_what_moves(
    camera: DepthCamera, hill: LossSurface, opacity: float
) -> None:
    # As in a play that fades a surface in over axes: its last frame and the next play's first are the same.
    things = [make() for make in BEHIND.values()]
    near = Line((2, -2, -1), (2, 2, 1), color=RED)
    hill.set_opacity(opacity)
    new = look(camera, *things, near, hill, Ball(), smooth=False)
    still = look(camera, *things, near)
    for _ in range(2):
        np.testing.assert_array_equal(move(camera, still, hill, Ball()), new)


def test_a_ball_that_moves_passes_behind_a_line_that_stands_still(
    camera: DepthCamera, hill: LossSurface
) -> None:
    line = Line((2, -2, 1), (2, 2, 1), color=RED)
    still = look(camera, hill, line)
    behind, before = Ball([0, 0, 1.2], GREEN, 0.6), Ball([3, 0, 1.2], GREEN, 0.6)
    for _ in range(2):
        assert redness(move(camera, still, behind)) == pytest.approx(redness(still), rel=0.05)
        assert redness(move(camera, still, before)) < 0.9 * redness(still)


def test_after_a_picture_without_depth_nothing_is_hidden(camera: DepthCamera, hill: LossSurface) -> None:
    line = BEHIND["line"]()
    look(camera, hill)
    empty = look(camera)
    np.testing.assert_array_equal(move(camera, empty, line), look(camera, line))


def test_the_order_of_manims_mobjects_stays(camera: DepthCamera, hill: LossSurface) -> None:
    below = Square(2, color=GREEN, fill_opacity=1).rotate(90 * DEGREES, UP).shift((-1, 0, 1.5))
    above = below.copy().set_color(RED)
    assert redness(look(camera, hill, below, above)) > 300
    assert redness(look(camera, hill, above, below)) == 0
    assert redness(look(camera, hill, above.set_z_index(1), below)) > 300


def test_what_is_fixed_in_the_frame_is_not_hidden(camera: DepthCamera, hill: LossSurface) -> None:
    words = Text("loss", color=RED).shift((0, 0, -50))
    camera.add_fixed_in_frame_mobjects(words)
    np.testing.assert_array_equal(look(camera, hill, words), look_through(camera, hill, words))


@pytest.mark.parametrize(
    ("point", "seen"), [((-2, 0, -1), False), ((-2, 0, 2), True), ((2, 0, -1), True), ((-2, 9, 0), True)]
)
def test_a_label_is_hidden_as_a_whole(
    camera: DepthCamera, hill: LossSurface, point: tuple[float, float, float], seen: bool
) -> None:
    label = Text("loss", color=RED, font_size=90).move_to(point)
    camera.add_fixed_orientation_mobjects(label)
    expected = look_through(camera, hill, label) if seen else look(camera, hill)
    np.testing.assert_array_equal(look(camera, hill, label), expected)


@pytest.mark.parametrize("name", BEHIND)
def test_nothing_of_them_is_changed(camera: DepthCamera, hill: LossSurface, name: str) -> None:
    thing = BEHIND[name]()
    before = thing.copy()
    look(camera, hill, thing)
    move(camera, look(camera, thing), hill)
    for one, other in zip(thing.get_family(), before.get_family(), strict=True):
        np.testing.assert_array_equal(one.points, other.points)
        np.testing.assert_array_equal(one.get_stroke_rgbas(), other.get_stroke_rgbas())
        np.testing.assert_array_equal(one.get_fill_rgbas(), other.get_fill_rgbas())
        assert one.get_stroke_width() == other.get_stroke_width()


def test_films_without_them_do_not_pay(
    camera: DepthCamera, hill: LossSurface, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Painter, "depths", never)
    words = Square()
    camera.add_fixed_in_frame_mobjects(words)
    still = look(camera, hill, words)
    move(camera, still, Ball())
    move(camera, still, words, Ball())
    look(camera, Dot())
    move(camera, look(camera), Dot())


def test_without_opengl_they_are_drawn_over_everything(
    camera: DepthCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError("no display")

    monkeypatch.setattr(scenes.depth.camera, "Painter", none)
    hill = LossSurface(Box(get_surface("slope")), resolution=4)
    line, small = BEHIND["line"](), Ball([0, 0, 9])
    assert redness(look(camera, hill, line)) > 30
    assert redness(move(camera, look(camera, hill), line, small)) > 30
    assert redness(move(camera, look(camera, line), small)) > 30


@pytest.mark.parametrize("bad", [np.nan, 25.0, 1e6, 0.0])
def test_points_that_cannot_be_drawn_do_no_harm(camera: DepthCamera, hill: LossSurface, bad: float) -> None:
    corners = np.array([[-2.0, 0, 0], [bad, bad, 0], [0, 0, bad]])
    for opacity in (0, 1):
        look(camera, hill, VMobject(color=RED, fill_opacity=opacity).set_points_as_corners(corners))
    look(camera, hill, VectorizedPoint((-2, 0, 0)), VMobject().set_points(corners))


class Axes(ThreeDScene):
    """Keeps the last picture of each play and the first of the next."""

    def __init__(self, **options: Any) -> None:
        super().__init__(camera_class=DepthCamera, **options)  # type: ignore[no-untyped-call]
        self.pictures: list[Picture] = []

    def play(self, *animations: Any, **options: Any) -> None:
        super().play(*animations, **options)
        self.pictures.append(np.array(cast("DepthCamera", self.renderer.camera).pixel_array))

    def construct(self) -> None:
        self.set_camera_orientation(phi=1.2, theta=0.0)
        surface = LossSurface(Box(get_surface("funky")))
        self.add(ThreeDAxes((-3, 3), (-3, 3), (-1, 1), 6, 6, 3).set_color(RED))
        self.play(FadeIn(surface), rate_func=lambda t: min(1.0, 2 * t))
        self.play(FadeIn(Dot((0, 0, 5))))
        self.play(FadeIn(Ball((0, 0, 5), GREEN)))
        self.play(FadeOut(surface), rate_func=lambda t: min(1.0, 2 * t))
        self.wait(0.5)


def test_no_axes_appear_or_vanish_between_plays() -> None:
    with tempconfig(SIZE | {"frame_rate": 4, "dry_run": True, "progress_bar": "none"}):
        scene = Axes()
        scene.render()
    red = [redness(picture) for picture in scene.pictures]
    assert 0.2 * red[-1] < red[0] < 0.9 * red[-1]
    assert red[1] == pytest.approx(red[0], rel=0.05)
    assert red[2] == pytest.approx(red[0], rel=0.05)
    assert red[3] == pytest.approx(red[4], rel=0.05)


def test_samples_follow_curves_and_end_where_paths_do() -> None:
    pieces = (((0, 0, 0), (9, 0, 1)), ((9, 0, 1), (9, 9, 2)), ((0, 0, 0), (0, 5, 0)))
    points, ends = sample(np.concatenate([Line(start, end).points for start, end in pieces]))
    steps = np.linalg.norm(np.diff(points[:, :2], axis=0), axis=-1)
    assert steps[~ends[:-1]].max() <= 1
    np.testing.assert_allclose(points[ends], np.array([[9.0, 9.0, 2.0], [0.0, 5.0, 0.0]]))


def test_a_plane_is_found_in_points_that_are_flat() -> None:
    x, y = np.random.default_rng(1).uniform(0, 100, (2, 12))
    flat = np.stack([x, y, 0.5 + 0.001 * x - 0.002 * y], axis=-1)
    plane = Footprint(flat, 1.0, filled=True).plane()
    np.testing.assert_allclose(plane, np.array([0.5, 0.001, -0.002]), atol=1e-12)
