"""Records what PyTorch answers for numpy's functions that have no row of their own: run it to renew the file.

It needs PyTorch, which the project does not depend on, and numpy; at the root of the repository::

    pip install torch==2.13.0
    python -m tests.oracle.record_numpy

The calls are the table `tests.autograd.numpy_cases`.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from tests.autograd.case import seed_for
from tests.autograd.numpy_cases import CASES, NumpyCase
from tests.oracle.record_torch import FOLDER, Recording, pack

FILE = FOLDER / "numpy.npz"


def record_call(torch: Any, case: NumpyCase) -> Recording:
    """A call's value y, the gradients of sum(seed y), and the first input's Hessian of sum(seed y^2)."""
    inputs = [torch.tensor(np.array(x), dtype=torch.float64, requires_grad=True) for x in case.inputs]
    value = case.torchs(torch, *inputs)
    seed = torch.tensor(seed_for(tuple(value.shape)), dtype=torch.float64)
    slopes = torch.autograd.grad(torch.sum(seed * value), inputs)
    hessian = torch.autograd.functional.hessian(
        lambda x: torch.sum(seed * case.torchs(torch, x, *inputs[1:]) ** 2), inputs[0]
    )
    found = {"value": value, "hessian": hessian, **{str(i): slope for i, slope in enumerate(slopes)}}
    return {part: np.asarray(x.detach().numpy()) for part, x in found.items()}


def main() -> None:
    """Record everything anew."""
    torch = importlib.import_module("torch")
    recording = {
        f"{case.name}/{part}": values for case in CASES for part, values in record_call(torch, case).items()
    }
    packed: dict[str, Any] = pack(recording)
    np.savez_compressed(FILE, **packed)


if __name__ == "__main__":
    main()
