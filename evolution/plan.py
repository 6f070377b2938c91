"""`BreedingPlan`: what decides a breeding, to the last bit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from comparison import FAMILIES
from evolution.errors import EvolutionError
from evolution.functions import FUNCTIONS, LIKE_THESE
from evolution.schemes import SCHEMES
from optimizers.learned_features import FEATURES
from support.messages import shown, unknown

_RANGES = {
    "hidden": (1, 64),
    "population": (2, 10_000),
    "generations": (1, 100_000),
    "seed": (0, 2**32 - 1),
    "steps": (1, 100_000),
    "instances": (1, 10_000),
    "starts": (1, 1000),
    "every": (1, 100_000),
}


@dataclass(frozen=True)
class BreedingPlan:
    """What is bred, on what, and how.

    Attributes:
        features: what the networks are given, by name.
        hidden: their hidden neurons.
        scheme: "cma" or "generational".
        population: agents of a generation.
        generations: how many.
        seed: of everything that is drawn.
        steps: of a race.
        starts: on each instance.
        instances: of each function, which each generation draws anew, for all its agents.
        horizons: multiples of the steps: each generation draws one for each function.
        functions: names of `evolution.functions.FUNCTIONS`, on which networks are bred.
        validation: names of `comparison.FAMILIES`, on which the best are tried, and nobody is bred.
        every: generations from one validation to the next.

    Raises:
        EvolutionError: for a number out of range, or a name that is not allowed.

    >>> BreedingPlan(generations=25).validated
    (0, 10, 20, 25)
    """

    features: str = "blind"
    hidden: int = 8
    scheme: str = "cma"
    population: int = 64
    generations: int = 200
    seed: int = 0
    steps: int = 100
    starts: int = 2
    instances: int = 24
    horizons: tuple[float, ...] = (0.5, 1.0, 2.0)
    functions: tuple[str, ...] = tuple(FUNCTIONS)
    validation: tuple[str, ...] = ("himmelblau", "booth", "ackley", "logistic")
    every: int = 10

    def __post_init__(self) -> None:
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise EvolutionError(
                    f"{name} must be a whole number from {least} to {most:,}, got {shown(value)}"
                )
        for name in ("horizons", "functions", "validation"):
            if not getattr(self, name):
                raise EvolutionError(f"there must be 1 or more of {name}")
        if wrong := [x for x in self.horizons if not 0 < x <= 100]:
            raise EvolutionError(f"horizons must be above 0, and at most 100, got {shown(wrong[0])}")
        may_validate = [
            name for name, family in FAMILIES.items() if not family.scoring_only and name not in LIKE_THESE
        ]
        names: list[tuple[str, str, Iterable[str]]] = [
            ("features", self.features, FEATURES),
            ("scheme", self.scheme, SCHEMES),
            *(("function", name, FUNCTIONS) for name in self.functions),
            *(("family for validation", name, may_validate) for name in self.validation),
        ]
        for kind, name, allowed in names:
            if name not in allowed:
                raise EvolutionError(unknown(kind, name, allowed))

    @property
    def validated(self) -> tuple[int, ...]:
        """The generations whose network is validated: 0 is before the first, the last is among them."""
        return (*range(0, self.generations, self.every), self.generations)

    @property
    def agent_steps(self) -> int:
        """The steps of a generation's agents, about: one agent, one start, one step."""
        return self.population * self.instances * self.starts * len(self.functions) * self.steps
