"""Optimizers: one pure rule per file, and the registry of their names.

To add one, write its file beside these and its line in `OPTIMIZERS`.
"""

from optimizers.adam import Adam
from optimizers.momentum import Momentum
from optimizers.optimizer import Optimizer
from optimizers.rmsprop import RMSProp
from optimizers.sgd import SGD

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "rmsprop": RMSProp,
    "adam": Adam,
}

__all__ = ["OPTIMIZERS", "SGD", "Adam", "Momentum", "Optimizer", "RMSProp"]
