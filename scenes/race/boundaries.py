"""`NetworkPanel`: a network's data, and the boundary between what it predicts, as one racer trains it."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import LEFT, RIGHT, Dot, Group, ManimColor, VGroup
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from networks import NetworkLoss, functional_call, losses
from networks.datasets import Dataset
from races import RacerSpec
from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Corners, Drawing, Label, Sprite, fitted
from scenes.depth.uncopied import Shared
from scenes.theme import SMALL
from views.captions import Captions
from views.colours import FAINT, INK
from views.zero_lines import zero_lines

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

CLASSES = (INK, "#5E7BB0", "#B08D5E", "#7AA37A", "#A37A9B")  # of the points; none is a racer's
DOT = 0.055  # the radius of a point, in scene units
GRID = 81  # places along each side at which a network is asked
_FINE = 4  # times as many pixels are drawn, and then averaged


class DataPoints(Drawing):
    """Points of several colours.

    Args:
        corners: of what they are in: left, bottom, right and top, in scene units.
        places: of the points, of shape (n, 2), in scene units.
        kinds: the class of each.
    """

    __slots__ = ("_kinds", "_places")

    def __init__(self, corners: Corners, places: Array, kinds: NDArray[np.int_]) -> None:
        self._places, self._kinds = places, kinds
        super().__init__(corners, f"{corners} {places.tobytes().hex()} {kinds.tobytes().hex()}")

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Draw them with Pillow."""
        width, height = size
        image = Image.new("RGBA", (_FINE * width, _FINE * height))
        pen = ImageDraw.Draw(image)
        for (x, y), kind in zip(self._places * unit, self._kinds, strict=True):
            middle = np.array([x - left, top - y]) * _FINE
            reach = DOT * unit * _FINE
            pen.ellipse([*(middle - reach), *(middle + reach)], fill=CLASSES[kind % len(CLASSES)])
        return np.array(image.convert("RGBa").resize(size, Image.Resampling.BOX))

    def plain(self) -> VGroup:
        """Dots of Manim's own."""
        return VGroup(
            *(
                Dot((x, y, 0.0), DOT, color=ManimColor(CLASSES[kind % len(CLASSES)]))
                for (x, y), kind in zip(self._places, self._kinds, strict=True)
            )
        )


class NetworkPanel(Group):
    """The points of a data set, a line where a network changes its mind, and its accuracy.

    Args:
        racer: who trains the network.
        captions: the words.
        loss: of the network.
        data: with two inputs.
        weights: of the network after each step, of shape (steps + 1, size).
        corners: left, bottom, right and top, in scene units; the racer's name stands above.

    Attributes:
        moving: the part of it that changes.
    """

    def __init__(
        self,
        racer: RacerSpec,
        captions: Captions,
        loss: NetworkLoss,
        data: Dataset,
        weights: Array,
        corners: Corners,
    ) -> None:
        left, bottom, right, top = corners
        inputs = data.train.inputs
        middle, reach = (inputs.max(axis=0) + inputs.min(axis=0)) / 2, 0.58 * np.ptp(inputs, axis=0).max()
        self._share = captions.share
        self._low, self._width, self._scale = middle - reach, 2 * reach, (right - left) / (2 * reach)
        self._corner = np.array([left, bottom])
        self._asked = Shared((loss, data, weights))
        self.digest = f"{racer} {corners} {weights.tobytes().hex()[:4096]} {len(weights)}"
        ring = [[left, bottom, 0], [right, bottom, 0], [right, top, 0], [left, top, 0], [left, bottom, 0]]
        name = fitted(racer.name, right - left - 1.1, SMALL, bold=True)
        self._accuracy = Label("", SMALL, INK).stand(right, top + 0.14, RIGHT)
        self._boundary = Trail(colour=racer.colour, width=4.0)
        self.moving = Group(self._boundary, self._accuracy)
        points = DataPoints(corners, self._place(inputs), np.asarray(data.train.targets, dtype=np.int64))
        super().__init__(
            Trail(ring, FAINT, width=1.5),
            Sprite(points),
            Label(name, SMALL, racer.colour, bold=True).stand(left, top + 0.14, LEFT),
            self.moving,
        )
        self._shown = -1
        self.at(0.0)

    def _place(self, inputs: Array) -> Array:
        """Where inputs are in the scene, of shape (..., 2)."""
        return np.asarray(self._corner + (inputs - self._low) * self._scale)

    def at(self, t: float) -> Self:
        """Show the network after step t; nothing of one that has diverged."""
        step = int(t)
        loss, data, weights = self._asked.value
        if step == self._shown:
            return self
        self._shown = step
        if not np.isfinite(weights[step]).all():
            self._boundary.set_pieces([])
            self._accuracy.write("-", RIGHT)
            return self
        x, y = (np.linspace(low, low + self._width, GRID) for low in self._low)
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        parameters = loss.split(weights[step])
        with np.errstate(all="ignore"):
            scores = functional_call(loss.model, parameters, grid).reshape(GRID, GRID, -1)
            found = functional_call(loss.model, parameters, data.train.inputs)
        pieces = [zero_lines(margin, x, y) for margin in _margins(scores)]
        ends = self._place(np.concatenate(pieces))
        flat = np.concatenate([ends, np.zeros((*ends.shape[:2], 1))], axis=-1)
        self._boundary.set_pieces(list(flat))
        self._accuracy.write(self._share(losses.accuracy(found, data.train.targets)), RIGHT)
        return self


def _margins(scores: Array) -> list[Array]:
    """What is zero where the prediction changes: the score of two classes, or each one's over the others."""
    if scores.shape[-1] == 1:
        return [scores[..., 0]]
    kinds = range(scores.shape[-1] - 1)
    return [scores[..., k] - np.delete(scores, k, axis=-1).max(axis=-1) for k in kinds]
