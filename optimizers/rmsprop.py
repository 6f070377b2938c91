"""RMSProp: gradient steps divided by a running root mean square."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Unit, direction, square, step
from optimizers.rate import State
from optimizers.weight_decay import PENALTY, absent, penalised


@final
class RMSProp(ElementwiseOptimizer):
    """Divides each coordinate's step by the root mean square of its recent gradients.

    With gradient grad at the parameter p, learning rate lr, smoothing alpha, weight decay w and momentum mu::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        alpha: the smoothing constant, at least 0; less than 1 for an average.
        eps: added to the root for stability, at least 0.
        weight_decay: w, at least 0.
        momentum: mu, at least 0.
        centered: subtract the squared running mean, so that sqrt(x) estimates a standard deviation.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Tieleman and Hinton, "Lecture 6.5, RMSProp", Coursera, 2012; centred: Graves, "Generating
    sequences with recurrent neural networks", 2013. Names, defaults and formulas are torch.optim.RMSprop's.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> rmsprop = RMSProp([x], lr=0.1, alpha=0.75, eps=0.0)
    >>> (3 * x).backward()
    >>> rmsprop.step()
    >>> x.data
    0.8
    """

    habit = "brisk even on gentle slopes"
    equations = (
        GRADIENT,
        PENALTY,
        square("s = alpha*s + (1 - alpha)*g**2", "square", term="square_avg"),
        direction("c = alpha*c + (1 - alpha)*g", "mean", term="grad_avg", when="centered"),
        square("x = s - c**2", "centred", when="centered"),
        direction("d = g/(sqrt(x) + eps)", "divide", Unit.PURE, when="centered"),
        direction("d = g/(sqrt(s) + eps)", "divide", Unit.PURE, when="not centered"),
        direction("b = mu*b + d", "momentum", Unit.PURE, term="momentum_buffer", when="momentum"),
        step("p = p - lr*b", when="momentum"),
        step("p = p - lr*d", when="not momentum"),
    )

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,  # noqa: ARG004
        *,
        lr: Any = 1e-2,
        alpha: Any = 0.99,
        eps: Any = 1e-8,
        weight_decay: Any = 0.0,
        momentum: Any = 0.0,
        centered: bool = False,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds s, and b and c where they are used, as torch."""
        gradient = penalised(gradient, parameter, weight_decay)
        square_avg = alpha * state.get("square_avg", 0.0) + (1 - alpha) * gradient * gradient
        terms = {"square_avg": square_avg}
        variance = square_avg
        if centered:
            terms["grad_avg"] = alpha * state.get("grad_avg", 0.0) + (1 - alpha) * gradient
            variance = square_avg - terms["grad_avg"] * terms["grad_avg"]
        scaled = gradient / (np.sqrt(variance) + eps)
        if absent(momentum):
            return parameter - lr * scaled, terms
        terms["momentum_buffer"] = momentum * state.get("momentum_buffer", 0.0) + scaled
        return parameter - lr * terms["momentum_buffer"], terms
