"""How `copy` and `pickle` copy Tensors: each copy is a node of its own, in its own place in the sweep."""

from __future__ import annotations

from typing import Any

from autograd.values import as_value, kept

_Tensor = Any  # autograd.tensor.Tensor, which imports these functions


def copied_node(self: _Tensor) -> _Tensor:
    """The same node once more, with the same parents and a gradient of its own."""
    return _with_parents(self, self._prev)


def copied_graph(self: _Tensor, memo: dict[int, Any]) -> _Tensor:
    """A copy of the whole graph that a node was computed by: its sweep fills the copied leaves."""
    for node in reversed(self._sweep_order()):
        if id(node) not in memo:
            memo[id(node)] = _with_parents(node, tuple(memo[id(parent)] for parent in node._prev))
    return memo[id(self)]


def _with_parents(node: _Tensor, parents: tuple[_Tensor, ...]) -> _Tensor:
    copy = object.__new__(type(node))._set(kept(node._value), node._rule, node._saved, parents)
    copy._grad = as_value(node.grad, copy=True) if node.has_grad else None
    return copy


def reduced(self: _Tensor) -> tuple[Any, ...]:
    """What pickle keeps of a leaf: its value and its gradient. What was computed is refused."""
    if self._prev:
        raise TypeError("a computed Tensor cannot be pickled, as its graph holds functions: pickle its data")
    return type(self), (self._value,), (None, {"grad": self._grad if self.has_grad else None})
