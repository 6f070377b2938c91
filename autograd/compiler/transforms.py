"""The callables behind `value_and_grad`, `grad` and `hessian`, which are in `autograd.derivatives`.

Each traces its function once with symbols, appends the reverse sweep to the program, and compiles it: for
floats, for points, or for arrays of given shapes, each on first use.
"""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, TypeAlias

import numpy as np

from autograd.array_rules import Shape
from autograd.compiler.arguments import (
    Argnums,
    checked,
    filled,
    gathered,
    given,
    mapped,
    misplaced,
    no_keywords,
    noted,
    one_value,
    parted,
    static_key,
    wanted,
    with_aux,
)
from autograd.compiler.chunks import Chunks, of_points
from autograd.compiler.compiled import Arrays, Floats, Points, in_brackets
from autograd.compiler.eager import nested, slopes_within
from autograd.compiler.program import POINTS, NotElementwiseError, Program, Simplify
from autograd.compiler.tracing import Symbol, TracingError, as_number, trace
from autograd.graph_hessian import symmetric
from autograd.values import Array

Function: TypeAlias = Callable[..., Any]
Code: TypeAlias = Floats | Points | Chunks | Arrays

_KEPT = 64  # programs of one function, for arguments of so many combinations of shapes


class Transformed(ABC):
    """A function made from another by a program, which is traced and compiled for what it is called with.

    With `loops`, arrays of points are computed by machine code, where numba is.
    """

    # What is called stands in a slot: the code for floats itself, once there is some. A method that handed
    # the arguments on would take a twentieth of a small gradient's time.
    __slots__ = ("__call__", "__dict__")
    __call__: Function

    def __init__(
        self, function: Function, argnums: Argnums = None, has_aux: bool = False, loops: bool = False
    ) -> None:
        self.function = function
        self._argnums, self._has_aux, self._loops = checked(argnums), has_aux, loops
        self._codes: dict[tuple[Shape, ...], Code] = {}
        self._floats: dict[int, Function] = {}  # those for floats, by the number of arguments
        self._aux: dict[tuple[Shape, ...], Any] = {}  # the form of aux, for each of the codes
        self._others: dict[Any, Transformed] = {}  # by static arguments
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
    def _write(self, shapes: tuple[Shape, ...]) -> Program:
        """The program for arguments of these shapes."""

    @abstractmethod
    def _results(self, slopes: Sequence[str]) -> str:
        """The expression that code for floats returns, in terms of the names of the outputs."""

    @abstractmethod
    def _arranged(self, outputs: Sequence[Any], shapes: tuple[Shape, ...]) -> Any:
        """What is returned, made of the program's outputs for arguments of these shapes."""

    def _first(self) -> Code:
        if not self._codes:
            if self._others:
                return next(iter(self._others.values()))._first()
            self._compiled(((),) * sum(map(_required, _parameters(self.function))))
        return next(iter(self._codes.values()))

    def _quick(self, *arguments: Any, **keywords: Any) -> Any:
        """Compute by the code for so many floats, if there is: it knows what to do with anything else."""
        if keywords:
            no_keywords(keywords)
        call: Function = self._floats.get(len(arguments), self._general)
        return call(*arguments)

    def _general(self, *arguments: Any) -> Any:
        """Compute for these numbers, arrays and static arguments."""
        if Symbol in map(type, arguments):
            return self._nested(arguments)
        values, static = parted(arguments, self._argnums)
        if static:
            try:
                return self._with(static, len(arguments))(*values)
            except TypeError as error:
                if self._argnums is None and not isinstance(error, TracingError):
                    raise misplaced(static, error) from error
                raise
        shapes = tuple(np.shape(x) for x in values)
        if not any(shapes):
            code = self._compiled(shapes)
            outputs = code.call(*values)
            direct = isinstance(code, Floats) and not self._has_aux
            return outputs if direct else self._arranged(outputs, shapes)
        if self._elementwise and len(set(shapes)) == 1:
            points = (POINTS,) * len(shapes)
            try:
                code = self._compiled(points)
            except NotElementwiseError:
                self._elementwise = False
            else:
                outputs = code.call(*(x.ravel() for x in values))
                return self._arranged([y.reshape(shapes[0]) for y in outputs], points)
        return self._whole(self._compiled(shapes), values, shapes)

    def _whole(self, code: Any, values: Sequence[Any], shapes: tuple[Shape, ...]) -> Any:
        """Compute for arrays of given shapes."""
        return self._arranged(code.call(*values), shapes)

    @abstractmethod
    def _nested(self, arguments: Sequence[Any]) -> Any:
        """Compute with values of another function, which is being traced."""

    def _with(self, static: dict[int, Any], count: int) -> Transformed:
        """The callable for the other arguments, with these static ones filled in."""
        key = count, static_key(static)
        if key not in self._others:
            if len(self._others) == _KEPT:
                del self._others[next(iter(self._others))]
            function, rest = filled(self.function, static), [k for k in range(count) if k not in static]
            argnums: Argnums = self._argnums
            if argnums is not None:
                places = tuple(rest.index(k) for k in wanted(self._argnums, count))
                argnums = places[0] if isinstance(argnums, int) else places
            self._others[key] = type(self)(function, argnums, self._has_aux, self._loops)
        return self._others[key]

    def _compiled(self, shapes: tuple[Shape, ...]) -> Code:
        if shapes not in self._codes:
            program = self._write(shapes).simplified(Simplify.SAFELY)
            if len(self._codes) == _KEPT:
                oldest = next(islice(self._codes, 1, None))  # the first is what `program` shows
                del self._codes[oldest]
                self._aux.pop(oldest, None)
            if POINTS in shapes:
                self._codes[shapes] = of_points(program, self._loops)
            elif all(program.shapes[number] == () for number in program.live()):
                names = [f"y{k}" for k in range(len(program.outputs))]
                results = "" if self._has_aux else self._results(names)
                self._codes[shapes] = code = Floats(program, results, self._general)
                if not self._has_aux:
                    self._floats[len(shapes)] = code.call
                    if _takes_just(self.function, len(shapes)):
                        # A wrong number of arguments is then reported under the function's name.
                        code.call.__qualname__ = getattr(self.function, "__qualname__", "the function")
                        self.__call__ = code.call
            else:
                self._codes[shapes] = Arrays(program)
        return self._codes[shapes]

    def _traced(self, shapes: Sequence[Shape]) -> tuple[Program, list[Symbol], Any]:
        """The program begun, the symbols to differentiate with respect to, and what the function returned."""
        program, symbols, result = trace(self.function, shapes)
        return program, [symbols[k] for k in wanted(self._argnums, len(shapes))], result


class ValueAndGrad(Transformed):
    """See `value_and_grad`."""

    def _write(self, shapes: tuple[Shape, ...]) -> Program:
        program, symbols, value = self._traced(shapes)
        aux: list[Any] = []
        if self._has_aux:
            value, more = with_aux(value)
            self._aux[shapes] = mapped(more, lambda x: noted(x, aux, shapes))
        value = _as_symbol(program, value, shapes)
        outputs = [
            value * 1.0 if value.number in program.truths else value,
            *slopes_within(value, symbols),
            *aux,
        ]
        program.outputs = [as_number(program, output) for output in outputs]
        return program

    def _results(self, slopes: Sequence[str]) -> str:
        value, *slopes = slopes
        return f"{value}, {gathered(slopes, self._argnums, in_brackets)}"

    def _arranged(self, outputs: Sequence[Any], shapes: tuple[Shape, ...]) -> Any:
        value, *slopes = outputs
        if self._has_aux:
            count = len(wanted(self._argnums, len(shapes)))
            value = value, mapped(self._aux[shapes], lambda x: given(x, outputs[1 + count :]))
            del slopes[count:]
        return value, gathered(slopes, self._argnums)

    def _nested(self, arguments: Sequence[Any]) -> Any:
        value, slopes = nested(self.function, arguments, self._argnums, self._has_aux)
        return value, gathered(slopes, self._argnums)


class Grad(ValueAndGrad):
    """See `grad`."""

    def _write(self, shapes: tuple[Shape, ...]) -> Program:
        program = super()._write(shapes)
        del program.outputs[0]
        return program

    def _results(self, slopes: Sequence[str]) -> str:
        return str(gathered(slopes, self._argnums, in_brackets))

    def _arranged(self, outputs: Sequence[Any], shapes: tuple[Shape, ...]) -> Any:
        value, slopes = super()._arranged([None, *outputs], shapes)
        return (slopes, value[1]) if self._has_aux else slopes

    def _nested(self, arguments: Sequence[Any]) -> Any:
        value, slopes = super()._nested(arguments)
        return (slopes, value[1]) if self._has_aux else slopes


class Hessian(Transformed):
    """See `hessian`."""

    def __init__(
        self, function: Function, argnums: Argnums = None, has_aux: bool = False, loops: bool = False
    ) -> None:
        super().__init__(function, argnums, has_aux, loops)
        self._apart: dict[tuple[Shape, ...], Arrays] = {}

    def _write(self, shapes: tuple[Shape, ...]) -> Program:
        if not all(shape in {(), POINTS} for shape in shapes):
            return self._write_product(shapes)
        program, symbols, value = self._traced(shapes)
        slopes = slopes_within(_as_symbol(program, value, shapes), symbols)
        # The matrix is symmetric: entries right of the diagonal are computed once.
        rows = [slopes_within(slope, symbols[i:]) for i, slope in enumerate(slopes)]
        entries = [rows[min(i, j)][abs(i - j)] for i in range(len(rows)) for j in range(len(rows))]
        program.outputs = [as_number(program, entry) for entry in entries]
        return program

    def _write_product(self, shapes: tuple[Shape, ...], apart: bool = False) -> Program:
        """The Hessian times a vector, given as one further argument for each that is differentiated."""
        places, count = wanted(self._argnums, len(shapes)), len(shapes)
        more = [shapes[k] for k in places]
        program, symbols, value = trace(lambda *both: self.function(*both[:count]), (*shapes, *more))
        value = _as_symbol(program, value, shapes)
        if np.shape(value):
            raise ValueError(
                f"the Hessian for arrays needs a function with one number as value, not {np.shape(value)}"
            )
        points, vector = [symbols[k] for k in places], symbols[count:]
        slopes = slopes_within(value, points)
        if apart:
            rows = [slopes_within(y, points, seed) for y, seed in zip(slopes, vector, strict=True)]
            found = [sum(parts) for parts in zip(*rows, strict=True)]
        else:
            found = slopes_within(sum(np.sum(y * s) for y, s in zip(slopes, vector, strict=True)), points)
        program.outputs = [as_number(program, y) for y in found]
        return program

    def _results(self, slopes: Sequence[str]) -> str:
        side = math.isqrt(len(slopes))
        rows = [", ".join(slopes[side * i : side * (i + 1)]).join("[]") for i in range(side)]
        return slopes[0] if side == 1 else f"array([{', '.join(rows)}])"

    def _arranged(self, outputs: Sequence[Any], shapes: tuple[Shape, ...]) -> Any:  # noqa: ARG002
        side = math.isqrt(len(outputs))
        return outputs[0] if side == 1 else np.stack(outputs).reshape(side, side, *np.shape(outputs[0]))

    def _whole(self, code: Any, values: Sequence[Any], shapes: tuple[Shape, ...]) -> Any:
        varied = [shapes[k] for k in wanted(self._argnums, len(shapes))]
        matrix = _by_rows(code, values, varied)
        if np.isnan(matrix).any():  # which may have spread, as 0 * inf
            if shapes not in self._apart:
                program = self._write_product(shapes, apart=True).simplified(Simplify.SAFELY)
                self._apart[shapes] = Arrays(program)
            matrix = _by_rows(self._apart[shapes], values, varied)
        matrix = symmetric(matrix)
        return matrix.reshape(varied[0] * 2) if len(varied) == 1 else matrix

    def _nested(self, arguments: Sequence[Any]) -> Any:  # noqa: ARG002
        raise TracingError(
            "hessian takes plain numbers and arrays: inside a differentiated function, nest grad"
        )


def _by_rows(code: Any, values: Sequence[Any], varied: Sequence[Shape]) -> Array:
    """The Hessian, row by row, from code for its product with a vector of parts of these shapes."""
    sizes = [math.prod(shape) for shape in varied]
    rows = []
    for unit in np.eye(sum(sizes)):
        parts = np.split(unit, np.cumsum(sizes)[:-1])
        vector = [part.reshape(shape) for part, shape in zip(parts, varied, strict=True)]
        rows.append(np.concatenate([np.ravel(y) for y in code.call(*values, *vector)]))
    return np.reshape(rows, (sum(sizes),) * 2)


def _as_symbol(program: Program, value: Any, shapes: Sequence[Shape]) -> Symbol:
    """What a function has returned, as a value of the program."""
    symbol = value if isinstance(value, Symbol) else Symbol(program, as_number(program, one_value(value)))
    if POINTS in shapes and not symbol.points:
        raise NotElementwiseError("a value that all points share")
    return symbol


def _parameters(function: Function) -> list[inspect.Parameter]:
    """What a function may be given; nothing, of those built in that do not say."""
    while isinstance(function, Transformed):
        function = function.function
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
