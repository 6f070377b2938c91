"""Formulas in Python's notation: parsed by `ast`, restricted to a vocabulary, and evaluated without `eval`.

The tree of a formula becomes a program for a stack machine, in postfix order; anything outside the vocabulary
is rejected. Nothing here is recursive, so long sums are no problem.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Function: TypeAlias = Callable[..., Any]
OperatorTable: TypeAlias = Mapping[type[ast.AST], Function]
# A number, or the value of a name, is pushed; a function takes its arity from the stack and pushes its value.
PostfixProgram: TypeAlias = tuple[float | str | tuple[Function, int], ...]


class NotAllowedError(ValueError):
    """A piece of a formula was rejected.

    Args:
        node: the piece.
        reason: why, in words that follow the piece.
    """

    def __init__(self, node: ast.AST, reason: str) -> None:
        super().__init__(reason)
        self.node, self.reason = node, reason


class Signature(NamedTuple):
    """A function that formulas may call.

    Attributes:
        name: its name in messages.
        function: the function.
        fewest: the least number of arguments.
        most: the greatest number of arguments.
        words: these numbers in words.
        conditions: how many of the arguments, from the first on, are conditions.
    """

    name: str
    function: Function
    fewest: int
    most: float
    words: str
    conditions: int = 0


@dataclass(frozen=True)
class Vocabulary:
    """What formulas may be written with.

    Attributes:
        operators: of one or two numbers, by their nodes.
        comparisons: of two numbers; they may be chained.
        joins: of two conditions or more.
        functions: by name.
        constants: by name.
        variables: by name, their names in programs; None if every other name is a variable.
        explain: why a node is rejected where a number is expected.
        no_condition: why one is rejected where a condition is expected; None if numbers other than 0 are
            true.
    """

    operators: OperatorTable
    comparisons: OperatorTable
    joins: OperatorTable = field(default_factory=dict)
    functions: Mapping[str, Signature] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    variables: Mapping[str, str] | None = None
    explain: Callable[[ast.AST], str] = lambda node: f"is not allowed: {type(node).__name__}"
    no_condition: str | None = None


@lru_cache(maxsize=1024)
def parse(equation: str) -> tuple[str, ast.expr]:
    """The name on the left of an assignment, and the expression on its right.

    Raises:
        TypeError: if it is not an assignment to a name.

    >>> parse("m = m + g")[0]
    'm'
    """
    statement = ast.parse(equation).body[0]
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        raise TypeError(f"no equation: {equation}")
    return statement.targets[0].id, statement.value


def program(node: ast.AST, vocabulary: Vocabulary, condition: bool = False) -> PostfixProgram:
    """The program that computes a formula.

    Args:
        node: the formula.
        vocabulary: what it may be written with.
        condition: whether it is a condition, and not a number.

    Raises:
        NotAllowedError: for the first piece that is not allowed, or has no finite value.

    >>> words = Vocabulary({ast.Add: np.add, ast.Mult: np.multiply}, {})
    >>> run(program(ast.parse("x + 2*3*x", mode="eval").body, words), {"x": 5.0})
    np.float64(35.0)
    """
    return _PostfixWriter(vocabulary).written(node, condition)


def run(program: PostfixProgram, values: Mapping[str, Any]) -> Any:
    """What a program computes.

    Args:
        program: from `program`.
        values: of its variables, by name.
    """
    stack: list[Any] = []
    for instruction in program:
        if isinstance(instruction, float):
            stack.append(instruction)
        elif isinstance(instruction, str):
            stack.append(values[instruction])
        else:
            function, arity = instruction
            stack[-arity:] = [function(*stack[-arity:])]
    return stack[0]


class _PostfixWriter:
    """Writes a program."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary
        self._program: list[Any] = []
        # Still to be written: nodes, each with whether it is a condition, and functions of their values.
        self._pending: list[tuple[ast.AST, bool] | tuple[Function, int, ast.AST]] = []

    def written(self, node: ast.AST, condition: bool) -> PostfixProgram:
        """The program of a node."""
        self._pending.append((node, condition))
        while self._pending:
            item = self._pending.pop()
            if len(item) == 3:
                self._emit(*item)
            elif item[1]:
                self._condition(item[0])
            else:
                self._number(item[0])
        return tuple(self._program)

    def _call(self, function: Function, node: ast.AST, operands: Sequence[ast.AST], conditions: int) -> None:
        """Write the operands, the first of them as conditions, and then the function of them."""
        self._pending.append((function, len(operands), node))
        self._pending += [(operand, i < conditions) for i, operand in enumerate(operands)][::-1]

    def _number(self, node: ast.AST) -> None:
        words = self._words
        match node:
            case ast.Constant(value=bool() | str() | bytes() | complex() | None):
                raise NotAllowedError(node, "is not a real number")
            case ast.Constant(value=int() | float() as value):
                self._program.append(_float(node, value))
            case ast.Name(id=name) if words.variables is not None and name in words.variables:
                self._program.append(words.variables[name])
            case ast.Name(id=name) if name in words.constants:
                self._program.append(words.constants[name])
            case ast.Name(id=name) if words.variables is None:
                self._program.append(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in words.operators:
                self._call(words.operators[type(op)], node, [left, right], 0)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in words.operators:
                self._call(words.operators[type(op)], node, [operand], 0)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in words.functions:
                self._function(node, words.functions[name], arguments)
            case _:
                raise NotAllowedError(node, words.explain(node))

    def _function(self, node: ast.AST, known: Signature, arguments: list[ast.expr]) -> None:
        if starred := next((each for each in arguments if isinstance(each, ast.Starred)), None):
            raise NotAllowedError(starred, self._words.explain(starred))
        if not known.fewest <= len(arguments) <= known.most:
            raise NotAllowedError(node, f"is not allowed: {known.name} takes {known.words}")
        self._call(known.function, node, arguments, known.conditions)

    def _condition(self, node: ast.AST) -> None:
        words = self._words
        match node:
            case ast.Compare(left=left, ops=signs, comparators=rest) if {*map(type, signs)} <= {
                *words.comparisons
            }:
                chain = _chained([words.comparisons[type(sign)] for sign in signs])
                self._call(chain, node, [left, *rest], 0)
            case ast.BoolOp(op=join, values=values) if type(join) in words.joins:
                self._call(_joined(words.joins[type(join)]), node, values, len(values))
            case ast.BinOp(left=left, op=join, right=right) if type(join) in words.joins:
                self._call(words.joins[type(join)], node, [left, right], 2)
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                self._call(np.logical_not, node, [operand], 1)
            case _ if words.no_condition is None:
                self._number(node)
            case _:
                raise NotAllowedError(node, words.no_condition)

    def _emit(self, function: Function, arity: int, node: ast.AST) -> None:
        """Write a function's instruction, or its value where its operands are constants."""
        operands = self._program[-arity:]
        if isinstance(node, ast.Compare) or not all(isinstance(x, float) for x in operands):
            self._program.append((function, arity))
            return
        with np.errstate(all="ignore"):
            value = float(function(*map(np.float64, operands)))
        if not math.isfinite(value):
            raise NotAllowedError(node, f"is {value}, not a finite number")
        self._program[-arity:] = [value]


def _float(node: ast.AST, number: float) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise NotAllowedError(node, "is too large for a float64")
    return value


def _chained(comparisons: list[Function]) -> Function:
    """The chain of comparisons a < b < c as a function of a, b and c, each of which is computed once."""

    def chain(*values: Any) -> Any:
        pairs = zip(comparisons, values, values[1:], strict=False)
        return reduce(np.logical_and, [compare(a, b) for compare, a, b in pairs])

    return chain


def _joined(join: Function) -> Function:
    """`join` of two conditions as a function of two or more."""
    return lambda *values: reduce(join, values)
