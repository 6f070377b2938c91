"""`value_and_grad`, `grad` and `hessian`: functions that compute a function's derivatives.

They call the function once with symbols, write the reverse sweep down after it, and compile the whole: for
floats, for arrays of points, or for arrays of given shapes, each when it is first asked for.
"""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from autograd.compiling import Arrays, Floats, Points
from autograd.program import POINTS, NotElementwiseError, Program, Simplify
from autograd.shaping import Shape
from autograd.tensor import Tensor
from autograd.tracing import Symbol, as_number, gradients, trace

Array: TypeAlias = NDArray[np.float64]
Function: TypeAlias = Callable[..., Any]
Engine: TypeAlias = Literal["compiled", "eager"]

_KEPT = 64  # programs of one function, for arguments of so many combinations of shapes


class Transformed(ABC):
    """A function made from another by a program, which is traced and compiled for what it is called with.

    Args:
        function: the other function.

    Attributes:
        function: the other function.
    """

    # What is called stands in a slot: the code for floats itself, once there is some. A method that handed
    # the arguments on would take a twentieth of a small gradient's time.
    __slots__ = ("__call__", "__dict__")
    __call__: Function

    def __init__(self, function: Function) -> None:
        self.function = function
        self._codes: dict[tuple[Shape, ...], Floats | Points | Arrays] = {}
        self._elementwise = True  # until an operation is met that is not
        self.__call__ = self._quick

    @property
    def program(self) -> Program:
        """What is computed, as a list of operations: that of the first call, or before it that for floats."""
        return self._first().program

    @property
    def source(self) -> str:
        """The code of `program`."""
        return self._first().source

    @abstractmethod
    def _write(self, shapes: Sequence[Shape]) -> Program:
        """The program for arguments of these shapes."""

    @abstractmethod
    def _results(self, count: int) -> str:
        """What a function of so many floats gives, written with the program's outputs y0, y1, ..."""

    @abstractmethod
    def _arranged(self, outputs: Sequence[Any]) -> Any:
        """The same for outputs that are arrays."""

    def _first(self) -> Floats | Points | Arrays:
        if not self._codes:
            self._compiled(((),) * sum(map(_required, _parameters(self.function))))
        return next(iter(self._codes.values()))

    def _quick(self, *arguments: Any) -> Any:
        """Compute by the code for so many floats, if there is: it knows what to do with anything else."""
        code = self._codes.get(((),) * len(arguments))
        return code.call(*arguments) if isinstance(code, Floats) else self._general(*arguments)

    def _general(self, *arguments: Any) -> Any:
        """Compute for these numbers or arrays."""
        values = [_as_argument(x) for x in arguments]
        shapes = tuple(np.shape(x) for x in values)
        if not any(shapes):
            code = self._compiled(shapes)
            outputs = code.call(*values)
            return outputs if isinstance(code, Floats) else self._arranged(outputs)
        if self._elementwise and len(set(shapes)) == 1:
            try:
                code = self._compiled((POINTS,) * len(shapes))
            except NotElementwiseError:
                self._elementwise = False
            else:
                outputs = code.call(*(x.ravel() for x in values))
                return self._arranged([y.reshape(shapes[0]) for y in outputs])
        return self._whole(self._compiled(shapes), values)

    def _whole(self, code: Any, values: Sequence[Any]) -> Any:
        """Compute for arrays of given shapes."""
        return self._arranged(code.call(*values))

    def _compiled(self, shapes: tuple[Shape, ...]) -> Floats | Points | Arrays:
        if shapes not in self._codes:
            program = self._write(shapes).simplified(Simplify.FREELY)
            if len(self._codes) == _KEPT:
                del self._codes[next(islice(self._codes, 1, None))]  # the first is what `program` shows
            if POINTS in shapes:
                self._codes[shapes] = Points(program)
            elif all(program.shapes[number] == () for number in program.live()):
                code = Floats(program, self._results(len(shapes)), self._general)
                self._codes[shapes] = code
                if _takes_just(self.function, len(shapes)):
                    # What is given too much or too little says so by the function's name.
                    code.call.__qualname__ = getattr(self.function, "__qualname__", "the function")
                    self.__call__ = code.call
            else:
                self._codes[shapes] = Arrays(program)
        return self._codes[shapes]


class ValueAndGrad(Transformed):
    """See `value_and_grad`."""

    def _write(self, shapes: Sequence[Shape]) -> Program:
        program, symbols, value = _traced(self.function, shapes)
        outputs = [value * 1.0 if value.number in program.truths else value, *_gradients(value, symbols)]
        program.outputs = [as_number(program, output) for output in outputs]
        return program

    def _results(self, count: int) -> str:
        slopes = [f"y{k + 1}" for k in range(count)]
        return f"y0, {slopes[0]}" if count == 1 else f"y0, ({', '.join(slopes)})"

    def _arranged(self, outputs: Sequence[Any]) -> Any:
        value, *slopes = outputs
        return value, slopes[0] if len(slopes) == 1 else tuple(slopes)


class Grad(ValueAndGrad):
    """See `grad`."""

    def _write(self, shapes: Sequence[Shape]) -> Program:
        program = super()._write(shapes)
        del program.outputs[0]
        return program

    def _results(self, count: int) -> str:
        return "y0" if count == 1 else ", ".join(f"y{k}" for k in range(count)).join("()")

    def _arranged(self, outputs: Sequence[Any]) -> Any:
        return outputs[0] if len(outputs) == 1 else tuple(outputs)


class Hessian(Transformed):
    """See `hessian`."""

    def _write(self, shapes: Sequence[Shape]) -> Program:
        if all(shape in {(), POINTS} for shape in shapes):
            program, symbols, value = _traced(self.function, shapes)
            slopes = _gradients(value, symbols)
            # The matrix is symmetric: what is right of the diagonal is written once.
            rows = [_gradients(slope, symbols[i:]) for i, slope in enumerate(slopes)]
            entries = [rows[min(i, j)][abs(i - j)] for i in range(len(rows)) for j in range(len(rows))]
            program.outputs = [as_number(program, entry) for entry in entries]
            return program
        # The Hessian times a vector, which is given as one further argument for each argument.
        program, symbols, value = _traced(
            lambda *both: self.function(*both[: len(shapes)]), (*shapes, *shapes)
        )
        if np.shape(value):
            raise ValueError(
                f"the Hessian for arrays needs a function with one number as value, not {np.shape(value)}"
            )
        points, vector = symbols[: len(shapes)], symbols[len(shapes) :]
        slopes = _gradients(value, points)
        along = sum(np.sum(slope * s) for slope, s in zip(slopes, vector, strict=True))
        program.outputs = [as_number(program, y) for y in _gradients(along, points)]
        return program

    def _results(self, count: int) -> str:
        rows = [", ".join(f"y{count * i + j}" for j in range(count)).join("[]") for i in range(count)]
        return "y0" if count == 1 else f"array([{', '.join(rows)}])"

    def _arranged(self, outputs: Sequence[Any]) -> Any:
        side = math.isqrt(len(outputs))
        return outputs[0] if side == 1 else np.stack(outputs).reshape(side, side, *np.shape(outputs[0]))

    def _whole(self, code: Any, values: Sequence[Any]) -> Any:
        sizes = [np.size(x) for x in values]
        rows = []
        for unit in np.eye(sum(sizes)):
            parts = np.split(unit, np.cumsum(sizes)[:-1])
            vector = [part.reshape(np.shape(x)) for part, x in zip(parts, values, strict=True)]
            rows.append(np.concatenate([np.ravel(y) for y in code.call(*values, *vector)]))
        matrix = np.reshape(rows, (sum(sizes),) * 2)
        matrix = (matrix + matrix.T) / 2  # the two differ in the last places
        return matrix.reshape(np.shape(values[0]) * 2) if len(values) == 1 else matrix


class _Eager:
    """The same as `ValueAndGrad`, by a graph of Tensors that is built anew in each call."""

    def __init__(self, function: Function) -> None:
        self.function = function

    def __call__(self, *arguments: Any) -> tuple[Any, Any]:
        tensors = [Tensor(_as_argument(x)) for x in arguments]
        value = self.function(*tensors)
        if not isinstance(value, Tensor):
            value = Tensor(_one_value(value))
        value.backward(np.ones(value.shape))
        slopes = tuple(tensor.grad for tensor in tensors)
        return value.data, slopes[0] if len(slopes) == 1 else slopes


@overload
def value_and_grad(function: Function, engine: Literal["compiled"] = "compiled") -> ValueAndGrad: ...


@overload
def value_and_grad(function: Function, engine: Engine) -> Callable[..., tuple[Any, Any]]: ...


def value_and_grad(function: Function, engine: Engine = "compiled") -> Callable[..., tuple[Any, Any]]:
    """A function that computes `function` and its gradient.

    It takes the same arguments, floats or float64 arrays, and gives ``(value, gradient)``: the derivative
    with respect to the argument, or a tuple of them if there are several. Where the value is an array, that
    is the gradient of its sum; so for an elementwise function and arrays of points, it is each point's own.

    It is called once with symbols (for floats, for points, and for each new combination of other shapes), and
    what it does with them is compiled. It must not change what it does with their values: what depends on a
    value is written ``np.where(condition, a, b)``. What it has from elsewhere, numbers and arrays, is taken
    as it is at that call.

    The numbers are those of the graph of Tensors up to rounding: a sine and a cosine that are taken from one
    tangent are as far off as a change of their argument in its last place would make them. What is written
    twice is computed once: so where eager's gradient is nan because it multiplies zero by inf, and adds, the
    compiled one may be inf.

    Args:
        function: of one or more arguments, written with operators, numpy's functions and those of `autograd`.
        engine: "eager" builds the graph of Tensors in each call instead, and so takes any function.

    Raises:
        TracingError: at the first call, where a function cannot be compiled.
        ValueError: for an engine that there is not.

    The compiled function's ``source`` is the code, and its ``program`` the operations.

    >>> slope = value_and_grad(lambda u, v: u * np.exp(v))
    >>> slope(2.0, 0.0)
    (2.0, (1.0, 2.0))
    >>> value, (du, dv) = slope(np.array([2.0, 3.0]), np.array([0.0, 0.0]))
    >>> dv
    array([2., 3.])
    """
    if engine not in {"compiled", "eager"}:
        raise ValueError(f"engine must be 'compiled' or 'eager', got {engine!r}")
    return ValueAndGrad(function) if engine == "compiled" else _Eager(function)


@overload
def grad(function: Function, engine: Literal["compiled"] = "compiled") -> Grad: ...


@overload
def grad(function: Function, engine: Engine) -> Callable[..., Any]: ...


def grad(function: Function, engine: Engine = "compiled") -> Callable[..., Any]:
    """A function that computes the gradient of `function`: what `value_and_grad` gives beside the value.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    """
    if engine == "compiled":
        return Grad(function)
    both = value_and_grad(function, engine)
    return lambda *arguments: both(*arguments)[1]


def hessian(function: Function) -> Hessian:
    """A function that computes the matrix of second derivatives of `function`.

    It takes the same arguments. For one float it gives a float; for k floats an array of shape (k, k); for
    elementwise functions of arrays of n points one of shape (k, k, n), or (n,) if k is 1. For other functions
    of arrays, which must have one number as value: for one array of shape s an array of shape s + s, for
    several the matrix over all their numbers, one argument after the other.

    The reverse sweep is differentiated by a second one.

    Raises:
        TracingError: at the first call, where a function cannot be compiled.
        ValueError: at a call, for arrays and a function whose value is not one number.

    >>> hessian(lambda u, v: u**2 * v)(3.0, 5.0)
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return Hessian(function)


def _traced(function: Function, shapes: Sequence[Shape]) -> tuple[Program, list[Symbol], Any]:
    program, symbols, value = trace(function, shapes, Simplify.FREELY)
    if not isinstance(value, Symbol):
        value = Symbol(program, as_number(program, _one_value(value)))
    if POINTS in shapes and _shape(value) != POINTS:
        raise NotElementwiseError("a value that all points share")
    return program, symbols, value


def _parameters(function: Function) -> list[inspect.Parameter]:
    """What a function may be given; nothing, of those built in that do not say."""
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:
        return []


def _required(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty and parameter.kind <= parameter.POSITIONAL_OR_KEYWORD


def _takes_just(function: Function, count: int) -> bool:
    """Whether a function takes so many arguments, no more and no fewer."""
    parameters = _parameters(function)
    return len(parameters) == count and all(map(_required, parameters))


def _one_value(value: Any) -> Any:
    """What a function gives that does not depend on its arguments.

    Raises:
        TypeError: if that is not a number or an array.
    """
    if isinstance(value, list | tuple) or np.asarray(value).dtype.kind not in "fiub":
        raise TypeError(f"the function must give one number or array, not {value!r:.60}")
    return value


def _gradients(value: Any, symbols: Sequence[Symbol]) -> list[Any]:
    """The gradient of a value, which may be a plain number, in the shape of each symbol."""
    found = gradients(value, symbols) if isinstance(value, Symbol) else [0.0] * len(symbols)
    return [
        y if _shape(s) in {(), POINTS} or np.shape(y) == s.shape else np.zeros(s.shape) + y
        for y, s in zip(found, symbols, strict=True)
    ]


def _shape(symbol: Symbol) -> Shape:
    return symbol.program.shapes[symbol.number]


def _as_argument(x: Any) -> Any:
    """A float, or an array of float64.

    Raises:
        TypeError: for anything else.
    """
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"an argument must be a real number or an array of such, not {x!r:.60}")
    return float(array) if array.ndim == 0 else array.astype(np.float64, copy=False)
