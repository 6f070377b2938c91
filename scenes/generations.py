"""A breeding, raced: uv run manim scenes/generations.py Generations

The learned optimizer with the network of the first generation, of some later ones and of the last, from one
start: the film of optimizer_race.py, with these racers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolution import EvolutionError, load_history
from optimizer_race import OptimizerRace
from optimizers import Learned
from optimizers.learned_network import FOLDER
from races import RaceSpec, SpecError
from races.config import make_spec
from races.network_spec import NetworkSpec
from scenes.named_output import refuse
from views.captions import captions

HISTORY = FOLDER / "histories" / "o1.npz"  # of the breeding that the network "o1" is from
MOST = 5  # racers


class Generations(OptimizerRace):
    """The best networks of a breeding's generations, racing from one start on race.toml's surface."""

    @staticmethod
    def shown_race(spec: RaceSpec) -> RaceSpec:
        """The race with the generations in place of its racers."""
        said = captions(spec.film.language)
        try:
            bred = load_history(HISTORY)
            racers = [
                {
                    "optimizer": "learned",
                    "network": bred[number],
                    "lr": Learned.defaults()["lr"],  # with which they were bred
                    "name": said.generation.format(number=said.count(number)),
                    "caption": (said.bred if number else said.drawn).format(number=said.count(number)),
                }
                for number in raced(list(bred))
            ]
            values = {
                "surface": spec.surface, "steps": spec.steps, "engine": spec.engine, "noise": spec.noise,
                "film": spec.film.model_copy(update={"inside": ()}), "racer": racers,
            }  # fmt: skip
            starts = {} if isinstance(spec.surface, NetworkSpec) else {"start": spec.start[:1]}
            return make_spec(values | starts, "Generations")
        except (EvolutionError, SpecError) as error:
            refuse(str(error))

    def titles(self) -> tuple[str, str]:
        """The film's title, and what it is a race on."""
        return self.captions.generations, super().titles()[1]


def raced(generations: Sequence[int], most: int = MOST) -> list[int]:
    """Of all generations that were kept, the first two, the last, and some between, at equal ratios.

    >>> raced(range(0, 210, 10))
    [0, 10, 30, 70, 200]
    """
    first, *later = sorted(generations)
    wanted = np.geomspace(later[0], later[-1], most - 1).tolist() if later else []
    return [first, *dict.fromkeys(min(later, key=lambda number: abs(number - x)) for x in wanted)]
