"""How the equations of a step are spelt, so that all of them have room and can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from optimizers.equations import Quantity, UpdateLine
from scenes.depth.sprite import line_width
from scenes.step.look import Look
from scenes.step.steps import Steps
from scenes.text.math_boxes import Setting
from scenes.theme import EM, SMALL

GAP = 0.05  # the least gap between two equations


def cell() -> float:
    """How wide a value is, with the gap before it, in scene units."""
    return line_width("−8.88·10⁻⁸", SMALL) + 0.16


def cells(line: UpdateLine, look: Look) -> int:
    """How many values stand beside a line."""
    return 0 if line.quantity is Quantity.MATRIX or not look.columns else 1 if line.scalar else 2


def spellings(steps: Steps, look: Look) -> list[tuple[Setting, ...]]:
    """Each line's equation with fractions stacked, with them in a line, and with narrow cases."""
    usual = look.setter(conditions=look.words.conditions)
    setters = usual, replace(usual, stacked=False), replace(usual, narrow=True)
    return [tuple(setter.equation(line.text) for setter in setters) for line in steps.lines]


def equations(
    steps: Steps, look: Look, width: float, room: float, size: float
) -> tuple[list[Setting], float]:
    """The equations, their fractions stacked as far as there is room, and their size.

    Args:
        steps: the racer's.
        look: colours and words.
        width: of the panel, in scene units.
        room: the height that there is.
        size: in points, from which to go down to `SMALL`.
    """
    while (shown := _spelt(steps, look, width, room, size)) is None and size > SMALL:
        size -= 1
    return shown or [min(ways) for ways in spellings(steps, look)], size


def fit(steps: Steps, look: Look, width: float, room: float) -> bool:
    """Whether there is room for the equations in their least size."""
    return _spelt(steps, look, width, room, SMALL) is not None


def _spelt(steps: Steps, look: Look, width: float, room: float, size: float) -> list[Setting] | None:
    """How each line is spelt, that all have room in a size; nothing where they have none."""
    rooms = [(width - cells(line, look) * cell() - 0.3) / (size * EM) + 1e-9 for line in steps.lines]
    pairs = zip(spellings(steps, look), rooms, strict=True)
    fitting = [[way for way in ways if way.width <= most] for ways, most in pairs]
    if not all(fitting):
        return None
    shown, least = [ways[0] for ways in fitting], [min(ways, key=_tall) for ways in fitting]
    for i in sorted(range(len(shown)), key=lambda i: _tall(least[i]) - _tall(shown[i])):
        if height(shown, size) > room:
            shown[i] = least[i]
    return shown if height(shown, size) <= room else None


def _tall(shown: Setting) -> float:
    return shown.up + shown.down


def height(shown: Sequence[Setting], size: float) -> float:
    """How high equations are with the least gap between them, in scene units."""
    return sum(_tall(one) * size * EM + GAP for one in shown)
