"""Programs as loops of machine code: their code, and numbers that are numpy's to the last bit."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest

from autograd.compiler import emit_floats, emit_loops
from autograd.compiler.compiled import Loop, Points
from autograd.compiler.program import POINTS, Operation, Program
from autograd.compiler.tracing import lowered
from tests.autograd.cases import Array
from tests.autograd.graphs import WILD, evaluate, written

SPECIAL = (0.0, -0.0, 1.0, -1.0, 2.0, 1e-310, 1e308, -1e308, math.inf, -math.inf, math.nan)
PAIRS = np.array(np.meshgrid(SPECIAL, SPECIAL)).reshape(2, -1)
EXACT = [
    step
    for step in WILD
    if emit_loops.suits(lowered(written(step, POINTS, POINTS), emit_loops.OPERATIONS))
    and isinstance(written(step, POINTS, POINTS).values[-1], Operation)
]


def simple(program: Program) -> Program:
    return lowered(program, emit_loops.OPERATIONS)


def filled(program: Program, *arguments: Any) -> list[Array]:
    """What a loop makes of arguments."""
    results = [np.full(len(arguments[0]), -7.0) for _ in program.outputs]
    Loop(simple(program)).block(*arguments, *results)
    return results


def bits(arrays: Any) -> Any:
    """The numbers as their bits, but for the sign of zero, which a maximum may choose, and nan's."""
    whole = np.where(np.isnan(arrays), math.nan, np.array(arrays) + 0.0)
    return whole.view(np.int64)


def test_code_for_loops_reads_like_a_formula() -> None:
    program = written(lambda x, y, s: [np.where(x > y, x, y * s), x * s], POINTS, POINTS, ())
    assert Loop(program, {1: 0}).source == (
        "def compute(a0, a1, x2, r0, r1):\n"
        "    for i in range(len(a0)):\n"
        "        x0 = a0[i]\n"
        "        x1 = a1[i]\n"
        "        y0 = x0 if (x0 > x1) else (x1 * x2)\n"
        "        y1 = x0 * x2\n"
        "        r0[i] = y0\n"
        "        a0[i] = y1\n"
    )


def test_the_operations_of_the_loops_are_known_to_floats() -> None:
    assert emit_loops.OPERATIONS <= emit_floats.OPERATIONS
    assert len(EXACT) >= 15


def test_numbers_are_numpys_to_the_last_bit_at_the_edges_too() -> None:
    program = written(lambda x, y: [1.0 * step(x, y) for step in EXACT], POINTS, POINTS)
    x, y = PAIRS
    np.testing.assert_array_equal(bits(filled(program, x, y)), bits(Points(program).call(x, y)))


def test_numbers_are_numpys_to_the_last_bit_in_long_formulas() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 1000)) * 10.0 ** rng.integers(-3, 3, (2, 1000))
    finite = []
    for _ in range(4):
        steps = rng.integers(0, (len(EXACT), 20, 20), (40, 3)).tolist()
        program = written(lambda x, y, s=steps: evaluate(tuple(EXACT), s, x, y)[2:], POINTS, POINTS)
        expected = Points(program).call(x, y)
        np.testing.assert_array_equal(bits(filled(program, x, y)), bits(expected))
        finite.append(np.isfinite(expected).mean())
    assert np.mean(finite) > 0.5


def test_a_product_and_a_sum_are_rounded_one_after_the_other() -> None:
    x = 1.0 + np.random.default_rng(4).uniform(size=1000)
    (rest,) = filled(written(lambda x, p: x * x - p, POINTS, POINTS), x, x * x)
    np.testing.assert_array_equal(rest, 0.0)


@pytest.mark.parametrize("length", [0, 1, 7, 100, 1001])
def test_loops_of_every_length(length: int) -> None:
    x, y = np.random.default_rng(1).normal(size=(2, length))
    first, second, third = filled(written(lambda x, y, s: [x * s, y, x - y], POINTS, POINTS, ()), x, y, 0.5)
    np.testing.assert_array_equal(first, 0.5 * x)
    np.testing.assert_array_equal(second, y)
    np.testing.assert_array_equal(third, x - y)


def test_results_may_go_over_the_arguments_that_they_are_made_from() -> None:
    program = written(lambda x, y: [x + y, x - y], POINTS, POINTS)
    x, y = np.random.default_rng(1).normal(size=(2, 1001))
    total, difference = x + y, x - y
    Loop(program, {0: 1, 1: 0}).block(x, y, y, x)
    np.testing.assert_array_equal(y, total)
    np.testing.assert_array_equal(x, difference)


def test_an_argument_that_is_only_read_may_be_read_only_and_the_array_that_is_written() -> None:
    program = written(lambda x, y: x + y, POINTS, POINTS)
    x, y = np.random.default_rng(1).normal(size=(2, 1001))
    x.setflags(write=False)
    total = x + y
    Loop(program).block(x, y, y)
    np.testing.assert_array_equal(y, total)


@pytest.mark.parametrize(
    ("function", "suits"),
    [
        (lambda x, s: np.sqrt(x) / s, True),
        (lambda x, s: np.where(s > 1.0, x, 2.0 * s), True),
        (lambda x, s: np.clip(np.sign(x), -s, s), True),
        (lambda x, s: np.exp(x), False),
        (lambda x, s: x**s, False),
        (lambda x, s: [x, s], False),
    ],
)
def test_what_is_no_loop_is_told(function: Any, suits: bool) -> None:
    assert emit_loops.suits(simple(written(function, POINTS, ()))) is suits


def test_without_numba_there_is_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ImportError):
        Loop(written(lambda x: x + 1.0, POINTS))
