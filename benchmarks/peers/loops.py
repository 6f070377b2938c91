"""Ours, by loops of machine code: gradients at many points, and races."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # before a package of the name `autograd`

import numba  # noqa: F401  (who has none, has no loops)

from benchmarks.peers.ours import compiled_many, race


def many(formula: Any, request: Any) -> Any:
    """Values and gradients at many points."""
    return compiled_many(formula, request | {"engine": "loops"})


def race_of_loops(formula: Any, request: Any) -> Any:
    """A race; its last positions, by racer and start."""
    return race(formula, request | {"engine": "loops"})


JOBS = {"many": many, "race": race_of_loops}
