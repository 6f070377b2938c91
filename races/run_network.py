"""A race of networks: every racer trains the same network, in the space of all its weights.

All start from the same weights and see the same batches. Afterwards a plane is chosen, and the trace gets the
projections of their weights; its losses are those of all data at the weights themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, value_and_grad
from networks import NetworkLoss, batches
from races.many_runs import nothing
from races.metrics import settled, target_loss
from races.race_plane import RacePlane, chosen_plane, shown_ranges
from races.racer_spec import RacerSpec
from races.spec import RaceSpec
from races.status import Status, exits
from races.trace import Trace

if TYPE_CHECKING:
    from races.network_spec import NetworkSpec

Array = NDArray[np.float64]

FAR = 100.0  # times as far from its initial weights as these are from 0, a racer has run away


def run_network(spec: RaceSpec, on_step: Callable[[], object]) -> Trace:
    """Run every racer, and project their weights.

    Args:
        spec: a race whose surface is a network's loss.
        on_step: called ``steps * len(racers)`` times.
    """
    network: NetworkSpec = spec.surface  # type: ignore[assignment]
    loss = network.loss()
    paths, gradients, counts = weight_paths(spec, on_step)
    losses = loss.many(paths.reshape(-1, loss.size)).reshape(paths.shape[:2])
    ended = np.logical_or.accumulate(~(np.isfinite(paths).all(axis=-1) & np.isfinite(losses)), axis=1)
    # What did not end in the same step has a true loss there, be it inf.
    paths[:, 1:][ended[:, :-1]] = losses[:, 1:][ended[:, :-1]] = np.nan
    gradients[ended[:, :-1]] = np.nan
    counted = ~ended[:, -1] & _stayed(paths)
    kept, known = (
        (paths[counted], losses[counted]) if counted.any() else (paths[:1, [0, 0]], losses[:1, [0, 0]])
    )
    plane = chosen_plane(network, loss, kept, known)
    rows = np.array(spec.recorded)
    with np.errstate(all="ignore"):
        positions, distances = plane.project(paths[:, rows]), plane.distance(paths[:, rows])
        slopes = gradients @ plane.directions.T
    ranges = shown_ranges(network, loss, plane, kept, known)
    shares = plane.explained_variance(kept.reshape(-1, loss.size))
    race_plane = RacePlane(plane, ranges, shares, distances[..., None])
    u, v = positions[0, 0].tolist()
    outside = exits(race_plane.surface(network, (u, v)), positions[:, -1:, None]) == 0
    return Trace(
        spec.model_copy(update={"start": ((u, v),)}),
        positions=positions[:, :, None],
        losses=losses[:, rows, None],
        gradients=slopes[:, : 0 if spec.record == "ends" else None, None],
        status=_judge(spec, losses, ended[:, -1], outside[:, 0]),
        evaluations=counts[:, rows, None],
        plane=race_plane,
    )


def weight_paths(
    spec: RaceSpec, on_step: Callable[[], object] = nothing
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Every racer's way through the space of weights, which a trace does not keep.

    Args:
        spec: a race whose surface is a network's loss.
        on_step: called ``steps * len(racers)`` times.

    Returns:
        The weights, of shape (racers, steps + 1, size), nan from where they were not finite; the gradient of
        each step, (racers, steps, size); and how many had been evaluated, (racers, steps + 1).
    """
    network: NetworkSpec = spec.surface  # type: ignore[assignment]
    loss = network.loss()
    runs = [_descend(spec, racer, loss, network, on_step) for racer in spec.racers]
    paths, gradients, counts = (np.stack(arrays) for arrays in zip(*runs, strict=True))
    return paths, gradients, counts


def _descend(
    spec: RaceSpec, racer: RacerSpec, loss: NetworkLoss, network: NetworkSpec, on_step: Callable[[], object]
) -> tuple[Array, Array, NDArray[np.int64]]:
    """One racer's weights, (steps + 1, size), gradients, (steps, size), and how many it had evaluated."""
    path = np.full((spec.steps + 1, loss.size), np.nan)
    gradients = np.full((spec.steps, loss.size), np.nan)
    counts = np.zeros(spec.steps + 1, dtype=np.int64)
    weights = Tensor(loss.initial)
    optimizer = racer.build([weights])
    compiled = spec.engine != "eager" and racer.kind.elementwise
    slope = value_and_grad(loss, "compiled", argnums=0) if compiled else None
    path[0] = loss.initial
    drawn = _batches(loss, network)
    with np.errstate(all="ignore"):
        for step, (inputs, targets) in zip(range(spec.steps), drawn, strict=False):
            seen: list[Array] = []

            def closure(inputs: Array = inputs, targets: Array = targets, seen: Any = seen) -> Tensor:
                value = _graded(weights, loss, slope, inputs, targets)
                seen.append(np.array(weights.grad))
                return value

            optimizer.step(closure)
            gradients[step] = seen[0]
            counts[step + 1] = getattr(optimizer, "evaluations", step + 1)
            on_step()
            path[step + 1] = weights.data
            if not np.isfinite(path[step + 1]).all():
                counts[step + 1 :] = counts[step + 1]
                for _ in range(step + 1, spec.steps):
                    on_step()
                break
    return path, gradients, counts


def _graded(weights: Tensor, loss: NetworkLoss, slope: Any, inputs: Array, targets: Array) -> Tensor:
    """The loss of a batch; the weights have its gradient."""
    if slope is not None:
        value, weights.grad = slope(weights.data, inputs, targets)
        return Tensor(value)
    weights.grad = None
    value = loss(weights, inputs, targets)
    value.backward()
    return value  # type: ignore[no-any-return]


def _batches(loss: NetworkLoss, network: NetworkSpec) -> Iterator[tuple[Array, Array]]:
    """Batch after batch, epoch after epoch, the same for every racer."""
    for epoch in count(1):
        for part in batches(len(loss.inputs), network.batch_size, network.seed, epoch):
            yield loss.inputs[part], loss.targets[part]


def _stayed(paths: Array) -> NDArray[np.bool_]:
    """Which racers stay near enough to their start to count for the plane: the others run away."""
    with np.errstate(all="ignore"):
        farthest = np.linalg.norm(paths - paths[:, :1], axis=-1).max(axis=1)
    return np.asarray(farthest <= FAR * (1 + np.linalg.norm(paths[0, 0])))


def _judge(
    spec: RaceSpec, losses: Array, diverged: NDArray[np.bool_], outside: NDArray[np.bool_]
) -> NDArray[np.str_]:
    """How each racer ended, of shape (racers, 1)."""
    counted = np.broadcast_to(~(diverged | outside)[:, None, None], (*losses.shape, 1))
    target = target_loss(losses[..., None], spec.target, counted)
    status = np.select(
        [diverged[:, None], outside[:, None], settled(losses[..., None], target)],
        [Status.DIVERGED.value, Status.LEFT_DOMAIN.value, Status.CONVERGED.value],
        default=Status.OUT_OF_STEPS.value,
    )
    return np.asarray(status, dtype=np.str_)
