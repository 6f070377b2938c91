"""Adamax: Adam with the largest recent gradient in place of the root mean square."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, direction, step
from optimizers.rate import State
from optimizers.weight_decay import PENALTY, penalised


@final
class Adamax(ElementwiseOptimizer):
    """Adam's running mean of the gradient over a decaying maximum of its size.

    With gradient grad at the parameter p, learning rate lr, betas b1 and b2, weight decay w, at step t;
    n is u in the paper::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        betas: b1 and b2, the decay rates of mean and maximum, each in [0, 1).
        eps: added to the gradient's size for stability, at least 0.
        weight_decay: w, at least 0.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 7.1. Names, defaults
    and formulas are torch.optim.Adamax's.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> adamax = Adamax([x], lr=0.25, eps=1.0)
    >>> (3 * x).backward()
    >>> adamax.step()
    >>> f"{x.data:.6f}"
    '0.812500'
    """

    habit = "as Adam, minds the steepest"
    equations = (
        GRADIENT,
        PENALTY,
        direction("m = b1*m + (1 - b1)*g", "mean", term="exp_avg"),
        UpdateLine("n = max(b2*n, abs(g) + eps)", "widest", Quantity.SIZE, Unit.SLOPE, term="exp_inf"),
        direction("m_hat = m/(1 - b1**t)", "unbias"),
        direction("d = m_hat/n", "divide_widest", Unit.PURE),
        step("p = p - lr*d"),
    )

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,
        *,
        lr: Any = 2e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: Any = 1e-8,
        weight_decay: Any = 0.0,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds m and n under torch's names."""
        beta1, beta2 = betas
        gradient = penalised(gradient, parameter, weight_decay)
        exp_avg = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * gradient
        exp_inf = np.maximum(beta2 * state.get("exp_inf", 0.0), np.absolute(gradient) + eps)
        rate = lr / (1 - beta1**step)
        return parameter - rate * (exp_avg / exp_inf), {"exp_avg": exp_avg, "exp_inf": exp_inf}
