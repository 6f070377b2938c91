"""The computation graph of one evaluation, as names, formulas and numbers read off real Tensors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from autograd import Tensor
from autograd.graph import Node, nodes_of
from support.numbers import MINUS, SUPERSCRIPTS, with_exponent
from surfaces.expression import Expression

TIMES = "\N{MULTIPLICATION SIGN}"
DOT = "\N{MIDDLE DOT}"

# Names for the values between the inputs and f: without e, descenders, and letters that look like each other
# or like digits.
NAMES = "abcdhkmnrst"

# Text and its precedence: 1 for a sum, 2 with a sign, 3 for a product, 4 for a power, 5 for anything else.
Piece: TypeAlias = tuple[str, int]


class GraphError(ValueError):
    """A graph that cannot be shown; the message is one line."""


@dataclass(frozen=True)
class NamedNode:
    """One Tensor: its name, how it was computed, in names and in numbers, its value and gradient."""

    name: str
    formula: str  # "a + b"; "" for an input
    numbers: str  # "0.5646 + 1.440"; "" for an input
    value: float
    gradient: float

    @property
    def heading(self) -> str:
        """Its heading."""
        return f"{self.name} = {self.formula}" if self.formula else self.name


@dataclass(frozen=True)
class Edge:
    """One use of a node by another; the child's gradient times `local`, `share`, flows back along it."""

    parent: int
    child: int
    local: float  # d child / d parent
    share: float  # of the parent's gradient


@dataclass(frozen=True)
class Graph:
    """The graph of f(u, v), after one forward and one backward pass.

    Attributes:
        formula: f, written out in u and v.
        nodes: every Tensor that f depends on, each after its parents; f is the last.
        edges: in the order in which the reverse sweep follows them.
        gradient: df/du and df/dv.
    """

    formula: str
    nodes: tuple[NamedNode, ...]
    edges: tuple[Edge, ...]
    gradient: tuple[float, float]

    def into(self, node: int) -> list[int]:
        """A node's incoming edges, from its operands."""
        return [i for i, edge in enumerate(self.edges) if edge.child == node]

    def out_of(self, node: int) -> list[int]:
        """A node's outgoing edges, which bring it its shares of gradient."""
        return [i for i, edge in enumerate(self.edges) if edge.parent == node]


def number(x: float) -> str:
    """A value or a derivative, in four significant digits."""
    return with_exponent(x, zeros=True)


def evaluate(expression: str | Callable[[Any, Any], Any], at: tuple[float, float]) -> Graph:
    """Evaluate an expression with Tensors u and v, call `backward`, and read the graph.

    Args:
        expression: a string for `surfaces.expression.Expression`, or a function of two Tensors.
        at: the numbers u and v.

    Raises:
        ExpressionError: if the text is not allowed.
        GraphError: if the result is not one finite number computed from u or v.

    >>> evaluate("u * v", (2.0, 3.0)).gradient
    (3.0, 2.0)
    """
    u, v = Tensor(at[0]), Tensor(at[1])
    output = (Expression(expression) if isinstance(expression, str) else expression)(u, v)
    computed = nodes_of(output) if isinstance(output, Tensor) else []
    order = [node.tensor for node in computed]
    if not {u, v} & set(order) or any(tensor.shape for tensor in order):
        raise GraphError("the expression must be computed from u or v, in single numbers")
    output.backward()
    place = f"at u = {at[0]:g}, v = {at[1]:g}"
    if not all(math.isfinite(x) for tensor in order for x in (tensor.data, tensor.grad)):
        raise GraphError(f"the expression or its gradient is not finite {place}")
    names = _names(order, {u: "u", v: "v"})
    indices = {tensor: i for i, tensor in enumerate(order)}
    edges = tuple(edge for node in reversed(computed) for edge in _edges_into(node, indices))
    nodes = tuple(_node(node, names) for node in computed)
    return Graph(_written_out(computed, names), nodes, edges, (_float(u.grad), _float(v.grad)))


def _names(order: Sequence[Tensor], inputs: dict[Tensor, str]) -> dict[Tensor, str]:
    """u, v, letters in the order of computation, and f for the output, unless it is an input."""
    between = [node for node in order[:-1] if node not in inputs]
    if len(between) > len(NAMES):
        raise GraphError(f"the expression has {len(between) + 1} operations; {len(NAMES) + 1} can be named")
    return {order[-1]: "f"} | dict(zip(between, NAMES, strict=False)) | inputs


def _node(node: Node, names: dict[Tensor, str]) -> NamedNode:
    formula = numbers = ""
    if node.operation:
        formula = write(node.operation, _operands(node, {p: (names[p], 5) for p in node.parents}))[0]
        values = {p: signed(number(_float(p.data))) for p in node.parents}
        numbers = write(node.operation, _operands(node, values), TIMES)[0]
    tensor = node.tensor
    return NamedNode(names[tensor], formula, numbers, _float(tensor.data), _float(tensor.grad))


def _edges_into(node: Node, indices: dict[Tensor, int]) -> list[Edge]:
    """An edge from each parent; its derivatives are the rule's, for a gradient of 1 and for the node's."""
    result, inputs = np.float64(node.tensor.data), [np.float64(x.value) for x in node.operands]
    with np.errstate(all="ignore"):
        local, shares = (
            list(node.shares(np.float64(gradient), result, inputs)) for gradient in (1.0, node.tensor.grad)
        )
    return [
        Edge(indices[parent], indices[node.tensor], _float(one), _float(share))
        for (parent, one), (_, share) in zip(local, shares, strict=True)
    ]


def _operands(node: Node, parents: dict[Tensor, Piece]) -> list[Piece]:
    """The operands of a node, in order: its parents as given, constants as numbers."""
    return [
        signed(with_exponent(_float(x.value))) if x.parent is None else parents[x.parent]
        for x in node.operands
    ]


def _written_out(nodes: Sequence[Node], names: dict[Tensor, str]) -> str:
    """The formula of the last node in terms of the inputs."""
    pieces: dict[Tensor, Piece] = {}
    for node in nodes:
        tensor = node.tensor
        pieces[tensor] = (
            write(node.operation, _operands(node, pieces)) if node.operation else (names[tensor], 5)
        )
    return pieces[nodes[-1].tensor][0]


# The sign, the precedence of the whole, and the least precedence of each side.
_SIGNS = {
    "add": ("+", 1, 1, 3),
    "subtract": (MINUS, 1, 1, 3),
    "multiply": (DOT, 3, 2, 3),
    "divide": ("/", 3, 2, 4),
}
_FORMS = {"absolute": "|{}|", "sqrt": "\N{SQUARE ROOT}({})"}


def write(name: str, operands: Sequence[Piece], times: str = DOT) -> Piece:
    """The operation of the rule `name`, in mathematical notation.

    >>> write("multiply", [("u + v", 1), ("2", 5)], "*")
    ('(u + v) * 2', 3)
    >>> write("sin", [("u", 5)]), write("absolute", [("u", 5)])
    (('sin(u)', 5), ('|u|', 5))
    """
    texts = [text for text, _ in operands]
    if name in _SIGNS:
        sign, strength, left, right = _SIGNS[name]
        sign = times if sign == DOT else sign
        return f"{wrap(operands[0], left)} {sign} {wrap(operands[1], right)}", strength
    match name:
        case "power" if texts[1].removeprefix(MINUS).isdecimal():
            return wrap(operands[0], 5) + texts[1].translate(SUPERSCRIPTS), 4
        case "power":
            return f"{wrap(operands[0], 5)}^{wrap(operands[1], 5)}", 4
        case "negative":
            return MINUS + wrap(operands[0], 3), 2
        case _:
            return _FORMS.get(name, name + "({})").format(", ".join(texts)), 5


def wrap(piece: Piece, strength: int) -> str:
    """A piece, in parentheses if its precedence is too low."""
    return piece[0] if piece[1] >= strength else f"({piece[0]})"


def signed(digits: str) -> Piece:
    """A number as an operand: a negative one needs parentheses after an operator."""
    return digits, 2 if digits.startswith(MINUS) else 5


def _float(x: Any) -> float:
    return float(x)
