"""Regrouped products: fewer operations, the same numbers."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiling import Arrays, Floats, Points
from autograd.program import POINTS, Operation, Program, Simplify
from autograd.regrouping import regrouped
from autograd.tracing import Symbol
from tests.autograd.graphs import written

ROWS = st.tuples(
    st.sampled_from(["multiply", "multiply", "multiply", "add", "subtract", "negative", "known"]),
    st.integers(0, 30),
    st.integers(0, 30),
)


def count(program: Program, *names: str) -> int:
    """How many operations there are, of some names."""
    live = [program.values[number] for number in program.live()]
    return sum(isinstance(x, Operation) and (not names or x.name in names) for x in live)


def program_of(rows: list[tuple[str, int, int]], simplify: Simplify = Simplify.FREELY) -> Program:
    """Random sums and products of three inputs; its last values are the outputs."""
    program = Program(simplify)
    values = [program.add_input(()) for _ in range(3)]
    for name, i, j in rows:
        a, b = values[i % len(values)], values[j % len(values)]
        if name == "known":
            values.append(program.add("multiply", (a, program.add_constant((j - 14.5) / 7))))
        else:
            values.append(program.add(name, (a,) if name == "negative" else (a, b)))
    program.outputs = values[-3:]
    return program


@given(st.lists(ROWS, max_size=40))
def test_numbers_stay_the_same(rows: list[tuple[str, int, int]]) -> None:
    """To rounding, measured against the same sums of the terms' sizes: so much may cancel out."""
    program, x = program_of(rows), (0.7, -1.3, 0.4)
    found, expected = Arrays(regrouped(program)).call(*x), Arrays(program).call(*x)
    sizes = program_of([("add" if name == "subtract" else name, i, j) for name, i, j in rows])
    bounds = np.abs(Arrays(sizes).call(*map(abs, x)))
    for y, z, bound in zip(found, expected, bounds, strict=True):
        if abs(bound) < 1e100:
            assert abs(y - z) <= 1e-12 * (1 + max(bound, abs(z)))


@given(st.lists(ROWS, max_size=40))
def test_there_are_no_more_multiplications_than_before(rows: list[tuple[str, int, int]]) -> None:
    program = program_of(rows)
    assert count(regrouped(program), "multiply") <= count(program, "multiply") + 3  # one for each output


@given(st.lists(ROWS, max_size=30))
def test_what_must_stay_exact_stays(rows: list[tuple[str, int, int]]) -> None:
    program = program_of(rows, Simplify.EXACTLY)
    assert regrouped(program) is program


@pytest.mark.parametrize(
    ("function", "operations"),
    [
        (lambda x, y, z: [x * y * z, y * (z * y)], 3),  # y z, x (y z), y (y z)
        (lambda x, y, z: x * z - y * z, 2),  # (x - y) z
        (lambda x, y, z: x * z * 2.0 - z * y * x, 3),  # x z (2 - y)
        (lambda x, y, z: x * y + z + x * z + x * x, 4),  # x (y + z + x) + z
        (lambda x, y, z: 0.7 * (x - 3.0 * y), 3),  # which is 0 where x = 3 y; 0.7 x - 2.1 y would not be
        (lambda x, y, z: 3.0 * (x + y), 2),
        (lambda x, y, z: x * x * x * x, 2),
        (lambda x, y, z: [np.exp(-2.0 * x * y), x * y * z], 4),
        (lambda x, y, z: -(x * y) * z, 3),
    ],
)
def test_how_many_operations_are_left(function: Any, operations: int) -> None:
    assert count(regrouped(written(function, (), (), ()))) == operations


def test_truths_are_no_numbers() -> None:
    program = written(lambda x, y: y - 1.0 * (x > 0) * (x < 1), POINTS, POINTS)
    x, y = np.array([-1.0, 0.5, 2.0]), np.array([5.0, 6.0, 7.0])
    np.testing.assert_array_equal(Points(program).call(x, y)[0], [5.0, 5.0, 7.0])
    single = written(lambda x, y: y - 1.0 * (x > 0) * (x < 1), (), ())
    assert Floats(single).call(0.5, 6.0) == (5.0,)


def test_numbers_for_all_points_are_no_points() -> None:
    program = written(lambda x, a, b: [a * x * b, x * (b * a) + b * x], POINTS, (), ())
    x = np.array([1.0, 2.0])
    first, second = Points(program).call(x, 3.0, 5.0)
    np.testing.assert_array_equal(first, 15 * x)
    np.testing.assert_array_equal(second, 20 * x)


@pytest.mark.parametrize("k", range(1, 60))
def test_what_cancels_out_cancels_out(k: int) -> None:
    single = written(lambda x, y: np.abs(0.7 * (x - 3.0 * y)), (), ())
    assert Floats(single).call(3.0 * k, float(k)) == (0.0,)


@pytest.mark.parametrize(
    "step",
    [lambda y, x: y * x + 0.5, lambda y, x: y * x, lambda y, x: y + x * (0.5 * x), lambda y, x: y - x * y],
)
def test_the_time_for_chains_grows_with_their_length(step: Any) -> None:
    def seconds(length: int) -> float:
        program = Program()
        y, x = (Symbol(program, program.add_input(())) for _ in range(2))
        for _ in range(length):
            y = step(y, x)
        program.outputs = [y.number]
        begun = time.process_time()
        regrouped(program)
        return time.process_time() - begun

    seconds(100)
    assert seconds(4000) < 12 * max(seconds(1000), 0.02)  # sixteen times it would be, and more


def test_long_programs_are_regrouped_in_time_that_grows_with_them() -> None:
    """A product of a thousand factors, and a thousand products with two factors in common."""
    chain = Program()
    x = [chain.add_input(()) for _ in range(1000)]
    whole = x[0]
    for y in x[1:]:
        whole = chain.add("multiply", (whole, y))
    chain.outputs = [whole]
    assert count(regrouped(chain)) == 999
    many = Program()
    x = [many.add_input(()) for _ in range(1000)]
    shared = many.add_input(()), many.add_input(())
    many.outputs = [many.add("multiply", (many.add("multiply", (y, shared[0])), shared[1])) for y in x]
    begun = time.process_time()
    assert count(regrouped(many)) == 1001
    assert time.process_time() - begun < 20
