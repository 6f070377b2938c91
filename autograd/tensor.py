"""`Tensor`: a float64 number or array that remembers how it was computed.

Arithmetic on Tensors builds a graph; `Tensor.backward` walks it in reverse and applies the chain rule,
one row of `autograd.rules` per node.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.rules import FLOAT_RULES, RULES, Rule

Array: TypeAlias = NDArray[np.float64]
Value: TypeAlias = float | Array
_Axis: TypeAlias = int | tuple[int, ...] | None


class Tensor:
    """A node of the computation graph: a value, its gradient, and its parents.

    Args:
        data: a number, or a list or array of numbers of any shape. It is copied, and kept as a Python
            float when it is a scalar, else as a float64 array.

    Attributes:
        data: the value.
        grad: d(output)/d(this), in the shape of `data`; 0.0 before `backward`. Leaves add up the gradients
            of successive sweeps, as in PyTorch, until they are set to zero; other nodes hold the last one's.

    Overflow, division by zero and functions outside their domain give inf or nan without a warning, for
    floats as for arrays.

    Raises:
        TypeError: if `data` does not consist of real numbers.

    >>> a = Tensor(1.0)
    >>> b = a + a
    >>> c = b + b
    >>> c.backward()
    >>> a.grad
    4.0
    >>> w = Tensor([1.0, 2.0, 3.0])
    >>> (w**2).sum().backward()
    >>> w.grad
    array([2., 4., 6.])
    """

    __slots__ = ("_data", "_grad", "_inputs", "_positions", "_prev", "_rule", "_settings")

    _data: Value
    _grad: Value | None
    _rule: Rule | None  # what computed it; None for a leaf
    _inputs: tuple[
        Value, ...
    ]  # the values it was computed from; an array that is changed in place changes them
    _prev: tuple[Tensor, ...]  # those inputs that are Tensors: the parents in the graph
    _positions: tuple[int, ...]  # where among the inputs each parent stands
    _settings: dict[str, Any]

    def __init__(self, data: Any) -> None:
        self._data = _as_value(data, copy=True)
        self._grad = None
        self._prev = ()
        self._rule = None

    @property
    def data(self) -> Value:
        """The value: a float for a scalar, else a float64 array."""
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        self._data = _as_value(value)

    @property
    def grad(self) -> Value:
        """The gradient, in the shape of `data`."""
        if self._grad is None:
            self._grad = 0.0 if type(self._data) is float else np.zeros(self.shape)
        return self._grad

    @grad.setter
    def grad(self, value: Any) -> None:
        value = _as_value(value)
        if np.shape(value) != self.shape:
            raise ValueError(f"grad must have the shape of data, {self.shape}, not {np.shape(value)}")
        self._grad = value

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `data`; () for a scalar."""
        return np.shape(self._data)

    def backward(self, gradient: Any = None) -> None:
        """Fill `grad` of every node that this one depends on, by one reverse sweep.

        Args:
            gradient: the seed, d(loss)/d(this), in the shape of `data`; may be left out where that is a
                single number, and is then 1.

        Raises:
            ValueError: without a seed on more than one number, or if the seed's shape is not `data`'s.
        """
        if gradient is None:
            if np.size(self._data) != 1:
                raise ValueError(
                    f"backward() on a Tensor of shape {self.shape} needs a seed gradient of that shape; "
                    "or reduce it first, with sum() or mean()"
                )
            gradient = np.ones(self.shape)
        seed = _as_value(gradient)
        if np.shape(seed) != self.shape:
            raise ValueError(f"the seed gradient must have the shape {self.shape}, not {np.shape(seed)}")
        order = topological_order(self)
        for node in order:
            if node._prev:
                node._grad = None
        self._accumulate(seed)
        with np.errstate(all="ignore"):
            for node in reversed(order):
                node._backward()

    def _backward(self) -> None:
        """Add this node's share to the gradients of its parents: the local chain rule."""
        rule, gradient = self._rule, self._grad
        if rule is None or gradient is None:
            return
        for parent, position in zip(self._prev, self._positions, strict=True):
            values = (gradient, self._data, *self._inputs)
            try:
                share = rule.vjps[position](*values, **self._settings)
            except (ArithmeticError, ValueError):
                if rule is RULES[rule.name]:
                    raise
                share = RULES[rule.name].vjps[position](*map(np.float64, values))
            parent._accumulate(share)

    def _accumulate(self, share: Any) -> None:
        """Add `share` to the gradient, summed over the axes that broadcasting added or stretched."""
        if type(self._data) is float:
            share = float(share) if np.ndim(share) == 0 else float(np.sum(share))
        else:
            share = _unbroadcast(share, self.shape)
            if not self._prev and self._grad is None:
                share = np.array(share)  # a leaf's gradient is its owner's to change in place
        self._grad = share if self._grad is None else self._grad + share

    def sum(self, axis: _Axis = None, keepdims: bool = False) -> Tensor:
        """The sum over `axis` (an int, several, or None for all); `keepdims` keeps it with length 1."""
        return apply("sum", self, axis=axis, keepdims=keepdims)

    def mean(self, axis: _Axis = None, keepdims: bool = False) -> Tensor:
        """The mean over `axis` (an int, several, or None for all); `keepdims` keeps it with length 1."""
        return apply("mean", self, axis=axis, keepdims=keepdims)

    def relu(self) -> Tensor:
        """max(0, x); its derivative at 0 is 0, as in PyTorch."""
        return apply("relu", self)

    def __add__(self, other: Any) -> Tensor:
        return apply("add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return apply("add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return apply("subtract", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return apply("subtract", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return apply("multiply", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return apply("multiply", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return apply("divide", self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return apply("divide", other, self)

    def __pow__(self, other: Any) -> Tensor:
        return apply("power", self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return apply("power", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return apply("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return apply("matmul", other, self)

    def __neg__(self) -> Tensor:
        return apply("negative", self)

    def __abs__(self) -> Tensor:
        return apply("absolute", self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Tensor:
        """numpy's elementwise functions and operators, by the rule of the same name (NEP 13)."""
        name = ufunc.__name__
        if method != "__call__":
            raise TypeError(f"np.{name}.{method} has no derivative rule")
        if settings:
            raise TypeError(f"np.{name} on a Tensor takes no {', '.join(settings)}")
        if name not in RULES:
            raise TypeError(f"np.{name} has no derivative rule; those that have: {', '.join(RULES)}")
        return apply(name, *inputs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Tensor:
        """numpy's other functions, by the rule of the same name (NEP 18)."""
        name = func.__name__
        if getattr(np, name, None) is not func or name not in RULES:
            raise TypeError(f"np.{name} has no derivative rule; those that have: {', '.join(RULES)}")
        return apply(name, *args, **kwargs)

    def __repr__(self) -> str:
        return f"Tensor({self._data!r})"


def apply(name: str, *inputs: Any, **settings: Any) -> Tensor:
    """The operation `name` of `autograd.rules.RULES` on Tensors, numbers and arrays, as a new node."""
    values: list[Value] = []
    parents: list[Tensor] = []
    positions: list[int] = []
    for position, x in enumerate(inputs):
        if isinstance(x, Tensor):
            values.append(x._data)
            parents.append(x)
            positions.append(position)
        else:
            values.append(_as_value(x))
    scalar = all(type(x) is float for x in values)
    rule = FLOAT_RULES.get(name) if scalar else None
    if rule is not None:
        try:
            data = rule.forward(*values)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                data = float(RULES[name].forward(*map(np.float64, values)))
    else:
        rule = RULES[name]
        with np.errstate(all="ignore"):
            data = rule.forward(*values, **settings)
        if np.ndim(data) == 0:
            data = float(data)
    node = Tensor.__new__(Tensor)
    node._data = data
    node._grad = None
    node._prev = tuple(parents)
    node._positions = tuple(positions)
    node._inputs = tuple(values)
    node._rule = rule
    node._settings = settings
    return node


def topological_order(root: Tensor) -> list[Tensor]:
    """Every node that `root` depends on, and `root`, each after its parents; iterative, any depth."""
    order: list[Tensor] = []
    seen = {root}
    path: list[tuple[Tensor, Iterator[Tensor]]] = [(root, iter(root._prev))]
    while path:
        node, parents = path[-1]
        for parent in parents:
            if parent not in seen:
                seen.add(parent)
                path.append((parent, iter(parent._prev)))
                break
        else:
            order.append(node)
            path.pop()
    return order


def _as_value(x: Any, copy: bool = False) -> Value:
    """`x` as a Python float, or as a float64 array where it has a shape."""
    if type(x) is float:
        return x
    try:
        array = np.asarray(x)
    except ValueError:
        raise TypeError(
            f"a Tensor holds a box of numbers, not lists of different lengths: {x!r:.60}"
        ) from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"a Tensor holds real numbers, not {x!r:.60}")
    return float(array) if array.ndim == 0 else np.array(array, dtype=np.float64, copy=copy or None)


def _unbroadcast(share: Any, shape: tuple[int, ...]) -> Array:
    """`share` summed over the axes that broadcasting from `shape` added or stretched."""
    gradient: Array = np.asarray(share, dtype=np.float64)
    added = gradient.ndim - len(shape)
    if added == 0 and gradient.shape == shape:
        return gradient
    stretched = (added + i for i, length in enumerate(shape) if length == 1)
    return np.asarray(gradient.sum(axis=(*range(added), *stretched))).reshape(shape)
