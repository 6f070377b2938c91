"""`DecisionRegions`: the class that each racer's network predicts at each place of a plane, during a race."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks import NetworkLoss, functional_call, losses
from races import Trace
from races.network_spec import NetworkSpec
from races.run_network import weight_paths
from views.theme import DARK, Theme, rgb

Array = NDArray[np.float64]
Extent = tuple[float, float, float, float]  # left, bottom, right and top, in units of the inputs

MOST_PLACES = 9000  # of the grids of all racers; between places, scores are interpolated
FINEST, COARSEST = 64, 32  # places along each side of a grid
MOST = 160  # moments of a race for which scores are computed; between them they are interpolated
_MARGIN = 0.08  # around the samples, as a share of their span
_LARGEST = 1e6  # score: beyond that it is a sure class anyway


class DecisionRegions:
    """What the networks of a race predict for two inputs, at moments of the race.

    Args:
        trace: a race of networks with two inputs, on a data set with classes.
        aspect: width over height of the plane shown.
        theme: the picture's colours.

    Attributes:
        inputs: of the samples, (samples, 2).
        labels: the classes of the samples, ints from 0.
        box: the part of the plane that is shown; both inputs have the same scale.
        moments: the steps for which there are scores.
        accuracies: at these, (racers, moments); nan once a racer has diverged.
        digest: equal for equal scores.

    Raises:
        SpecError: if the data set needs a package that is not installed.
    """

    def __init__(self, trace: Trace, aspect: float, theme: Theme = DARK) -> None:
        self._theme = theme
        network: NetworkSpec = trace.spec.surface  # type: ignore[assignment]
        loss = network.loss()
        self.inputs, self.labels = loss.inputs, loss.targets.astype(int)
        self.box = left, bottom, right, top = _box(self.inputs, aspect)
        steps = trace.spec.steps
        self.moments = np.unique(np.linspace(0, steps, min(MOST, steps) + 1).round().astype(int))
        ended = ~np.isfinite(trace.losses[:, self.moments, 0])
        side = int(np.clip(np.sqrt(MOST_PLACES / len(ended)), COARSEST, FINEST))
        x, y = np.meshgrid(np.linspace(left, right, side), np.linspace(top, bottom, side))
        places = np.stack([x.ravel(), y.ravel()], axis=1)
        scores, accuracies = [], []
        for path, over in zip(weight_paths(trace.spec)[0], ended, strict=True):
            found = [_evaluated(loss, weights, places) for weights in path[self.moments]]
            scores.append([np.where(end, np.nan, one) for (one, _), end in zip(found, over, strict=True)])
            accuracies.append([np.nan if end else right for (_, right), end in zip(found, over, strict=True)])
        self._scores = np.array(scores, dtype=np.float32)
        self.accuracies = np.array(accuracies)
        self.digest = f"{theme.name} {hashlib.sha256(self._scores.tobytes()).hexdigest()}"

    def accuracy(self, racer: int, t: float) -> float:
        """The share of samples that are classified correctly at the last moment up to step t."""
        return float(self.accuracies[racer, self.moments.searchsorted(t, side="right") - 1])

    def picture(self, racer: int, t: float, width: int, height: int, line: float) -> NDArray[np.uint8]:
        """The regions of the classes after step t, RGB, top row first; uniform for a racer that has diverged.

        Between two moments, scores are interpolated.

        Args:
            racer: its index.
            t: the step.
            width: of the picture, in pixels.
            height: of the picture, in pixels.
            line: the thickness of the line between regions, in pixels.
        """
        after = min(int(self.moments.searchsorted(t)), len(self.moments) - 1)
        before = max(after - 1, 0)
        part = float(np.interp(t, self.moments[[before, after]], [0.0, 1.0])) if after else 1.0
        last, scores = self._scores[racer, before], self._scores[racer, after]
        if part < 1:
            scores = last if np.isnan(scores).any() else (1 - part) * last + part * scores
        scores = _resized(_resized(scores, 1, height), 2, width)
        return coloured(scores, line, self._theme)


def coloured(scores: NDArray[Any], line: float, theme: Theme = DARK) -> NDArray[np.uint8]:
    """A picture of classes, as sure as they are, with a line where two are equally likely.

    Args:
        scores: logits, of shape (classes, height, width).
        line: the thickness of the line, in pixels.
        theme: the picture's colours.

    >>> coloured(np.array([[[0.0] * 3], [[-9.0, 0.0, 9.0]]]), 1.0).tolist()
    [[[60, 70, 105], [242, 244, 248], [99, 69, 48]]]
    """
    ground, inked_in = _bytes(theme.ground), _bytes(theme.ink)
    shown = np.array([_bytes(colour) for colour in theme.classes[: len(scores)]], dtype=np.float32)
    shown = 0.35 * shown + 0.65 * ground
    if np.isnan(scores).any():
        faint = 0.85 * ground + 0.15 * inked_in
        return np.broadcast_to(np.rint(faint).astype(np.uint8), (*scores.shape[1:], 3))
    second, first = scores[0] - np.inf, scores[0]
    for other in scores[1:]:
        second, first = np.maximum(second, np.minimum(first, other)), np.maximum(first, other)
    likely = np.exp(scores - first)
    likely /= likely.sum(axis=0)
    picture = np.tensordot(likely, shown, axes=(0, 0))
    margin = first - second
    ink = (1 + line) / 2 - margin / np.maximum(_slope(margin), 1e-9)
    inked = ink > 0
    cover = np.minimum(ink[inked], 1)[:, None]
    picture[inked] = (1 - cover) * picture[inked] + cover * inked_in
    return np.asarray(np.rint(picture, out=picture), dtype=np.uint8)


def _slope(values: Array) -> Array:
    """How much values change from pixel to pixel: the greater difference of those to both sides."""
    wide = np.pad(values, 1, mode="edge")
    across = np.maximum(abs(wide[1:-1, 2:] - values), abs(wide[1:-1, :-2] - values))
    down = np.maximum(abs(wide[2:, 1:-1] - values), abs(wide[:-2, 1:-1] - values))
    return np.asarray(np.hypot(across, down))


def _bytes(colour: str) -> NDArray[np.float32]:
    """Red, green and blue, from 0 to 255."""
    return 255 * np.array(rgb(colour), dtype=np.float32)


def _resized(values: NDArray[np.float32], axis: int, count: int) -> NDArray[np.float32]:
    """Values at the middles of pixels, linear between those of the grid; BLAS is slower for so little."""
    at = (np.arange(count) + 0.5) / count * (values.shape[axis] - 1)
    before = at.astype(int)
    part = (at - before).astype(np.float32).reshape(-1, *(1,) * (2 - axis))
    low = values.take(before, axis)
    return np.asarray(low + part * (values.take(before + 1, axis) - low))


def _evaluated(loss: NetworkLoss, weights: Array, places: Array) -> tuple[Array, float]:
    """The scores of the classes, of shape (classes, side, side), and the accuracy on all samples."""
    side, everywhere = math.isqrt(len(places)), np.concatenate([places, loss.inputs])
    with np.errstate(all="ignore"):
        found = functional_call(loss.model, loss.split(weights), everywhere)
        right = losses.accuracy(found[len(places) :], loss.targets)
        found = np.clip(found[: len(places)], -_LARGEST, _LARGEST)
    if found.shape[1] == 1:  # of class 1, against 0 for class 0
        found = np.concatenate([np.zeros_like(found), found], axis=1)
    return found.T.reshape(-1, side, side), right


def _box(inputs: Array, aspect: float) -> Extent:
    """A rectangle around the samples, wider or higher than they are where the aspect asks for it."""
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    width, height = (1 + 2 * _MARGIN) * (high - low)
    half = np.array([max(width, aspect * height), max(height, width / aspect)]) / 2
    left, bottom, right, top = np.concatenate([(low + high) / 2 - half, (low + high) / 2 + half]).tolist()
    return left, bottom, right, top
