"""Formulas typed by a user, such as ``"sin(3*u)*cos(v) + 0.1*u**2"``, read without running them.

`support.formulas` holds every piece to `surfaces.vocabulary`, which has all that a formula may be written
with, and makes a program of it. Here the text becomes a tree, and what is refused is said with its column.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from typing import Any

from support.formulas import NotAllowedError, PostfixProgram, program, run
from support.messages import shorten
from surfaces import vocabulary
from surfaces.vocabulary import VOCABULARY

MAX_LENGTH = 2_000
MAX_NESTING = 50


class ExpressionError(ValueError):
    """An expression was refused; the message names the offending piece and its column, from 1."""


@dataclass(frozen=True)
class Expression:
    """A formula in u and v, called like any other: with floats, arrays or Tensors.

    Args:
        text: numbers, ``u`` and ``v`` or ``x`` and ``y``, ``pi``, ``e``, the operators ``+ - * / % **``,
            parentheses, and the functions of `surfaces.vocabulary`. ``where(condition, a, b)`` is a where the
            condition holds and b elsewhere; conditions are comparisons, chained or joined by ``and``, ``or``
            and ``not``. ``^``, ``²``, ``π``, ``·`` and the like are understood.

    Raises:
        ExpressionError: naming what is not allowed, and where.

    >>> import numpy as np
    >>> Expression("u**2 + sin(pi*v)")(np.array([1.0, 3.0]), 0.5)
    array([ 2., 10.])
    >>> Expression("where(0 < x < 1, x², y)")(np.array([0.5, 2.0]), 7.0)
    array([0.25, 7.  ])
    """

    text: str
    _program: PostfixProgram = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_program", _Reader(self.text).program())

    def __call__(self, u: Any, v: Any) -> Any:
        """The value at (u, v)."""
        return run(self._program, {"u": u, "v": v})


class _Reader:
    """Reads an expression's text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._origins = vocabulary.plainly(text)

    def program(self) -> PostfixProgram:
        """The program.

        Raises:
            ExpressionError: if the text is not allowed.
        """
        try:
            written = program(self._parse(), VOCABULARY)
        except NotAllowedError as error:
            raise self._refusal(error.node, error.reason) from None
        if not {"u", "v"} & {item for item in written if isinstance(item, str)}:
            raise ExpressionError(f"expression {shorten(self._text)!r} at column 1 uses neither u nor v")
        return written

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
