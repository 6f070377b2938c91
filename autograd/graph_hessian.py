"""`hessian_of`: the second derivatives of a loss that has been computed on Tensors already.

The loss's graph is built anew on Tensors of its own. Its reverse sweep, made of Tensors too, leaves a graph
of the gradient, and `Tensor.backward` sweeps that once for each number of the gradient. Nothing is compiled:
a graph of this kind is used once. For a function that is called again and again there is `hessian`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.array_rules import unbroadcast
from autograd.rules import RULES
from autograd.tensor import Tensor, apply
from autograd.values import Value

Array: TypeAlias = NDArray[np.float64]


def hessian_of(loss: Tensor, params: Sequence[Tensor]) -> Array:
    """The matrix of second derivatives of `loss` with respect to all numbers of `params`.

    With n numbers in all, one parameter's after the other's, H[i, j] = d^2 loss / dx_i dx_j; it takes one
    reverse sweep for the gradient, and one of about thrice the size for each of the n rows. Values are those
    that the loss was computed with, conventions at kinks those of `Tensor`. The loss's own graph, its values
    and the gradients that it holds stay as they are.

    Args:
        loss: a Tensor of one number.
        params: Tensors that it was computed from. Where one of them was computed from another, that is left
            out of account: each is varied by itself. One that the loss does not depend on has rows of zeros.

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
    copies = _copied(loss, params)
    leaves = [copies[id(param)] for param in params]
    slopes = slopes_of(copies[id(loss)], leaves) if id(loss) in copies else [0.0] * len(leaves)
    rows = [row for slope, leaf in zip(slopes, leaves, strict=True) for row in _rows(slope, leaf, leaves)]
    return symmetric(np.reshape(rows, (len(rows),) * 2))


def symmetric(matrix: Array) -> Array:
    """A Hessian from its rows, of which each pair of entries may differ in the last places.

    An entry that is nan in one row only, where 0 was multiplied with inf, is the other row's.
    """
    matrix = np.where(np.isnan(matrix), matrix.T, matrix)
    with np.errstate(all="ignore"):
        return (matrix + matrix.T) / 2


def _copied(loss: Tensor, params: Sequence[Tensor]) -> dict[int, Tensor]:
    """Copies of the parameters and of every node between them and the loss, by the originals' ids."""
    ends = {id(param): param for param in params}
    copies: dict[int, Tensor] = {}
    for node in reversed(loss._sweep_order()):
        if id(node) in ends or not any(id(p) in copies or id(p) in ends for p in node._prev):
            continue
        inputs: list[Any] = list(node._saved[1:])
        for position, parent in zip(node._positions(), node._prev, strict=True):
            used = node._saved[1 + position]
            if id(parent) in ends and id(parent) not in copies:
                copies[id(parent)] = Tensor(used)
            if id(parent) in copies:
                inputs[position] = _moved_to(used, copies[id(parent)])
        copies[id(node)] = apply(node._op, *inputs, **_settings(node))
    return {key: Tensor(param._value) for key, param in ends.items()} | copies


def _moved_to(used: Value, copy: Tensor) -> Tensor:
    """The copy with the value that its original had when it was used: it may have been changed in between."""
    value = copy._value
    if type(used) is float or type(value) is float:
        return copy if used == value else copy + (used - value)
    return copy if np.array_equal(used, value, equal_nan=True) else copy + (used - value)


def _settings(node: Tensor) -> dict[str, Any]:
    """What else than its inputs a node's operation was given."""
    return next((vjp.keywords for vjp in node._vjps if isinstance(vjp, partial)), {})


@np.errstate(all="ignore")
def slopes_of(loss: Tensor, inputs: Sequence[Tensor]) -> list[Any]:
    """The derivatives of the sum of `loss`, made of Tensors; plain numbers where they are constant.

    Args:
        loss: what is differentiated.
        inputs: with respect to what; where one of them was computed from another, each is varied by itself.
    """
    ends = {id(x) for x in inputs}
    order = loss._sweep_order()
    depends = set(ends)
    for node in reversed(order):
        if any(id(parent) in depends for parent in node._prev):
            depends.add(id(node))
    found: dict[int, Any] = {id(loss): np.ones(loss.shape) if loss.shape else np.float64(1.0)}
    for node in order:
        rule, settings, gradient = RULES.get(node._op), _settings(node), found.get(id(node))
        if rule is None or gradient is None or id(node) in ends:
            continue
        # Python's floats raise where numpy's numbers answer inf.
        values: list[Any] = [np.float64(x) if type(x) is float else x for x in node._saved[1:]]
        places = list(zip(node._positions(), node._prev, strict=True))
        for position, parent in places:
            values[position] = parent
        for position, parent in places:
            vjp = rule.vjp(position)
            if vjp is not None and id(parent) in depends:
                share = _fitted(vjp(gradient, node, *values, **settings), parent)
                found[id(parent)] = found[id(parent)] + share if id(parent) in found else share
    return [found.get(id(x), 0.0) for x in inputs]


def _fitted(share: Any, parent: Tensor) -> Any:
    """A share of a gradient in the shape of what it is the gradient of."""
    if np.ndim(share) < parent.ndim:
        share = np.broadcast_to(share, parent.shape)
    return unbroadcast(share, parent.shape)


def _rows(slope: Any, leaf: Tensor, leaves: Sequence[Tensor]) -> list[Array]:
    """The rows of the Hessian for the numbers of one leaf, whose gradient is `slope`."""
    rows = []
    for unit in np.eye(leaf.size):
        for each in leaves:
            each.grad = None
        if isinstance(slope, Tensor):
            slope.backward(unit.reshape(leaf.shape))
        rows.append(np.concatenate([np.ravel(each.grad) for each in leaves]))
    return rows
