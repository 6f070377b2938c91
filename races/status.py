"""How a race ended for a racer, in one word for programs and one sentence for people."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """The end of one racer's run from one start; `sentence` says it to a reader.

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
    Status.CONVERGED: "It stood at the target loss all through the last tenth of the race.",
    Status.OUT_OF_STEPS: "The race ended before it had settled at the target loss.",
    Status.LEFT_DOMAIN: "At the end it stood outside the surface's ranges.",
    Status.DIVERGED: "Its position or loss stopped being a finite number.",
}
