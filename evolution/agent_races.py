"""The races of a whole population, as one race of arrays: compiled loops with numba, else blocks of numpy."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison.trials import CEILING, FLOOR
from evolution.agent_code import agent_code
from evolution.problems import Problems
from races.many_runs import ManyRuns, Watch, run_points
from races.run_loops import loop, run_loops

Array: TypeAlias = NDArray[np.float64]

BLOCK = 2048  # races to a block of numpy's: their numbers stay in the cache


class Ends(Watch):
    """The losses of races, at the start and at the end.

    Attributes:
        losses: of shape (2, races).
    """

    signature = "Tuple((int64,))"

    def __init__(self, count: int, steps: int) -> None:
        self.losses, self.steps = np.full((2, count), np.nan), steps

    def keep(
        self,
        step: int,
        part: slice,
        x: Any,  # noqa: ARG002
        loss: Any,
        slopes: Any = None,
        inside: bool = False,  # noqa: ARG002
    ) -> None:
        """Keep the loss of the first step, and the one after the last."""
        if step == 0:
            self.losses[0, part] = loss
        if slopes is None:
            self.losses[1, part] = loss

    @staticmethod
    def note(x: Any, loss: Any, slopes: Any, size: int, n: int, begin: int, kept: Any) -> None:
        """Nothing: loops make neither of these steps."""

    def kept(self, part: slice) -> tuple[Any, ...]:
        """Nothing, but numba's tuples are not empty."""
        return (part.start,)


def race_agents(weights: Array, problems: Problems, features: str, hidden: int, loops: bool) -> Array:
    """The losses of every agent's races, at the start and at the end.

    Args:
        weights: of the agents' networks, of shape (agents, weights).
        problems: what they race on.
        features: what the networks are given.
        hidden: how many hidden neurons they have.
        loops: whether loops are compiled, by numba; if not, numpy computes block by block.

    Returns:
        Losses of shape (2, agents, instances); what diverges is inf or nan.
    """
    agents, count = len(weights), problems.starts.shape[1]
    starts, values = np.tile(problems.starts, agents), np.tile(problems.values, agents)
    networks, horizon = np.repeat(weights.T, count, axis=1), np.full((1, agents * count), problems.steps)
    code, ends = agent_code(problems.family, features, hidden), Ends(agents * count, problems.steps)
    settings = np.concatenate([networks, horizon, values])
    runs = ManyRuns(code, starts.T, ends, settings=settings)
    if loops:
        run_loops(runs, loop(code, Ends))
    else:
        run_points(runs, BLOCK)
    return ends.losses.reshape(2, agents, count)


def scores(weights: Array, problems: list[Problems], features: str, hidden: int, loops: bool) -> Array:
    """Each agent's score, the less, the better.

    It is the mean, over functions and races, of log10 of the last loss above the least, as a share of that
    at the start, within [FLOOR, CEILING]; a race that diverged counts as the latter.

    Returns:
        Of shape (agents,).
    """
    found = []
    for each in problems:
        begin, end = race_agents(weights, each, features, hidden, loops) - each.least
        with np.errstate(all="ignore"):
            share = end / begin
        share = np.where(np.isfinite(share), np.clip(share, FLOOR, CEILING), CEILING)
        found.append(np.log10(share).mean(axis=1))
    return np.asarray(np.mean(found, axis=0))
