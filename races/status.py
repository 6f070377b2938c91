"""How a racer's run ended, in one word for programs and one sentence for people."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from surfaces import Surface


class Status(StrEnum):
    """How one racer ended from one start; `sentence` explains it to a reader.

    >>> Status("diverged").sentence
    'Its position or loss stopped being a finite number.'
    """

    CONVERGED = "converged"
    OUT_OF_STEPS = "out_of_steps"
    LEFT_DOMAIN = "left_domain"
    DIVERGED = "diverged"

    @property
    def sentence(self) -> str:
        """What the status means."""
        return _SENTENCES[self]


_SENTENCES = {
    Status.CONVERGED: "It stayed at or below the target loss for the last 10 % of the steps.",
    Status.OUT_OF_STEPS: "The race ended before it had settled at the target loss.",
    Status.LEFT_DOMAIN: "It left the surface's ranges and did not come back.",
    Status.DIVERGED: "Its position or loss stopped being a finite number.",
}


def exits(surface: Surface, positions: NDArray[np.float64]) -> NDArray[np.int_]:
    """The step at which a racer leaves the domain for good; steps + 1 if it ends inside.

    This defines leaving the domain everywhere. A racer that is outside for some steps and comes back has not
    left. One that diverges has left once its position is no longer finite, unless it left before.

    Args:
        surface: the surface whose domain it is.
        positions: (u, v) after each step, of shape (..., steps + 1, starts, 2).

    Returns:
        An array of shape (..., starts).

    >>> from surfaces import get_surface
    >>> way = np.array([[1.0, 1.0], [2.1, 1.0], [1.9, 1.0], [2.2, 1.0], [2.3, 1.0]])
    >>> exits(get_surface("slope"), way[:, None]).tolist()
    [3]
    """
    inside = surface.contains(positions[..., 0], positions[..., 1])
    steps = np.arange(1, inside.shape[-2] + 1)[:, None]
    return np.asarray(np.where(inside, steps, 0).max(axis=-2))
