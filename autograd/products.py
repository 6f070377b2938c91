"""Products and sums in a `Program`, taken apart, and written anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from autograd.algebra import mild
from autograd.program import Operation, Program

_MOST = 16  # factors of a product that is taken apart, and terms of a sum
SUMS = ("add", "subtract")
PRODUCTS = ("multiply", "negative")
Numbers: TypeAlias = dict[int, int]  # of values in a new program, by those in an old one
Through: TypeAlias = Callable[[int], bool]


@dataclass
class Product:
    """A known number times other values, each as often as it is a factor."""

    known: float
    factors: Counter[int]


class Reader:
    """What the steps ask of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.uses: Counter[int] = Counter(program.outputs)
        self.sums: Counter[int] = Counter()  # how often each is a term
        for number in program.live():
            self.uses.update(self.inputs(number))
            self.sums.update(self.inputs(number, *SUMS))

    def inputs(self, number: int, *names: str) -> tuple[int, ...]:
        """What an operation is applied to; nothing if its name is none of those, or it takes truths."""
        value = self.program.values[number]
        if not isinstance(value, Operation) or (names and value.name not in names):
            return ()
        # Truths are factors of their own: numpy does not calculate with two of them as with numbers.
        return value.inputs if not names or self.program.truths.isdisjoint(value.inputs) else ()

    def once(self, number: int) -> bool:
        """Whether a value is used only once."""
        return self.uses[number] == 1

    def product(self, number: int, through: Through) -> Product | None:
        """A product taken apart, through those products in it for which that is so; None if it is none."""
        shape, found = self.program.shapes[number], Product(1.0, Counter())
        waiting = [number]
        while waiting:
            n = waiting.pop()
            known = self.program.constant(n)
            inputs = self.inputs(n, *PRODUCTS) if n == number or through(n) else ()
            if known is not None and mild(known):
                found.known *= known
            elif inputs and self.program.shapes[n] == shape:
                found.known *= -1.0 if len(inputs) == 1 else 1.0
                waiting += inputs
            else:
                found.factors[n] += 1
            if found.factors.total() + len(waiting) > _MOST or not mild(found.known):
                return None
        return found if found.factors.total() > 1 or (found.factors and abs(found.known) != 1) else None

    def terms(self, number: int) -> list[tuple[int, float]]:
        """The terms of a sum, through sums in it that are used only once, with their signs."""
        found: list[tuple[int, float]] = []
        shape, waiting = self.program.shapes[number], [(number, 1.0)]
        while waiting:
            n, sign = waiting.pop()
            deeper = (n == number or self.once(n)) and len(found) + len(waiting) < _MOST
            inputs = self.inputs(n, *SUMS) if deeper else ()
            if inputs and self.program.shapes[n] == shape:
                value = self.program.values[n]
                second = -sign if value.name == "subtract" else sign  # type: ignore[union-attr]
                waiting += [(inputs[1], second), (inputs[0], sign)]
            else:
                found.append((n, sign))
        return found


def copied(reader: Reader, number: int, new: Program, numbers: Numbers) -> int:
    """The operation itself, in a new program."""
    value = reader.program.values[number]
    assert isinstance(value, Operation)  # noqa: S101
    return new.add(value.name, [numbers[i] for i in value.inputs], dict(value.settings))


def multiplied(new: Program, factors: Iterable[int]) -> int:
    """The product of some values."""
    return reduce(lambda a, b: new.add("multiply", (a, b)), factors)


def times(new: Program, number: int, known: float) -> int:
    """A value times a known number."""
    return number if known == 1 else new.add("multiply", (number, new.add_constant(known)))
