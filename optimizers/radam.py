"""RAdam: Adam that steps like momentum until its mean square can be trusted."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, direction, square, step
from optimizers.rate import State
from optimizers.weight_decay import COUPLED_OR_DECOUPLED, decayed


@final
class RAdam(ElementwiseOptimizer):
    """Adam with a warm-up of its own: the step is scaled by how many gradients its mean square has seen.

    With gradient grad at the parameter p, learning rate lr, betas b1 and b2, weight decay w, at step t;
    s is v in the paper::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        betas: b1 and b2, the decay rates of the two means, each in [0, 1).
        eps: added to the root for stability, at least 0.
        weight_decay: w, at least 0.
        decoupled_weight_decay: decay the weights as AdamW does.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Liu et al., "On the variance of the adaptive learning rate and beyond", 2020. Names, defaults and
    formulas are torch.optim.RAdam's.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> radam = RAdam([x], lr=0.25)
    >>> (3 * x).backward()
    >>> radam.step()
    >>> f"{x.data:.6f}"
    '0.250000'
    """

    habit = "as Adam, after a careful start"
    equations = (
        UpdateLine("R = 2/(1 - b2) - 1", "longest", Quantity.CONSTANT),
        UpdateLine("K = max(R, 5)/((max(R, 5) - 4)*(max(R, 5) - 2))", "longest", Quantity.CONSTANT),
        GRADIENT,
        *COUPLED_OR_DECOUPLED,
        direction("m = b1*m + (1 - b1)*g", "mean", term="exp_avg"),
        square("s = b2*s + (1 - b2)*g**2", "square", term="exp_avg_sq"),
        direction("m_hat = m/(1 - b1**t)", "unbias"),
        UpdateLine("n = (sqrt(s) + eps)/sqrt(1 - b2**t)", "unbias_side", unit=Unit.SLOPE),
        UpdateLine("r = R - 2*t*b2**t/(1 - b2**t)", "trust", scalar=True),
        UpdateLine("q = sqrt(K*(r - 4)*(r - 2)/r)", "rectifier", scalar=True),
        direction("d = where(r > 5, q*m_hat/n, m_hat)", "rectified", Unit.PURE),
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
        decoupled_weight_decay: bool = False,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds m and s under torch's names."""
        beta1, beta2 = betas
        gradient, parameter = decayed(gradient, parameter, lr, weight_decay, decoupled_weight_decay)
        # As PyTorch goes over from the one to the other: where one is infinite, it matters.
        before = state.get("exp_avg", 0.0)
        way = gradient - before
        exp_avg = np.where(beta1 > 0.5, before + (1 - beta1) * way, gradient - beta1 * way)
        exp_avg_sq = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * gradient * gradient
        fading = beta2**step
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * fading / (1 - fading)
        # What is not used, where the length is at most 5, has a value all the same.
        r, limit = np.maximum(length, 5.0), np.maximum(longest, 5.0)
        rectified = np.sqrt((r - 4) * (r - 2) * limit / ((limit - 4) * (limit - 2) * r))
        adaptive = rectified * np.sqrt(1 - fading) / (np.sqrt(exp_avg_sq) + eps)
        direction = exp_avg * np.where(length > 5, adaptive, 1.0)
        rate = lr / (1 - beta1**step)
        return parameter - rate * direction, {"exp_avg": exp_avg, "exp_avg_sq": exp_avg_sq}
