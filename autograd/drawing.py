"""`draw_graph` and `draw_dot`: the graph that a Tensor remembers, drawn with Graphviz.

Values flow from left to right; gradients are those of the last `backward`.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.graph import Node, nearest_nodes, nodes_of
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
        _require_tensor(f"draw_graph: {_short(name)}", value)
    if limit < 1:
        raise ValueError(f"draw_graph: limit must be at least 1, got {limit}")
    names: dict[Tensor, str] = {}
    for name, label in labels.items():
        names[label] = f"{names[label]}, {name}" if label in names else name

    nodes, count = nearest_nodes(tensor, limit)
    ids = {node.tensor: f"n{i}" for i, node in enumerate(nodes)}
    graph = Digraph(graph_attr=_GRAPH | _ROUNDS, node_attr=_NODE, edge_attr=_EDGE)
    for node in reversed(nodes):  # what is drawn first is computed first
        graph.node(ids[node.tensor], _card(node, names.get(node.tensor, ""), node is nodes[0]))
        _connect(graph, node, ids)
    if count > limit:
        note = f"{count - limit:,} of {count:,} nodes are left out: those farthest from the output."
        graph.attr(label=note, labelloc="b", fontname=_FONT, fontsize="14", fontcolor=_FAINT)
    return graph


def draw_dot(root: Tensor, format: str = "svg", rankdir: str = "LR") -> Digraph:  # noqa: A002
    """The computation graph of `root` as micrograd draws it: boxes for Tensors, ellipses for operations.

    Every node is drawn. See `draw_graph` for a drawing with names, constants, shapes and a limit.

    Args:
        root: the output.
        format: of the files that the result's `render` writes: "svg", "png", "pdf" or another of Graphviz's.
        rankdir: "LR" from left to right, or "TB" from top to bottom.

    Returns:
        A `graphviz.Digraph`, which shows itself in a notebook.

    Raises:
        TypeError: if `root` is not a Tensor.
        ValueError: for another direction, or a format that Graphviz does not have.

    >>> x = Tensor(3.0)
    >>> y = x * 2 + 1
    >>> y.backward()
    >>> print(*sorted(line.strip() for line in draw_dot(y).source.splitlines() if "data" in line), sep="\\n")
    0 [label="{ data 3 | grad 2 }" shape=record]
    1 [label="{ data 6 | grad 1 }" shape=record]
    2 [label="{ data 7 | grad 1 }" shape=record]
    """
    from graphviz import Digraph  # noqa: PLC0415

    _require_tensor("draw_dot: root", root)
    if rankdir not in {"LR", "TB"}:
        raise ValueError(f"draw_dot: rankdir must be 'LR' or 'TB', got {rankdir!r}")
    graph = Digraph(format=format, graph_attr={"rankdir": rankdir})
    ids: dict[Tensor, str] = {}
    for i, node in enumerate(nodes_of(root)):
        ids[node.tensor] = str(i)
        value, gradient = _summary(node.tensor.value), _summary(node.tensor.grad)
        graph.node(str(i), f"{{ data {value} | grad {gradient} }}", shape="record")
        if node.operation:
            graph.node(f"op{i}", _sign(node))
            graph.edge(f"op{i}", str(i))
            for parent in node.parents:
                graph.edge(ids[parent], f"op{i}")
    return graph


def _require_tensor(what: str, x: Any) -> None:
    if not isinstance(x, Tensor):
        raise TypeError(f"{what} must be a Tensor, not {type(x).__name__}")


def _connect(graph: Digraph, node: Node, ids: Mapping[Tensor, str]) -> None:
    """Lines from a node's parents; dots stand for those that are left out."""
    child = ids[node.tensor]
    heads = ["first:w", "last:w"] if len(node.parents) == 2 else ["w"] * len(node.parents)
    for parent, head in zip(node.parents, heads, strict=True):
        if parent in ids:
            graph.edge(f"{ids[parent]}:e", f"{child}:{head}")
    if any(parent not in ids for parent in node.parents):
        graph.node(f"{child}more", "…", fontcolor=_FAINT)
        graph.edge(f"{child}more", f"{child}:w", style="dashed")


def _card(node: Node, label: str, output: bool) -> str:
    """A node as Graphviz's table: label and operation, shape, value, gradient."""
    operation = _operation(node)
    tensor = node.tensor
    rows = [("value", _summary(tensor.value), _VALUE), ("gradient", _summary(tensor.grad), _GRADIENT)]
    if tensor.shape:
        rows.insert(0, ("shape", _shape(tensor.value), _INK))
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


def _operation(node: Node) -> str:
    """How a node was computed, with those operands that are not Tensors; "" for a leaf.

    >>> from autograd.graph import node_of
    >>> x = Tensor([3.0, 4.0])
    >>> results = x, x + x, 1 + x, x % 2, np.sin(x), np.clip(x, 0, 1), x.sum(axis=0), x[1]
    >>> [_operation(node_of(y)) for y in results]
    ['', '+', '1 +', '% 2', 'sin', 'clip(·, 0, 1)', 'Σ axis 0', '[1]']
    """
    operands = [_constant(x.value) if x.parent is None else _GAP for x in node.operands]
    text = _sign(node)
    if len(node.parents) < len(operands):
        if node.operation in _SIGNS:
            text = f"{operands[0]} {text} {operands[1]}".replace(_GAP, "").strip()
        else:
            text = f"{text}({', '.join(operands)})"
    elif isinstance(index := node.settings.get("index"), int):
        text = f"[{index}]"
    axis = node.settings.get("axis")
    return text if axis is None else f"{text} axis {axis}"


def _sign(node: Node) -> str:
    """What an operation is called."""
    return (_SIGNS | _NAMES).get(node.operation, node.operation)


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
