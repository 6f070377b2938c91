"""`draw_graph`: the graph that a Tensor remembers, drawn with Graphviz, a card for each Tensor.

Values come from the left; the gradients on the cards are those of the last `backward`.
"""

from __future__ import annotations

import html
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.tensor import Tensor
from autograd.values import Value
from support.numbers import MINUS, with_exponent

if TYPE_CHECKING:
    from graphviz import Digraph

# Blue for values and orange for gradients, as in the films, but darker: a page is white.
_VALUE, _GRADIENT = "#00588F", "#A84300"
_INK, _FAINT, _LINE = "#0F1218", "#5B6675", "#9AA4B5"
_PAPER, _LEAF = "#FFFFFF", "#E3F0FA"

# A box is measured with the font at hand and may be shown with another: these two are as wide as each other.
_FONT = "DejaVu Sans,Verdana,sans-serif"
_GRAPH = {"rankdir": "LR", "nodesep": "0.2", "ranksep": "0.4", "bgcolor": _PAPER, "pad": "0.15"}
# Rounds of dot's simplex: graphs of a few hundred long lines would take it half a minute, and look no better.
_ROUNDS = {"nslimit": "2", "nslimit1": "2"}
_NODE = {"shape": "plain", "fontname": _FONT, "fontsize": "13", "fontcolor": _INK}
_EDGE = {"color": _FAINT, "arrowsize": "0.6", "penwidth": "1.1"}

_TIMES = "\N{MULTIPLICATION SIGN}"
_GAP = "\N{MIDDLE DOT}"  # where an operand goes
_LONGEST = 24  # characters of a label, of an operation, and of an array that is written out
_WRITTEN_OUT = 9  # numbers of an array that may be; of more, the range is shown

# What operations are called; others go by their rule's name. A sign stands between two operands.
_SIGNS = {
    "add": "+", "subtract": MINUS, "multiply": _TIMES, "divide": "÷", "power": "^", "matmul": "@",
    "remainder": "%", "floor_divide": "//",
}  # fmt: skip
_NAMES = {
    "negative": MINUS, "square": "^ 2", "absolute": f"|{_GAP}|", "sqrt": "√", "sum": "Σ", "relu": "ReLU",
    "maximum": "max", "minimum": "min", "getitem": "[…]", "along": "sorted",
}  # fmt: skip


def draw_graph(tensor: Tensor, *, limit: int = 200, **labels: Tensor) -> Digraph:
    """The computation graph of `tensor`, from its inputs on the left to itself on the right.

    Each Tensor is a card that says how it was computed, its value, and its gradient (0 before `backward`).
    Inputs are blue. Where an operation has two operands, the upper line brings the first; numbers and arrays
    that are not Tensors stand in its text, as in "^ 2". An array shows its shape, and its numbers if they
    are few, else their range. The drawing is the same whenever the graph is.

    In a notebook the result shows itself, and ``draw_graph(loss).render(outfile="loss.svg", cleanup=True)``
    writes it, as SVG, PNG or PDF. Both need Graphviz's program ``dot``.

    Args:
        tensor: the output.
        limit: how many nodes to draw at most, those fewest steps from the output; a line below the drawing
            says how many are left out.
        labels: Tensors by the names to give them, as in ``draw_graph(loss, u=u, v=v)``; those that `tensor`
            does not depend on are not drawn.

    Returns:
        A `graphviz.Digraph`.

    Raises:
        TypeError: if `tensor` or a label's value is not a Tensor.
        ValueError: if `limit` is not positive.

    >>> x, y = Tensor(2.0), Tensor(3.0)
    >>> loss = x * y
    >>> loss.backward()
    >>> graph = draw_graph(loss, x=x, y=y, loss=loss)
    >>> graph.source.count("->")
    2
    """
    from graphviz import Digraph  # noqa: PLC0415

    for name, value in {"tensor": tensor, **labels}.items():
        if not isinstance(value, Tensor):
            raise TypeError(f"draw_graph: {_short(name)} must be a Tensor, not {type(value).__name__}")
    if limit < 1:
        raise ValueError(f"draw_graph: limit must be at least 1, got {limit}")
    names: dict[Tensor, str] = {}
    for name, node in labels.items():
        names[node] = f"{names[node]}, {name}" if node in names else name

    nodes, count = _nearest(tensor, limit)
    graph = Digraph(graph_attr=_GRAPH | _ROUNDS, node_attr=_NODE, edge_attr=_EDGE)
    for node, i in reversed(nodes.items()):  # what is drawn first is computed first
        graph.node(f"n{i}", _card(node, names.get(node, ""), i == 0))
        _connect(graph, node, nodes)
    if count > limit:
        note = f"{count - limit:,} of {count:,} nodes are left out: those farthest from the output."
        graph.attr(label=note, labelloc="b", fontname=_FONT, fontsize="14", fontcolor=_FAINT)
    return graph


def _nearest(output: Tensor, limit: int) -> tuple[dict[Tensor, int], int]:
    """The first nodes in order of their distance from the output, numbered, and how many there are in all."""
    nearest: dict[Tensor, int] = {}
    seen = {id(output)}
    waiting = deque([output])
    while waiting:
        node = waiting.popleft()
        if len(nearest) < limit:
            nearest[node] = len(nearest)
        for parent in node._prev:
            if id(parent) not in seen:
                seen.add(id(parent))
                waiting.append(parent)
    return nearest, len(seen)


def _connect(graph: Digraph, node: Tensor, nodes: dict[Tensor, int]) -> None:
    """Lines from a node's parents; dots stand for those that are left out."""
    child = f"n{nodes[node]}"
    heads = ["first:w", "last:w"] if len(node._prev) == 2 else ["w"] * len(node._prev)
    for parent, head in zip(node._prev, heads, strict=True):
        if parent in nodes:
            graph.edge(f"n{nodes[parent]}:e", f"{child}:{head}")
    if any(parent not in nodes for parent in node._prev):
        graph.node(f"{child}more", "…", fontcolor=_FAINT)
        graph.edge(f"{child}more", f"{child}:w", style="dashed")


def _card(node: Tensor, label: str, output: bool) -> str:
    """A node as Graphviz's table: label and operation, shape, value, gradient."""
    operation = _operation(node)
    rows = [("value", _summary(node.data), _VALUE), ("gradient", _summary(node.grad), _GRADIENT)]
    if node.shape:
        rows.insert(0, ("shape", _shape(node.data), _INK))
    cells = [
        f'<TD ALIGN="LEFT"{port}><FONT COLOR="{_FAINT}" POINT-SIZE="11">{name}</FONT></TD>'
        f'<TD ALIGN="RIGHT"><FONT COLOR="{colour}">{text}</FONT></TD>'
        for (name, text, colour), port in zip(rows, [""] * (len(rows) - 1) + [' PORT="last"'], strict=True)
    ]
    heading = [_bold(text) for text in (label, operation) if text]
    if len(heading) == 2:
        cells.insert(0, f'<TD ALIGN="LEFT" PORT="first">{heading[0]}</TD><TD ALIGN="RIGHT">{heading[1]}</TD>')
    elif heading:
        cells.insert(0, f'<TD COLSPAN="2" PORT="first">{heading[0]}</TD>')
    fill = _PAPER if operation else _LEAF
    edge = f'BORDER="2" COLOR="{_INK}"' if output else f'BORDER="1" COLOR="{_LINE}"'
    table = f'STYLE="ROUNDED" {edge} BGCOLOR="{fill}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5"'
    return f"<<TABLE {table}><TR>{'</TR><TR>'.join(cells)}</TR></TABLE>>"


def _operation(node: Tensor) -> str:
    """How a node was computed, with those operands that are not Tensors; "" for a leaf.

    >>> x = Tensor([3.0, 4.0])
    >>> [_operation(y) for y in (x, x + x, 1 + x, x % 2, np.sin(x), np.clip(x, 0, 1), x.sum(axis=0), x[1])]
    ['', '+', '1 +', '% 2', 'sin', 'clip(·, 0, 1)', 'Σ axis 0', '[1]']
    """
    name = node._op
    if not name:
        return ""
    operands = [_constant(value) for value in node._saved[1:]]
    for position in node._positions():
        operands[position] = _GAP
    sign = _SIGNS.get(name)
    settings = next((vjp.keywords for vjp in node._vjps if isinstance(vjp, partial)), {})
    if len(node._prev) < len(operands):
        text = f"{_NAMES.get(name, name)}({', '.join(operands)})"
        if sign:
            text = f"{operands[0]} {sign} {operands[1]}".replace(_GAP, "").strip()
    elif isinstance(index := settings.get("index"), int):
        text = f"[{index}]"
    else:
        text = sign or _NAMES.get(name, name)
    axis = settings.get("axis")
    return text if axis is None else f"{text} axis {axis}"


def _constant(value: Value) -> str:
    """An operand that is not a Tensor: the numbers if they are few, else the shape."""
    text = _listed(np.asarray(value).tolist()) if np.size(value) <= _WRITTEN_OUT else ""
    return text if 0 < len(text) <= _LONGEST else f"array {_shape(value)}"


def _shape(value: Value) -> str:
    return f" {_TIMES} ".join(map(str, np.shape(value)))


def _summary(value: Value) -> str:
    """A number, the numbers of a short array, or the range of a longer one.

    >>> _summary(0.1234567), _summary(1e20), _summary(np.array([[1, 2.5], [0, 9]]))
    ('0.1235', '1e20', '[[1, 2.5], [0, 9]]')
    >>> _summary(np.linspace(0, 1, 99)), _summary(np.zeros((2, 50)))
    ('0 … 1', 'all 0')
    """
    array = np.asarray(value)
    if array.size <= _WRITTEN_OUT and len(text := _listed(array.tolist())) <= _LONGEST:
        return text
    finite = array[np.isfinite(array)]
    if not finite.size:
        return "none finite"
    low, high = float(finite.min()), float(finite.max())
    spread = f"all {with_exponent(low)}" if low == high else f"{with_exponent(low)} … {with_exponent(high)}"
    return spread if finite.size == array.size else f"{spread}, {array.size - finite.size:,} not finite"


def _listed(numbers: Any) -> str:
    if isinstance(numbers, list):
        return f"[{', '.join(map(_listed, numbers))}]"
    return with_exponent(numbers)


def _bold(text: str) -> str:
    return f"<B>{_escape(_short(text))}</B>"


def _escape(text: str) -> str:
    r"""Text as Graphviz takes it in a table, without what no font draws.

    >>> _escape("a<b & c"), _escape(r"\N"), _escape("tab\t")
    ('a&lt;b &amp; c', '\\\\N', 'tab�')
    """
    drawn = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return html.escape(drawn).replace("\\", "\\\\")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
