"""What films are drawn with: places, paths, words, and that nothing leaves the frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from manim import Mobject, config

from races import RaceSpec, run_race
from scenes import LossSurface
from scenes.board import Board, Results, loss_digits
from scenes.box import Box
from scenes.captions import captions
from scenes.path import Path
from scenes.readout import Readout
from surfaces import SURFACES, expression_surface

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


def test_a_path_passes_through_every_step_and_stays_on_the_surface() -> None:
    trace = run_race(race(surface="funky", start=(0.1, 0.45)))
    box = Box(SURFACES["funky"])
    path = Path(box, trace.positions[0, :, 0], lift=0.0)
    for step, (u, v) in enumerate(trace.positions[0, :, 0]):
        np.testing.assert_allclose(path.point(step), box.on_surface(u, v), atol=1e-9)
        assert path.shown(step)
    (trail,) = path.trail(7.5)
    np.testing.assert_allclose(trail[0], path.point(0))
    np.testing.assert_allclose(trail[-1], path.point(7.5))


def test_a_ball_stands_on_the_surface() -> None:
    box = Box(SURFACES["slope"])
    positions = run_race(race()).positions[0, :, 0]
    foot = box.on_surface(*positions[20])
    centre = Path(box, positions, lift=0.1).point(20)
    assert np.linalg.norm(centre - foot) == pytest.approx(0.1, abs=1e-3)


def test_a_racer_outside_the_domain_is_not_drawn_there() -> None:
    positions = np.array([[1.0, 1.0], [1.9, 1.0], [2.5, 1.0], [1.5, 1.0]])
    path = Path(Box(SURFACES["slope"]), positions, lift=0.0)
    assert [path.shown(t) for t in (0, 1, 2, 3)] == [True, True, False, True]
    before, after = path.trail(3)
    assert np.concatenate([before, after])[:, 0].max() <= 2.8 + 1e-9


def test_a_racer_that_diverged_is_not_drawn_after_that() -> None:
    trace = run_race(race(racers=[{"optimizer": "sgd", "lr": 1e200}]))
    assert trace.status[0, 0] == "diverged"
    path = Path(Box(SURFACES["slope"]), trace.positions[0, :, 0], lift=0.0)
    assert path.shown(0)
    assert not path.shown(20)
    assert all(np.isfinite(piece).all() for piece in path.trail(20))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("count", [1, 4, 12])
def test_board_and_results_stay_in_the_frame_and_apart(language: Any, count: int) -> None:
    names = [NAMES[i] if i < len(NAMES) else f"Racer {i}" for i in range(count)]
    lrs = [0.1, 1e200, 1e9, 2.05] * 3
    racers = [{"optimizer": "sgd", "name": n, "lr": lr} for n, lr in zip(names, lrs, strict=False)]
    trace = run_race(race(racers=racers))
    board = Board(trace, captions(language))
    for t in (0.0, 3.0, 20.0):
        board.at(t)
        assert_in_frame(board)
        assert_apart([*board.submobjects[:-1], *written(board)])
    results = Results(trace, captions(language))
    assert_in_frame(results)
    heading, table = results
    assert_apart([heading, *(cell for column in table for cell in column)])


def test_a_readout_writes_its_digits_from_the_right() -> None:
    readout = Readout(np.array([3.0, 1.0, 0.0]))
    readout.write("-0.5")
    assert len(readout.get_subpaths()) == 5  # the 0 has two outlines
    assert readout.get_right()[0] == pytest.approx(3.0, abs=0.06)
    assert readout.get_bottom()[1] == pytest.approx(1.0, abs=0.02)
    readout.write("7")
    assert len(readout.get_subpaths()) == 1
    readout.write("")
    assert not len(readout.points)


@pytest.mark.parametrize("loss", [0.0, -0.328921, 1e-8, -1e8, 999.999999, -999.999999, 1e-300, -1e300])
def test_losses_fit_the_readout(loss: float) -> None:
    digits = loss_digits(loss)
    assert len(digits) <= 10
    assert float(digits) == pytest.approx(loss, rel=1e-2)


def test_every_caption_is_said_in_every_language() -> None:
    english, french = (dataclasses.asdict(captions(language)) for language in ("en", "fr"))
    assert english.keys() == french.keys()
    assert english["statuses"].keys() == french["statuses"].keys()


def written(board: Board) -> list[Mobject]:
    """The readouts and endings that show something."""
    return [part for part in board.live if part.family_members_with_points() and not hidden(part)]


def hidden(part: Mobject) -> bool:
    return all(member.get_fill_opacity() == 0 for member in part.family_members_with_points())


def assert_in_frame(mobject: Mobject) -> None:
    for part in mobject.family_members_with_points():
        assert abs(part.get_center()[0]) + part.width / 2 <= config.frame_width / 2
        assert abs(part.get_center()[1]) + part.height / 2 <= config.frame_height / 2


def assert_apart(parts: Sequence[Mobject]) -> None:
    """No two bounding boxes overlap."""
    for i, a in enumerate(parts):
        for b in parts[i + 1 :]:
            gap = np.abs(a.get_center() - b.get_center()) * 2 - [a.width + b.width, a.height + b.height, 0]
            assert gap[0] > 0 or gap[1] > 0, (a, b)
