"""Plateaus: nearly flat over most of the domain, then steep."""

from __future__ import annotations

from typing import Any

import numpy as np

from surfaces.surface import surface


@surface(
    u_range=(0.0, 6.0),
    v_range=(0.0, 6.0),
    z_range=(-1.0, 0.1),
    start=(1.7, 1.9),
    minima=((np.pi, np.pi),),
    camera=(60.0, -70.0),
    source="Easom, A survey of global optimization techniques, 1990",
    suggested={
        "sgd": 0.2, "momentum": 0.05, "nesterov": 0.05, "adagrad": 0.05,
        "adadelta": 1.0, "rmsprop": 0.01, "rprop": 0.01, "adam": 0.05,
        "adamw": 0.05, "adamax": 0.05, "nadam": 0.05, "radam": 0.2, "lion": 0.02,
    },
)  # fmt: skip
def easom(u: Any, v: Any) -> Any:
    """-cos u cos v e^(-(u - pi)^2 - (v - pi)^2), unscaled: one pit in a featureless plain."""
    return -np.cos(u) * np.cos(v) * np.exp(-((u - np.pi) ** 2) - (v - np.pi) ** 2)


@surface(
    u_range=(-3.0, 2.0),
    v_range=(-2.5, 2.5),
    z_range=(0.0, 3.0),
    start=(1.5, 1.5),
    minima=((-1.0000180004389043, 0.0),),
    camera=(60.0, -50.0),
    source="this project; on cliffs: Pascanu, Mikolov & Bengio, On the difficulty of training recurrent "
    "neural networks, 2013",
    suggested={
        "sgd": 0.2, "momentum": 0.02, "nesterov": 0.02, "adagrad": 0.1,
        "adadelta": 10.0, "rmsprop": 0.05, "rprop": 0.01, "adam": 0.05,
        "adamw": 0.05, "adamax": 0.1, "nadam": 0.05, "radam": 0.2, "lion": 0.02,
    },
)  # fmt: skip
def cliff(u: Any, v: Any) -> Any:
    """1 + tanh(8 (u - 0.2 v^2)) + 0.1 ((u + 1)^2 + v^2): a plateau, a cliff, and a bowl below it.

    At the cliff's edge the gradient is more than ten times that of the plateau: a single step there throws
    Momentum past the minimum, and stays in Adagrad's sum to the end.
    """
    return 1 + np.tanh(8 * (u - 0.2 * v**2)) + 0.1 * ((u + 1) ** 2 + v**2)
