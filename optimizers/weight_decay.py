"""Weight decay in its two forms: in the gradient, as an L2 penalty has it, or of the parameter itself.

Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from optimizers.equations import Unit, UpdateLine, direction

PENALTY = direction("g = g + w*p", "penalty", when="weight_decay")
DECAY = UpdateLine("p = p - lr*w*p", "decay", unit=Unit.WAY, when="weight_decay")
COUPLED_OR_DECOUPLED = (
    replace(PENALTY, when="weight_decay and not decoupled_weight_decay"),
    replace(DECAY, when="weight_decay and decoupled_weight_decay"),
)


def absent(hyperparameter: Any) -> bool:
    """Whether a part of a formula has no share in it, as in PyTorch: its factor is one number, and 0."""
    return isinstance(hyperparameter, float | int) and hyperparameter == 0


def penalised(gradient: Any, parameter: Any, weight_decay: Any) -> Any:
    """The gradient with that of weight_decay / 2 p^2, the L2 penalty."""
    return gradient if absent(weight_decay) else gradient + weight_decay * parameter


def decayed(gradient: Any, parameter: Any, lr: Any, weight_decay: Any, decoupled: bool) -> tuple[Any, Any]:
    """Gradient and parameter with the weight decay in one of them: in the parameter where it is decoupled."""
    if not decoupled:
        return penalised(gradient, parameter, weight_decay), parameter
    return gradient, parameter if absent(weight_decay) else parameter * (1 - lr * weight_decay)
