"""Races of networks: what is raced, what is projected, and what the trace's file holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from networks import MLP, TrainingStep, batches, losses
from networks.datasets import moons
from optimizers import Adam
from races import RaceSpec, SpecError, Trace, TraceError, final_loss, load_spec, run_race
from races.metrics import steps_to_target
from tests.races.helpers import RACER, assert_same_trace, written


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


RACERS: tuple[dict[str, Any], ...] = (
    {"optimizer": "sgd", "lr": 0.3},
    {"optimizer": "adam", "lr": 0.02},
)


def network_race(racers: Any = RACERS, steps: int = 30, record: Any = "all", **keys: Any) -> RaceSpec:
    surface: Any = {"network": "moons", "hidden": [8, 8]} | keys
    return RaceSpec(surface=surface, steps=steps, record=record, racers=racers)


def saved(path: Path, **changed: Any) -> Path:
    """The file of a race, with some of its arrays changed; None leaves one out."""
    run_race(network_race(steps=5)).save(path)
    arrays = dict(np.load(path)) | changed
    np.savez_compressed(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


@pytest.mark.parametrize("batch_size", [None, 30])
def test_a_racer_does_what_a_training_does(batch_size: int | None) -> None:
    trace = run_race(network_race(steps=20, batch_size=batch_size, seed=3))
    data = moons(seed=3, test=0.0)
    model = MLP([2, 8, 8, 1], "tanh", rng=3)
    step = TrainingStep(model, Adam(model.parameters(), lr=0.02), losses.binary_cross_entropy_with_logits)
    expected = []
    parts = [part for epoch in range(1, 21) for part in batches(100, batch_size, 3, epoch)][:20]
    for part in parts:
        expected.append(whole_loss(model, data))
        step(data.train.inputs[part], data.train.targets[part])
    expected.append(whole_loss(model, data))
    np.testing.assert_allclose(trace.losses[1, :, 0], expected, rtol=1e-9)


def whole_loss(model: MLP, data: Any) -> float:
    loss = losses.binary_cross_entropy_with_logits(model(data.train.inputs), data.train.targets)
    return float(loss.data)


def test_a_network_of_two_weights_has_no_more_than_its_plane_shows() -> None:
    """A line has a slope and an intercept: every path is planar, and the surface is the true loss."""
    racers = [{"optimizer": "sgd", "lr": 0.1}, {"optimizer": "adam", "lr": 0.5}]
    trace = run_race(network_race(network="linear", hidden=[], racers=racers))
    assert trace.plane is not None
    assert trace.plane.explained_variance.sum() == pytest.approx(1.0, abs=1e-12)
    assert trace.plane.distances.max() < 1e-10
    u, v = np.moveaxis(trace.positions, -1, 0)
    np.testing.assert_allclose(trace.surface(u, v), trace.losses, rtol=1e-9)
    value = trace.surface(float(u[1, 7, 0]), float(v[1, 7, 0]))
    assert value == pytest.approx(trace.losses[1, 7, 0], rel=1e-12)
    moved = np.diff(trace.positions[0, :, 0], axis=0)
    np.testing.assert_allclose(moved, -0.1 * trace.gradients[0, :, 0], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("plane", ["pca", "random"])
def test_what_a_trace_says_of_its_plane(plane: str) -> None:
    trace = run_race(network_race(plane=plane))
    assert trace.plane is not None
    assert trace.positions.shape == (2, 31, 1, 2)
    assert trace.gradients.shape == (2, 30, 1, 2)
    assert trace.plane.distances.shape == (2, 31, 1)
    shares = trace.plane.explained_variance
    assert 0 < shares.sum() < 1
    assert shares[0] > shares[1] or plane == "random"
    assert trace.surface.contains(*np.moveaxis(trace.positions, -1, 0)).all()
    # All start from the same weights, which is where the race says that it starts.
    assert len(np.unique(trace.losses[:, 0])) == 1
    assert trace.spec.start == (tuple(trace.positions[0, 0, 0]),)
    if plane == "random":  # through the best racer's last weights
        best = int(final_loss(trace)[:, 0].argmin())
        np.testing.assert_allclose(trace.positions[best, -1, 0], 0.0, atol=1e-9)
        assert trace.plane.distances[best, -1, 0] == pytest.approx(0.0, abs=1e-9)
        assert trace.surface(0.0, 0.0) == pytest.approx(trace.losses[best, -1, 0], rel=1e-9)
        assert trace.surface.u_range == (-1.0, 1.0)
    assert trace.surface.name == "moons 8-8 tanh"
    assert np.isfinite(steps_to_target(trace)).any()


def test_racers_see_the_same_batches_whoever_else_races() -> None:
    both = run_race(network_race(batch_size=7))
    alone = run_race(network_race(batch_size=7, racers=RACERS[1:]))
    np.testing.assert_array_equal(both.losses[1], alone.losses[0])
    other = run_race(network_race(batch_size=7, seed=1, racers=RACERS[1:]))
    assert (other.losses[0] != alone.losses[0]).all()


def test_eager_and_compiled_are_the_same_race() -> None:
    compiled = run_race(network_race(batch_size=30))
    eager = run_race(compiled.spec.model_copy(update={"engine": "eager"}))
    np.testing.assert_allclose(eager.losses, compiled.losses, rtol=1e-9)


def test_an_optimizer_that_looks_around_counts_what_it_evaluates() -> None:
    spec = network_race(racers=[{"optimizer": "lbfgs", "line_search_fn": "strong_wolfe"}], steps=8)
    trace = run_race(spec)
    assert trace.losses[0, -1, 0] < 0.2 * trace.losses[0, 0, 0]
    assert (trace.evaluations[0, 1:, 0] > np.arange(1, 9)).any()


def test_a_racer_that_runs_away_leaves_and_does_not_choose_the_plane() -> None:
    far = {"optimizer": "sgd", "lr": 1e8, "name": "far"}
    trace, calm = run_race(network_race(racers=[far, *RACERS])), run_race(network_race())
    assert np.isfinite(trace.losses).all()
    assert trace.status[0, 0] == "left_domain"
    assert trace.plane is not None
    assert calm.plane is not None
    np.testing.assert_array_equal(trace.plane.plane.directions, calm.plane.plane.directions)


def test_a_racer_that_diverges_has_ended_and_does_not_choose_the_plane() -> None:
    wild = {"optimizer": "momentum", "lr": 1e308, "momentum": 0.99, "name": "wild"}
    trace = run_race(network_race(racers=[*RACERS, wild]))
    assert trace.status[:, 0].tolist()[-1] == "diverged"
    assert np.isnan(trace.positions[2, -1]).all()
    assert np.isnan(trace.losses[2, -1]).all()
    calm = run_race(network_race())
    assert trace.plane is not None
    assert calm.plane is not None
    np.testing.assert_array_equal(trace.plane.plane.origin, calm.plane.plane.origin)
    np.testing.assert_array_equal(trace.losses[:2], calm.losses)
    alone = run_race(network_race(racers=[wild]))
    assert alone.status[0, 0] == "diverged"
    assert np.isfinite(alone.surface.z_range).all()


def test_a_trace_survives_its_file(tmp_path: Path) -> None:
    trace = run_race(network_race(batch_size=20))
    again = Trace.load(trace.save(tmp_path / "race.npz"))
    assert_same_trace(trace, again)
    assert trace.plane is not None
    assert again.plane is not None
    for name, array in trace.plane.arrays().items():
        np.testing.assert_array_equal(again.plane.arrays()[name], array)
    assert again.surface(0.1, 0.2) == trace.surface(0.1, 0.2)
    assert run_race(network_race(batch_size=20)).losses.tolist() == again.losses.tolist()


def test_a_trace_of_ends_knows_its_plane(tmp_path: Path) -> None:
    whole, ends = run_race(network_race()), run_race(network_race(record="ends"))
    assert whole.plane is not None
    assert ends.plane is not None
    np.testing.assert_array_equal(ends.plane.explained_variance, whole.plane.explained_variance)
    np.testing.assert_array_equal(ends.losses, whole.losses[:, [0, -1]])
    assert ends.gradients.shape == (2, 0, 1, 2)
    assert_same_trace(ends, Trace.load(ends.save(tmp_path / "ends.npz")))


def test_the_exports_have_the_distances(tmp_path: Path) -> None:
    trace = run_race(network_race(steps=3))
    assert trace.plane is not None
    head, *lines = trace.to_csv(tmp_path / "race.csv").read_text().splitlines()
    assert head == "racer,start,step,u,v,loss,distance,gradient_u,gradient_v,evaluations,status"
    assert len(lines) == 8
    assert float(lines[2].split(",")[6]) == trace.plane.distances[0, 2, 0]
    content = json.loads(trace.to_json(tmp_path / "race.json").read_text())
    assert content["plane"]["explained_variance"] == trace.plane.explained_variance.tolist()
    assert np.shape(content["plane"]["distances"]) == (2, 4, 1)


@pytest.mark.parametrize("name", ["origin", "directions", "ranges", "explained_variance", "distances"])
def test_a_damaged_plane_is_refused(tmp_path: Path, name: str) -> None:
    key = f"plane/{name}"
    whole = dict(np.load(saved(tmp_path / "race.npz")))[key]
    for wrong in (None, whole[:-1], whole[None], whole.astype(np.float32), np.float64(1.0)):
        with pytest.raises(TraceError, match=key if wrong is None else "plane/") as error:
            Trace.load(saved(tmp_path / "race.npz", **{key: wrong}))
        assert "\n" not in str(error.value)
    if name != "distances":
        with pytest.raises(TraceError, match="plane has numbers that are not finite"):
            Trace.load(saved(tmp_path / "race.npz", **{key: whole * np.nan}))


def test_a_plane_of_another_network_or_of_very_many_weights_is_refused(tmp_path: Path) -> None:
    many = {"plane/origin": np.zeros(100_001), "plane/directions": np.zeros((2, 100_001))}
    with pytest.raises(TraceError, match="plane/origin is <f8 of shape"):
        Trace.load(saved(tmp_path / "race.npz", **many))
    few = {"plane/origin": np.zeros(9), "plane/directions": np.ones((2, 9))}
    trace = Trace.load(saved(tmp_path / "race.npz", **few))
    with pytest.raises(TraceError, match="the plane is in a space of 9 weights, but moons 8-8 tanh"):
        _ = trace.surface


REFUSED = [
    ('network = "moon"', "", "unknown data set 'moon'; did you mean 'moons'?"),
    ('network = "moons", hiden = [3]', "", "unknown key 'hiden'; did you mean 'hidden'?"),
    ('network = "moons", hidden = 16', "", "must be a list of layers' sizes, such as [16, 16], got 16"),
    ('network = "moons", hidden = [0]', "", "greater than or equal to 1, got 0"),
    ('network = "moons", hidden = [1, 1, 1, 1, 1, 1, 1, 1, 1]', "", "at most 8 items"),
    ('network = "moons", activation = "rleu"', "", "unknown activation 'rleu'; did you mean 'relu'?"),
    ('network = "moons", plane = "pcb"', "", "plane: must be 'pca' or 'random', got 'pcb'"),
    ('network = "moons", batch_size = 0', "", "batch_size: must be greater than or equal to 1, got 0"),
    ('network = "moons", seed = -1', "", "seed: must be greater than or equal to 0, got -1"),
    ('network = "moons", samples = 3', "", "samples: must be greater than or equal to 10, got 3"),
    ('network = "iris", samples = 50', "", "samples: iris has its own"),
    ('network = "moons"', "start = [0, 0]", "start: a network starts from its initial weights"),
    ('network = "moons"', "noise = { scale = 0.1 }", "noise: a network's gradients"),
    ('network = "moons"', 'record = "state"', "record: a network has no terms for u and v"),
    ('network = "moons"', "steps = 200_000", "racers x steps x weights must be at most 50,000,000"),
    ('network = "digits", hidden = [512, 512]', "", "must have at most 100,000 weights"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "line", "words"), REFUSED)
def test_what_race_toml_may_not_say_of_a_network(tmp_path: Path, table: str, line: str, words: str) -> None:
    path = written(tmp_path / "race.toml", f"surface = {{ {table} }}\n{line}\n{RACER}")
    with pytest.raises(SpecError) as error:
        load_spec(path)
    assert str(error.value).startswith("race.toml: ")
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_start_of_the_command_line_is_refused_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path / "race.toml", f'surface = {{ network = "moons" }}\n{RACER}')
    with pytest.raises(SpecError, match=r"^--start: a network starts from its initial weights"):
        load_spec(path, start=(0.0, 0.0))


def test_before_the_race_the_surface_has_a_name_and_no_heights() -> None:
    surface = network_race().build_surface()
    assert surface.name == "moons 8-8 tanh"
    with pytest.raises(SpecError, match="known after the race"):
        surface(0.0, 0.0)
    assert "moons" in repr(network_race())


@pytest.mark.parametrize("name", ["circles", "spirals", "linear", "quadratic", "iris", "binary_iris"])
def test_every_data_set_is_raced(name: str) -> None:
    if "iris" in name:
        pytest.importorskip("sklearn")
    racers = [{"optimizer": "adam", "lr": 0.05}]
    trace = run_race(network_race(network=name, hidden=[4], steps=40, racers=racers))
    assert trace.losses[0, -1, 0] < 0.9 * trace.losses[0, 0, 0]
    assert np.isfinite(trace.surface(*trace.spec.start[0]))
