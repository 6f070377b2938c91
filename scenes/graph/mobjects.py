"""The mobjects of a computation graph: cards, lanes, and pulses that travel along them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    Dot,
    Line,
    ManimColor,
    Mobject,
    RoundedRectangle,
    Triangle,
    VGroup,
    VMobject,
    interpolate_color,
)

from scenes.frame import Area
from scenes.graph.computation import Graph, GraphError, NamedNode, number
from scenes.graph.layout import (
    LANE,
    PointArray,
    Size,
    beside,
    columns,
    evenly,
    lay_out,
    moved,
    normals,
    upright,
)
from scenes.theme import BODY, colour_of, text
from support.numbers import MINUS, Numbers
from views.theme import FAINT, GROUND

VALUE, GRADIENT = "sky blue", "orange"
LOCAL = "reddish purple"  # local derivatives
SMALLEST = 26  # points; 1/30 of the picture's height

_ENGLISH = Numbers()
_ROW = 0.41  # between the lines of a card
_UNDER_HEADING = 0.06
_CAPITALS = 0.29  # the height of a heading above its line
_TIP = 0.07  # an arrow head's radius


class Style(NamedTuple):
    """How densely a graph is drawn."""

    size: float  # of the text, in points
    padding: float  # around it
    least_width: float  # of a card
    labels: bool  # whether edges show their local derivatives
    gap: float  # between columns, at least


# Each style is for graphs that do not fit with the one before.
_STYLES = (
    Style(BODY, 0.22, 2.0, True, 1.2),
    Style(SMALLEST, 0.15, 0.0, True, 1.2),
    Style(SMALLEST, 0.15, 0.0, False, 0.5),
    Style(SMALLEST, 0.1, 0.0, False, 0.25),
)


class Card(VGroup):
    """A node's frame and heading, with numbers that are placed in it but added later.

    Args:
        node: the node.
        shares: the shares of its gradient, if there are several to add up.
        style: how densely it is drawn.
        numbers: how numbers are written.

    Attributes:
        value: the value.
        shares: the shares of its gradient, one below the other.
        total: the gradient, and the line above a sum; shown once all shares have arrived.
    """

    def __init__(
        self,
        node: NamedNode,
        shares: Sequence[float] = (),
        style: Style = _STYLES[0],
        numbers: Numbers = _ENGLISH,
    ) -> None:
        super().__init__()
        size, padding = style.size, style.padding
        heading = text(numbers.written(node.heading), size, bold=True)
        self.value = text(numbers.written(number(node.value)), size, VALUE)
        self.shares = [text(numbers.written(_term(x, i == 0)), size, GRADIENT) for i, x in enumerate(shares)]
        gradient = text(numbers.written(number(node.gradient)), size, GRADIENT, bold=True)
        lines = [heading, self.value, *self.shares, gradient]
        for row, line in enumerate(lines):
            base = line[0] if line is heading else line[-1]
            line.shift((-_ROW * row - _UNDER_HEADING * bool(row) - base.get_bottom()[1]) * UP)
        column = VGroup(*self.shares, gradient)
        for term in column:
            term.align_to(gradient, RIGHT)
        column.set_x(0)
        rule = Line(column.get_left(), column.get_right(), stroke_width=1.5, color=colour_of(GRADIENT))
        rule.next_to(gradient, UP, buff=0.055).set_x(0)
        self.total = VGroup(rule, gradient) if shares else VGroup(gradient)
        self.frame = RoundedRectangle(
            corner_radius=0.14,
            width=max(style.least_width, max(line.width for line in (*lines, column)) + 2 * padding),
            height=_CAPITALS - gradient.get_bottom()[1] + 2 * padding,
            stroke_color=colour_of(FAINT),
            stroke_width=2,
            fill_color=interpolate_color(ManimColor(colour_of(GROUND)), ManimColor(colour_of(FAINT)), 0.14),
            fill_opacity=1,
        )
        self.frame.next_to((0, _CAPITALS + padding, 0), DOWN, buff=0)
        self.add(self.frame, heading)
        self.size: Size = (self.frame.width, self.frame.height)

    def place(self, centre: PointArray) -> Card:
        """Move it with its numbers."""
        offset = np.append(centre, 0) - self.frame.get_center()
        VGroup(self, self.value, *self.shares, self.total).shift(offset)
        return self

    def mark(self) -> RoundedRectangle:
        """A frame around it that highlights it."""
        return self.frame.copy().set_fill(opacity=0).set_stroke(colour_of(GRADIENT), 6)


def _term(x: float, first: bool) -> str:
    """A number as a term of a sum with one term per line."""
    digits = number(x)
    return digits if first else f"{digits[0]} {digits[1:]}" if digits[0] == MINUS else f"+ {digits}"


class Lane(VGroup):
    """One side of an edge, with an arrow head: values flow above its middle line, gradients back below it.

    Args:
        line: the middle line.
        colour: of all of it.
        back: whether it is the lane of gradients.
    """

    def __init__(self, line: PointArray, colour: str = FAINT, back: bool = False) -> None:
        colour = colour_of(colour)
        lane = evenly(line + normals(line) * (-LANE if back else LANE))[:: -1 if back else 1]
        length = np.hypot(*np.diff(lane, axis=0).T).sum()
        lane = np.pad(evenly(lane, round(length / 0.03)), ((0, 0), (0, 1)))
        self.path = VMobject(stroke_color=colour, stroke_width=3.5).set_points_as_corners(lane[:-2])
        self.head = Triangle(fill_color=colour, fill_opacity=1, stroke_width=0).scale(_TIP)
        across, up = lane[-1, :2] - lane[-4, :2]
        edge = (RIGHT if across > 0 else LEFT) if abs(across) > abs(up) else (UP if up > 0 else DOWN)
        self.head.rotate(np.arctan2(edge[1], edge[0]) - np.pi / 2).move_to(lane[-1], edge)
        super().__init__(self.path, self.head)


class Light(Animation):
    """An animation without Manim's copies of its mobject, which cost more than drawing."""

    def create_starting_mobject(self) -> Mobject:
        """No copies are interpolated."""
        return cast("Mobject", self.mobject)


class Appear(Light):
    """A mobject fades in, growing from `scale` times its size."""

    def __init__(self, mobject: VMobject, scale: float = 1.0, **options: Any) -> None:
        self.first = scale
        self.centre = mobject.get_center()
        self.parts = [(part, part.points.copy()) for part in mobject.get_family()]
        super().__init__(mobject, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show it partly."""
        shown = self.rate_func(alpha)
        scale = self.first + (1 - self.first) * shown
        self.mobject.set_opacity(shown)
        for part, points in self.parts:  # at the end exactly as before, for Manim's cache
            part.points = points if shown == 1 else self.centre + scale * (points - self.centre)


class Flow(Light):
    """A pulse travels along an edge and leaves its lane lit."""

    def __init__(self, line: PointArray, colour: str, back: bool = False, **options: Any) -> None:
        self.lane = Lane(line, colour, back)
        self.whole = self.lane.path.copy()
        glow = ((0.2, 0.2), (0.13, 0.5), (0.075, 1))
        self.pulse = VGroup(*(Dot(radius=r, color=colour_of(colour), fill_opacity=o) for r, o in glow))
        self.travelling = VGroup(self.lane.path, self.pulse)
        super().__init__(self.travelling, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the pulse part of the way."""
        self.lane.path.pointwise_become_partial(self.whole, 0, self.rate_func(alpha))
        self.pulse.move_to(self.lane.path.get_end())

    def finish(self) -> None:
        """The pulse has arrived: the arrow's head takes its place."""
        super().finish()
        self.travelling.remove(self.pulse).add(self.lane.head)


class GraphPicture:
    """All mobjects of a graph, in their places.

    Args:
        graph: the graph.
        room: the rectangle to fit.
        narrow: whether the graph may run downward, where it is too wide to run to the right.
        numbers: how numbers are written.

    Attributes:
        cards: of each node.
        lines: the middle line of each edge.
        derivatives: the local derivative of each edge; none if they do not fit.
        levels: the nodes that are computed one after the other, those beside each other together.

    Raises:
        GraphError: if it does not fit.
    """

    def __init__(self, graph: Graph, room: Area, numbers: Numbers = _ENGLISH, narrow: bool = False) -> None:
        self._numbers = numbers
        self.levels = [[slot.number for slot in column if slot.kind == "node"] for column in columns(graph)]
        ways = [(style, down) for style in _STYLES[: 3 + narrow] for down in (False, True)[: 1 + narrow]]
        for style, down in ways:
            try:
                self._make(graph, room, style, down)
            except GraphError:
                if (style, down) == ways[-1]:
                    raise
            else:
                break

    def _make(self, graph: Graph, room: Area, style: Style, down: bool) -> None:
        self.cards = []
        for i, node in enumerate(graph.nodes):
            shares = [graph.edges[e].share for e in graph.out_of(i)]
            self.cards.append(Card(node, shares if len(shares) > 1 else (), style, self._numbers))
        sizes = [card.size for card in self.cards]
        if down:
            turned = [(high, wide) for wide, high in sizes]
            layout = upright(lay_out(graph, turned, (room.height, room.width), style.gap))
        else:
            layout = lay_out(graph, sizes, (room.width, room.height), style.gap)
        layout = moved(layout, np.array(room.middle))
        for card, centre in zip(self.cards, layout.centres, strict=True):
            card.place(centre)
        self.lines = layout.edges
        edges = graph.edges if style.labels else ()
        self.derivatives = [
            text(self._numbers.written(number(edge.local)), SMALLEST, LOCAL) for edge in edges
        ]
        spots = beside(layout, sizes, [(label.width, label.height) for label in self.derivatives])
        for label, (x, y) in zip(self.derivatives, spots, strict=True):
            label.move_to((x, y, 0))
