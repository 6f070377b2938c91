"""What films are drawn with: places, paths, words, and that nothing leaves the frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from manim import LEFT, RIGHT, Mobject, tempconfig

from races import RaceSpec, run_race
from races.metrics import steps_to_target
from scenes import LossSurface
from scenes.depth.mobjects import DepthMobject
from scenes.depth.sprite import Label, fitted, line_width
from scenes.frame import frame
from scenes.race.balls_and_trails import Runners
from scenes.race.board import Board
from scenes.race.results import Results
from scenes.theme import BODY, ColouredText
from support.numbers import loss_digits
from surfaces import SURFACES, expression_surface
from tests.scenes.moments import said
from views.box import Box
from views.captions import captions
from views.racer_path import curve, way
from views.standings import Standings
from views.theme import INK

NAMES = ("A", "A rather long name for one of the racers", "Ünïcödé", "W" * 40)


def race(**fields: Any) -> RaceSpec:
    values: dict[str, Any] = {"surface": "slope", "steps": 20, "racers": [{"optimizer": "sgd", "lr": 0.1}]}
    return RaceSpec(**(values | fields))


@pytest.mark.parametrize("name", SURFACES)
def test_what_is_shown_of_a_surface_stays_in_its_box(name: str) -> None:
    box = Box(SURFACES[name])
    surface = LossSurface(box)
    shown = surface.points[(surface.place[:, 2] >= 0) & (surface.place[:, 2] <= 1)]
    assert np.isfinite(surface.points).all()
    assert (np.abs(shown) <= np.array([box.width, box.width, box.height]) / 2 + 1e-9).all()
    assert np.ptp(shown[:, 2]) > 0.9 * box.height


def test_heights_keep_their_order_and_the_corners_their_places() -> None:
    box = Box(SURFACES["slope"], width=4.0, height=2.0)
    corner, centre = box.on_surface(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    np.testing.assert_allclose(corner, [-2, -2, 1], atol=1e-12)
    np.testing.assert_allclose(centre, [0, 0, -1], atol=1e-3)


@pytest.mark.parametrize("scale", ["1e-8", "1e8", "0"])
def test_heights_of_any_size_fill_the_box(scale: str) -> None:
    box = Box(expression_surface(f"{scale} * (u**2 + v**2)", (-1, 1), (-1, 1)))
    z = box.on_surface(np.array([0.0, 1.0]), np.array([0.0, 1.0]))[:, 2]
    expected = [0, 0] if scale == "0" else [-box.height / 2, box.height / 2]
    np.testing.assert_allclose(z, expected, atol=1e-9)


def above(box: Box, lift: float) -> Callable[[Any, Any], Any]:
    """The scene's points over (u, v), so far above the surface."""
    return lambda u, v: box.on_surface(u, v) + lift * box.normal(u, v)


@pytest.mark.parametrize(("name", "start"), [("funky", (0.1, 0.45)), ("rastrigin", (2.0, 2.0))])
def test_a_path_passes_through_every_step_and_stays_on_the_surface(
    name: str, start: tuple[float, float]
) -> None:
    trace = run_race(race(surface=name, start=start))
    box = Box(SURFACES[name])
    positions = trace.positions[0, :, 0]
    path = way(box.surface, positions, box.on_surface)
    for step, (u, v) in enumerate(positions):
        np.testing.assert_allclose(path.point(step), box.on_surface(u, v), atol=1e-9)
        assert path.shown(step)
    (trail,) = path.trail(7.5)
    np.testing.assert_allclose(trail[0], path.point(0))
    np.testing.assert_allclose(trail[-1], path.point(7.5))
    np.testing.assert_allclose(path.point(7.5), box.on_surface(*(positions[7] + positions[8]) / 2), atol=0.01)
    for t in np.linspace(0, 20, 101):
        assert distance(path.point(float(t)), *path.trail(20.0)) < 0.006


def distance(point: Any, *pieces: Any) -> float:
    """How far a point is from the nearest of some lines, each of shape (n, 3)."""
    found = []
    for piece in pieces:
        along = np.diff(piece, axis=0)
        share = ((point - piece[:-1]) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-300)
        nearest = piece[:-1] + np.clip(share, 0, 1)[:, None] * along
        found.append(np.linalg.norm(point - nearest, axis=1).min())
    return float(min(found))


def test_a_ball_stands_on_the_surface() -> None:
    box = Box(SURFACES["slope"])
    positions = run_race(race()).positions[0, :, 0]
    centre = way(box.surface, positions, above(box, 0.1)).point(20)
    assert np.linalg.norm(centre - box.on_surface(*positions[20])) == pytest.approx(0.1, abs=1e-3)


def test_a_racer_outside_the_domain_is_not_drawn_there() -> None:
    positions = np.array([[1.0, 1.0], [1.9, 1.0], [2.5, 1.0], [1.5, 1.0]])
    box = Box(SURFACES["slope"])
    path = way(box.surface, positions, box.on_surface)
    assert [path.shown(t) for t in (0, 1, 2, 3)] == [True, True, False, True]
    before, after = path.trail(3)
    assert np.concatenate([before, after])[:, 0].max() <= 2.8 + 1e-9
    runners = Runners(["#FF0000"], [path], radius=0.1, width=4.0)
    assert [runners.at(t).balls[0].opacity for t in (0, 1, 2, 3)] == [1, 1, 0, 1]


def test_a_racer_that_diverged_is_not_drawn_after_that() -> None:
    trace = run_race(race(racers=[{"optimizer": "sgd", "lr": 1e200}]))
    assert trace.status[0, 0] == "diverged"
    box = Box(SURFACES["slope"])
    path = way(box.surface, trace.positions[0, :, 0], above(box, 0.1))
    assert path.shown(0)
    assert not path.shown(20)
    assert all(np.isfinite(piece).all() for piece in path.trail(20))


def test_a_curve_leaves_at_the_top_of_the_plot() -> None:
    for peak in (3.0, 1e20, 1e300):
        path = curve(np.array([1.0, peak, 1.0]), 0.0, 2.0, lambda t, z: np.stack([t, z, 0 * t], axis=-1))
        before, after = path.trail(2)
        assert before[-1, 1] == after[0, 1] == pytest.approx(2)
        assert 0 < before[-1, 0] < 1 < after[0, 0] < 2
        if peak == 3.0:
            assert before[-1, 0] == pytest.approx(0.5)


def test_no_trail_is_drawn_before_the_start() -> None:
    positions = run_race(race()).positions[0, :, 0]
    path = way(SURFACES["slope"], positions, Box(SURFACES["slope"]).on_surface)
    assert path.trail(0.0) == []
    assert len(path.trail(0.5)) == 1


def test_a_curve_passes_through_every_value_and_is_not_drawn_outside() -> None:
    values = np.array([1.0, 0.5, 3.0, 0.25, np.nan, np.nan])
    path = curve(values, 0.0, 2.0, lambda step, value: np.stack([step, value, 0 * step], axis=-1))
    assert [path.shown(t) for t in range(6)] == [True, True, False, True, False, False]
    for step in (0, 1, 3):
        np.testing.assert_allclose(path.point(step), [step, values[step], 0])
    drawn = np.concatenate(path.trail(5))
    assert (drawn[:, 1] <= 2 + 1e-9).all()
    assert drawn[:, 0].max() == pytest.approx(3)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("count", [1, 4, 12])
def test_board_and_results_stay_in_the_frame_and_apart(language: Any, count: int) -> None:
    names = [NAMES[i] if i < len(NAMES) else f"Racer {i}" for i in range(count)]
    lrs = [0.1, 1e200, 1e9, 2.05] * 3
    racers = [{"optimizer": "sgd", "name": n, "lr": lr} for n, lr in zip(names, lrs, strict=False)]
    trace = run_race(race(racers=racers))
    standings = Standings(trace)
    board = Board(trace, standings, captions(language), 5.15, 5.0)
    for t in (0.0, 3.0, 20.0):
        board.at(t)
        assert_in_frame(board)
        assert_apart(seen(board))
    results = Results(trace, standings, captions(language))
    assert_in_frame(results)
    assert_apart(seen(results))
    assert len(seen(results)) == 5 + 4 * count


def test_the_results_are_in_the_order_in_which_racers_have_settled_at_the_target() -> None:
    # Momentum comes to the target before SGD, goes past, and comes back after it.
    racers: list[Any] = [
        {"optimizer": "momentum", "lr": 0.02, "momentum": 0.9},
        {"optimizer": "sgd", "lr": 0.1},
        {"optimizer": "sgd", "lr": 0.001, "name": "slow"},
    ]
    trace = run_race(race(racers=racers, steps=100))
    reached = steps_to_target(trace)[:, 0]
    assert reached[0] < reached[1]
    assert math.isnan(reached[2])
    standings = Standings(trace)
    rows = [
        said(label)
        for label in seen(Results(trace, standings, captions("en")))[5:]
        if isinstance(label, Label)
    ]
    names, settled = rows[::4], rows[2::4]
    assert names == ["SGD", "Momentum", "slow"]
    assert settled == [str(standings.finish[1]), str(standings.finish[0]), "-"]
    assert standings.finish[0] > reached[0]


def test_who_has_left_the_domain_has_not_settled() -> None:
    racers: list[Any] = [{"optimizer": "sgd", "lr": 1.0}, {"optimizer": "sgd", "lr": 0.001, "name": "slow"}]
    falling = {"expression": "-u", "u_range": [0, 1], "v_range": [0, 1]}
    trace = run_race(race(surface=falling, start=[[0.5, 0.5]], racers=racers, target=-0.6))
    rows = [
        said(label)
        for label in seen(Results(trace, Standings(trace), captions("en")))
        if isinstance(label, Label)
    ]
    assert rows[-4:] == ["SGD", "−20.50000", "-", "left the domain"]


def test_a_label_is_written_from_one_edge() -> None:
    label = Label("0.25").stand(3.0, 1.0, RIGHT)
    base = bottom(label)
    for content in ("-0.5", "7", "123,456", "-0.32892"):
        label.write(content)
        assert label.get_right()[0] == pytest.approx(3.0, abs=1e-9)
        assert bottom(label) == pytest.approx(base - (0.06 if "," in content else 0), abs=0.02)
        assert label.width == pytest.approx(line_width(content))
    label.stand(-2.0, 1.0, LEFT)
    for content in ("step 1", "step 1,000"):
        label.write(content, LEFT)
        assert label.get_left()[0] == pytest.approx(-2.0, abs=1e-9)
    assert label.write("").width < 0.01
    assert not label.drawing.picture(60.0)[0].any()


def test_a_label_keeps_its_size_and_its_digits_are_as_wide() -> None:
    label = Label("0000")
    width, height = label.width, label.height
    for content in ("1111", "4711", "9999"):
        assert line_width(content) == pytest.approx(width, abs=0.13)
        assert label.write(content).height == pytest.approx(height, abs=0.02)
    assert line_width("1x") - line_width("x") == pytest.approx(line_width("9x") - line_width("x"), abs=0.1)


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("content", ["a", "W" * 40, "Adam 2", "é" * 30, "a b c d e f g h i j k l m n"])
def test_what_is_fitted_is_no_wider_and_keeps_its_start_and_end(content: str, bold: bool) -> None:
    for width in (0.4, 1.0, 3.0, 20.0):
        short = fitted(content, width, BODY, bold)
        start, _, end = short.partition("…")
        assert short == content or (start and end == content[-2:])
        assert content.startswith(start)
        assert line_width(short, BODY, bold) <= width or len(start) <= 1 or len(content) <= 3
    assert fitted(content, 20.0, BODY, bold) == content


@pytest.mark.parametrize("loss", [0.0, -0.328921, 1e-8, -1e8, 999.999999, -999.999999, 1e-300, -1e300])
def test_losses_fit_the_board(loss: float) -> None:
    digits = loss_digits(loss)
    assert len(digits) <= 10
    assert float(digits) == pytest.approx(loss, rel=1e-2)


def test_a_loss_of_zero_has_no_sign() -> None:
    assert loss_digits(-0.0) == loss_digits(0.0) == "0.00000"


def bottom(label: Label) -> float:
    return float(label.get_bottom()[1])


def seen(group: Mobject) -> list[Mobject]:
    """The texts and balls that show something."""
    parts = [part for part in group.get_family() if isinstance(part, DepthMobject)]
    return [part for part in parts if part.opacity > 0]


def assert_in_frame(mobject: Mobject) -> None:
    for part in mobject.family_members_with_points():
        assert abs(part.get_center()[0]) + part.width / 2 <= frame().width / 2
        assert abs(part.get_center()[1]) + part.height / 2 <= frame().height / 2


def assert_apart(parts: Sequence[Mobject]) -> None:
    """No two bounding boxes overlap."""
    for i, a in enumerate(parts):
        for b in parts[i + 1 :]:
            gap = np.abs(a.get_center() - b.get_center()) * 2 - [a.width + b.width, a.height + b.height, 0]
            assert gap[0] > 0 or gap[1] > 0, (a, b)


def test_a_line_of_text_is_never_wrapped_however_small_the_picture() -> None:
    line = "a line that no other test has, long enough to be wrapped in a small picture"
    with tempconfig({"pixel_width": 60, "pixel_height": 34}):
        assert ColouredText([(line, INK)]).height < 2 * ColouredText([("line", INK)]).height
