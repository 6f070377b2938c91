"""Stochastic gradient descent, plain or with momentum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, final

import numpy as np

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, direction, step
from optimizers.rate import State
from optimizers.weight_decay import PENALTY, absent, penalised
from support.messages import shown


def _require_momentum_for_nesterov(hyperparameters: Mapping[str, Any]) -> None:
    """Raise ValueError for Nesterov's step where there is nothing to look ahead along."""
    nesterov, momentum, dampening = (hyperparameters[name] for name in ("nesterov", "momentum", "dampening"))
    if nesterov and not (np.all(np.asarray(momentum) > 0) and np.all(np.asarray(dampening) == 0)):
        raise ValueError(
            f"nesterov must be false without momentum or with dampening, got momentum {shown(momentum)} "
            f"and dampening {shown(dampening)}"
        )


@final
class SGD(ElementwiseOptimizer):
    """Gradient descent: a step of `lr` times the gradient, downhill.

    With gradient grad at the parameter p, learning rate lr, weight decay w, momentum mu and dampening
    tau, at step t::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        momentum: mu, at least 0.
        dampening: tau, at least 0.
        weight_decay: w, at least 0.
        nesterov: look ahead along the momentum; needs momentum and no dampening.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Robbins and Monro, "A stochastic approximation method", 1951; the momentum as in
    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
    Names, defaults and formulas are torch.optim.SGD's.

    >>> from autograd import Tensor
    >>> x = Tensor(4.0)
    >>> sgd = SGD([x], lr=0.25)
    >>> (x**2).backward()
    >>> sgd.step()
    >>> x.data
    2.0
    """

    habit = "straight down the slope"
    equations = (
        GRADIENT,
        PENALTY,
        direction(
            "b = where(t > 1, mu*b + (1 - tau)*g, g)",
            "momentum",
            term="momentum_buffer",
            when="momentum and dampening",
        ),
        direction("b = mu*b + g", "momentum", term="momentum_buffer", when="momentum and not dampening"),
        direction("d = g + mu*b", "ahead", when="momentum and nesterov"),
        step("p = p - lr*d", when="momentum and nesterov"),
        step("p = p - lr*b", when="momentum and not nesterov"),
        step("p = p - lr*g", when="not momentum"),
    )

    _check_all: ClassVar = (_require_momentum_for_nesterov,)

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,  # noqa: ARG004
        *,
        lr: Any = 1e-3,
        momentum: Any = 0.0,
        dampening: Any = 0.0,
        weight_decay: Any = 0.0,
        nesterov: bool = False,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds b as `momentum_buffer`, if it has momentum."""
        gradient = penalised(gradient, parameter, weight_decay)
        if absent(momentum):
            return parameter - lr * gradient, {}
        buffer = gradient * 1.0
        if "momentum_buffer" in state:
            moving = momentum * state["momentum_buffer"] + (1 - dampening) * gradient
            buffer = np.where(np.equal(momentum, 0), gradient, moving)
        direction = gradient + momentum * buffer if nesterov else buffer
        return parameter - lr * direction, {"momentum_buffer": buffer}
