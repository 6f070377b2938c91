"""`tune`: the best of so many settings of an optimizer, on problems that are for tuning."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison.family import Instance
from comparison.search_space import SearchSpace
from comparison.trials import run_trials
from optimizers import Optimizer
from support.messages import shown

Array: TypeAlias = NDArray[np.float64]

MOST_TRIALS = 10_000


class ComparisonError(ValueError):
    """A comparison was refused; the message is one line: what is wrong, and what is allowed."""


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Attributes:
        space: what was searched.
        points: of the unit cube, one for each trial, of shape (trials, dimensions).
        settings: of the trials, of the same shape.
        scores: of shape (trials, problems): the mean over starts of log10 of the loss that is left, as a
            share of that at the start; the less, the better.

    >>> from comparison import FAMILIES
    >>> from optimizers import Lion
    >>> tuned = tune(Lion, [FAMILIES["sphere"].instance("tuning", 0, 0)], trials=8, starts=2, evaluations=50)
    >>> tuned.best(1), tuned.points.shape
    (0, (8, 4))
    """

    space: SearchSpace
    points: Array
    settings: Array
    scores: Array

    def best(self, trials: int | None = None) -> int:
        """The trial with the best mean score over the problems.

        Args:
            trials: among the first so many; by default among all.
        """
        return int(self.scores[:trials].mean(axis=1).argmin())

    @property
    def hyperparameters(self) -> dict[str, float]:
        """The best setting, by label; "cosine" is 1 where the rate falls along a cosine."""
        return self.space.shown(self.settings[self.best()])

    @property
    def edges(self) -> list[str]:
        """In words, the ends of the space that the best setting lies on: a wider one may hold a better."""
        return self.space.edges(self.points[self.best()])


def tune(
    optimizer: type[Optimizer],
    problems: Sequence[Instance],
    trials: int = 20,
    seed: int = 0,
    *,
    starts: int = 8,
    evaluations: int = 200,
) -> Tuned:
    """Try so many settings of an optimizer, scrambled Sobol points of its search space.

    Args:
        optimizer: its class.
        problems: instances for tuning; those for scoring are refused.
        trials: how many settings.
        seed: of the points.
        starts: of each instance.
        evaluations: of the gradient, for each start.

    Raises:
        ComparisonError: for no trials, no problems, or instances for scoring.

    >>> from comparison import FAMILIES
    >>> from optimizers import Adam
    >>> problems = [FAMILIES[name].instance("tuning", seed=0, index=0) for name in ("sphere", "ravine")]
    >>> tuned = tune(Adam, problems, trials=4, starts=2, evaluations=50)
    >>> sorted(tuned.hyperparameters), tuned.scores.shape
    (['betas[0]', 'betas[1]', 'cosine', 'lr'], (4, 2))
    """
    if not isinstance(trials, int) or not 1 <= trials <= MOST_TRIALS:
        raise ComparisonError(f"trials must be a whole number from 1 to {MOST_TRIALS:,}, got {shown(trials)}")
    if not problems:
        raise ComparisonError("there must be 1 problem or more to tune on")
    if kept := next((problem for problem in problems if problem.purpose != "tuning"), None):
        raise ComparisonError(f"an instance of {kept.family.name} is for scoring: nobody is tuned on it")
    space = SearchSpace(optimizer)
    points = sobol(len(space.dimensions), trials, seed)
    settings = space.scaled(points)
    scores = [
        np.log10(run_trials(problem, space, settings, starts, evaluations).shares).mean(axis=1)
        for problem in problems
    ]
    return Tuned(space, points, settings, np.array(scores).T)


def sobol(dimensions: int, count: int, seed: int | Sequence[int]) -> Array:
    """The first scrambled Sobol points of the unit cube: they fill it evenly, however many there are.

    Raises:
        ComparisonError: without SciPy.
    """
    if dimensions == 0:
        return np.empty((count, 0))
    qmc = scipys("scipy.stats.qmc")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a number of points that is no power of two
        sampler = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
        return np.asarray(sampler.random(count))


def scipys(module: str) -> Any:
    """A module of SciPy.

    Raises:
        ComparisonError: if SciPy is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "scipy":
            raise
        raise ComparisonError(
            "tuning and judging need SciPy: uv pip install 'optimizer-race[compare]'"
        ) from None
