"""Lion: steps of one length, in the direction of a running mean's sign."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Unit, direction, step
from optimizers.rate import State
from optimizers.weight_decay import penalised


@final
class Lion(ElementwiseOptimizer):
    """Every coordinate moves by the learning rate; only the sign of a mean says where.

    With gradient grad at the parameter p, learning rate lr, betas b1 and b2 and weight decay w::

        {equations}

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        betas: b1, of the mean that is stepped along, and b2, of the mean that is kept, each in [0, 1).
        weight_decay: w, at least 0.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Chen et al., "Symbolic discovery of optimization algorithms", 2023, algorithm 2, with the names
    and defaults of the authors' code; torch.optim has no Lion.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> lion = Lion([x], lr=0.25)
    >>> (3 * x).backward()
    >>> lion.step()
    >>> x.data
    0.75
    """

    habit = "steps of one length, either way"
    equations = (
        GRADIENT,
        direction("c = b1*m + (1 - b1)*g", "mixed"),
        direction("d = sign(c) + w*p", "sign", Unit.PURE, when="weight_decay"),
        direction("d = sign(c)", "sign", Unit.PURE, when="not weight_decay"),
        direction("m = b2*m + (1 - b2)*g", "memory", term="exp_avg"),
        step("p = p - lr*d"),
    )

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,  # noqa: ARG004
        *,
        lr: Any = 1e-4,
        betas: tuple[Any, Any] = (0.9, 0.99),
        weight_decay: Any = 0.0,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds m as `exp_avg`."""
        beta1, beta2 = betas
        average = state.get("exp_avg", 0.0)
        direction = penalised(np.sign(beta1 * average + (1 - beta1) * gradient), parameter, weight_decay)
        return parameter - lr * direction, {"exp_avg": beta2 * average + (1 - beta2) * gradient}
