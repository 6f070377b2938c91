"""What is said of scores, and how surely: means, intervals, win rates and performance profiles.

A score is the mean, over the starts of an instance, of log10 of the share of the loss that is left: -2 says
that a hundredth is. The less, the better.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison.tuning import scipys

Array: TypeAlias = NDArray[np.float64]

TIE = 0.01  # scores that differ by less, 2 % of the loss that is left, are equal
MOST_RATIO = 4.0  # up to which the performance profile goes
_NORMAL_95 = 1.959963984540054
_RESAMPLES = 2000


class Interval(NamedTuple):
    """An estimate, and the ends of its 95 % interval.

    Attributes:
        value: the estimate.
        low: the lower end.
        high: the upper end.

    >>> Interval(0.5, 0.4, 0.6).high
    0.6
    """

    value: float
    low: float
    high: float


def interquartile_mean(scores: Any, axis: int = -1) -> Any:
    """The mean of the middle half: a quarter of the scores is left out at each end.

    Source: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", 2021.

    >>> interquartile_mean([-8.0, -2.0, -1.0, 5.0])
    -1.5
    """
    ordered = np.sort(np.moveaxis(np.asarray(scores, dtype=np.float64), axis, -1), axis=-1)
    count = ordered.shape[-1]
    cut = count // 4
    mean = ordered[..., cut : count - cut].mean(axis=-1)
    return float(mean) if mean.ndim == 0 else mean


def wilson(wins: float, count: int) -> Interval:
    """The share of wins, with Wilson's interval: it stays within [0, 1], and is right for few, too.

    Args:
        wins: how many; a tie counts as half a win.
        count: how many comparisons.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    >>> [round(x, 3) for x in wilson(8, 10)]
    [0.8, 0.49, 0.943]
    """
    share, square = wins / count, _NORMAL_95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _NORMAL_95 * np.sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return Interval(share, float(max(0.0, middle - half)), float(min(1.0, middle + half)))


def wins_and_ties(ours: Array, theirs: Array) -> tuple[int, int]:
    """How many of our scores are better, and how many are equal."""
    difference = np.asarray(ours) - np.asarray(theirs)
    return int((difference < -TIE).sum()), int((np.abs(difference) <= TIE).sum())


def mean_interval(groups: Sequence[Array], seed: int = 0) -> Interval:
    """The interquartile mean of all scores, by a bootstrap in which each family is drawn from itself.

    A family of n instances varies too little when it is drawn from itself, by (n - 1) / n; the interval is
    widened by the root of that.

    Args:
        groups: the scores of each family's instances, as many of each.
        seed: of the bootstrap.

    Raises:
        ComparisonError: without SciPy.
    """
    value, count = interquartile_mean(np.concatenate(groups)), len(groups[0])
    if count < 2:
        return Interval(value, -np.inf, np.inf)
    found = scipys("scipy.stats").bootstrap(
        tuple(groups),
        lambda *samples, axis: interquartile_mean(np.concatenate(samples, axis=axis), axis=axis),
        n_resamples=_RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    wider = np.sqrt(count / (count - 1))
    return Interval(value, *(float(value + wider * (end - value)) for end in found.confidence_interval))


def difference_interval(ours: Array, theirs: Array, groups: NDArray[np.int64], seed: int = 0) -> Interval:
    """The interquartile mean of the differences of scores, ours less theirs, on the same instances.

    Two things are left to chance. That of the instances is told by the bootstrap of `mean_interval`; that of
    the studies, which have tuned anew, by Student's t of their means. Both ends are as far away as the root
    of the sum of the two squares. One study alone tells nothing of its luck: the interval has no ends then.

    Args:
        ours: of shape (studies, instances).
        theirs: of the same shape; a study of theirs is compared with that study of ours.
        groups: the number of each instance's family.
        seed: of the bootstrap.

    Raises:
        ComparisonError: without SciPy.
    """
    difference = np.asarray(ours) - np.asarray(theirs)
    mean = difference.mean(axis=0)
    value, low, high = mean_interval([mean[groups == group] for group in np.unique(groups)], seed)
    studies = len(difference)
    if studies < 2:
        return Interval(value, -np.inf, np.inf)
    spread = np.std(interquartile_mean(difference), ddof=1) / np.sqrt(studies)
    half = float(scipys("scipy.stats").t.ppf(0.975, studies - 1) * spread)
    below, above = (float(np.hypot(end - value, half)) for end in (low, high))
    return Interval(value, value - below, value + above)


def profile(times: Array, ratios: Array) -> Array:
    """The performance profile: the share of workloads on which a time is within a ratio of the best one.

    Args:
        times: of shape (rivals, workloads), inf where the target is never reached; then it is not within any
            ratio.
        ratios: from 1 on, of shape (n,).

    Returns:
        An array of shape (rivals, n).

    Source: Dolan and Moré, "Benchmarking optimization software with performance profiles", 2002.

    >>> profile(np.array([[10.0, 30.0, np.inf], [20.0, 30.0, np.inf]]), np.array([1.0, 2.0])).round(2)
    array([[0.67, 0.67],
           [0.33, 0.67]])
    """
    with np.errstate(invalid="ignore"):
        relative = times / times.min(axis=0)
    return np.asarray((relative[:, :, None] <= ratios).mean(axis=1))


def profile_score(times: Array) -> Array:
    """The profile's mean from ratio 1 to `MOST_RATIO`: 1 for a rival that is always the fastest.

    It is the integral itself and no sum over a grid: a workload with the ratio r counts as
    (MOST_RATIO - r) / (MOST_RATIO - 1).
    """
    with np.errstate(invalid="ignore"):
        relative = np.nan_to_num(times / times.min(axis=0), nan=np.inf)
    return np.asarray(np.clip((MOST_RATIO - relative) / (MOST_RATIO - 1), 0, 1).mean(axis=1))


def good_band(rates: Array, scores: Array, within: float) -> float:
    """How many decades of learning rates around the best have a score within so much of its.

    Args:
        rates: evenly spaced on a logarithmic axis, rising.
        scores: one for each.
        within: by how much a good score may be worse than the best.
    """
    best = int(scores.argmin())
    good = scores <= scores[best] + within
    low = high = best
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(good) - 1 and good[high + 1]:
        high += 1
    return float((high - low + 1) * np.log10(rates[1] / rates[0]))
