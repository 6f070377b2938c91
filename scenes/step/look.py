"""`Look`: the colours that the terms of a step have, and the words beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from optimizers.equations import Quantity, Unit, UpdateLine
from scenes.depth.sprite import fitted, line_width
from scenes.step.captions import StepCaptions
from scenes.step.steps import Steps
from scenes.text.equations import Values, evaluate, kept_and_added, names
from scenes.text.typesetting import Typesetter, symbol
from scenes.theme import colour_of
from support.formulas import parse
from views.captions import Captions
from views.theme import INK

# The colours of means, and of squares, the first of them that no racer has.
_MEANS = ("sky blue", "yellow", "bluish green")
_SQUARES = ("reddish purple", "orange", "vermillion", "bluish green")
_OWN = frozenset({"d", "p", "delta"})  # what has the racer's colour


@dataclass(frozen=True)
class Look:
    """How a racer's step is shown.

    Attributes:
        colours: of names in equations.
        words: of this film.
        common: the words of all films of a race.
        columns: whether all values stand beside their equations.
    """

    colours: dict[str, str]
    words: StepCaptions
    common: Captions
    columns: bool = True

    @classmethod
    def of(
        cls, steps: Steps, taken: Sequence[str], words: StepCaptions, common: Captions, columns: bool
    ) -> Look:
        """The look of a racer's steps, with no colour twice.

        Args:
            steps: the racer's.
            taken: the colours of the racers in the film.
            words: of this film.
            common: of all films of a race.
            columns: whether all values stand beside their equations.
        """
        mean = _first(_MEANS, taken)
        square = _first(_SQUARES, [*taken, mean])
        other = _first(_SQUARES, [*taken, mean, square])
        colours: dict[str, str] = dict.fromkeys(_OWN, steps.racer.colour)
        bases = [parse(line.text)[0] for line in steps.lines if _squared(line) and line.term]
        for line in steps.lines:
            name, right = parse(line.text)
            if name in _OWN:
                continue
            if _squared(line):
                second = len(bases) > 1 and (name == bases[1]) and not set(names(right)) & {bases[0]}
                colours[name] = other if second else square
            elif line.quantity is Quantity.DIRECTION:
                colours[name] = INK if name in {"g", "h"} else mean
            elif line.unit is Unit.SLOPE:  # a square's side
                colours[name] = square
        return cls(colours, words, common, columns)

    def setter(self, values: Values | None = None, **options: Any) -> Typesetter:
        """What sets equations in these colours; of the language's numbers where there are `values`."""
        return Typesetter(self.colours, values=values, numbers=self.common.numbers, **options)

    def said(self, line: UpdateLine, steps: Steps) -> str:
        """What a line is for."""
        name, _ = parse(line.text)
        words = self.words.of(line.role)
        percent = self.common.numbers.percent
        keep, share = map(percent, shares(line, steps)) if "{keep}" in words else ("", "")
        return words.format(symbol=symbol(name), keep=keep, share=share)


def shares(line: UpdateLine, steps: Steps) -> tuple[float, float]:
    """How much a line keeps of what there was, and how much of the new it takes."""
    parts = kept_and_added(line.text)
    if parts is None:
        raise ValueError(f"no sum: {line.text}")
    name, _ = parse(line.text)
    ones = dict.fromkeys(["g", "b", "m", "s", "c", "a", "d", name], 1.0)
    kept, added = (float(evaluate(part, ones | steps.constants | {name: 1.0})) for part in parts)
    return kept, added


def wrapped(words: str, width: float, size: float, most: int = 2) -> list[str]:
    """Words in as few lines as needed that are no wider than `width`, about as wide as each other.

    Args:
        words: the words.
        width: of a line, at most.
        size: in points.
        most: lines; where more are needed, the lines are shortened.
    """
    parts = tuple(words.split(" "))
    lines: tuple[str, ...] = ()
    for count in range(1, min(most, len(parts)) + 1):
        lines = _split(parts, count, size)
        if all(line_width(line, size) <= width for line in lines):
            break
    return [fitted(line, width, size) for line in lines]


@lru_cache(maxsize=4096)
def _split(parts: tuple[str, ...], count: int, size: float) -> tuple[str, ...]:
    """The parts in so many lines, the widest of which is as narrow as can be."""
    if count == 1:
        return (" ".join(parts),)
    ways = [
        (" ".join(parts[:i]), *_split(parts[i:], count - 1, size)) for i in range(1, len(parts) - count + 2)
    ]
    return min(ways, key=lambda way: max(line_width(line, size) for line in way))


def _squared(line: UpdateLine) -> bool:
    return line.quantity in {Quantity.SQUARE, Quantity.SIZE}


def _first(wanted: Sequence[str], taken: Sequence[str]) -> str:
    return next((colour_of(name) for name in wanted if colour_of(name) not in taken), INK)
