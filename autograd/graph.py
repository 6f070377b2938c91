"""The graph that a Tensor remembers, as data: what each node was computed from, how, and its derivatives.

What draws a graph, or differentiates it once more, reads it here and needs to know nothing of how Tensors
keep it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from autograd.rules import RULES
from autograd.tensor import Tensor
from autograd.values import Value


class Operand(NamedTuple):
    """An input of an operation."""

    value: Value  # as it was when it was used; the parent's may have been changed since
    parent: Tensor | None  # the Tensor whose value it is, where gradients flow to that; None for a constant


class Node(NamedTuple):
    """A Tensor in a graph."""

    tensor: Tensor
    operation: str  # the row of `autograd.rules.RULES` by which it was computed; "" for a leaf
    operands: tuple[Operand, ...]  # the operation's inputs, in their order
    settings: dict[str, Any]  # what else it was given, such as an axis
    parents: tuple[Tensor, ...]  # those operands that gradients flow to

    def shares(self, gradient: Any, result: Any, inputs: Sequence[Any]) -> Iterator[tuple[Tensor, Any]]:
        """Each parent, with what reaches it of a gradient of this node, by numpy's row of the table.

        For a gradient of 1.0 that is the derivative. If the operands' values, the `inputs`, are Tensors, so
        are the shares, with a graph of their own.
        """
        rule = RULES.get(self.operation)
        for position, operand in enumerate(self.operands):
            vjp = rule.vjp(position) if rule and operand.parent is not None else None
            if vjp and operand.parent is not None:
                yield operand.parent, vjp(gradient, result, *inputs, **self.settings)


def node_of(tensor: Tensor) -> Node:
    """A Tensor, with how it was computed.

    >>> x = Tensor(3.0)
    >>> node = node_of(2.0 * x)
    >>> node.operation, [operand.value for operand in node.operands], node.parents == (x,)
    ('multiply', [2.0, 3.0], True)
    """
    rule = tensor._rule
    parents = dict(zip(rule.positions, tensor._prev, strict=True))
    operands = tuple(Operand(value, parents.get(i)) for i, value in enumerate(tensor._saved[1:]))
    return Node(tensor, rule.name, operands, rule.settings, tensor._prev)


def nodes_of(output: Tensor) -> list[Node]:
    """Every node that a Tensor depends on, and itself, each after its parents."""
    return [node_of(tensor) for tensor in reversed(output._sweep_order())]


def nearest_nodes(output: Tensor, limit: int) -> tuple[list[Node], int]:
    """The nodes fewest steps away from the output, at most `limit`, and how many there are in all."""
    nearest: list[Node] = []
    seen, waiting = {output}, deque([output])
    while waiting:
        tensor = waiting.popleft()
        if len(nearest) < limit:
            nearest.append(node_of(tensor))
        for parent in tensor._prev:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return nearest, len(seen)
