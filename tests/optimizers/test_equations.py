"""The equations that optimizers state; `tests.scenes.test_inside_the_step` holds them to their rules."""

from __future__ import annotations

import ast
import inspect

import pytest

from optimizers import OPTIMIZERS, Optimizer
from optimizers.equations import GRADIENT, LETTERS, Quantity, UpdateLine, as_text, letters
from support.formulas import parse

KINDS = pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
# Besides hyperparameters and what lines before have given: numbers of the step, the Hessian, L-BFGS's pairs.
KNOWN = {"grad", "p", "t", "lr", "delta", "H", "I", "y"}
FUNCTIONS = {
    "sqrt",
    "sign",
    "abs",
    "max",
    "clip",
    "where",
    "dot",
    "inv",
    "exp",
    "bfgs",
    "search",
    "network",
    "momentum",
}


def names(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


@KINDS
def test_a_condition_is_on_hyperparameters_of_the_optimizer(kind: type[Optimizer]) -> None:
    for line in kind.equations:
        assert names(line.when) <= {*kind.defaults()}
        line.holds(kind.defaults())


@KINDS
def test_every_name_of_an_equation_is_known(kind: type[Optimizer]) -> None:
    known = KNOWN | FUNCTIONS | {*letters(kind.defaults())} | {parse(line.text)[0] for line in kind.equations}
    for line in kind.equations:
        assert names(line.text) | names(line.first) <= known | {"s"}


@KINDS
def test_it_begins_with_the_gradient_and_ends_with_the_step(kind: type[Optimizer]) -> None:
    lines = [line for line in kind.equations if line.quantity is not Quantity.CONSTANT]
    shown = [line for line in lines if line.holds(kind.defaults())]
    assert shown[0] is GRADIENT
    assert [line.quantity for line in shown].count(Quantity.POSITION) == 1
    assert shown[-1].quantity is Quantity.POSITION


@KINDS
def test_the_docstring_has_the_equations_and_says_what_each_letter_is(kind: type[Optimizer]) -> None:
    text = inspect.getdoc(kind) or ""
    assert "{equations}" not in text
    if kind.__name__ == "LBFGS":  # which states its algorithm
        return
    block = as_text(kind.equations, "    ")
    assert block in text
    words = text.replace(block, "").replace(",", " ").replace(".", " ").replace(":", " ").split()
    used = set().union(*(names(line.text) | names(line.first) for line in kind.equations))
    for name in kind.defaults():
        for letter in LETTERS.get(name, (name,)):
            assert letter in words or letter not in used


def test_the_docstring_of_a_class_without_equations_stays_as_it_is() -> None:
    class Stepless(Optimizer):
        """Says {equations}."""

    assert Stepless.__doc__ == "Says {equations}."


def test_a_line_holds_where_its_condition_does() -> None:
    line = UpdateLine("x = x", "", when="momentum and not nesterov and max_iter > 1")
    settings = {"momentum": 0.9, "nesterov": False, "max_iter": 2}
    assert line.holds(settings)
    for change in ({"momentum": 0.0}, {"nesterov": True}, {"max_iter": 1}):
        assert not line.holds(settings | change)
