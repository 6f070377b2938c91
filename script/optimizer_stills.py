"""Make the pictures of docs/optimizers.md anew.

    uv run python script/optimizer_stills.py [OPTIMIZER ...]

Each optimizer races on a surface that shows what it does, beside one that it is compared with: as `STILLS`
says, or else on Himmelblau's function, beside SGD, at the learning rates suggested. Without names, it draws
all.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from optimizers import OPTIMIZERS
from races import RaceSpec, run_race
from views.figures.race import save_plan

FOLDER = Path(__file__).parents[1] / "docs" / "optimizers"
MINE, OTHER = "#D55E00", "#56B4E9"


@dataclass(frozen=True)
class Still:
    """A race of two: `racer` is the optimizer's hyperparameters, `other` whom it is shown beside."""

    surface: Any
    start: tuple[float, float]
    steps: int
    racer: Mapping[str, Any]
    other: Mapping[str, Any] = field(default_factory=dict)

    def spec(self, name: str) -> RaceSpec:
        """The race."""
        racers = [{"optimizer": name, "colour": MINE, **self.racer}]
        if self.other:
            racers.append({"colour": OTHER, **self.other})
        race = {"surface": self.surface, "start": self.start, "steps": self.steps, "racer": racers}
        return RaceSpec.model_validate(race)


SGD, MOMENTUM, ADAM = {"optimizer": "sgd"}, {"optimizer": "momentum"}, {"optimizer": "adam"}
RAVINE, BANK = {"name": "ravine", "condition": 30.0}, (-1.8, 1.2)
BEND = (-1.4, 0.4)  # beside Rosenbrock's bent valley

STILLS = {
    "sgd": Still(RAVINE, BANK, 60, {"lr": 1.9}),
    "momentum": Still(RAVINE, BANK, 60, {"lr": 0.2, "momentum": 0.8}, {**SGD, "lr": 1.9}),
    "nesterov": Still(RAVINE, BANK, 60, {"lr": 0.3}, {**MOMENTUM, "lr": 0.3}),
    "adagrad": Still(RAVINE, BANK, 60, {"lr": 0.3}, {**SGD, "lr": 1.9}),
    "adadelta": Still(RAVINE, BANK, 150, {"eps": 1e-3}, {"optimizer": "adagrad", "lr": 0.3}),
    "rmsprop": Still("saddle", (-1.5, 0.01), 30, {"lr": 0.04}, {**SGD, "lr": 0.04}),
    "rprop": Still("cliff", (1.7, 1.6), 60, {}, {**SGD, "lr": 0.05}),
    "adam": Still("funky", (0.1, 0.45), 120, {"lr": 0.01}, {**SGD, "lr": 0.005}),
    "adamw": Still("himmelblau", (3.5, 3.5), 150, {"lr": 0.1, "weight_decay": 0.5}, {**ADAM, "lr": 0.1}),
    "adamax": Still("cliff", (1.7, 1.6), 150, {"lr": 0.1}, {**ADAM, "lr": 0.1}),
    "nadam": Still("himmelblau", (-3.9, 0.5), 60, {"lr": 0.2}, {**ADAM, "lr": 0.2}),
    "radam": Still("himmelblau", (0.6, 3.8), 60, {"lr": 0.2}, {**ADAM, "lr": 0.2}),
    "lion": Still("himmelblau", (3.5, 3.5), 80, {"lr": 0.05}, {**ADAM, "lr": 0.05}),
    "lbfgs": Still(
        "rosenbrock", BEND, 40,
        {"lr": 1.0, "max_iter": 1, "max_eval": 20, "line_search_fn": "strong_wolfe"},
        {**MOMENTUM, "lr": 0.02},
    ),
    "learned": Still(RAVINE, BANK, 60, {"lr": 1.0}, {**MOMENTUM, "lr": 0.2}),
    "newton": Still("styblinski_tang", (1.0, -0.5), 8, {"lr": 1.0}, {**SGD, "lr": 0.3}),
}  # fmt: skip
USUAL = Still("himmelblau", (3.5, 3.5), 80, {}, SGD)


def main(names: list[str]) -> None:
    """Draw the stills of some optimizers, or of all."""
    for name in names or OPTIMIZERS:
        still = STILLS.get(name, USUAL)
        path = save_plan(run_race(still.spec(name)), FOLDER / f"{name}.png")
        # An octree keeps the few pixels of a racer's colour, which the median cut mixes with the many greys.
        picture = Image.open(path).convert("RGB").quantize(256, Image.Quantize.FASTOCTREE)
        picture.save(path, optimize=True)
        print(f"{path.stat().st_size / 1e3:6.0f} kB  {path.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
