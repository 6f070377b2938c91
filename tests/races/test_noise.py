"""Noise in the gradients: the same for every racer, whatever else there is in the race."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd.compiler.compiled
import races.noise
import races.run_elementwise
from races import RaceSpec, Trace, run_race
from races.race import FEW
from races.run_whole_vector import SurfaceObjective
from surfaces import get_surface
from tests.autograd.cases import Array
from tests.races.helpers import assert_same_trace, race

STEPS = 30
STARTS = np.random.default_rng(3).uniform(0.1, 1.9, (150, 2))
NOISE: dict[str, Any] = {"scale": 0.3}
RACERS = ({"optimizer": "sgd", "lr": 0.1}, {"optimizer": "adam", "lr": 0.05})
HEAVY = {"scale": 0.3, "distribution": "student_t", "degrees": 1.5}


def spec_of(count: int = 5, noise: dict[str, Any] | None = None, **fields: Any) -> RaceSpec:
    values = {"start": STARTS[:count], "steps": STEPS, "racers": RACERS, "noise": noise or NOISE}
    return race(**(values | fields))


def drawn(trace: Trace) -> Array:
    """What was added to the gradients of the round bowl about (1, 1); of shape (racers, steps, starts, 2)."""
    return np.asarray(trace.gradients - (trace.positions[:, :-1] - 1.0))


@pytest.mark.parametrize("noise", [NOISE, HEAVY])
def test_every_racer_has_the_same_draw(noise: dict[str, Any]) -> None:
    racers = (*RACERS, {"optimizer": "lbfgs"}, {"optimizer": "newton"})
    draws = drawn(run_race(spec_of(noise=noise, racers=racers)))
    assert np.abs(draws[0]).max() > 0.3
    for others in draws[1:]:
        np.testing.assert_allclose(others, draws[0], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("noise", [NOISE, HEAVY])
@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 64, 65])
def test_a_start_has_the_same_draws_however_many_there_are(count: int, noise: dict[str, Any]) -> None:
    part = drawn(run_race(spec_of(count, noise)))
    np.testing.assert_allclose(part, whole_draws("degrees" in noise)[:, :, :count], rtol=1e-8, atol=1e-12)


@cache
def whole_draws(heavy: bool) -> Array:
    return drawn(run_race(spec_of(len(STARTS), HEAVY if heavy else NOISE)))


@pytest.mark.parametrize("count", [3, 100])
def test_engine_blocks_and_chunks_change_nothing(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before, eager = run_race(spec_of(count)), run_race(spec_of(count, engine="eager"))
    np.testing.assert_allclose(eager.positions, before.positions, rtol=1e-12, atol=1e-12)
    monkeypatch.setattr(autograd.compiler.compiled, "BLOCK", 16)
    monkeypatch.setattr(autograd.compiler.compiled, "ALONE", 20)
    monkeypatch.setattr(races.run_elementwise, "_CHUNK", 7)
    monkeypatch.setattr(races.noise, "_CHUNK", 7)
    np.testing.assert_array_equal(run_race(spec_of(count)).positions, before.positions)


def test_draws_differ_by_step_start_coordinate_and_seed() -> None:
    draws = drawn(run_race(spec_of(100)))[0]
    assert len(np.unique(draws)) == draws.size
    other = drawn(run_race(spec_of(100, NOISE | {"seed": 1})))[0]
    assert not np.isclose(other, draws, rtol=1e-6).any()
    # And they are independent: none of 6000 follows its neighbour.
    for axis in range(3):
        neighbours = np.moveaxis(draws, axis, 0)
        pairs = np.array([neighbours[1:].ravel(), neighbours[:-1].ravel()])
        assert np.abs(np.corrcoef(pairs).flat[1]) < 0.06


@pytest.mark.parametrize("scale", [0.3, 2.0])
def test_the_scale_is_the_standard_deviation(scale: float) -> None:
    draws = drawn(run_race(spec_of(len(STARTS), {"scale": scale})))[0]
    assert np.std(draws) == pytest.approx(scale, rel=0.04)  # 9000 numbers: 5 standard errors
    assert abs(np.mean(draws)) < 0.05 * scale
    # Three quarters of what is heavy-tailed lie where Student's t says: within 0.816 (2 degrees).
    heavy = drawn(run_race(spec_of(len(STARTS), {"scale": scale, "distribution": "student_t"})))[0]
    assert np.quantile(np.abs(heavy), 0.5) == pytest.approx(0.8165 * scale, rel=0.05)
    assert np.abs(heavy).max() > 15 * scale


@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("count", [3, 40])
def test_a_scale_of_zero_is_no_noise(count: int, engine: str) -> None:
    none, zero = (
        run_race(race(start=STARTS[:count], steps=STEPS, racers=RACERS, engine=engine, noise=noise))
        for noise in (None, {"scale": 0.0})
    )
    np.testing.assert_array_equal(none.positions, zero.positions)


def test_a_step_that_looks_around_sees_one_draw() -> None:
    # f(x) + n (x - x0): one plane is added to the surface, as one mini-batch would add it.
    bowl = get_surface("slope")
    objective, origin, draw = SurfaceObjective(bowl), np.array([0.5, 0.25]), np.array([0.5, -2.0])
    objective.begin(origin, draw)
    for x in (origin, np.array([1.5, 0.25]), np.array([-3.0, 2.0])):
        loss, gradient = objective.value_and_grad(x)
        assert loss == pytest.approx(bowl(*x.tolist()) + draw @ (x - origin), rel=1e-14)
        np.testing.assert_allclose(gradient, x - 1.0 + draw, rtol=1e-14)
        np.testing.assert_allclose(objective.hessian(x), np.eye(2), atol=1e-14)
    objective.begin(origin, (0.0, 0.0))
    assert objective.value_and_grad(origin)[0] == bowl(0.5, 0.25)


def test_newton_ends_each_step_at_the_minimum_that_its_draw_pretends() -> None:
    trace = run_race(spec_of(racers=[{"optimizer": "newton", "damping": 0.0}]))
    np.testing.assert_allclose(trace.positions[0, 1:], 1.0 - drawn(trace)[0], rtol=1e-9)


def test_the_same_seed_gives_the_same_race() -> None:
    for noise in (NOISE, HEAVY):
        a, b = (run_race(spec_of(noise=noise)) for _ in range(2))
        np.testing.assert_array_equal(a.positions, b.positions)


def test_a_surface_may_bring_its_own() -> None:
    bare = race(surface="noisy_quadratic", start=STARTS[:2], steps=STEPS)
    assert bare.noise is not None
    assert bare.noise.scale == 0.5
    given = race(surface="noisy_quadratic", start=STARTS[:2], steps=STEPS, noise={"scale": 0.5})
    np.testing.assert_array_equal(run_race(bare).positions, run_race(given).positions)
    for surface in ("noisy_quadratic", {"name": "noisy_quadratic"}):
        calm = race(surface=surface, start=STARTS[:2], steps=STEPS, noise={"scale": 0.0})
        assert np.all(np.diff(run_race(calm).losses[0], axis=0) < 0)
    assert race().noise is None


def test_gaussian_noise_has_no_degrees_in_a_file(tmp_path: Path) -> None:
    for noise, keys in ((NOISE, {"distribution", "scale", "seed"}), (HEAVY, {*HEAVY, "seed"})):
        trace = run_race(spec_of(2, noise))
        assert set(trace.spec.model_dump()["noise"]) == keys
        assert RaceSpec.model_validate(trace.spec.model_dump(by_alias=True)) == trace.spec
        trace.save(tmp_path / "trace.npz")
        assert_same_trace(Trace.load(tmp_path / "trace.npz"), trace)


def test_a_trace_is_read_whose_gaussian_noise_has_degrees(tmp_path: Path) -> None:
    # So they were written before they were refused.
    run_race(spec_of(2)).save(tmp_path / "trace.npz")
    with np.load(tmp_path / "trace.npz") as file:
        arrays = dict(file)
    before = json.loads(str(arrays["spec"]))
    before["noise"]["degrees"] = 2.0
    np.savez(tmp_path / "before.npz", **arrays | {"spec": json.dumps(before)})
    noise = Trace.load(tmp_path / "before.npz").spec.noise
    assert noise is not None
    assert noise.scale == NOISE["scale"]
