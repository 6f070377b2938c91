"""`BoundaryPanels`: for each racer, what its network predicts over the plane, with the samples on top."""

from __future__ import annotations

import hashlib
import math
from typing import NamedTuple, Self

import numpy as np
from manim import Dot, Group, ManimColor, Rectangle, VGroup
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from races import Status, Trace
from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Corners, Drawing, Label, Sprite, fitted, line_width
from scenes.depth.uncopied import Shared
from scenes.theme import SMALL, theme
from views.captions import Captions
from views.decision_regions import DecisionRegions, Extent
from views.theme import FAINT

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

WIDEST = 1.25  # width over height of a panel
GAP, BETWEEN = 0.3, 0.2  # between columns, and between rows, in scene units
ABOVE, BELOW = 0.4, 0.42  # a panel's room for the name and the accuracy
PLAIN = 24  # squares along each side of a picture made of Manim's own mobjects
FINER = 4  # times as many pixels for the samples before they are blended


class Regions(Drawing):
    """The regions of the classes for one racer at one step.

    Args:
        regions: of all racers.
        racer: its index.
        t: the step.
        corners: of the picture, in scene units.
    """

    __slots__ = ("_racer", "_regions", "_t")

    def __init__(self, regions: DecisionRegions, racer: int, t: float, corners: Corners) -> None:
        self._regions, self._racer, self._t = regions, racer, t
        super().__init__(corners, f"{corners} {racer} {t} {regions.digest}")

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Colour every pixel by the class predicted there."""
        x0, y0, x1, y1 = (round(side * unit) for side in self.box)
        line = max(1.5, 0.025 * unit)
        picture = np.zeros((size[1], size[0], 4), dtype=np.uint8)
        part = picture[top - y1 : top - y0, x0 - left : x1 - left]
        part[..., :3] = self._regions.picture(self._racer, self._t, x1 - x0, y1 - y0, line)
        part[..., 3] = 255
        return picture

    def plain(self) -> VGroup:
        """Squares of one colour each."""
        left, bottom, right, top = self.box
        width, height = (right - left) / PLAIN, (top - bottom) / PLAIN
        colours = self._regions.picture(self._racer, self._t, PLAIN, PLAIN, 1.0).reshape(-1, 3) / 255
        cells = VGroup()
        for (row, column), colour in zip(np.ndindex(PLAIN, PLAIN), colours, strict=True):
            cell = Rectangle(
                width=width, height=height, stroke_width=1, color=ManimColor(colour), fill_opacity=1
            )
            cells.add(cell.move_to((left + (column + 0.5) * width, top - (row + 0.5) * height, 0.0)))
        return cells


class SampleDots(Drawing):
    """The samples as dots in the colours of their classes.

    Args:
        inputs: of shape (samples, 2).
        labels: ints from 0.
        shown: the part of the plane that is shown.
        corners: of the picture, in scene units.
    """

    __slots__ = ("_labels", "_places", "_radius", "_theme")

    def __init__(self, inputs: Array, labels: NDArray[np.int_], shown: Extent, corners: Corners) -> None:
        (left, bottom, right, top), sizes = corners, np.array(shown[2:]) - shown[:2]
        spans = np.array([right - left, top - bottom])
        self._places = np.array([left, bottom]) + (inputs - shown[:2]) / sizes * spans
        self._labels, self._theme = labels, theme()
        self._radius = float(spans.min() * np.clip(0.22 / math.sqrt(len(inputs)), 0.004, 0.018))
        digest = hashlib.sha256(inputs.tobytes() + labels.tobytes()).hexdigest()
        super().__init__(corners, f"{self._theme.name} {corners} {shown} {digest}")

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Draw dots, each with an edge of the ground's colour."""
        width, height = size
        large = Image.new("RGBA", (FINER * width, FINER * height))
        pen = ImageDraw.Draw(large)
        edge = 0.35 * self._radius * unit
        for (x, y), label in zip(self._places * unit, self._labels, strict=True):
            for radius, colour in (
                (self._radius * unit + edge, self._theme.ground),
                (self._radius * unit, self._theme.classes[label]),
            ):
                around = np.array([x - left - radius, top - y - radius, x - left + radius, top - y + radius])
                pen.ellipse((FINER * around).tolist(), fill=colour)
        return np.array(large.convert("RGBa").resize(size, Image.Resampling.BOX))

    def plain(self) -> VGroup:
        """A dot for each sample."""
        return VGroup(
            Dot((x, y, 0.0), radius=self._radius, color=self._theme.classes[label])
            for (x, y), label in zip(self._places, self._labels, strict=True)
        )


class Grid(NamedTuple):
    """How panels stand in a rectangle; lengths are in scene units."""

    columns: int
    width: float  # of a panel
    height: float
    pitch: float  # from one column to the next

    @classmethod
    def of(cls, count: int, width: float, height: float, widest: float = WIDEST) -> Grid:
        """The grid with the largest panels, which are so much wider than high at most.

        >>> Grid.of(1, 13.2, 4.6).columns, Grid.of(4, 13.2, 4.6).columns, Grid.of(8, 13.2, 4.6).columns
        (1, 4, 4)
        """
        ways = []
        for columns in range(1, count + 1):
            rows = -(-count // columns)
            across = (width + GAP) / columns - GAP
            up = (height + BETWEEN) / rows - BETWEEN - ABOVE - BELOW
            wide = min(across, widest * up)
            ways.append(cls(columns, wide, min(up, across), min(across, wide + 4 * GAP) + GAP))
        return max(ways, key=lambda way: way.width * way.height)

    def boxes(self, count: int, corners: Corners) -> list[Corners]:
        """The corners of all panels, row by row from the top; the last row may be shorter."""
        left, _, right, top = corners
        deep = ABOVE + self.height + BELOW + BETWEEN
        boxes = []
        for i in range(count):
            row, column = divmod(i, self.columns)
            here = min(self.columns, count - row * self.columns)
            x = (left + right) / 2 + (column - (here - 1) / 2) * self.pitch - self.width / 2
            y = top - ABOVE - row * deep
            boxes.append((x, y - self.height, x + self.width, y))
        return boxes


class BoundaryPanels(Group):
    """A panel for each racer, with its name above and its accuracy below, to be fixed in the frame.

    Args:
        trace: a race of networks, as `DecisionRegions` takes it.
        captions: the film's text.
        corners: of the room for all panels, in scene units.

    Attributes:
        live: the part that changes.
        end: where they end, below; there may be room left.
    """

    def __init__(self, trace: Trace, captions: Captions, corners: Corners) -> None:
        left, bottom, right, top = corners
        count = len(trace.names)
        grid = Grid.of(count, right - left, top - bottom)
        regions = DecisionRegions(trace, grid.width / grid.height, theme())
        self._regions, self._captions = Shared(regions), captions
        self.digest = regions.digest
        self._worded = (
            line_width(captions.accuracy.format(share=captions.share(1.0)), SMALL) <= grid.pitch - 0.2
        )
        self._boxes = grid.boxes(count, corners)
        self.end = self._boxes[-1][1] - BELOW
        self._fields = Group()
        frames, samples, self._marks = Group(), Group(), Group()
        super().__init__()
        for i, (racer, box) in enumerate(zip(trace.spec.racers, self._boxes, strict=True)):
            x0, y0, x1, y1 = box
            name = fitted(racer.name, grid.pitch - 0.2, SMALL, bold=True)
            self.add(Label(name, SMALL, racer.colour, bold=True).stand((x0 + x1) / 2, y1 + 0.14))
            self._fields.add(Sprite(Regions(regions, i, 0.0, box)))
            frames.add(Trail([(x0, y0, 0), (x1, y0, 0), (x1, y1, 0), (x0, y1, 0), (x0, y0, 0)], FAINT, 1.5))
            samples.add(Sprite(SampleDots(regions.inputs, regions.labels, regions.box, box)))
            self._marks.add(Label("0", SMALL).stand((x0 + x1) / 2, y0 - 0.36))
        self.live = Group(self._fields, frames, samples, self._marks)
        self.add(self.live)
        self.at(0.0)

    def at(self, t: float) -> Self:
        """Show the networks after step t."""
        regions = self._regions.value
        for i, (field, mark, box) in enumerate(zip(self._fields, self._marks, self._boxes, strict=True)):
            field.redraw(Regions(regions, i, t, box))
            mark.write(self._words(regions.accuracy(i, t)), np.zeros(3))
        return self

    def _words(self, accuracy: float) -> str:
        if math.isnan(accuracy):
            return self._captions.out[Status.DIVERGED]
        share = self._captions.share(accuracy)
        return self._captions.accuracy.format(share=share) if self._worded else share
