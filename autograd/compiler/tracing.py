"""`trace`: calls a function with symbols for its arguments, which write down what it does with them."""

from __future__ import annotations

import dis
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.array_rules import Shape, unbroadcast
from autograd.compiler.program import POINTS, NotElementwiseError, Operation, Program, Simplify
from autograd.operators import Operators, array_of_objects
from autograd.rules import CONSTANT_OF_EQUALS, RULES
from autograd.values import stack_them
from support.messages import shown


class TracingError(TypeError):
    """Raised where a function cannot be written down as a program, with how to write it instead."""


class NeedsFloatError(TracingError):
    """Raised where a function takes a value as a float, which has no gradient."""


class Symbol(Operators):
    """A value of a `Program` that is not known yet."""

    __slots__ = ("number", "program")

    _refusal = TracingError

    def __init__(self, program: Program, number: int) -> None:
        self.program = program
        self.number = number

    @classmethod
    def _apply(cls, name: str, *inputs: Any, **settings: Any) -> Symbol:
        if any(map(_holds_symbol, settings.values())):
            raise _refusal(
                "takes an index or an axis from its values",
                "numpy.where(condition, a, b) chooses; argnums leaves out an argument that is an index",
            )
        program = next(x.program for x in inputs if isinstance(x, Symbol))
        numbers = [as_number(program, x) for x in inputs]
        return Symbol(program, program.add(name, numbers, settings))

    @property
    def shape(self) -> Shape:
        """The shape; () for a scalar."""
        shape = self.program.shapes[self.number]
        if shape == POINTS:
            raise NotElementwiseError("the shape")
        return shape

    @property
    def points(self) -> bool:
        """Whether it stands for any number of points."""
        return self.program.shapes[self.number] == POINTS

    def __and__(self, other: Any) -> Symbol:
        return self._apply("logical_and", self, other)

    def __or__(self, other: Any) -> Symbol:
        return self._apply("logical_or", self, other)

    def __invert__(self) -> Symbol:
        return self._apply("logical_not", self)

    __rand__, __ror__ = __and__, __or__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        """As for Tensors; and what numpy does with the bits of truths is logic."""
        logic = {np.bitwise_and: np.logical_and, np.bitwise_or: np.logical_or, np.invert: np.logical_not}
        return super().__array_ufunc__(logic.get(ufunc, ufunc), method, *inputs, **settings)

    def __bool__(self) -> bool:
        raise _refusal("asks whether a value is true", "numpy.where(condition, a, b) chooses between two")

    def __float__(self) -> float:
        refusal = _refusal(
            "needs a value as a float",
            "use numpy's functions, numpy.sin and not math.sin, and build arrays with numpy.stack",
        )
        self.program.refusal = NeedsFloatError(*refusal.args)
        raise self.program.refusal

    if not TYPE_CHECKING:  # or it would count as an array, and np.sin of it too

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            self.program.refusal = _refusal(
                f"needs a value in an array of {dtype or 'numbers'}",
                "join values with numpy.stack or numpy.concatenate",
            )
            if dtype not in {None, np.dtype(object)}:
                raise self.program.refusal
            if self.points:
                objects = np.empty((), dtype=object)
                objects[()] = self
                return objects
            return array_of_objects(self)

    @property
    def data(self) -> Any:
        """What has no value yet has no data."""
        raise _refusal("takes a value out of the graph", "detach() keeps gradients from flowing through it")

    def numpy(self) -> Any:
        """As `data`."""
        return self.data

    def __index__(self) -> int:
        self.program.refusal = _refusal(
            "needs a value as an int", "count and index with numbers that are known, choose with numpy.where"
        )
        raise self.program.refusal

    __int__ = __trunc__ = __index__

    def __repr__(self) -> str:
        return f"<value {self.number} of a traced program>"


def _refusal(what: str, instead: str) -> TracingError:
    return TracingError(
        f"a function that {what} cannot be compiled: {instead}; "
        "or value_and_grad(function, engine='eager') runs it as it is"
    )


def _holds_symbol(setting: Any) -> bool:
    if isinstance(setting, slice):
        return _holds_symbol((setting.start, setting.stop, setting.step))
    if isinstance(setting, list | tuple):
        return any(map(_holds_symbol, setting))
    return isinstance(setting, Symbol)


def as_number(program: Program, x: Any) -> int:
    """The number of `x` in the program: a symbol's own, or that of a constant."""
    if isinstance(x, Symbol):
        if x.program is not program:
            raise TracingError(
                "a value of one traced function cannot be used in another: pass it as argument"
            )
        return x.number
    if isinstance(x, Operators):
        raise TracingError(
            "cannot compile a function that uses a Tensor from elsewhere: pass it as argument; "
            "it is no value of the traced program"
        )
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise TracingError(f"an operation takes real numbers, not {shown(x)}{stack_them(array)}")
    if array.ndim == 0:
        return program.add_constant(x)
    return program.add_constant(x if isinstance(x, np.ndarray) and x.dtype.kind in "fb" else array * 1.0)


def again(program: Program, x: Any) -> Symbol:
    """The value of `x` as a symbol of its own."""
    return Symbol(program, program.again(as_number(program, x)))


def trace(
    function: Callable[..., Any], shapes: Sequence[Shape], simplify: Simplify = Simplify.NOT
) -> tuple[Program, list[Symbol], Any]:
    """The program begun by a function's call, the symbols of its arguments, and what it returned.

    What is to be differentiated must not be simplified while it is written: a shorter way to the same value
    may have another derivative where numbers end, as 1 / (x * x) has for x**-2 at 0.
    """
    program = Program(simplify)
    symbols = [Symbol(program, program.add_input(shape)) for shape in shapes]
    return program, symbols, called(function, symbols)


def called(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """What a function returns; its refusals as they are, which numpy and scipy hide behind their own errors.

    Where the refusal comes from ``array[0] = x``, numpy answers "setting an array element with a sequence";
    given an array of symbols, scipy answers "object arrays are not supported".
    """
    try:
        return function(*arguments)
    except (TracingError, NotElementwiseError):
        raise
    except Exception as error:
        if isinstance(error, ValueError) and isinstance(error.__cause__, TypeError):
            raise error.__cause__ from None
        program = next((x.program for x in arguments if isinstance(x, Symbol)), None)
        if program and program.refusal and not _is_the_functions_own(error):
            raise program.refusal from error
        raise


def _is_the_functions_own(error: Exception) -> bool:
    """Whether an error was raised by a ``raise`` that is neither numpy's nor scipy's."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    library = frame.f_globals.get("__name__", "").partition(".")[0] in {"numpy", "scipy"}
    return not library and dis.opname[frame.f_code.co_code[frame.f_lasti]] == "RAISE_VARARGS"


@np.errstate(all="ignore")  # what is known is computed at once, such as 1.0 / 0 for a mean of nothing
def gradients(output: Symbol, wrt: Sequence[Symbol], seed: Any = None) -> list[Any]:
    """Write the reverse sweep of `output` and give its gradients, one for each symbol of `wrt`.

    The `seed` is the gradient of the output; ones, unless it is given. Elements that it leaves out, being 0,
    then have no share in what is computed from others, not even 0 times an infinite derivative.
    """
    program = output.program
    depends = {symbol.number for symbol in wrt}
    for number in range(output.number + 1):
        value = program.values[number]
        if isinstance(value, Operation) and not depends.isdisjoint(value.inputs):
            depends.add(number)
    shape, apart = program.shapes[output.number], seed is not None
    if not apart:
        seed = 1.0 if shape in {(), POINTS} else np.ones(shape)
    found: dict[int, Any] = {output.number: seed}
    reached: dict[int, Any] = {output.number: np.not_equal(seed, 0) if apart else True}
    for number in range(output.number, -1, -1):
        value = program.values[number]
        if number not in found or number not in depends or not isinstance(value, Operation):
            continue
        if value.name in CONSTANT_OF_EQUALS and value.inputs[0] == value.inputs[1]:
            continue
        rule, settings = RULES[value.name], dict(value.settings)
        # Known numbers as they are: so x**2 need not ask whether its exponent is 0.
        known = [program.constant(i) for i in value.inputs]
        inputs = [
            Symbol(program, i) if c is None else np.float64(c)
            for i, c in zip(value.inputs, known, strict=True)
        ]
        for position, input_ in enumerate(value.inputs):
            vjp = rule.vjp(position)
            if input_ in depends and vjp:
                share = vjp(found[number], Symbol(program, number), *inputs, **settings)
                if apart:
                    ones = reached[number] * 1.0
                    if rule.elementwise:
                        share = np.where(reached[number], share, 0.0)
                    else:
                        ones = vjp(ones, Symbol(program, number), *inputs, **settings)
                    on = np.not_equal(_fitted(program, ones, program.shapes[input_]), 0)
                    reached[input_] = np.logical_or(reached[input_], on) if input_ in reached else on
                share = _fitted(program, share, program.shapes[input_])
                found[input_] = found[input_] + share if input_ in found else share
    return [found.get(symbol.number, 0.0) for symbol in wrt]


def _fitted(program: Program, share: Any, shape: Shape) -> Any:
    """A share of a gradient, in the shape of what it is the gradient of."""
    own = program.shapes[share.number] if isinstance(share, Symbol) else np.shape(share)
    if shape in {POINTS, own}:
        return share
    if own == POINTS:
        raise NotElementwiseError("a number that all points share")
    return unbroadcast(share, shape)


def lowered(program: Program, names: set[str]) -> Program:
    """The same program with nothing but the operations named, and without what it does not need.

    Any other operation is replaced by what its row of the table does.
    """

    def write(new: Program, operation: Operation, inputs: list[int]) -> int:
        settings = dict(operation.settings)
        if operation.name in names:
            return new.add(operation.name, inputs, settings)
        symbols = [Symbol(new, number) for number in inputs]
        return as_number(new, RULES[operation.name].forward(*symbols, **settings))

    return program.rewritten(write).simplified(program.simplify)


def with_half_angles(program: Program) -> Program:
    """The same program with the sine and cosine of one argument both taken from the tangent of its half.

    With t = tan(x/2) and w = 2/(1 + t^2), cos(x) = w - 1 and sin(x) = t w: for numpy one tangent costs less
    than a sine.
    """
    live = [program.values[number] for number in program.live()]
    turned = {
        name: {op.inputs[0] for op in live if isinstance(op, Operation) and op.name == name}
        for name in ("sin", "cos")
    }
    both = turned["sin"] & turned["cos"]

    def write(new: Program, operation: Operation, inputs: list[int]) -> int:
        if operation.name in turned and operation.inputs[0] in both:
            tangent = np.tan(Symbol(new, inputs[0]) * 0.5)
            w = 2.0 / (1.0 + tangent * tangent)
            return as_number(new, w - 1.0 if operation.name == "cos" else tangent * w)
        return new.add(operation.name, inputs, dict(operation.settings))

    return program.rewritten(write)
