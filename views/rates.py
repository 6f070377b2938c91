"""The learning rates of racers at each step of a race, and those that learned optimizers choose."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from optimizers import Learned
from races import Trace
from races.racer_spec import rate_of_racer

Array = NDArray[np.float64]


def learning_rates(trace: Trace) -> Array:
    """The learning rates of a race's first start, of shape (racers, steps).

    That of a learned optimizer is the geometric mean of those that it chooses for u and for v. nan where
    there is none: after a racer has diverged, and for an optimizer without a learning rate.
    """
    found = np.full((len(trace.names), trace.spec.steps), np.nan)
    for racer, rates, losses in zip(trace.spec.racers, found, trace.losses[:, :, 0], strict=True):
        rate = rate_of_racer(racer)
        state = rate.first()
        for step, loss in enumerate(losses[:-1].tolist()):
            value = rate.value(state, step)
            if value is None or not np.isfinite(loss):
                break
            rates[step] = value
            state = rate.update(loss, state)
    for i, chosen in chosen_rates(trace).items():
        with np.errstate(all="ignore"):
            found[i] = np.exp(np.log(chosen).mean(axis=1))
    return found


def chosen_rates(trace: Trace) -> dict[int, Array]:
    """The learning rates that learned optimizers chose for u and v, of shape (steps, 2), by racers' indices.

    They are found by giving each its gradients once more; there are none in a race of networks, whose
    gradients are of their weights, and of a racer whose first gradient is not finite.
    """
    learned = [i for i, racer in enumerate(trace.spec.racers) if issubclass(racer.kind, Learned)]
    found = {} if trace.plane else {i: _chosen(trace, i) for i in learned}
    return {i: rates for i, rates in found.items() if np.isfinite(rates).any()}


def _chosen(trace: Trace, i: int) -> Array:
    at = Tensor(np.zeros(2))
    optimizer = trace.spec.racers[i].build([at])
    found = np.full((trace.spec.steps, 2), np.nan)
    losses, gradients = trace.losses[i, :, 0], trace.gradients[i, :, 0]
    with np.errstate(all="ignore"):
        for step, (loss, gradient) in enumerate(zip(losses.tolist(), gradients, strict=False)):
            if not (np.isfinite(loss) and np.isfinite(gradient).all()):
                break
            at.grad, lr = gradient, optimizer.rate
            optimizer.step(partial(float, loss))
            found[step] = lr * np.exp(optimizer.state[0]["output"])
    return found


def differ(rates: Array) -> bool:
    """Whether any racer's learning rate changes during the race."""
    known = np.isfinite(rates).any(axis=1)
    return bool((np.nanmax(rates[known], axis=1) > np.nanmin(rates[known], axis=1)).any())
