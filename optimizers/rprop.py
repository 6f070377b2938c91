"""Rprop: steps whose length follows the gradient's sign alone."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.checks import require_inside, require_non_negative, require_two
from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, Words, direction, step
from optimizers.optimizer import Optimizer, State
from support.messages import shown


@final
class Rprop(Optimizer):
    """Each coordinate's step grows while its gradient keeps its sign, and shrinks where it turns.

    With gradient grad at the parameter p, h that of the step before or 0, step size s (lr at first), etas e1
    and e2, and step sizes from low to high::

        {equations}

    Args:
        params: the parameters to move.
        lr: the first step size, at least 0.
        etas: e1, greater than 0 and less than 1, and e2, greater than 1.
        step_sizes: low and high, the least and the greatest step size, at least 0.

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

    habit = Words("speeds up until the slope turns", "accélère tant que la pente dure")
    equations = (
        GRADIENT,
        UpdateLine("f = where(g*h > 0, e2, where(g*h < 0, e1, 1))", "factor"),
        UpdateLine(
            "s = clip(f*s, low, high)", "sizes", Quantity.SIZE, Unit.WAY, term="step_size", first="lr"
        ),
        direction("h = where(g*h < 0, 0, g)", "turned", term="prev"),
        step("p = p - s*sign(h)", "sign_step"),
    )

    @classmethod
    def check(cls, *, etas: Any, step_sizes: Any, **others: Any) -> None:
        """Refuse what is out of range; the pairs are no decay rates."""
        super().check(**others)
        shrink, grow = require_two("etas", etas, "two numbers, in (0, 1) and greater than 1")
        require_inside(0, 1, **{"etas[0]": shrink})
        require_inside(1, np.inf, **{"etas[1]": grow})
        least, greatest = require_two("step_sizes", step_sizes, "two numbers, the least and the greatest")
        require_non_negative(**{"step_sizes[0]": least, "step_sizes[1]": greatest})
        if np.any(np.asarray(least) > np.asarray(greatest)):
            raise ValueError(f"step_sizes must be the least and the greatest, got {shown(step_sizes)}")

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
