"""`judge`: rivals tuned alike, scored on what nobody was tuned on, and what can be said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison.checkpoint import Checkpoint
from comparison.statistics import (
    Interval,
    difference_interval,
    good_band,
    interquartile_mean,
    mean_interval,
    profile_score,
    wilson,
    wins_and_ties,
)
from comparison.study import BAND, JudgePlan, StudyTask, run_study
from comparison.tuning import ComparisonError, scipys
from support.lazy import Lazy
from support.messages import shown
from support.parallel import parallel

Array: TypeAlias = NDArray[np.float64]

NEAR_BEST = 0.3  # decades of loss: a rate is good that is within a factor of two of the best one
MOST_RIVALS = 14
_MOST = {"trials": 10_000, "studies": 100, "instances": 1000, "starts": 10_000, "evaluations": 100_000}
_MOST_RUNS = 50_000_000  # of one study: trials x starts x families


@dataclass(frozen=True)
class Rival:
    """An optimizer in a comparison.

    Attributes:
        optimizer: as in race.toml: "adam", "mine.py:Mine", "torch.optim.AdamW".
        name: what it is called.
        colour: "#rrggbb".

    >>> Rival("torch.optim.AdamW", "AdamW (torch)", "#009E73").optimizer
    'torch.optim.AdamW'
    """

    optimizer: str
    name: str
    colour: str


@dataclass(frozen=True)
class Duel:
    """Two rivals, compared on the scoring instances.

    Attributes:
        first: the place of the one with the better mean.
        second: the place of the other.
        wins: instances on which the first is better.
        ties: instances on which they are equal.
        rate: the first one's win rate, ties counted as half, with Wilson's interval over the instances.
        difference: of their scores, the first's less the second's, with its interval over studies and
            instances.

    >>> pair = Duel(0, 1, 70, 2, Interval(0.77, 0.68, 0.85), Interval(-1.0, -1.6, -0.3))
    >>> pair.told_apart
    True
    """

    first: int
    second: int
    wins: int
    ties: int
    rate: Interval
    difference: Interval

    @property
    def told_apart(self) -> bool:
        """Whether the first beats the second: both intervals have to say so."""
        return self.rate.low > 0.5 and self.difference.high < 0


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a comparison found. A score is log10 of the share of the loss that is left: less is better.

    Attributes:
        plan: what all rivals had in common.
        rivals: their names.
        studies: for each rival, what `run_study` gave in each study.

    >>> plan = JudgePlan(trials=2, studies=1, instances=1, starts=1, evaluations=20, families=("sphere",))
    >>> rivals = [Rival("sgd", "SGD", "#D55E00"), Rival("adam", "Adam", "#F0E442")]
    >>> judgement = judge(rivals, plan, processes=1)
    >>> judgement.scores.shape, len(judgement.pairs)
    ((2, 1, 1), 1)
    """

    plan: JudgePlan
    rivals: tuple[Rival, ...]
    studies: tuple[tuple[dict[str, Array], ...], ...]

    def _all(self, key: str) -> Array:
        return np.array([[study[key] for study in own] for own in self.studies])

    @Lazy
    def scores(self) -> Array:
        """Of the tuned settings, of shape (rivals, studies, instances)."""
        return np.array([[study["scored"][-2] for study in own] for own in self.studies])

    @property
    def defaults(self) -> Array:
        """Scores without tuning, of shape (rivals, instances)."""
        return np.array([own[0]["scored"][-1] for own in self.studies])

    @property
    def by_budget(self) -> Array:
        """The mean score after each of `plan.budgets`, of shape (rivals, budgets)."""
        scored = self._all("scored")[:, :, :-1]
        return np.asarray(interquartile_mean(scored.mean(axis=1)))

    @property
    def reached(self) -> Array:
        """Gradients to each target, the median over studies, of shape (rivals, targets, instances)."""
        return np.median(self._all("reached"), axis=1)

    def mean(self, scores: Array, family: int | None = None) -> Interval:
        """The interquartile mean of scores, one for each instance, with its interval.

        Args:
            scores: of shape (instances,).
            family: of these alone, by its place in the plan; by default of all.
        """
        groups = [scores[self.plan.groups == k] for k in range(len(self.plan.families))]
        return mean_interval(groups if family is None else [groups[family]], self.plan.seed)

    @property
    def profiles(self) -> Array:
        """The score of each rival's performance profile, over instances and targets."""
        return profile_score(self.reached.reshape(len(self.rivals), -1))

    @property
    def bands(self) -> Array:
        """How many decades of learning rates are good, the median over studies; nan without a rate."""
        bands = [
            [good_band(BAND, study["band"], NEAR_BEST) if len(study["band"]) else np.nan for study in own]
            for own in self.studies
        ]
        return np.asarray(np.median(bands, axis=1))

    @property
    def diverged(self) -> Array:
        """The share of scoring runs that diverged, of the best settings and of the defaults: (rivals, 2)."""
        return np.asarray(self._all("diverged").mean(axis=1))

    @Lazy
    def order(self) -> list[int]:
        """The rivals from the best mean score to the worst."""
        means = interquartile_mean(self.scores.mean(axis=1))
        return sorted(range(len(means)), key=lambda i: (means[i], i))

    @Lazy
    def pairs(self) -> list[Duel]:
        """All pairs of rivals, the better one first."""
        order = self.order
        return [self._pair(one, other) for k, one in enumerate(order) for other in order[k + 1 :]]

    def _pair(self, one: int, other: int) -> Duel:
        ours, theirs = self.scores[one], self.scores[other]
        wins, ties = wins_and_ties(np.median(ours, axis=0), np.median(theirs, axis=0))
        rate = wilson(wins + ties / 2, ours.shape[1])
        difference = difference_interval(ours, theirs, self.plan.groups, self.plan.seed)
        return Duel(one, other, wins, ties, rate, difference)


def judge(
    rivals: Sequence[Rival],
    plan: JudgePlan,
    *,
    folder: Path | None = None,
    processes: int | None = None,
    parts: Path | None = None,
    on_study: Callable[[], object] | None = None,
) -> Judgement:
    """Tune all rivals alike, and score them on instances that nobody was tuned on.

    Args:
        rivals: two or more.
        plan: what they have in common.
        folder: where users' files are; by default this one.
        processes: how many work; by default as many as there are processors.
        parts: a folder that keeps finished studies, from which a comparison that was ended goes on.
        on_study: called for each study of a rival once it is there.

    Raises:
        ComparisonError: for a plan that cannot be followed, one rival, or without SciPy.

    >>> plan = JudgePlan(trials=4, studies=2, instances=2, starts=2, evaluations=40, families=("booth",))
    >>> rivals = [Rival("sgd", "SGD", "#D55E00"), Rival("adam", "Adam", "#F0E442")]
    >>> [rival.name for rival in judge(rivals, plan, processes=1).rivals]
    ['SGD', 'Adam']
    """
    require_plan(plan)
    if not 2 <= len(rivals) <= MOST_RIVALS:
        raise ComparisonError(f"a comparison takes 2 to {MOST_RIVALS} rivals, got {len(rivals)}")
    scipys("scipy")
    where = (folder or Path()).absolute()
    tasks = [
        StudyTask(rival.optimizer, where, plan, study) for study in range(plan.studies) for rival in rivals
    ]
    found = []
    for result in _results(tasks, processes, Checkpoint(parts) if parts else None):
        found.append(result)
        if on_study:
            on_study()
    own = [tuple(found[place :: len(rivals)]) for place in range(len(rivals))]
    return Judgement(plan, tuple(rivals), tuple(own))


def _results(
    tasks: Sequence[StudyTask], processes: int | None, kept: Checkpoint | None
) -> Iterator[dict[str, Array]]:
    """What each study gives, in their order; those that are kept are not run again."""
    known = {task: result for task in tasks if kept and (result := kept.load(task))}
    fresh = parallel(run_study, [task for task in tasks if task not in known], processes)
    for task in tasks:
        if task in known:
            yield known[task]
            continue
        result = next(fresh)
        if kept:
            kept.save(task, result)
        yield result


def require_plan(plan: JudgePlan) -> None:
    """Raise ComparisonError for numbers out of range, or more runs than memory and patience have room for."""
    for name, most in _MOST.items():
        value = getattr(plan, name)
        if not isinstance(value, int) or not 1 <= value <= most:
            raise ComparisonError(f"{name} must be a whole number from 1 to {most:,}, got {shown(value)}")
    runs = max(plan.trials, len(BAND)) * plan.starts * len(plan.families)
    if runs > _MOST_RUNS:
        raise ComparisonError(f"trials x starts x families must be at most {_MOST_RUNS:,}, got {runs:,}")
    if all(family.scoring_only for family in plan.problems):
        raise ComparisonError(f"families must include one to tune on, got {', '.join(plan.families)}")
