"""Results may be written over arguments: the numbers are the same, whatever lies in whose memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiler.compiled import Points
from autograd.compiler.program import POINTS, Program, Simplify
from autograd.compiler.tracing import as_number, trace
from tests.autograd.cases import Array
from tests.autograd.graphs import WILD, Graph, evaluate, graphs, written

NUMBERS = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.25, 1e-200, 1e200, np.inf, -np.inf, np.nan)


def in_place(program: Program, over: dict[int, int], arguments: list[Any]) -> list[Array]:
    """The results, those of `over` in the memory of their arguments."""
    code = Points(program, over)
    length = next(len(x) for x in arguments if np.ndim(x))
    given = [np.array(x) if np.ndim(x) else x for x in arguments]
    results = [given[over[k]] if k in over else np.empty(length) for k in range(len(program.outputs))]
    with np.errstate(all="ignore"):
        code.block(*given, *results, *code.buffers(length))
    read = [i for i in range(len(given)) if np.ndim(given[i]) and i not in over.values()]
    for i in read:  # the others are nobody's to write
        np.testing.assert_array_equal(given[i], arguments[i])
    return results


@st.composite
def programs(draw: st.DrawFn) -> tuple[Program, dict[int, int], list[Any]]:
    """A program of three arrays and a number, which results go over which arguments, and the arguments."""
    graph: Graph = draw(graphs(WILD, 12))
    program, symbols, _ = trace(
        lambda *_: None, (POINTS, POINTS, POINTS, ()), draw(st.sampled_from(Simplify))
    )
    with np.errstate(all="ignore"):
        nodes = evaluate(WILD, graph, *symbols)
    # Of all nodes, arguments and what many steps read among them; some more than once.
    wanted = draw(st.lists(st.integers(0, len(nodes) - 1), min_size=1, max_size=5))
    program.outputs = [as_number(program, nodes[i]) for i in wanted]
    arguments = draw(st.permutations(range(3)))
    results = draw(st.permutations(range(len(wanted))))
    over = dict(zip(results, arguments[: draw(st.integers(1, 3))], strict=False))
    length = draw(st.integers(0, 5))
    rows = st.lists(st.sampled_from(NUMBERS), min_size=length, max_size=length).map(np.array)
    return program, over, [*(draw(rows).astype(np.float64) for _ in range(3)), draw(st.sampled_from(NUMBERS))]


@given(programs())
def test_any_program_gives_the_same_over_its_arguments(
    drawn: tuple[Program, dict[int, int], list[Any]],
) -> None:
    program, over, arguments = drawn
    apart = in_place(program, {}, arguments)
    for result, expected in zip(in_place(program, over, arguments), apart, strict=True):
        np.testing.assert_array_equal(result, expected)
        np.testing.assert_array_equal(np.signbit(result), np.signbit(expected))


@given(programs())
def test_the_code_serves_where_the_arrays_are_not_the_same(
    drawn: tuple[Program, dict[int, int], list[Any]],
) -> None:
    program, over, arguments = drawn
    code, length = Points(program, over), len(arguments[0])
    results = [np.empty(length) for _ in program.outputs]
    with np.errstate(all="ignore"):
        code.block(*arguments, *results, *code.buffers(length))
    for result, expected in zip(results, in_place(program, {}, arguments), strict=True):
        np.testing.assert_array_equal(result, expected)


# Results, over which arguments they go, and what makes it hard.
HARD: dict[str, tuple[Any, dict[int, int]]] = {
    "an argument moves on to the next place": (lambda x, y, z: [x, y], {0: 1, 1: 2}),
    "it moves on, the other way round": (lambda x, y, z: [y, x], {0: 2, 1: 1}),
    "two change places": (lambda x, y, z: [y, x], {0: 0, 1: 1}),
    "three go round": (lambda x, y, z: [y, z, x], {0: 0, 1: 1, 2: 2}),
    "three go round, and one is computed": (lambda x, y, z: [y, z, x, x + y], {0: 0, 1: 1, 2: 2}),
    "two change places, and one is wanted twice": (lambda x, y, z: [y, x, y], {0: 0, 1: 1, 2: 2}),
    "one stays": (lambda x, y, z: [x, x + y], {0: 0, 1: 1}),
    "a result is read after its argument": (lambda x, y, z: [2 * x, np.sin(np.exp(2 * x + x))], {0: 0}),
    "it is read much later": (
        lambda x, y, z: [2 * x, np.exp(np.sin(2 * x + x) + 1.0) + np.sqrt(np.exp(y)), x * z],
        {0: 0, 2: 1},
    ),
    "a choice of the argument itself": (
        lambda x, y, z: [np.where(x > 1, y, x), np.where(y > 1, x, y)],
        {0: 0},
    ),
    "an argument that decides": (lambda x, y, z: [np.where(x, y, z)], {0: 0}),
    "a result that is another": (lambda x, y, z: [x + y, x + y, z], {0: 1, 1: 0, 2: 2}),
}  # fmt: skip


@pytest.mark.parametrize("hard", HARD)
def test_hard_ones(hard: str) -> None:
    function, over = HARD[hard]
    program = written(function, POINTS, POINTS, POINTS)
    arguments = list(np.random.default_rng(3).normal(size=(3, 7)) * 2)
    with np.errstate(all="ignore"):
        expected = function(*arguments)
    for result, wanted in zip(in_place(program, over, arguments), expected, strict=True):
        np.testing.assert_allclose(result, wanted, rtol=1e-13)


def test_a_result_goes_over_its_argument_without_a_copy() -> None:
    # p - lr m with m = b m + g: what an optimizer does, whose arrays are as long as its parameters.
    def rule(g: Any, p: Any, m: Any, lr: Any) -> list[Any]:
        m = 0.9 * m + g
        return [p - lr * m, m]

    code = Points(written(rule, POINTS, POINTS, POINTS, ()), {0: 1, 1: 2})
    assert "copyto" not in code.source
