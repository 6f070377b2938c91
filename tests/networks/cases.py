"""What networks are compared with PyTorch's on: losses, and training runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu")
STEPS = 100


@dataclass(frozen=True)
class LossCase:
    """A loss of logits, by torch's name, and whether its labels are classes."""

    loss: str
    input: Any
    target: Any
    classes: bool = False


def _loss_cases() -> dict[str, LossCase]:
    rng = np.random.default_rng(3)
    some, more = rng.normal(0.0, 3.0, (2, 7))
    far = np.array([1000.0, -1000.0, 1000.0, -1000.0, 0.0, 30.0, -30.0])
    halves = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
    logits = rng.normal(0.0, 3.0, (7, 4))
    wide = np.zeros((4, 3))
    wide[[0, 1, 2], [0, 1, 1]] = 1000.0, -1000.0, 1000.0
    return {
        "mse": LossCase("mse_loss", some, more),
        "bce": LossCase("binary_cross_entropy_with_logits", some, halves),
        "bce of probabilities": LossCase("binary_cross_entropy_with_logits", some, rng.random(7)),
        "bce far out": LossCase("binary_cross_entropy_with_logits", far, halves),
        "cross-entropy": LossCase("cross_entropy", logits, np.array([0, 1, 2, 3, 3, 2, 0]), classes=True),
        "cross-entropy far out": LossCase("cross_entropy", wide, np.array([0, 1, 0, 2]), classes=True),
    }


LOSSES = _loss_cases()


@dataclass(frozen=True)
class Run:
    """A training run: an optimizer and a schedule, ours and PyTorch's."""

    ours: str
    theirs: str
    settings: dict[str, Any]
    schedule: tuple[str, dict[str, Any]] | None = None  # ours
    torchs: tuple[str, dict[str, Any]] | None = None
    activation: str = "relu"
    extra: dict[str, Any] = field(default_factory=dict)  # PyTorch's settings beside


RUNS = {
    "sgd": Run("sgd", "SGD", {"lr": 0.1, "weight_decay": 0.01}),
    "momentum": Run(
        "momentum", "SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01},
        ("step", {"step_size": 20, "gamma": 0.5}), ("StepLR", {"step_size": 20, "gamma": 0.5}), "tanh",
    ),
    "adam": Run(
        "adam", "Adam", {"lr": 0.01, "weight_decay": 0.01},
        ("exponential", {"gamma": 0.98}), ("ExponentialLR", {"gamma": 0.98}), "gelu",
    ),
    "adamw": Run(
        "adamw", "AdamW", {"lr": 0.01, "weight_decay": 0.1},
        ("cosine", {"steps": 100}), ("CosineAnnealingLR", {"T_max": 100}), "sigmoid",
    ),
    "nadam": Run("nadam", "NAdam", {"lr": 0.01, "weight_decay": 0.01}),
    "rmsprop": Run("rmsprop", "RMSprop", {"lr": 0.01}),
}  # fmt: skip


def samples() -> tuple[Any, Any]:
    """50 samples of 4 features, in 3 classes."""
    rng = np.random.default_rng(5)
    labels = np.arange(50) % 3
    return rng.normal(0.0, 1.0, (3, 4))[labels] + rng.normal(0.0, 0.5, (50, 4)), labels


def batches() -> list[Any]:
    """For each step the places of its samples: four batches make an epoch of 50, of which the last has 2."""
    rng = np.random.default_rng(6)
    found: list[Any] = []
    while len(found) < STEPS:
        order = rng.permutation(50)
        found += np.split(order, [16, 32, 48])
    return found[:STEPS]


def initial_weights() -> dict[str, Any]:
    """Of a network 4-8-3, by our names."""
    rng = np.random.default_rng(7)
    return {
        "layers.0.weight": rng.normal(0.0, 0.5, (8, 4)), "layers.0.bias": rng.normal(0.0, 0.5, 8),
        "layers.1.weight": rng.normal(0.0, 0.5, (3, 8)), "layers.1.bias": rng.normal(0.0, 0.5, 3),
    }  # fmt: skip
