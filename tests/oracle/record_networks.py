"""Records what PyTorch's losses and training runs give: run it to renew networks.npz beside it.

In an environment with PyTorch, at the root of the repository::

    pip install torch==2.13.0
    python -m tests.oracle.record_networks
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from tests.networks.cases import LOSSES, RUNS, LossCase, Run, batches, initial_weights, samples
from tests.oracle.record_torch import pack

FILE = Path(__file__).parent / "networks.npz"


def record_loss(torch: Any, case: LossCase) -> tuple[Any, Any]:
    """A loss and its gradient."""
    x = torch.tensor(case.input, requires_grad=True)
    loss = getattr(torch.nn.functional, case.loss)(x, torch.tensor(case.target))
    loss.backward()
    return loss.detach().numpy(), x.grad.numpy()


def record_run(torch: Any, run: Run) -> tuple[dict[str, Any], Any]:
    """The weights after a training run, by our names, and the loss of each step's batch."""
    activation = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "gelu": "GELU"}[run.activation]
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), getattr(torch.nn, activation)(), torch.nn.Linear(8, 3))
    names = {"layers.0": "0", "layers.1": "2"}

    def theirs(name: str) -> str:
        layer, _, kind = name.rpartition(".")
        return f"{names[layer]}.{kind}"

    start = initial_weights()
    model.load_state_dict({theirs(name): torch.tensor(value) for name, value in start.items()})
    optimizer = getattr(torch.optim, run.theirs)(model.parameters(), **run.settings, **run.extra)
    schedule = None
    if run.torchs:
        kind, settings = run.torchs
        schedule = getattr(torch.optim.lr_scheduler, kind)(optimizer, **settings)
    inputs, labels = map(torch.tensor, samples())
    losses = []
    for batch in batches():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        if schedule:
            schedule.step()
        losses.append(loss.item())
    found = model.state_dict()
    return {name: found[theirs(name)].numpy() for name in start}, np.array(losses)


def record() -> dict[str, Any]:
    """Everything, by name."""
    torch = importlib.import_module("torch")
    torch.set_default_dtype(torch.float64)  # NAdam's product of its momenta has no dtype of its own
    recorded: dict[str, Any] = {}
    for name, case in LOSSES.items():
        recorded[f"{name}/loss"], recorded[f"{name}/gradient"] = record_loss(torch, case)
    for name, run in RUNS.items():
        weights, recorded[f"{name}/losses"] = record_run(torch, run)
        recorded |= {f"{name}/{key}": value for key, value in weights.items()}
    return recorded


if __name__ == "__main__":
    packed: dict[str, Any] = pack(record())
    np.savez_compressed(FILE, **packed)
