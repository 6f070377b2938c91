"""The shots of `InsideTheStep`: which steps it shows, how slowly, and how close up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.step.steps import Steps

Array = NDArray[np.float64]

FEW = 5  # steps shown close up, including the slow ones
STILL = 1e-4  # of the longest step: once all steps are shorter, the racer counts as at rest
AROUND = 3  # steps shown before and after a later one


class Moment(NamedTuple):
    """A moment: a step, the share of it that is done, and whether it is shown line by line."""

    step: int
    part: float
    slow: bool


@dataclass(frozen=True)
class Shot:
    """Consecutive steps shown together.

    Attributes:
        first: the first step.
        end: the step after the last.
        share: of the film's time.
        slow: whether they are shown line by line.
        view: the range of steps that the map shows; None for the whole race.
    """

    first: int
    end: int
    share: float
    slow: bool = False
    view: tuple[int, int] | None = None

    def moment(self, t: float) -> Moment:
        """The moment to show after t steps."""
        step = min(max(int(t), self.first), self.end - 1)
        return Moment(step, min(max(t - step, 0.0), 1.0), self.slow)


def shots(racers: Sequence[Steps]) -> list[Shot]:
    """The first steps slowly, the next ones, then the whole race, with a turn and a late step slowly again.

    If there are few steps, or few before the racer is at rest, more of the first ones are slow instead.
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
    """The later steps shown slowly, each with its share: one where the racer turns, and a late one."""
    moves = np.diff(steps.positions[: steps.count + 1], axis=0)
    far = np.hypot(*moves.T)
    moving = int(np.flatnonzero(far > STILL * far.max()).max(initial=-1)) + 1
    if moving < 4 * FEW:
        return []
    late = int(0.75 * moving)
    return [(_sharpest(moves, 2 * FEW, max(late - FEW, 2 * FEW + 1)), 0.13), (late, 0.11)]


def _sharpest(moves: Array, first: int, end: int) -> int:
    """The step from `first` up to `end` before which the path turns the most, ignoring short steps."""
    lengths = np.hypot(*moves.T)
    along = (moves[1:] * moves[:-1]).sum(axis=1) / np.maximum(lengths[1:] * lengths[:-1], 1e-300)
    turns = np.concatenate([[1.0], along])
    turns[lengths < 0.3 * np.median(lengths)] = 1.0
    return first + int(turns[first:end].argmin())
