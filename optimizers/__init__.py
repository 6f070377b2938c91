"""Optimizers: one pure rule per file, and the registry of their names.

To add one, see CONTRIBUTING.md: write its file beside these, and its line here.
"""

from typing import TYPE_CHECKING

from optimizers.elementwise_optimizer import ElementwiseOptimizer as ElementwiseOptimizer
from optimizers.learned_network import LearnedNetwork as LearnedNetwork
from optimizers.learned_network import load_learned as load_learned
from optimizers.learned_network import save_learned as save_learned
from optimizers.optimizer import Optimizer as Optimizer
from optimizers.vector_optimizer import VectorOptimizer as VectorOptimizer

# isort: off
# One line for each optimizer, in the order in which they are listed; `as` makes the name public.
from optimizers.sgd import SGD as SGD
from optimizers.momentum import Momentum as Momentum
from optimizers.nesterov import Nesterov as Nesterov
from optimizers.adagrad import Adagrad as Adagrad
from optimizers.adadelta import Adadelta as Adadelta
from optimizers.rmsprop import RMSProp as RMSProp
from optimizers.rprop import Rprop as Rprop
from optimizers.adam import Adam as Adam
from optimizers.adamw import AdamW as AdamW
from optimizers.adamax import Adamax as Adamax
from optimizers.nadam import NAdam as NAdam
from optimizers.radam import RAdam as RAdam
from optimizers.lion import Lion as Lion
from optimizers.lbfgs import LBFGS as LBFGS
from optimizers.newton import Newton as Newton
from optimizers.learned import Learned as Learned
# isort: on

OPTIMIZERS: dict[str, type[Optimizer]] = {
    name.lower(): kind for name, kind in list(vars().items()) if getattr(kind, "__final__", False)
}

if not TYPE_CHECKING:  # type checkers go by `as`
    __all__ = ["OPTIMIZERS", "ElementwiseOptimizer", "Optimizer", "VectorOptimizer"]
    __all__ += ["LearnedNetwork", "load_learned", "save_learned"]
    __all__ += [kind.__name__ for kind in OPTIMIZERS.values()]
