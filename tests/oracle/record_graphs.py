"""Records what PyTorch answers for a thousand random graphs: run it to renew graphs.npz beside it.

It needs PyTorch, which the project does not depend on, and numpy; at the root of the repository::

    pip install torch==2.13.0
    python -m tests.oracle.record_graphs

The graphs are those of `tests.autograd.recorded_graphs.thousand`, with their steps in torch's functions. Each
has a value, three slopes and nine second derivatives. PyTorch is no oracle, and nan is recorded, where its
matrix is not symmetric, or its value is not numpy's. Powers of 0.5 and -0.5 are left out: it takes roots
instead, so that (-0.0)**-0.5 is -inf there, and inf in IEEE 754.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from tests.autograd.recorded_graphs import NAMED, Step, last, thousand

GRAPHS_FILE = Path(__file__).parent / "graphs.npz"


_OF_ONE = ("sin", "cos", "exp", "expm1", "log", "log1p", "sqrt", "tanh", "arctan", "sigmoid", "relu")


def _of_one(function: Any) -> Step:
    return lambda x, _: function(x)


def steps_of(torch: Any) -> dict[str, Step]:
    """The steps by their names, in torch's functions."""
    return {
        "absolute": lambda x, _: torch.abs(x),
        "maximum": torch.maximum,
        "minimum": torch.minimum,
        "clip": lambda x, _: torch.clamp(x, -1.0, 2.0),
        "where": lambda x, y: torch.where(x > y, x * y, x - y),
        **{name: _of_one(getattr(torch, name)) for name in _OF_ONE},
    }


def record(torch: Any) -> Any:
    """Value, slopes and second derivatives of each graph: an array of shape (graphs, 13)."""
    steps = tuple((NAMED | steps_of(torch)).values())
    rows = []
    for graph, point in thousand():
        inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
        value = last(steps, graph)(*inputs)
        slopes = _slopes(torch, value, inputs)
        second = np.array([[x.item() for x in _slopes(torch, slope, inputs)] for slope in slopes])
        with np.errstate(all="ignore"):
            plain = float(last(tuple(NAMED.values()), graph)(*map(np.float64, point)))
        if not np.isclose(value.item(), plain, rtol=1e-9, atol=1e-12, equal_nan=True):
            rows.append([np.nan] * 13)
            continue
        second[~np.isclose(second, second.T, rtol=1e-9, atol=0)] = np.nan
        rows.append([value.item(), *(slope.item() for slope in slopes), *second.ravel()])
    return np.array(rows)


def _slopes(torch: Any, value: Any, inputs: list[Any]) -> list[Any]:
    if not value.requires_grad:
        return [torch.tensor(0.0, dtype=torch.float64)] * len(inputs)
    found = torch.autograd.grad(value, inputs, create_graph=True, allow_unused=True)
    return [torch.tensor(0.0, dtype=torch.float64) if slope is None else slope for slope in found]


if __name__ == "__main__":
    np.savez_compressed(GRAPHS_FILE, answers=record(importlib.import_module("torch")))
