"""Records where SciPy's L-BFGS-B ends on losses that are nan outside a domain: run it to renew the npz file.

It needs SciPy::

    python -m tests.oracle.record_scipy

Losses and gradients are written here by hand, in numpy, so that they check ours.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SCIPY_FILE = Path(__file__).parent / "scipy.npz"


class Barrier(NamedTuple):
    """A loss with an edge.

    Attributes:
        formula: as in race.toml.
        low: of both coordinates of a start.
        high: of both coordinates of a start.
        loss: of u and v.
        slopes: its derivatives.
    """

    formula: str
    low: float
    high: float
    loss: Callable[[Any, Any], Any]
    slopes: Callable[[Any, Any], Any]

    def starts(self) -> Array:
        """Fifty random points inside, of shape (50, 2)."""
        return np.random.default_rng(7).uniform(self.low, self.high, (50, 2))


BARRIERS = {
    "logarithms": Barrier(
        "u - log(u) + v - log(v)",
        0.01,
        5.0,
        lambda u, v: u - np.log(u) + v - np.log(v),
        lambda u, v: (1 - 1 / u, 1 - 1 / v),
    ),
    "roots": Barrier(
        "u*sqrt(u) - 3*log(u) + v**2 - log(v)",
        0.05,
        6.0,
        lambda u, v: u * np.sqrt(u) - 3 * np.log(u) + v**2 - np.log(v),
        lambda u, v: (1.5 * np.sqrt(u) - 3 / u, 2 * v - 1 / v),
    ),
    "a triangle": Barrier(
        "(u - 2)**2 + v**2 - 0.1*log(3 - u - v) - 0.01*log(v)",
        0.01,
        1.4,
        lambda u, v: (u - 2) ** 2 + v**2 - 0.1 * np.log(3 - u - v) - 0.01 * np.log(v),
        lambda u, v: (2 * (u - 2) + 0.1 / (3 - u - v), 2 * v + 0.1 / (3 - u - v) - 0.01 / v),
    ),
}


def record_ends(minimize: Any, barrier: Barrier) -> Array:
    """Where L-BFGS-B ends from each start, of shape (50, 2)."""

    def objective(x: Array) -> tuple[Any, Array]:
        return barrier.loss(*x), np.array(barrier.slopes(*x))

    with np.errstate(all="ignore"):
        ends = [minimize(objective, x, jac=True, method="L-BFGS-B").x for x in barrier.starts()]
    return np.array(ends)


def main() -> None:
    """Record everything anew."""
    minimize = importlib.import_module("scipy.optimize").minimize
    recorded: dict[str, Any] = {name: record_ends(minimize, x) for name, x in BARRIERS.items()}
    np.savez_compressed(SCIPY_FILE, **recorded)


if __name__ == "__main__":
    main()
