"""Compiled programs: the code of each emitter, what it answers, its blocks, its threads, its names."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import value_and_grad
from autograd.array_rules import Shape
from autograd.compiler import emit_arrays, emit_blocks, emit_floats
from autograd.compiler.compiled import Arrays, Floats, Points
from autograd.compiler.program import POINTS, Program, Simplify
from autograd.compiler.tracing import as_number, trace
from autograd.rules import RULES
from surfaces import SURFACES
from tests.autograd.elementwise_cases import SPANS
from tests.autograd.graphs import SHAPED, SMOOTH, WILD, evaluate, written


def lines(code: Floats | Points | Arrays) -> list[str]:
    return [line.strip() for line in code.source.splitlines()]


def test_code_for_floats_reads_like_a_formula() -> None:
    code = Floats(written(lambda x, y: [np.sin(x) ** 2 + y / x, y > x], (), ()))
    assert code.source == (
        "def compute(x0, x1):\n"
        "    try:\n"
        "        t2 = sin(x0)\n"
        "        y0 = (t2 * t2) + (x1 / x0)\n"
        "        y1 = x1 > x0\n"
        "    except failures:\n"
        "        (y0, y1) = careful(x0, x1)\n"
        "    return (y0, y1)\n"
    )


def test_code_for_points_writes_into_buffers() -> None:
    code = Points(written(lambda x, y: np.where(x > y, np.exp(x * y), 2.0), POINTS, POINTS))
    assert code.source == (
        "def compute(x0, x1, y0, b, m):\n"
        "    # c0 = 2.0\n"
        "    m0, = m\n"
        "    b0, = b\n"
        "    greater(x0, x1, m0)\n"
        "    multiply(x0, x1, b0)\n"
        "    exp(b0, b0)\n"
        "    copyto(y0, c0)\n"
        "    copyto(y0, b0, where=m0)\n"
    )


def test_code_for_arrays_calls_the_rows_of_the_table() -> None:
    code = Arrays(written(lambda x: np.sum(x[:, 1:] * np.ones(2), axis=0), (4, 3)))
    assert code.source == (
        "def compute(x0):\n"
        "    t1 = getitem(x0, index=(slice(None, None, None), slice(1, None, None)))\n"
        "    t3 = multiply(t1, c0)\n"
        "    t4 = sum(t3, axis=0, keepdims=False)\n"
        "    y0 = t4\n"
        "    return (y0,)\n"
    )


def test_code_for_points_takes_sine_and_cosine_from_one_tangent() -> None:
    slope = value_and_grad(lambda u, v: np.sin(u * v) * np.cos(u * v))
    slope(np.ones(2), np.ones(2))
    assert slope.source.count("tan(") == 1
    assert not re.search(r"\b(sin|cos)\(", slope.source)


OURS = re.compile(
    r"^(([xytcbm]\d+)|[bm]|compute|failures|careful|otherwise|type|float|array|slice|Ellipsis|inf|nan)$"
)
TABLES = (emit_floats.NAMES, emit_blocks.NAMES, emit_arrays.NAMES)


def names(source: str) -> set[str]:
    """Every identifier in a source."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                found.add(name)
            case ast.keyword(arg=str() as name):
                found.add(name)
            case ast.Constant(value=value):
                assert isinstance(value, int | float | bool | None)
            case ast.Attribute() | ast.Import() | ast.ImportFrom() | ast.Lambda():
                raise AssertionError(source)
    return found


def assert_ours(source: str) -> None:
    known = {"axis", "axes", "keepdims", "index", "shape", "where", "out"}.union(*TABLES)
    assert {name for name in names(source) if not OURS.match(name)} <= known


def odd(__import__: Any, os: Any = 1.0, *, system: str = "'); import os; ('") -> Any:  # noqa: A002
    """A function whose every name and text would do harm in a source."""
    eval_, breakpoint_ = {"}]); exit(": __import__ * 2}, [system]
    return eval_["}]); exit("] * len(breakpoint_) * np.sin(os)


class Count(int):
    """An int that prints as code."""

    def __repr__(self) -> str:
        return "exit()"


class Pair(tuple[Any, ...]):
    """A tuple that prints as code."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "exit()"


def test_sources_hold_names_of_ours_and_numbers_and_nothing_else() -> None:
    arrays = (np.ones((2, 3)), np.ones(4))
    for function in (odd, *(surface.formula for surface in SURFACES.values())):
        for arguments in ((0.3, 0.4), (np.ones(3), np.ones(3)), (np.ones((2, 1)), np.ones(3))):
            code = value_and_grad(function)
            code(*arguments)
            assert_ours(code.source)
            assert not {"os", "system", "exit", "eval_"} & names(code.source)
    for steps, inputs in ((SHAPED, arrays), (WILD, (0.5, 2.0)), (SMOOTH, (arrays[0], arrays[0]))):
        for step in range(len(steps)):
            code = value_and_grad(
                lambda x, y, step=step, steps=steps: np.sum(evaluate(steps, [(step, 0, 1)], x, y)[-1])
            )
            code(*inputs)
            assert_ours(code.source)


def test_settings_with_a_print_of_their_own_are_not_printed() -> None:
    def function(x: Any) -> Any:
        return np.sum(x[Pair((Count(1), slice(Count(0), None)))] + np.sum(x, axis=Count(0))[Count(1)])

    code = value_and_grad(function)
    assert code(np.arange(6.0).reshape(2, 3))[0] == 3.0 + 4.0 + 5.0 + 3 * 5.0
    assert "exit" not in code.source


def test_the_code_sees_no_builtins() -> None:
    for code in (Floats(written(np.sin, ())), Points(written(np.sin, POINTS)), Arrays(written(np.sum, (3,)))):
        inner: Any = getattr(code, "block", getattr(code, "_call", code.call))
        assert inner.__globals__["__builtins__"] == {}


WRITTEN = {name for name, rule in RULES.items() if hasattr(rule.forward, "__code__")}
UFUNCS: Any = {name: getattr(np, name, None) for name in RULES} | {"where": np.frompyfunc(str, 3, 1)}


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.elementwise])
def test_every_elementwise_row_is_emitted(name: str) -> None:
    count = RULES[name].forward.__code__.co_argcount if name in WRITTEN else UFUNCS[name].nin
    lows, highs = np.transpose(SPANS.get(name, ((0.1, 3.0),) * count))
    points = np.random.default_rng(0).uniform(lows, highs, (50, count)).T
    points[:, 0] = points[0, 0]  # equal numbers

    def program(shape: Shape) -> Program:
        program = Program()
        inputs = [program.add_input(shape) for _ in range(count)]
        program.outputs = [program.add(name, inputs)]
        return program

    expected = RULES[name].forward(*points)
    (found,) = Points(program(POINTS)).call(*points)
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    numbers = [Floats(program(())).call(*point)[0] for point in points.T.tolist()]
    np.testing.assert_allclose(numbers, expected, rtol=1e-15)
    (again,) = Arrays(program((50,))).call(*points)
    np.testing.assert_array_equal(again, expected)


OUTSIDE: dict[str, tuple[Callable[..., Any], tuple[float, ...]]] = {
    "log(-1)": (np.log, (-1.0,)),
    "log(0)": (np.log, (0.0,)),
    "exp(1000)": (np.exp, (1000.0,)),
    "1/0": (lambda x: 1 / x, (0.0,)),
    "1/-0": (lambda x: 1 / x, (-0.0,)),
    "0/0": (lambda x, y: x / y, (0.0, 0.0)),
    "sqrt(-1)": (np.sqrt, (-1.0,)),
    "sqrt(0)": (np.sqrt, (0.0,)),
    "0**-1": (lambda x: x**-1.5, (0.0,)),
    "(-8)**0.5": (lambda x, y: x**y, (-8.0, 0.5)),
    "sin(inf)": (np.sin, (math.inf,)),
    "cosh(1000)": (np.cosh, (1000.0,)),
    "10**400": (lambda x, y: x**y, (10.0, 400.0)),
    "nan": (lambda x: x * np.sin(x), (math.nan,)),
    "log(1e-400)": (lambda x: np.log(x * 1e-200), (1e-200,)),
    "log1p(-1)": (np.log1p, (-1.0,)),
    "the other branch": (lambda x: np.where(x > 0, np.log(x), x), (-1.0,)),
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_outside_its_domain_a_function_is_inf_or_nan_as_eagerly(case: str) -> None:
    function, point = OUTSIDE[case]
    for arguments in (point, tuple(np.array([x, x]) for x in point)):
        value, slopes = value_and_grad(function)(*arguments)
        expected, others = value_and_grad(function, engine="eager")(*arguments)
        np.testing.assert_array_equal(value, expected)
        np.testing.assert_array_equal(slopes, others)
        assert type(value) is type(expected)


def test_results_of_floats_are_floats() -> None:
    def function(x: Any, y: Any) -> list[Any]:
        return [
            x > y,
            x,
            np.float64(2.0),
            3,
            True,
            np.where(x > y, x, y),
            x * np.float32(0.5),
            np.logical_and(x, y),
        ]

    program = written(function, (), ())
    program.outputs = [program.add("multiply", (y, program.add_constant(1.0))) for y in program.outputs]
    for results in (Floats(program).call(2.0, 1.0), Floats(program)._carefully(2.0, 1.0)):
        assert results == (1.0, 2.0, 2.0, 3.0, 1.0, 2.0, 1.0, 1.0)
        assert {type(result) for result in results} == {float}


def test_what_is_no_float_goes_elsewhere() -> None:
    seen: list[Any] = []
    code = Floats(written(np.multiply, (), ()), "y0", lambda *arguments: seen.append(arguments))
    assert code.call(2.0, 3.0) == 6.0
    for arguments in ((2, 3.0), (2.0, np.float64(3.0)), (np.ones(2), 1.0)):
        assert code.call(*arguments) is None
        assert seen.pop() is not None


def test_a_program_without_operations() -> None:
    program = written(lambda x, y: [y, 2.0, x, y], POINTS, POINTS)
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    results = Points(program).call(x, y)
    np.testing.assert_array_equal(results, [y, [2, 2], x, y])
    for result in results:
        np.add(result, 1.0, out=result)
    np.testing.assert_array_equal([x, y], [[1, 2], [3, 4]])
    assert Floats(written(lambda x, y: [y, 2.0, x, y], (), ())).call(1.0, 3.0) == (3.0, 2.0, 1.0, 3.0)


CONDITIONS: dict[str, Callable[..., Any]] = {
    "a truth": lambda x, y, s: np.where(x > y, x, y),
    "a number": lambda x, y, s: np.where(x, x + y, 1.0),
    "a result": lambda x, y, s: [x * y, np.where(x * y, x, y)],
    "a truth that is a result": lambda x, y, s: [x > y, np.where(x > y, x, y), np.logical_not(x > y)],
    "what all points share": lambda x, y, s: np.where(s > 1.0, x, y),
    "a number that all points share": lambda x, y, s: np.where(s, x, 2.0),
    "known, of another shape": lambda x, y, s: np.where(0.0, x * s, 2.0) + np.where(math.nan, 2.0, y),
    "a choice of truths": lambda x, y, s: np.where(np.where(x > y, x > 0, y > 0), x, y),
    "a difference of truths": lambda x, y, s: np.where(1.0 * (x > y) - 1.0 * (x > 0), x, y),
    "its own first value": lambda x, y, s: np.where(x + y, x + y, x - y),
    "its own second value": lambda x, y, s: np.where(x + y, x - y, x + y),
    "all of one": lambda x, y, s: np.where(np.exp(x), np.exp(x), np.exp(x)),
    "the second is used again": lambda x, y, s: (x * y) * np.where(x > y, x, x * y),
    "the second is shared": lambda x, y, s: np.where(x > y, x, s * 2.0),
}


@pytest.mark.parametrize("case", CONDITIONS)
def test_conditions_of_every_kind(case: str) -> None:
    x, y, shared = np.array([-1.0, 0.0, 2.0, 3.0]), np.array([2.0, 0.0, -1.0, math.nan]), 1.5
    expected = CONDITIONS[case](x, y, shared)
    program = written(CONDITIONS[case], POINTS, POINTS, ())
    results = Points(program).call(x, y, shared)
    np.testing.assert_array_equal(results, expected if isinstance(expected, list) else [expected])
    floats = Floats(written(lambda *z: [1.0 * w for w in _listed(CONDITIONS[case](*z))], (), (), ()))
    for i in range(4):
        numbers = floats.call(float(x[i]), float(y[i]), shared)
        np.testing.assert_array_equal(numbers, [result[i] for result in results])


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def test_buffers_are_used_again() -> None:
    def function(x: Any) -> Any:
        y = x
        for i in range(100):
            y = np.sin(y * x) + float(i + 1)
        return y

    code = Points(written(function, POINTS))
    assert len(code.buffers(10)[0]) <= 2
    np.testing.assert_allclose(
        code.call(np.linspace(-1, 1, 7))[0], function(np.linspace(-1, 1, 7)), rtol=1e-12
    )


def test_numbers_that_all_points_share_are_computed_once() -> None:
    program = written(lambda x, s: x * np.sin(s) + np.where(s > 0, np.cos(s), s) * np.sqrt(s), POINTS, ())
    code = Points(program)
    x = np.linspace(0, 1, 10)
    np.testing.assert_allclose(
        code.call(x, 0.5)[0], x * math.sin(0.5) + math.cos(0.5) * math.sqrt(0.5), rtol=1e-14
    )
    assert "t" in {line[0] for line in lines(code)}


def test_arrays_are_nobody_elses() -> None:
    constant, x = np.array([1.0, 2.0]), np.array([3.0, 4.0])

    def function(x: Any) -> list[Any]:
        double = x * 2.0
        return [
            constant,
            x,
            double,
            double,
            np.reshape(double, (2, 1)),
            double[:1],
            np.transpose(x),
            constant,
        ]

    program, _, results = trace(function, [(2,)], Simplify.FREELY)
    program.outputs = [as_number(program, result) for result in results]
    code = Arrays(program)
    first = code.call(x)
    for i, result in enumerate(first):
        assert result.flags.writeable
        assert not any(np.shares_memory(result, other) for other in (x, constant, *first[:i]))
        np.add(result, 100.0, out=result)
    np.testing.assert_array_equal(code.call(x)[0], [1.0, 2.0])
    np.testing.assert_array_equal(code.call(x)[3], [6.0, 8.0])
    np.testing.assert_array_equal(x, [3.0, 4.0])
