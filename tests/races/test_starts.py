"""A race from a thousand starts is a thousand races from one start each."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from autograd.values import Array
from races import Trace, run_race
from races.race import FEW
from tests.races.helpers import DEFAULT, race

STARTS, STEPS, RACERS = 1000, 120, len(DEFAULT)


@functools.cache
def together() -> Trace:
    """The race from a thousand starts spread over the whole domain."""
    starts = np.random.default_rng(7).uniform(0.0, 1.2, (STARTS, 2))
    return run_race(race(surface="funky", start=starts, steps=STEPS, racers=DEFAULT))


def test_the_thousand_starts_see_every_ending() -> None:
    assert set(together().status.flat) == {"converged", "out_of_steps", "left_domain", "diverged"}


@pytest.mark.parametrize("size", [13, 100])
def test_a_race_from_some_starts_is_its_part_of_the_race_from_all(size: int) -> None:
    # Blocks that start anywhere, since numpy computes in groups of two, four and eight.
    for first in (5, 1000 - size):
        which = list(range(first, first + size))
        part, whole = race_from(which), together()
        np.testing.assert_array_equal(part.positions, whole.positions[:, :, which])
        np.testing.assert_array_equal(part.losses, whole.losses[:, :, which])
        np.testing.assert_array_equal(part.gradients, whole.gradients[:, :, which])


def test_a_race_from_a_few_starts_by_floats_is_its_part_of_the_race_by_arrays() -> None:
    which = [0, 130, 260, 390, 520, 650, 780, 910, 999]
    assert len(which) <= FEW
    part, whole = race_from(which), together()
    # Roundings differ, and what is unstable makes more of that: not in the first steps.
    np.testing.assert_allclose(part.positions[:, :12], whole.positions[:, :12, which], rtol=1e-9)


def race_from(which: list[int]) -> Trace:
    start = together().positions[0, 0, which]
    return run_race(race(surface="funky", start=start, steps=STEPS, racers=DEFAULT, target=-0.3))


@functools.cache
def states(i: int) -> list[tuple[dict[str, Array], dict[str, Array]]]:
    """One racer's terms before each step, of u and of v, for all starts, from the recorded gradients."""
    trace = together()
    optimizer = trace.spec.racers[i].build([])
    terms: list[dict[str, Any]] = [{}, {}]
    before = []
    with np.errstate(all="ignore"):
        for k in range(STEPS):
            before.append((terms[0], terms[1]))
            for axis in (0, 1):
                gradient, position = trace.gradients[i, k, :, axis], trace.positions[i, k, :, axis]
                _, terms[axis] = optimizer.rule(
                    gradient, position, terms[axis], k + 1, **optimizer.hyperparameters
                )
    return before


def one_step(i: int, k: int, j: int) -> tuple[Array, Array]:
    """A racer's gradient and next position at one step of one start, on floats alone."""
    trace = together()
    optimizer = trace.spec.racers[i].build([])
    u, v = (Tensor(float(x)) for x in trace.positions[i, k, j])
    trace.spec.build_surface()(u, v).backward()
    moved = []
    with np.errstate(all="ignore"):
        for axis in (0, 1):
            state = {name: float(term[j]) for name, term in states(i)[k][axis].items()}
            gradient, position = float(trace.gradients[i, k, j, axis]), float(trace.positions[i, k, j, axis])
            moved.append(optimizer.rule(gradient, position, state, k + 1, **optimizer.hyperparameters)[0])
    return np.array([u.grad, v.grad]), np.array(moved)


def test_single_steps_on_floats_are_those_of_the_arrays() -> None:
    # Every start is taken at some steps and every step of every racer from some starts: 4,000 of 480,000.
    trace = together()
    worst, compared = 0.0, 0
    for n in range(4 * STARTS):
        i, k, j = n % RACERS, (n // RACERS) % STEPS, (n * 7) % STARTS
        ended = not np.isfinite(trace.losses[i, k, j])
        if ended:
            continue
        gradient, moved = one_step(i, k, j)
        np.testing.assert_allclose(moved, trace.positions[i, k + 1, j], rtol=1e-12, atol=1e-15)
        scale = np.maximum(np.abs(gradient), 1.0)  # funky's typical slope
        worst = max(worst, float(np.max(np.abs(gradient - trace.gradients[i, k, j]) / scale)))
        compared += 1
    assert compared > 3900
    assert worst < 1e-12
