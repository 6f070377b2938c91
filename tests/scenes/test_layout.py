"""Every frame of a race's films can be read: texts stand apart, in the picture, and clear of the surface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from manim import DOWN, LEFT, RIGHT, Group, Mobject
from numpy.typing import NDArray

from optimizer_race import SWAY, OptimizerRace
from races import RaceSpec, Trace, load_spec, run_race
from scenes.contour_race import ContourRace
from scenes.depth.sprite import Label
from scenes.film import Film
from scenes.race.director import pose_at
from surfaces import SURFACES
from tests.scenes.moments import Moment, Watched, faults, look, on_screen, said, small, watch

ROOT = Path(__file__).parents[2]
FILMS: tuple[type[Film], ...] = (OptimizerRace, ContourRace)
LENGTH = 20.0
SGD: dict[str, Any] = {"optimizer": "sgd", "lr": 0.01}


@cache
def default_race(surface: str, language: Literal["en", "fr"]) -> Trace:
    """The racers of race.toml on another surface."""
    spec = load_spec(ROOT / "race.toml", surface=surface)
    film = spec.film.model_copy(update={"length": LENGTH, "language": language})
    return run_race(spec.model_copy(update={"film": film}))


def spec(**fields: Any) -> RaceSpec:
    """A race in French, whose words are the longer ones."""
    film = {"length": LENGTH, "language": "fr"}
    values: dict[str, Any] = {"surface": "funky", "steps": 60, "film": film, "racers": [SGD]}
    return RaceSpec(**(values | fields))


def formula(expression: str, low: float = -1.0, high: float = 1.0) -> dict[str, Any]:
    return {"expression": expression, "u_range": [low, high], "v_range": [low, high]}


def spiral(steps: int, diverges: int | None = None) -> Trace:
    """Two racers that wind down a bowl; from step `diverges` on they are nan."""
    race = spec(surface="slope", steps=steps, racers=[SGD, {"optimizer": "adam"}])
    angle = np.linspace(0, 9, steps + 1) * np.array([[1.0], [-1.0]])
    radius = np.linspace(0.8, 0.1, steps + 1)
    offset = radius[..., None] * np.stack([np.cos(angle) + np.sin(angle), np.cos(angle)], axis=-1)
    positions = (1.0 + offset)[:, :, None]
    losses = np.array(race.build_surface()(positions[..., 0], positions[..., 1]))
    gradients = -np.diff(positions, axis=1)
    if diverges is not None:
        for array in (positions, losses, gradients):
            array[:, diverges:] = np.nan
    return Trace(race, positions, losses, gradients, np.full((2, 1), "diverged" if diverges else "converged"))


NAMES = ("W" * 40, "Ж" * 20, "Ünïcödé ẞ Ω ελληνικά кириллица", "e\u0301" * 20, "<b>&amp;", ".")
RATES = (0.001, 0.01, 0.1)
ODD: dict[str, Callable[[], Trace]] = {
    "12 racers": lambda: run_race(
        spec(
            racers=[
                {"optimizer": o, "lr": lr} for o in ("sgd", "momentum", "rmsprop", "adam") for lr in RATES
            ]
        )
    ),
    "1 racer": lambda: run_race(spec()),
    "odd names": lambda: run_race(spec(racers=[{"optimizer": "adam", "name": name} for name in NAMES])),
    "12 long names": lambda: run_race(spec(racers=[SGD | {"name": f"{i:02d}{'W' * 38}"} for i in range(12)])),
    "all diverge at step 3": lambda: run_race(
        spec(surface="slope", racers=[{"optimizer": o, "lr": 1e60} for o in ("sgd", "momentum")])
    ),
    "all are nan from step 3 on": lambda: spiral(60, diverges=3),
    "all leave the domain": lambda: run_race(spec(racers=[SGD | {"lr": 0.3}, SGD | {"lr": 3.0}])),
    "losses of 1e-8": lambda: run_race(
        spec(surface=formula("1e-8*(u**2 + v**2)"), racers=[{"optimizer": "adam"}, SGD | {"lr": 1e7}])
    ),
    "losses of 1e8": lambda: run_race(
        spec(surface=formula("1e8*(u**2 + v**2) - 3e8"), racers=[{"optimizer": "adam"}, SGD | {"lr": 1e-9}])
    ),
    "a flat surface": lambda: run_race(spec(surface=formula("0*u"))),
    "ranges of three digits": lambda: run_race(spec(surface=formula("u*v", -0.125, 12.5))),
    "1 step": lambda: run_race(spec(steps=1)),
    "10,000 steps": lambda: spiral(10_000),
}


def named(film: type[Film]) -> str:
    return film.__name__


@pytest.fixture(scope="module", params=FILMS, ids=named)
def film(request: pytest.FixtureRequest) -> type[Film]:
    chosen: type[Film] = request.param
    return chosen


@pytest.fixture(
    scope="module",
    params=[*((name, "fr") for name in SURFACES), ("funky", "en"), ("slope", "en")],
    ids="-".join,
)
def shown(request: pytest.FixtureRequest, film: type[Film]) -> Iterator[list[Moment]]:
    """The frames of a film of race.toml's racers."""
    with small():
        yield watch(film, default_race(*request.param))


@pytest.fixture(scope="module", params=ODD)
def odd(request: pytest.FixtureRequest, film: type[Film]) -> Iterator[tuple[Trace, list[Moment]]]:
    """The frames of a film of an odd race."""
    trace = ODD[request.param]()
    with small():
        yield trace, watch(film, trace)


def test_every_frame_can_be_read(shown: list[Moment]) -> None:
    assert_readable(shown)
    assert_all_is_said(shown, ("SGD", "Momentum", "RMSProp", "Adam"))


def test_every_picture_shows_something(shown: list[Moment]) -> None:
    assert_something_is_seen(shown)


@pytest.mark.parametrize("surface", SURFACES)
def test_numbers_and_names_at_the_axes_are_not_hidden(surface: str) -> None:
    with small(640, 360):
        film = OptimizerRace(Watched(), trace=default_race(surface, "en"))
        film.prepare()
        film.look(film.whole)
        labels = [label for label in film.stage.axes.labels if isinstance(label, Label)]
        assert len(labels) == 9
        labels = [label for label in labels if label.opacity > 0]  # without names that would meet a number
        assert len(labels) >= 6
        hidden: dict[str, float] = {}
        scene = film.stage.surface, film.stage.axes
        seen = ink(drawn(film, *scene, *labels), drawn(film, *scene))
        whole = ink(drawn(film, *labels), drawn(film))
        for label in labels:
            left, bottom, right, top = on_screen(label, film.lens)
            part = (
                slice(int(180 - 45 * top), int(181 - 45 * bottom)),
                slice(int(320 + 45 * left), int(321 + 45 * right)),
            )
            share = (seen & whole)[part].sum() / whole[part].sum()
            if share < 0.8:
                hidden[said(label)] = share
    assert not hidden


@pytest.mark.parametrize("surface", ["funky", "rastrigin", "himmelblau", "slope"])
def test_the_camera_comes_to_see_the_balls(surface: str) -> None:
    with small(640, 360):
        film = OptimizerRace(Watched(), trace=default_race(surface, "en"))
        film.prepare()
        looks = [(part, pose_at(film.shots, part)) for part in (0.0, 0.5, 1.0)]
        for part, pose in (*looks, (1.0, film.opening)):
            film.look(pose)
            film.refresh(120 * part)
            surface_, balls = film.stage.surface, film.stage.runners.balls
            seen = ink(drawn(film, surface_, balls), drawn(film, surface_))
            assert seen.sum() > 0.35 * ink(drawn(film, balls), drawn(film)).sum(), part


def drawn(film: OptimizerRace, *mobjects: Mobject) -> NDArray[np.int_]:
    film.lens.reset()
    film.lens.capture_mobjects(mobjects)
    return np.array(film.lens.pixel_array[..., :3], dtype=int)


def ink(picture: NDArray[np.int_], without: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Where a picture can be told from another."""
    return np.asarray(np.abs(picture - without).max(axis=-1) > 30)


def test_every_frame_of_an_odd_race_can_be_read(odd: tuple[Trace, list[Moment]]) -> None:
    trace, moments = odd
    assert_readable(moments)
    short = [name for name in trace.names if len(name) < 12]
    assert_all_is_said(moments, short)


def test_every_picture_of_an_odd_race_shows_something(odd: tuple[Trace, list[Moment]]) -> None:
    assert_something_is_seen(odd[1])


def assert_readable(moments: list[Moment]) -> None:
    """Nothing is wrong with any frame; each fault is said once, for the first frame that has it."""
    found: dict[str, str] = {}
    for moment in moments:
        for fault in faults(moment):
            found.setdefault(fault.split(":")[1], fault)
    assert not found, "\n".join(found.values())


def assert_all_is_said(moments: list[Moment], names: Any) -> None:
    """The frames are those of a film: all names stand on the board from the start to the end of the race."""
    steps = max(moment.step for moment in moments)
    for step in (0, steps):
        boards = [{text.content for text in moment.texts} for moment in moments if moment.step == step]
        assert any(board >= set(names) for board in boards)
    assert sum(0 < moment.step < steps for moment in moments) >= 8


def assert_something_is_seen(moments: list[Moment]) -> None:
    """No picture is black, and where the surface or the map is seen, it is no uniform one."""
    for moment in moments:
        colours = moment.picture[..., :3]
        assert colours.max() > 0
        if moment.step > 0 and (len(moment.surface) or moment.maps):
            assert 0.05 < (colours.max(axis=-1) > 60).mean() < 0.9
            assert len(np.unique(colours.astype(int) @ [1, 256, 65536])) > 100


# What a film may do wrong, and how it is to be called.
WRONGS: dict[str, tuple[Callable[[OptimizerRace], Any], str]] = {
    "two rows of the board meet": (lambda film: film.board[1].shift(0.6 * DOWN), "overlap"),
    "the plot leaves the picture": (lambda film: film.plot.shift(0.6 * RIGHT), "leaves the picture"),
    "a name stands on its ball": (lambda film: film.board[1].shift(0.3 * LEFT), "stands on a ball"),
    "a name stands on the plan": (lambda film: film.board[1].move_to(film.plan), "stands on a map"),
    "the surface is too far right": (lambda film: lead(film, film.board), "a racer is under a plate"),
    "the surface is too far up": (lambda film: lead(film, film.plan), "a racer is under a map"),
    "the surface is too far down": (lambda film: move(film, 0.0, -9.0), "a racer is outside the picture"),
    "the board has no plate": (lambda film: film.plates.shift(9 * DOWN), "runs under 'SGD'"),
    "a plate ends in a word": (lambda film: film.plates.shift(0.4 * DOWN), "is partly on a plate"),
    "a ball is nowhere": (lambda film: film.stage.runners.balls[0].shift((np.nan, 0.0, 0.0)), "not finite"),
}


def lead(film: OptimizerRace, to: Mobject) -> None:
    """Move the picture of the scene so that a racer is in the middle of something."""
    here = film.lens.project_point(film.stage.runners.balls[0].get_center())
    x, y, _ = to.get_center() - here
    move(film, x, y)


def move(film: OptimizerRace, x: float, y: float) -> None:
    film.lens.aside = film.lens.aside + np.array([x, y, 0.0])


@pytest.mark.parametrize("wrong", [None, *WRONGS])
def test_what_is_wrong_is_found(wrong: str | None) -> None:
    with small():
        film = OptimizerRace(Watched(), trace=default_race("funky", "en"))
        film.prepare()
        film.look(film.shots[-1].last)
        film.add(film.stage.surface, film.stage.runners)
        film.add(Group(film.plates, film.plan, film.board, film.plot, film.lead))
        film.refresh(120)
        if wrong:
            do, _ = WRONGS[wrong]
            do(film)
        found = faults(look(film))
    if wrong:
        assert any(WRONGS[wrong][1] in fault for fault in found), found
    else:
        assert not found


def test_a_french_film_has_no_english_words() -> None:
    with small():
        moments = [moment for film in FILMS for moment in watch(film, default_race("slope", "fr"))]
    words = {text.content for moment in moments for text in moment.texts}
    assert {"perte", "pas", "Résultats", "La course des optimiseurs"} <= words
    said = " ".join(words).lower()
    assert not {
        word for word in ("loss", "step", "wins", "leads", "results", "race", "racer") if word in said
    }


@pytest.mark.parametrize("surface", ["funky", "rosenbrock"])
def test_nothing_is_covered_while_the_camera_goes_where_the_race_is_seen_from(surface: str) -> None:
    with small(rate=10):
        renderer = Watched()
        film = renderer.film = OptimizerRace(renderer, trace=default_race(surface, "fr"))
        film.prepare()
        film.look(film.whole)
        film.add(film.stage.surface, film.stage.axes, film.stage.axes.labels)
        film.introduce_racers()
    assert_readable(renderer.moments)
    assert len({round(float(np.ptp(moment.surface)), 3) for moment in renderer.moments}) > 5


@pytest.mark.parametrize("film", FILMS, ids=named)
def test_a_film_is_drawn_whole_without_opengl(film: type[Film], monkeypatch: pytest.MonkeyPatch) -> None:
    def picture() -> NDArray[np.int_]:
        made = film(Watched(), trace=default_race("funky", "en"))
        made.prepare()  # type: ignore[attr-defined]
        made.refresh(20)
        if isinstance(made, OptimizerRace):
            made.look(made.whole)
            made.add(made.stage.surface, made.stage.axes, made.stage.axes.labels, made.stage.runners)
            made.add(made.plates, made.plot, made.lead)
        made.add(made.plan, made.board)  # type: ignore[attr-defined]
        made.lens.reset()
        made.lens.capture_mobjects(made.mobjects)
        return np.array(made.lens.pixel_array[..., :3], dtype=int)

    def none(*_: object) -> None:
        raise OSError("no display")

    with small():
        with_opengl = picture()
        monkeypatch.setattr("scenes.depth.camera.Painter", none)
        without = picture()
    assert np.abs(with_opengl - without).mean() < 12
    for colour in (racer.colour for racer in default_race("funky", "en").spec.racers):
        wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        # No wider, or parts of the surface are counted too.
        counts = [(np.abs(p - wanted).max(axis=-1) < 40).sum() for p in (with_opengl, without)]
        assert 0.5 < counts[1] / counts[0] < 2


def test_the_frames_are_from_all_sides_that_the_film_shows() -> None:
    with small():
        moments = watch(OptimizerRace, default_race("slope", "en"))
    race = [moment for moment in moments if moment.maps]
    start, end = race[0].theta, race[-1].theta
    assert 0.5 * SWAY < end - start <= SWAY + 1e-9
    assert moments[-1].theta == pytest.approx(moments[0].theta, abs=1e-9)
