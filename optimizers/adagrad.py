"""Adagrad: gradient steps divided by the root of all squares so far."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Unit, UpdateLine, direction, square, step
from optimizers.rate import State
from optimizers.weight_decay import PENALTY, penalised


@final
class Adagrad(ElementwiseOptimizer):
    """Each coordinate's step shrinks with every gradient that it has met.

    With gradient grad at the parameter p, learning rate lr, its decay, and weight decay w, at step t; s is
    start before the first::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        lr_decay: decay, at least 0.
        weight_decay: w, at least 0.
        initial_accumulator_value: start, what s starts from, at least 0.
        eps: added to the root for stability, at least 0.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", 2011. Names, defaults and formulas are torch.optim.Adagrad's.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> adagrad = Adagrad([x], lr=0.5, initial_accumulator_value=16.0, eps=0.0)
    >>> (3 * x).backward()
    >>> adagrad.step()
    >>> x.data
    0.7
    """

    habit = "tires with every slope it meets"
    equations = (
        GRADIENT,
        PENALTY,
        square("s = s + g**2", "sum", term="sum", first="start"),
        direction("d = g/(sqrt(s) + eps)", "divide", Unit.PURE),
        UpdateLine("r = lr/(1 + (t - 1)*decay)", "rate", scalar=True, when="lr_decay"),
        step("p = p - r*d", when="lr_decay"),
        step("p = p - lr*d", when="not lr_decay"),
    )

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,
        *,
        lr: Any = 1e-2,
        lr_decay: Any = 0.0,
        weight_decay: Any = 0.0,
        initial_accumulator_value: Any = 0.0,
        eps: Any = 1e-10,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds s as `sum`."""
        gradient = penalised(gradient, parameter, weight_decay)
        total = state.get("sum", initial_accumulator_value) + gradient * gradient
        rate = lr / (1 + (step - 1) * lr_decay)
        return parameter - rate * (gradient / (np.sqrt(total) + eps)), {"sum": total}
