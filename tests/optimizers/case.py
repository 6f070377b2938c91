"""What a record of the table of optimizers (`tests.optimizers.cases`) holds, and what records share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NAN, INF = float("nan"), float("inf")
STEPS = 200

# Where the recorded descents start, by the name of the function that they descend.
STARTS = {"quadratic": (1.8, -1.2), "rosenbrock": (-1.5, 2.5), "funky": (0.1, 0.45)}

Settings = dict[str, Any]
Refused = tuple[tuple[Settings, tuple[str, ...]], ...]


@dataclass(frozen=True)
class OptimizerCase:
    """What is true of one optimizer.

    Attributes:
        name: its name in `optimizers.OPTIMIZERS`.
        torch: its twin's name in torch.optim; None where it has none.
        valid: settings to run with.
        refused: settings that must raise, each with the words that the message must hold.
        twin: settings that the twin needs to have the same defaults.
        tolerance: how far from the twin a trajectory may be after `STEPS` steps, relative to the
            coordinates' size.
        unscaled: hyperparameters that a factor of less than 1 could put out of range.
    """

    name: str
    torch: str | None
    valid: tuple[Settings, ...]
    refused: Refused
    twin: Settings = field(default_factory=dict)
    tolerance: float = 1e-10
    unscaled: tuple[str, ...] = ()


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
