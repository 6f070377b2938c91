"""Statistics against closed forms, SciPy, and simulated rivals whose win rate is known."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from comparison.statistics import (
    TIE,
    difference_interval,
    good_band,
    interquartile_mean,
    mean_interval,
    profile,
    profile_score,
    wilson,
    wins_and_ties,
)

STATS: Any = importlib.import_module("scipy.stats")


def test_interquartile_mean_is_scipys_trimmed_mean() -> None:
    rng = np.random.default_rng(0)
    for count in (4, 7, 20, 41):
        scores = rng.standard_cauchy((3, count))
        np.testing.assert_allclose(interquartile_mean(scores), STATS.trim_mean(scores, 0.25, axis=1))
        np.testing.assert_allclose(
            interquartile_mean(scores.T, axis=0), STATS.trim_mean(scores, 0.25, axis=1)
        )


@pytest.mark.parametrize(("wins", "count"), [(0, 10), (7, 10), (46, 92), (92, 92)])
def test_wilson_is_scipys(wins: int, count: int) -> None:
    theirs = STATS.binomtest(wins, count).proportion_ci(method="wilson")
    assert wilson(wins, count) == pytest.approx((wins / count, theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize("rate", [0.3, 0.5, 0.62, 0.8])
def test_the_interval_holds_the_true_win_rate(rate: float) -> None:
    rng, count = np.random.default_rng(1), 92
    held = 0
    for _ in range(1000):
        ours = rng.standard_normal(count)
        theirs = ours + np.where(rng.uniform(size=count) < rate, 1.0, -1.0)
        wins, ties = wins_and_ties(ours, theirs)
        interval = wilson(wins + ties / 2, count)
        held += interval.low <= rate <= interval.high
    assert 0.93 <= held / 1000 <= 0.97


def test_the_interval_of_a_difference_holds_the_truth_however_the_tuning_falls_out() -> None:
    rng, groups = np.random.default_rng(2), np.repeat(np.arange(6), 4)
    held, sims = 0, 150
    for i in range(sims):
        luck = rng.normal(0.0, 1.0, (2, 3, 1))
        ours, theirs = luck + rng.standard_normal((2, 3, 24))
        interval = difference_interval(ours, theirs + 0.5, groups, seed=i)
        held += interval.low <= -0.5 <= interval.high
    assert 0.9 <= held / sims <= 0.99  # by the instances alone, it is a third


def test_the_mean_interval_holds_the_truth() -> None:
    rng = np.random.default_rng(3)
    held, sims = 0, 150
    for i in range(sims):
        groups = [rng.normal(centre, 1.0, 6) for centre in (-1.0, 0.0, 1.0, 0.0)]
        interval = mean_interval(groups, i)
        assert interval.low <= interval.value <= interval.high
        held += interval.low <= 0 <= interval.high
    assert 0.9 <= held / sims <= 0.99


def test_one_study_tells_nothing_of_its_luck() -> None:
    ours = np.random.default_rng(0).standard_normal((1, 8))
    interval = difference_interval(ours, ours + 5.0, np.repeat([0, 1], 4))
    assert interval == (-5.0, -np.inf, np.inf)


def test_ties_are_ties() -> None:
    ours = np.array([-8.0, -3.0, -3.0, -1.0])
    theirs = np.array([-8.0, -3.0 + TIE / 2, -2.0, -2.0])
    assert wins_and_ties(ours, theirs) == (1, 2)
    assert wins_and_ties(theirs, ours) == (1, 2)


def test_the_profiles_score_is_its_integral() -> None:
    rng = np.random.default_rng(4)
    times = np.where(rng.uniform(size=(4, 30)) < 0.2, np.inf, rng.uniform(1, 50, (4, 30)))
    times[:, 0] = np.inf
    ratios = np.linspace(1, 4, 30_001)
    np.testing.assert_allclose(profile_score(times), profile(times, ratios).mean(axis=1), atol=1e-3)
    assert profile_score(np.array([[3.0], [12.0]])).tolist() == [1.0, 0.0]


def test_the_band_is_the_stretch_around_the_best() -> None:
    rates = np.geomspace(1e-3, 1, 10)
    scores = np.array([0.0, -2.9, -1.0, -2.8, -3.0, -2.75, 0, 0, -2.9, 0])
    assert good_band(rates, scores, 0.3) == pytest.approx(3 / 3)
