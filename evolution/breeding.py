"""`breed`: generations of networks race, and the next ones follow from their scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.compiler import machine_code
from evolution.agent_code import agent_code
from evolution.agent_races import Ends, scores
from evolution.breeding_record import BreedingRecord
from evolution.errors import EvolutionError
from evolution.functions import FUNCTIONS
from evolution.plan import BreedingPlan
from evolution.problems import bred_on, validated_on
from evolution.schemes import SCHEMES
from optimizers.learned_network import LearnedNetwork, weights_count
from races.run_loops import loop
from support.parallel import parallel

Array: TypeAlias = NDArray[np.float64]

_CHUNK = 16  # agents to a task, about: the tasks are the same ones however many processes do them
_PAYS = 200_000  # steps of all agents in a generation, from which on it pays to compile loops


class Generation(NamedTuple):
    """What is known after a generation.

    A score is the mean of log10 of the loss that is left, as a share of that at the start, less the same of
    the first network, before the first generation, on the same races: -1 is a tenth of what that leaves.

    Attributes:
        number: 0 before the first one.
        best: the best score in the population; nan before the first.
        median: the median score.
        validation: the score of the network that represents it; nan where that was not validated.

    >>> Generation(10, best=-0.5, median=-0.1, validation=-0.3).median
    -0.1
    """

    number: int
    best: float
    median: float
    validation: float


@dataclass(frozen=True, eq=False)
class Bred:
    """What a breeding gave.

    Attributes:
        plan: what was bred.
        generations: what is known after each, from 0.
        networks: the networks that represented the generations of `plan.validated`, by generation.
        chosen: the generation whose network has the best score in validation.

    >>> plan = BreedingPlan(hidden=1, population=4, generations=2, steps=20, instances=2)
    >>> bred = breed(plan, processes=1)
    >>> [generation.number for generation in bred.generations], bred.best.hidden
    ([0, 1, 2], 1)
    """

    plan: BreedingPlan
    generations: tuple[Generation, ...]
    networks: dict[int, LearnedNetwork]

    @property
    def chosen(self) -> int:
        """The generation whose network is the best one."""
        return min(self.networks, key=lambda number: self.generations[number].validation)

    @property
    def best(self) -> LearnedNetwork:
        """The network with the best score in validation."""
        return self.networks[self.chosen]


class ScoringTask(NamedTuple):
    """Agents to score, as they are sent to a process.

    Attributes:
        plan: of the breeding.
        generation: from 0.
        weights: of shape (agents, weights).
        loops: whether races are compiled loops.
    """

    plan: BreedingPlan
    generation: int
    weights: Array
    loops: bool


def breed(
    plan: BreedingPlan,
    *,
    processes: int | None = None,
    record: Path | None = None,
    on_generation: Callable[[Generation], object] | None = None,
) -> Bred:
    """Breed networks for `optimizers.Learned`.

    The same plan gives the same networks, however many processes work, on processors of one kind.

    Args:
        plan: what decides the outcome.
        processes: how many work; by default as many as there are processors.
        record: a file that is written after each generation, and from which a breeding that was ended goes
            on; one that is complete may be gone on with by a plan of more generations.
        on_generation: called after each generation, those of the record included.

    Raises:
        EvolutionError: without the scheme's library, or for a record of another breeding.
        OSError: if the record cannot be written.

    >>> plan = BreedingPlan(hidden=1, population=4, generations=3, steps=20, instances=2)
    >>> bred = breed(plan, processes=1)
    >>> bred.best == breed(plan, processes=1).best
    True
    """
    weights = weights_count(plan.features, plan.hidden)
    scheme = SCHEMES[plan.scheme](weights, plan.population, plan.seed)
    loops = machine_code.is_there() and plan.agent_steps >= _PAYS
    told = BreedingRecord({**asdict(plan), "generations": 0, "loops": loops}, plan.population, record)
    if (there := len(told.scores)) > plan.generations:
        raise EvolutionError(f"{record} has {there} generations already, more than {plan.generations}")
    if loops:
        list(parallel(partial(_compile, plan), plan.functions, processes))
    first, generations, networks = scheme.best, [], {}
    for number in range(plan.generations + 1):
        fresh = number >= len(told.validation)
        if number:
            agents = scheme.ask()
            if fresh:
                told.scores.append(_scored(plan, number - 1, np.vstack([agents, first]), loops, processes))
            scheme.tell(agents, told.scores[number - 1])
        if fresh:
            told.best = scheme.best
            told.validation.append(np.nan)
        elif number == there:
            told.require_same(scheme.best)
        if number in plan.validated:
            networks[number] = LearnedNetwork(plan.features, plan.hidden, tuple(scheme.best.tolist()))
            if np.isnan(told.validation[number]):
                told.validation[number] = _validated(plan, scheme.best)
        if fresh:
            told.save()
        generations.append(_summary(number, told, number in networks))
        if on_generation:
            on_generation(generations[-1])
    return Bred(plan, tuple(generations), networks)


def _summary(number: int, told: BreedingRecord, validated: bool) -> Generation:
    scores = told.scores[number - 1] if number else np.array([np.nan])
    validation = told.validation[number] - told.validation[0] if validated else np.nan
    return Generation(number, float(scores.min()), float(np.median(scores)), validation)


def _compile(plan: BreedingPlan, function: str) -> None:
    """Compile a function's loop, or find it compiled; afterwards it is in the cache's folder."""
    loop(agent_code(FUNCTIONS[function], plan.features, plan.hidden), Ends)


def _scored(plan: BreedingPlan, generation: int, agents: Array, loops: bool, processes: int | None) -> Array:
    """The scores of all agents but the last one, less its score."""
    parts = np.array_split(agents, max(1, len(agents) // _CHUNK))
    tasks = [ScoringTask(plan, generation, part, loops) for part in parts]
    found = np.concatenate(list(parallel(_score_task, tasks, processes)))
    return np.asarray(found[:-1] - found[-1])


def _score_task(task: ScoringTask) -> Array:
    problems = bred_on(task.plan, task.generation)
    return scores(task.weights, problems, task.plan.features, task.plan.hidden, task.loops)


def _validated(plan: BreedingPlan, weights: Array) -> float:
    """The score in validation, by numpy: for the races of one agent it does not pay to compile."""
    return float(scores(weights[None], validated_on(plan), plan.features, plan.hidden, False)[0])
