"""A race is what its rules, applied by hand, make of it; and it ends as its status says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import OPTIMIZERS
from optimizers.optimizer import State
from races import Status, load_spec, run_race
from races.metrics import steps_to_target, target_of
from races.status import exits
from surfaces import get_surface
from tests.races.helpers import DEFAULT, race

ROOT = Path(__file__).parents[2]

# The design's numbers for the default race: positions after 1 and 119 steps, loss after 119.
DESIGN = {
    "SGD": ((0.108285, 0.454005), (0.416430, 0.610318), -0.328921),
    "Momentum": ((0.108285, 0.454005), (0.416357, 0.610168), -0.328921),
    "RMSProp": ((0.131623, 0.481623), (0.421306, 0.605996), -0.328033),
    "Adam": ((0.110000, 0.460000), (0.415837, 0.610971), -0.328906),
}


def test_the_default_race_is_the_designs() -> None:
    trace = run_race(load_spec(ROOT / "race.toml"))
    assert trace.names == tuple(DESIGN)
    assert trace.positions.shape == (4, 121, 1, 2)
    for i, (first, last, loss) in enumerate(DESIGN.values()):
        np.testing.assert_array_equal(trace.positions[i, 0, 0], [0.1, 0.45])
        np.testing.assert_allclose(trace.positions[i, 1, 0], first, rtol=0, atol=1e-6)
        np.testing.assert_allclose(trace.positions[i, 119, 0], last, rtol=0, atol=1e-6)
        assert trace.losses[i, 119, 0] == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize("surface", ["funky", "rosenbrock", "ackley"])
def test_a_race_is_its_rules_applied_by_hand(surface: str) -> None:
    spec = race(surface=surface, steps=25, racers=DEFAULT)
    trace = run_race(spec)
    function = spec.build_surface()
    for i, racer in enumerate(DEFAULT):
        optimizer = OPTIMIZERS[racer["optimizer"]]
        settings = optimizer.defaults() | {key: x for key, x in racer.items() if key != "optimizer"}
        position: list[Any] = list(spec.start[0])
        states: list[State] = [{}, {}]
        for k in range(25):
            u, v = Tensor(position[0]), Tensor(position[1])
            loss = function(u, v)
            loss.backward()
            np.testing.assert_allclose(trace.positions[i, k, 0], position, rtol=1e-12)
            np.testing.assert_allclose(trace.losses[i, k, 0], loss.data, rtol=1e-12)
            gradient = np.array([u.grad, v.grad])
            np.testing.assert_allclose(trace.gradients[i, k, 0], gradient, rtol=1e-10, atol=1e-13)
            for j, parameter in enumerate((u, v)):
                position[j], states[j] = optimizer.rule(
                    parameter.grad, parameter.data, states[j], k + 1, **settings
                )
        np.testing.assert_allclose(trace.positions[i, 25, 0], position, rtol=1e-12)
        np.testing.assert_allclose(trace.losses[i, 25, 0], function(*map(float, position)), rtol=1e-12)


def test_one_step_on_the_bowl_by_arithmetic() -> None:
    trace = run_race(race(steps=2, start=(2.0, 0.0), racers=[{"optimizer": "sgd", "lr": 0.5}]))
    np.testing.assert_array_equal(trace.positions[0, :, 0], [[2.0, 0.0], [1.5, 0.5], [1.25, 0.75]])
    np.testing.assert_array_equal(trace.losses[0, :, 0], [1.0, 0.25, 0.0625])
    np.testing.assert_array_equal(trace.gradients[0, :, 0], [[1.0, -1.0], [0.5, -0.5]])


def test_the_same_race_runs_the_same_twice() -> None:
    a, b = (run_race(race(surface="funky", steps=30, racers=DEFAULT)) for _ in range(2))
    np.testing.assert_array_equal(a.positions, b.positions)
    np.testing.assert_array_equal(a.gradients, b.gradients)


def test_every_step_of_every_racer_is_announced() -> None:
    steps = []
    run_race(race(steps=7, racers=DEFAULT), on_step=lambda: steps.append(1))
    assert len(steps) == 7 * 4


def test_a_racer_that_diverges_keeps_its_true_numbers_and_leaves_the_others_alone() -> None:
    wild = {"optimizer": "sgd", "lr": 1e80, "name": "Wild"}
    calm = {"optimizer": "sgd", "lr": 0.1, "name": "Calm"}
    trace = run_race(race(steps=30, racers=[wild, calm]))
    alone = run_race(race(steps=30, racers=[calm]))
    np.testing.assert_array_equal(trace.positions[1], alone.positions[0])
    np.testing.assert_array_equal(trace.losses[1], alone.losses[0])
    assert trace.status.tolist() == [["diverged"], ["converged"]]
    # Each step multiplies the distance to (1, 1) by 1 - lr.
    factor = 1 - 1e80
    true = 1 + 0.8 * np.array([1.0, factor, factor**2])
    np.testing.assert_allclose(trace.positions[0, :3, 0, 0], true, rtol=1e-15)
    assert trace.losses[0, 1, 0] == pytest.approx(0.64e160, rel=1e-15)
    # The loss overflows at the second step, which is the end: its position still stands, then nothing does.
    assert np.isinf(trace.losses[0, 2, 0])
    assert np.isnan(trace.positions[0, 3:]).all()
    assert np.isnan(trace.losses[0, 3:]).all()
    assert np.isnan(trace.gradients[0, 3:]).all()


def test_one_start_that_diverges_leaves_the_other_starts_alone() -> None:
    surface = {"expression": "u**4 + v**2", "u_range": [-100, 100], "v_range": [-1, 1]}
    racers = [{"optimizer": "sgd", "lr": 0.1}]
    starts = [(100.0, 0.5), (0.5, 0.5)]
    trace = run_race(race(surface=surface, start=starts, racers=racers, steps=60, target=0.1))
    alone = run_race(race(surface=surface, start=starts[1], racers=racers, steps=60, target=0.1))
    assert trace.status.tolist() == [["diverged", "converged"]]
    np.testing.assert_array_equal(trace.positions[:, :, 1:], alone.positions)
    np.testing.assert_array_equal(trace.losses[:, :, 1:], alone.losses)
    assert np.isfinite(trace.positions[0, :3, 0]).all()
    assert np.isnan(trace.positions[0, -1, 0]).all()


def test_a_start_without_a_gradient_diverges() -> None:
    # Ackley's centre: the loss is finite there, its gradient is nan.
    trace = run_race(race(surface="ackley", start=[(0.0, 0.0), (1.0, 1.0)], steps=5))
    assert trace.status[0, 0] == "diverged"
    assert trace.status[0, 1] != "diverged"
    np.testing.assert_array_equal(trace.positions[0, 0, 0], [0.0, 0.0])


def test_a_racer_that_ends_outside_has_left_the_domain() -> None:
    trace = run_race(race(surface="funky2", steps=200, racers=[{"optimizer": "sgd", "lr": 0.1}]))
    assert trace.status.tolist() == [["left_domain"]]
    assert np.isfinite(trace.positions).all()


def test_a_racer_that_comes_back_has_not_left() -> None:
    surface = {"expression": "(u - 0.9)**2 + v**2", "u_range": [0, 1], "v_range": [-1, 1]}
    racers = [{"optimizer": "sgd", "lr": 0.9}]  # the first step leaps over the edge at 1
    trace = run_race(race(surface=surface, start=(0.0, 0.0), steps=100, racers=racers))
    assert trace.positions[0, 1, 0, 0] == pytest.approx(1.62)
    assert trace.status.tolist() == [["converged"]]


@pytest.mark.parametrize("record", ["all", "ends"])
@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize("wild", [{"lr": 1e6}, {"lr": 300.0}, {"optimizer": "momentum", "lr": 1e3}])
def test_who_leaves_or_diverges_does_not_set_the_target(
    wild: dict[str, Any], count: int, record: str
) -> None:
    # Down the ridge along v it goes on for ever; the honest one ends near (0, 0.5), at about 0.
    surface = {"expression": "u**2 - 0.001*v**4", "u_range": [-2, 2], "v_range": [-2, 2]}
    racers = [{"optimizer": "sgd", "lr": 0.5}, {"optimizer": "sgd", "name": "Wild"} | wild]
    start = [(1.0, 0.5 + 0.001 * i) for i in range(count)]
    trace = run_race(race(surface=surface, start=start, steps=30, record=record, racers=racers))
    assert set(trace.status[0]) == {"converged"}
    assert set(trace.status[1]) <= {"left_domain", "diverged"}


def test_a_lone_racer_that_diverges_has_nothing_to_reach() -> None:
    trace = run_race(race(steps=30, racers=[{"optimizer": "sgd", "lr": 1e80}]))
    assert trace.status.tolist() == [["diverged"]]
    assert np.isneginf(target_of(trace)).all()
    assert np.isnan(steps_to_target(trace)).all()


def test_however_a_race_is_recorded_it_ends_alike() -> None:
    starts = np.random.default_rng(3).uniform(0.0, 1.2, (60, 2))
    for count in (5, 60):
        fields: dict[str, Any] = {"surface": "funky", "start": starts[:count], "steps": 40}
        kept, ends = (run_race(race(racers=DEFAULT, record=r, **fields)) for r in ("all", "ends"))
        np.testing.assert_array_equal(kept.status, ends.status)
        # The target said slowly: of every loss, whether its position is inside and its racer still there.
        surface = kept.spec.build_surface()
        for start in range(count):
            counted = [
                float(kept.losses[i, k, start])
                for i in range(len(DEFAULT))
                for k in range(41)
                if surface.contains(*kept.positions[i, k, start])
                and np.isfinite(kept.losses[i, 40, start])
                and np.isfinite(kept.positions[i, 40, start]).all()
            ]
            first = float(kept.losses[0, 0, start])
            least = min(counted, default=np.inf)
            target = least + 0.01 * (first - least) if least < first else -np.inf
            assert target_of(kept)[start] == pytest.approx(target, rel=1e-12)


def test_leaving_is_being_outside_for_good() -> None:
    inside, outside, nan = (1.0, 1.0), (2.0001, 1.0), (np.nan, np.nan)
    ways = {
        (inside, inside, inside, inside): 4,
        (inside, outside, inside, inside): 4,
        (inside, outside, outside, inside): 4,
        (inside, outside, inside, outside): 3,
        (inside, outside, outside, outside): 1,
        (inside, inside, nan, nan): 2,
        (inside, outside, nan, nan): 1,
        ((2.0, 2.0), (0.0, 0.0), (2.0, 0.0), (1.0, np.inf)): 3,
    }
    positions = np.array(list(ways)).swapaxes(0, 1)
    assert exits(get_surface("slope"), positions).tolist() == list(ways.values())
    stacked = np.stack([positions, positions])
    assert exits(get_surface("slope"), stacked).tolist() == [list(ways.values())] * 2


def test_a_racer_that_settles_has_converged_and_one_that_does_not_is_out_of_steps() -> None:
    racers = [{"optimizer": "sgd", "lr": 0.5}, {"optimizer": "sgd", "lr": 0.001, "name": "Slow"}]
    trace = run_race(race(steps=40, racers=racers))
    assert trace.status.tolist() == [["converged"], ["out_of_steps"]]


def test_a_racer_that_reaches_the_target_only_at_the_end_has_not_settled() -> None:
    lr = 0.1
    losses = 0.64 * (1 - lr) ** (2 * np.arange(41))
    for k, status in ((36, "converged"), (37, "out_of_steps"), (40, "out_of_steps")):
        trace = run_race(race(steps=40, target=losses[k] * 1.0001, racers=[{"optimizer": "sgd", "lr": lr}]))
        assert trace.status.tolist() == [[status]]


def test_every_status_has_a_sentence() -> None:
    assert {status.value for status in Status} == {"converged", "out_of_steps", "left_domain", "diverged"}
    assert len({status.sentence for status in Status}) == 4
    assert all(status.sentence.endswith(".") for status in Status)


def test_a_race_on_an_expression_of_one_coordinate_runs() -> None:
    surface = {"expression": "u**2", "u_range": [-1, 1], "v_range": [-1, 1]}
    trace = run_race(race(surface=surface, start=[(0.5, 0.5), (0.25, -1.0)], steps=3))
    np.testing.assert_array_equal(trace.positions[0, :, :, 1], [[0.5, -1.0]] * 4)
    np.testing.assert_allclose(trace.losses[0, :, 0], 0.25 * 0.8 ** (2 * np.arange(4)), rtol=1e-14)


def test_a_race_on_a_flat_expression_stands_still() -> None:
    surface = {"expression": "0*u + 1", "u_range": [-1, 1], "v_range": [-1, 1]}
    trace = run_race(race(surface=surface, start=[(0.5, 0.5), (0.0, 0.0)], steps=3, racers=DEFAULT))
    np.testing.assert_array_equal(trace.losses, np.ones((4, 4, 2)))
    np.testing.assert_array_equal(trace.gradients, np.zeros((4, 3, 2, 2)))
