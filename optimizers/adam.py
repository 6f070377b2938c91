"""Adam: momentum and RMSProp together, corrected for their start from zero."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Unit, direction, square, step
from optimizers.rate import State
from optimizers.weight_decay import PENALTY, penalised


@final
class Adam(ElementwiseOptimizer):
    """Adaptive moments: the running mean of the gradient over the root of that of its square.

    With gradient grad at the parameter p, learning rate lr, betas b1 and b2, weight decay w, at step t;
    s is v in the paper::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        betas: b1 and b2, the decay rates of the two means, each in [0, 1).
        eps: added to the root for stability, at least 0.
        weight_decay: w, at least 0.
        amsgrad: use the largest s so far.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015; AMSGrad: Reddi et al., "On
    the convergence of Adam and beyond", 2018. Names, defaults and formulas are torch.optim.Adam's.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> adam = Adam([x], lr=0.25, eps=0.0)
    >>> (3 * x).backward()
    >>> adam.step()
    >>> f"{x.data:.6f}"
    '0.750000'
    """

    habit = "rolls on, brisk on any slope"
    equations = (
        GRADIENT,
        PENALTY,
        direction("m = b1*m + (1 - b1)*g", "mean", term="exp_avg"),
        square("s = b2*s + (1 - b2)*g**2", "square", term="exp_avg_sq"),
        square("x = max(x, s)", "largest", term="max_exp_avg_sq", when="amsgrad"),
        direction("m_hat = m/(1 - b1**t)", "unbias"),
        square("s_hat = x/(1 - b2**t)", "unbias_square", when="amsgrad"),
        square("s_hat = s/(1 - b2**t)", "unbias_square", when="not amsgrad"),
        direction("d = m_hat/(sqrt(s_hat) + eps)", "divide", Unit.PURE),
        step("p = p - lr*d"),
    )

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,
        *,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: Any = 1e-8,
        weight_decay: Any = 0.0,
        amsgrad: bool = False,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds m, s (and AMSGrad's) under torch's names."""
        beta1, beta2 = betas
        gradient = penalised(gradient, parameter, weight_decay)
        exp_avg = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * gradient
        exp_avg_sq = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * gradient * gradient
        terms = {"exp_avg": exp_avg, "exp_avg_sq": exp_avg_sq}
        largest = exp_avg_sq
        if amsgrad:
            largest = terms["max_exp_avg_sq"] = np.maximum(state.get("max_exp_avg_sq", 0.0), exp_avg_sq)
        root = np.sqrt(largest) / np.sqrt(1 - beta2**step) + eps
        return parameter - lr / (1 - beta1**step) * (exp_avg / root), terms
