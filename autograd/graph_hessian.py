"""`hessian_of`: the second derivatives of a loss that has been computed on Tensors already.

The loss is computed once more, from new leaves, so that its own graph stays as it is. The reverse sweep,
done with Tensors, leaves a graph of the gradient, and `Tensor.backward` sweeps that once for each number
of the gradient. Nothing is compiled, as such a graph is used once; for a function that is called again
and again there is `hessian`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.array_rules import unbroadcast
from autograd.graph import Node, nodes_of
from autograd.rules import RULES
from autograd.tensor import Tensor, apply
from autograd.values import Array, Value


def hessian_of(loss: Tensor, params: Sequence[Tensor]) -> Array:
    """The matrix of second derivatives of `loss` with respect to all numbers of `params`.

    With n numbers in all, those of one parameter after those of another, H[i, j] = d^2 loss / dx_i dx_j.
    It takes one reverse sweep for the gradient, and one of about three times that size for each of the n
    rows. Values are those that the loss was computed with; conventions at kinks are those of `Tensor`.
    The loss's own graph, its values and its gradients stay as they are.

    Args:
        loss: a Tensor of one number.
        params: Tensors that it was computed from. Each is varied by itself, even if one of them was computed
            from another. One that the loss does not depend on has rows of zeros.

    Returns:
        A symmetric array of shape (n, n).

    Raises:
        TypeError: if `loss` or one of `params` is not a Tensor.
        ValueError: if `loss` has more than one number.

    >>> u, v = Tensor(3.0), Tensor([5.0])
    >>> hessian_of((u**2 * v).sum(), [u, v])
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    for name, tensor in (("loss", loss), *((f"params[{i}]", param) for i, param in enumerate(params))):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"hessian_of: {name} must be a Tensor, not {type(tensor).__name__}")
    if loss.size != 1:
        raise ValueError(f"hessian_of: the loss must be one number, not of shape {loss.shape}")
    again = _computed_again(loss, params)
    leaves = [again[param] for param in params]
    slopes = slopes_of(again[loss], leaves) if loss in again else [0.0] * len(leaves)
    matrix = _by_rows(slopes, leaves)
    if np.isnan(matrix).any():  # which may have spread, as 0 * inf
        matrix = _by_rows(slopes, leaves, apart=True)
    return symmetric(matrix)


def symmetric(matrix: Array) -> Array:
    """A Hessian from its rows, of which each pair of entries may differ in the last places.

    An entry that is nan in one row only, where 0 was multiplied with inf, is the other row's.
    """
    matrix = np.where(np.isnan(matrix), matrix.T, matrix)
    with np.errstate(all="ignore"):
        return (matrix + matrix.T) / 2


def _computed_again(loss: Tensor, params: Sequence[Tensor]) -> dict[Tensor, Tensor]:
    """The loss computed from new leaves in the place of the parameters: the new Tensors by the old ones."""
    nodes = nodes_of(loss)
    # A parameter's value when it was first used; it may have been changed since.
    used = {x.parent: x.value for node in reversed(nodes) for x in node.operands if x.parent is not None}
    new = {param: Tensor(used.get(param, param.value)) for param in params}
    for node in nodes:
        if node.tensor not in new and any(parent in new for parent in node.parents):
            inputs = [
                _as_used(None if x.parent is None else new.get(x.parent), x.value) for x in node.operands
            ]
            new[node.tensor] = apply(node.operation, *inputs, **node.settings)
    return new


def _as_used(new: Tensor | None, used: Value) -> Any:
    """An input of an operation: the new Tensor, if there is one, with the value that the old one had then."""
    if new is None:
        return used
    same = used == new.value if type(used) is float else np.array_equal(used, new.value, equal_nan=True)
    return new if same else new + (used - new.value)


@np.errstate(all="ignore")
def slopes_of(loss: Tensor, inputs: Sequence[Tensor], seed: Any = None) -> list[Any]:
    """The derivatives of the sum of `loss`, made of Tensors; plain numbers where they are constant.

    Where one of the inputs was computed from another, each is varied by itself. The `seed` is as
    `autograd.compiler.tracing.gradients` takes it.
    """
    nodes = nodes_of(loss)
    ends = set(inputs)
    depends = set(ends)
    for node in nodes:
        if any(parent in depends for parent in node.parents):
            depends.add(node.tensor)
    apart = seed is not None
    if not apart:
        seed = np.ones(loss.shape) if loss.shape else np.float64(1.0)
    found: dict[Tensor, Any] = {loss: seed}
    reached: dict[Tensor, Any] = {loss: np.not_equal(seed, 0)}
    for node in reversed(nodes):
        if node.tensor in found and node.tensor in depends and node.tensor not in ends:
            # Python's floats raise where numpy's numbers give inf.
            values = [x.parent if x.parent is not None else _number(x.value) for x in node.operands]
            shares = list(node.shares(found[node.tensor], node.tensor, values))
            if apart:
                shares = _kept_apart(node, shares, values, reached)
            for parent, share in shares:
                if parent in depends:
                    same = getattr(share, "shape", ()) == parent.shape
                    fitted = share if same else unbroadcast(share, parent.shape)
                    found[parent] = found[parent] + fitted if parent in found else fitted
    return [found.get(x, 0.0) for x in inputs]


def _kept_apart(
    node: Node, shares: Sequence[tuple[Tensor, Any]], values: Sequence[Any], reached: dict[Tensor, Any]
) -> list[tuple[Tensor, Any]]:
    """The shares of those elements of a node that are `reached`, noting which of its parents' are."""
    on = reached[node.tensor]
    if RULES[node.operation].elementwise:
        shares = [(parent, np.where(on, share, 0.0)) for parent, share in shares]
        ones: list[Any] = [on * 1.0] * len(shares)
    else:
        ones = [one for _, one in node.shares(on * 1.0, node.tensor, values)]
    for (parent, _), one in zip(shares, ones, strict=True):
        reached[parent] = reached.get(parent, False) | np.not_equal(unbroadcast(one, parent.shape), 0)
    return list(shares)


def _number(x: Value) -> Any:
    return np.float64(x) if type(x) is float else x


def _by_rows(slopes: Sequence[Any], leaves: Sequence[Tensor], apart: bool = False) -> Array:
    """The Hessian, row by row, from the gradient of each leaf; `apart` as for `slopes_of`."""
    rows = []
    for slope, leaf in zip(slopes, leaves, strict=True):
        for unit in np.eye(leaf.size):
            seed = unit.reshape(leaf.shape)
            row: list[Any] = [0.0] * len(leaves)
            if apart and isinstance(slope, Tensor):
                row = [x.data if isinstance(x, Tensor) else x for x in slopes_of(slope, leaves, seed)]
            elif isinstance(slope, Tensor):
                for each in leaves:
                    each.grad = None
                slope.backward(seed)
                row = [each.grad for each in leaves]
            parts = [np.broadcast_to(x, each.shape) for x, each in zip(row, leaves, strict=True)]
            rows.append(np.concatenate([np.ravel(part) for part in parts]))
    return np.reshape(rows, (len(rows),) * 2)
