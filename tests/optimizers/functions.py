"""What the tested optimizers descend, on our Tensors; `tests.oracle.record_torch` has the same for torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Tensor
from optimizers import OPTIMIZERS, Optimizer
from optimizers.optimizer import State
from surfaces import get_surface
from tests.autograd.cases import Array
from tests.optimizers.case import STEPS, Settings
from tests.optimizers.cases import CASES


def _quadratic(u: Any, v: Any) -> Any:
    return 0.5 * u**2 + 4.5 * v**2 + 0.5 * u * v


FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "quadratic": _quadratic,
    "rosenbrock": get_surface("rosenbrock"),
    "funky": get_surface("funky"),
}

# Every valid setting of every optimizer: its name in the registry and the setting's number, and both.
RUNS = [(case, i) for case in CASES for i in range(len(case.valid))]
LABELS = [f"{case.name}-{i}" for case, i in RUNS]


def descend(
    name: str, settings: Settings, function: str, start: Any, steps: int = STEPS
) -> tuple[Array, list[State]]:
    """The positions (steps + 1, 2, ...) from `start`, u and v as floats or arrays, and the last states."""
    params = [Tensor(start[0]), Tensor(start[1])]
    optimizer: Optimizer = OPTIMIZERS[name](params, **settings)
    positions = [[p.data for p in params]]
    for _ in range(steps):
        optimizer.zero_grad()
        FUNCTIONS[function](*params).sum().backward()
        optimizer.step()
        positions.append([p.data for p in params])
    return np.array(positions), optimizer.state
