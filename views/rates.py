"""`learning_rates`: the learning rate of each racer at each step of a race."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from races import Trace
from races.racer_spec import rate_of_racer

Array = NDArray[np.float64]


def learning_rates(trace: Trace) -> Array:
    """The learning rates of a race's first start, of shape (racers, steps).

    nan where there is none: after a racer has diverged, and for an optimizer without a learning rate.
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
    return found


def differ(rates: Array) -> bool:
    """Whether any racer's learning rate changes during the race."""
    known = np.isfinite(rates).any(axis=1)
    return bool((np.nanmax(rates[known], axis=1) > np.nanmin(rates[known], axis=1)).any())
