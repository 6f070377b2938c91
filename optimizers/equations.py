"""`UpdateLine`: a line of an optimizer's update, written once, in the class's `equations`, beside its rule.

The class's docstring, its section of the documentation and the film InsideTheStep show these lines; a test
computes them beside the trace of a race. A line is an assignment in Python's notation, such as
``m = b1*m + (1 - b1)*g``, made of names, numbers, ``+ - * / **`` and the functions sqrt, sign, abs, max,
clip, where, dot and inv. A name on its right stands for the value before.

Known are the gradient ``grad``, the parameter ``p``, the learning rate ``lr``, the step ``t`` from 1 on, the
change of the parameter ``delta``, and the hyperparameters: under the names of `LETTERS`, or else their own.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from textwrap import indent
from typing import Any

import numpy as np

from support.formulas import Vocabulary, program, run

# Hyperparameters by their names in equations. Other numbers go by their own names; a pair's two by its
# singular with 1 and 2.
LETTERS: dict[str, tuple[str, ...]] = {
    "momentum": ("mu",), "dampening": ("tau",), "weight_decay": ("w",), "momentum_decay": ("psi",),
    "initial_accumulator_value": ("start",), "lr_decay": ("decay",), "damping": ("c",), "betas": ("b1", "b2"),
    "etas": ("e1", "e2"), "step_sizes": ("low", "high"),
}  # fmt: skip
_CONDITIONS = Vocabulary(
    operators={},
    comparisons={ast.Eq: operator.eq, ast.Gt: operator.gt},
    joins={ast.And: np.logical_and},
)


class Quantity(StrEnum):
    """What an equation's value is: a number for each coordinate, unless something else is said."""

    DIRECTION = "direction"  # along which the parameter may move, or against it
    SQUARE = "square"
    SIZE = "size"  # at least 0
    NUMBER = "number"
    POSITION = "position"  # the parameter after the step
    MATRIX = "matrix"
    CONSTANT = "constant"  # one number, made of hyperparameters alone


class Unit(StrEnum):
    """What a value is measured in, or its root if it is a square."""

    SLOPE = "slope"  # as gradients
    PURE = "pure"  # without a unit
    WAY = "way"  # as positions


@dataclass(frozen=True)
class UpdateLine:
    """A line of an optimizer's update.

    >>> line = UpdateLine("x = max(x, s)", "largest", Quantity.SQUARE, Unit.SLOPE, when="amsgrad")
    >>> line.holds({"amsgrad": True}), line.holds({"amsgrad": False})
    (True, False)
    """

    text: str  # the assignment
    # What the line is for: a key of `step.lines` in `support/languages`, or its own words, where
    # ``{symbol}`` is the name on the left, and ``{keep}`` and ``{share}`` are a mean's shares.
    role: str
    quantity: Quantity = Quantity.NUMBER  # what its value is
    unit: Unit = Unit.PURE  # what that is measured in
    term: str = ""  # the name of its value in the rule's state, if it is kept there
    first: str = "0"  # the right side for its value before the first step, if it is
    when: str = ""  # hyperparameters under which there is the line, as "momentum and not dampening"
    given: bool = False  # whether its value is only read from the state: it is shown, but not computed
    ahead: bool = False  # whether its value, a direction, is added to the position and not taken from it
    scalar: bool = False  # whether its value is one number for all coordinates

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Whether an optimizer with these hyperparameters has the line."""
        if not self.when:
            return True
        condition = ast.parse(self.when, mode="eval").body
        return bool(run(program(condition, _CONDITIONS, condition=True), settings))


def direction(text: str, role: str, unit: Unit = Unit.SLOPE, **more: Any) -> UpdateLine:
    """A direction, see `UpdateLine`."""
    return UpdateLine(text, role, Quantity.DIRECTION, unit, **more)


def square(text: str, role: str, unit: Unit = Unit.SLOPE, **more: Any) -> UpdateLine:
    """A square, see `UpdateLine`."""
    return UpdateLine(text, role, Quantity.SQUARE, unit, **more)


def step(text: str, role: str = "step", when: str = "") -> UpdateLine:
    """The parameter after the step, an optimizer's last line."""
    return UpdateLine(text, role, Quantity.POSITION, Unit.WAY, when=when)


GRADIENT = direction("g = grad", "gradient")


def letters(settings: Mapping[str, Any]) -> dict[str, float]:
    """The hyperparameters that are numbers, under their names in equations; but for the learning rate.

    >>> letters({"lr": 0.1, "betas": (0.9, 0.99), "eps": 0.5, "amsgrad": True, "sizes": (1.0, 2.0)})
    {'b1': 0.9, 'b2': 0.99, 'eps': 0.5, 'size1': 1.0, 'size2': 2.0}
    """
    found: dict[str, Any] = {}
    for name, value in settings.items():
        values = value if isinstance(value, tuple | list) else (value,)
        own = (
            (name,) if len(values) == 1 else [f"{name.removesuffix('s')}{i + 1}" for i in range(len(values))]
        )
        found |= zip(LETTERS.get(name, own), values, strict=False)
    found.pop("lr", None)
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def as_text(equations: Iterable[UpdateLine], margin: str = "") -> str:
    """Equations one below the other, each with the condition under which it holds.

    >>> print(as_text([GRADIENT, direction("g = g + w*p", "penalty", when="weight_decay")]))
    g = grad
    g = g + w*p    if weight_decay
    """
    equations = list(equations)
    width = max(len(each.text) for each in equations) + 4
    lines = (f"{each.text:{width}}if {each.when}" if each.when else each.text for each in equations)
    return indent("\n".join(lines), margin)
