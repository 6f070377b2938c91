"""Newton's method, which leaves saddles."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, direction, step
from optimizers.rate import State
from optimizers.vector_optimizer import VectorOptimizer


@final
class Newton(VectorOptimizer):
    """Steps to the minimum of a convexified local quadratic.

    For all parameters' numbers p together, with gradient grad, Hessian ``H = Q diag(l) Q'`` and
    ``abs(H) = Q diag(|l|) Q'``, learning rate lr and damping c::

        {equations}

    Where H is positive definite d is -(H + c I)^-1 g, the damped Newton step. Where it is not, Newton's
    own step would climb towards saddles and maxima along the eigenvectors with l < 0; with ``|l|`` in their
    place it descends there too. The damping bounds the step by ``|g| / c`` where the loss is nearly flat.
    Along an eigenvector on which g has no part there is no step.

    **It evaluates one gradient and one Hessian a step**, which counts as 1 + n gradients for n numbers.
    `step` needs a closure that returns the loss as a Tensor.

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        damping: c, at least 0. With 0 a quadratic's minimum is reached in one step of lr 1.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Nocedal and Wright, "Numerical Optimization", 2nd edition, section 3.4, on Hessians modified by
    their eigenvalues; ``|l|`` is from Dauphin et al., "Identifying and attacking the saddle point problem in
    high-dimensional non-convex optimization", 2014, the saddle-free Newton method.

    >>> from autograd import Tensor
    >>> x, y = Tensor(3.0), Tensor(-4.0)
    >>> newton = Newton([x, y], damping=0.0)
    >>> def closure():
    ...     newton.zero_grad()
    ...     loss = (x - 1) ** 2 + 10 * (y - 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> newton.step(closure)
    Tensor(364.0)
    >>> x.data, y.data, newton.evaluations
    (1.0, 2.0, 3)
    """

    habit = "leaps to the curve's bottom"
    equations = (
        GRADIENT,
        UpdateLine("A = abs(H) + c*I", "curvature", Quantity.MATRIX),
        direction("d = -dot(inv(A), g)", "newton", Unit.WAY, term="direction", ahead=True),
        step("p = p + lr*d"),
    )

    @staticmethod
    def rule(
        objective: Any,
        parameter: Any,
        state: State,  # noqa: ARG004
        step: int,  # noqa: ARG004
        *,
        lr: Any = 1.0,
        damping: Any = 1e-3,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds H, l and d."""
        _, gradient = objective.value_and_grad(parameter)
        hessian = objective.hessian(parameter)
        if np.isfinite(hessian).all():
            eigenvalues, vectors = np.linalg.eigh(hessian)
        else:  # there is no step then
            eigenvalues, vectors = np.full(len(hessian), np.nan), np.full(hessian.shape, np.nan)
        along = vectors.T @ gradient
        direction = -vectors @ np.where(along == 0, 0.0, along / (np.abs(eigenvalues) + damping))
        return parameter + lr * direction, {
            "hessian": hessian,
            "eigenvalues": eigenvalues,
            "direction": direction,
        }
