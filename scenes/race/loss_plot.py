"""`LossPlot`: loss against step, drawn as the race proceeds."""

from __future__ import annotations

import numpy as np
from manim import LEFT, RIGHT, Group
from numpy.typing import NDArray

from races import Trace
from races.metrics import target_of
from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Corners, Label
from scenes.race.balls_and_trails import Runners
from scenes.theme import SMALL
from views.box import MOST
from views.captions import Captions
from views.racer_path import curve
from views.theme import FAINT

Array = NDArray[np.float64]


class LossPlot(Group):
    """Curves of the racers' losses, with the target as a thin line, to be fixed in the frame.

    The axis goes from the lowest loss, or the target, to a quarter above the start's, so that a racer that
    shoots up does not squeeze the others; curves are not drawn outside it.

    Args:
        trace: the race; its first start is shown.
        captions: the film's text.
        corners: left, bottom, right and top of the axes, in scene units; labels are outside.
        target_line: whether the target is shown.

    Attributes:
        runners: the part that moves.
    """

    def __init__(
        self, trace: Trace, captions: Captions, corners: Corners, *, target_line: bool = True
    ) -> None:
        left, bottom, right, top = corners
        losses = trace.losses[:, :, 0]
        target = float(target_of(trace)[0])
        low, high = loss_range(losses, target)
        steps = trace.spec.steps

        def place(step: Array, loss: Array) -> Array:
            x = left + step / steps * (right - left)
            # Quarters: the difference of two losses may overflow.
            y = bottom + (loss / 4 - low / 4) / (high / 4 - low / 4) * (top - bottom)
            return np.stack([x, y, np.zeros_like(x)], axis=-1)

        axes = Trail([[left, top, 0], [left, bottom, 0], [right, bottom, 0]], FAINT, width=2)
        parts: list[Trail | Label] = [axes]
        if target_line and low <= target <= high:
            parts.append(Trail(place(np.array([0, steps]), np.array([target, target])), FAINT, width=1))
        loss = captions.true_loss if trace.plane else captions.loss
        parts += [
            Label(loss, SMALL, FAINT).stand(left, top + 0.12, LEFT),
            Label(captions.step, SMALL, FAINT).stand(left, bottom - 0.36, LEFT),
            Label(captions.count(steps), SMALL, FAINT).stand(right, bottom - 0.36, RIGHT),
        ]
        self.runners = Runners(
            [racer.colour for racer in trace.spec.racers],
            [curve(values, low, high, place) for values in losses],
            radius=0.07,
            width=3.0,
        )
        super().__init__(*parts, self.runners)


def loss_range(losses: Array, target: float) -> tuple[float, float]:
    """The lowest and the highest loss of the plot."""
    low = min(losses[np.isfinite(losses)].min(), target if np.isfinite(target) else np.inf)
    start = float(losses[0, 0])
    room = start / 4 - low / 4 or abs(start) / 4 or 0.25
    with np.errstate(over="ignore"):
        low, high = np.clip([low - 0.16 * room, start + room], -MOST, MOST)
    return float(low), float(high)
