"""AdamW: Adam whose weight decay is kept out of its means."""

from __future__ import annotations

from typing import Any, final

from optimizers.adam import Adam
from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.rate import State
from optimizers.weight_decay import DECAY, PENALTY, decayed


@final
class AdamW(ElementwiseOptimizer):
    """Adam with decoupled weight decay.

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

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019. Names, defaults and
    formulas are torch.optim.AdamW's.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> adamw = AdamW([x], lr=0.25, eps=0.0, weight_decay=0.5)
    >>> (3 * x).backward()
    >>> adamw.step()
    >>> f"{x.data:.6f}"
    '0.625000'
    """

    habit = "as Adam, but drawn to zero"
    equations = tuple(DECAY if line is PENALTY else line for line in Adam.equations)

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
        weight_decay: Any = 1e-2,
        amsgrad: bool = False,
    ) -> tuple[Any, State]:
        """Adam's rule from the decayed parameter; `state` is Adam's."""
        gradient, parameter = decayed(gradient, parameter, lr, weight_decay, decoupled=True)
        return Adam.rule(gradient, parameter, state, step, lr=lr, betas=betas, eps=eps, amsgrad=amsgrad)
