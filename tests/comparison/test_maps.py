"""Maps against races run one by one, and against the edge of stability of a quadratic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

import comparison.basin_maps
import races.race
from autograd import hessian
from comparison import Basins, ComparisonError, SettingsMap, basin_map, momentum_map, rate_map
from comparison.basin_maps import NOWHERE, find_minima
from races import RaceSpec, run_race
from surfaces import SURFACES, get_surface
from tests.races.helpers import in_python
from views.figures.maps import FORMATS, save_map


def race(surface: Any = "himmelblau", steps: int = 60, **racer: Any) -> RaceSpec:
    racers: Any = [{"optimizer": "momentum", **racer}]
    return RaceSpec(surface=surface, steps=steps, racers=racers)


@pytest.mark.parametrize(
    ("name", "count"),
    [("himmelblau", 4), ("rastrigin", 25), ("six_hump_camel", 6), ("ravine", 1), ("saddle", 0)],
)
def test_minima(name: str, count: int) -> None:
    surface = SURFACES[name]
    found = find_minima(surface)
    assert len(found) == count
    for point in surface.minima:
        assert np.abs(found - point).max(axis=1).min() < 1e-6
    heights = surface(*found.T)
    assert (np.diff(heights) >= -1e-12).all()


def test_each_start_ends_where_its_own_race_ends() -> None:
    spec = race(lr=0.05, steps=200)
    found = basin_map(spec, side=9, processes=1)
    assert found.reached.min() >= 0
    assert set(found.reached.ravel()) == {0, 1, 2, 3}
    for i, j in ((0, 0), (2, 7), (8, 3), (4, 4)):
        start = (float(found.u[j]), float(found.v[i]))
        trace = run_race(spec.model_copy(update={"start": (start,)}))
        away = np.hypot(*(found.minima - trace.positions[0, -1, 0]).T)
        assert away.argmin() == found.reached[0, i, j]
        near = 0.02 * np.hypot(8.0, 8.0)
        distances = np.hypot(*(found.minima[away.argmin()] - trace.positions[0, :, 0]).T)
        steps = found.steps[0, i, j]
        assert distances[steps - 1] > near >= distances[steps:].max()


def test_who_is_still_under_way_has_reached_none() -> None:
    found = basin_map(race(lr=1e-6, momentum=0.0), side=8, processes=1)
    assert (found.reached == NOWHERE).mean() > 0.9
    assert (found.steps[found.reached == NOWHERE] == 60).all()


def test_basins_by_loops_are_those_by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    racers: Any = [{"optimizer": "momentum", "lr": 0.02}, {"optimizer": "adam"}]
    spec = RaceSpec(surface="himmelblau", steps=40, racers=racers)
    blocks = basin_map(spec, side=8, processes=1)
    monkeypatch.setattr(comparison.basin_maps, "pays", lambda *_: True)
    monkeypatch.setattr(races.race, "loop", in_python)
    loops = basin_map(spec, side=8, processes=1)
    np.testing.assert_array_equal(loops.reached, blocks.reached)
    np.testing.assert_array_equal(loops.steps, blocks.steps)
    assert len(np.unique(loops.reached)) > 2


def test_threads_give_the_map_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison.basin_maps, "_CHUNK", 20)
    one, two = (basin_map(race(), side=8, processes=count) for count in (1, 2))
    np.testing.assert_array_equal(one.reached, two.reached)
    np.testing.assert_array_equal(one.steps, two.steps)


def test_a_whole_vector_has_a_map_too() -> None:
    spec = race("booth", steps=10, optimizer="lbfgs")
    found = basin_map(spec, 4, processes=1)
    assert (found.reached == 0).all()


@pytest.mark.parametrize("racer", [{"momentum": 0.5}, {"optimizer": "adamw", "weight_decay": 0.1}])
def test_rates_are_those_of_races(racer: dict[str, Any]) -> None:
    spec = race(steps=40, **racer)
    found = rate_map(spec, (1e-3, 0.05), count=4, processes=1)
    for rate, loss in zip(found.rates, found.losses[0], strict=True):
        trace = run_race(race(steps=40, **racer, lr=float(rate)))
        assert loss == pytest.approx(trace.losses[0, -1, 0], rel=1e-9)


def test_the_edge_of_stability_of_a_quadratic() -> None:
    surface = get_surface("ravine")
    steepest = np.linalg.eigvalsh(np.array(hessian(surface)(0.0, 0.0)))[-1]
    edges = 2 * (1 + np.array([0.0, 0.3, 0.6])) / steepest
    rates = (0.97 * edges.min(), 1.03 * edges.max())
    found = momentum_map(race("ravine", steps=2000), rates, (0.0, 0.6), side=30, processes=1)
    assert found.momenta is not None
    stable = found.rates <= 2 * (1 + found.momenta[:, None]) / steepest
    near = np.abs(np.log(found.rates * steepest / (2 * (1 + found.momenta[:, None])))) < 0.01
    assert (np.isfinite(found.left[0]) & (found.left[0] < 0.1))[stable & ~near].all()
    assert (found.left[0] > 10)[~stable & ~near].all()
    assert found.labels == ("momentum",)


def test_the_band_is_around_the_best() -> None:
    losses = np.array([[1.0, 0.005, 1e-6, 0.009, 0.5, 0.001]])
    found = SettingsMap(("SGD",), np.arange(6.0), None, ("",), losses, 1.0, 0.0)
    assert found.band(0) == (1.0, 3.0)
    assert SettingsMap(("SGD",), np.arange(6.0), None, ("",), losses * np.nan, 1.0, 0.0).band(0) is None


@pytest.mark.parametrize("suffix", FORMATS)
def test_files(suffix: str, tmp_path: Path) -> None:
    racers: Any = [{"optimizer": "sgd"}, {"optimizer": "adam"}]
    spec = RaceSpec(surface="ravine", steps=5, racers=racers)
    maps: list[Basins | SettingsMap] = [basin_map(spec, 4, processes=1)]
    if suffix == ".png":
        maps += [momentum_map(spec, side=4, processes=1), rate_map(spec, count=4, processes=1)]
    for found in maps:
        paths = [save_map(found, spec, tmp_path / f"{name}{suffix}") for name in "ab"]
        one, other = (path.read_bytes() for path in paths)
        if suffix == ".npz":
            with np.load(paths[0]) as kept:
                assert kept["names"].tolist() == ["SGD", "Adam"]
        else:
            assert one == other
        if suffix == ".png":
            assert imread(paths[0]).std() > 0.02


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: basin_map(race(), side=10**6), "at most 100,000,000 points, got a grid of 1,000,000 x 1,0"),
        (lambda: basin_map(race("saddle"), side=8), "surface saddle has no minimum inside its domain"),
        (lambda: basin_map(race(), side=1), "takes 4 points or more"),
        (lambda: rate_map(race(), (1.0, 0.1)), "rates must be two numbers above 0, the lower one"),
        (lambda: momentum_map(race(optimizer="adagrad")), "Adagrad has no momentum"),
        (lambda: momentum_map(race(), momenta=(0.5, 1.5)), r"momenta must be in \[0, 1\), got \[0.5, 1.5\]"),
        (lambda: rate_map(race({"network": "moons"})), "not of networks"),
    ],
)  # fmt: skip
def test_refused(call: Any, message: str) -> None:
    with pytest.raises(ComparisonError, match=message):
        call()
