"""Learning rates that change in the course of a race, as race.toml gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizers.optimizer import Watcher
from optimizers.schedules import SCHEDULES
from races import RaceSpec, Trace, load_spec, run_race
from races.race import FEW
from tests.races.helpers import assert_same_trace, written

TABLES = {
    "constant": "{ schedule = 'constant', start = 0.2 }",
    "step": "{ schedule = 'step', start = 0.3, step_size = 9, gamma = 0.5 }",
    "exponential": "{ schedule = 'exponential', start = 0.3, gamma = 0.95 }",
    "polynomial": "{ schedule = 'polynomial', start = 0.3, steps = 30, power = 2.0 }",
    "cosine_warm_restarts": "{ schedule = 'cosine_warm_restarts', start = 0.3, steps = 10 }",
    "linear_warmup": "{ schedule = 'linear_warmup', start = 0.3, steps = 12 }",
    "inverse_sqrt": "{ schedule = 'inverse_sqrt', max_lr = 0.3, steps = 8 }",
    "cyclic": "{ schedule = 'cyclic', base_lr = 0.05, max_lr = 0.3, step_size_up = 6 }",
    "cosine": "{ schedule = 'cosine', start = 0.3, steps = 40, end = 0.01 }",
    "multi_step": "{ schedule = 'multi_step', start = 0.2, milestones = [5, 20], gamma = 0.5 }",
    "one_cycle": "{ schedule = 'one_cycle', max_lr = 0.4, steps = 40 }",
    "chained": """{ schedule = 'chained', milestones = [8], schedules = [
        { schedule = 'linear_warmup', start = 0.3, steps = 8 },
        { schedule = 'cosine', start = 0.3, steps = 32 },
    ] }""",
    "reduce_on_plateau": """{ schedule = 'reduce_on_plateau', start = 0.9, factor = 0.7, patience = 0,
        threshold = 0.7, cooldown = 1 }""",
}
STEPS = 40
# A gentle bowl: what is off by a rounding stays so.
SPREAD = np.random.default_rng(8).uniform(-3.0, 3.0, (FEW + 3, 2))
every = pytest.mark.parametrize("name", TABLES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the race stands."""
    return tmp_path / "race.toml"


def spec_of(path: Path, name: str, engine: str = "compiled", count: int = len(SPREAD)) -> RaceSpec:
    """A race of three whose learning rate is a schedule; the first goes straight along its gradient."""
    lr = TABLES[name].replace("\n", " ")
    racers = "".join(
        f"[[racer]]\noptimizer = {racer}\nlr = {lr}\n"
        for racer in ("'sgd'", "'momentum'", "'nadam'\neps = 0.1")
    )
    lines = f"steps = {STEPS}\nrecord = 'state'\nengine = '{engine}'\nstart = {SPREAD[:count].tolist()}\n"
    surface = "surface = { expression = 'u**2/2 + v**2/5 + 0.1*u*v', u_range = [-3, 3], v_range = [-3, 3] }\n"
    return load_spec(written(path, surface + lines + racers))


def assert_close(a: Trace, b: Trace) -> None:
    for name in ("positions", "losses", "gradients", "rates"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-12, atol=1e-12)


@every
def test_floats_points_and_the_graph_make_the_same_race(name: str, path: Path) -> None:
    points, eager = run_race(spec_of(path, name)), run_race(spec_of(path, name, "eager"))
    floats = run_race(spec_of(path, name, count=3))
    assert_close(points, eager)
    for field in ("positions", "losses", "gradients", "rates"):
        np.testing.assert_allclose(
            getattr(floats, field), getattr(points, field)[:, :, :3], rtol=1e-12, atol=1e-12
        )


@every
@pytest.mark.parametrize("count", [3, len(SPREAD)])
@pytest.mark.parametrize("engine", ["compiled", "eager"])
def test_the_rates_are_those_of_the_schedule_and_of_the_steps(
    name: str, count: int, engine: str, path: Path
) -> None:
    trace = run_race(spec_of(path, name, engine, count))
    rates: Any = trace.rates
    assert rates.shape == (3, STEPS, count)
    for racer, found, losses in zip(trace.spec.racers, rates, trace.losses, strict=True):
        np.testing.assert_allclose(found, expected_rates(racer.rate, losses), rtol=1e-13)
    moved = np.diff(trace.positions[0], axis=0)
    np.testing.assert_allclose(moved, -rates[0][..., None] * trace.gradients[0], rtol=1e-9, atol=1e-15)
    varied = len(np.unique(rates[0, :, 0])) >= 3
    assert varied or rates[0].min() == rates[0].max() == racer.rate(0)


def test_every_schedule_is_raced() -> None:
    assert set(TABLES) == set(SCHEDULES)


def expected_rates(lr: Any, losses: Any) -> Any:
    """The rate of each step, of shape (steps, starts)."""
    if not isinstance(lr, Watcher):
        return np.broadcast_to([[lr(step)] for step in range(STEPS)], losses[:-1].shape)
    columns = []
    for of_start in losses[:-1].T.tolist():  # each start watches its own loss
        state, column = lr.first(), []
        for loss in of_start:
            column.append(state["lr"])
            state = lr.update(loss, state)
        columns.append(column)
    return np.array(columns).T


def test_each_start_has_a_plateau_of_its_own(path: Path) -> None:
    trace = run_race(spec_of(path, "reduce_on_plateau"))
    assert trace.rates is not None
    assert np.unique(trace.rates[1], axis=1).shape[1] > 1


@every
def test_a_schedule_survives_the_traces_file(name: str, path: Path) -> None:
    trace = run_race(spec_of(path, name, count=2))
    trace.save(path.with_suffix(".npz"))
    assert_same_trace(Trace.load(path.with_suffix(".npz")), trace)
