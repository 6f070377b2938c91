"""What a network predicts, drawn over the points that it was trained and tested on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from networks import Module, predict
from networks.datasets import Dataset
from support.messages import shorten
from support.palette import lighter
from views.figures import words
from views.figures.loss_axis import EDGE

Array = NDArray[np.float64]

# Blue and orange come last among racers' colours, and the others are no racer's.
_COLOURS = ("#0072B2", "#E69F00", "#666666", "#8C4A2F", "#6A51A3", "#3B7D23", "#B03060", "#00868B")
_MARKERS = "os^Dv<>P"
_SIDE = 201  # points of the grid along each axis
_MARGIN = 0.12  # of the points' range


def draw_boundary(data: Dataset, model: Module, axes: Axes) -> None:
    """Draw the class predicted at each point of a plane, the boundary, and the samples.

    Two classes are shaded by how far the network's score is from 0. A network whose weights are no longer
    finite has no boundary.

    Args:
        data: of two features, and of classes.
        model: trained on it.
        axes: to draw into.
    """
    inputs = np.concatenate([data.train.inputs, data.test.inputs]) * data.scale + data.mean
    across, up = (np.linspace(*_range(column), _SIDE) for column in inputs.T)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    scores = np.asarray(predict(model, (grid - data.mean) / data.scale)).reshape(_SIDE, _SIDE, -1)
    if np.isfinite(scores).all():
        draw = _draw_two if scores.shape[-1] == 1 else _draw_several
        draw(across, up, scores, axes)
    for samples, tested in ((data.train, False), (data.test, True)):
        points = samples.inputs * data.scale + data.mean
        for k in range(len(data.classes)):
            axes.plot(*points[samples.targets == k].T, **_point(k, tested))
    axes.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))
    words.set_text(axes.xaxis.label, shorten(data.features[0]))
    words.set_text(axes.yaxis.label, shorten(data.features[1]))


def draw_fit(data: Dataset, models: Sequence[tuple[Module, str]], axes: Axes) -> None:
    """Draw what networks predict for each value of the one input, and the samples.

    Args:
        data: a regression with one feature.
        models: trained on it, each with its colour.
        axes: to draw into.
    """
    for samples, tested in ((data.train, False), (data.test, True)):
        style = _point(2, tested) | {"marker": "o"}
        axes.plot(samples.inputs[:, 0] * data.scale + data.mean, samples.targets, **style)
    inputs = np.concatenate([data.train.inputs, data.test.inputs])[:, 0] * data.scale + data.mean
    low, high = _range(np.concatenate([data.train.targets, data.test.targets]))
    across = np.linspace(*_range(inputs), _SIDE)
    for model, colour in models:
        found = np.asarray(predict(model, (across[:, None] - data.mean) / data.scale))[:, 0]
        far = 1e3 * (high - low)
        axes.plot(across, np.clip(found, low - far, high + far), color=colour, lw=1.8, path_effects=EDGE)
    axes.set(xlim=(across[0], across[-1]), ylim=(low, high), title="prediction")
    words.set_text(axes.xaxis.label, shorten(data.features[0]))
    axes.grid(alpha=0.3)


def class_keys(data: Dataset) -> list[Artist]:
    """For a legend: a handle for each class; none where there are too many."""
    if len(data.classes) > len(_COLOURS):
        return []
    return [Line2D([], [], **_point(k, tested=False)) for k in range(len(data.classes))]


def _point(k: int, tested: bool) -> dict[str, Any]:
    """The style of a class's points; those tested on are hollow."""
    colour = _COLOURS[k % len(_COLOURS)]
    style = {"linestyle": "none", "marker": _MARKERS[k % len(_MARKERS)], "markersize": 5.5, "zorder": 3}
    if tested:
        return style | {"markerfacecolor": "white", "markeredgecolor": colour, "markeredgewidth": 1.6}
    return style | {"color": colour, "markeredgecolor": "white", "markeredgewidth": 0.6}


def _draw_two(across: Array, up: Array, scores: Array, axes: Axes) -> None:
    """Shade by the probability of the second class, and draw where it is one in two."""
    score = scores[..., 0]
    probability = 1 / (1 + np.exp(-np.clip(score, -50, 50)))
    shades = LinearSegmentedColormap.from_list(
        "classes", [lighter(_COLOURS[0]), "#FFFFFF", lighter(_COLOURS[1])]
    )
    axes.pcolormesh(across, up, probability, cmap=shades, vmin=0, vmax=1, shading="gouraud")
    if score.min() < 0 < score.max():
        axes.contour(across, up, score, levels=[0], colors="#222222", linewidths=1.6)


def _draw_several(across: Array, up: Array, scores: Array, axes: Axes) -> None:
    """Colour by the class whose score is highest, and draw where two are equal."""
    classes = scores.shape[-1]
    colours = [lighter(lighter(_COLOURS[k % len(_COLOURS)])) for k in range(classes)]
    best = np.argmax(scores, axis=-1)
    norm: Any = {"vmin": -0.5, "vmax": classes - 0.5}
    axes.pcolormesh(across, up, best, cmap=ListedColormap(colours), shading="nearest", **norm)
    for k in range(classes):
        lead = scores[..., k] - np.delete(scores, k, axis=-1).max(axis=-1)
        if lead.min() < 0 < lead.max():
            axes.contour(across, up, lead, levels=[0], colors="#222222", linewidths=1.2)


def _range(values: Array) -> tuple[float, float]:
    """The range of some numbers, with a margin."""
    low, high = float(values.min()), float(values.max())
    room = _MARGIN * (high - low) or max(1.0, abs(high))
    return low - room, high + room
