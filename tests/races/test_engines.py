"""The compiled race and the race by the graph of Tensors itself are the same race."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import autograd.compiler.compiled
import races.run_elementwise
from autograd import Tensor
from optimizers import OPTIMIZERS, Optimizer
from optimizers.optimizer import State
from races import RaceSpec, run_race
from races.step_program import step_code
from surfaces import SURFACES, Surface
from tests.races.helpers import DEFAULT, race

SEED = 11
RACERS: tuple[dict[str, Any], ...] = (
    *DEFAULT,
    {"optimizer": "sgd", "lr": 0.01, "weight_decay": 0.1, "name": "decayed"},
    {"optimizer": "adam", "lr": 0.02, "amsgrad": True, "name": "AMSGrad"},
    {"optimizer": "rmsprop", "lr": 0.005, "centered": True, "momentum": 0.5, "name": "centred"},
)
TOLERANCE = 1e-9


def starts_on(surface: str, count: int) -> Any:
    s = SURFACES[surface]
    return np.random.default_rng(SEED).uniform(
        [s.u_range[0], s.v_range[0]], [s.u_range[1], s.v_range[1]], (count, 2)
    )


def nudged(surface: Surface, phase: int) -> Surface:
    """The same surface, but for ripples too small to be seen."""

    def formula(u: Any, v: Any) -> Any:
        return surface.formula(u, v) + 1e-15 * np.sin(37 * u + 91 * v + phase)

    return dataclasses.replace(surface, name="nudged", formula=formula)


def with_engine(spec: RaceSpec, engine: str) -> RaceSpec:
    return spec.model_copy(update={"engine": engine})


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("surface", SURFACES)
def test_whole_races_agree_wherever_they_are_not_chaotic(
    monkeypatch: pytest.MonkeyPatch, surface: str, count: int
) -> None:
    # Where gradients that are off by 1e-13 at each step lead elsewhere, roundings do too.
    start = starts_on(surface, count)
    spec = race(surface=surface, start=start, steps=60, racers=RACERS)
    compiled, eager = run_race(spec), run_race(with_engine(spec, "eager"))
    size = np.maximum(np.abs(eager.positions), 1.0)
    steady = np.ones((len(RACERS), count), dtype=bool)
    with np.errstate(all="ignore"):
        for phase in range(2):
            monkeypatch.setitem(SURFACES, "nudged", nudged(SURFACES[surface], phase))
            moved = run_race(race(surface="nudged", start=start, steps=60, racers=RACERS, engine="eager"))
            off = np.abs(moved.positions - eager.positions) / size
            steady &= (off < TOLERANCE / 10).all(axis=(1, 3))
        off = np.abs(compiled.positions - eager.positions) / size
    assert steady.mean() > 0.3
    assert np.nanmax(off.max(axis=(1, 3))[steady], initial=0.0) < TOLERANCE
    np.testing.assert_array_equal(np.isnan(compiled.positions[0]), np.isnan(eager.positions[0]))
    assert (compiled.status == eager.status)[steady].all()


@pytest.mark.parametrize("racer", RACERS, ids=lambda racer: str(racer.get("name", racer["optimizer"])))
@pytest.mark.parametrize("points", [False, True])
def test_from_the_same_state_both_make_the_same_step(racer: dict[str, Any], points: bool) -> None:
    spec = race(surface="funky", racers=[racer])
    surface, optimizer = spec.build_surface(), spec.racers[0].build([])
    code = step_code(surface, spec.racers[0], points)
    assert code is not None
    names = list(optimizer.rule(0.1, 0.2, {}, 1, **optimizer.hyperparameters)[1])
    rng = np.random.default_rng(SEED)
    for _ in range(200):
        at, step = rng.uniform(0, 1.2, 2), int(rng.integers(2, 200))
        terms = [{name: float(rng.uniform(0.1, 2)) for name in names} for _ in "uv"]
        u, v = Tensor(at[0]), Tensor(at[1])
        surface(u, v).backward()
        expected: list[Any] = []
        left: list[Any] = []
        for parameter, state in zip((u, v), terms, strict=True):
            with np.errstate(all="ignore"):
                new, after = optimizer.rule(
                    parameter.grad, parameter.data, state, step, **optimizer.hyperparameters
                )
            expected.append(new)
            left.extend(after.values())
        given = [*at.tolist(), *terms[0].values(), *terms[1].values()]
        if points:
            outputs = list(np.empty((5 + code.terms, 1)))
            with np.errstate(all="ignore"):
                code.later.block(*map(np.atleast_1d, given), float(step), *outputs, *code.later.buffers(1))
        else:
            outputs = code.later.call(*given, float(step))
        found = np.array([float(np.squeeze(y)) for y in outputs])
        np.testing.assert_allclose(found[1:3], [float(u.grad), float(v.grad)], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(found[3:], [*expected, *left], rtol=1e-12, atol=1e-14)


class Hopper(Optimizer):
    """Branches on a value: nothing that a program could hold."""

    def __init__(self, params: Any, lr: Any = 0.1) -> None:
        super().__init__(params, lr=lr)

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 0.1) -> tuple[Any, State]:
        if step > 3:
            lr = 0.5 * lr
        return parameter - lr * gradient, state


def test_a_rule_that_cannot_be_compiled_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, "hopper", Hopper)
    for count in (1, 30):
        spec = race(start=starts_on("slope", count), racers=[{"optimizer": "hopper", "lr": 0.2}], steps=8)
        assert step_code(spec.build_surface(), spec.racers[0], points=count > 1) is None
        compiled, eager = run_race(spec), run_race(with_engine(spec, "eager"))
        np.testing.assert_array_equal(compiled.positions, eager.positions)


@pytest.mark.parametrize("count", [12, 500])
def test_who_diverges_does_so_alone_and_its_entries_are_nan(count: int) -> None:
    # Far too long steps: some starts are thrown out to infinity, at different steps.
    racers = [{"optimizer": "sgd", "lr": 3.0}, {"optimizer": "momentum", "lr": 2.0}]
    spec = race(surface="himmelblau", start=starts_on("himmelblau", count), steps=40, racers=racers)
    compiled, eager = run_race(spec), run_race(with_engine(spec, "eager"))
    for trace in (compiled, eager):
        gone = ~np.isfinite(trace.positions).all(axis=-1) | ~np.isfinite(trace.losses)
        first = np.where(gone.any(axis=1), gone.argmax(axis=1), 41)
        assert (first < 41).any()
        after = np.arange(41)[None, :, None] > first[:, None]
        assert np.isnan(trace.positions[after]).all()
        assert np.isfinite(trace.positions[~after & ~gone]).all()
        assert (trace.status == "diverged").tolist() == (first < 41).tolist()


@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("count", [1, 700])
@pytest.mark.parametrize("surface", ["funky", "himmelblau"])
def test_the_ends_are_those_of_the_whole_race(surface: str, count: int, engine: str) -> None:
    spec = race(surface=surface, start=starts_on(surface, count), steps=35, racers=RACERS[:4], engine=engine)
    whole, ends = run_race(spec), run_race(spec.model_copy(update={"record": "ends"}))
    assert ends.positions.shape == (4, 2, count, 2)
    assert ends.losses.shape == (4, 2, count)
    assert ends.gradients.shape == (4, 0, count, 2)
    np.testing.assert_array_equal(ends.positions, whole.positions[:, [0, -1]])
    np.testing.assert_array_equal(ends.losses, whole.losses[:, [0, -1]])
    np.testing.assert_array_equal(ends.status, whole.status)


@pytest.mark.parametrize("record", ["all", "ends"])
def test_blocks_and_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch, record: str) -> None:
    many = race(surface="funky", start=starts_on("funky", 100), steps=30, racers=RACERS, record=record)
    few = race(surface="funky", start=starts_on("funky", 3), steps=30, racers=RACERS, record=record)
    whole = run_race(many), run_race(few)
    monkeypatch.setattr(autograd.compiler.compiled, "BLOCK", 16)
    monkeypatch.setattr(autograd.compiler.compiled, "ALONE", 20)
    monkeypatch.setattr(races.run_elementwise, "_CHUNK", 7)
    for before, after in zip(whole, (run_race(many), run_race(few)), strict=True):
        for name in ("positions", "losses", "gradients", "status"):
            np.testing.assert_array_equal(getattr(before, name), getattr(after, name))


@pytest.mark.parametrize("count", [1, 100])
def test_progress_is_told_once_for_each_step_of_each_racer(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(autograd.compiler.compiled, "BLOCK", 16)
    monkeypatch.setattr(autograd.compiler.compiled, "ALONE", 20)
    calls: list[None] = []
    spec = race(surface="funky", start=starts_on("funky", count), steps=30, racers=DEFAULT)
    run_race(spec, on_step=lambda: calls.append(None))
    assert len(calls) == 30 * 4
