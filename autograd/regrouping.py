"""Products regrouped: fewer multiplications, since factors that meet in several products meet once.

The reverse sweep multiplies in the order of the chain rule: (a b) c here, and a (c b) there. `regrouped`
takes out of a sum what its products have in common, and takes products apart into their factors, of which the
two that occur together most often are multiplied first, again and again, until no two do so more than once.
The terms of a sum may change by a few units in the last place, and products of very large or small numbers
leave float64's range on the way where those of the original do not, or stay in it where those leave it.

Source: Breuer, "Generation of optimal code for expressions via factorization", 1969.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import reduce
from heapq import heapify, heappop, heappush
from itertools import combinations
from operator import and_
from typing import TypeAlias

from autograd.factoring import factored, factored_through, rewritten
from autograd.products import PRODUCTS, Product, Reader, copied, multiplied, times
from autograd.program import Constant, Input, Program, Simplify

Pair: TypeAlias = tuple[int, int]


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
    if program.exact:
        return program
    found = [_paired(rewritten(program, way)) for way in (factored, factored_through)]
    return min(found, key=lambda new: len(new.live()))


def _paired(program: Program) -> Program:
    """The program with its products made of pairs of factors, those first that occur most often."""
    reader = Reader(program)
    users = defaultdict(list)
    for number in program.live():
        for i in reader.inputs(number):
            users[i].append(number)
    products = {}
    for number in program.live():
        inner = all(
            reader.inputs(user, *PRODUCTS) and program.shapes[user] == program.shapes[number]
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

    def _order(self, pair: Pair) -> tuple[int, ...]:
        """When a pair's turn comes: how often it occurs, then how much else its products have in common."""
        held = [self._products[number].factors for number in self._holders[pair]]
        held = [factors for factors in held if _pairs_in(factors, pair)]
        common = reduce(and_, held).total() if held else 0
        return (-sum(_pairs_in(factors, pair) for factors in held), -common, -pair[0], -pair[1])

    def _pair(self) -> None:
        waiting = [(self._order(pair), pair) for pair in self._holders]
        heapify(waiting)
        while waiting:
            order, pair = heappop(waiting)
            now = self._order(pair)
            if now[0] > -2:
                continue
            if now > order:  # some have been taken since
                heappush(waiting, (now, pair))
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
                heappush(waiting, (self._order(other), other))

    def program(self) -> Program:
        """The program, with products in that order, which simplifying would change."""
        new = Program(Simplify.EXACTLY)
        reader, numbers = Reader(self._program), dict[int, int]()

        def factor(number: int) -> int:
            if number not in numbers:  # a pair
                numbers[number] = multiplied(new, map(factor, self._pairs[number]))
            return numbers[number]

        def product(product: Product) -> int:
            factors, negative = [*product.factors.elements()], product.known < 0
            known = [number for number in factors if number < 0]
            if negative and known:
                factors.remove(known[0])
                return times(new, multiplied(new, map(factor, factors)), -sizes[known[0]])
            whole = multiplied(new, map(factor, sorted(factors, reverse=True)))
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
                numbers[number] = copied(reader, number, new, numbers)
        new.outputs = [numbers[number] for number in self._program.outputs]
        return new.simplified(Simplify.EXACTLY)


def _pairs_of(factors: Counter[int]) -> list[Pair]:
    found = sorted(factors)
    return [*combinations(found, 2), *((a, a) for a in found if factors[a] > 1)]


def _pairs_in(factors: Counter[int], pair: Pair) -> int:
    a, b = pair
    return factors[a] // 2 if a == b else min(factors[a], factors[b])
