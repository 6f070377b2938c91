"""What the tests of optimizers that are not this project's share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import Optimizer
from surfaces import get_surface
from tests.autograd.cases import Array

# A user's file.
LION = """\
import numpy as np
from optimizers import Optimizer

class Lion2(Optimizer):
    @staticmethod
    def rule(gradient, parameter, state, step, *, lr=1e-4, betas=(0.9, 0.99)):
        mean = state.get("exp_avg", 0.0)
        way = np.sign(betas[0] * mean + (1 - betas[0]) * gradient)
        return parameter - lr * way, {"exp_avg": betas[1] * mean + (1 - betas[1]) * gradient}
"""


def refusal(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    """The message of the ValueError that a call raises: one line."""
    with pytest.raises(ValueError, match=r"^.{1,400}$") as error:
        call(*arguments, **named)
    return str(error.value)


def descend(kind: Any, steps: int = 100, **hyperparameters: Any) -> tuple[Array, Optimizer]:
    """The positions of a descent on the Rosenbrock surface, of shape (steps + 1, 2), and who made it."""
    u, v = Tensor(-1.2), Tensor(1.0)
    optimizer = kind([u, v], **hyperparameters)
    return go_on(optimizer, u, v, steps), optimizer


def go_on(optimizer: Optimizer, u: Tensor, v: Tensor, steps: int) -> Array:
    """The positions of more steps on the Rosenbrock surface, from where u and v are."""
    surface = get_surface("rosenbrock")

    def closure() -> Any:
        optimizer.zero_grad()
        loss = surface(u, v)
        loss.backward()
        return loss

    positions = [(u.data, v.data)]
    for _ in range(steps):
        optimizer.step(closure)
        positions.append((u.data, v.data))
    return np.array(positions)
