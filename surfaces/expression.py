"""Formulas typed by a user, such as ``"sin(3*u)*cos(v) + 0.1*u**2"``, read without running them.

The text is parsed with Python's `ast` and every node is held against a list of what is allowed; what
comes out is a short program for a stack machine. Nothing of the text is ever handed to `eval`.
`surfaces.vocabulary` has all that a formula may be written with.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from support.messages import shorten
from surfaces import vocabulary
from surfaces.vocabulary import ALIASES, COMPARISONS, CONSTANTS, FUNCTIONS, JOINS, OPERATORS, VARIABLES

MAX_LENGTH = 2_000
MAX_NESTING = 50

# A constant, "u" or "v" is pushed; a function takes its arity from the stack and pushes its value.
Function: TypeAlias = Callable[..., Any]
Program: TypeAlias = tuple[float | str | tuple[Function, int], ...]
NUMBER, CONDITION = "number", "condition"


class ExpressionError(ValueError):
    """An expression was refused; the message names the offending piece and its column, from 1."""


@dataclass(frozen=True)
class Expression:
    """A formula in u and v, called like any other: with floats, arrays or Tensors.

    Args:
        text: numbers, ``u`` and ``v`` or ``x`` and ``y``, ``pi``, ``e``, the operators ``+ - * / % **``,
            parentheses, and the functions of `surfaces.vocabulary`. ``where(condition, a, b)`` is a where the
            condition holds and b elsewhere; conditions are comparisons, chained or joined by ``and``, ``or``
            and ``not``. ``^``, ``²``, ``π``, ``·`` and their like are read as they are meant.

    Raises:
        ExpressionError: naming what is not allowed, and where.

    >>> Expression("u**2 + sin(pi*v)")(np.array([1.0, 3.0]), 0.5)
    array([ 2., 10.])
    >>> Expression("where(0 < x < 1, x², y)")(np.array([0.5, 2.0]), 7.0)
    array([0.25, 7.  ])
    """

    text: str
    _program: Program = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_program", _Compiler(self.text).program())

    def __call__(self, u: Any, v: Any) -> Any:
        """The value at (u, v)."""
        stack: list[Any] = []
        for instruction in self._program:
            if isinstance(instruction, float):
                stack.append(instruction)
            elif isinstance(instruction, str):
                stack.append(u if instruction == "u" else v)
            else:
                function, arity = instruction
                stack[-arity:] = [function(*stack[-arity:])]
        return stack[0]


class _Compiler:
    """Makes the program of an expression, in postfix order; iterative, so that long sums do not recurse."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._origins = vocabulary.plainly(text)
        self._program: list[Any] = []
        # What is still to be written: nodes with what they must be, and the functions of their values.
        self._pending: list[tuple[ast.AST, str] | tuple[Function, int, ast.AST]] = []

    def program(self) -> Program:
        """The program.

        Raises:
            ExpressionError: if the text is not allowed.
        """
        self._pending.append((self._parse(), NUMBER))
        while self._pending:
            item = self._pending.pop()
            if len(item) == 3:
                self._emit(*item)
            elif item[1] == NUMBER:
                self._number(item[0])
            else:
                self._condition(item[0])
        if not {"u", "v"} & {item for item in self._program if isinstance(item, str)}:
            raise ExpressionError(f"expression {shorten(self._text)!r} at column 1 uses neither u nor v")
        return tuple(self._program)

    def _call(self, function: Function, node: ast.AST, operands: list[Any], kind: str = NUMBER) -> None:
        """Write the operands, and then the function of them."""
        self._pending.append((function, len(operands), node))
        self._pending += [(operand, kind) for operand in reversed(operands)]

    def _number(self, node: ast.AST) -> None:
        match node:
            case ast.Constant(value=bool() | str() | bytes() | complex() | None):
                raise self._refusal(node, "is not a real number")
            case ast.Constant(value=int() | float() as value):
                self._program.append(self._float(node, value))
            case ast.Name(id=name) if name in VARIABLES:
                self._program.append(VARIABLES[name])
            case ast.Name(id=name) if name in CONSTANTS:
                self._program.append(CONSTANTS[name])
            case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATORS:
                self._call(OPERATORS[type(operation)], node, [left, right])
            case ast.UnaryOp(op=operation, operand=operand) if type(operation) in OPERATORS:
                self._call(OPERATORS[type(operation)], node, [operand])
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                self._function(node, ALIASES.get(name, name), arguments)
            case _:
                raise self._refusal(node, _reason(node))

    def _function(self, node: ast.AST, name: str, arguments: list[ast.expr]) -> None:
        if name not in FUNCTIONS:
            raise self._refusal(node, _reason(node))
        if starred := next((each for each in arguments if isinstance(each, ast.Starred)), None):
            raise self._refusal(starred, _reason(starred))
        function, fewest, most, words = vocabulary.signature(name)
        if not fewest <= len(arguments) <= most:
            raise self._refusal(node, f"is not allowed: {name} takes {words}")
        self._call(function, node, list(arguments))
        if name == vocabulary.WHERE:
            self._pending[-1] = (arguments[0], CONDITION)

    def _condition(self, node: ast.AST) -> None:
        match node:
            case ast.Compare(left=left, ops=signs, comparators=rest) if {*map(type, signs)} <= {*COMPARISONS}:
                chain = vocabulary.condition_on([COMPARISONS[type(sign)] for sign in signs])
                self._call(chain, node, [left, *rest])
            case ast.BoolOp(op=join, values=values):
                self._call(vocabulary.joined(JOINS[type(join)]), node, values, CONDITION)
            case ast.BinOp(left=left, op=join, right=right) if type(join) in JOINS:
                self._call(JOINS[type(join)], node, [left, right], CONDITION)
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                self._call(np.logical_not, node, [operand], CONDITION)
            case _:
                raise self._refusal(node, "is no condition: write a comparison, as u > 0")

    def _emit(self, function: Function, arity: int, node: ast.AST) -> None:
        """Write a function's instruction, or its value where its operands are constants."""
        operands = self._program[-arity:]
        if isinstance(node, ast.Compare) or not all(isinstance(x, float) for x in operands):
            self._program.append((function, arity))
            return
        with np.errstate(all="ignore"):
            value = float(function(*map(np.float64, operands)))
        if not math.isfinite(value):
            raise self._refusal(node, f"is {value}, not a finite number")
        self._program[-arity:] = [value]

    def _float(self, node: ast.AST, number: float) -> float:
        try:
            value = float(number)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self._refusal(node, "is too large for a float64")
        return value

    def _parse(self) -> ast.AST:
        self._require_small()
        for column, character in enumerate(self._text, 1):
            # After a # Python would take what follows for a comment and leave it out.
            if character in "#\0":
                raise ExpressionError(f"{character!r} at column {column} is not allowed")
        line = self._line
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # on pieces that are refused in any case
                return ast.parse(line, mode="eval").body
        except SyntaxError as error:
            offset = (error.offset or len(line) + 1) - 1
            column = self._column(offset)
            piece = (self._text[column - 1 :].split() or ["the end"])[0]
            reason = vocabulary.misspelt(line[:offset], line[offset:], error.msg)
            raise ExpressionError(f"{shorten(piece)!r} at column {column}: {reason}") from None
        except (MemoryError, RecursionError):
            raise ExpressionError(
                f"expression {shorten(self._text)!r} at column 1 is nested too deep"
            ) from None
        except ValueError as error:
            raise ExpressionError(
                f"expression {shorten(ascii(self._text))} at column 1 is no text: {error}"
            ) from None

    def _require_small(self) -> None:
        text, depth = self._text, 0
        if len(text) > MAX_LENGTH:
            raise ExpressionError(
                f"expression {shorten(text)!r} has {len(text)} characters; at most {MAX_LENGTH} are allowed, "
                f"so column {MAX_LENGTH + 1} is the first too many"
            )
        for column, character in enumerate(text, 1):
            depth += (character == "(") - (character == ")")
            if depth > MAX_NESTING:
                raise ExpressionError(
                    f"'(' at column {column} is nested deeper than {MAX_NESTING} levels, the most that is "
                    "allowed"
                )

    def _column(self, index: int) -> int:
        """The column in the text, from 1, of a letter of the line; or of what follows its last letter."""
        return self._origins[index] + 1 if index < len(self._origins) else len(self._text) + 1

    def _refusal(self, node: Any, reason: str) -> ExpressionError:
        line = self._line.encode()
        first, last = (len(line[:end].decode()) for end in (node.col_offset, node.end_col_offset))
        column = self._column(first)
        piece = self._text[column - 1 : self._origins[last - 1] + 1]
        return ExpressionError(f"{shorten(piece)!r} at column {column} {reason}")


def _reason(node: Any) -> str:
    """Why a node is refused where a number is expected, and what to write instead."""
    match node:
        case ast.Name(id=name):
            reason = vocabulary.no_name(name)
        case ast.Attribute(attr=name) | ast.Call(func=ast.Attribute(attr=name)):
            reason = f"write {name} alone" if vocabulary.is_known(name) else "attributes cannot be used"
        case ast.Compare() | ast.BoolOp() | ast.IfExp() | ast.UnaryOp(op=ast.Not()):
            reason = "a condition has its place in where(condition, a, b)"
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
            reason = "& and | join conditions in where, each in parentheses"
        case ast.BinOp(op=ast.FloorDiv()):
            reason = "write floor(a / b) for a // b"
        case ast.Tuple():
            reason = "a number has a decimal point, as 0.5, and a formula one value"
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name not in VARIABLES and name not in CONSTANTS:
            reason = vocabulary.no_function(name)
        case ast.Call(keywords=[]):
            reason = "write a product with *, as 2*(u + v)"
        case ast.Call():
            reason = "arguments have no names here"
        case _:
            allowed = [*VARIABLES, *CONSTANTS, "+ - * / % **", *FUNCTIONS]
            return f"is not allowed; use numbers, {', '.join(allowed)}"
    return f"is not allowed: {reason}"
