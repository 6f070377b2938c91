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
from scenes.frame import frame
from scenes.graph.computation import DOT, TIMES, Graph, evaluate, number, signed, wrap
from scenes.graph.mobjects import GRADIENT, LOCAL, SMALLEST, VALUE, Appear, Flow, GraphPicture, Lane
from scenes.named_output import HOME, Written, race_name
from scenes.race.spoken import chapters
from scenes.theme import BODY, HEADING, TITLE, ColouredText, chosen_theme, text
from support.messages import shorten
from support.numbers import numbers
from support.palette import Name
from support.pictures import straight
from support.words import words
from views.theme import FAINT, INK

# Seconds that each part of the film takes.
SECONDS = {"title": 3.0, "build": 2.0, "forward": 6.5, "backward": 9.8, "conclusion": 3.0}

_MARGIN = 0.4
_TOP, _TOLD = 3.4, -3.45  # heights of the formula and of the line that explains each step
_ROOM = 5.9  # for the graph, between them
_TELLING = 34  # the size of that line
_TELL = 0.2  # seconds that it takes to appear
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
        self.picture = GraphPicture(self.graph, (frame().width - 2 * _MARGIN, _ROOM), self.numbers)

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
        right = frame().width / 2 - _MARGIN
        for line, y in zip(self.legend, (_TOP + 0.2, _TOP - 0.2), strict=True):
            line.move_to((right, y, 0), aligned_edge=RIGHT)
        formula = self.numbers.written(self.graph.formula)
        self.formula = _fitting(f"f(u, v) = {formula}", 2 * right - self.legend.width - 0.6)
        self.formula.move_to((-right, _TOP, 0), aligned_edge=LEFT)

    def show_title(self) -> None:
        """Show the title, then move the expression to its place."""
        seconds = SECONDS["title"]
        place = self.formula.get_center()
        heading = text(self.captions.title, TITLE, bold=True).move_to(1.1 * UP)
        title = VGroup(heading, text(self.captions.subtitle, HEADING, FAINT).move_to(0.1 * UP))
        self.formula.move_to(1.2 * DOWN)
        self.play(Appear(VGroup(title, self.formula), 0.95), run_time=0.25 * seconds)
        self.wait(0.45 * seconds)
        self.play(FadeOut(title), self.formula.animate.move_to(place), run_time=0.3 * seconds)

    def build_graph(self) -> None:
        """Show the cards, one column at a time, with their incoming edges."""
        cards = self.picture.cards
        columns = sorted({round(card.get_x(), 6) for card in cards})
        for x in columns:
            nodes = [i for i, card in enumerate(cards) if round(card.get_x(), 6) == x]
            lanes = [Lane(self.picture.lines[e]) for i in nodes for e in self.graph.into(i)]
            legend = [Appear(self.legend)] if x == columns[0] else []
            shown = [Appear(cards[i], 0.9) for i in nodes]
            self.play(*map(Create, lanes), *shown, *legend, run_time=SECONDS["build"] / len(columns))

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
            self.tell([(f"{node.heading} = {node.numbers} = ", INK), (number(node.value), VALUE)])
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
            self.tell(chain_rule(self.graph, i), *self.picture.derivatives[i : i + 1])
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
        self.told = ColouredText(
            [(self.numbers.written(piece), colour) for piece, colour in pieces], _TELLING
        )
        self.told.scale(min(1.0, (frame().width - 2 * _MARGIN) / self.told.width)).move_to(_TOLD * UP)
        self.play(*map(Appear, (self.told, *also)), run_time=_TELL)

    def step(self, seconds: float, flows: list[Flow], arrived: list[VMobject]) -> None:
        """Send pulses and show what they bring; `tell` has already used a part of `seconds`."""
        seconds = max(seconds - _TELL, 0.2)
        if flows:
            self.play(*flows, run_time=0.45 * seconds)
        self.play(*(Appear(shown, 1.5) for shown in arrived), run_time=0.2 * seconds)
        self.wait((0.35 if flows else 0.8) * seconds)


def slope(over: str, under: str) -> str:
    """A derivative, as text."""
    return f"{_D}{over}/{_D}{under}"


def chain_rule(graph: Graph, i: int) -> list[tuple[str, str]]:
    """The sweep's step along an edge, in names and in numbers, added to the shares that came before."""
    edge = graph.edges[i]
    parent, child = graph.nodes[edge.parent], graph.nodes[edge.child]
    uses = graph.out_of(edge.parent)
    shares = [graph.edges[use].share for use in uses[: uses.index(i) + 1]]
    more = [(" + \N{HORIZONTAL ELLIPSIS}", INK)] if i != uses[-1] else []
    so_far = [(number(sum(shares[:-1])), GRADIENT), (" + ", INK)] if shares[1:] else []
    gradient = wrap(signed(number(child.gradient)), 3 if so_far else 1)
    local = wrap(signed(number(edge.local)), 3)
    named = [(slope("f", child.name), GRADIENT), (f" {DOT} ", INK), (slope(child.name, parent.name), LOCAL)]
    product = [(gradient, GRADIENT), (f" {TIMES} ", INK), (local, LOCAL)]
    result = [(number(sum(shares)), GRADIENT)]
    equal = [(" = ", INK)]
    line = [(slope("f", parent.name), INK), *equal]
    if child != graph.nodes[-1]:  # where the child is f, the product would equal its second factor
        line += [*so_far, *named, *more, *equal]
    return [*line, *so_far, *product, *more, *equal, *result, *more]


def _fitting(content: str, width: float) -> ColouredText:
    """A line of text no wider than `width`: smaller if needed, but legible, or else shortened."""
    line = text(content, HEADING)
    line.scale(max(SMALLEST / HEADING, min(1.0, width / line.width)))
    return line if line.width <= width else _fitting(shorten(content, int(len(content) * 0.95)), width)
