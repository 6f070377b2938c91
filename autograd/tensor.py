"""`Tensor`: a float64 number or array that remembers how it was computed.

Arithmetic on Tensors builds a graph; `Tensor.backward` walks it in reverse and applies the chain rule,
one row of `autograd.rules` per node.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.array_rules import Shape, unbroadcast
from autograd.float_conversion import taken_by_numpy
from autograd.operators import Operators, array_of_objects
from autograd.rules import CONSTANT_OF_EQUALS, FLOAT_RULES, RULES, Rule
from autograd.values import Array, Value, as_value, kept, kept_index

_new = object.__new__
# Nodes are numbered as they are made, leaves below 0: so parents come before children.
_next_number = count(1).__next__
_MANY = 100  # inputs that one node may have
_FAILS = (ArithmeticError, ValueError)  # what Python's math raises where numpy answers inf or nan


class Tensor(Operators):
    """A node of the computation graph: a value, its gradient, and its parents.

    Args:
        data: a number, or a list or array of numbers of any shape, or a Tensor, whose value alone is taken.
            It is copied, and kept as a Python float when it is a scalar, else as a float64 array.

    Attributes:
        data: the value.
        grad: d(output)/d(this), in the shape of `data`; 0.0 before `backward`, and `has_grad` is False then.
            Leaves add up the gradients of successive sweeps, as in PyTorch, until they are set to zero or to
            None; other nodes hold the last one's.

    The graph keeps the values that it was computed with. Changing `data` afterwards, in place or not, or an
    array that was an operand, changes what is computed from then on, and not the gradients of what was
    computed before: PyTorch raises there, or is silently wrong if `.data` was changed. Its shape stays.

    Overflow, division by zero and functions outside their domain give inf or nan without a warning, for
    floats as for arrays. Shapes broadcast as numpy's do; those that do not raise ValueError. `backward` of
    more than one number needs a seed. Comparisons give plain booleans. numpy's functions apply rows of the
    table, or are made of others that do; one that has none, or no such setting, raises TypeError.

    Where a derivative is a matter of convention, it is PyTorch's: that of abs and relu at 0 is 0, and so is
    that of norm, of std where all numbers are equal, of arctan2 at the origin, and of steps such as floor and
    sign, at their edges too; that of sqrt at 0 is inf; equal numbers share it in maximum, minimum, max and
    min; at its bounds clip still passes it; that of x**0 is 0, as is that of 0**b to b, for b >= 0.

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

    __slots__ = (
        "_grad",
        "_handed_out",
        "_number",
        "_op",
        "_prev",
        "_saved",
        "_value",
        "_vjps",
    )

    _value: Value
    _grad: Value | None
    _handed_out: bool  # set once somebody has its array, and may change it: the graph then takes copies
    _number: int
    _op: str  # the name of the operation that computed it; "" for a leaf
    _prev: tuple[Tensor, ...]  # the Tensors it was computed from: its parents in the graph
    _saved: tuple[Value, ...]  # the value, and those of all inputs, as they were
    _vjps: tuple[Callable[..., Any], ...]  # the derivative with respect to each parent

    def __init__(self, data: Any) -> None:
        if type(data) is float:  # at once, which is quicker
            self._value = data
        else:
            self._value = as_value(data._value if type(data) is Tensor else data, copy=True)
        self._grad = None
        self._number = -_next_number()
        self._op = ""
        self._prev = self._saved = self._vjps = ()

    @property
    def data(self) -> Value:
        """The value: a float for a scalar, else a float64 array."""
        if type(self._value) is not float and not hasattr(self, "_handed_out"):
            self._value = np.array(self._value)  # not that which the graph holds
            self._handed_out = True
        return self._value

    @data.setter
    def data(self, value: Any) -> None:
        if value is self._value and hasattr(self, "_handed_out"):
            return  # changed in place, as by t.data -= step
        value = as_value(value._value if type(value) is Tensor else value, copy=True)
        if np.shape(value) != self.shape:
            raise ValueError(f"data must keep its shape, {self.shape}, not {np.shape(value)}")
        put(self, value)

    @property
    def grad(self) -> Value:
        """The gradient, in the shape of `data`. None forgets it.

        While there is none it reads as zeros, new ones each time: to give it one, set it.
        """
        if self._grad is None:
            return 0.0 if type(self._value) is float else np.zeros(self.shape)
        return self._grad

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is None:
            self._grad = None
            return
        value = as_value(value._value, copy=True) if type(value) is Tensor else as_value(value)
        if np.shape(value) != self.shape:
            raise ValueError(f"grad must have the shape of data, {self.shape}, not {np.shape(value)}")
        self._grad = value

    @property
    def has_grad(self) -> bool:
        """Whether a sweep, or its owner, has given it a gradient since the last one was forgotten.

        PyTorch's `grad` is None where this is False; here it reads as zeros.
        """
        return self._grad is not None

    @property
    def shape(self) -> Shape:
        """The shape of `data`; () for a scalar."""
        value = self._value
        return () if isinstance(value, float) else value.shape

    def backward(self, gradient: Any = None) -> None:
        """Fill `grad` of every node that this one depends on, by one reverse sweep.

        Args:
            gradient: the seed, d(loss)/d(this), in the shape of `data`, plain or a Tensor; may be left out
                where that is a single number, and is then 1.

        Raises:
            ValueError: without a seed on more than one number, or if the seed's shape is not `data`'s.
        """
        self._sweep(self._sweep_order(), self._seed(gradient))

    def _sweep(self, order: Sequence[Tensor], seed: Value) -> None:
        for node in order:
            if node._prev:
                node._grad = None
        self._accumulate(seed)
        with np.errstate(all="ignore"):
            for node in order:
                node._backward()

    def _seed(self, gradient: Any) -> Value:
        if gradient is None:
            if type(self._value) is float:
                return 1.0
            if self.size != 1:
                raise ValueError(
                    f"backward() on a Tensor of shape {self.shape} needs a seed gradient of that shape; "
                    "or reduce it first, with sum() or mean()"
                )
            return np.ones(self.shape)
        seed = as_value(gradient._value if type(gradient) is Tensor else gradient, copy=True)
        if np.shape(seed) != self.shape:
            raise ValueError(f"the seed gradient must have the shape {self.shape}, not {np.shape(seed)}")
        return seed

    def _sweep_order(self) -> list[Tensor]:
        """This node and every one that it depends on, each before its parents; iterative, any depth."""
        order = [self]
        seen = {self._number}
        for node in order:  # which grows meanwhile
            for parent in node._prev:
                number = parent._number
                if number not in seen:
                    seen.add(number)
                    order.append(parent)
        order.sort(key=attrgetter("_number"), reverse=True)
        return order

    def _backward(self) -> None:
        """Add this node's share to the gradients of its parents: the local chain rule."""
        gradient, saved = self._grad, self._saved
        if gradient is None:
            return
        for parent, vjp in zip(self._prev, self._vjps):  # noqa: B905 (strict takes twice as long)
            try:
                if len(saved) == 3:  # spelt out, which is quicker
                    y, a, b = saved
                    share = vjp(gradient, y, a, b)
                else:
                    share = vjp(gradient, *saved)
            except _FAILS:
                if type(gradient) is not float:
                    raise
                share = self._careful_share(vjp)
            if type(share) is float and type(parent._value) is float:
                held = parent._grad
                parent._grad = (0.0 if held is None else held) + share
            else:
                parent._accumulate(share)

    def _careful_share(self, vjp: Callable[..., Any]) -> Any:
        """What numpy's row gives for a derivative of Python's floats that has failed."""
        fast = FLOAT_RULES[self._op].vjps
        careful = RULES[self._op].vjps[fast.index(vjp)] if vjp in fast else None
        with np.errstate(all="ignore"):
            return (careful or vjp)(np.float64(self.grad), *map(np.float64, self._saved))

    def _positions(self) -> list[int]:
        """Where among what this node was computed from each parent stands, as its derivatives say."""
        rules = [table[self._op] for table in (FLOAT_RULES, RULES) if self._op in table]
        places = {vjp: position for rule in rules for position, vjp in enumerate(rule.vjps)}
        positions = []
        for vjp in self._vjps:
            function, given = (vjp.func, vjp.args) if isinstance(vjp, partial) else (vjp, ())
            # What is given is the position, to the one derivative of an operation with any number of inputs.
            positions.append(int(given[0]) if given else places[function])
        return positions

    def _accumulate(self, share: Any) -> None:
        """Add `share` to the gradient, summed over the axes that broadcasting added or stretched."""
        if type(self._value) is float:
            share = 0.0 + (float(share) if np.ndim(share) == 0 else float(np.sum(share)))
            self._grad = share if self._grad is None else self._grad + share
            return
        share = unbroadcast(np.asarray(share, dtype=np.float64), self.shape)
        if self._grad is not None:
            self._grad = self._grad + share  # a new array: the old one may have been handed out
        elif self._prev:
            self._grad = share
        else:
            self._grad = share + 0.0  # an array of its owner's own, without negative zeros

    def numpy(self) -> Array:
        """A copy of the value as an array, of shape () for a scalar."""
        return np.array(self._value)

    def detach(self) -> Tensor:
        """A new Tensor with the same value, which the graph of this one does not reach."""
        return Tensor(self._value)

    @classmethod
    def _apply(cls, name: str, *inputs: Any, **settings: Any) -> Any:
        if name in _OF_ONE and isinstance(inputs[0], Tensor):
            return _OF_ONE[name](inputs[0])
        return apply(name, *inputs, **settings)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        """See `Operators`; functions of one number are reached at once, which is quicker."""
        if ufunc in _UFUNCS and method == "__call__" and not settings:
            return _UFUNCS[ufunc](self)
        return super().__array_ufunc__(ufunc, method, *inputs, **settings)

    def __getitem__(self, index: Any) -> Tensor:
        return apply("getitem", self, index=kept_index(index))  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        if np.size(self._value) != 1:
            raise ValueError(f"a Tensor of shape {self.shape} is neither true nor false")
        return bool(self._value)

    def _one_number(self) -> float:
        value = self._value
        if type(value) is float:
            return value
        if np.size(value) != 1:
            raise TypeError(f"a Tensor of shape {self.shape} is not one number")
        return float(np.reshape(value, ()))

    def __float__(self) -> float:
        if taken := taken_by_numpy(sys._getframe(1)):
            raise _lost(taken)
        return self._one_number()

    def __int__(self) -> int:
        if taken := taken_by_numpy(sys._getframe(1)):
            raise _lost(taken)
        return int(self._one_number())

    def __round__(self, digits: int | None = None) -> float:
        return round(self._one_number(), digits)

    def __format__(self, spec: str) -> str:
        return format(self._one_number(), spec) if spec else repr(self)

    if not TYPE_CHECKING:  # or it would count as an array, and np.sin of it too

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            """An array of Tensors, which keep the graph; of numbers there is none, as they would lose it."""
            if dtype not in {None, np.dtype(object)}:
                raise _lost(f"an array of {dtype}")
            return array_of_objects(self)

    def __copy__(self) -> Tensor:
        """The same node once more, with a gradient of its own."""
        return _copied([self], {}, deep=False)[-1]

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        """A copy of the whole graph that this node was computed by: its sweep fills the copied leaves."""
        order = self._sweep_order()
        return _copied(order[::-1], memo, deep=True)[-1]

    def __reduce__(self) -> Any:
        if self._prev:
            raise TypeError(
                "a computed Tensor cannot be pickled, as its graph holds functions: pickle its data"
            )
        return _restored, (self._value, self._grad)

    def __repr__(self) -> str:
        return f"Tensor({self._value!r})"


def _lost(taken: str) -> TypeError:
    return TypeError(
        f"{taken} takes a Tensor for a plain number, and its gradient would be lost: build arrays of Tensors "
        "with np.stack, np.concatenate or np.where, or give its .data, which is meant to be a plain number"
    )


def _restored(data: Value, grad: Value | None) -> Tensor:
    tensor = Tensor(data)
    tensor.grad = grad
    return tensor


def _copied(nodes: Sequence[Tensor], memo: dict[int, Any], deep: bool) -> list[Tensor]:
    """Copies of nodes, which come after their parents; a deep copy refers to the copies of these."""
    copies = []
    for node in nodes:
        if id(node) not in memo:
            if node._prev:
                parents = tuple(memo[id(parent)] for parent in node._prev) if deep else node._prev
                copy = _node(node._op, node._value, node._saved, parents, node._vjps)
            else:
                copy = Tensor(node._value)
            if type(copy._value) is not float and node._prev:
                copy._value = np.array(copy._value)
            copy._grad = node._grad if node._grad is None else as_value(node._grad, copy=True)
            memo[id(node)] = copy
        copies.append(memo[id(node)])
    return copies


def peek(tensor: Tensor) -> Value:
    """A Tensor's value itself, which must not be changed: `data` hands out an array that may be."""
    return tensor._value


def put(tensor: Tensor, value: Value) -> None:
    """Give a Tensor a value of its shape, as setting `data` does, without a copy: nobody may change it."""
    tensor._value = value
    if hasattr(tensor, "_handed_out"):
        del tensor._handed_out


def share(tensor: Tensor, array: Array) -> None:
    """Give a Tensor an array of its shape that its owner goes on to change in place: graphs take copies."""
    tensor._value = array
    tensor._handed_out = True


def apply(name: str, *inputs: Any, **settings: Any) -> Any:
    """The operation `name` of `autograd.rules.RULES` on Tensors, numbers and arrays, as a new node.

    What has no derivative, a comparison, gives a plain value.
    """
    if len(inputs) > _MANY:
        # In parts: each derivative is called with all the inputs of its node.
        parts = [apply(name, *inputs[i : i + _MANY], **settings) for i in range(0, len(inputs), _MANY)]
        return apply("concatenate", *parts, **settings)
    values: list[Value] = []
    scalar = True
    for x in inputs:
        value: Value
        if isinstance(x, Tensor):
            value = x._value
            if type(value) is not float and hasattr(x, "_handed_out"):
                value = np.array(value)
        else:
            value = _operand(x, name, inputs, settings)
        values.append(value)
        scalar = scalar and type(value) is float
    rule = FLOAT_RULES.get(name) if scalar else None
    if rule is not None:
        try:
            data = rule.forward(*values)
        except _FAILS:
            with np.errstate(all="ignore"):
                data = RULES[name].forward(*map(np.float64, values)).item()
    else:
        rule = RULES[name]
        with np.errstate(all="ignore"):
            data = rule.forward(*values, **settings)
    if not rule.vjps:
        return data
    parents: list[Tensor] = []
    vjps: list[Callable[..., Any]] = []
    same = name in CONSTANT_OF_EQUALS and inputs[0] is inputs[1]
    for position, x in enumerate(() if same else inputs):
        if isinstance(x, Tensor) and (vjp := rule.vjp(position)):
            parents.append(x)
            vjps.append(partial(vjp, **settings) if settings else vjp)
    if type(data) is not float and np.ndim(data) == 0:
        data = float(data)
    return _node(name, data, (data, *values), tuple(parents), tuple(vjps))


def _operand(x: Any, name: str, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Value:
    """The value of an input that is no Tensor; it does not change later."""
    try:
        return kept(x)
    except TypeError:
        if isinstance(x, Operators):  # a symbol of a traced function, which refuses in its own words
            x._apply(name, *inputs, **settings)
        raise


def _node(
    op: str,
    data: Value,
    saved: tuple[Value, ...],
    parents: tuple[Tensor, ...],
    vjps: tuple[Callable[..., Any], ...],
) -> Tensor:
    node = _new(Tensor)
    node._value = data
    node._grad = None
    node._op = op
    node._saved = saved
    node._prev = parents
    node._vjps = vjps
    node._number = _next_number()
    return node


def _fast_unary(name: str) -> Callable[[Tensor], Tensor]:
    """An operation on one Tensor that does without `apply` for a float: it then takes a third of the time."""
    rule: Rule = FLOAT_RULES[name]
    forward, vjps = rule.forward, tuple(vjp for vjp in rule.vjps if vjp)

    def operate(x: Tensor) -> Tensor:
        a = x._value
        if type(a) is float:
            try:
                data = forward(a)
            except _FAILS:
                return apply(name, x)  # type: ignore[no-any-return]
            return _node(name, data, (data, a), (x,), vjps)
        return apply(name, x)  # type: ignore[no-any-return]

    return operate


def _fast_binary(name: str, reflected: bool = False) -> Callable[[Tensor, Any], Tensor]:
    """An operator that does without `apply` where both sides are floats: half of a small graph's time."""
    rule: Rule = FLOAT_RULES[name]
    forward, both = rule.forward, tuple(vjp for vjp in rule.vjps if vjp)
    alone = both[1:] if reflected else both[:1]
    flat = name in CONSTANT_OF_EQUALS

    def operate(self: Tensor, other: Any) -> Tensor:
        a = self._value
        if type(a) is float:
            kind = type(other)
            parents: tuple[Tensor, ...]
            if kind is Tensor:
                b, parents, back = other._value, (self, other), both
                if flat and other is self:
                    parents, back = (), ()
            else:
                b, parents, back = (float(other) if kind is int else other), (self,), alone
            if type(b) is float:
                try:
                    data = forward(b, a) if reflected else forward(a, b)
                except _FAILS:
                    return apply(name, other, self) if reflected else apply(name, self, other)  # type: ignore[no-any-return]
                node = _new(Tensor)
                node._value = data
                node._grad = None
                node._op = name
                node._saved = (data, b, a) if reflected else (data, a, b)
                node._prev = parents
                node._vjps = back
                node._number = _next_number()
                return node
        return apply(name, other, self) if reflected else apply(name, self, other)  # type: ignore[no-any-return]

    return operate


for _symbol, _name in (
    ("add", "add"), ("sub", "subtract"), ("mul", "multiply"), ("truediv", "divide"), ("pow", "power"),
):  # fmt: skip
    setattr(Tensor, f"__{_symbol}__", _fast_binary(_name))
    setattr(Tensor, f"__r{_symbol}__", _fast_binary(_name, reflected=True))
# The operations on one Tensor that have a derivative, and numpy's functions of those names.
_OF_ONE = {name: _fast_unary(name) for name, rule in FLOAT_RULES.items() if len(rule.vjps) == 1}
_UFUNCS = {getattr(np, name): operate for name, operate in _OF_ONE.items() if hasattr(np, name)}
Tensor.__neg__ = _OF_ONE["negative"]  # type: ignore[method-assign, assignment]
