"""Records PyTorch's learning rates, for the tests to compare with: run it to renew the npz file beside it.

It needs PyTorch, which the project does not depend on, and numpy; at the root of the repository::

    pip install torch==2.13.0
    python -m tests.oracle.record_schedules

The settings are the table `tests.optimizers.schedule_cases`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.optimizers.schedule_cases import OF_STEP, WATCHING, Twin
from tests.oracle.record_torch import FOLDER, Array, Recording, pack

SCHEDULES_FILE = FOLDER / "schedules.npz"
# What a scheduler that watches the loss keeps, beside the learning rate.
TERMS = ("best", "num_bad_epochs", "cooldown_counter")


def losses() -> Recording:
    """Sequences of losses to watch, by name."""
    rng, steps = np.random.default_rng(11), np.arange(200)
    noise = rng.normal(size=(5, 200))
    broken = 1 + 0.3 * noise[4]
    broken[rng.integers(0, 200, 30)] = np.nan
    broken[rng.integers(5, 200, 10)] = np.inf
    broken[rng.integers(100, 200, 3)] = -np.inf
    return {
        "falling": np.exp(-steps / 25) + 0.02 * noise[0],
        "rising": np.log1p(steps) + 0.2 * noise[1],
        "standing": np.round(4 * np.exp(-steps / 40), 1),
        "negative": -1 - 0.3 * np.sin(steps / 15) + 0.01 * noise[3],
        "broken": broken,
        "nothing": np.full(200, np.nan),
    }


def _build(torch: Any, optimizer: Any, twin: Twin) -> Any:
    """The scheduler; those that it is made of are made before."""
    arguments = {
        key: [_build(torch, optimizer, item) if isinstance(item, Twin) else item for item in value]
        if isinstance(value, list | tuple)
        else value
        for key, value in twin.arguments.items()
    }
    return getattr(torch.optim.lr_scheduler, twin.kind)(optimizer, **arguments)


def _begin(torch: Any, twin: Twin) -> tuple[Any, Any, Callable[[], float]]:
    """An optimizer with nothing to do, its scheduler, and what tells its learning rate."""
    point = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([point], lr=twin.lr)
    return optimizer, _build(torch, optimizer, twin), lambda: float(optimizer.param_groups[0]["lr"])


def record_rates(torch: Any, twin: Twin) -> Array:
    """The learning rate of each step."""
    optimizer, scheduler, rate = _begin(torch, twin)
    rates = [rate()]
    for _ in range(twin.length - 1):
        optimizer.step()
        scheduler.step()
        rates.append(rate())
    return np.array(rates)


def record_watching(torch: Any, twin: Twin, watched: Array) -> Recording:
    """The learning rate and the scheduler's terms, by name: before the first loss, and after each."""
    optimizer, scheduler, rate = _begin(torch, twin)
    rows = [[rate(), *(float(getattr(scheduler, term)) for term in TERMS)]]
    for loss in watched.tolist():
        optimizer.step()
        scheduler.step(loss)
        rows.append([rate(), *(float(getattr(scheduler, term)) for term in TERMS)])
    return dict(zip(("lr", *TERMS), np.array(rows).T, strict=True))


def record_schedules(torch: Any) -> Recording:
    """Every schedule under ``name/which settings``, or ``.../which losses/term``; the losses themselves."""
    recording = {f"losses/{name}": watched for name, watched in losses().items()}
    for case, i in OF_STEP:
        twin = case.twin(case.valid[i])
        if twin:
            recording[f"{case.name}/{i}"] = record_rates(torch, twin)
    for case, i in WATCHING:
        twin = case.twin(case.valid[i])
        for name, watched in losses().items():
            found = record_watching(torch, twin, watched) if twin else {}
            recording |= {f"{case.name}/{i}/{name}/{term}": values for term, values in found.items()}
    return recording


def main() -> None:
    """Record everything anew."""
    packed: dict[str, Any] = pack(record_schedules(importlib.import_module("torch")))
    np.savez_compressed(SCHEDULES_FILE, **packed)


if __name__ == "__main__":
    main()
