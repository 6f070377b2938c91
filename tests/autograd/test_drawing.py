"""`draw_graph`: what its drawings say, that they can be drawn whatever they say, and what is left out."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree as Tree

import numpy as np
import pytest

from autograd import Tensor
from autograd.drawing import draw_dot, draw_graph

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
SVG = "{http://www.w3.org/2000/svg}"


def cards(graph: Any) -> dict[str, list[str]]:
    """What is written on each node of a drawing, as Graphviz draws it; n0 is the output."""
    picture = Tree.fromstring(graph.pipe("svg"))  # noqa: S314
    groups = [group for group in picture.iter(f"{SVG}g") if group.get("class") == "node"]
    return {
        group.findtext(f"{SVG}title", ""): [text.text or "" for text in group.iter(f"{SVG}text")]
        for group in groups
    }


def lines(graph: Any) -> list[tuple[str, str]]:
    """The lines from node to node, without where on the cards they start and end."""
    return re.findall(r"(\w+)(?::\w+)* -> (\w+)", graph.source)


def chain(length: int) -> Tensor:
    x = Tensor(1.0)
    for _ in range(length - 1):
        x = x + 1
    return x


def test_a_card_says_label_operation_value_and_gradient() -> None:
    x, y = Tensor(2.0), Tensor(-3.0)
    loss = x * y
    loss.backward()
    assert cards(draw_graph(loss, x=x, y=y, loss=loss)) == {
        "n2": ["y", "value", f"{MINUS}3", "gradient", "2"],
        "n1": ["x", "value", "2", "gradient", f"{MINUS}3"],
        "n0": ["loss", TIMES, "value", f"{MINUS}6", "gradient", "1"],
    }


def test_lines_lead_from_operands_to_results_the_first_above() -> None:
    x, y = Tensor(2.0), Tensor(3.0)
    source = draw_graph(x - y).source
    assert "n1:e -> n0:first:w" in source
    assert "n2:e -> n0:last:w" in source
    assert lines(draw_graph(x + x)) == [("n1", "n0"), ("n1", "n0")]
    assert lines(draw_graph(np.sin(np.exp(x)))) == [("n2", "n1"), ("n1", "n0")]


def test_leaves_and_the_output_look_different() -> None:
    x = Tensor(2.0)
    fills = re.findall(r'n(\d) .*BORDER="(\d)".*BGCOLOR="(\S+)"', draw_graph(np.sin(np.cos(x))).source)
    assert [(node, edge) for node, edge, _ in fills] == [("2", "1"), ("1", "1"), ("0", "2")]
    leaf, inner, output = (fill for _, _, fill in fills)
    assert leaf != inner == output


X: Any = Tensor(0.5)
M: Any = Tensor([[1.0, 2.0], [3.0, 4.0]])
WRITTEN = {
    f"{MINUS} 2": X - 2,
    f"2 {MINUS}": 2 - X,
    f"{TIMES} 2": X * 2,
    f"{MINUS}3 {TIMES}": -3 * X,
    "÷ 0.02": X / 0.02,
    "^ 3": X**3,
    "2 ^": 2**X,
    MINUS: -X,
    "|·|": abs(X),
    "√": np.sqrt(X),
    "ReLU": X.relu(),
    "@": M @ M,
    "[1, 2] @": np.array([1, 2]) @ M,
    f"+ array 1 {TIMES} 2 {TIMES} 2": M + np.full((1, 2, 2), 1234.5),
    "Σ": M.sum(),
    "Σ axis 1": M.sum(axis=1),
    "mean axis (0, 1)": M.mean(axis=(0, 1)),
    "max(·, 0)": np.maximum(X, 0),
    "max": np.maximum(X, M),
    "clip(·, 0, 1)": np.clip(X, 0, 1),
    "where([1, 0], ·, 0)": np.where(np.array([True, False]), X, 0.0),
    "where([1, 0], ·, ·)": np.where(np.array([True, False]), X, X * 1),
    "[1]": M[1],
    "[…]": M[:, 0],
    "transpose": M.T,
    "concatenate axis 1": np.concatenate([M, M, M], axis=1),
}


@pytest.mark.parametrize("operation", WRITTEN)
def test_operations_are_written_with_their_constants(operation: str) -> None:
    assert cards(draw_graph(WRITTEN[operation]))["n0"][0] == operation


def test_what_has_no_parents_left_is_still_drawn() -> None:
    condition: Any = Tensor([1.0, 0.0])
    flat: Any = np.where(condition, 2.0, 3.0)
    assert cards(draw_graph(flat))["n0"][0] == "where([1, 0], 2, 3)"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (1 / 3, "0.3333"),
        (-1.5e-7, f"{MINUS}1.5e{MINUS}7"),
        (1234567.0, "1.235e6"),
        (-0.0, "0"),
        (np.nan, "nan"),
        (-np.inf, f"{MINUS}inf"),
        ([1.0, 2.5], "[1, 2.5]"),
        ([[1.0], [2.0]], "[[1], [2]]"),
        ([], "[]"),
        (np.linspace(-1, 1, 50), f"{MINUS}1 … 1"),
        (np.ones((4, 5)), "all 1"),
        ([np.nan, *range(10), np.inf], "0 … 9, 2 not finite"),
        (np.full(1000, np.nan), "none finite"),
    ],
)
def test_values_are_summed_up(values: Any, shown: str) -> None:
    card = cards(draw_graph(Tensor(values)))["n0"]
    assert card[card.index("value") + 1] == shown


def test_arrays_show_their_shape() -> None:
    x = Tensor(np.arange(12.0).reshape(4, 3))
    x.sum().backward()
    shape = f"4 {TIMES} 3"
    drawn = cards(draw_graph(x, x=x))
    assert drawn == {"n0": ["x", "shape", shape, "value", "0 … 11", "gradient", "all 1"]}


def labelled(label: str) -> list[str]:
    x = Tensor(1.0)
    labels: dict[str, Any] = {label: x}
    return cards(draw_graph(x, **labels))["n0"]


LABELS = [
    "<b>",
    "a & b",
    'say "x"',
    "it's",
    r"\N \G \\ \n",
    "{a|b}",
    "&lt;",
    "<",
    "/",
    "∂L/∂w",
    "日本",
    "-->",
]


@pytest.mark.parametrize("label", LABELS)
def test_labels_are_drawn_as_they_are(label: str) -> None:
    assert labelled(label)[0].replace("\xa0", " ") == label


def test_labels_that_no_font_draws_are_replaced_and_long_ones_cut() -> None:
    assert labelled("a\x00b\nc\ud800")[0] == "a�b�c�"
    assert labelled("w" * 1000)[0] == "w" * 23 + "…"
    assert labelled("") == ["value", "1", "gradient", "0"]


def test_labels_of_one_tensor_are_joined_and_those_of_others_ignored() -> None:
    x, y = Tensor(1.0), Tensor(1.0)
    assert cards(draw_graph(x, x=x, first=x, y=y))["n0"][0] == "x, first"


def test_a_graph_drawn_twice_is_the_same_and_so_is_one_built_twice() -> None:
    def build() -> Any:
        x = Tensor([1.0, 2.0])
        return draw_graph((np.sin(x) * x + 1).sum(), x=x).source

    x = Tensor(2.0)
    y = x * x + x
    assert draw_graph(y).source == draw_graph(y).source
    assert build() == build()


def test_drawing_leaves_values_and_gradients_as_they_were() -> None:
    x = Tensor([1.0, 2.0])
    loss = (x * x).sum()
    draw_graph(loss)
    loss.backward()
    draw_graph(loss)
    assert x.grad.tolist() == [2.0, 4.0]  # type: ignore[union-attr]
    assert loss.data == 5.0


def test_a_graph_within_the_limit_is_whole() -> None:
    source = draw_graph(chain(200)).source
    assert "left out" not in source
    assert "…" not in source
    assert len(lines(draw_graph(chain(200)))) == 199


@pytest.mark.parametrize("length", [201, 1_000, 100_000])
def test_what_is_left_out_of_a_chain_is_counted(length: int) -> None:
    graph = draw_graph(chain(length))
    assert f"{length - 200:,} of {length:,} nodes are left out" in graph.source
    kept = [(f"n{i + 1}", f"n{i}") for i in range(198, -1, -1)]
    assert lines(graph) == [("n199more", "n199"), *kept]


def test_the_nodes_nearest_to_the_output_are_drawn() -> None:
    far = Tensor(7.0)
    near = np.exp(far)
    a, b = np.sin(near), np.cos(near)
    graph = draw_graph(a * b, limit=3, a=a, b=b, near=near, far=far)
    assert "2 of 5 nodes are left out" in graph.source
    assert {node: card[0] for node, card in cards(graph).items()} == {
        "n0": TIMES,
        "n1": "a",
        "n1more": "…",
        "n2": "b",
        "n2more": "…",
    }


def test_a_leaf_used_by_all_is_counted_once() -> None:
    x = y = Tensor(1.0)
    for _ in range(5_000):
        y = y + x
    assert "4,801 of 5,001 nodes" in draw_graph(y).source


def test_what_is_no_tensor_is_refused() -> None:
    x = Tensor(1.0)
    with pytest.raises(TypeError, match="tensor must be a Tensor, not float"):
        draw_graph(1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="limt must be a Tensor, not int"):
        draw_graph(x, limt=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="limit must be at least 1, got 0"):
        draw_graph(x, limit=0)


def test_a_notebook_shows_it() -> None:
    bundle = draw_graph(Tensor(1.0))._repr_mimebundle_()
    assert "<svg" in bundle["image/svg+xml"]


def test_importing_autograd_does_not_import_graphviz() -> None:
    code = "import sys, autograd.drawing; print('graphviz' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_micrograds_drawing_has_every_tensor_and_every_operation() -> None:
    x, w = Tensor([1.0, -2.0]), Tensor(-3.0)
    y = (x * w).sum() + 1.0
    y.backward()
    drawn = draw_dot(y)
    words = sorted(texts[0] for texts in cards(drawn).values())
    data = [f"data {d}" for d in ("[1, −2]", "−3", "[−3, 6]", "3", "4")]
    assert words == sorted([*data, TIMES, "Σ", "+"])
    assert [texts[1] for texts in cards(drawn).values() if texts[0] == "data −3"] == ["grad −1"]
    steps = [("0", "op2"), ("1", "op2"), ("op2", "2"), ("2", "op3"), ("op3", "3"), ("3", "op4"), ("op4", "4")]
    assert sorted(lines(drawn)) == sorted(steps)
    assert len(cards(draw_dot(chain(300)))) == 300 + 299


def test_micrograds_drawing_takes_its_format_and_direction() -> None:
    x = Tensor(1.0)
    assert "rankdir=TB" in draw_dot(x, rankdir="TB").source
    assert draw_dot(x, format="png").format == "png"
    with pytest.raises(ValueError, match="rankdir must be 'LR' or 'TB', got 'RL'"):
        draw_dot(x, rankdir="RL")
    with pytest.raises(ValueError, match="format"):
        draw_dot(x, format="bmx")
    with pytest.raises(TypeError, match="root must be a Tensor, not float"):
        draw_dot(1.0)  # type: ignore[arg-type]
