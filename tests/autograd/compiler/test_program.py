"""Programs: what they hold, how they print, and what writing an operation down makes shorter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd.array_rules import Shape
from autograd.compiler.program import POINTS, Input, NotElementwiseError, Operation, Program, Simplify
from autograd.compiler.tracing import Symbol, as_number, lowered, trace, with_half_angles
from tests.autograd.graphs import rule

choose: Any = np.where  # whose type knows no symbols


def written(function: Callable[..., Any], shapes: tuple[Shape, ...] = ((), ()), **settings: Any) -> Program:
    """The program of a function that gives one value, or several in a list."""
    program, _, results = trace(function, shapes, settings.get("simplify", Simplify.FREELY))
    results = results if isinstance(results, list) else [results]
    program.outputs = [as_number(program, result) for result in results]
    return program


def short(program: Program) -> str:
    """The live operations of a program, by name and constants, as one line."""
    words = []
    for number in program.live():
        value = program.values[number]
        if isinstance(value, Operation):
            constants = [program.constant(i) for i in value.inputs]
            words.append(" ".join([value.name, *(f"{c:g}" for c in constants if c is not None)]))
    return ", ".join(words)


def test_a_program_prints_as_a_list_of_operations() -> None:
    program = written(lambda x, y: np.sum(x * y, axis=0) + np.array([1.0, 2.0]), ((3, 2), (2,)))
    assert str(program).splitlines() == [
        "t0 = input 0",
        "t1 = input 1",
        "t2 = multiply t0 t1",
        "t3 = sum t2 axis=0 keepdims=False",
        "t4 = constant of shape (2,)",
        "t5 = add t3 t4",
        "return t5",
    ]
    indexed = written(lambda x: x[np.arange(100)], ((200,),))
    assert len(str(indexed).splitlines()) == 3


def test_a_program_is_data() -> None:
    program = written(lambda x, y: np.sin(x) * y)
    assert program.values == [
        Input(0), Input(1), Operation("sin", (0,)), Operation("multiply", (1, 2)),
    ]  # fmt: skip
    assert (program.inputs, program.outputs, program.shapes) == ([0, 1], [3], [()] * 4)


SIMPLER: dict[str, tuple[Callable[..., Any], str]] = {
    "written twice": (lambda x, y: np.sin(x + y) / np.sin(y + x), "add, sin, divide"),
    "equal products": (lambda x, y: np.exp(x * y) - np.log(y * x), "multiply, exp, log, subtract"),
    "constants": (lambda x, _: x + np.sin(0 * 2.0) * 3.0, ""),
    "constants in symbols": (lambda x, _: np.cos(choose(True, 0.0, x)) * 2 + x, "add 2"),
    "plus zero": (lambda x, y: (x + 0) * (0.0 + y), "multiply"),
    "minus zero": (lambda x, y: (x - 0) * y, "multiply"),
    "from zero": (lambda x, _: 0 - x, "negative"),
    "times one": (lambda x, y: (x * 1) + (1.0 * y) / 1, "add"),
    "times minus one": (lambda x, _: x * -1, "negative"),
    "power of one": (lambda x, y: x**1 + y, "add"),
    "squares": (lambda x, _: x**2, "multiply"),
    "cubes": (lambda x, _: x**3, "multiply, multiply"),
    "fourths": (lambda x, _: x**4.0, "multiply, multiply"),
    "fifths": (lambda x, _: x**5, "power 5"),
    "roots": (lambda x, _: x**0.5, "sqrt"),
    "reciprocals": (lambda x, _: x**-1, "divide 1"),
    "squares of reciprocals": (lambda x, _: x**-2, "multiply, divide 1"),
    "squares by name": (lambda x, _: rule("square", x), "multiply"),
    "factors": (lambda x, _: 2 * x * 3 * -1, "multiply -6"),
    "factors within": (lambda x, y: (2 * x) * (y * 3), "multiply, multiply 6"),
    "quotients": (lambda x, _: x / 4 / 2, "multiply 0.125"),
    "factors of a quotient": (lambda x, y: (3 * x) / (y + 1), "add 1, divide, multiply 3"),
    "minus minus": (lambda x, _: np.negative(-x) + 1, "add 1"),
    "plus minus": (lambda x, y: x + (-y), "subtract"),
    "minus and minus": (lambda x, y: x - (-y), "add"),
    "a negated difference": (lambda x, y: -(x - y), "subtract"),
    "twice": (lambda x, y: (x + y) + (y + x), "add, multiply 2"),
    "a known condition": (lambda x, y: choose(True, x, y) * choose(False, x, y), "multiply"),
    "the same either way": (lambda x, y: np.where(x > y, x * y, y * x), "multiply"),
    "a part of one number": (lambda x, y: x[()] * y[...], "multiply"),
    "the sum of one number": (lambda x, y: np.sum(x) * np.mean(y), "multiply"),
    "nothing": (lambda x, _: x, ""),
    "what is not used": (lambda x, y: [np.sin(y), x + y][1], "add"),
}  # fmt: skip


@pytest.mark.parametrize("case", SIMPLER)
def test_writing_makes_it_shorter(case: str) -> None:
    function, expected = SIMPLER[case]
    program = written(function)
    assert short(program) == expected
    assert short(program.simplified(Simplify.FREELY)) == expected


KEPT: dict[str, Callable[..., Any]] = {
    "times zero may be nan": lambda x, _: x * 0,
    "a difference of equals may be nan": lambda x, _: x - x,
    "a quotient of equals may be nan": lambda x, _: x / x,
    "great factors may overflow": lambda x, _: x * 1e200 * 1e-200,
    "zero to a power": lambda x, y: x**y,
    "a truth as a number": lambda x, y: 1.0 * (x > y),
    "the difference of truths": lambda x, y: 1.0 * (x > y) - 1.0 * (y > x),
    "minus zero and zero": lambda x, _: np.maximum(x, 0.0) * np.minimum(x, -0.0),
}


@pytest.mark.parametrize("case", KEPT)
def test_writing_keeps(case: str) -> None:
    program = written(KEPT[case])
    assert len(program.live()) == len(program.values)


def test_told_to_stay_exact_it_rounds_as_written() -> None:
    def function(x: Any, y: Any) -> Any:
        return (x + 0) * 3 / 7 * 5 - (-(y**2)) + y * y

    exactly = written(function, simplify=Simplify.EXACTLY)
    assert short(exactly) == "multiply 3, divide 7, multiply 5, multiply, add, add"
    kept = written(function, simplify=Simplify.NOT)
    assert (
        short(kept) == "add 0, multiply 3, divide 7, multiply 5, power 2, negative, subtract, multiply, add"
    )
    assert short(kept.simplified(Simplify.EXACTLY)) == short(exactly)


def test_settings_tell_operations_apart() -> None:
    first = np.zeros(5000, dtype=int)
    second = first.copy()
    second[2500] = 1  # where numpy prints dots

    def function(x: Any) -> Any:
        return [np.sum(x[first] - x[second]), np.sum(x[first] - x[first.copy()]), x[1:2] - x[True]]

    program = written(function, ((2,),))
    assert [line.split()[2] for line in str(program).splitlines()].count("getitem") == 4


def test_a_program_keeps_arrays_and_lists_as_they_are_when_it_is_written() -> None:
    array, index = np.array([1.0, 2.0]), [0]
    program = written(lambda x: x[index] + array, ((2,),))
    array[0] = index[0] = 7
    assert "index=[0]" in str(program)
    (constant,) = [value for value in program.values if not isinstance(value, Input | Operation)]
    np.testing.assert_array_equal(constant.value, [1.0, 2.0])


def test_equal_arrays_are_one_constant() -> None:
    program = written(lambda x: x + np.ones(3) - np.ones(3) + np.ones((1, 3)), ((3,),))
    assert sum("constant" in line for line in str(program).splitlines()) == 2


def test_known_numbers_are_floats_and_truths() -> None:
    program = Program()
    values = [
        1,
        True,
        np.float32(1),
        np.int8(1),
        np.array(1),
        np.True_,
        np.array(True),
        1.0,
        -0.0,
        0.0,
        np.nan,
    ]
    numbers = [program.add_constant(value) for value in values]
    assert numbers == [0, 1, 0, 0, 0, 1, 1, 0, 2, 3, 4]
    assert {type(program.values[number].value) for number in numbers} == {float, bool}  # type: ignore[union-attr]


SHAPES: list[tuple[Callable[..., Any], tuple[Shape, ...]]] = [
    (lambda a, b: a + b, ((3, 1), (4,))),
    (lambda a, b: a @ b, ((3,), (3,))),
    (lambda a, b: a @ b, ((3,), (3, 2))),
    (lambda a, b: a @ b, ((2, 3), (3,))),
    (lambda a, b: a @ b, ((5, 2, 3), (3, 4))),
    (lambda a, b: a @ b, ((3,), (5, 3, 2))),
    (lambda a, b: a @ b, ((5, 1, 2, 3), (4, 3, 2))),
    (lambda a, b: a @ b, ((2, 0), (0, 3))),
    (lambda a, b: np.sum(a, axis=1, keepdims=True) * b, ((2, 3), ())),
    (lambda a, b: np.concatenate([a, b], axis=1), ((2, 3), (2, 1))),
    (lambda a, b: np.stack([a, b], axis=-1), ((2, 3), (2, 3))),
    (lambda a, b: np.reshape(a, (-1, 2))[:, 0] + b, ((2, 3), (1,))),
    (lambda a, b: np.transpose(a, (1, 2, 0))[..., None] + b, ((2, 3, 4), ())),
    (lambda a, b: np.where(a > 0, a, b), ((2, 1), (3,))),
]  # fmt: skip


@pytest.mark.parametrize(("function", "shapes"), SHAPES)
def test_shapes_are_numpys(function: Callable[..., Any], shapes: tuple[Shape, ...]) -> None:
    program = written(function, shapes)
    assert program.shapes[program.outputs[0]] == np.shape(function(*map(np.ones, shapes)))


def test_shapes_that_do_not_fit_are_refused_when_it_is_written() -> None:
    for function in (lambda a, b: a + b, lambda a, b: a @ b, lambda a, b: np.concatenate([a, b])):
        with pytest.raises(ValueError, match=r"shape|dimension"):
            written(function, ((2, 3), (2, 4)))
    for shape in ((), (3,)):
        with pytest.raises(IndexError):
            written(lambda a: a[3], (shape,))


def test_points_are_only_for_what_is_elementwise() -> None:
    assert written(lambda a, b: np.sin(a) * b + 1, (POINTS, ())).shapes[-1] == POINTS
    for function in (np.sum, np.shape, len, lambda a: a[0], lambda a: a + np.ones(3), lambda a: a @ a):
        with pytest.raises(NotElementwiseError):
            written(function, (POINTS,))


def test_lowered_to_a_few_operations_it_computes_the_same() -> None:
    names = {
        "exp",
        "add",
        "divide",
        "negative",
        "multiply",
        "where",
        "less_equal",
        "maximum",
        "log1p",
        "minimum",
    }

    def function(x: Any, y: Any) -> Any:
        return rule("sigmoid", x) + rule("relu", y)

    low = lowered(written(function), names)
    assert short(low) == "negative, exp, add 1, divide 1, maximum 0, add"


def test_sine_and_cosine_of_one_argument_are_taken_from_one_tangent() -> None:
    def function(x: Any, y: Any) -> Any:
        return [np.sin(x + y) * np.cos(y + x), np.sin(x), np.cos(y)]

    program = with_half_angles(written(function))
    assert short(program).split(", ").count("tan") == 1
    assert sorted({"sin", "cos"} & set(short(program).split(", "))) == ["cos", "sin"]
    for text in (short(program), short(written(function))):
        assert text.count("sin") + text.count("cos") == (2 if "tan" in text else 4)


def test_half_angles_are_as_good_as_numpys_sine_and_cosine() -> None:
    # In units of the last place of 1: a shift of the argument by its own last place moves them as much.
    special = np.arange(-40, 41) * np.pi / 4
    x = np.concatenate(
        [special, special + 1e-9, np.linspace(-1e3, 1e3, 9999), [1e5, -1e10, 1e22, 0.0, 1e-300]]
    )
    w = 2.0 / (1.0 + np.tan(x * 0.5) ** 2)
    np.testing.assert_allclose(w - 1.0, np.cos(x), rtol=0, atol=1e-15)
    np.testing.assert_allclose(np.tan(x * 0.5) * w, np.sin(x), rtol=1e-14, atol=1e-300)


def test_ten_thousand_operations_are_no_deeper_than_ten() -> None:
    def function(x: Any, y: Any) -> Any:
        power, chain, quotient = x, x, x
        for i in range(2000):
            power = -(2.0 * power) * y
            chain = chain * 1.5
            quotient = 0.5 * quotient / y / 3
            x = np.sin(x * 1.5) - (-y) + float(i)
        return [power, chain, quotient, x]

    program = written(function)
    assert len(program.live()) < 16_000
    assert len(program.values) < 40_000


def test_a_symbol_answers_for_its_shape() -> None:
    program = Program()
    symbol = Symbol(program, program.add_input((2, 3)))
    assert (symbol.shape, symbol.ndim, symbol.size, len(symbol)) == ((2, 3), 2, 6, 2)
    assert np.shape(symbol) == (2, 3)
    assert repr(symbol) == "<value 0 of a traced program>"
