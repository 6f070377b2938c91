"""What the tested optimizers descend, on our Tensors; `tests.oracle.record_torch` has the same for torch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from optimizers import OPTIMIZERS, Optimizer
from optimizers.optimizer import State
from surfaces import get_surface
from tests.autograd.cases import Array
from tests.optimizers.case import STEPS, Settings
from tests.optimizers.cases import CASES
from tests.optimizers.closures import closure_of


def _quadratic(u: Any, v: Any) -> Any:
    return 0.5 * u**2 + 4.5 * v**2 + 0.5 * u * v


FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "quadratic": _quadratic,
    "rosenbrock": get_surface("rosenbrock"),
    "funky": get_surface("funky"),
}

# Optimizers at each of their settings, the case and the setting's number, with names to call them: the
# elementwise ones at settings that are meant to be used, and every one at every setting.
RUNS = [(case, i) for case in CASES if case.elementwise for i in range(len(case.valid))]
EVERY = [(case, i) for case in CASES for i in range(len(case.settings))]
LABELS, EVERY_LABELS = ([f"{case.name}-{i}" for case, i in runs] for runs in (RUNS, EVERY))


def descend(
    name: str, settings: Settings, function: str, start: Any, steps: int = STEPS
) -> tuple[Array, list[State]]:
    """The positions (steps + 1, 2, ...) from `start`, u and v as floats or arrays, and the last states."""
    params = [Tensor(start[0]), Tensor(start[1])]
    optimizer: Optimizer = OPTIMIZERS[name](params, **settings)
    closure = closure_of(optimizer, lambda *point: np.sum(FUNCTIONS[function](*point)))
    positions = [[p.data for p in params]]
    for _ in range(steps):
        optimizer.step(closure)
        positions.append([p.data for p in params])
    return np.array(positions), optimizer.state


def feed(
    name: str, settings: Settings, start: Any, gradients: Sequence[Any]
) -> tuple[list[Any], list[State], int]:
    """Where a parameter is, and what the optimizer remembers, before and after each of these gradients.

    Args:
        name: the optimizer's.
        settings: of it.
        start: a float or an array.
        gradients: each of its shape; None for a step at which it gets none.

    Returns:
        The positions, the states, and how many steps the optimizer has made by its own count.
    """
    parameter = Tensor(start)
    optimizer: Optimizer = OPTIMIZERS[name]([parameter], **settings)
    positions, states = [parameter.data], [copy.deepcopy(optimizer.state[0])]
    for gradient in gradients:
        optimizer.zero_grad()
        if gradient is not None:
            parameter.grad = gradient
        optimizer.step()
        positions.append(parameter.data)
        states.append(copy.deepcopy(optimizer.state[0]))
    return positions, states, optimizer.steps[0]
