"""`Problems`: what every agent of a generation races on in one family, drawn by seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison import FAMILIES, Family
from evolution.functions import FUNCTIONS
from evolution.plan import BreedingPlan

Array: TypeAlias = NDArray[np.float64]

# The first number of seeds: what breeding draws has no draw in common with validation.
_BREEDING, _VALIDATION = 2, 3


@dataclass(frozen=True, eq=False)
class Problems:
    """Instances of a family, with starts on each.

    Attributes:
        family: what they are instances of.
        starts: of shape (size, races).
        values: what the instance of each race has drawn, of shape (values, races).
        least: the least loss of each, of shape (races,).
        steps: of a race on them.
    """

    family: Family
    starts: Array
    values: Array
    least: Array
    steps: int


@lru_cache(maxsize=4)
def bred_on(plan: BreedingPlan, generation: int) -> list[Problems]:
    """What a generation, from 0, is bred on: the same for all its agents."""
    rng = np.random.default_rng([_BREEDING, plan.seed, generation])
    horizons = [plan.steps * rng.choice(plan.horizons) for _ in plan.functions]
    return [
        _drawn(FUNCTIONS[name], plan, rng, max(1, round(horizon)))
        for name, horizon in zip(plan.functions, horizons, strict=True)
    ]


@lru_cache(maxsize=4)
def validated_on(plan: BreedingPlan) -> list[Problems]:
    """What the networks that represent generations are tried on, for the steps of the plan."""
    rng = np.random.default_rng([_VALIDATION, plan.seed])
    return [_drawn(FAMILIES[name], plan, rng, plan.steps) for name in plan.validation]


def _drawn(family: Family, plan: BreedingPlan, rng: np.random.Generator, steps: int) -> Problems:
    seed, times = int(rng.integers(2**63)), plan.starts
    instances = [family.instance("tuning", seed, index) for index in range(plan.instances)]
    starts = np.concatenate([instance.starts(times) for instance in instances])
    values = np.array([instance.drawn.values for instance in instances])
    least = np.array([instance.drawn.least for instance in instances])
    return Problems(
        family, starts.T.copy(), np.repeat(values, times, axis=0).T.copy(), np.repeat(least, times), steps
    )
