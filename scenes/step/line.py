"""`Line`: a line of an optimizer's rule, and how `InsideTheStep` shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """How a value is shown."""

    ARROW = "arrow"
    SQUARE = "square"  # one for u and one for v, whose areas the values are
    BAR = "bar"  # one for u and one for v, whose lengths the values are
    NUMBER = "number"
    STEP = "step"  # the way to the new position


class Unit(StrEnum):
    """What a value is measured in, or its root if it is a square's area: those of one unit have one scale."""

    SLOPE = "slope"  # as gradients
    PURE = "pure"  # without a unit
    WAY = "way"  # as positions: drawn at the scale of the map


@dataclass(frozen=True)
class Line:
    """A line of an optimizer's rule.

    Attributes:
        equation: see `scenes.text.equations`; "grad" is the gradient of the surface.
        words: which of the captions says what it is for.
        shape: how its value is shown.
        unit: what its value is measured in.
        term: the name under which a trace has its value, if it is a term of the optimizer's state.
        first: the equation's right side for its value before the first step.
        given: whether its value is read from the trace; the equation is then shown, but not computed.
        matrix: whether its value is a matrix, of `scenes.step.matrices`; the equation is not computed either.
        ahead: whether its value is added to the position, and not taken from it: it points downhill itself.
        over: what the line divides, and by the root of what: shown as bars on the squares.
        scalar: whether its values for u and for v are always the same.
    """

    equation: str
    words: str
    shape: Shape = Shape.NUMBER
    unit: Unit = Unit.PURE
    term: str = ""
    first: str = "0"
    given: bool = False
    matrix: bool = False
    ahead: bool = False
    over: tuple[str, str] | None = None
    scalar: bool = False
