"""Ours, by loops of machine code: gradients at many points, and races."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # before a package of the name `autograd`

import numba  # noqa: F401  (who has none, has no loops)
import numpy as np

from autograd import value_and_grad
from autograd.compiler.chunks import Chunks
from benchmarks.peers.ours import compiled_many, race
from surfaces.funky import funky


def many(formula: Any, request: Any) -> Any:
    """Values and gradients at many points."""
    return compiled_many(formula, request | {"engine": "loops"})


def race_of_loops(formula: Any, request: Any) -> Any:
    """A race; its last positions, by racer and start."""
    return race(formula, request | {"engine": "loops"})


def many_by_calls(formula: Any, request: Any) -> Any:
    """The same loop with the functions of the C library, which are called."""
    gradient, (u, v) = value_and_grad(funky, "loops"), formula["points"](request["count"])
    gradient(u[:1], v[:1])
    chunks = Chunks(gradient.program, {name: getattr(np, name) for name in ("sin", "cos", "exp")})
    return lambda: chunks.call(u, v), lambda results: [result.tolist() for result in results]


JOBS = {"many": many, "many by calls": many_by_calls, "race": race_of_loops}
