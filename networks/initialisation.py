"""How a layer's weights are drawn before training: torch.nn.init's names and formulas.

With ``fan_in`` numbers that enter a neuron and ``fan_out`` neurons that a number enters, weights are drawn
uniformly between -bound and bound, or from the normal distribution with standard deviation std::

    default           bound = 1 / sqrt(fan_in), of weights and biases; torch.nn.Linear's own
    kaiming_uniform   bound = sqrt(6 / fan_in)                  He et al. 2015, for relu
    kaiming_normal    std   = sqrt(2 / fan_in)
    xavier_uniform    bound = sqrt(6 / (fan_in + fan_out))      Glorot and Bengio 2010, for tanh and sigmoid
    xavier_normal     std   = sqrt(2 / (fan_in + fan_out))

Biases are zero but for `default`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from support.messages import unknown

# The scale of the weights, from fan_in and fan_out, and whether they are drawn uniformly.
INITIALISATIONS: dict[str, tuple[Callable[[int, int], float], bool]] = {
    "default": (lambda fan_in, fan_out: 1 / math.sqrt(fan_in), True),
    "kaiming_uniform": (lambda fan_in, fan_out: math.sqrt(6 / fan_in), True),
    "kaiming_normal": (lambda fan_in, fan_out: math.sqrt(2 / fan_in), False),
    "xavier_uniform": (lambda fan_in, fan_out: math.sqrt(6 / (fan_in + fan_out)), True),
    "xavier_normal": (lambda fan_in, fan_out: math.sqrt(2 / (fan_in + fan_out)), False),
}


def initial(init: str, fan_in: int, fan_out: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """The weight, of shape (fan_out, fan_in), and the bias, of shape (fan_out,), of a layer.

    Raises:
        ValueError: for an unknown initialisation.

    >>> weight, bias = initial("kaiming_uniform", 6, 2, np.random.default_rng(0))
    >>> weight.shape, bool(abs(weight).max() <= 1), bias
    ((2, 6), True, array([0., 0.]))
    """
    if init not in INITIALISATIONS:
        raise ValueError(unknown("initialisation", init, INITIALISATIONS))
    scale_of, uniform = INITIALISATIONS[init]
    scale, shape = scale_of(fan_in, fan_out), (fan_out, fan_in)
    weight = rng.uniform(-scale, scale, shape) if uniform else rng.normal(0.0, scale, shape)
    bias = rng.uniform(-scale, scale, fan_out) if init == "default" else np.zeros(fan_out)
    return weight, bias
