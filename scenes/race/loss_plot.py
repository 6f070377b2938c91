"""`LossPlot`: loss against step, drawn as the race proceeds, and learning rates where they change.

Those that a learned optimizer chooses are on a gauge, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from manim import LEFT, RIGHT, Group
from numpy.typing import NDArray

from races import Trace
from races.metrics import target_of
from scenes.depth.mobjects import DepthMobject, Trail
from scenes.depth.sprite import Label, line_width
from scenes.frame import Area
from scenes.race.balls_and_trails import Runners
from scenes.theme import SMALL
from views.box import MOST
from views.captions import Captions
from views.racer_path import Path, curve
from views.rates import chosen_rates, differ, learning_rates
from views.theme import FAINT

Array = NDArray[np.float64]

ABOVE, BELOW = 0.42, 0.42  # room for the name of an axis above it, and for the steps below
RATES = 0.4  # the share of the plot for learning rates
HIGH = 1.9  # the least height, without the steps, for both
DECADES = 100.0  # times the least value: a linear axis would then show the first steps only
FLOOR, PEAK = 1e-16, 1e3  # times the start: what is below is rounding error, and what is above is cut off
GAUGE = 0.6  # the width of the gauge
NUMBERED = 2.5  # the least width with numbers at the left
BESIDE, PITCH = 0.12, 0.4  # the gap between those and the axis, and the least one between their base lines
LANES, TICK = (-0.15, 0.15), 0.05  # where its needles are beside its middle, and how far marks reach
MOST_LINES = 12  # decades with lines of their own


class Scale(NamedTuple):
    """An axis of values, from `low` to `high`: logarithms of base 10 if it is logarithmic."""

    low: float
    high: float
    log: bool

    def of(self, values: Array) -> Array:
        """The values on the scale; on a logarithmic one, what is 0 is at its lower end."""
        if not self.log:
            return values
        with np.errstate(all="ignore"):
            return np.asarray(np.log10(np.where(values <= 0, 10.0**self.low, values)))

    def decades(self) -> list[float]:
        """The powers of ten on a logarithmic scale, if there are not too many."""
        found = np.arange(np.ceil(self.low), np.floor(self.high) + 1).tolist() if self.log else []
        return found if len(found) <= MOST_LINES else found[:: len(found) // MOST_LINES + 1]


class LossPlot(Group):
    """Curves of the racers' losses, with the target as a thin line, to be fixed in the frame.

    The axis of a linear scale goes from the lowest loss, or the target, to a quarter above the start's, so
    that a racer that shoots up does not squeeze the others; curves are not drawn outside it. Losses that span
    decades have a logarithmic scale. Where learning rates change, they are below the losses. A gauge at the
    right shows those that learned racers choose now, for u at the left of its scale and for v at the right,
    and how low and how high they have been.

    Args:
        trace: the race; its first start is shown.
        captions: the film's text.
        area: of axes and labels.
        target_line: whether the target is shown.

    Attributes:
        runners: the part that moves.
    """

    def __init__(self, trace: Trace, captions: Captions, area: Area, *, target_line: bool = True) -> None:
        losses, steps = trace.losses[:, :, 0], trace.spec.steps
        target = float(target_of(trace)[0])
        rates, chosen = learning_rates(trace), chosen_rates(trace)
        column = Area(area.right - GAUGE, area.bottom + BELOW, area.right, area.top)
        area = area._replace(right=column.left) if chosen else area
        above, below = area._replace(bottom=column.bottom), None
        if differ(rates) and above.height > HIGH:
            above, below = above.rows(1 - RATES, RATES)
        scale = loss_scale(losses, target)
        loss = captions.true_loss if trace.plane else captions.loss
        parts, place = axes(above, scale, loss, captions.loss, captions, steps)
        if target_line and np.isfinite(target):
            height = float(scale.of(np.array([target]))[0])
            if scale.low <= height <= scale.high:
                ends = np.array([0.0, steps]), np.array([height, height])
                parts.append(Trail(place(*ends), FAINT, width=1))
        paths = curves(losses, scale, place)
        if below:
            rated = rate_scale(rates, log=bool(chosen))
            more, place = axes(below, rated, captions.rate, "lr", captions, steps)
            parts += more
            paths += curves(_held(rates), rated, place)
        colours = [racer.colour for racer in trace.spec.racers]
        parts += step_labels(area, captions, steps)
        moving = colours * (len(paths) // len(colours)) + [colours[i] for i in chosen for _ in "uv"]
        if chosen:
            more, needles = _gauge(column, list(chosen.values()))
            parts += more
            paths += needles
        self.runners = Runners(moving, paths, radius=0.07, width=3.0)
        super().__init__(*parts, self.runners)


def axes(
    area: Area, scale: Scale, name: str, short: str, captions: Captions, steps: int
) -> tuple[list[DepthMobject], Callable[[Array, Array], Array]]:
    """Axes with their name above them, short where it must be; and what places steps and values there.

    At the left of a logarithmic one are its least and its greatest power of ten, where there is room.
    """
    left, bottom, right, top = area._replace(top=area.top - ABOVE)
    low, high = scale.low, scale.high
    decades = scale.decades()
    roomy = area.width >= NUMBERED and top - bottom >= 2 * PITCH
    ends = {decade: captions.numbers.setting(10.0**decade) for decade in decades[:1] + decades[-1:] if roomy}
    left += max((line_width(end, SMALL) + BESIDE for end in ends.values()), default=0.0)

    def place(step: Array, value: Array) -> Array:
        x = left + step / steps * (right - left)
        # Quarters: the difference of two losses may overflow.
        y = bottom + (value / 4 - low / 4) / (high / 4 - low / 4) * (top - bottom)
        return np.stack([x, y, np.zeros_like(x)], axis=-1)

    names = [captions.log_scale.format(name=name)] if scale.log else []
    words = next((words for words in (*names, name) if line_width(words, SMALL) <= area.width), short)
    parts: list[DepthMobject] = [
        Trail([[left, top, 0], [left, bottom, 0], [right, bottom, 0]], FAINT, width=2)
    ]
    for decade in decades:
        line = Trail(place(np.array([0.0, steps]), np.array([decade, decade])), FAINT, width=1)
        parts.append(line.set_opacity(0.35))
    taken = -np.inf
    for decade, end in ends.items():
        _, y, _ = place(np.array(0.0), np.array(decade))
        y = float(np.clip(y - 0.1, bottom, top - 0.26))
        if y - taken >= PITCH:
            parts.append(Label(end, SMALL, FAINT).stand(left - BESIDE, y, RIGHT))
            taken = y
    parts.append(Label(words, SMALL, FAINT).stand(area.left, top + 0.12, LEFT))
    return parts, place


def step_labels(area: Area, captions: Captions, steps: int) -> list[Label]:
    """What stands below the axis of steps."""
    return [
        Label(captions.step, SMALL, FAINT).stand(area.left, area.bottom + 0.06, LEFT),
        Label(captions.count(steps), SMALL, FAINT).stand(area.right, area.bottom + 0.06, RIGHT),
    ]


def _gauge(column: Area, chosen: list[Array]) -> tuple[list[DepthMobject], list[Path]]:
    """A gauge, with the letters of the axes above it; and the paths of its needles, two for each racer."""
    x, _ = column.middle
    bottom, top = column.bottom, column.top - ABOVE
    scale = rate_scale(np.concatenate([rates.T for rates in chosen]), log=True)

    def height(value: Array) -> Array:
        return np.asarray(bottom + (value - scale.low) / (scale.high - scale.low) * (top - bottom))

    def at(axis: float) -> Callable[[Array, Array], Array]:
        return lambda _, value: np.stack([np.full(value.shape, x + axis), height(value), 0 * value], axis=-1)

    decades = height(np.array(scale.decades())).tolist()
    parts: list[DepthMobject] = [
        Trail([[x, bottom, 0], [x, top, 0]], FAINT, width=2),
        *(Trail([[x - TICK, y, 0], [x + TICK, y, 0]], FAINT, width=2) for y in decades),
        *(
            Label(letter, SMALL, FAINT).stand(x + axis, top + 0.12)
            for axis, letter in zip(LANES, "uv", strict=True)
        ),
    ]
    needles = [
        path
        for rates in chosen
        for axis, own in zip(LANES, rates.T, strict=True)
        for path in curves(_held(own[None]), scale, at(axis))
    ]
    return parts, needles


def _held(rates: Array) -> Array:
    """Rates at every position: each is that of the step that follows, and the last one is held."""
    return np.concatenate([rates, rates[:, -1:]], axis=1)


def curves(values: Array, scale: Scale, place: Callable[[Array, Array], Array]) -> list[Path]:
    """The paths of values after each step, of shape (racers, steps + 1)."""
    return [curve(one, scale.low, scale.high, place) for one in scale.of(values)]


def loss_scale(losses: Array, target: float) -> Scale:
    """The scale of losses: logarithmic if none is negative and the start is decades above the least.

    >>> loss_scale(np.array([[1.0, 1e-3, 1e-6]]), np.nan).log, loss_scale(np.array([[1.0, -0.5]]), np.nan).log
    (True, False)
    """
    known = losses[np.isfinite(losses)]
    low, start = float(known.min()), float(losses[0, 0])
    if np.isfinite(target):
        low = min(low, target)
    positive = known[known > 0]
    least = max(float(positive.min(initial=MOST)), FLOOR * start)
    if low >= 0 and 0 < least < start / DECADES:
        top = min(float(known.max()), PEAK * start)
        span = np.log10(top / least)
        return Scale(float(np.log10(least) - 0.05 * span), float(np.log10(top) + 0.08 * span), True)
    room = start / 4 - low / 4 or abs(start) / 4 or 0.25
    with np.errstate(over="ignore"):
        low, high = np.clip([low - 0.16 * room, start + room], -MOST, MOST)
    return Scale(float(low), float(high), False)


def rate_scale(rates: Array, log: bool = False) -> Scale:
    """The scale of learning rates: from 0, or logarithmic if they span decades or if it is to be."""
    known = rates[np.isfinite(rates)]
    high, least = float(known.max()), float(known[known > 0].min(initial=np.inf))
    if known.min() > 0 and (log or high > DECADES * least):
        span = max(np.log10(high / least), 1.0)
        return Scale(float(np.log10(least) - 0.05 * span), float(np.log10(high) + 0.1 * span), True)
    return Scale(0.0, 1.1 * high or 1.0, False)
