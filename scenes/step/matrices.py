"""The matrices of vector optimizers at each step: Newton's Hessian, L-BFGS's inverse.

A trace records numbers, not matrices, so they are recomputed from the positions in the trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizers import OPTIMIZERS
from optimizers.optimizer import State
from races import Trace
from races.run_whole_vector import SurfaceObjective

Array = NDArray[np.float64]


def damped(hessian: Array, damping: float) -> Array:
    """|H| + c I, where |H| has the eigenvectors of H and the absolute values of its eigenvalues.

    >>> damped(np.array([[2.0, 0.0], [0.0, -3.0]]), 0.5).tolist()
    [[2.5, 0.0], [0.0, 3.5]]
    """
    if not np.isfinite(hessian).all():
        return np.full(hessian.shape, np.nan)
    eigenvalues, vectors = np.linalg.eigh(hessian)
    return np.asarray(vectors * (np.abs(eigenvalues) + damping) @ vectors.T)


def recalled(state: Mapping[str, Any]) -> Array:
    """The inverse Hessian that L-BFGS's pairs s and y amount to, from H0 = `H_diag` times I.

    Source: Nocedal and Wright, "Numerical Optimization", 2nd edition, equation 7.16.

    >>> recalled({"H_diag": 0.5, "old_dirs": (), "old_stps": (), "ro": ()}).tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    one = np.eye(2)
    inverse = state.get("H_diag", np.nan) * one
    for y, s, ro in zip(*(state.get(name, ()) for name in ("old_dirs", "old_stps", "ro")), strict=True):
        turned = one - ro * np.outer(y, s)
        inverse = turned.T @ inverse @ turned + ro * np.outer(s, s)
    return np.asarray(inverse)


def matrices(trace: Trace, racer: int, settings: Mapping[str, Any]) -> Array:
    """The matrix of each step from the first start, of shape (steps, 2, 2); nan where there was none.

    Args:
        trace: a race, recorded with its states.
        racer: the index of a racer whose optimizer is "newton" or "lbfgs".
        settings: its hyperparameters.
    """
    spec = trace.spec
    optimizer, rates = spec.racers[racer].optimizer, trace.rates
    if rates is None:
        raise ValueError("record must be 'state'")
    objective, state = SurfaceObjective(spec.build_surface(), spec.engine), State()
    draws: Iterator[Any] = spec.noise.of_start(0) if spec.noise else repeat((0.0, 0.0))
    found = np.full((spec.steps, 2, 2), np.nan)
    for step, (x, rate) in enumerate(zip(trace.positions[racer, :-1, 0], rates[racer, :, 0], strict=True)):
        if not np.isfinite([*x, rate]).all():
            break
        objective.begin(x, next(draws))
        with np.errstate(all="ignore"):
            if optimizer == "newton":
                found[step] = damped(objective.hessian(x), float(settings["damping"]))
            else:
                _, state = OPTIMIZERS[optimizer].rule(
                    objective, x, state, step + 1, **dict(settings, lr=rate)
                )
                found[step] = recalled(state)
    return found
