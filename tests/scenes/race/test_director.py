"""The camera's direction: every racer in view, moves that are slow, and a surface that fills the picture."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from manim import smootherstep
from numpy.typing import NDArray

from optimizer_race import BRISK, SHARES, OptimizerRace
from races import Trace, load_spec, run_race
from scenes.depth.mobjects import Ball
from scenes.frame import frame
from scenes.race.director import PAN, TURN, ZOOM, CameraShot, Pose, pose_at
from scenes.theme import theme
from surfaces import SURFACES
from tests.scenes.moments import Watched, corners, small
from views.theme import rgb

Array = NDArray[np.float64]

ROOT = Path(__file__).parents[3]
RATE = 30  # moments a second
LEAST = 0.4  # of the picture
FAR_APART = {"cliff", "three_hump_camel"}  # whose racers are at both ends of the picture at first


@cache
def trace(surface: str = "funky", length: float = 35.0) -> Trace:
    spec = load_spec(ROOT / "race.toml", surface=surface)
    return run_race(spec.model_copy(update={"film": spec.film.model_copy(update={"length": length})}))


def prepared(surface: str = "funky", length: float = 35.0) -> OptimizerRace:
    film = OptimizerRace(Watched(), trace=trace(surface, length))
    film.prepare()
    return film


def moments(film: OptimizerRace) -> Iterator[float]:
    """Fractions of the race."""
    yield from np.linspace(0, 1, int(RATE * SHARES["race"] * film.length)).tolist()


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (240, 240)], ids=["16:9", "9:16", "1:1"])
@pytest.mark.parametrize("surface", ["funky", "rosenbrock", "rastrigin", "cliff"])
def test_no_racer_leaves_the_room_that_nothing_covers(surface: str, size: tuple[int, int]) -> None:
    with small(*size):
        film = prepared(surface)
        room, plan = film.regions.clear, film.regions.plan
        for fraction in list(moments(film))[::6]:
            film.refresh(fraction * film.trace.spec.steps)
            racers = [ball for ball in film.stage.runners.balls if isinstance(ball, Ball)]
            balls = [ball.get_center() for ball in racers if ball.opacity > 0]
            if balls:
                x, y = pose_at(film.shots, fraction).seen(film.lens, np.array(balls)).T
                assert ((x > room.left) & (x < room.right) & (y > room.bottom) & (y < room.top)).all()
                under = (x < plan.right) & (x > plan.left) & (y > plan.bottom) & (y < plan.top)
                assert not under.any(), fraction


@pytest.mark.parametrize("length", [20.0, 35.0])
@pytest.mark.parametrize("surface", ["funky", "rosenbrock", "goldstein_price"])
def test_the_camera_is_slow_and_does_not_jerk(surface: str, length: float) -> None:
    with small():
        film = prepared(surface, length)
        poses = [pose_at(film.shots, fraction) for fraction in moments(film)]
        slow(film, poses)
    rests = np.mean([(poses[i] == poses[i + 1]) for i in range(len(poses) - 1)])
    print(f"  at rest for {rests:.0%} of the race of {surface}, {length:.0f} s")  # noqa: T201
    assert rests > 0.3


@pytest.mark.parametrize("size", [(320, 180), (180, 320)], ids=["16:9", "9:16"])
@pytest.mark.parametrize("length", [6.0, 20.0, 35.0])
@pytest.mark.parametrize("surface", ["funky", "beale", "ackley"])
def test_nor_does_it_before_and_after_the_race(surface: str, length: float, size: tuple[int, int]) -> None:
    """Where the racers rest, it may move faster; where it would still be too fast, there is a cut."""
    with small(*size):
        film = prepared(surface, length)
        orbit = SHARES["orbit"] * film.length
        slow(film, move(film.last, film.opening, orbit))
        for first, last, seconds in (
            (film.opening, film.whole, film.rising_time),
            (film.whole, film.shots[0].first, film.coming),
        ):
            if seconds:
                slow(film, move(first, last, seconds), 1.1 * BRISK)
        assert film.coming or length < 35 or surface == "beale"


def move(first: Pose, last: Pose, seconds: float) -> list[Pose]:
    return [first.towards(last, float(smootherstep(t))) for t in np.linspace(0, 1, round(RATE * seconds) + 1)]


def slow(film: OptimizerRace, poses: list[Pose], times: float = 1.0) -> None:
    """Bounds of the camera's speed and acceleration, which may be so many times those during the race."""
    angles = np.array([pose[:2] for pose in poses])
    zooms = np.log([pose.zoom for pose in poses])[:, None]
    middles = np.array([pose.seen(film.lens, np.zeros((1, 3)))[0] for pose in poses])
    limits = {"turn": (angles, TURN), "zoom": (zooms, ZOOM), "pan": (middles, 2 * PAN)}
    for name, (path, most) in limits.items():
        speed = np.abs(np.diff(path, axis=0)).max() * RATE
        acceleration = np.abs(np.diff(path, 2, axis=0)).max() * RATE**2
        print(f"\n  {name}: {speed:.2f} a second, {acceleration:.2f} a second squared", end="")  # noqa: T201
        assert speed <= 1.02 * times * most
        assert acceleration <= 5 * times * most


def test_the_camera_comes_near_while_the_racers_are_together() -> None:
    with small():
        film = prepared()
        zooms = [pose_at(film.shots, fraction).zoom for fraction in (0.0, 0.5, 1.0)]
    assert min(zooms) > 1.5 * film.opening.zoom
    assert zooms[2] == max(zooms)


def test_the_surface_fills_the_picture() -> None:
    """On every surface, from each of the race's shots."""
    shares = {}
    with small(213, 120):
        for surface in SURFACES:
            film = prepared(surface)
            shares[surface] = [share(film, shot) for shot in film.shots if shot.first == shot.last]
    for surface, found in sorted(shares.items(), key=lambda item: min(item[1])):
        print(f"\n{surface}: {', '.join(f'{part:.0%}' for part in found)}", end="")  # noqa: T201
    assert {surface for surface, found in shares.items() if min(found) < LEAST} <= FAR_APART
    assert min(map(min, shares.values())) >= 0.9 * LEAST


def share(film: OptimizerRace, shot: CameraShot) -> float:
    """The share of the pixels that surface and racers take, but for those under text and plan."""
    film.look(shot.first)
    film.refresh((shot.begin + shot.end) / 2 * film.trace.spec.steps)
    picture = np.asarray(film.picture(film.stage.surface, film.stage.runners).convert("RGB"), dtype=int)
    seen = np.abs(picture - 255 * np.array(rgb(theme().ground))).max(axis=-1) > 8
    height, width = seen.shape
    unit = height / frame().height
    for part in (*film.plates, film.plan.ground[0]):
        left, bottom, right, top = corners(part)
        rows = slice(int(height / 2 - top * unit), int(height / 2 + 1 - bottom * unit))
        seen[rows, int(width / 2 + left * unit) : int(width / 2 + 1 + right * unit)] = False
    return float(seen.mean())


@pytest.mark.parametrize("size", [(426, 240), (240, 426), (240, 240)], ids=["16:9", "9:16", "1:1"])
def test_the_first_frame_is_one_for_a_thumbnail(size: tuple[int, int]) -> None:
    with small(*size):
        film = prepared()
        film.look(film.opening)
        film.refresh(film.trace.spec.steps)
        pictures = [
            np.asarray(film.picture(*shown).convert("RGB"), dtype=int)
            for shown in ((film.stage.surface, film.stage.runners), ())
        ]
    assert (np.abs(pictures[0] - pictures[1]).max(axis=-1) > 8).mean() > 0.25
