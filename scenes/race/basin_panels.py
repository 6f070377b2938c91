"""`BasinPanels`: for each racer, the map of its basins, which fills in, with the race's own start on top."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from manim import LEFT, Group, ManimColor, Rectangle, Star, VGroup
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from races import Trace
from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Corners, Drawing, Label, Sprite, fitted, line_width
from scenes.depth.uncopied import Shared
from scenes.frame import Area
from scenes.race.balls_and_trails import Runners
from scenes.race.boundary_panels import BELOW, Grid
from scenes.race.loss_plot import Scale, axes, curves, step_labels
from scenes.race.regions import LINE
from scenes.theme import SMALL, theme
from views.basins import FillingBasins, minimum_colours, sooner_to_later
from views.captions import Captions
from views.racer_path import way
from views.theme import FAINT, GROUND, INK

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

PLAIN = 24  # squares along each side of a picture made of Manim's own mobjects
FINER = 4  # times as many pixels for the stars before they are blended
STAR = 0.13  # the radius of a minimum's star at most, in scene units
APART = 0.12  # the same, as a share of the panel's side over the root of the number of minima
SWATCH = 0.5  # the width of a sample of colours in the legend
_POINTS = 5  # of a star


class BasinField(Drawing):
    """A racer's basins at a step.

    Args:
        basins: of all racers.
        racer: its index.
        t: the step.
        corners: of the picture, in scene units.
    """

    __slots__ = ("_basins", "_racer", "_t")

    def __init__(self, basins: FillingBasins, racer: int, t: float, corners: Corners) -> None:
        self._basins, self._racer, self._t = basins, racer, int(t)
        super().__init__(corners, f"{corners} {racer} {self._t} {basins.digest}")

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Colour every pixel by the minimum that is reached from there."""
        x0, y0, x1, y1 = (round(side * unit) for side in self.box)
        picture = np.zeros((size[1], size[0], 4), dtype=np.uint8)
        part = picture[top - y1 : top - y0, x0 - left : x1 - left]
        part[..., :3] = self._basins.picture(self._racer, self._t, x1 - x0, y1 - y0)
        part[..., 3] = 255
        return picture

    def plain(self) -> VGroup:
        """Squares of one colour each."""
        colours = self._basins.picture(self._racer, self._t, PLAIN, PLAIN) / 255
        return _cells(self.box, colours)


class Shades(Drawing):
    """Colours beside each other, as a sample in the legend.

    Args:
        colours: RGB from 0 to 1, of shape (n, 3).
        corners: of the picture, in scene units.
    """

    __slots__ = ("_colours",)

    def __init__(self, colours: Array, corners: Corners) -> None:
        self._colours = colours
        super().__init__(corners, f"{corners} {colours.tobytes().hex()}")

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Fill the rectangle, from the left."""
        x0, y0, x1, y1 = (round(side * unit) for side in self.box)
        places = (np.arange(x1 - x0) + 0.5) / (x1 - x0) * len(self._colours)
        picture = np.zeros((size[1], size[0], 4), dtype=np.uint8)
        part = picture[top - y1 : top - y0, x0 - left : x1 - left]
        part[..., :3] = np.rint(255 * self._colours[places.astype(int)])
        part[..., 3] = 255
        return picture

    def plain(self) -> VGroup:
        """Squares of one colour each."""
        places = np.linspace(0, len(self._colours) - 1, 8).astype(int)
        return _cells(self.box, self._colours[None, places])


class Stars(Drawing):
    """Minima as stars in their colours, with an edge of the ground's colour in one of the ink's.

    Args:
        places: in scene units, of shape (n, 2).
        colours: of the stars.
        corners: of the picture, in scene units; stars at its edge reach beyond it.
        radius: of the stars, without their edges, in scene units.
    """

    __slots__ = ("_colours", "_places", "_radius", "_theme")

    def __init__(self, places: Array, colours: list[str], corners: Corners, radius: float = STAR) -> None:
        self._places, self._colours, self._radius, self._theme = places, colours, radius, theme()
        left, bottom, right, top = corners
        box = left - 2 * radius, bottom - 2 * radius, right + 2 * radius, top + 2 * radius
        super().__init__(box, f"{self._theme.name} {corners} {places.tobytes().hex()} {colours}")

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Draw them with Pillow."""
        width, height = size
        large = Image.new("RGBA", (FINER * width, FINER * height))
        pen = ImageDraw.Draw(large)
        turns = np.pi / 2 + np.pi * np.arange(2 * _POINTS) / _POINTS
        for (x, y), colour in zip(self._places * unit, self._colours, strict=True):
            for radius, fill in ((1.9, self._theme.ground), (1.45, self._theme.ink), (1.0, colour)):
                lengths = np.where(np.arange(2 * _POINTS) % 2, 0.5, 1.0) * radius * self._radius * unit
                corners = np.stack(
                    [x - left + lengths * np.cos(turns), top - y - lengths * np.sin(turns)], axis=-1
                )
                pen.polygon((FINER * corners).ravel().tolist(), fill=fill)
        return np.array(large.convert("RGBa").resize(size, Image.Resampling.BOX))

    def plain(self) -> VGroup:
        """Stars of Manim's."""
        return VGroup(
            Star(_POINTS, outer_radius=self._radius, color=colour, fill_opacity=1).move_to((x, y, 0.0))
            for (x, y), colour in zip(self._places, self._colours, strict=True)
        )


def grid_of(count: int, width: float, height: float) -> Grid:
    """How square panels stand in a rectangle."""
    return Grid.of(count, width, height, 1.0)


class BasinPanels(Group):
    """A panel for each racer, with its name above and the share that has arrived below.

    Args:
        trace: the race, whose first start is shown on the maps.
        basins: its basins.
        captions: the film's text.
        corners: of the room for all panels, in scene units.

    Attributes:
        live: the part that changes.
        end: where they end, below; there may be room left.
    """

    def __init__(self, trace: Trace, basins: FillingBasins, captions: Captions, corners: Corners) -> None:
        left, bottom, right, top = corners
        count, surface = len(trace.names), trace.surface
        grid = grid_of(count, right - left, top - bottom)
        self._basins, self._captions = Shared(basins), captions
        self.digest = basins.digest
        self._boxes = grid.boxes(count, corners)
        self.end = self._boxes[-1][1] - BELOW
        room = grid.pitch - 0.08
        star = min(STAR, APART * grid.width / len(basins.found.minima) ** 0.5)
        self._worded = line_width(captions.arrived.format(share=captions.share(1.0)), SMALL) <= room
        names, frames, stars, self._fields, self._marks = (Group() for _ in range(5))
        paths, colours = [], minimum_colours(len(basins.found.minima))
        (u_low, u_high), (v_low, v_high) = surface.u_range, surface.v_range
        for i, (racer, box) in enumerate(zip(trace.spec.racers, self._boxes, strict=True)):
            x0, y0, x1, y1 = box

            def place(u: Array, v: Array, box: Corners = box) -> Array:
                x = box[0] + (u - u_low) / (u_high - u_low) * (box[2] - box[0])
                y = box[1] + (v - v_low) / (v_high - v_low) * (box[3] - box[1])
                return np.stack([x, y, np.zeros_like(x)], axis=-1)

            name = fitted(racer.name, room, SMALL, bold=True)
            names.add(Label(name, SMALL, racer.colour, bold=True).stand((x0 + x1) / 2, y1 + 0.14))
            self._fields.add(Sprite(BasinField(basins, i, 0.0, box)))
            stars.add(Sprite(Stars(place(*basins.found.minima.T)[:, :2], colours, box, star)))
            frames.add(Trail([(x0, y0, 0), (x1, y0, 0), (x1, y1, 0), (x0, y1, 0), (x0, y0, 0)], FAINT, 1.5))
            self._marks.add(Label("0", SMALL).stand((x0 + x1) / 2, y0 - 0.36))
            paths.append(way(surface, trace.positions[i, :, 0], place))
        self._ways = [
            Runners([GROUND] * count, paths, radius=0.11, width=6.0),
            Runners([INK] * count, paths, radius=0.08, width=2.5),
        ]
        self.live = Group(self._fields, frames, stars, *self._ways, self._marks)
        super().__init__(names, self.live)
        self.at(0.0)

    def at(self, t: float) -> Self:
        """Show the basins after step t."""
        basins = self._basins.value
        for i, (field, mark, box) in enumerate(zip(self._fields, self._marks, self._boxes, strict=True)):
            field.redraw(BasinField(basins, i, t, box))
            share = self._captions.share(basins.arrived(i, math.floor(t)))
            mark.write(self._captions.arrived.format(share=share) if self._worded else share, np.zeros(3))
        for runners in self._ways:
            runners.at(t)
        return self


class ArrivalPlot(Group):
    """The share of starts from which a minimum has been reached, against the step, for each racer.

    Args:
        trace: the race.
        basins: its basins.
        captions: the film's text.
        area: of axes and labels.

    Attributes:
        runners: the part that moves.
    """

    def __init__(self, trace: Trace, basins: FillingBasins, captions: Captions, area: Area) -> None:
        steps, shares = trace.spec.steps, basins.shares(trace.spec.steps)
        scale = Scale(0.0, 1.1 * max(float(shares.max()), 0.01), log=False)
        within = area._replace(bottom=area.bottom + BELOW)
        parts, place = axes(within, scale, captions.arrivals, captions.arrivals, captions, steps)
        colours = [racer.colour for racer in trace.spec.racers]
        self.runners = Runners(colours, curves(shares, scale, place), radius=0.07, width=3.0)
        super().__init__(*parts, *step_labels(area, captions, steps), self.runners)


def legend(basins: FillingBasins, captions: Captions, left: float, right: float) -> tuple[Group, float]:
    """What the colours mean, in as many lines as it takes, and their height; the first begins at y = 0."""
    colour = minimum_colours(1)[0]
    samples: list[tuple[Array | None, str]] = [
        (None, captions.minimum),
        (sooner_to_later(colour), captions.sooner_later),
        (basins.faint[:1], captions.under_way),
    ]
    whole, x, y = Group(), left, -LINE
    for colours, said in samples:
        words = fitted(said, right - left - SWATCH - 0.15, SMALL)
        width = SWATCH + 0.15 + line_width(words, SMALL)
        if x > left and x + width > right:
            x, y = left, y - LINE
        middle = np.array([[x + SWATCH / 2, y + 0.1]])
        box = (x, y - 0.05, x + SWATCH, y + 0.25)
        mark = Stars(middle, [colour], box) if colours is None else Shades(colours, box)
        whole.add(Sprite(mark), Label(words, SMALL, FAINT).stand(x + SWATCH + 0.15, y, LEFT))
        x += width + 0.6
    return whole, -y + 0.1


def _cells(box: Corners, colours: Array) -> VGroup:
    """Rectangles of one colour each, of shape (rows, columns, 3), the top row first."""
    left, bottom, right, top = box
    rows, columns = colours.shape[:2]
    width, height = (right - left) / columns, (top - bottom) / rows
    cells = VGroup()
    for (row, column), colour in zip(np.ndindex(rows, columns), colours.reshape(-1, 3), strict=True):
        cell = Rectangle(width=width, height=height, stroke_width=1, color=ManimColor(colour), fill_opacity=1)
        cells.add(cell.move_to((left + (column + 0.5) * width, top - (row + 0.5) * height, 0.0)))
    return cells
