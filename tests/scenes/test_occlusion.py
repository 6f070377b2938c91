"""What surfaces and balls hide of Manim's own mobjects: pixels of pictures that `DepthCamera` draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from manim import (
    DEGREES,
    Arrow,
    Dot,
    Line,
    Mobject,
    ParametricFunction,
    Square,
    Text,
    ThreeDAxes,
    VGroup,
    VMobject,
    tempconfig,
)
from numpy.typing import NDArray

import scenes.camera
from scenes import Ball, Box, DepthCamera, LossSurface
from scenes.occlusion import Shape, sample
from scenes.painter import Painter
from surfaces import expression_surface

Picture = NDArray[np.uint8]
RED = "#FF0000"
SIZE = {"pixel_width": 320, "pixel_height": 180}


@pytest.fixture
def camera() -> Iterator[DepthCamera]:
    with tempconfig(SIZE):
        yield DepthCamera()


@pytest.fixture
def hill() -> LossSurface:
    """A ridge along y in the middle of the box, as high as the box."""
    return LossSurface(Box(expression_surface("exp(-20*u**2)", (-1, 1), (-1, 1)), width=6.0, height=3.0))


def look(camera: DepthCamera, *mobjects: Mobject, theta: float = 0, smooth: bool = False) -> Picture:
    """A new picture, from the side where x points at the viewer, or turned by `theta`."""
    camera.set_phi(80 * DEGREES)
    camera.set_theta(theta * DEGREES)
    camera.reset()
    if smooth:
        camera.capture_mobjects([])
        camera.set_frame_to_background(np.array(camera.pixel_array))
        camera.reset()
    camera.capture_mobjects(mobjects)
    return np.array(camera.pixel_array)


def move(camera: DepthCamera, still: Picture, *mobjects: Mobject) -> Picture:
    """A picture with what moves on what stands still, as Manim draws a frame."""
    camera.set_frame_to_background(still)
    camera.capture_mobjects(mobjects)
    return np.array(camera.pixel_array)


def reds(picture: Picture) -> NDArray[np.float64]:
    """How red each pixel is, from 0 to 1; the surfaces' own colours are not."""
    red, green, blue = (picture[..., i].astype(float) for i in range(3))
    return np.asarray(np.clip(red - np.maximum(green, blue) - 12, 0, None) / 243)


def redness(picture: Picture) -> float:
    return float(reds(picture).sum())


def axes() -> VMobject:
    """Of Manim's, behind the hill for the most part."""
    cross: VMobject = ThreeDAxes((-1, 1), (-1, 1), (-1, 1), x_length=1, y_length=2, z_length=1)
    return cross.set_color(RED).shift((-2, 0, -0.8))


BEHIND: dict[str, Callable[[], VMobject]] = {
    "line": lambda: Line((-2, -1, -1.3), (-2, 1, -1), color=RED, stroke_width=8),
    "arrow": lambda: Arrow([-2, -1, -1.3], [-2, 1, -1], color=RED),
    "dot": lambda: Dot((-2, 0, -1), radius=0.4, color=RED),
    "square": lambda: Square(1, color=RED, fill_opacity=0.8).shift((-2, 0, -1)),
    "helix": lambda: ParametricFunction(
        lambda t: np.array([-2 + 0.3 * np.cos(t), t / 8, -1 + 0.3 * np.sin(t)]), t_range=(-9, 9), color=RED
    ),
    "text": lambda: Text("hidden", color=RED).rotate(90 * DEGREES, np.array([0, 1, 0])).shift((-2, 0, -1)),
    "axes": axes,
}


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("name", BEHIND)
def test_a_hill_hides_manims_own_mobjects(
    camera: DepthCamera, hill: LossSurface, name: str, smooth: bool
) -> None:
    thing = BEHIND[name]()
    assert redness(look(camera, hill, thing, theta=0, smooth=smooth)) == 0
    assert redness(look(camera, thing, hill, theta=0, smooth=smooth)) == 0
    seen = redness(look(camera, hill, thing, theta=180, smooth=smooth))
    assert seen == pytest.approx(redness(look(camera, thing, theta=180)), rel=0.25)
    assert seen > 30


@pytest.mark.parametrize("bend", [0.0, 0.4])
def test_of_a_line_through_a_hill_the_ends_are_seen(
    camera: DepthCamera, hill: LossSurface, bend: float
) -> None:
    curve = ParametricFunction(
        lambda t: np.array([t, bend * np.sin(t), bend * np.cos(2 * t)]), t_range=(-3, 3), color=RED
    )
    for theta in (-90, 90):
        whole = reds(look(camera, curve, theta=theta)).max(axis=0) > 0.3
        cut = reds(look(camera, hill, curve, theta=theta)).max(axis=0) > 0.3
        (at,) = np.nonzero(whole)
        (hidden,) = np.nonzero(whole & ~cut)
        assert not (cut & ~whole).any()
        assert 0.1 * len(at) < len(hidden) < 0.5 * len(at)
        assert len(hidden) > 0.95 * np.ptp(hidden), "one piece is hidden"
        assert abs(hidden.mean() - at.mean()) < 0.05 * len(at)


def test_a_ball_hides_what_is_behind_it_only(camera: DepthCamera) -> None:
    line = Line((0, -2, 0), (0, 2, 0), color=RED)
    whole = redness(look(camera, line))
    assert redness(look(camera, line, Ball([1, 0, 0], "#00FF00", 0.5))) == pytest.approx(
        0.73 * whole, rel=0.1
    )
    assert redness(look(camera, line, Ball([-1, 0, 0], "#00FF00", 0.5))) == pytest.approx(whole, rel=0.01)


def test_what_lies_on_a_surface_is_seen(camera: DepthCamera, hill: LossSurface) -> None:
    height = 3 * np.exp(-20 * 0.1**2) - 1.5
    for path in (
        Line((0.3, -2, height), (0.3, 2, height), color=RED),
        Line((2.5, -2, -1.5), (2.5, 2, -1.5), color=RED),
    ):
        assert redness(look(camera, hill, path)) > 0.9 * redness(look(camera, path))


@pytest.mark.parametrize("name", BEHIND)
def test_what_is_half_transparent_hides_half(camera: DepthCamera, hill: LossSurface, name: str) -> None:
    thing = BEHIND[name]()

    def change(opacity: float) -> float:
        hill.set_opacity(opacity)
        without = look(camera, hill).astype(int)
        return float(np.abs(look(camera, hill, thing).astype(int) - without)[..., 0].sum())

    assert 0.35 * change(0) < change(0.5) < 0.6 * change(0)
    assert change(0.02) > 0.9 * change(0)
    assert change(1) == 0


def test_things_of_different_opacities_hide_one_after_the_other(
    camera: DepthCamera, hill: LossSurface
) -> None:
    line = BEHIND["line"]()
    ball = Ball([-1, 0, -1.2], "#00FF00", 0.4).set_opacity(0.5)
    hill.set_opacity(0)
    some = redness(look(camera, line, ball, hill))
    assert some < redness(look(camera, line))
    hill.set_opacity(1)
    assert redness(look(camera, line, ball, hill)) == 0


def test_what_moves_is_hidden_by_what_stands_still(camera: DepthCamera, hill: LossSurface) -> None:
    for theta, expected in ((0, False), (180, True)):
        still = look(camera, hill, theta=theta)
        for make in BEHIND.values():
            assert (redness(move(camera, still, make())) > 30) is expected
        np.testing.assert_array_equal(move(camera, still, Dot((0, 0, 100))), still)


def test_what_stands_still_is_hidden_by_what_moves(camera: DepthCamera, hill: LossSurface) -> None:
    line, dot = BEHIND["line"](), Dot((0, 2.5, 1.5), color=RED)
    both = look(camera, hill, line, dot)
    still = look(camera, line, dot)
    near = Ball([2, 0, 0], "#00FF00")
    for opacity in (0.0, 0.5, 1.0):
        moved = move(camera, still, hill.set_opacity(opacity), near)
        look(camera, hill)  # a camera on the move takes less care of edges
        np.testing.assert_array_equal(moved, look(camera, line, dot, hill, near))
    assert 0 < redness(both) < redness(still)


def test_a_ball_that_moves_passes_behind_axes_that_stand_still(
    camera: DepthCamera, hill: LossSurface
) -> None:
    line = Line((2, -2, 1), (2, 2, 1), color=RED)
    whole = redness(look(camera, line))
    still = look(camera, hill, line)
    behind, before = Ball([0, 0, 1.2], "#00FF00", 0.6), Ball([3, 0, 1.2], "#00FF00", 0.6)
    assert redness(move(camera, still, behind)) == pytest.approx(whole, rel=0.02)
    assert redness(move(camera, still, before)) < 0.9 * whole
    assert redness(move(camera, still, behind)) == pytest.approx(whole, rel=0.02)


def test_after_a_picture_without_depth_nothing_is_hidden(camera: DepthCamera, hill: LossSurface) -> None:
    line = BEHIND["line"]()
    look(camera, hill)
    empty = look(camera)
    assert redness(move(camera, empty, line)) == pytest.approx(redness(look(camera, line)))


def test_what_is_before_a_hill_is_drawn_as_manim_does(camera: DepthCamera, hill: LossSurface) -> None:
    things = VGroup(*(thing().shift((4, 0, 0.5)) for thing in BEHIND.values()))
    look(camera, hill)
    picture = look(camera, hill, things)
    still = look(camera, hill)
    camera.pixel_array[:] = still
    super(DepthCamera, camera).capture_mobjects([things])
    assert np.abs(picture.astype(int) - camera.pixel_array).max() <= 1


def test_the_order_of_manims_mobjects_stays(camera: DepthCamera, hill: LossSurface) -> None:
    below = Square(2, color="#0000FF", fill_opacity=1).shift((-0.4, 0, 1))
    above = below.copy().set_color(RED)
    assert redness(look(camera, hill, below, above)) > 30
    assert redness(look(camera, hill, above, below)) < 5
    above.set_z_index(1)
    assert redness(look(camera, hill, above, below)) > 30


def test_what_is_fixed_in_the_frame_is_not_hidden(camera: DepthCamera, hill: LossSurface) -> None:
    words = Text("loss", color=RED).shift((0, 0, -50))
    camera.add_fixed_in_frame_mobjects(words)
    assert redness(look(camera, hill, words)) == pytest.approx(redness(look(camera, words)))


@pytest.mark.parametrize(("point", "seen"), [((-2, 0, -1), False), ((-2, 0, 1.3), True), ((2, 0, -1), True)])
def test_a_label_is_hidden_as_a_whole(
    camera: DepthCamera, hill: LossSurface, point: tuple[float, float, float], seen: bool
) -> None:
    label = Text("loss", color=RED, font_size=60).move_to(point)
    camera.add_fixed_orientation_mobjects(label)
    whole = redness(look(camera, label))
    assert redness(look(camera, hill, label)) == pytest.approx(whole if seen else 0)


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
    camera: DepthCamera, hill: LossSurface, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError("no display")

    monkeypatch.setattr(scenes.camera, "Painter", none)
    line = BEHIND["line"]()
    assert redness(look(camera, hill, line)) == pytest.approx(redness(look(camera, line)), rel=0.1)
    assert redness(move(camera, look(camera, line), hill, Ball())) < redness(look(camera, line))


@pytest.mark.parametrize(
    "points",
    [
        [[0, 0, np.nan], [1, 0, 0]],
        [[0, 0, 0], [0, 0, 0]],
        [[30, 0, 0], [-3, 0, 0]],
        [[0, 900, 0], [0, 999, 0]],
    ],
)
def test_points_that_cannot_be_drawn_do_no_harm(
    camera: DepthCamera, hill: LossSurface, points: list[list[float]]
) -> None:
    look(camera, hill, VMobject(color=RED).set_points_as_corners(np.array(points, dtype=float)))


def test_samples_follow_curves_and_end_where_paths_do() -> None:
    curves = [
        Line((0, 0, 0), (9, 0, 1)).points,
        Line((9, 0, 1), (9, 9, 2)).points,
        Line((0, 0, 0), (0, 5, 0)).points,
    ]
    points, ends = sample(np.concatenate(curves))
    steps = np.linalg.norm(np.diff(points[:, :2], axis=0), axis=-1)
    assert steps[~ends[:-1]].max() <= 1
    np.testing.assert_allclose(points[ends], np.array([[9.0, 9.0, 2.0], [0.0, 5.0, 0.0]]))


def test_a_plane_is_found_in_points_that_are_flat() -> None:
    x, y = np.random.default_rng(1).uniform(0, 100, (2, 12))
    flat = np.stack([x, y, 0.5 + 0.001 * x - 0.002 * y], axis=-1)
    plane = Shape(flat, 1.0, filled=False).plane()
    assert plane is not None
    np.testing.assert_allclose(plane, np.array([0.5, 0.001, -0.002]), atol=1e-12)
    bent = flat.copy()
    bent[::2, 2] += 0.01
    assert Shape(bent, 1.0, filled=False).plane() is None
    assert Shape(bent, 1.0, filled=True).plane() is not None
