"""Records how Optax's optimizers descend those that PyTorch lacks: run it to renew the npz file beside it.

It needs Optax, which the project does not depend on, in an environment of its own::

    pip install optax==0.2.8 numpy
    python -m tests.oracle.record_optax

The formulas that are descended are those of `tests.oracle.record_torch`, in JAX's functions.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.optimizers.case import FED, FEED, LATE, LATE_START, STEPS, OptimizerCase, Settings
from tests.optimizers.cases import CASES
from tests.oracle.record_torch import _FUNCTIONS, FOLDER, Recording, pack

OPTAX_FILE = FOLDER / "optax.npz"


def record_descent(case: OptimizerCase, settings: Settings, function: str) -> Recording:
    """The positions (steps + 1, 2) of one descent."""
    jax = importlib.import_module("jax")
    slope = jax.jit(jax.grad(lambda x: _FUNCTIONS[function](jax.numpy, x[0], x[1])))
    with jax.enable_x64(True):
        step, state = _twin(jax, case, settings, case.starts[function])
        positions = [np.array(case.starts[function])]
        for _ in range(STEPS):
            position, state = step(slope(positions[-1]), positions[-1], state)
            positions.append(np.array(position))
    return {"positions": np.array(positions)}


def record_feed(case: OptimizerCase, settings: Settings) -> Recording:
    """What `tests.oracle.record_torch.record_feed` records; without gradient a parameter is left alone."""
    jax = importlib.import_module("jax")
    feeds = {"fed": (FED, tuple(zip(*FEED.values(), strict=True))), "late": (LATE_START, LATE)}
    ways: Recording = {}
    with jax.enable_x64(True):
        for name, (start, feed) in feeds.items():
            step, state = _twin(jax, case, settings, start)
            positions = [np.array(start)]
            for gradients in feed:
                position = positions[-1]
                if gradients is not None:
                    position, state = step(np.array(gradients), position, state)
                positions.append(np.array(position))
            ways[name] = np.array(positions)
    return ways


def _twin(jax: Any, case: OptimizerCase, settings: Settings, start: Any) -> tuple[Callable[..., Any], Any]:
    """A function that makes one step, and the state before the first."""
    optax: Any = importlib.import_module("optax")
    if case.optax is None:
        raise ValueError(f"{case.name} has no twin in Optax")
    named = case.twin | {
        name: value
        for key, given in settings.items()
        for name, value in zip(
            case.optax_names[key], given if isinstance(given, tuple) else (given,), strict=True
        )
    }
    twin = getattr(optax, case.optax)(**named)

    def step(gradient: Any, position: Any, state: Any) -> Any:
        update, state = twin.update(gradient, state, position)
        return optax.apply_updates(position, update), state

    return jax.jit(step), twin.init(np.array(start))


def record_trajectories() -> Recording:
    """Every descent and every feed, under the keys of `tests.oracle.record_torch.record_trajectories`."""
    recording: Recording = {}
    for case in CASES:
        for i, settings in enumerate(case.settings if case.optax else ()):
            found = {name: record_descent(case, settings, name) for name in case.starts}
            found["feed"] = record_feed(case, settings)
            for name, parts in found.items():
                recording |= {f"{case.name}/{i}/{name}/{part}": values for part, values in parts.items()}
    return recording


def main() -> None:
    """Record everything anew."""
    packed: dict[str, Any] = pack(record_trajectories())
    np.savez_compressed(OPTAX_FILE, **packed)


if __name__ == "__main__":
    main()
