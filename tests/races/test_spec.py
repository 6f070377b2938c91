"""What race.toml may hold, and what becomes of what it leaves out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from optimizers import OPTIMIZERS
from races import RacerSpec, load_spec, run_race
from support.palette import COLOURS, PALETTE, PALETTES
from surfaces import SURFACES
from tests.races.helpers import RACER, race, top, written

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the race stands."""
    return tmp_path / "race.toml"


def test_a_file_with_a_byte_order_mark_is_read(path: Path) -> None:
    # Windows' editor writes one.
    assert load_spec(written(path, b"\xef\xbb\xbf" + top("").encode())).surface == "funky"


def test_the_repositorys_race_is_the_designs_default() -> None:
    spec = load_spec(ROOT / "race.toml")
    assert (spec.surface, spec.start, spec.steps) == ("funky", ((0.1, 0.45),), 120)
    assert [racer.optimizer for racer in spec.racers] == ["sgd", "momentum", "rmsprop", "adam"]
    assert [racer.name for racer in spec.racers] == ["SGD", "Momentum", "RMSProp", "Adam"]


@pytest.mark.parametrize("name", SURFACES)
def test_what_is_left_out_is_filled_in(path: Path, name: str) -> None:
    spec = load_spec(written(path, f'surface = "{name}"\n{RACER}'))
    assert spec.start == (SURFACES[name].start,)
    assert (spec.steps, spec.target, spec.film.language, spec.film.length) == (120, None, "en", 35.0)
    assert (spec.racers[0].name, spec.racers[0].colour) == ("SGD", next(iter(PALETTE.values())))


def test_whole_numbers_serve_as_numbers(path: Path) -> None:
    spec = load_spec(written(path, top("start = [0, 1]\ntarget = 1") + "lr = 1\n"))
    assert (spec.start, spec.target) == (((0.0, 1.0),), 1.0)


def test_one_start_several_starts_and_an_array_of_them() -> None:
    assert race(start=(0.5, 1)).start == ((0.5, 1.0),)
    assert race(start=[(0.5, 1.0), [1.5, 1.0]]).start == ((0.5, 1.0), (1.5, 1.0))
    assert race(start=np.array([[0.5, 1.0], [1.5, 1.0]])).start == ((0.5, 1.0), (1.5, 1.0))
    assert race(start=(2.0, 0.0)).start == ((2.0, 0.0),)  # a corner of the closed domain


def test_l_bfgs_is_called_what_people_call_it() -> None:
    spec = race(racers=[{"optimizer": "lbfgs"}] * 2)
    assert [racer.name for racer in spec.racers] == ["L-BFGS", "L-BFGS 2"]


def test_names_and_colours_are_told_apart() -> None:
    racers = [{"optimizer": "adam"}] * 3 + [{"optimizer": "sgd", "name": "Adam 2", "colour": "orange"}] * 1
    spec = race(racers=racers)
    assert [racer.name for racer in spec.racers] == ["Adam", "Adam 3", "Adam 4", "Adam 2"]
    colours = [racer.colour for racer in spec.racers]
    assert colours[3] == PALETTE["orange"]
    assert len(set(colours)) == 4


def test_more_racers_than_colours_still_race() -> None:
    spec = race(racers=[{"optimizer": "sgd"}] * 12, steps=2)
    assert len({racer.name for racer in spec.racers}) == 12
    colours = [racer.colour for racer in spec.racers]
    assert tuple(colours) == COLOURS
    assert race(racers=[{"optimizer": "sgd"}] * 15, steps=2).racers[12].colour == colours[0]
    assert run_race(spec).positions.shape == (12, 3, 1, 2)


def test_colours_are_the_themes_but_for_those_that_are_given() -> None:
    racers = [{"optimizer": "sgd"}, *({"optimizer": "sgd", "colour": c} for c in ("orange", "#123456"))]
    light = race(racers=racers, film={"theme": "light"})
    first, *_ = PALETTES["light"].values()
    assert [racer.colour for racer in light.racers] == [first, PALETTES["light"]["orange"], "#123456"]
    dark = light.in_theme("dark")
    assert [racer.colour for racer in dark.racers] == [COLOURS[0], PALETTE["orange"], "#123456"]
    assert (dark.film.theme, light.film.theme) == ("dark", "light")


def test_overrides_replace_what_the_file_says(path: Path) -> None:
    written(path, top("start = [0.5, 0.5]\nsteps = 7\ntarget = 0.1"))
    spec = load_spec(path, steps=9, start=(0.25, 0.25))
    assert (spec.steps, spec.start, spec.target) == (9, ((0.25, 0.25),), 0.1)
    other = load_spec(path, surface="slope")
    assert (other.start, other.target, other.steps) == (((1.8, 1.8),), None, 7)
    assert load_spec(path, surface="slope", start=(0.5, 1.5)).start == ((0.5, 1.5),)


def test_a_race_is_frozen() -> None:
    spec = race()
    with pytest.raises(ValidationError, match="frozen"):
        spec.steps = 3
    with pytest.raises(ValidationError, match="frozen"):
        spec.racers[0].name = "Other"


def test_two_files_of_the_same_race_are_equal(path: Path) -> None:
    assert load_spec(written(path, top("steps = 7"))) == load_spec(written(path, top("steps = 7  # seven")))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_can_race_with_its_defaults_spelt_out(name: str) -> None:
    settings = OPTIMIZERS[name].defaults()
    # On a formula, which suggests no learning rate in place of the default.
    spec = race(
        surface="x² + y²", steps=3, racers=[RacerSpec.model_validate({"optimizer": name, **settings})]
    )
    bare = race(surface="x² + y²", steps=3, racers=[{"optimizer": name}])
    np.testing.assert_array_equal(run_race(spec).positions, run_race(bare).positions)
