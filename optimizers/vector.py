"""Where users' files find `VectorOptimizer`, which has moved: `from optimizers import VectorOptimizer`."""

from optimizers.objective import ClosureObjective, Objective
from optimizers.vector_optimizer import VectorOptimizer

__all__ = ["ClosureObjective", "Objective", "VectorOptimizer"]
