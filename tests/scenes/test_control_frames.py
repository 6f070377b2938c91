"""The films look as they did: small pictures compared with those in `frames/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import RIGHT, Mobject

from optimizer_race import OptimizerRace
from scenes.depth.sprite import Label
from scenes.film import Film
from tests.scenes.control import (
    FILMS,
    HEIGHT,
    PICTURES,
    WIDTH,
    WITH_BOARD,
    Picture,
    change,
    halved,
    load,
    same,
    save,
    trace,
)
from tests.scenes.moments import Watched, said, small

SIX_PIXELS = 6 * 8 / HEIGHT * RIGHT  # in scene units


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_was(name: str, tmp_path: Path) -> None:
    picture, control = PICTURES[name](), load(name)
    if not same(picture, control):
        path = tmp_path / f"{name}.new.png"
        save(picture, path)
        mean, most, (x, y) = change(picture, control)
        pytest.fail(
            f"{name} is no longer as in tests/scenes/frames: it differs by {mean:.2f} on the whole and by "
            f"{most:.1f} around ({x}, {y}); look at {path}, and if it is right, run "
            "uv run python tests/scenes/frames/update.py"
        )


class Ended:
    """A film at its end, of which pictures can be taken again and again."""

    def __init__(self, kind: type[Film]) -> None:
        self._renderer = Watched()
        self.film: Any = kind(self._renderer, trace=trace())
        self._renderer.film = self.film
        film: Any = self.film
        film.prepare()
        over = [film.plan, film.board]
        if isinstance(film, OptimizerRace):
            film.look(film.opening)
            over += [film.plot, film.lead]
            film.add(film.stage.surface, film.stage.runners, film.plates)
        else:
            over += [film.words]
        film.add(*over)
        film.refresh(film.trace.spec.steps)
        self.picture()  # the camera stands still from now on

    def picture(self) -> Picture:
        self._renderer.static_image = None
        self._renderer.update_frame(self.film)
        return halved(np.array(self.film.lens.pixel_array))

    def labels(self) -> list[Label]:
        """Texts of more than one letter."""
        family = [part for whole in self.film.mobjects for part in whole.get_family()]
        seen = [part for part in family if isinstance(part, Label) and part.opacity > 0]
        return [label for label in dict.fromkeys(seen) if len(said(label)) > 1]


@pytest.fixture(scope="module", params=WITH_BOARD)
def ended(request: pytest.FixtureRequest) -> Iterator[Ended]:
    with small(2 * WIDTH, 2 * HEIGHT):
        yield Ended(FILMS[request.param])


def without(ended: Ended, part: Mobject) -> Picture:
    """The picture when a part of it is not to be seen."""
    part.set_opacity(0)
    picture = ended.picture()
    part.set_opacity(1)
    return picture


def test_a_missing_text_is_found(ended: Ended) -> None:
    before = ended.picture()
    labels = ended.labels()
    assert len(labels) >= 13
    for label in labels:
        assert not same(without(ended, label), before), said(label)
    assert same(ended.picture(), before)


def test_a_ball_that_has_moved_by_six_pixels_is_found(ended: Ended) -> None:
    ended.film.refresh(12.0)  # while the balls are apart
    before = ended.picture()
    runners = ended.film.stage.runners if isinstance(ended.film, OptimizerRace) else ended.film.plan.runners
    for balls in (runners.balls, *runners.balls):
        balls.shift(SIX_PIXELS)
        assert not same(ended.picture(), before)
        balls.shift(-SIX_PIXELS)
    ended.film.refresh(ended.film.trace.spec.steps)


def test_missing_trails_are_found(ended: Ended) -> None:
    before = ended.picture()
    trails = list(ended.film.plan.runners.trails)
    if isinstance(ended.film, OptimizerRace):
        trails = [*ended.film.stage.runners.trails, *ended.film.plot.runners.trails]
    found = [not same(without(ended, trail), before) for trail in trails]
    assert sum(found) >= 0.7 * len(found)  # others run under one another


@pytest.mark.parametrize("name", PICTURES)
def test_what_another_driver_may_draw_is_the_same_and_a_shift_by_a_pixel_is_not(name: str) -> None:
    control = load(name)
    assert control.shape == (HEIGHT, WIDTH, 3)
    rounded = np.clip(control.astype(int) + np.indices(control.shape).sum(axis=0) % 3 - 1, 0, 255)
    assert same(rounded.astype(np.uint8), control)
    assert same(np.clip(control * 1.006, 0, 255).astype(np.uint8), control)
    assert not same(np.roll(control, 1, axis=1), control)
    assert not same(control[:, ::-1], control)
    assert not same(np.full_like(control, 20), control)
    assert not same(control[:-1], control)
