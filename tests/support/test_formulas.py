"""The reader of formulas, with vocabularies of its own."""

from __future__ import annotations

import ast
import operator
from typing import Any

import numpy as np
import pytest

from support.formulas import NotAllowedError, Signature, Vocabulary, parse, program, run

SUMS = Vocabulary(operators={ast.Add: operator.add, ast.Div: np.divide}, comparisons={ast.Lt: operator.lt})


def tree(text: str) -> ast.AST:
    return ast.parse(text, mode="eval").body


def test_a_sum_of_any_length_is_computed() -> None:
    assert run(program(tree("+".join(["x"] * 900)), SUMS), {"x": 2.0}) == 1800.0


def test_constants_are_folded_and_have_to_be_finite() -> None:
    assert program(tree("1 + 2 + 4"), SUMS) == (7.0,)
    with pytest.raises(NotAllowedError, match="is inf, not a finite number"):
        program(tree("x + 1/0"), SUMS)


@pytest.mark.parametrize("text", ["x*2", "x.real", "f(x)", "x < 1", "x if x else 1", "[x]", "x and x", "-x"])
def test_what_the_vocabulary_lacks_is_refused(text: str) -> None:
    with pytest.raises(NotAllowedError, match="is not allowed") as error:
        program(tree(text), SUMS)
    assert isinstance(error.value.node, ast.AST)


def test_a_function_takes_as_many_arguments_as_it_says() -> None:
    words = Vocabulary({}, {}, functions={"f": Signature("f", max, 2, 3, "two or three")})
    assert run(program(tree("f(x, 3)"), words), {"x": 2.0}) == 3.0
    for text in ("f(x)", "f(x, x, x, x)", "f(*x, x)", "f(x, y=x)"):
        with pytest.raises(NotAllowedError):
            program(tree(text), words)


def test_a_number_is_a_condition_unless_the_vocabulary_has_a_word_against_it() -> None:
    joins: dict[type[ast.AST], Any] = {ast.And: np.logical_and}
    lenient = program(tree("x and not y"), Vocabulary({}, {}, joins), condition=True)
    assert [bool(run(lenient, {"x": 0.5, "y": y})) for y in (0, 1)] == [True, False]
    with pytest.raises(NotAllowedError, match="no condition"):
        program(tree("x and not y"), Vocabulary({}, {}, joins, no_condition="no condition"), condition=True)


def test_an_equation_is_one_assignment() -> None:
    name, right = parse("m = a + m")
    assert (name, ast.unparse(right)) == ("m", "a + m")
    for text in ("m + 1", "m[0] = 1", "import os"):
        with pytest.raises(TypeError, match="no equation"):
            parse(text)
