"""Measures how often 95 % intervals hold the truth: python -m tests.comparison.coverage [SIMULATIONS]

Two rivals are simulated, 1,000 times by default. A family's instances differ around a middle of the family's
own, each study's tuning has luck that all its instances share, and each score has some noise. The truth is
what very many instances and studies would give. Printed is the share of simulations in which the intervals of
a win rate, of a mean score and of a difference hold it. Instances are spread evenly to both sides, or skewed;
there are as many studies, families and instances as `race judge` has by default, and other numbers of them.
This takes some ten minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from comparison import JudgePlan
from comparison.statistics import (
    difference_interval,
    interquartile_mean,
    mean_interval,
    wilson,
    wins_and_ties,
)

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]
MANY = 400_000  # instances, for the truth
LUCK, NOISE = 0.7, 0.5  # of a study's tuning, and of each score, where instances differ by 1
SHAPES = ((3, 23, 4), (8, 23, 4), (8, 23, 2), (8, 6, 4))  # studies, families and instances
DRAWS: dict[str, Draw] = {
    "even": lambda rng, shape: rng.standard_normal(shape),
    "skewed": lambda rng, shape: rng.exponential(1.0, shape) - 1.0,
}


def coverage(studies: int, families: int, instances: int, draw: Draw, simulations: int) -> list[float]:
    """The shares of simulations in which the intervals of win rate, mean and difference hold the truth."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(families), instances)
    middles = rng.standard_normal((2, families, 1))

    def own(count: int) -> Array:
        """What two rivals are worth on so many instances of each family."""
        return (middles + draw(rng, (2, families, count))).reshape(2, -1)

    ours, theirs = own(MANY // families)
    mean, difference = interquartile_mean(ours), interquartile_mean(ours - theirs)
    held = np.zeros(3)
    for i in range(simulations):
        rate = rng.uniform(0.2, 0.8)
        better = np.where(rng.uniform(size=len(groups)) < rate, -1.0, 1.0)
        wins, ties = wins_and_ties(better, np.zeros(len(groups)))
        known = own(instances)
        luck, noise = (
            LUCK * rng.standard_normal((2, studies, 1)),
            NOISE * rng.standard_normal((2, studies, len(groups))),
        )
        one, other = known[:, None] + luck + noise
        intervals = (
            (wilson(wins + ties / 2, len(groups)), rate),
            (mean_interval([known[0][groups == k] for k in range(families)], i), mean),
            (difference_interval(one, other, groups, i), difference),
        )
        held += [interval.low <= truth <= interval.high for interval, truth in intervals]
    return [float(share) for share in held / simulations]


def main() -> None:
    """Measure and print."""
    simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    usual = JudgePlan()
    shapes = dict.fromkeys([(usual.studies, len(usual.families), usual.instances), *SHAPES])
    print("studies families instances  spread  win rate    mean  difference")
    for shape in shapes:
        for name, draw in DRAWS.items():
            shares = coverage(*shape, draw, simulations)
            numbers = "".join(f"{count:9d}" for count in shape)
            print(numbers, f"{name:>8}", "".join(f"{share:10.1%}" for share in shares), flush=True)


if __name__ == "__main__":
    main()
