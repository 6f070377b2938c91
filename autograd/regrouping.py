"""Products regrouped: fewer multiplications, since factors that meet in several products meet once.

The reverse sweep multiplies in the order of the chain rule: (a b) c here, and a (c b) there. `regrouped`
brings known factors into sums whose terms have some of their own; takes out of a sum what its two products
have in common; and takes products apart into their factors, of which the two that occur together most often
are multiplied first, again and again, until no two do so more than once. Numbers may change by a few units in
the last place, and leave float64's range on the way as `autograd.algebra` says.

Source: Breuer, "Generation of optimal code for expressions via factorization", 1969.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import TypeAlias

from autograd.algebra import mild
from autograd.program import Constant, Input, Operation, Program, Simplify

_MOST = 16  # factors of a product that is taken apart
_SUMS = ("add", "subtract")
_PRODUCTS = ("multiply", "negative")
Numbers: TypeAlias = dict[int, int]  # of values in a new program, by those in an old one
Pair: TypeAlias = tuple[int, int]


@dataclass
class Product:
    """A known number times other values, each as often as it is a factor."""

    known: float
    factors: Counter[int]


def regrouped(program: Program) -> Program:
    """The same program with its products regrouped; itself, if its numbers must stay as they are.

    >>> program = Program()
    >>> x, y, z = (program.add_input(()) for _ in range(3))
    >>> first = program.add("multiply", (program.add("multiply", (x, y)), z))
    >>> second = program.add("multiply", (y, program.add("multiply", (z, y))))
    >>> program.outputs = [first, second]
    >>> print(regrouped(program))
    t0 = input 0
    t1 = input 1
    t2 = input 2
    t3 = multiply t1 t2
    t4 = multiply t0 t3
    t5 = multiply t1 t3
    return t4 t5
    """
    return program if program.exact else _paired(_rewritten(_rewritten(program, _spread), _factored))


class _Reader:
    """What the steps ask of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.uses: Counter[int] = Counter(program.outputs)
        for number in program.live():
            self.uses.update(self.inputs(number))

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

    def product(self, number: int, through: Callable[[int], bool]) -> Product | None:
        """A product taken apart, through those products in it for which that is so; None if it is none."""
        shape, found = self.program.shapes[number], Product(1.0, Counter())
        waiting = [number]
        while waiting:
            n = waiting.pop()
            known = self.program.constant(n)
            inputs = self.inputs(n, *_PRODUCTS) if n == number or through(n) else ()
            if known is not None and mild(known):
                found.known *= known
            elif inputs and self.program.shapes[n] == shape:
                found.known *= -1.0 if len(inputs) == 1 else 1.0
                waiting += inputs
            else:
                found.factors[n] += 1
            if found.factors.total() > _MOST or not mild(found.known):
                return None
        return found if found.factors.total() > 1 or (found.factors and abs(found.known) != 1) else None

    def terms(self, number: int) -> list[int]:
        """The terms of a sum that is used only once, and of the sums in it; itself if it is none."""
        inputs = self.inputs(number, *_SUMS) if self.once(number) else ()
        return [term for i in inputs for term in self.terms(i)] if inputs else [number]


Write: TypeAlias = Callable[[_Reader, int, Program, Numbers], int]


def _rewritten(program: Program, write: Write) -> Program:
    """The program with each operation written anew, and without what it does not need."""
    reader, new, numbers = _Reader(program), Program(program.simplify), {}
    for number in program.live():
        value = program.values[number]
        if isinstance(value, Input):
            numbers[number] = new.add_input(program.shapes[number])
        elif isinstance(value, Constant):
            numbers[number] = new.add_constant(value.value)
        else:
            numbers[number] = write(reader, number, new, numbers)
    new.outputs = [numbers[number] for number in program.outputs]
    return new.simplified(program.simplify)


def _copied(reader: _Reader, number: int, new: Program, numbers: Numbers) -> int:
    value = reader.program.values[number]
    assert isinstance(value, Operation)  # noqa: S101
    return new.add(value.name, [numbers[i] for i in value.inputs], dict(value.settings))


def _multiplied(new: Program, factors: Iterable[int]) -> int:
    return reduce(lambda a, b: new.add("multiply", (a, b)), factors)


def _times(new: Program, number: int, known: float) -> int:
    return number if known == 1 else new.add("multiply", (number, new.add_constant(known)))


def _spread(reader: _Reader, number: int, new: Program, numbers: Numbers) -> int:
    """A known factor of a sum is brought into it, if all of its terms but one have known factors."""

    def spread(n: int, known: float) -> int:
        if len(reader.terms(n)) == 1:
            return _times(new, numbers[n], known)
        value = reader.program.values[n]
        return new.add(value.name, [spread(i, known) for i in value.inputs])  # type: ignore[union-attr]

    product = reader.product(number, reader.once)
    if product and product.known != 1:
        for factor, times in product.factors.items():
            terms = reader.terms(factor)
            parts = [reader.product(term, reader.once) for term in terms]
            own = {abs(part.known) if part else 1.0 for part in parts}
            if times == 1 and len(own) > 1 and sum(not part or part.known == 1 for part in parts) <= 1:
                others = (product.factors - Counter([factor])).elements()
                return _multiplied(new, [spread(factor, product.known), *(numbers[i] for i in others)])
    return _copied(reader, number, new, numbers)


def _factored(reader: _Reader, number: int, new: Program, numbers: Numbers) -> int:
    """A sum of two products that have a factor in common is written as a product of a sum."""
    inputs = reader.inputs(number, *_SUMS)
    parts = [reader.product(i, reader.once) for i in inputs if reader.once(i)]
    if len(parts) == 2 and parts[0] and parts[1]:
        both = parts[0].factors & parts[1].factors
        rests = [part.factors - both for part in parts if part]
        if both and all(rests):
            sides = [_multiplied(new, [numbers[i] for i in rest.elements()]) for rest in rests]
            sides = [_times(new, side, part.known) for side, part in zip(sides, parts, strict=True) if part]
            name = reader.program.values[number].name  # type: ignore[union-attr]
            return _multiplied(new, [new.add(name, sides), *(numbers[i] for i in both.elements())])
    return _copied(reader, number, new, numbers)


def _paired(program: Program) -> Program:
    """The program with its products made of pairs of factors, those first that occur most often."""
    reader = _Reader(program)
    users = defaultdict(list)
    for number in program.live():
        for i in reader.inputs(number):
            users[i].append(number)
    products = {}
    for number in program.live():
        inner = all(
            reader.inputs(user, *_PRODUCTS) and program.shapes[user] == program.shapes[number]
            for user in users[number]
        )
        if reader.inputs(number, "multiply") and (number in program.outputs or not inner):
            product = reader.product(number, lambda _: True)
            if product:
                products[number] = product
    return _Pairing(program, products).program()


class _Pairing:
    """Products as they are made of pairs.

    Known numbers are factors too, without their signs: they have numbers below zero. Pairs have numbers that
    no value of the program has.
    """

    def __init__(self, program: Program, products: dict[int, Product]) -> None:
        self._program, self._products = program, products
        self._known: dict[float, int] = {}
        self._pairs: dict[int, Pair] = {}
        self._holders: defaultdict[Pair, set[int]] = defaultdict(set)
        for number, product in products.items():
            if (size := abs(product.known)) != 1:
                product.factors[self._known.setdefault(size, -1 - len(self._known))] += 1
            for pair in _pairs_of(product.factors):
                self._holders[pair].add(number)
        self._pair()

    def _times(self, pair: Pair) -> int:
        return sum(_pairs_in(self._products[number].factors, pair) for number in self._holders[pair])

    def _pair(self) -> None:
        waiting = [(-self._times(pair), pair) for pair in self._holders]
        heapify(waiting)
        while waiting:
            count, pair = heappop(waiting)
            times = self._times(pair)
            if times < 2:
                continue
            if times < -count:  # some have been taken since
                heappush(waiting, (-times, pair))
                continue
            number = len(self._program.values) + len(self._pairs)
            self._pairs[number] = pair
            found = set()
            for holder in self._holders[pair]:
                product = self._products[holder]
                times = _pairs_in(product.factors, pair)
                product.factors.subtract(
                    {pair[0]: 2 * times} if pair[0] == pair[1] else dict.fromkeys(pair, times)
                )
                product.factors = +product.factors + Counter({number: times})
                for other in _pairs_of(product.factors):
                    if number in other:
                        self._holders[other].add(holder)
                        found.add(other)
            for other in found:
                heappush(waiting, (-self._times(other), other))

    def program(self) -> Program:
        """The program, with products in that order, which simplifying would change."""
        new = Program(Simplify.EXACTLY)
        reader, numbers = _Reader(self._program), dict[int, int]()

        def factor(number: int) -> int:
            if number not in numbers:  # a pair
                numbers[number] = _multiplied(new, map(factor, self._pairs[number]))
            return numbers[number]

        def product(product: Product) -> int:
            factors, negative = [*product.factors.elements()], product.known < 0
            known = [number for number in factors if number < 0]
            if negative and known:
                factors.remove(known[0])
                return _times(new, _multiplied(new, map(factor, factors)), -sizes[known[0]])
            whole = _multiplied(new, map(factor, sorted(factors, reverse=True)))
            return new.add("negative", (whole,)) if negative else whole

        sizes = {number: size for size, number in self._known.items()}
        for number, size in sizes.items():
            numbers[number] = new.add_constant(size)
        for number in self._program.live():
            value = self._program.values[number]
            if isinstance(value, Input):
                numbers[number] = new.add_input(self._program.shapes[number])
            elif isinstance(value, Constant):
                numbers[number] = new.add_constant(value.value)
            elif number in self._products:
                numbers[number] = product(self._products[number])
            else:
                numbers[number] = _copied(reader, number, new, numbers)
        new.outputs = [numbers[number] for number in self._program.outputs]
        return new.simplified(Simplify.EXACTLY)


def _pairs_of(factors: Counter[int]) -> list[Pair]:
    found = sorted(factors)
    return [*combinations(found, 2), *((a, a) for a in found if factors[a] > 1)]


def _pairs_in(factors: Counter[int], pair: Pair) -> int:
    a, b = pair
    return factors[a] // 2 if a == b else min(factors[a], factors[b])
