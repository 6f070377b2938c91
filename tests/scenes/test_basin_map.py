"""The film of basins: what it shows at each step, in any shape, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import views.basins
from comparison.basin_maps import NOWHERE
from races import Trace, run_race
from scenes.basin_map import BasinMap
from scenes.depth.sprite import Label
from tests.races.helpers import race
from tests.scenes.moments import corners, faults, said, small, watch
from tests.scenes.test_shapes_of_graphs import LEAST
from tests.scenes.test_shapes_of_graphs import faults as misplaced
from tests.scenes.test_shapes_of_steps import SHAPES
from views.basins import FillingBasins
from views.theme import DARK, LIGHT, rgb

MOVERS = ("momentum", "adam", "rmsprop", "nadam", "adamw", "lion", "sgd", "rprop", "adagrad", "radam")


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few starts are enough."""
    monkeypatch.setattr(views.basins, "SIDE", 16)
    monkeypatch.setattr(views.basins, "LEAST", 4)


def raced(surface: Any = "himmelblau", count: int = 2, steps: int = 30, **film: Any) -> Trace:
    racers = [{"optimizer": name, "lr": 0.02} for name in MOVERS[:count]]
    return run_race(race(surface=surface, steps=steps, racers=racers, film={"length": 20.0} | film))


def test_points_take_the_colour_of_their_minimum_when_they_arrive() -> None:
    basins = FillingBasins(raced().spec, DARK)
    found = basins.found
    assert found.nearest.shape == (2, 31, 16, 16)
    np.testing.assert_array_equal(found.nearest[:, 0], np.broadcast_to(_nearest(found), (2, 16, 16)))
    for t in (0, 12, 30):
        picture = basins.picture(0, t, 16, 16)[::-1].astype(int)
        there = (found.reached[0] != NOWHERE) & (found.steps[0] <= t)
        assert basins.arrived(0, t) == there.mean() == basins.shares(30)[0, t]
        faint = np.rint(255 * basins.faint[found.nearest[0, t]]).astype(int)
        np.testing.assert_array_equal(picture[~there], faint[~there])
        assert (picture[there] != faint[there]).any(axis=-1).all()
    assert 0 < basins.arrived(0, 12) < basins.arrived(0, 30)


def _nearest(found: Any) -> Any:
    u, v = np.meshgrid(found.u, found.v)
    away = np.stack([np.hypot(u - a, v - b) for a, b in found.minima])
    return away.argmin(axis=0)


def test_the_colours_are_those_of_the_minima_on_any_ground() -> None:
    for theme in (DARK, LIGHT):
        basins = FillingBasins(raced(count=1).spec, theme)
        away = np.abs(basins.faint[:, None] - [rgb(theme.ground), rgb(theme.ink)]).sum(axis=-1)
        assert (away[:, 0] < away[:, 1]).all()
        assert len({tuple(colour) for colour in basins.faint}) == 5


@pytest.mark.parametrize("count", [1, 4, 10])
@pytest.mark.parametrize("shape", SHAPES)
def test_it_can_be_read_in_any_shape(shape: str, count: int) -> None:
    language, theme = {1: ("en", "dark"), 4: ("fr", "light"), 10: ("de", "transparent")}[count]
    trace = raced(count=count, steps=6, language=language, theme=theme)
    with small(*SHAPES[shape]):
        film = BasinMap(trace=trace)
        film.prepare()
        for step in (0, 6):
            film.refresh(step)
            parts = (film.panels, film.plots, film.counter, film.words)
            family = [one for whole in parts for one in whole.get_family()]
            labels = [one for one in family if isinstance(one, Label) and one.opacity > 0]
            panels = [(f"panel {i}", box) for i, box in enumerate(film.panels._boxes)]
            assert misplaced([*((said(one), corners(one)) for one in labels), *panels]) == []
            assert min(one._style[0] for one in labels) >= LEAST


def test_the_whole_film_can_be_read() -> None:
    trace = raced(steps=12, language="es")
    with small():
        moments = watch(BasinMap, trace)
    assert not [fault for moment in moments[::3] for fault in faults(moment)]
    assert {text.content for text in moments[0].texts} >= {"Cuencas de atracción"}
    last = {text.content for text in moments[-1].texts}
    share = FillingBasins(trace.spec, DARK).arrived(1, 12)
    assert any(text.startswith(f"{100 * share:.0f}") for text in last)


def test_a_racer_that_moves_the_whole_vector_has_its_map_too() -> None:
    racers = [{"optimizer": "lbfgs"}]
    basins = FillingBasins(race(surface="booth", steps=8, racers=racers), DARK)
    assert basins.arrived(0, 8) == 1.0


@pytest.mark.parametrize(
    ("surface", "count", "why"),
    [
        ({"network": "linear", "hidden": [4]}, 1, "maps are of surfaces of two numbers, not of networks"),
        ("saddle", 1, "surface saddle has no minimum inside its domain"),
        ("slope", 13, "up to 12 racers, not 13"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    surface: Any, count: int, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    racers = [{"optimizer": "adam", "lr": 0.01}] * count
    trace = run_race(race(surface=surface, steps=2, racers=racers))
    with small(), pytest.raises(SystemExit) as refused:
        BasinMap(trace=trace).prepare()
    assert refused.value.code == 2
    assert why in capsys.readouterr().err
