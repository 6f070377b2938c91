"""Optimizers: one pure rule per file, and the registry of their names.

To add one, see CONTRIBUTING.md: write its file beside these, and its import, entry and public name here.
"""

from optimizers.adadelta import Adadelta
from optimizers.adagrad import Adagrad
from optimizers.adam import Adam
from optimizers.adamax import Adamax
from optimizers.adamw import AdamW
from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.lbfgs import LBFGS
from optimizers.lion import Lion
from optimizers.momentum import Momentum
from optimizers.nadam import NAdam
from optimizers.nesterov import Nesterov
from optimizers.newton import Newton
from optimizers.optimizer import Optimizer
from optimizers.radam import RAdam
from optimizers.rmsprop import RMSProp
from optimizers.rprop import Rprop
from optimizers.sgd import SGD
from optimizers.vector_optimizer import VectorOptimizer

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": Adagrad,
    "adadelta": Adadelta,
    "rmsprop": RMSProp,
    "rprop": Rprop,
    "adam": Adam,
    "adamw": AdamW,
    "adamax": Adamax,
    "nadam": NAdam,
    "radam": RAdam,
    "lion": Lion,
    "lbfgs": LBFGS,
    "newton": Newton,
}

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "ElementwiseOptimizer",
    "Lion",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Newton",
    "Optimizer",
    "RAdam",
    "RMSProp",
    "Rprop",
    "VectorOptimizer",
]
