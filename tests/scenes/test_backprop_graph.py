"""The film of backpropagation: its numbers are the Tensors' own, and its picture can be read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from manim import Mobject, tempconfig
from manim.utils.module_ops import scene_classes_from_file

from autograd import Tensor
from scenes.backprop_graph import BackpropGraph
from scenes.frame import Area, frame
from scenes.graph.computation import NAMES, evaluate, number
from scenes.graph.layout import columns
from scenes.graph.mobjects import SMALLEST, GraphPicture
from scenes.theme import ColouredText
from surfaces.expression import Expression

ROOT = Path(__file__).parents[2]
# Manim breaks lines of text that are wider than the picture has pixels: it must not be tiny.
STILL = {"quality": "low_quality", "dry_run": True, "progress_bar": "none", "verbosity": "WARNING"}
AT = (0.5, 1.2)
DEFAULT = "sin(u*v) + v**2"
LARGE = "(1 - u)**2 + 100*(v - u**2)**2"
EXPRESSIONS = [
    DEFAULT, "u", "3*u", "u*u", "u**v - abs(-v)", "exp(-u**2)*v", "sqrt(u) / log(v)", "tanh(u)*cos(v) + u",
    LARGE, "u*v*u - 1e-9*v",
]  # fmt: skip
GROUPED = [
    "u - (v - u)", "u / (v / u)", "u / v / u", "(u + v)**2", "(-u)**2", "-u**2", "2**(u*v)", "(u**2)**3",
    "u**-2", "-(u + v)", "-(-u)", "u*(-v)", "-u*v", "u - -2*v", "abs(u - v)*(u*v)", "sqrt(u + v)*sin(u)**2",
]  # fmt: skip

Box = tuple[float, float, float, float]


@pytest.fixture(scope="module", autouse=True)
def _manim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Manim's settings; its files are kept out of the project."""
    with tempconfig(STILL | {"media_dir": str(tmp_path_factory.mktemp("media"))}):
        yield


def shared(u: Any, v: Any) -> Any:
    """A function that uses what it has computed twice."""
    product = u * v
    return product * np.sin(product)


def slopes(f: Callable[[float, float], float], u: float, v: float, step: float = 1e-6) -> tuple[float, float]:
    """Central differences."""
    return (f(u + step, v) - f(u - step, v)) / (2 * step), (f(u, v + step) - f(u, v - step)) / (2 * step)


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *GROUPED, shared])
def test_values_and_gradients_are_the_tensors_and_those_of_central_differences(expression: Any) -> None:
    formula = Expression(expression) if isinstance(expression, str) else expression
    graph = evaluate(expression, AT)
    u, v = Tensor(AT[0]), Tensor(AT[1])
    output = formula(u, v)
    output.backward()
    order = output._sweep_order()[::-1]
    assert [(node.value, node.gradient) for node in graph.nodes] == [(t.data, t.grad) for t in order]
    assert graph.gradient == (u.grad, v.grad)
    assert graph.gradient == pytest.approx(slopes(formula, *AT), rel=1e-6, abs=1e-8)
    places = {id(tensor): i for i, tensor in enumerate(order)}
    parents = [(places[id(p)], places[id(t)]) for t in reversed(order) for p in t._prev]
    assert [(edge.parent, edge.child) for edge in graph.edges] == parents


@pytest.mark.parametrize("expression", [*EXPRESSIONS, shared])
def test_gradients_are_the_sums_of_their_shares(expression: Any) -> None:
    graph = evaluate(expression, AT)
    for edge in graph.edges:
        assert edge.share == pytest.approx(graph.nodes[edge.child].gradient * edge.local, rel=1e-12)
    for i, node in enumerate(graph.nodes[:-1]):
        assert sum(graph.edges[e].share for e in graph.out_of(i)) == pytest.approx(node.gradient, rel=1e-12)


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *GROUPED, shared])
def test_formulas_say_what_was_computed(expression: Any) -> None:
    graph = evaluate(expression, AT)
    assert typed(graph.formula)(*AT) == pytest.approx(graph.nodes[-1].value, rel=1e-9)
    for node in graph.nodes:
        if node.numbers:
            assert typed(f"{node.numbers} + 0*u")(*AT) == pytest.approx(node.value, rel=2e-3)


def typed(formula: str) -> Expression:
    """A formula as it is typed."""
    signs = {"·": "*", "\N{MULTIPLICATION SIGN}": "*", "\N{MINUS SIGN}": "-", "√": "sqrt", "^": "**"}
    for sign, plain in signs.items():
        formula = formula.replace(sign, plain)
    for raised, plain in zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True):
        formula = formula.replace(raised, f"**{plain}")
    formula = formula.replace("**-**", "**-")
    while "|" in formula:
        formula = formula.replace("|", "abs(", 1).replace("|", ")", 1)
    return Expression(formula)


@pytest.mark.parametrize(
    ("x", "shown"),
    [(0.0, "0.000"), (-0.0, "0.000"), (1.0, "1.000"), (-12345.6, "-1.235e4"), (1e-7, "1.000e-7")],
)
def test_numbers_have_four_digits(x: float, shown: str) -> None:
    assert number(x) == shown.replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("sin(w)", "unknown name 'w'"),
        ("log(u - 0.5)", "not finite"),
        ("sqrt(u - 0.5)", "not finite"),
        (lambda u, v: 3.0, "computed from u or v"),
        (lambda u, v: u * Tensor([1.0, 2.0]), "single numbers"),
        ("sin(" * (len(NAMES) + 2) + "u" + ")" * (len(NAMES) + 2), "operations"),
        ("+".join(["u*v"] * 5), "does not fit"),
    ],
)
def test_an_expression_that_cannot_be_shown_is_refused_in_one_line(expression: Any, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        BackpropGraph(language="en", expression=expression, at=AT)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_edge_that_passes_a_column_is_given_a_place_in_it() -> None:
    graph = evaluate(DEFAULT, AT)
    kinds = [[slot.kind for slot in column] for column in columns(graph)]
    assert kinds == [["node", "node"], ["node", "node"], ["node", "edge"], ["node"]]
    assert graph.nodes[columns(graph)[0][0].number].name == "u"


@pytest.fixture(scope="module", params=["en", "fr"])
def scene(request: pytest.FixtureRequest) -> BackpropGraph:
    """The film at its end."""
    made = BackpropGraph(language=request.param, expression=DEFAULT, at=AT, skip_animations=True)
    made.render()
    return made


def texts(scene: BackpropGraph) -> list[ColouredText]:
    return [part for whole in scene.mobjects for part in whole.get_family() if isinstance(part, ColouredText)]


def box(mobject: Mobject, margin: float = 0.0) -> Box:
    """Left, bottom, right and top."""
    (left, bottom, _), (right, top, _) = mobject.get_corner((-1, -1, 0)), mobject.get_corner((1, 1, 0))
    return left - margin, bottom - margin, right + margin, top + margin


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(a: Box, b: Box) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def assert_readable(cards: list[Box], lines: list[ColouredText]) -> None:
    """Cards and texts stand apart, in the frame, and each text in a card or outside all of them."""
    whole = frame().whole
    assert not any(overlap(a, b) for a, b in combinations(cards, 2))
    for one, other in combinations(lines, 2):
        assert not overlap(box(one), box(other)), (one.content, other.content)
    for line in lines:
        assert inside(box(line, 0.1), whole), line.content
        assert all(inside(box(line), card) for card in cards if overlap(box(line), card)), line.content
        assert line.font_size > SMALLEST - 1e-6, line.content


def test_the_last_picture_can_be_read(scene: BackpropGraph) -> None:
    assert_readable([box(card.frame) for card in scene.picture.cards], texts(scene))


@pytest.mark.parametrize("expression", ["u", "u*u", LARGE, shared])
def test_other_graphs_can_be_read_and_edges_go_around_cards(expression: Any) -> None:
    graph = evaluate(expression, AT)
    picture = GraphPicture(graph, Area(-6.7, -2.95, 6.7, 2.95))
    cards = [box(card.frame) for card in picture.cards]
    words = [part for c in picture.cards for part in (c[1], c.value, *c.shares, c.total[-1])]
    assert_readable(cards, cast("list[ColouredText]", [*words, *picture.derivatives]))
    for edge, line in zip(graph.edges, picture.lines, strict=True):
        assert line[0, 0] == pytest.approx(cards[edge.parent][2])
        assert line[-1, 0] == pytest.approx(cards[edge.child][0])
        assert all(a < b for a, b in pairwise(line[:, 0]))
        assert not any(overlap((x, y, x, y), card) for x, y in line[1:-1] for card in cards)


def test_every_number_shown_is_the_tensors(scene: BackpropGraph) -> None:
    shown = [line.content for line in texts(scene)]
    comma = scene.captions.title == "Rétropropagation"

    def written(number: str) -> str:
        return number.replace(".", ",") if comma else number

    for node in scene.graph.nodes:
        assert written(node.heading) in shown
        assert written(number(node.value)) in shown
        assert written(number(node.gradient)) in shown
    (told,) = cast("list[ColouredText]", list(scene.told))
    assert all(written(number(slope)) in told.content for slope in scene.graph.gradient)
    assert all(written(number(edge.local)) in shown for edge in scene.graph.edges)


def test_french_puts_a_space_before_a_colon() -> None:
    words = [*vars(BackpropGraph(language="fr").captions).values()]
    assert all(" :" in word for word in words if ":" in word)
    assert sum(":" in word for word in words) == 3


def test_a_bad_race_gives_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RACE_CONFIG", str(tmp_path / "race.toml"))
    with pytest.raises(SystemExit) as end:
        BackpropGraph()
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("film: ")
    assert said.count("\n") == 1


def test_run_by_manim_it_speaks_the_language_of_the_race(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    race = tmp_path / "race.toml"
    race.write_text('surface = "slope"\n[film]\nlanguage = "fr"\n[[racer]]\noptimizer = "sgd"\n')
    monkeypatch.setenv("RACE_CONFIG", str(race))
    monkeypatch.setattr(sys, "path", [*sys.path])  # Manim adds the file's folder
    (film,) = scene_classes_from_file(ROOT / "scenes/backprop_graph.py", False, full_list=True)
    assert cast("BackpropGraph", film()).captions.title == "Rétropropagation"
