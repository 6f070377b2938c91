"""`QuadraticObjective`: a loss of known derivatives, on which rules of whole vectors are tried."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


class QuadraticObjective:
    """The loss x.x / 4, as an `optimizers.objective.Objective`: at 1 its gradient is 0.5."""

    evaluations = 0

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        """The loss at `x`, and its gradient."""
        self.evaluations += 1
        return float(x @ x) / 4, x / 2

    def hessian(self, x: Array) -> Array:
        """The matrix of the loss's second derivatives at `x`."""
        return np.eye(len(x)) / 2
