"""NAdam: Adam with Nesterov's look ahead."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Unit, UpdateLine, direction, square, step
from optimizers.rate import State
from optimizers.weight_decay import COUPLED_OR_DECOUPLED, decayed


@final
class NAdam(ElementwiseOptimizer):
    """Adam that steps by the gradient at hand and by where its mean is about to go.

    With gradient grad at the parameter p, learning rate lr, betas b1 and b2, weight decay w and momentum
    decay psi, at step t; s is v in the paper, and k is 1 before the first step::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        betas: b1 and b2, the decay rates of the two means, each in [0, 1).
        eps: added to the root for stability, at least 0.
        weight_decay: w, at least 0.
        momentum_decay: psi, at least 0; how fast c grows from b1 / 2 to b1.
        decoupled_weight_decay: decay the weights as AdamW does.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Dozat, "Incorporating Nesterov momentum into Adam", 2016. Names, defaults and formulas are
    torch.optim.NAdam's.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> nadam = NAdam([x], lr=0.25, betas=(0.0, 0.0), eps=3.0)
    >>> (3 * x).backward()
    >>> nadam.step()
    >>> x.data
    0.875
    """

    habit = "as Adam, and looks ahead"
    equations = (
        GRADIENT,
        UpdateLine("c = b1*(1 - 0.96**(t*psi)/2)", "share", scalar=True),
        UpdateLine("next = b1*(1 - 0.96**((t + 1)*psi)/2)", "share_next", scalar=True),
        UpdateLine("k = k*c", "shares", term="mu_product", first="1", scalar=True),
        *COUPLED_OR_DECOUPLED,
        direction("m = b1*m + (1 - b1)*g", "mean", term="exp_avg"),
        square("s = b2*s + (1 - b2)*g**2", "square", term="exp_avg_sq"),
        direction("x = (1 - c)/(1 - k)*g + next/(1 - k*next)*m", "ahead"),
        square("s_hat = s/(1 - b2**t)", "unbias_square"),
        direction("d = x/(sqrt(s_hat) + eps)", "divide", Unit.PURE),
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
        momentum_decay: Any = 4e-3,
        decoupled_weight_decay: bool = False,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds m, s and k under torch's names."""
        beta1, beta2 = betas
        gradient, parameter = decayed(gradient, parameter, lr, weight_decay, decoupled_weight_decay)
        now = beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay))
        next_ = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * momentum_decay))
        mu_product = state.get("mu_product", 1.0) * now
        exp_avg = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * gradient
        exp_avg_sq = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * gradient * gradient
        ahead = (1 - now) / (1 - mu_product) * gradient + next_ / (1 - mu_product * next_) * exp_avg
        root = np.sqrt(exp_avg_sq / (1 - beta2**step)) + eps
        terms = {"exp_avg": exp_avg, "exp_avg_sq": exp_avg_sq, "mu_product": mu_product}
        return parameter - lr * (ahead / root), terms
