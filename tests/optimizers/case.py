"""What a record of the table of optimizers (`tests.optimizers.cases`) holds, and what records share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

NAN, INF = float("nan"), float("inf")
STEPS = 200
GROUP_STEPS = 50

# Where the recorded descents start, by the name of the function that they descend.
STARTS = {"quadratic": (1.8, -1.2), "rosenbrock": (-1.5, 2.5), "funky": (0.1, 0.45)}

Settings = dict[str, Any]
Refused = tuple[tuple[Settings, tuple[str, ...]], ...]


# Gradients that come from no loss: a column for each of a parameter's numbers, a row for each step.
FEED: dict[str, tuple[float, ...]] = {
    "zero": (0.0,) * 8,
    "minus zero": (-0.0,) * 8,
    "zero at first": (0.0, 0.0, 0.0, 1.0, 2.0, -1.0, 0.0, 1.0),
    "zero at last": (1.0, -2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "infinite at first": (INF, 1.0, -2.0, 1.0, 0.0, 1.0, 1.0, -1.0),
    "infinite": (1.0, -2.0, INF, 1.0, 0.0, 1.0, -1.0, 1.0),
    "infinite downwards": (1.0, 1.0, -INF, 1.0, -1.0, 0.0, 1.0, 1.0),
    "infinite both ways": (1.0, INF, -INF, INF, 1.0, -1.0, 1.0, 1.0),
    "no number at first": (NAN, 1.0, -2.0, 1.0, 0.0, 1.0, 1.0, -1.0),
    "no number": (1.0, -2.0, NAN, 1.0, 1.0, 0.0, -1.0, 1.0),
    "its square is infinite": (1.0, 2e154, 1.0, 2e154, 1.0, 1.0, 0.0, 1.0),
    "its square is zero": (1e-200, -1e-200, 1e-200, 0.0, 1e-200, 1e-200, -1e-200, 1e-200),
}
FED = tuple(0.5 * (k - 4) for k in range(len(FEED)))  # where these numbers start
# A parameter that gets no gradient at first, and none later on: the gradients of its two numbers, or None.
LATE: tuple[tuple[float, float] | None, ...] = (
    None, None, (1.0, -1.0), (2.0, 0.5), None, (-1.0, -0.25), (0.5, 3.0), None,
)  # fmt: skip
LATE_START = (1.5, -3.0)


@dataclass(frozen=True)
class Worked:
    """Steps worked by hand.

    Attributes:
        what: they show.
        settings: of the optimizer.
        start: where the parameter is.
        gradients: that it is given, one for each step.
        positions: where it is after each.
        terms: that are kept in the end.
    """

    what: str
    settings: Settings
    start: float
    gradients: tuple[float, ...]
    positions: tuple[float, ...]
    terms: dict[str, float]


@dataclass(frozen=True)
class OptimizerCase:
    """What is true of one optimizer.

    Attributes:
        name: its name in `optimizers.OPTIMIZERS`.
        torch: its twin's name in torch.optim; None where it has none.
        valid: settings to run with.
        absurd: settings that nobody would choose, but which must do what they do in the twin: overflow at the
            same steps, or go round in circles.
        refused: settings that must raise, each with the words that the message must hold.
        twin: settings that the twin needs to have the same defaults.
        optax: its twin's name in Optax; None where it is not compared.
        optax_names: what Optax calls the hyperparameters; two names for a pair.
        tolerance: how far from the twin a trajectory may be after `STEPS` steps, relative to the
            coordinates' size.
        unscaled: hyperparameters that a factor of less than 1 could put out of range.
        elementwise: whether it treats each number by itself, so that gradients may be given by hand, and
            arrays of starts and of hyperparameters are loops over them.
        looped: whether a loop may make its steps of long arrays: numpy's exp is as quick.
        starts: where its recorded descents start.
        worked: steps worked by hand, where it has no twin in torch.optim.
    """

    name: str
    torch: str | None
    valid: tuple[Settings, ...]
    refused: Refused
    absurd: tuple[Settings, ...]
    twin: Settings = field(default_factory=dict)
    optax: str | None = None
    optax_names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tolerance: float = 1e-10
    unscaled: tuple[str, ...] = ()
    elementwise: bool = True
    looped: bool = True
    starts: dict[str, tuple[float, float]] = field(default_factory=lambda: STARTS)
    worked: tuple[Worked, ...] = ()

    @property
    def settings(self) -> tuple[Settings, ...]:
        """All of them, the absurd ones last."""
        return (*self.valid, *self.absurd)


def groups_of(case: OptimizerCase, u: Any, v: Any) -> list[Settings]:
    """Two groups of an optimizer: v climbs as the optimizer is told to, u does not."""
    return [{"params": [u], "maximize": False} | case.valid[-1], {"params": [v]} | case.valid[1]]


def numbers(name: str) -> Refused:
    """What every hyperparameter that must be a non-negative number refuses."""
    values: tuple[Any, ...] = (-0.1, NAN, INF, -INF, "0.1", True, None, 1j, [0.1, -0.1], {})
    return tuple(({name: value}, (name, repr(value))) for value in values)


def fractions(name: str) -> Refused:
    """What a pair of numbers in [0, 1) refuses: a wrong element by its index, else the whole."""
    first: tuple[Any, ...] = (-0.1, 1.0, True, NAN, "0.9")
    return (
        *(({name: (value, 0.9)}, (f"{name}[0]", repr(value))) for value in first),
        *(({name: (0.9, value)}, (f"{name}[1]", repr(value))) for value in first),
        *wrong_pairs(name),
    )


def flags(name: str) -> Refused:
    """What every hyperparameter that must be true or false refuses."""
    return tuple(({name: value}, (name, repr(value))) for value in (1, 0.0, "true", None))


def wrong_pairs(name: str) -> Refused:
    """What is no pair at all."""
    return tuple(({name: value}, (name, repr(value))) for value in (0.9, (0.9,), (0.9,) * 3, None))


def counts(name: str) -> Refused:
    """What every hyperparameter that must be a whole number of at least 1 refuses."""
    return tuple(({name: value}, (name, repr(value))) for value in (0, -1, 2.0, True, "3", NAN))


def one_value(name: str) -> Refused:
    """What a hyperparameter refuses that all parameters share."""
    return (({name: np.array([0.1, 0.2])}, (name, "one value", "array([0.1, 0.2])")),)
