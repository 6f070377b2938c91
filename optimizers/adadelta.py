"""Adadelta: steps in the parameter's own unit, which need no learning rate."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from optimizers.checks import require_share
from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Unit, direction, square, step
from optimizers.rate import State
from optimizers.weight_decay import PENALTY, penalised


@final
class Adadelta(ElementwiseOptimizer):
    """Scales the gradient by the ratio of recent step sizes to recent gradient sizes.

    With gradient grad at the parameter p, learning rate lr, decay rho and weight decay w::

        {equations}

    Args:
        params: the parameters to move.
        lr: factor of the step, at least 0.
        rho: decay rate of the two means, in [0, 1].
        eps: added under both roots, at least 0; it makes the first step.
        weight_decay: w, at least 0.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Zeiler, "ADADELTA: an adaptive learning rate method", 2012. Names, defaults and formulas are
    torch.optim.Adadelta's.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> adadelta = Adadelta([x], rho=0.0, eps=9.0)
    >>> (4 * x).backward()
    >>> adadelta.step()
    >>> x.data
    -1.4
    """

    habit = "finds its own pace"
    equations = (
        GRADIENT,
        PENALTY,
        square("s = rho*s + (1 - rho)*g**2", "square", term="square_avg"),
        direction("d = sqrt(a + eps)/sqrt(s + eps)*g", "pace", Unit.WAY),
        square("a = rho*a + (1 - rho)*d**2", "ways", Unit.WAY, term="acc_delta"),
        step("p = p - lr*d"),
    )

    _checks: ClassVar = {"rho": require_share}  # it may be 1

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,  # noqa: ARG004
        *,
        lr: Any = 1.0,
        rho: Any = 0.9,
        eps: Any = 1e-6,
        weight_decay: Any = 0.0,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds s and a under torch's names."""
        gradient = penalised(gradient, parameter, weight_decay)
        acc_delta = state.get("acc_delta", 0.0)
        square_avg = rho * state.get("square_avg", 0.0) + (1 - rho) * gradient * gradient
        delta = np.sqrt(acc_delta + eps) / np.sqrt(square_avg + eps) * gradient
        acc_delta = rho * acc_delta + (1 - rho) * delta * delta
        return parameter - lr * delta, {"square_avg": square_avg, "acc_delta": acc_delta}
