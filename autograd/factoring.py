"""Factors of sums: what their terms have in common is taken out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeAlias

from autograd.products import SUMS, Numbers, Product, Reader, Through, copied, multiplied, times
from autograd.program import Constant, Input, Program

Write: TypeAlias = Callable[[Reader, int, Program, Numbers], int]


def rewritten(program: Program, write: Write) -> Program:
    """The program with each operation written anew, and without what it does not need."""
    reader, new, numbers = Reader(program), Program(program.simplify), {}
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


def factored(
    reader: Reader, number: int, new: Program, numbers: Numbers, through: Through | None = None
) -> int:
    """What products in a sum have in common is taken out of it: a b + a c + d is a (b + c) + d."""
    inner = reader.once(number) and reader.sums[number]
    if not inner and reader.inputs(number, *SUMS):
        terms = _terms(reader, number, numbers, through or reader.once)
        shorter = _taken_out(new, terms)
        if len(shorter) < len(terms):
            return _sum(new, shorter)
    return copied(reader, number, new, numbers)


def factored_through(reader: Reader, number: int, new: Program, numbers: Numbers) -> int:
    """The same, where products are taken apart too that have other uses: they may become longer."""
    return factored(reader, number, new, numbers, lambda _: True)


def _taken_out(new: Program, terms: list[Product]) -> list[Product]:
    """Fewer terms, of the same sum, where some have factors in common."""
    while True:
        longer = [term for term in terms if term.factors.total() > 1 or abs(term.known) != 1]
        counts = Counter(factor for term in longer for factor in term.factors)
        factor, count = max(counts.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
        if count < 2:
            return terms
        those = [term for term in longer if factor in term.factors]
        rests = [Product(term.known, term.factors - Counter([factor])) for term in those]
        whole = Product(1.0, Counter([factor, _sum(new, _taken_out(new, rests))]))
        terms = [
            whole if term is those[0] else term
            for term in terms
            if term is those[0] or not any(term is other for other in those)
        ]


def _whole(new: Program, product: Product) -> int:
    if not product.factors:
        return new.add_constant(product.known)
    return times(new, multiplied(new, product.factors.elements()), product.known)


def _sum(new: Program, terms: Iterable[Product]) -> int:
    total = None
    for term in terms:
        if total is None:
            total = _whole(new, term)
        elif term.known < 0:
            total = new.add("subtract", (total, _whole(new, Product(-term.known, term.factors))))
        else:
            total = new.add("add", (total, _whole(new, term)))
    assert total is not None  # noqa: S101
    return total


def _terms(reader: Reader, number: int, numbers: Numbers, through: Through) -> list[Product]:
    """The terms of a sum as products of values of the new program."""
    found = []
    for term, sign in reader.terms(number):
        part = reader.product(term, through) if through(term) else None
        part = part or Product(1.0, Counter([term]))
        found.append(Product(sign * part.known, Counter(numbers[i] for i in part.factors.elements())))
    return found
