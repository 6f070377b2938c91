"""HIPS autograd: numpy, traced anew at each call."""

from __future__ import annotations

import importlib
from typing import Any

anp: Any = importlib.import_module("autograd.numpy")  # the project's `autograd` has no such module
hips: Any = importlib.import_module("autograd.differential_operators")


def one(formula: Any, request: Any) -> Any:
    """Value and gradient at one point."""
    gradient = hips.value_and_grad(lambda u, v: formula["funky"](anp, u, v), (0, 1))
    return lambda: gradient(request["u"], request["v"]), lambda result: [
        float(result[0]),
        *map(float, result[1]),
    ]


def many(formula: Any, request: Any) -> Any:
    """Values and gradients at many points."""
    sweep = hips.make_vjp(lambda u, v: formula["funky"](anp, u, v), (0, 1))
    u, v = formula["points"](request["count"])

    def run() -> Any:
        backward, loss = sweep(u, v)
        return loss, *backward(anp.ones_like(loss))

    return run, lambda result: [array.tolist() for array in result]


JOBS = {"one": one, "many": many}
