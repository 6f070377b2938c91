"""What each optimizer does in a step: the equations of its rule, as `InsideTheStep` shows them."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

from optimizers import OPTIMIZERS
from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, letters, step
from scenes.text.equations import FUNCTIONS, OWN, evaluate, names
from support.formulas import parse

Settings: TypeAlias = Mapping[str, Any]


def lines_of(optimizer: str, settings: Settings, terms: list[str]) -> list[UpdateLine]:
    """The lines of an optimizer's step.

    Args:
        optimizer: its name in race.toml.
        settings: its hyperparameters.
        terms: the names of what a trace has of its state: all that is known of an optimizer that states no
            equations.
    """
    if stated := _stated(optimizer):
        shown = [line for line in stated if line.quantity is not Quantity.CONSTANT]
        return [line for line in shown if line.holds(settings)]
    return [
        GRADIENT,
        *(
            UpdateLine(f"{OWN}{term} = {_rule(optimizer)}(g, {OWN}{term})", "own", term=term, given=True)
            for term in _own(terms)
        ),
        step("p = p + delta", "made"),
    ]


def with_noise(lines: Sequence[UpdateLine]) -> list[UpdateLine]:
    """The lines of a step whose gradient has noise, "xi"."""
    first, *others = lines
    return [replace(first, text="g = grad + xi", role="noisy"), *others]


def _own(terms: list[str]) -> list[str]:
    """Names of an optimizer's own terms that an equation may hold, the first few of them."""
    return [term for term in terms if f"{OWN}{term}".isidentifier()][:7]


def _rule(optimizer: str) -> str:
    """What the rule of an optimizer that states none is called: as its class, of all that is known of it.

    >>> _rule("mine.py:Heavy"), _rule("mine.py:sqrt")
    ('Heavy', 'rule')
    """
    name = optimizer.rpartition(":")[2]
    allowed = name.isidentifier() and not keyword.iskeyword(name) and name not in FUNCTIONS
    return name if allowed else "rule"


def constants(optimizer: str, settings: Settings) -> dict[str, float]:
    """The hyperparameters under their names in equations, without the learning rate; and what they make."""
    values = letters(settings)
    for line in _stated(optimizer):
        if line.quantity is Quantity.CONSTANT:
            name, right = parse(line.text)
            values[name] = float(evaluate(right, values))
    return values


@lru_cache
def compared(line: UpdateLine) -> tuple[str, str] | None:
    """What a line divides, and by what, or by the root of what; None if it is no such line.

    >>> compared(UpdateLine("d = g/(sqrt(s) + eps)", "divide", Quantity.DIRECTION))
    ('g', 's')
    """
    _, right = parse(line.text)
    if line.quantity is not Quantity.DIRECTION or line.unit is not Unit.PURE:
        return None
    match right:
        case ast.BinOp(left=ast.Name(id=over), op=ast.Div(), right=under) if names(under):
            return over, names(under)[0]
    return None


def _stated(optimizer: str) -> tuple[UpdateLine, ...]:
    """The equations that an optimizer states."""
    return OPTIMIZERS[optimizer].equations if optimizer in OPTIMIZERS else ()
