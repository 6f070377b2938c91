"""One call of one rule, to be tested: plain data, without torch and without our autograd."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# What these answer is true or false.
TRUTHS = (
    "greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or",
    "logical_not",
)  # fmt: skip
# What these answer is a place.
PLACES = ("argsort", "argmax", "argmin")


@dataclass(frozen=True)
class Case:
    """One call of one rule, on floats and arrays, or on truths."""

    rule: str
    inputs: tuple[Any, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """A name for the case, which no other case has."""
        words = [_word(x) for x in self.inputs] + [f"{key}={value}" for key, value in self.settings.items()]
        return " ".join(f"{self.rule}({', '.join(words)})".split())

    @property
    def differentiable(self) -> tuple[int, ...]:
        """The positions of the inputs that get a gradient: its numbers, if it answers numbers."""
        if self.rule in TRUTHS + PLACES:
            return ()
        return tuple(i for i, x in enumerate(self.inputs) if np.asarray(x).dtype.kind == "f")

    @property
    def points(self) -> list[tuple[float, ...]]:
        """The numbers of an elementwise case whose inputs have one shape, point by point."""
        return list(zip(*(np.ravel(x).tolist() for x in self.inputs), strict=True))


def _word(x: Any) -> str:
    if 0 < np.size(x) <= 4:
        return str(x)
    first = f"{float(x.flat[0]):.3f}.. " if np.size(x) else ""
    return f"{first}of shape {np.shape(x)}"


def spread(low: float, high: float, *shape: int) -> Any:
    """Numbers spread over [low, high], the same ones in every run; a float where the shape is ()."""
    count = math.prod(shape)
    fractions = np.arange(1, count + 1) * 0.6180339887498949 % 1.0
    values = low + (high - low) * fractions.reshape(shape)
    return float(values) if not shape else values


def seed_for(shape: tuple[int, ...]) -> Any:
    """The gradient that is sent backward through an output: different for each element, never zero."""
    seeds = 1.0 + 0.25 * np.arange(math.prod(shape)).reshape(shape)
    return float(seeds) if not shape else seeds
