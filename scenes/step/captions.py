"""The words of `InsideTheStep`: what each line of a step is for, and more; see `support/languages`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.words import words


@dataclass(frozen=True)
class StepCaptions:
    """What the film says, beside what films of a race have in common."""

    title: str
    one: str  # of the racer and the surface
    two: str  # of both racers
    conditions: Sequence[str]  # before a condition, and for all other cases
    area: str
    side: str
    length: str
    bar: str
    near: str  # of how many times the map is magnified
    whole: str
    quick: str
    ended: str  # of status, loss and steps
    lines: Mapping[str, str]  # what a line is for, by its role, of symbol, keep and share

    def of(self, role: str) -> str:
        """What a line is for: by its role, or else in its own words."""
        return self.lines.get(role, role)


def step_captions(language: str) -> StepCaptions:
    """The captions of a language."""
    return StepCaptions(**words(language)["step"])
