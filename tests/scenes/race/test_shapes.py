"""In a picture of any shape, all text of a race's films is inside, apart, and on nothing that hides it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from optimizer_race import OptimizerRace
from races import RaceSpec, Trace, run_race
from scenes.contour_race import ContourRace
from scenes.depth.sprite import Label
from scenes.frame import frame
from scenes.race.commentary import introductions
from scenes.race.director import pose_at
from scenes.race.plate import Plate
from scenes.theme import EM, SMALL
from tests.scenes.moments import Watched, faults, look, small

SHAPES = {"16:9": (320, 180), "9:16": (180, 320), "1:1": (240, 240), "4:3": (320, 240), "21:9": (420, 180)}
LONG = [f"{name} with lr = 0.001 or so"[:24] for name in ("SGD", "Momentum", "RMSProp", "Adam")]
COSINE = {"schedule": "cosine", "start": 0.1, "steps": 30}
HALVING = {"schedule": "exponential", "start": 0.05, "gamma": 0.9}


def bowl(scale: str) -> dict[str, Any]:
    return {"expression": f"{scale}*(u**2 + v**2)", "u_range": [-1, 1], "v_range": [-1, 1]}


def racers(count: int, **settings: Any) -> list[dict[str, Any]]:
    names = ("sgd", "momentum", "rmsprop", "adam")
    return [{"optimizer": names[k % 4], "lr": 0.01 * (k + 1)} | settings for k in range(count)]


RACES: dict[str, dict[str, Any]] = {
    "1 racer": {"racers": racers(1)},
    "4 racers, long names": {
        "racers": [racer | {"name": name} for racer, name in zip(racers(4), LONG, strict=True)]
    },
    "12 racers": {"racers": racers(12)},
    "losses of 1e-8": {"surface": bowl("1e-8"), "racers": racers(3)},
    "losses of 1e8": {"surface": bowl("1e8"), "racers": racers(2, lr=1e-9)},
    "all diverge": {"surface": "slope", "racers": racers(2, lr=1e60)},
    "one leaves the domain": {"surface": "slope", "racers": [*racers(1), {"optimizer": "sgd", "lr": 3.0}]},
    "two schedules": {
        "surface": "sphere",
        "racers": [{"optimizer": "sgd", "lr": COSINE}, {"optimizer": "adam", "lr": HALVING}],
    },
}


@cache
def trace(name: str, language: str) -> Trace:
    values: dict[str, Any] = {"surface": "funky", "steps": 30, "film": {"length": 20.0, "language": language}}
    return run_race(RaceSpec(**(values | RACES[name])))


def looks(film: Any) -> Iterator[list[str]]:
    """The faults of the film's parts, without a picture of them."""
    yield from (seen(film, *parts) for parts in at_rest(film))
    for part in (0.0, 0.4, 1.0):
        film.refresh(part * film.trace.spec.steps)
        if isinstance(film, OptimizerRace):
            film.look(pose_at(film.shots, part))
            scene = film.stage.surface, film.stage.runners, film.stage.stalks
            yield seen(film, *scene, film.plates, film.plan, film.board, film.plot, film.lead, film.off_plane)
        else:
            yield seen(film, film.plan, film.words, film.board)


def at_rest(film: Any) -> Iterator[list[Any]]:
    """What is seen before and after the race."""
    yield [film.table]
    title = film.heading(*film.titles()).stand(frame().safe.bottom + 0.2)
    plate = Plate(title.area.inset(-0.2))
    film.fix(plate)
    film.refresh(film.trace.spec.steps)
    if isinstance(film, OptimizerRace):
        yield [film.stage.surface, film.stage.runners, plate, title]
        yield [film.stage.surface, film.stage.runners, film.verdict]
        film.look(film.whole)
        for saying in introductions(film.trace, film.captions, film.introducing):
            film.fix(saying)
            yield [film.stage.surface, film.stage.axes, film.stage.axes.labels, saying]


def seen(film: Any, *parts: Any) -> list[str]:
    film.mobjects = list(parts)
    film.lens.reset_rotation_matrix()
    return faults(look(film))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", RACES)
def test_all_text_is_inside_and_apart(name: str, shape: str) -> None:
    language = "en" if (list(RACES).index(name) + list(SHAPES).index(shape)) % 2 else "fr"
    with small(*SHAPES[shape]):
        for kind in (OptimizerRace, ContourRace):
            film = kind(Watched(), trace=trace(name, language))
            film.prepare()
            for found in looks(film):
                assert not found, (kind.__name__, language)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_text_is_smaller_than_a_thirtieth_of_the_height(shape: str) -> None:
    with small(*SHAPES[shape]):
        film = OptimizerRace(Watched(), trace=trace("12 racers", "fr"))
        film.prepare()
        parts = (film.board, film.plot, film.lead, film.table, film.stage.axes.labels)
        labels = [one for part in parts for one in part.get_family() if isinstance(one, Label)]
        least = min(label._style[0] for label in labels)
        share = least * EM / frame().height
        print(f"\n{shape}: {share:.3f} of the height")  # noqa: T201
        assert least >= SMALL
        assert share >= 1 / 30 - 1e-4


def test_two_steps_are_two_dots() -> None:
    with small():
        film = ContourRace(Watched(), trace=trace("1 racer", "en"))
        film.prepare()
    film.refresh(2.0)
    (dots,) = film.plan.runners.dots
    points = dots.points.reshape(-1, 2, 3)
    assert len(points) == 3
    np.testing.assert_array_equal(points[:, 0], points[:, 1])
