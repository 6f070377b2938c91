"""The shots of `InsideTheStep`: which steps it shows, how slowly, and from how near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.step.steps import Steps

Array = NDArray[np.float64]

FEW = 5  # steps that are seen from near, the slow ones among them
STILL = 1e-4  # of the longest step: shorter ones, to the end, count as none
AROUND = 3  # steps before and after a later one that are seen with it


class Moment(NamedTuple):
    """What is shown: a step, how much of it is over, and whether it is shown line by line."""

    step: int
    part: float
    slow: bool


@dataclass(frozen=True)
class Shot:
    """Some steps that are shown in one go.

    Attributes:
        first: the first step.
        end: the step after the last.
        share: of the film's time.
        slow: whether they are shown line by line.
        view: what the map shows: the steps from here up to there; None for the whole way.
    """

    first: int
    end: int
    share: float
    slow: bool = False
    view: tuple[int, int] | None = None

    def moment(self, t: float) -> Moment:
        """What is shown of it once t steps are over."""
        step = min(max(int(t), self.first), self.end - 1)
        return Moment(step, min(max(t - step, 0.0), 1.0), self.slow)


def shots(racers: Sequence[Steps]) -> list[Shot]:
    """The first steps slowly, the next ones, then the whole way, with a turn and a late step slowly again.

    Where there are few steps, or few until nothing moves any more, more of the first ones are slow instead.
    """
    count = max(steps.count for steps in racers)
    begin = (0, min(FEW, count))
    closer = _closer(racers[0])
    slow = min(2 if closer else 4, count)
    story = [Shot(0, 1, 0.33, slow=True, view=begin)]
    story += [Shot(step, step + 1, 0.13, slow=True, view=begin) for step in range(1, slow)]
    if count > slow:
        story.append(Shot(slow, begin[1], 0.06, view=begin))
    done = begin[1]
    for step, share in closer:
        view = (max(step - AROUND, 0), min(step + AROUND, count))
        if step > done:
            story.append(Shot(done, step, 0.07))
        story.append(Shot(step, step + 1, share, slow=True, view=view))
        done = step + 1
    if count > done:
        story.append(Shot(done, count, 0.07))
    return story


def _closer(steps: Steps) -> list[tuple[int, float]]:
    """The steps that are shown slowly again, each with its share: where the racer turns, and a late one."""
    moves = np.diff(steps.positions[: steps.count + 1], axis=0)
    far = np.hypot(*moves.T)
    moving = int(np.flatnonzero(far > STILL * far.max()).max(initial=-1)) + 1
    if moving < 4 * FEW:
        return []
    late = int(0.75 * moving)
    return [(_sharpest(moves, 2 * FEW, max(late - FEW, 2 * FEW + 1)), 0.13), (late, 0.11)]


def _sharpest(moves: Array, first: int, end: int) -> int:
    """The step, from `first` up to `end`, before which the way turns the most; short ones left out."""
    lengths = np.hypot(*moves.T)
    along = (moves[1:] * moves[:-1]).sum(axis=1) / np.maximum(lengths[1:] * lengths[:-1], 1e-300)
    turns = np.concatenate([[1.0], along])
    turns[lengths < 0.3 * np.median(lengths)] = 1.0
    return first + int(turns[first:end].argmin())
