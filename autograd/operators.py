"""`Operators`: Python's operators and numpy's functions, for whatever applies the rows of `autograd.rules`.

`autograd.tensor.Tensor` applies them at once and remembers; `autograd.compiler.tracing.Symbol` records them.
"""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from autograd import composed, contractions, rearranging
from autograd.array_rules import Axis, Shape
from autograd.numpy_calls import FUNCTIONS, ints
from autograd.rules import DIFFERENTIABLE, RULES

# numpy's functions that are made of others.
_COMPOSED: dict[Any, Callable[..., Any]] = composed.FUNCTIONS | contractions.FUNCTIONS | rearranging.FUNCTIONS

# These write into an array of numbers.
_STORING = {np.copyto, np.fill_diagonal, np.place, np.put, np.put_along_axis, np.putmask}
STORED = (
    "takes a Tensor for a plain number, and its gradient would be lost: build arrays of Tensors "
    "with np.stack, np.concatenate or np.where"
)

_S = TypeVar("_S", bound="Operators")


def _operator(name: str) -> tuple[Callable[[_S, Any], _S], Callable[[_S, Any], _S]]:
    """An operator by the row of that name: for the object on its left, and for the one on its right."""

    def of_left(self: _S, other: Any) -> _S:
        return self._apply(name, self, other)  # type: ignore[no-any-return]

    def of_right(self: _S, other: Any) -> _S:
        return self._apply(name, other, self)  # type: ignore[no-any-return]

    return of_left, of_right


class Operators(ABC):
    """What is written with operators, methods and numpy's functions ends in `_apply`."""

    __slots__ = ()

    _refusal: ClassVar[type[TypeError]] = TypeError  # of what would lose a gradient

    @classmethod
    @abstractmethod
    def _apply(cls, name: str, *inputs: Any, **settings: Any) -> Any:
        """The operation `name` of `autograd.rules.RULES` on inputs of this class, numbers and arrays."""

    @property
    @abstractmethod
    def shape(self) -> Shape:
        """The shape; () for a scalar."""

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The sum over `axis` (an int, several, or None for all); `keepdims` keeps it with length 1."""
        return self._apply("sum", self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The mean over `axis` (an int, several, or None for all); `keepdims` keeps it with length 1."""
        return self._apply("mean", self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def max(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The greatest over `axis`; equal ones share the gradient, as in PyTorch's amax."""
        return self._apply("max", self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def min(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """The least over `axis`; equal ones share the gradient, as in PyTorch's amin."""
        return self._apply("min", self, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]

    def reshape(self, *shape: Any) -> Self:
        """The same numbers in another shape, given as several ints or as one tuple; -1 is what is left."""
        return self._apply("reshape", self, shape=ints(*shape))  # type: ignore[no-any-return]

    def transpose(self, *axes: Any) -> Self:
        """The axes in another order, as in numpy: several ints or one tuple; reversed if none is given."""
        return self._apply("transpose", self, axes=ints(*axes) or None)  # type: ignore[no-any-return]

    @property
    def T(self) -> Self:  # noqa: N802
        """The axes reversed: the transpose of a matrix."""
        return self.transpose()

    def flatten(self) -> Self:
        """The same numbers in one dimension."""
        return self.reshape(-1)

    def squeeze(self, axis: Axis = None) -> Self:
        """The same numbers without the axes of length 1, or without those named, which must have it."""
        return np.squeeze(self, axis=axis)  # type: ignore[call-overload, no-any-return]

    def item(self) -> float:
        """The one number that it holds, as a float outside the graph."""
        return float(self)  # type: ignore[arg-type]  # each kind has its own __float__

    def __round__(self, digits: int | None = None) -> float:
        return round(self.item(), digits)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def detach(self) -> Self:
        """The same value, through which no gradient flows."""
        return self._apply("detach", self)  # type: ignore[no-any-return]

    def relu(self) -> Self:
        """max(0, x); its derivative at 0 is 0, as in PyTorch."""
        return self._apply("relu", self)  # type: ignore[no-any-return]

    def exp(self) -> Self:
        """e to the power x."""
        return self._apply("exp", self)  # type: ignore[no-any-return]

    def log(self) -> Self:
        """The natural logarithm."""
        return self._apply("log", self)  # type: ignore[no-any-return]

    def tanh(self) -> Self:
        """The hyperbolic tangent."""
        return self._apply("tanh", self)  # type: ignore[no-any-return]

    def __getitem__(self, index: Any) -> Self:
        return self._apply("getitem", self, index=index)  # type: ignore[no-any-return]

    __add__, __radd__ = _operator("add")
    __sub__, __rsub__ = _operator("subtract")
    __mul__, __rmul__ = _operator("multiply")
    __truediv__, __rtruediv__ = _operator("divide")
    __floordiv__, __rfloordiv__ = _operator("floor_divide")
    __mod__, __rmod__ = _operator("remainder")
    __pow__, __rpow__ = _operator("power")
    __matmul__, __rmatmul__ = _operator("matmul")
    __gt__, __lt__ = _operator("greater")[0], _operator("less")[0]
    __ge__, __le__ = _operator("greater_equal")[0], _operator("less_equal")[0]

    def __divmod__(self, other: Any) -> tuple[Self, Self]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Self, Self]:
        return other // self, other % self

    def __neg__(self) -> Self:
        return self._apply("negative", self)  # type: ignore[no-any-return]

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self._apply("absolute", self)  # type: ignore[no-any-return]

    def __eq__(self, other: object) -> Any:
        if other is None or isinstance(other, str):
            return NotImplemented  # which is False, in the end
        return self._apply("equal", self, other)

    def __ne__(self, other: object) -> Any:
        if other is None or isinstance(other, str):
            return NotImplemented
        return self._apply("not_equal", self, other)

    __hash__ = object.__hash__  # each is itself

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        """numpy's elementwise functions and operators, by the rule of the same name (NEP 13)."""
        name = ufunc.__name__
        if method != "__call__":
            raise self._unknown(f"np.{name}.{method}", stores=method == "at")
        if settings:
            shown = f"np.{name} on a {type(self).__name__}"
            settings = _without_dtype(shown, settings)
            if settings:
                hint = ", as an array of numbers would lose its gradient: write a = a + b for a += b"
                hint = hint if "out" in settings and len(inputs) == 2 else ""
                raise self._refusal(f"{shown} takes no {', '.join(settings)}{hint}")
        if ufunc in _COMPOSED:
            return _COMPOSED[ufunc](*inputs)
        if name not in RULES:
            raise self._unknown(f"np.{name}")
        return self._apply(name, *inputs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """numpy's other functions, by the rule of the same name (NEP 18)."""
        shown = f"{func.__module__}.{func.__name__}".replace("numpy", "np", 1)
        where = f"{shown} on a {type(self).__name__}"
        if "dtype" in kwargs:
            kwargs = _without_dtype(where, kwargs)
        if func not in FUNCTIONS and func not in _COMPOSED:
            raise self._unknown(shown, stores=func in _STORING)
        name, call = FUNCTIONS.get(func) or ("", _COMPOSED[func])
        try:
            found = call(*args, **kwargs)
        except TypeError as error:
            if type(error) is not TypeError:
                raise
            raise self._refusal(f"{where}: {_misfit(call, args, kwargs) or error}") from None
        if not name:
            return found
        inputs, settings = found
        return self._apply(name, *inputs, **settings)

    def _unknown(self, name: str, stores: bool = False) -> TypeError:
        if stores:
            return self._refusal(f"{name} {STORED}")
        return self._refusal(
            f"{name} has no derivative rule; those that have: {', '.join(DIFFERENTIABLE)}, "
            "and what docs/autograd.md lists as made of these"
        )


def array_of_objects(x: Operators) -> Any:
    """numpy's array of Tensors or symbols as objects: its arithmetic is theirs."""
    objects = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        objects[index] = x[index] if x.shape else x
    return objects


def _without_dtype(where: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings but for dtype, which may be float64 only."""
    try:
        composed.checked_dtype(settings.get("dtype"))
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from None
    return {key: value for key, value in settings.items() if key != "dtype"}


def _misfit(call: Callable[..., Any], args: Any, kwargs: Any) -> TypeError | None:
    """Why arguments do not fit, in words without the name of our own function."""
    try:
        inspect.signature(call).bind(*args, **kwargs)
    except TypeError as error:
        return error
    return None
