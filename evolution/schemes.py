"""How the next generation follows from the scores of this one: schemes, which `ask` for scores and are told.

A scheme is a deterministic function of its seed and of the scores that it was told: one that is told the same
again is where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evolution.errors import EvolutionError

Array: TypeAlias = NDArray[np.float64]

SPREAD = 0.3  # of the weights of the first network, and of its first mutations


class Scheme(Protocol):
    """Breeds by minimising scores.

    Attributes:
        best: the weights of the network that represents the generation, of shape (weights,).
    """

    @property
    def best(self) -> Array: ...  # noqa: D102

    def ask(self) -> Array:
        """The weights of the next generation's agents, of shape (population, weights)."""

    def tell(self, agents: Array, scores: Array) -> None:
        """Take the scores of these agents, of shape (population,)."""


class Generational:
    """Each generation is the best agent of the one before, and mutations of it.

    A mutation adds normal numbers, whose spread is log-uniform from 1/100 of `SPREAD` to all of it: some
    agents look far, some near. The best agent is scored again in each generation, on what that one races on,
    so that no agent stays for having been lucky once.

    Args:
        weights: how many weights a network has.
        population: how many agents a generation.
        seed: of the mutations.

    >>> scheme = Generational(3, 20, seed=0)
    >>> for _ in range(100):
    ...     agents = scheme.ask()
    ...     scheme.tell(agents, ((agents - 1) ** 2).sum(axis=1))
    >>> bool(((scheme.best - 1) ** 2).sum() < 0.01)
    True
    """

    def __init__(self, weights: int, population: int, seed: int) -> None:
        self._rng, self._mutants = np.random.default_rng(seed), population - 1
        self._best = SPREAD * self._rng.standard_normal(weights)

    @property
    def best(self) -> Array:
        """The best agent of the last generation."""
        return self._best

    def ask(self) -> Array:
        """The best agent first, and its mutations."""
        spread = SPREAD * 100 ** self._rng.uniform(-1, 0, (self._mutants, 1))
        mutants = self._best + spread * self._rng.standard_normal((self._mutants, len(self._best)))
        return np.vstack([self._best, mutants])

    def tell(self, agents: Array, scores: Array) -> None:
        """The best of them is the next one's parent."""
        self._best = agents[scores.argmin()]


class CMA:
    """Covariance matrix adaptation: agents are normal, and their mean and covariance follow the better half.

    It represents a generation by the mean. Hansen, "The CMA evolution strategy: a tutorial" (2016),
    https://arxiv.org/abs/1604.00772, as in his library `cma`.

    Args:
        weights: how many weights a network has.
        population: how many agents a generation.
        seed: of what is drawn.

    Raises:
        EvolutionError: if the library is not installed.

    >>> scheme = CMA(3, 20, seed=0)
    >>> for _ in range(50):
    ...     agents = scheme.ask()
    ...     scheme.tell(agents, ((agents - 1) ** 2).sum(axis=1))
    >>> bool(((scheme.best - 1) ** 2).sum() < 1e-6)
    True
    """

    def __init__(self, weights: int, population: int, seed: int) -> None:
        try:
            cma: Any = import_module("cma")
            threads: Any = import_module("threadpoolctl")
        except ModuleNotFoundError as error:
            if error.name not in ("cma", "threadpoolctl"):
                raise
            raise EvolutionError(
                "the scheme cma needs a library: uv pip install 'optimizer-race[evolution]'"
            ) from None
        draw = np.random.default_rng(seed).standard_normal
        options = {"popsize": population, "verbose": -9, "seed": np.nan, "randn": lambda *shape: draw(shape)}
        self._strategy = cma.CMAEvolutionStrategy(SPREAD * draw(weights), SPREAD, options)
        # With more threads linear algebra rounds in another way, and another network comes of it.
        self._on_one_thread = partial(threads.ThreadpoolController().limit, limits=1)

    @property
    def best(self) -> Array:
        """The mean."""
        return np.array(self._strategy.result.xfavorite)

    def ask(self) -> Array:
        """Agents around the mean."""
        with self._on_one_thread():
            return np.array(self._strategy.ask())

    def tell(self, agents: Array, scores: Array) -> None:
        """Move the mean and the covariance."""
        with self._on_one_thread():
            self._strategy.tell(list(agents), list(scores))


SCHEMES: dict[str, Callable[[int, int, int], Scheme]] = {"cma": CMA, "generational": Generational}
