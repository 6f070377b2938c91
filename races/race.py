"""`run_race`: from a `RaceSpec` to a `Trace`, one gradient step at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from races.metrics import settled, target_loss
from races.spec import RacerSpec, RaceSpec
from races.status import Status
from races.trace import Trace
from surfaces import Surface

Array = NDArray[np.float64]


def run_race(spec: RaceSpec, on_step: Callable[[], object] | None = None) -> Trace:
    """Run every racer from every start, all starts at once as arrays.

    Each step evaluates the surface on Tensors, sweeps the graph backward, and lets the optimizer move. A
    racer whose position or loss is no longer finite has ended there; the others race on.

    Args:
        spec: the race.
        on_step: called after each step of each racer, ``steps * len(racers)`` times.

    >>> spec = RaceSpec(surface="slope", steps=2, racers=[{"optimizer": "sgd", "lr": 1.0}])
    >>> trace = run_race(spec)
    >>> trace.losses[0, :, 0].round(3).tolist(), str(trace.status[0, 0])
    ([0.64, 0.0, 0.0], 'converged')
    """
    surface = spec.build_surface()
    racers, rows, starts = len(spec.racers), spec.steps + 1, len(spec.start)
    positions = np.full((racers, rows, starts, 2), np.nan)
    losses = np.full((racers, rows, starts), np.nan)
    gradients = np.full((racers, spec.steps, starts, 2), np.nan)
    positions[:, 0] = spec.start
    for i, racer in enumerate(spec.racers):
        _run_racer(racer, surface, positions[i], losses[i], gradients[i], on_step or (lambda: None))
    status = _judge(surface, positions, losses, target_loss(losses, spec.target))
    return Trace(spec, positions, losses, gradients, status)


def _run_racer(
    racer: RacerSpec,
    surface: Surface,
    positions: Array,
    losses: Array,
    gradients: Array,
    on_step: Callable[[], object],
) -> None:
    """Fill one racer's rows of the trace from its starts, which stand in the first row of `positions`."""
    u, v = Tensor(positions[0, :, 0]), Tensor(positions[0, :, 1])
    optimizer = racer.build([u, v])
    for step in range(len(gradients)):
        optimizer.zero_grad()
        loss = surface(u, v)
        loss.sum().backward()
        losses[step] = loss.data
        gradients[step] = np.stack([u.grad, v.grad], axis=-1)
        optimizer.step()
        ended = ~(np.isfinite(positions[step]).all(axis=-1) & np.isfinite(losses[step]))
        u.data, v.data = np.where(ended, np.nan, u.data), np.where(ended, np.nan, v.data)
        positions[step + 1] = np.stack([u.data, v.data], axis=-1)
        on_step()
    losses[-1] = surface(u.data, v.data)


def _judge(surface: Surface, positions: Array, losses: Array, target: Array) -> NDArray[np.str_]:
    finite = np.isfinite(positions).all(axis=(1, 3)) & np.isfinite(losses).all(axis=1)
    inside = surface.contains(positions[:, -1, :, 0], positions[:, -1, :, 1])
    status = np.select(
        [~finite, ~inside, settled(losses, target)],
        [Status.DIVERGED.value, Status.LEFT_DOMAIN.value, Status.CONVERGED.value],
        default=Status.OUT_OF_STEPS.value,
    )
    return np.asarray(status, dtype=np.str_)
