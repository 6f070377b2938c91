"""Gradient descent with momentum: the heavy ball."""

from __future__ import annotations

from typing import Any, final

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, direction, step
from optimizers.rate import State
from optimizers.sgd import SGD
from optimizers.weight_decay import PENALTY


@final
class Momentum(ElementwiseOptimizer):
    """A ball with inertia: it keeps a fraction of its velocity and adds the gradient.

    With gradient grad at the parameter p, learning rate lr, momentum mu and weight decay w::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        momentum: mu, at least 0; 0 is plain gradient descent.
        weight_decay: w, at least 0.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964. The same
    steps as torch.optim.SGD with `momentum`, under the name that a race shows, and with a default of 0.9.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> ball = Momentum([x], lr=0.5, momentum=0.5)
    >>> for _ in range(2):
    ...     ball.zero_grad()
    ...     (x * 1.0).backward()
    ...     ball.step()
    >>> x.data
    -0.25
    """

    habit = "rolls on like a heavy ball"
    equations = (
        GRADIENT,
        PENALTY,
        direction("b = mu*b + g", "momentum", term="momentum_buffer", when="momentum"),
        step("p = p - lr*b", when="momentum"),
        step("p = p - lr*g", when="not momentum"),
    )

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,
        *,
        lr: Any = 1e-3,
        momentum: Any = 0.9,
        weight_decay: Any = 0.0,
    ) -> tuple[Any, State]:
        """SGD's rule with nothing but momentum; `state` holds b as `momentum_buffer`."""
        return SGD.rule(gradient, parameter, state, step, lr=lr, momentum=momentum, weight_decay=weight_decay)
