"""The metrics, on traces small enough to judge by eye."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from races import Trace
from races.metrics import (
    best_loss,
    final_loss,
    improvement,
    median,
    path_length,
    settled,
    steps_to_target,
    target_loss,
)
from tests.races.helpers import race

NAN, INF = np.nan, np.inf
RACERS = [{"optimizer": "sgd", "name": "A"}, {"optimizer": "sgd", "name": "B"}]


def made(losses: list[list[list[float]]], positions: Any = None, **fields: Any) -> Trace:
    """A trace with the given losses (racers, steps + 1, starts), and positions if they matter."""
    array = np.array(losses, dtype=np.float64)
    racers, rows, starts = array.shape
    spec = race(racers=RACERS[:racers], steps=rows - 1, start=[(1.0, 1.0)] * starts, **fields)
    places = np.zeros((*array.shape, 2)) if positions is None else np.array(positions, dtype=np.float64)
    gradients = np.zeros((racers, rows - 1, starts, 2))
    return Trace(spec, places, array, gradients, np.full((racers, starts), "converged"))


# Two racers, three steps, two starts; B diverges from the second start.
TRACE = made(
    [
        [[10.0, -4.0], [4.0, -6.0], [1.0, -5.0], [2.0, -8.0]],
        [[10.0, -4.0], [9.0, INF], [8.0, NAN], [0.0, NAN]],
    ]
)


def test_the_target_is_a_hundredth_of_the_drop_above_the_lowest_loss_of_any_racer() -> None:
    np.testing.assert_allclose(target_loss(TRACE.losses), [0.1, -7.96], rtol=1e-14)


def test_a_given_target_holds_for_every_start() -> None:
    assert_array_equal(target_loss(TRACE.losses, 0.5), [0.5, 0.5])


def test_the_target_of_a_start_without_a_finite_loss_is_never_reached() -> None:
    trace = made([[[NAN], [NAN]]])
    assert_array_equal(target_loss(trace.losses), [-INF])
    assert_array_equal(steps_to_target(trace), [[NAN]])
    assert_array_equal(settled(trace.losses, target_loss(trace.losses)), [[False]])


def test_a_race_that_never_improves_has_nothing_to_reach() -> None:
    assert_array_equal(target_loss(np.array([[[2.0], [3.0]]])), [-INF])


def test_a_racer_has_settled_when_the_last_tenth_lies_at_the_target() -> None:
    # Of 20 steps the last tenth is 2 steps: 3 losses.
    for bad, expected in ((17, True), (18, False), (19, False), (20, False)):
        losses = np.ones((1, 21, 1))
        losses[0, bad] = 1.1
        assert settled(losses, np.array([1.0])).tolist() == [[expected]]


@pytest.mark.parametrize(("steps", "tail"), [(1, 2), (5, 2), (10, 2), (11, 3), (100, 11), (101, 12)])
def test_the_last_tenth_is_rounded_up(steps: int, tail: int) -> None:
    losses = np.full((1, steps + 1, 1), 2.0)
    losses[0, -tail:] = 1.0
    assert settled(losses, np.array([1.0]))
    losses[0, -tail] = 2.0
    assert not settled(losses, np.array([1.0]))


def test_final_and_best_losses() -> None:
    assert_array_equal(final_loss(TRACE), [[2.0, -8.0], [0.0, NAN]])
    assert_array_equal(best_loss(TRACE), [[1.0, -8.0], [0.0, -4.0]])
    assert_array_equal(best_loss(made([[[NAN], [NAN]]])), [[INF]])


def test_steps_to_target_counts_from_the_start() -> None:
    assert_array_equal(steps_to_target(TRACE), [[NAN, 3.0], [3.0, NAN]])
    given = made(TRACE.losses.tolist(), target=4.0)
    assert_array_equal(steps_to_target(given), [[1.0, 0.0], [3.0, 0.0]])


def test_improvement_is_a_fraction_of_the_starts_loss() -> None:
    np.testing.assert_allclose(improvement(TRACE), [[0.8, 1.0], [1.0, NAN]])
    assert_array_equal(improvement(made([[[0.0], [1.0]]])), [[NAN]])
    assert_array_equal(improvement(made([[[1.0], [INF]]])), [[NAN]])
    np.testing.assert_allclose(improvement(made([[[2.0], [3.0]]])), [[-0.5]])


def test_path_length_adds_up_the_finite_pieces() -> None:
    positions = [
        [[[0, 0]], [[3, 4]], [[3, 4]], [[0, 0]]],
        [[[0, 0]], [[1, 0]], [[INF, 0]], [[NAN, NAN]]],
    ]
    trace = made([[[1.0]] * 4] * 2, positions)
    assert_array_equal(path_length(trace), [[10.0], [1.0]])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0, 1.0], 2.0),
        ([4.0, 1.0, 10.0], 4.0),
        ([10.0, 1.0, 4.0, 2.0], 3.0),
        ([1e308, 1.5e308], 1.25e308),
        ([5e-324, 5e-324], 5e-324),
        ([1.0, INF], INF),
        ([-INF, -INF], -INF),
        ([-INF, INF], NAN),
        ([1.0, NAN], NAN),
        ([1.0, NAN, 2.0], 2.0),
        ([NAN, 1.0, 2.0, 4.0], 3.0),
    ],
)
def test_the_median_of_two_is_their_mean_and_a_missing_value_is_the_largest(
    values: list[float], expected: float
) -> None:
    assert_array_equal(median(np.array([values, values])), [expected, expected])


def test_the_median_of_present_values_is_numpys() -> None:
    rng = np.random.default_rng(0)
    for count in range(1, 12):
        values = rng.normal(size=(5, count))
        np.testing.assert_allclose(median(values), np.median(values, axis=-1), rtol=1e-15)
        whole = np.floor(100 * rng.random(count))
        assert median(whole) == np.median(whole)
