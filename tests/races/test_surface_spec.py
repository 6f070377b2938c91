"""Surfaces with values of their parameters, and the learning rates that surfaces suggest."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizers import OPTIMIZERS
from races import RaceSpec, SpecError, Trace, load_spec, run_race
from surfaces import SURFACES, get_surface
from tests.races.helpers import RACER, assert_same_trace, race, written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the race stands."""
    return tmp_path / "race.toml"


def rates(spec: RaceSpec) -> list[Any]:
    return [dict(racer.hyperparameters).get("lr") for racer in spec.racers]


def test_a_parameter_shapes_the_surface_and_survives_the_file(path: Path) -> None:
    spec = load_spec(written(path, f"surface = {{ name = 'ravine', condition = 4.0 }}\n{RACER}"))
    surface = spec.build_surface()
    assert surface(0.5, 0.25) == get_surface("ravine", condition=4.0)(0.5, 0.25)
    assert surface(0.5, 0.25) != get_surface("ravine")(0.5, 0.25)
    trace = run_race(spec)
    trace.save(path.with_suffix(".npz"))
    assert_same_trace(Trace.load(path.with_suffix(".npz")), trace)
    u, v = trace.positions[0, :, 0].T
    np.testing.assert_allclose(trace.losses[0, :, 0], surface(u, v), rtol=1e-13)


def test_a_name_alone_and_a_table_of_it_are_the_same_surface() -> None:
    for name in ("ravine", "noisy_quadratic", "funky"):
        a, b = (race(surface=surface, steps=20) for surface in (name, {"name": name}))
        assert a.noise == b.noise
        np.testing.assert_array_equal(run_race(a).positions, run_race(b).positions)


@pytest.mark.parametrize("surface", [name for name, found in SURFACES.items() if found.suggested])
def test_a_racer_without_a_rate_has_the_suggested_one(surface: str) -> None:
    spec = race(surface=surface, racers=[{"optimizer": name} for name in OPTIMIZERS])
    suggested = SURFACES[surface].suggested
    assert rates(spec) == [suggested.get(name) for name in OPTIMIZERS]
    given = race(surface=surface, racers=[{"optimizer": name, "lr": 0.125} for name in OPTIMIZERS])
    assert set(rates(given)) == {0.125}
    schedule = {"schedule": "constant", "start": 0.125}
    assert rates(race(surface=surface, racers=[{"optimizer": "sgd", "lr": schedule}]))[0](0) == 0.125


def test_race_toml_overrides_what_is_suggested(path: Path) -> None:
    text = """
        surface = { name = 'sphere', suggested = { sgd = 0.0625 } }
        racer = [{ optimizer = 'sgd' }, { optimizer = 'adam' }, { optimizer = 'sgd', lr = 0.5 }]
    """
    spec = load_spec(written(path, text))
    assert rates(spec) == [0.0625, SURFACES["sphere"].suggested["adam"], 0.5]


def test_another_surface_on_the_command_line_suggests_its_rates(path: Path) -> None:
    text = """
        surface = 'funky'
        noise = { scale = 1.0 }
        racer = [{ optimizer = 'sgd', lr = 0.005, momentum = 0.5 }, { optimizer = 'adam' }]
    """
    written(path, text)
    assert rates(load_spec(path)) == [0.005, SURFACES["funky"].suggested["adam"]]
    other = load_spec(path, surface="sphere")
    suggested = SURFACES["sphere"].suggested
    assert rates(other) == [suggested["sgd"], suggested["adam"]]
    assert dict(other.racers[0].hyperparameters)["momentum"] == 0.5
    assert other.noise is None
    noisy = load_spec(path, surface="noisy_quadratic").noise
    assert noisy is not None
    assert noisy.scale == SURFACES["noisy_quadratic"].noise > 0
    # The file's own surface keeps the file's rates, and so does a formula, which suggests none.
    same = load_spec(path, surface="funky")
    assert rates(same) == [0.005, SURFACES["funky"].suggested["adam"]]
    assert same.noise is not None
    assert rates(load_spec(path, surface="u**2 + v**2")) == [0.005, None]


def test_another_surface_may_be_a_table(path: Path) -> None:
    written(path, f"surface = 'funky'\n{RACER}lr = 0.005\n")
    found = load_spec(path, surface={"name": "ravine", "condition": 4.0})
    assert found.build_surface().parameters == {"condition": 4.0}
    assert rates(found) == [SURFACES["ravine"].suggested["sgd"]]
    own = load_spec(path, surface={"expression": "u + v", "u_range": [0, 1], "v_range": [0, 1]})
    assert rates(own) == [0.005]
    for wrong in ({"name": "ravin"}, {"name": ["ravine"]}, ["ravine"], 3):
        with pytest.raises(SpecError, match=r"^--surface: .*(ravin|3)"):
            load_spec(path, surface=wrong)


def test_a_trace_tells_what_it_was_run_with_whatever_is_suggested_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = run_race(race(surface="funky", steps=3, racers=[{"optimizer": "sgd"}, {"optimizer": "adam"}]))
    trace.save(tmp_path / "trace.npz")
    later = dataclasses.replace(SURFACES["funky"], suggested={"sgd": 0.5, "adam": 0.5}, noise=2.0)
    monkeypatch.setitem(SURFACES, "funky", later)
    assert rates(race(surface="funky")) == [0.1]
    assert_same_trace(Trace.load(tmp_path / "trace.npz"), trace)


@pytest.mark.parametrize("optimizer", ["torch.optim.AdamW", "optax.adamw", "mine.py:Lion2"])
def test_a_trace_with_anothers_optimizer_loads_nothing(
    optimizer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trace of a race that was run where they are."""
    trace = run_race(race(steps=3))
    trace.save(tmp_path / "trace.npz")
    with np.load(tmp_path / "trace.npz") as file:
        arrays = dict(file)
    spec = json.loads(str(arrays["spec"]))
    spec["racer"][0]["optimizer"] = optimizer
    np.savez_compressed(tmp_path / "trace.npz", **(arrays | {"spec": json.dumps(spec)}))

    def missing(*arguments: Any) -> Any:
        raise AssertionError(f"something was looked for: {arguments}")

    monkeypatch.setattr("races.racer_spec.find", missing)
    found = Trace.load(tmp_path / "trace.npz")
    np.testing.assert_array_equal(found.positions, trace.positions)
    assert found.spec.racers[0].optimizer == optimizer


def formula_of(path: Path, text: str, *more: str) -> RaceSpec:
    """The race of a race.toml on a formula, with more keys in its table."""
    keys = ", ".join((f"expression = '{text}'", "u_range = [-2, 2]", "v_range = [-1, 3]", *more))
    return load_spec(written(path, f"surface = {{ {keys} }}\nsteps = 3\n{RACER}"))


def test_a_formula_may_say_all_that_a_surface_is(path: Path) -> None:
    more = "z_range = [0, 5]", "start = [1, 2.5]", "minima = [[0, 0], [1, 1]]", "camera = [30, -100]"
    spec = formula_of(path, "x² + (y − 1)²", *more)
    surface = spec.build_surface()
    assert (surface.z_range, surface.minima, surface.camera) == ((0, 5), ((0, 0), (1, 1)), (30, -100))
    assert spec.start == (surface.start,) == ((1.0, 2.5),)
    trace = run_race(spec)
    trace.save(path.with_suffix(".npz"))
    assert_same_trace(Trace.load(path.with_suffix(".npz")), trace)
    assert formula_of(path, "x²", "minima = [0, 0.5]").build_surface().minima == ((0.0, 0.5),)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("z_range = [1, 0]", "z_range: must be [low, high] with low < high"),
        ("z_range = 3", "z_range: must be [low, high], got 3"),
        ("z_range = [0, inf]", "z_range: "),
        ("start = [3, 0]", "start must lie in u_range and v_range, got [3.0, 0.0]"),
        ("start = [[0, 0], [1, 1]]", "start: must be [u, v]"),
        ("minima = 3", "minima: must be [u, v] or a list of such points, got 3"),
        ("minima = [0, nan]", "minima: "),
        ("camera = [100, 0]", "camera: must be [phi, theta] with phi from 0 to 90 degrees"),
        ("camera = 60", "camera: must be [phi, theta], in degrees, got 60"),
        ("z_rnge = [0, 1]", "unknown key 'z_rnge'; did you mean 'z_range'?"),
    ],
)
def test_what_a_formula_may_not_say_is_refused_in_one_line(path: Path, more: str, words: str) -> None:
    with pytest.raises(SpecError, match=r"^race\.toml: surface: .{1,300}$") as error:
        formula_of(path, "x² + y²", more)
    assert words in str(error.value)


def test_a_formula_alone_is_raced_from_minus_2_to_2(path: Path) -> None:
    spec = load_spec(written(path, f"surface = 'x^2 + 3*y^2'\n{RACER}"))
    surface = spec.build_surface()
    assert (surface.u_range, surface.v_range, spec.start) == ((-2, 2), (-2, 2), ((-1, -1),))
    assert surface(1.0, 2.0) == 13.0
    assert race(surface="u").build_surface()(0.5, 0.0) == 0.5
