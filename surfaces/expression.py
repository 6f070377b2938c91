"""Surfaces from a formula typed by a user, such as ``"sin(3*u)*cos(v) + 0.1*u**2"``.

The text is parsed with Python's `ast` and every node is held against a list of what is allowed; what
comes out is a short program for a stack machine. Nothing of the text is ever handed to `eval`.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from autograd.messages import shorten, unknown
from surfaces.surface import Point, Surface

MAX_LENGTH = 2_000
MAX_NESTING = 50

NAMES = {"u", "v", "pi", "e"}
CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "abs": abs,
}
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: lambda x: x,
}


# A constant, "u" or "v" is pushed; a function takes its arity from the stack and pushes its value.
Program: TypeAlias = tuple[float | str | tuple[Callable[..., Any], int], ...]


class ExpressionError(ValueError):
    """An expression was refused; the message names the offending piece and its column, from 1."""


@dataclass(frozen=True)
class Expression:
    """A formula in u and v, called like any other: with floats, arrays or Tensors.

    Args:
        text: numbers, ``u``, ``v``, ``pi``, ``e``, the operators ``+ - * / **``, parentheses, and the
            functions of `FUNCTIONS`.

    Raises:
        ExpressionError: naming what is not allowed, and where.

    >>> Expression("u**2 + sin(pi*v)")(np.array([1.0, 3.0]), 0.5)
    array([ 2., 10.])
    """

    text: str
    _program: Program = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_program", _compile(self.text))

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


def expression_surface(text: str, u_range: Point, v_range: Point) -> Surface:
    """The surface z = `text` over the given ranges, named after its text.

    Its heights are read off a grid; its start is a quarter of the way in from the lower corner.

    Raises:
        ExpressionError: if the text is not allowed.
        ValueError: if the formula is not finite everywhere on a grid over the ranges.

    >>> expression_surface("u**2 + v**2", (-1, 1), (-1, 1)).z_range
    (0.0, 2.0)
    """
    formula = Expression(text)
    if not all(math.isfinite(high - low) for low, high in (u_range, v_range)):
        raise ValueError(
            f"u_range and v_range must be finite and of finite width, got {u_range} and {v_range}"
        )
    u, v = np.meshgrid(np.linspace(*u_range, 65), np.linspace(*v_range, 65))
    with np.errstate(all="ignore"):
        z = np.broadcast_to(formula(u, v), u.shape)
    bad = np.argwhere(~np.isfinite(z))
    if bad.size:
        i, j = bad[0]
        raise ValueError(
            f"expression {shorten(text)!r} is {z[i, j]} at u = {u[i, j]:g}, v = {v[i, j]:g}; "
            "it must be finite all over u_range and v_range"
        )
    start = (0.75 * u_range[0] + 0.25 * u_range[1], 0.75 * v_range[0] + 0.25 * v_range[1])
    return Surface(
        name=text,
        formula=formula,
        u_range=u_range,
        v_range=v_range,
        z_range=(float(z.min()), float(z.max())),
        start=start,
        source="an expression",
    )


def _compile(text: str) -> Program:
    """The program of an expression, in postfix order; iterative, so that long sums do not recurse."""
    program: list[Any] = []
    used: set[str] = set()
    pending: list[ast.AST | tuple[Callable[..., Any], int, ast.AST]] = [_parse(text)]
    while pending:
        node = pending.pop()
        match node:
            case (function, int(arity), ast.AST() as origin):
                _emit(program, function, arity, origin, text)
            case ast.Constant(value=bool() | str() | bytes() | complex() | None):
                raise _refusal(text, node, "is not a real number")
            case ast.Constant(value=int() | float()):
                program.append(_number(text, node))
            case ast.Name(id="u" | "v" as name):
                used.add(name)
                program.append(name)
            case ast.Name(id=name):
                if name not in CONSTANTS:
                    raise _refusal(text, node, f"is not allowed: {unknown('name', name, sorted(NAMES))}")
                program.append(CONSTANTS[name])
            case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATORS:
                pending += [(OPERATORS[type(operation)], 2, node), right, left]
            case ast.UnaryOp(op=operation, operand=operand) if type(operation) in OPERATORS:
                pending += [(OPERATORS[type(operation)], 1, node), operand]
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
                pending += [(FUNCTIONS[name], 1, node), argument]
            case _:
                raise _refusal(text, node, _reason(node))
    if not used:
        raise ExpressionError(f"expression {shorten(text)!r} at column 1 uses neither u nor v")
    return tuple(program)


def _parse(text: str) -> ast.AST:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"expression {shorten(text)!r} has {len(text)} characters; at most {MAX_LENGTH} are allowed, "
            f"so column {MAX_LENGTH + 1} is the first too many"
        )
    depth = 0
    for column, character in enumerate(text, 1):
        depth += (character == "(") - (character == ")")
        if depth > MAX_NESTING:
            raise ExpressionError(
                f"'(' at column {column} is nested deeper than {MAX_NESTING} levels, the most that is allowed"
            )
    for column, character in enumerate(text, 1):
        # After a # Python would take what follows for a comment and leave it out.
        if character in "#\0":
            raise ExpressionError(f"{character!r} at column {column} is not allowed")
    line, indent = _one_line(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on pieces that are refused in any case
            return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        offset = error.offset or len(line) + 1
        piece = (line[offset - 1 :].split() or ["the end"])[0]
        raise ExpressionError(f"{shorten(piece)!r} at column {offset + indent}: {error.msg}") from None
    except (MemoryError, RecursionError):
        raise ExpressionError(f"expression {shorten(text)!r} at column 1 is nested too deep") from None
    except ValueError as error:
        raise ExpressionError(f"expression {shorten(ascii(text))} at column 1 is no text: {error}") from None


def _one_line(text: str) -> tuple[str, int]:
    """`text` without its indent, each line break and tab made a space, and how long the indent was."""
    line = "".join(" " if character.isspace() else character for character in text)
    return line.lstrip(), len(line) - len(line.lstrip())


def _emit(program: list[Any], function: Callable[..., Any], arity: int, node: ast.AST, text: str) -> None:
    """Append a function's instruction, or its value where its operands are constants."""
    operands = program[-arity:]
    if not all(isinstance(x, float) for x in operands):
        program.append((function, arity))
        return
    with np.errstate(all="ignore"):
        value = float(function(*map(np.float64, operands)))
    if not math.isfinite(value):
        raise _refusal(text, node, f"is {value}, not a finite number")
    program[-arity:] = [value]


def _number(text: str, node: ast.Constant) -> float:
    try:
        value = float(node.value)  # type: ignore[arg-type]
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise _refusal(text, node, "is too large for a float64")
    return value


def _reason(node: Any) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            return f"is not allowed: {name} takes one argument"
        case ast.Call(func=ast.Name(id=name)):
            return f"is not allowed: {unknown('function', name, FUNCTIONS)}"
        case ast.BinOp(op=ast.BitXor()):
            return "is not allowed: write ** for a power, not ^"
        case ast.Attribute():
            return "is not allowed: attributes cannot be used"
        case _:
            allowed = [*sorted(NAMES), "+ - * / **", *FUNCTIONS]
            return f"is not allowed; use numbers, {', '.join(allowed)}"


def _refusal(text: str, node: Any, reason: str) -> ExpressionError:
    line, indent = _one_line(text)
    piece = ast.get_source_segment(line, node) or line
    column = len(line.encode()[: node.col_offset].decode()) + indent + 1
    return ExpressionError(f"{shorten(piece)!r} at column {column} {reason}")
