"""Losses against steps: the curves of a race, and the scale that shows them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import AbstractPathEffect, withStroke
from numpy.typing import NDArray

from races.metrics import median
from races.status import Status
from races.trace import Trace
from views.figures.words import AxisNumbers

Array = NDArray[np.float64]

# The palette is made for dark films: on white, its lines get a dark edge.
EDGE: list[AbstractPathEffect] = [withStroke(linewidth=2.6, foreground="#333333")]
MANY_RACERS = 40  # with so many, edges would hide the lines
_FEW = 8  # starts up to which each has its own curve; racers up to which quartiles are drawn
_DECADES = 100  # times the lowest loss: a linear axis would then show the first steps only
_FLOOR = 1e-16  # of the largest loss: anything below is rounding error
_PEAK = 1e3  # times the start's loss: the highest top of a logarithmic axis
_HUGE = 1e300  # beyond it, differences may overflow


def line_style(trace: Trace) -> dict[str, Any]:
    """The style of a racer's line: with many racers, thinner and without an edge."""
    return {"linewidth": 0.8} if len(trace.names) > MANY_RACERS else {"linewidth": 1.6, "path_effects": EDGE}


def draw_curves(trace: Trace, axes: Axes) -> str:
    """Draw each racer's loss within the axes' limits; with several starts, the median and the spread.

    Returns:
        How the spread is drawn: a thin curve for "each" start if there are few; the "quartiles" as a band;
        or "" if it is not, as there is one start or there are many racers.
    """
    low, high = axes.get_ylim()
    far = 1e3 * (high - low)  # beyond the axes' limits, where matplotlib's arithmetic still holds
    losses = np.clip(trace.losses, low - far, high + far)
    medians = median(losses)
    spread = _spread(trace)
    steps = np.arange(losses.shape[1])
    for i, racer in enumerate(trace.spec.racers):
        if spread == "each":
            axes.plot(losses[i], color=racer.colour, linewidth=0.8, alpha=0.5)
        elif spread == "quartiles":
            axes.fill_between(steps, *_quartiles(losses[i]), color=racer.colour, alpha=0.25, linewidth=0)
        axes.plot(medians[i], color=racer.colour, **line_style(trace))
    return spread


def _spread(trace: Trace) -> str:
    """How the spread of the starts is drawn: see `draw_curves`."""
    starts = len(trace.spec.start)
    return "" if starts == 1 or len(trace.names) > _FEW else "each" if starts <= _FEW else "quartiles"


def set_loss_axis(trace: Trace, axes: Axes, target: float) -> None:
    """Set the scale and limits of the loss axis: logarithmic if the losses span decades.

    A linear axis ends a little above the start's loss, a logarithmic one at the highest loss of racers that
    stayed in the domain, so that one that shoots up does not squeeze the others into a line. If losses change
    sign, the scale is logarithmic on both sides of 0 and linear around it.
    """
    curves = trace.losses if _spread(trace) == "each" else median(trace.losses)
    curves = np.clip(curves, -_HUGE, _HUGE)
    shown = [*curves[np.isfinite(curves)]]
    if np.isfinite(target):
        shown.append(np.clip(target, -_HUGE, _HUGE))
    low, high = float(np.min(shown)), float(curves[:, 0].max())
    positive = [loss for loss in shown if loss > 0]
    least = max(min(positive, default=0.0), _FLOOR * high)
    language = trace.spec.film.language
    if low >= 0 and 0 < _DECADES * least < high:
        axes.set_yscale("log")
        stayed = np.isin(trace.status, [Status.CONVERGED, Status.OUT_OF_STEPS]).all(axis=1)
        top = min(float(np.max(curves[stayed], initial=high)), _PEAK * high)
        room = (top / least) ** 0.05
        axes.set_ylim(least / room, top * room**2)
        return
    smaller, larger = sorted((abs(low), abs(high)))
    if low < 0 and smaller > 0 and larger > _DECADES * smaller:
        linear = 10.0 ** np.floor(np.log10(smaller))
        axes.set_yscale("symlog", linthresh=linear)
        axes.set_ylim(low * (1.5 if low < 0 else 1), high * 3 if high > 0 else high / 1.5)
        return
    room = high - low or max(1.0, abs(high))
    axes.set_ylim(low - 0.05 * room, high + 0.25 * room)
    axes.yaxis.set_major_formatter(AxisNumbers(language))


def _quartiles(losses: Array) -> tuple[Any, Any]:
    """The lower and upper quartile over the starts; a missing loss counts as the largest."""
    ordered = np.sort(losses, axis=-1)
    last = losses.shape[-1] - 1
    return ordered[..., last // 4], ordered[..., last - last // 4]
