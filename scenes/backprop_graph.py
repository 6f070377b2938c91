"""Backpropagation as a film: uv run manim scenes/backprop_graph.py BackpropGraph

A small expression is computed with Tensors; values flow forward through its graph, gradients flow back. Every
number shown comes from those Tensors and their rules. The language is the one in race.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Create,
    FadeOut,
    VGroup,
    VMobject,
    tempconfig,
)
from PIL import Image

from races import config_path
from scenes.film import spec_of_config
from scenes.frame import Area, frame
from scenes.graph.computation import DOT, TIMES, Graph, evaluate, number, signed, wrap
from scenes.graph.mobjects import GRADIENT, LOCAL, SMALLEST, VALUE, Appear, Flow, GraphPicture, Lane
from scenes.named_output import HOME, Written, race_name
from scenes.race.spoken import chapters
from scenes.step.look import wrapped
from scenes.theme import BODY, HEADING, TITLE, ColouredText, chosen_theme, text
from support.messages import shorten
from support.numbers import numbers
from support.palette import Name
from support.pictures import straight
from support.words import words
from views.theme import FAINT, INK

# Seconds that each part of the film takes.
SECONDS = {"title": 3.0, "build": 2.0, "forward": 6.5, "backward": 9.8, "conclusion": 3.0}

_HEAD = 0.6  # from the picture's upper edge to the formula's middle
_TOLD = 0.55  # from the lower edge to the middle of the last line that explains a step
_TELLING = 34  # the size of that line
_TELL = 0.2  # seconds that it takes to appear
_LINE = 0.42  # from line to line
_WIDE, _MIDDLING = 13.0, 7.0  # frames in which formula and legend stand beside each other, and others
_NEVER = 1_000_000  # animations, which no film has
_D = "\N{PARTIAL DIFFERENTIAL}"


@dataclass(frozen=True)
class GraphCaptions:
    """The text of the film."""

    title: str
    subtitle: str
    legend: Sequence[str]  # values, gradients, local derivatives
    inputs: str
    seed: str
    result: str


class BackpropGraph(Written):
    """The graph of an expression in u and v: values node by node, then gradients edge by edge.

    Args:
        renderer: Manim's.
        language: of the words; by default the one in race.toml.
        theme: of the picture; by default the one in race.toml.
        expression: a formula in u and v as race.toml takes it, or a function of two Tensors.
        at: the numbers u and v.

    Raises:
        ExpressionError: if the formula is not allowed.
        GraphError: if it does not give one finite number, or its graph does not fit the picture.
    """

    def __init__(
        self,
        renderer: Any = None,
        *,
        language: str | None = None,
        theme: Name | None = None,
        expression: str | Callable[[Any, Any], Any] = "sin(u*v) + v**2",
        at: tuple[float, float] = (0.5, 1.2),
        **options: Any,
    ) -> None:
        if language is None or theme is None:
            film = spec_of_config().film
            language, theme = language or film.language, theme or film.theme
            options.setdefault("race", race_name(config_path(HOME)))
        self.captions, self.numbers = GraphCaptions(**words(language)["graph"]), numbers(language)
        self.graph = evaluate(expression, at)
        names = chapters(language)
        super().__init__(renderer, theme=chosen_theme(theme), chapters=names, **options)
        self.picture = GraphPicture(self.graph, _room(), self.numbers, narrow=frame().width < _WIDE)

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        self.say(f"{self.captions.title}\n{self.captions.subtitle}")
        self.show_title()
        self.next_section("graph")
        self.build_graph()
        self.next_section("forward")
        self.forward()
        self.next_section("backward")
        self.backward()
        self.next_section("gradient")
        self.conclude()

    def prepare(self) -> None:
        """Prepare the graph and the lines at the top of the picture."""
        self.told: VMobject = VGroup()
        values, gradients, derivatives = self.captions.legend
        flows = [
            (f"{values} \N{RIGHTWARDS ARROW}     ", VALUE),
            (f"\N{LEFTWARDS ARROW} {gradients}", GRADIENT),
        ]
        self.legend = VGroup(ColouredText(flows), text(derivatives, BODY, LOCAL))
        safe, top = frame().safe, frame().height / 2 - _HEAD
        formula = f"f(u, v) = {self.numbers.written(self.graph.formula)}"
        if frame().width >= _WIDE:
            for line, y in zip(self.legend, (top + 0.2, top - 0.2), strict=True):
                line.move_to((safe.right, y, 0), aligned_edge=RIGHT)
            self.formula = _fitting(formula, safe.width - self.legend.width - 0.6)
        else:
            if not self.picture.derivatives:
                self.legend = VGroup(self.legend[0])
            self.legend.arrange(RIGHT, buff=0.6).scale(min(1.0, safe.width / self.legend.width))
            self.legend.move_to((safe.left, top - _LINE - 0.1, 0), aligned_edge=LEFT)
            self.formula = _fitting(formula, safe.width)
        self.formula.move_to((safe.left, top, 0), aligned_edge=LEFT)

    def show_title(self) -> None:
        """Show the title, then move the expression to its place."""
        seconds = SECONDS["title"]
        place = self.formula.get_center()
        heading = _within(text(self.captions.title, TITLE, bold=True)).move_to(1.1 * UP)
        title = VGroup(heading, self._subtitle().move_to(0.1 * UP))
        self.formula.move_to(1.2 * DOWN)
        self.play(Appear(VGroup(title, self.formula), 0.95), run_time=0.25 * seconds)
        self.wait(0.45 * seconds)
        self.play(FadeOut(title), self.formula.animate.move_to(place), run_time=0.3 * seconds)

    def build_graph(self) -> None:
        """Show the cards, one column at a time, with their incoming edges."""
        cards, levels = self.picture.cards, self.picture.levels
        for nodes in levels:
            lanes = [Lane(self.picture.lines[e]) for i in nodes for e in self.graph.into(i)]
            legend = [Appear(self.legend)] if nodes is levels[0] else []
            shown = [Appear(cards[i], 0.9) for i in nodes]
            self.play(*map(Create, lanes), *shown, *legend, run_time=SECONDS["build"] / len(levels))

    def forward(self) -> None:
        """Compute each value from those of its operands."""
        nodes = list(enumerate(self.graph.nodes))
        inputs = [(i, node) for i, node in nodes if not node.formula]
        operations = [(i, node) for i, node in nodes if node.formula]
        seconds = SECONDS["forward"] / (len(operations) + 1)
        given = f"{self.numbers.between}  ".join(f"{node.name} = {number(node.value)}" for _, node in inputs)
        self.tell([(f"{self.captions.inputs}  ", INK), (given, VALUE)])
        self.step(seconds, [], [self.picture.cards[i].value for i, _ in inputs])
        for i, node in operations:
            self.tell(
                [(node.heading, INK), (f" = {node.numbers}", INK), (" = ", INK), (number(node.value), VALUE)]
            )
            flows = [Flow(self.picture.lines[e], VALUE) for e in self.graph.into(i)]
            self.step(seconds, flows, [self.picture.cards[i].value])

    def backward(self) -> None:
        """Apply the chain rule along each edge, in the order of the reverse sweep."""
        seconds = SECONDS["backward"] / (len(self.graph.edges) + 1)
        cards, last = self.picture.cards, self.graph.nodes[-1]
        seed = [(f"{self.captions.seed}  {slope('f', last.name)} = ", INK), (number(1.0), GRADIENT)]
        self.tell(seed)
        self.step(seconds, [], [cards[-1].total])
        for i, edge in enumerate(self.graph.edges):
            self.tell(
                chain_rule(self.graph, i, named=frame().width >= _MIDDLING),
                *self.picture.derivatives[i : i + 1],
            )
            card, uses = cards[edge.parent], self.graph.out_of(edge.parent)
            arrived: list[VMobject] = [card.shares[uses.index(i)]] if card.shares else []
            arrived += [card.total] if i == uses[-1] else []
            self.step(seconds, [Flow(self.picture.lines[i], GRADIENT, back=True)], arrived)

    def conclude(self) -> None:
        """Show the gradient, which has reached the inputs."""
        seconds = SECONDS["conclusion"]
        pieces = [(self.captions.result, INK)]
        for name, derivative in zip("uv", self.graph.gradient, strict=True):
            pieces += [(f"   {slope('f', name)} = ", INK), (number(derivative), GRADIENT)]
        self.tell(pieces)
        inputs = [i for i, node in enumerate(self.graph.nodes) if node.name in {"u", "v"}]
        self.play(*(Create(self.picture.cards[i].mark()) for i in inputs), run_time=0.3 * seconds)
        self.wait(0.6 * seconds)

    def still(self, t: float = 0.0) -> Image.Image:  # noqa: ARG002 - there are no steps
        """Show the graph with all of its values and gradients."""
        with tempconfig({"from_animation_number": _NEVER}):
            self.construct()
        camera: Any = self.camera
        camera.reset()
        camera.capture_mobjects(self.mobjects)
        return Image.fromarray(straight(camera.pixel_array))

    def tell(self, pieces: list[tuple[str, str]], *also: VMobject) -> None:
        """Explain the next step at the bottom, and show what belongs to it."""
        self.say("".join(self.numbers.written(piece) for piece, _ in pieces))
        self.remove(self.told)
        written = [(self.numbers.written(piece), colour) for piece, colour in pieces]
        self.told = lines_of(written, frame().safe.width)
        floor = _TOLD - frame().height / 2
        self.told.move_to(((0, floor - 0.5 * _LINE, 0)), aligned_edge=DOWN)
        if len(self.told) == 1:
            self.told.set_y(floor)
        self.play(*map(Appear, (self.told, *also)), run_time=_TELL)

    def _subtitle(self) -> VGroup:
        """The line below the title, or, where it is too wide for one, two."""
        width = frame().safe.width
        lines = wrapped(self.captions.subtitle, width, HEADING)
        return VGroup(*(_within(text(line, HEADING, FAINT)) for line in lines)).arrange(DOWN, buff=0.2)

    def step(self, seconds: float, flows: list[Flow], arrived: list[VMobject]) -> None:
        """Send pulses and show what they bring; `tell` has already used a part of `seconds`."""
        seconds = max(seconds - _TELL, 0.2)
        if flows:
            self.play(*flows, run_time=0.45 * seconds)
        self.play(*(Appear(shown, 1.5) for shown in arrived), run_time=0.2 * seconds)
        self.wait((0.35 if flows else 0.8) * seconds)


def _room() -> Area:
    """The rectangle for the graph, between what is above and what is told below."""
    if frame().width >= _WIDE:
        return Area(frame().safe.left, -2.95, frame().safe.right, 2.95)
    most = 2 if frame().width >= _MIDDLING else 3  # lines told
    room = frame().whole.inset(0.2)
    low, high = frame().whole.bottom + _TOLD + (most - 1) * _LINE, frame().whole.top - _HEAD - _LINE - 0.4
    return Area(room.left, low, room.right, high)


def lines_of(pieces: Sequence[tuple[str, str]], width: float) -> VGroup:
    """Pieces of text in one line, smaller if needed, or else in several that are legible.

    A line ends before a piece that begins with a space, or after one that ends with two.
    """
    one = ColouredText(pieces, _TELLING)
    if one.width * SMALLEST / _TELLING <= width:
        return VGroup(one.scale(min(1.0, width / one.width)))
    groups: list[list[tuple[str, str]]] = []
    for piece in pieces:
        if not groups or piece[0].startswith(" ") or groups[-1][-1][0].endswith("  "):
            groups.append([])
        groups[-1].append(piece)
    lines: list[list[tuple[str, str]]] = []
    for group in groups:
        longer = [*lines[-1], *group] if lines else group
        if not lines or ColouredText(longer, SMALLEST).width > width:
            lines.append(group)
        else:
            lines[-1] = longer
    told = VGroup(*(ColouredText(line, SMALLEST) for line in lines))
    for line, y in zip(told, range(len(lines)), strict=True):
        line.scale(min(1.0, width / line.width)).set_y(-_LINE * y)
    return told


def _within(line: ColouredText) -> ColouredText:
    """A line no wider than the picture."""
    line.scale(min(1.0, frame().safe.width / line.width))
    return line


def slope(over: str, under: str) -> str:
    """A derivative, as text."""
    return f"{_D}{over}/{_D}{under}"


def chain_rule(graph: Graph, i: int, named: bool = True) -> list[tuple[str, str]]:
    """The sweep's step along an edge, in numbers and, if wanted, in names, added to the shares before it."""
    edge = graph.edges[i]
    parent, child = graph.nodes[edge.parent], graph.nodes[edge.child]
    uses = graph.out_of(edge.parent)
    shares = [graph.edges[use].share for use in uses[: uses.index(i) + 1]]
    more = [(" + \N{HORIZONTAL ELLIPSIS}", INK)] if i != uses[-1] else []
    so_far = [(number(sum(shares[:-1])), GRADIENT), (" + ", INK)] if shares[1:] else []
    gradient = wrap(signed(number(child.gradient)), 3 if so_far else 1)
    local = wrap(signed(number(edge.local)), 3)
    names = [(slope("f", child.name), GRADIENT), (f" {DOT} ", INK), (slope(child.name, parent.name), LOCAL)]
    product = [(gradient, GRADIENT), (f" {TIMES} ", INK), (local, LOCAL)]
    result = [(number(sum(shares)), GRADIENT)]
    equal = [(" = ", INK)]
    line = [(slope("f", parent.name), INK), *equal]
    if named and child != graph.nodes[-1]:  # where the child is f, the product would equal its second factor
        line += [*so_far, *names, *more, *equal]
    return [*line, *so_far, *product, *more, *equal, *result, *more]


def _fitting(content: str, width: float) -> ColouredText:
    """A line of text no wider than `width`: smaller if needed, but legible, or else shortened."""
    line = text(content, HEADING)
    line.scale(max(SMALLEST / HEADING, min(1.0, width / line.width)))
    return line if line.width <= width else _fitting(shorten(content, int(len(content) * 0.95)), width)
