"""The table of optimizers to test: one record each; the tests loop over it and never ask for a name.

Plain data, without torch and without our optimizers: the tests and the recorder of torch.optim's
trajectories (`tests.oracle.record_torch`) both read it. To add an optimizer, add its record here and run
the recorder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NAN, INF = float("nan"), float("inf")
STEPS = 200

# Where the recorded descents start, by the name of the function that they descend.
STARTS = {"quadratic": (1.8, -1.2), "rosenbrock": (-1.5, 2.5), "funky": (0.1, 0.45)}

Settings = dict[str, Any]


@dataclass(frozen=True)
class OptimizerCase:
    """What is true of one optimizer.

    Attributes:
        name: its name in `optimizers.OPTIMIZERS`.
        torch: its twin's name in torch.optim.
        valid: settings to run with.
        refused: settings that must raise, each with the words that the message must hold.
        twin: settings that the twin needs to have the same defaults.
        tolerance: how far from the twin a trajectory may be after `STEPS` steps, relative to the
            coordinates' size.
    """

    name: str
    torch: str
    valid: tuple[Settings, ...]
    refused: tuple[tuple[Settings, tuple[str, ...]], ...]
    twin: Settings = field(default_factory=dict)
    tolerance: float = 1e-10


def _numbers(name: str) -> tuple[tuple[Settings, tuple[str, ...]], ...]:
    """What every hyperparameter that must be a non-negative number refuses."""
    values: tuple[Any, ...] = (-0.1, NAN, INF, -INF, "0.1", True, None, 1j, [0.1, -0.1], {})
    return tuple(({name: value}, (name, repr(value))) for value in values)


def _fractions(name: str) -> tuple[tuple[Settings, tuple[str, ...]], ...]:
    """What a pair of numbers in [0, 1) refuses: a wrong element by its index, else the whole."""
    first: tuple[Any, ...] = (-0.1, 1.0, True, NAN, "0.9")
    return (
        *(({name: (value, 0.9)}, (f"{name}[0]", repr(value))) for value in first),
        *(({name: (0.9, value)}, (f"{name}[1]", repr(value))) for value in first),
        *(({name: value}, (name, repr(value))) for value in (0.9, (0.9,), (0.9,) * 3, None)),
    )


def _flags(name: str) -> tuple[tuple[Settings, tuple[str, ...]], ...]:
    return tuple(({name: value}, (name, repr(value))) for value in (1, 0.0, "true", None))


CASES: tuple[OptimizerCase, ...] = (
    OptimizerCase(
        name="sgd",
        torch="SGD",
        valid=(
            {"lr": 0.005},
            {"lr": 0.01, "weight_decay": 0.1},
            {"lr": 0.002, "momentum": 0.9},
            {"lr": 0.002, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01},
            {"lr": 0.004, "momentum": 0.5, "dampening": 0.3},
            {"lr": 0.004, "momentum": 0.9, "dampening": 1.5, "weight_decay": 0.02},
            {"lr": 0.004, "dampening": 0.5},  # nothing to dampen without momentum
        ),
        refused=(
            *_numbers("lr"),
            *_numbers("momentum"),
            *_numbers("dampening"),
            *_numbers("weight_decay"),
            *_flags("nesterov"),
            ({"nesterov": True}, ("nesterov", "momentum 0.0")),
            ({"nesterov": True, "momentum": 0.9, "dampening": 0.25}, ("nesterov", "dampening 0.25")),
        ),
        twin={"lr": 1e-3},
    ),
    OptimizerCase(
        name="momentum",
        torch="SGD",
        valid=(
            {"lr": 0.005},
            {"lr": 0.002, "momentum": 0.95},
            {"lr": 0.01, "momentum": 0.0},
            {"lr": 0.003, "momentum": 0.7, "weight_decay": 0.1},
        ),
        refused=(*_numbers("lr"), *_numbers("momentum"), *_numbers("weight_decay")),
        twin={"momentum": 0.9},
    ),
    OptimizerCase(
        name="rmsprop",
        torch="RMSprop",
        valid=(
            {"lr": 0.002},
            {"lr": 0.001, "alpha": 0.9, "eps": 1e-6},
            {"lr": 0.001, "alpha": 0.95, "momentum": 0.5},
            # With a small eps, centring makes a descent chaotic: a start moved by 1e-15 ends 1e-3 away.
            {"lr": 0.002, "alpha": 0.95, "centered": True, "eps": 0.02},
            {"lr": 0.0005, "centered": True, "momentum": 0.3, "weight_decay": 0.05},
            {"lr": 0.001, "alpha": 0.0, "eps": 0.1},
        ),
        refused=(
            *_numbers("lr"),
            *_numbers("alpha"),
            *_numbers("eps"),
            *_numbers("weight_decay"),
            *_numbers("momentum"),
            *_flags("centered"),
        ),
    ),
    OptimizerCase(
        name="adam",
        torch="Adam",
        valid=(
            {},
            {"lr": 0.01},
            {"lr": 0.02, "betas": (0.8, 0.9), "eps": 1e-4},
            {"lr": 0.01, "amsgrad": True, "betas": (0.9, 0.9)},
            {"lr": 0.005, "weight_decay": 0.1},
            {"lr": 0.01, "betas": (0.0, 0.99), "eps": 1e-2, "amsgrad": True, "weight_decay": 0.01},
            {"lr": 0.005, "betas": (0.99, 0.5), "eps": 1e-3},
        ),
        refused=(
            *_numbers("lr"),
            *_numbers("eps"),
            *_numbers("weight_decay"),
            *_fractions("betas"),
            *_flags("amsgrad"),
        ),
    ),
)
