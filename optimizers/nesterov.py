"""Nesterov's accelerated gradient: momentum that looks ahead."""

from __future__ import annotations

from typing import Any, final

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, direction, step
from optimizers.rate import State
from optimizers.sgd import SGD
from optimizers.weight_decay import PENALTY


@final
class Nesterov(ElementwiseOptimizer):
    """A ball that steps from where its velocity is about to take it.

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

    Source: Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k^2)",
    1983, as in Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
    The same steps as torch.optim.SGD with `momentum` and `nesterov`, under the name that a race shows, and
    with a default of 0.9.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> ball = Nesterov([x], lr=0.5, momentum=0.5)
    >>> for _ in range(2):
    ...     ball.zero_grad()
    ...     (x * 1.0).backward()
    ...     ball.step()
    >>> x.data
    -0.625
    """

    habit = "rolls on and looks ahead"
    equations = (
        GRADIENT,
        PENALTY,
        direction("b = mu*b + g", "momentum", term="momentum_buffer", when="momentum"),
        direction("d = g + mu*b", "ahead", when="momentum"),
        step("p = p - lr*d", when="momentum"),
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
        """SGD's rule with Nesterov's momentum; `state` holds b as `momentum_buffer`."""
        return SGD.rule(
            gradient,
            parameter,
            state,
            step,
            lr=lr,
            momentum=momentum,
            weight_decay=weight_decay,
            nesterov=True,
        )
