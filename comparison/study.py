"""`run_study`: one rival, tuned once, and raced on what it was not tuned on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison.catalogue import FAMILIES
from comparison.family import Family, Instance
from comparison.search_space import RATES, SearchSpace
from comparison.trials import run_trials
from comparison.tuning import tune
from optimizers import OPTIMIZERS, Optimizer
from optimizers.external.names import find

Array: TypeAlias = NDArray[np.float64]

BUDGETS = (1, 2, 5, 10, 20, 50)  # trials
BAND = np.geomspace(*RATES, 16)  # learning rates: three to a decade


@dataclass(frozen=True)
class JudgePlan:
    """What all rivals of a comparison have in common.

    Attributes:
        trials: settings that each rival tries in each study.
        studies: how often each is tuned, on other instances and with other settings.
        instances: of each family, on which the tuned settings are scored.
        starts: of each instance.
        evaluations: of the gradient, for each start.
        seed: of everything.
        families: their names.

    >>> JudgePlan(trials=50).budgets
    (1, 2, 5, 10, 20, 50)
    """

    trials: int = 20
    studies: int = 8
    instances: int = 4
    starts: int = 4
    evaluations: int = 200
    seed: int = 0
    families: tuple[str, ...] = tuple(FAMILIES)

    @property
    def budgets(self) -> tuple[int, ...]:
        """The numbers of trials after which the score is told; the last is that of all."""
        return (*(budget for budget in BUDGETS if budget < self.trials), self.trials)

    @property
    def problems(self) -> list[Family]:
        """The families."""
        return [FAMILIES[name] for name in self.families]

    def tuning(self, study: int) -> list[Instance]:
        """What a study tunes on: an instance of each family that is not for scoring alone."""
        seed = int(np.random.SeedSequence([self.seed, study]).generate_state(1)[0])
        return [family.instance("tuning", seed, 0) for family in self.problems if not family.scoring_only]

    def scoring(self) -> list[Instance]:
        """What all studies are scored on, family by family."""
        return [
            family.instance("scoring", self.seed, index)
            for family in self.problems
            for index in range(self.instances)
        ]

    @property
    def groups(self) -> NDArray[np.int64]:
        """The number of the family of each scoring instance."""
        return np.repeat(np.arange(len(self.families)), self.instances)


@dataclass(frozen=True)
class StudyTask:
    """A study to run, as it is sent to a process.

    Attributes:
        optimizer: as in race.toml.
        folder: where a user's file is.
        plan: of the comparison.
        study: its number.
    """

    optimizer: str
    folder: Path
    plan: JudgePlan
    study: int

    def kind(self) -> type[Optimizer]:
        """The optimizer's class."""
        return OPTIMIZERS.get(self.optimizer) or find(self.optimizer, self.folder)


def run_study(task: StudyTask) -> dict[str, Array]:
    """Tune an optimizer, and score what was found.

    Returns:
        points, scores: of the trials, on the unit cube and on the tuning problems.
        best: the best trial for each budget.
        settings: the best settings for each budget, and the defaults.
        scored: their scores on the scoring instances, of shape (budgets + 1, instances).
        reached: of the best setting, the gradients to each target, the median over starts, of shape
            (targets, instances).
        per_step: the gradients to a step, of the best setting.
        diverged: the share of runs that diverged, of the best setting and of the defaults.
        band: the tuning scores of the best setting with each learning rate of `BAND`; empty without a rate.
    """
    plan, kind = task.plan, task.kind()
    problems = plan.tuning(task.study)
    tuned = tune(kind, problems, plan.trials, _seed(task), starts=plan.starts, evaluations=plan.evaluations)
    space = tuned.space
    best = [tuned.best(budget) for budget in plan.budgets]
    chosen = np.vstack([tuned.settings[best], space.defaults])
    distinct, places = np.unique(chosen, axis=0, return_inverse=True)
    places = places.ravel()
    winner, default = places[-2], places[-1]
    outcomes = [run_trials(each, space, distinct, plan.starts, plan.evaluations) for each in plan.scoring()]
    scored = np.array([np.log10(outcome.shares).mean(axis=1) for outcome in outcomes]).T
    steps, gradients = (
        sum(getattr(outcome, name)[winner].sum() for outcome in outcomes) for name in ("steps", "gradients")
    )
    return {
        "points": tuned.points,
        "scores": tuned.scores,
        "best": np.array(best, dtype=np.float64),
        "settings": chosen,
        "scored": scored[places],
        "reached": np.array([np.median(outcome.reached[:, winner], axis=1) for outcome in outcomes]).T,
        "per_step": np.array(gradients / max(steps, 1)),
        "diverged": np.array(
            [np.mean([outcome.diverged[place] for outcome in outcomes]) for place in (winner, default)]
        ),
        "band": _band(space, chosen[-2], problems, plan),
    }


def _seed(task: StudyTask) -> int:
    return int(np.random.SeedSequence([task.plan.seed, task.study, 1]).generate_state(1)[0])


def _band(space: SearchSpace, best: Array, problems: list[Instance], plan: JudgePlan) -> Array:
    names = [dimension.name for dimension in space.dimensions]
    if space.kind.rate_name not in names:
        return np.empty(0)
    settings = np.tile(best, (len(BAND), 1))
    settings[:, names.index(space.kind.rate_name)] = BAND
    scores = [
        np.log10(run_trials(each, space, settings, plan.starts, plan.evaluations).shares).mean(axis=1)
        for each in problems
    ]
    return np.asarray(np.mean(scores, axis=0))
