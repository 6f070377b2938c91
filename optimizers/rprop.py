"""Rprop: steps whose length follows the gradient's sign alone."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from optimizers.checks import pair, require_above_one, require_inner_fraction, require_non_negative
from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, direction, step
from optimizers.rate import State
from support.messages import shown

_require_etas = pair("two numbers, in (0, 1) and greater than 1", require_inner_fraction, require_above_one)
_require_least_and_greatest = pair(
    "two numbers, the least and the greatest", require_non_negative, require_non_negative
)


def _require_step_sizes(name: str, value: Any) -> None:
    """Raise ValueError unless they are the least and the greatest."""
    _require_least_and_greatest(name, value)
    least, greatest = value
    if np.any(np.asarray(least) > np.asarray(greatest)):
        raise ValueError(f"{name} must be the least and the greatest, got {shown(value)}")


@final
class Rprop(ElementwiseOptimizer):
    """Each coordinate's step grows while its gradient keeps its sign, and shrinks where it turns.

    With gradient grad at the parameter p, h that of the step before or 0, step size s (lr at first), etas e1
    and e2, and step sizes from low to high::

        {equations}

    Args:
        params: the parameters to move.
        lr: the first step size, at least 0.
        etas: e1, greater than 0 and less than 1, and e2, greater than 1.
        step_sizes: low and high, the least and the greatest step size, at least 0.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP
    algorithm", 1993. Names, defaults and formulas are torch.optim.Rprop's, which refuses no step sizes; as
    there, a gradient that is nan has no sign, and leaves its parameter where it is.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> rprop = Rprop([x], lr=0.25, etas=(0.5, 2.0))
    >>> for _ in range(2):
    ...     rprop.zero_grad()
    ...     (3 * x).backward()
    ...     rprop.step()
    >>> x.data
    0.25
    """

    habit = "speeds up until the slope turns"
    equations = (
        GRADIENT,
        UpdateLine("f = where(g*h > 0, e2, where(g*h < 0, e1, 1))", "factor"),
        UpdateLine(
            "s = clip(f*s, low, high)", "sizes", Quantity.SIZE, Unit.WAY, term="step_size", first="lr"
        ),
        direction("h = where(g*h < 0, 0, g)", "turned", term="prev"),
        step("p = p - s*sign(h)", "sign_step"),
    )

    _checks: ClassVar = {"etas": _require_etas, "step_sizes": _require_step_sizes}

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,  # noqa: ARG004
        *,
        lr: Any = 1e-2,
        etas: tuple[Any, Any] = (0.5, 1.2),
        step_sizes: tuple[Any, Any] = (1e-6, 50.0),
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds h and s under torch's names."""
        shrink, grow = etas
        agreement = gradient * state.get("prev", 0.0)
        factor = np.where(agreement > 0, grow, np.where(agreement < 0, shrink, 1.0))
        step_size = np.clip(state.get("step_size", lr) * factor, *step_sizes)
        gradient = np.where(agreement < 0, 0.0, gradient)
        # Not by numpy's sign, which is nan for nan: in PyTorch that is no direction.
        move = np.where(gradient > 0, step_size, np.where(gradient < 0, -step_size, 0.0))
        return parameter - move, {"prev": gradient, "step_size": step_size}
