"""`Program`: what a traced function computes, as a list of operations; the emitters turn it into code.

Writing an operation down simplifies it, unless the program is told to keep what is written: the same
operation on the same values is written once, and steps that change nothing (x + 0, x * 1, -(-x)) are left
out. So what the reverse sweep writes, which knows no algebra, comes out short.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np

from autograd.array_rules import Shape
from autograd.compiler.simplify import ANY, SHORTER, Bounds, bounds
from autograd.rules import RULES

# The shape of arguments that stand for any number of points: elementwise programs serve them all.
POINTS: Shape = (-1,)

# Operations that answer true or false.
TRUTHS = frozenset({
    "greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or",
    "logical_not",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Input:
    """An argument, by its position."""

    position: int


@dataclass(frozen=True, slots=True, eq=False)
class ConstantValue:
    """A number, or an array that the function has from elsewhere."""

    value: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of `autograd.rules.RULES`, applied to values by their numbers in the program."""

    name: str
    inputs: tuple[int, ...]
    settings: tuple[tuple[str, Any], ...] = ()


ProgramValue: TypeAlias = Input | ConstantValue | Operation


class Simplify(Enum):
    """How a program simplifies what is written."""

    NOT = "not at all, so that the reverse sweep meets what was written, in its order"
    EXACTLY = "so that its numbers stay the same to the last bit, but for the sign of a zero"
    SAFELY = "so that numbers change in their last bits at most, and are infinite where what is written is"
    FREELY = "with known factors brought together, which near the ends of float64's range may leave it"
    FINITE = "freely, and as if no number were infinite or nan: x * 0 is 0"


class NotElementwiseError(Exception):
    """Raised while tracing for `POINTS`, where an operation needs to know the shape."""


class Program:
    """Numbered values, each computed from values of lower numbers.

    >>> program = Program()
    >>> x = program.add_input(())
    >>> twice = program.add("add", (x, x))
    >>> program.outputs = [program.add("multiply", (twice, program.add_constant(1.0)))]
    >>> print(program)
    t0 = input 0
    t1 = constant 2.0
    t2 = multiply t0 t1
    t3 = constant 1.0
    return t2
    """

    def __init__(self, simplify: Simplify = Simplify.FREELY) -> None:
        self.simplify = simplify
        self.exact = simplify in {Simplify.NOT, Simplify.EXACTLY}  # must leave the numbers as they are
        self.safe = simplify is Simplify.SAFELY  # must not leave float64's range, nor change a zero's sign
        self.finite = simplify is Simplify.FINITE  # may take all numbers for finite
        self.values: list[ProgramValue] = []
        self.shapes: list[Shape] = []  # of each value; () for a number
        self._bounds: list[Bounds] = []
        self.inputs: list[int] = []  # the numbers of the arguments
        self.outputs: list[int] = []  # the numbers of the results
        # Values that are true or false, with which numpy does not calculate as with numbers.
        self.truths: set[int] = set()
        self.refusal: TypeError | None = None  # of a value that was taken for a number while it was traced
        self._known: dict[Any, int] = {}

    def __str__(self) -> str:
        lines = [f"t{i} = {self._describe(value)}" for i, value in enumerate(self.values)]
        return "\n".join([*lines, f"return {' '.join(f't{i}' for i in self.outputs)}"])

    @staticmethod
    def _describe(value: ProgramValue) -> str:
        if isinstance(value, Input):
            return f"input {value.position}"
        if isinstance(value, ConstantValue):
            shape = np.shape(value.value)
            return f"constant of shape {shape}" if shape else f"constant {value.value!r}"
        words = [value.name, *(f"t{i}" for i in value.inputs)]
        settings = (" ".join(f"{key}={setting!r}".split()) for key, setting in value.settings)
        return " ".join([*words, *settings])

    def add_input(self, shape: Shape) -> int:
        """A further argument."""
        number = self._write(Input(len(self.inputs)), shape)
        self.inputs.append(number)
        return number

    def add_constant(self, value: Any) -> int:
        """A number, or an array, of which the program takes a copy: it stays what it is now."""
        key: Any
        array = np.asarray(value)
        if array.ndim == 0:
            value = bool(array) if array.dtype == bool else float(array)
            key = (type(value), repr(value))
        else:
            if self._any_points():
                raise NotElementwiseError("an array from elsewhere")
            if array.base is not None or array.flags.writeable or array.dtype not in {bool, np.float64}:
                value = np.array(array, dtype=bool if array.dtype == bool else np.float64, order="C")
                value.flags.writeable = False
            key = key_of(value)
        if key not in self._known:
            self._known[key] = self._write(ConstantValue(value), np.shape(value))
        return self._known[key]

    def add(self, name: str, inputs: Sequence[int], settings: dict[str, Any] | None = None) -> int:
        """The number of the operation's result, which may be that of a value already written."""
        settings = deepcopy(settings) if settings else {}  # lists and arrays may be changed later
        found = [self.values[i] for i in inputs]
        if all(isinstance(value, ConstantValue) for value in found):
            return self.add_constant(_compute(name, [value.value for value in found], settings))  # type: ignore[union-attr]
        shapes = [self.shapes[i] for i in inputs]
        shape = _shape(name, shapes, settings)
        if self.simplify is Simplify.NOT:
            return self._write(Operation(name, tuple(inputs), tuple(sorted(settings.items()))), shape)
        if name in _OF_ONE_NUMBER and shapes == [()] == [shape]:
            return inputs[0]
        if RULES[name].elementwise and (name in _OF_TRUTHS or self.truths.isdisjoint(inputs)):
            same = SHORTER[name](self, *inputs) if name in SHORTER else None
            if same is not None and self.shapes[same] == shape:
                return same
        ordered = tuple(sorted(inputs)) if name in _COMMUTATIVE else tuple(inputs)
        operation = Operation(name, ordered, tuple(sorted(settings.items())))
        key = (name, ordered, key_of(operation.settings))
        if key not in self._known:
            self._known[key] = self._write(operation, shape)
        return self._known[key]

    def again(self, number: int) -> int:
        """The same value as another, to differentiate with respect to it apart from that."""
        return self._write(Operation("multiply", (number, self.add_constant(1.0))), self.shapes[number])

    def constant(self, number: int) -> float | None:
        """The value's number, where it is one that is known."""
        value = self.values[number]
        return value.value if isinstance(value, ConstantValue) and type(value.value) is float else None

    def truth(self, number: int) -> bool | None:
        """Whether the value, a single one, is true, where that is known."""
        value = self.values[number]
        return bool(value.value) if isinstance(value, ConstantValue) and not self.shapes[number] else None

    def most(self, number: int) -> float:
        """The largest absolute value that a value can have, as far as it is known."""
        return max(map(abs, self._bounds[number]))

    def parts(self, number: int, name: str) -> tuple[int, ...] | None:
        """What a value is computed from, if it is by the operation `name`."""
        value = self.values[number]
        return value.inputs if isinstance(value, Operation) and value.name == name else None

    def live(self) -> list[int]:
        """The numbers of all values that the outputs depend on, and of all inputs, in their order."""
        return sorted({*self.inputs, *self._needed(self.inputs, self.outputs)})

    def _needed(self, given: Collection[int], wanted: Collection[int]) -> set[int]:
        """The values `wanted`, and those that they are computed from, back to the values `given`."""
        needed = set(wanted)
        for number in range(len(self.values) - 1, -1, -1):
            value = self.values[number]
            if number in needed and number not in given and isinstance(value, Operation):
                needed.update(value.inputs)
        return needed

    def simplified(self, simplify: Simplify) -> Program:
        """The same program, simplified, without what its outputs do not need."""
        return self.rewritten(_as_it_is, simplify)

    def rewritten(self, write: Write, simplify: Simplify | None = None) -> Program:
        """The program without what its outputs do not need, each operation written anew by `write`."""
        return self._written(self.inputs, self.outputs, write, simplify or self.simplify)

    def part(self, given: Sequence[int], wanted: Sequence[int]) -> Program:
        """The program that computes the values `wanted` from the values `given`."""
        return self._written(given, wanted, _as_it_is, self.simplify)

    def _written(
        self, given: Sequence[int], wanted: Sequence[int], write: Write, simplify: Simplify
    ) -> Program:
        new = Program(simplify)
        numbers = {number: new.add_input(self.shapes[number]) for number in given}
        for number in sorted(self._needed(numbers, wanted) - {*given}):
            value = self.values[number]
            if isinstance(value, Operation):
                numbers[number] = write(new, value, [numbers[i] for i in value.inputs])
            elif isinstance(value, ConstantValue):
                numbers[number] = new.add_constant(value.value)
        new.outputs = [numbers[number] for number in wanted]
        return new

    def _any_points(self) -> bool:
        return any(self.shapes[number] == POINTS for number in self.inputs)

    def _write(self, value: ProgramValue, shape: Shape) -> int:
        number = len(self.values)
        if isinstance(value, Operation):
            of = value.inputs[1:] if value.name == "where" else value.inputs
            truth = value.name in TRUTHS or self.truths.issuperset(of)
        else:
            truth = isinstance(value, ConstantValue) and np.asarray(value.value).dtype == bool
        if truth:
            self.truths.add(number)
        self.values.append(value)
        self.shapes.append(shape)
        self._bounds.append(self._bounds_of(value) if self.safe else ANY)
        return number

    def _bounds_of(self, value: ProgramValue) -> Bounds:
        if isinstance(value, Operation):
            known = [self._bounds[i] for i in value.inputs]
            square = value.name == "multiply" and value.inputs[0] == value.inputs[1]
            return bounds("square", known[0]) if square else bounds(value.name, *known)
        if isinstance(value, ConstantValue) and type(value.value) is float and np.isfinite(value.value):
            return value.value, value.value
        return ANY


# Writes an operation of one program into another, on these values; gives the result's number.
Write: TypeAlias = Callable[[Program, Operation, list[int]], int]


def _as_it_is(new: Program, operation: Operation, inputs: list[int]) -> int:
    return new.add(operation.name, inputs, dict(operation.settings))


def key_of(value: Any) -> Any:
    """The same for what is the same: arrays, and what holds them in lists, tuples and dicts."""
    if isinstance(value, list | tuple):
        return type(value), tuple(map(key_of, value))
    if isinstance(value, dict):
        return dict, tuple((key, key_of(x)) for key, x in value.items())
    if isinstance(value, slice):
        return slice, key_of((value.start, value.stop, value.step))
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, blake2b(np.ascontiguousarray(value).data).digest()
    return type(value), value


def _compute(name: str, values: list[Any], settings: dict[str, Any]) -> Any:
    with np.errstate(all="ignore"):
        result = RULES[name].forward(*(np.float64(v) if type(v) is float else v for v in values), **settings)
    return result.item() if np.ndim(result) == 0 and hasattr(result, "item") else result


def _shape(name: str, shapes: list[Shape], settings: dict[str, Any]) -> Shape:
    """The shape of an operation's result; numpy's own error for shapes that do not go together."""
    if POINTS in shapes:
        if not RULES[name].elementwise:
            raise NotElementwiseError(name)
        return POINTS
    if RULES[name].elementwise:
        return np.broadcast_shapes(*shapes)
    # Numbers that take no room stand for the inputs.
    dummies = [np.broadcast_to(np.float64(0), shape) for shape in shapes]
    if name == "matmul":
        if not all(shapes) or shapes[0][-1] != shapes[1][-min(2, len(shapes[1]))]:
            return np.shape(dummies[0] @ dummies[1])  # raises what numpy raises
        batch = np.broadcast_shapes(shapes[0][:-2], shapes[1][:-2])
        return (*batch, *shapes[0][:-1][-1:], *(shapes[1][-1:] if len(shapes[1]) > 1 else ()))
    with np.errstate(all="ignore"):
        return np.shape(RULES[name].forward(*dummies, **settings))


# These leave a number as it is.
_OF_ONE_NUMBER = {"sum", "mean", "max", "min", "reshape", "transpose", "broadcast_to", "getitem", "scatter"}
# What is shortened where its inputs are true or false, too.
_OF_TRUTHS = {"where", "logical_and", "logical_or"}
_COMMUTATIVE = {"add", "multiply", "equal", "not_equal", "logical_and", "logical_or"}
