"""`Tensor`: a float64 number or array that remembers how it was computed.

Each operation on Tensors makes a node of a graph: a value, the Tensors that it was computed from (its
parents), and a local rule: the derivative with respect to each parent, from the table in `autograd.rules`.
`Tensor.backward` walks the graph from the result to the leaves; by the chain rule, each node passes its
gradient on to its parents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from operator import attrgetter
from typing import Any

import numpy as np

from autograd.array_rules import Shape, unbroadcast
from autograd.copying import copied_graph, copied_node, reduced
from autograd.float_conversion import Conversions
from autograd.rules import CONSTANT_OF_EQUALS, FAILURES, FLOAT_RULES, RULES, LocalRule, Rule
from autograd.values import Array, Value, as_value, frozen, kept, kept_index, shape_of

_MOST_INPUTS = 100  # of one node
_LEAF = LocalRule("", (), (), {})
next_number = count(1).__next__


class Tensor(Conversions):
    """A node of the computation graph: a value, its gradient, and its parents.

    Args:
        data: a number, or a list or array of numbers of any shape, or a Tensor, whose value alone is taken.
            It is copied, and kept as a Python float when it is a scalar, else as a float64 array.

    Attributes:
        data: the value.
        grad: d(output)/d(this), in the shape of `data`; 0.0 before `backward`, and `has_grad` is False then.
            Leaves add up the gradients of successive sweeps, as in PyTorch, until they are set to zero or to
            None; other nodes hold the last one's.

    A graph keeps the values that it was computed with. Changing `data` later, in place or not, or an
    array that was an operand, affects what is computed from then on, but not the gradients of what was
    computed before. (PyTorch raises an error there, or is silently wrong if `.data` was changed.) The
    shape of `data` is fixed.

    Overflow, division by zero and arguments outside a function's domain give inf or nan without a
    warning, for floats as for arrays. Shapes broadcast as in numpy; those that do not fit raise
    ValueError. Comparisons give plain booleans. numpy's functions work on Tensors if the table has a row
    for them or they are made of such rows; others, and settings that have no meaning here, raise
    TypeError.

    Where a derivative is a matter of convention, it follows PyTorch. It is 0 for abs, relu and norm at 0,
    for std of equal numbers, for arctan2 at the origin, and for steps such as floor and sign everywhere;
    it is inf for sqrt at 0. Equal numbers share it in maximum, minimum, max and min, and clip passes it
    on at its bounds. That of x**0 is 0, as is that of 0**b with respect to b, for b >= 0.

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

    __slots__ = ("_grad", "_number", "_prev", "_rule", "_saved", "_value", "_zeros")

    # Arrays in a graph are read-only, so that a gradient is that of the values that were used. An array that
    # may be changed, such as the one that `data` hands out, is copied when an operation uses it.
    _value: Value
    _grad: Value | None
    _zeros: Array | None  # what `grad` handed out while there was no gradient
    _number: int  # nodes are numbered as they are made, so parents come before children
    _prev: tuple[Tensor, ...]  # the parents
    _rule: LocalRule
    _saved: tuple[Value, ...]  # the value, and those of the operation's inputs

    def __init__(self, data: Any) -> None:
        self._set(kept(_value_of(data)), _LEAF, (), ())

    def _set(
        self, value: Value, rule: LocalRule, saved: tuple[Value, ...], parents: tuple[Tensor, ...]
    ) -> Tensor:
        self._value = value
        self._rule = rule
        self._saved = saved
        self._prev = parents
        self._grad = self._zeros = None
        self._number = next_number()
        return self

    @property
    def data(self) -> Value:
        """The value: a float for a scalar, else a float64 array, which may be changed in place."""
        if not isinstance(self._value, float) and not self._value.flags.writeable:
            self._value = np.array(self._value)
        return self._value

    @data.setter
    def data(self, value: Any) -> None:
        value = _value_of(value)
        if value is not self._value:  # as it is after t.data -= step
            value = kept(value)
            if shape_of(value) != shape_of(self._value):
                raise ValueError(f"data must keep its shape, {self.shape}, not {shape_of(value)}")
            self._value = value

    @property
    def value(self) -> Value:
        """The same as `data`, to be read only: for an array, `data` makes a copy that may be changed."""
        return self._value

    @property
    def grad(self) -> Value:
        """The gradient, in the shape of `data`. None forgets it.

        While there is none it reads as zeros; to change these in place is to give it one.
        """
        if self._grad is None and type(self._value) is not float:
            self._grad = self._zeros = np.zeros(self.shape)
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            value = as_value(value._value, copy=True) if isinstance(value, Tensor) else as_value(value)
            if np.shape(value) != self.shape:
                raise ValueError(f"grad must have the shape of data, {self.shape}, not {np.shape(value)}")
        self._grad, self._zeros = value, None

    @property
    def has_grad(self) -> bool:
        """Whether a sweep, or its owner, has given it a gradient since the last one was forgotten.

        PyTorch's `grad` is None where this is False; here it reads as zeros.
        """
        return self._grad is not None and (self._grad is not self._zeros or bool(np.any(self._zeros)))

    @property
    def shape(self) -> Shape:
        """The shape of `data`; () for a scalar."""
        return shape_of(self._value)

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
        seed = as_value(_value_of(gradient), copy=True)
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
        """The chain rule at this node: add to each parent's gradient what reaches it through here."""
        gradient, saved = self._grad, self._saved
        if gradient is None:
            return
        for parent, vjp in zip(self._prev, self._rule.vjps):  # noqa: B905 (strict takes twice as long)
            try:
                share = vjp(gradient, *saved)
            except FAILURES:
                if type(gradient) is not float:
                    raise
                share = self._share_by_numpy(vjp)
            if type(share) is float and type(parent._value) is float:  # the commonest case, without a call
                parent._grad = share + (parent._grad or 0.0)
            else:
                parent._accumulate(share)

    def _share_by_numpy(self, vjp: Callable[..., Any]) -> Any:
        """What numpy's row gives for a derivative by Python's floats that has failed: inf or nan."""
        rule = self._rule
        careful = RULES[rule.name].vjp(rule.positions[rule.vjps.index(vjp)]) or vjp
        return careful(np.float64(self.grad), *map(np.float64, self._saved))

    def _accumulate(self, share: Any) -> None:
        """Add `share` to the gradient, summed over the axes that broadcasting added or stretched."""
        if type(self._value) is float:
            share = share if type(share) is float else float(np.sum(share))
            self._grad = share + (self._grad or 0.0)
            return
        share = unbroadcast(np.asarray(share, dtype=np.float64), self.shape)
        if self._grad is not None:
            share = self._grad + share  # a new array: the old one may have been handed out
        elif not self._prev:
            share = share + 0.0  # an array of its owner's own, without negative zeros
        self._grad = share

    def numpy(self) -> Array:
        """A copy of the value as an array, of shape () for a scalar."""
        return np.array(self._value)

    def detach(self) -> Tensor:
        """A new Tensor with the same value, which the graph of this one does not reach."""
        return Tensor(self._value)

    @classmethod
    def _apply(cls, name: str, *inputs: Any, **settings: Any) -> Any:
        return apply(name, *inputs, **settings)

    def __getitem__(self, index: Any) -> Tensor:
        return apply("getitem", self, index=kept_index(index))  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"Tensor({self._value!r})"

    __copy__, __deepcopy__, __reduce__ = copied_node, copied_graph, reduced


def _value_of(x: Any) -> Any:
    """The value of a Tensor; anything else as it is."""
    return x._value if type(x) is Tensor else x


def share(tensor: Tensor, array: Array) -> None:
    """Give a Tensor an array of its shape that its owner goes on to change in place: graphs take copies."""
    tensor._value = array


def apply(name: str, *inputs: Any, **settings: Any) -> Any:
    """The operation `name` of `autograd.rules.RULES` on Tensors, numbers and arrays, as a new node.

    What has no derivative, a comparison, gives a plain value.
    """
    if len(inputs) > _MOST_INPUTS:
        # In parts: each derivative is called with all the inputs of its node.
        parts = range(0, len(inputs), _MOST_INPUTS)
        joined = [apply(name, *inputs[i : i + _MOST_INPUTS], **settings) for i in parts]
        return apply("concatenate", *joined, **settings)
    values: list[Value] = []
    floats = True
    for x in inputs:
        if type(x) is Tensor:
            value = x._value
            if not isinstance(value, float) and value.flags.writeable:
                value = kept(value)
        elif hasattr(x, "_apply"):  # a value of a traced function, which refuses in its own words
            return x._apply(name, *inputs, **settings)
        else:
            value = kept(x)
        floats = floats and type(value) is float
        values.append(value)
    rule, result = _computed(name, values, floats, settings)
    if not rule.vjps:
        return (
            np.bool_(result) if type(result) is bool else result
        )  # as numpy does: ~True is -2, which is true
    parents, positions, vjps = [], [], []
    same = name in CONSTANT_OF_EQUALS and inputs[0] is inputs[1]
    for position, x in enumerate(() if same else inputs):
        if type(x) is Tensor and (vjp := rule.vjp(position)):
            parents.append(x)
            positions.append(position)
            vjps.append(partial(vjp, **settings) if settings else vjp)
    if type(result) is not float:
        result = frozen(result) if result.ndim else float(result)
    local = LocalRule(name, tuple(positions), tuple(vjps), settings)
    return object.__new__(Tensor)._set(result, local, (result, *values), tuple(parents))


def _computed(name: str, values: Sequence[Value], floats: bool, settings: dict[str, Any]) -> tuple[Rule, Any]:
    """A row of the table and its value: by Python's floats, if all inputs are, and else by numpy."""
    rule = FLOAT_RULES.get(name) if floats else None
    if rule:
        try:
            return rule, rule.forward(*values)
        except FAILURES:
            values = [np.float64(x) for x in values]
    with np.errstate(all="ignore"):
        return rule or RULES[name], RULES[name].forward(*values, **settings)
