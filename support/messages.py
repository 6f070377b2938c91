"""The wording of error messages: how they show names, values and other errors on one line.

It is in the lowest room, since every other one needs it.
"""

from __future__ import annotations

import difflib
import reprlib
import unicodedata
from collections.abc import Iterable

_LONGEST = 200  # characters of a message that is not ours


class _Repr(reprlib.Repr):
    """Python's short form, also of integers too long to convert to decimal digits."""

    def repr_int(self, value: int, level: int) -> str:
        try:
            return super().repr_int(value, level)
        except ValueError:
            return f"an integer of {value.bit_length():,} bits"


_REPR = _Repr()


def unknown(kind: str, name: object, allowed: Iterable[str]) -> str:
    """The message for a name that is not among the allowed ones, with the nearest of them if one is close.

    >>> unknown("surface", "funki", ["funky", "slope"])
    "unknown surface 'funki'; did you mean 'funky'? Allowed: funky, slope"
    >>> unknown("surface", "funki", [])
    "unknown surface 'funki': there is none"
    """
    names = list(allowed)
    if not names:
        return f"unknown {kind} {shown(name)}: there is none"
    lower = {known.lower(): known for known in names}
    near = difflib.get_close_matches(str(name).lower(), lower, n=1)
    hint = f"did you mean {lower[near[0]]!r}? Allowed" if near else "allowed"
    return f"unknown {kind} {shown(name)}; {hint}: {', '.join(names)}"


def shown(value: object) -> str:
    """A value for a message: short, and on one line.

    >>> shown({"key": "a" * 99})
    "{'key': 'aaaaaaaaaaaa...aaaaaaaaaaaaa'}"
    """
    try:
        text = _REPR.repr(value)
    except BaseException:  # noqa: BLE001 (of a user's class)
        text = f"<{class_name(value)} object>"
    return shorten(text, _LONGEST)


def shorten(text: object, limit: int = 40) -> str:
    """`text` on one line, with its middle cut out if it is longer than `limit` characters.

    >>> shorten("a" * 30 + "z" * 30, 11)
    'aaaaa…zzzzz'
    """
    line = printable(" ".join(str(text).split()))
    half = (limit - 1) // 2
    return line if len(line) <= limit else f"{line[:half]}…{line[-half:]}"


def printable(text: object) -> str:
    r"""`text` with control characters, line breaks and direction marks as backslash escapes.

    Untrusted text is then safe to show in a terminal, a figure or a log: it can neither move the cursor,
    change a colour, nor reorder letters.

    >>> print(printable("sgd\x1b[31m, \u202egda"))
    sgd\x1b[31m, \u202egda
    """
    line = str(text)
    if line.isprintable():
        return line
    return "".join(
        letter if letter.isprintable() or unicodedata.category(letter) == "Zs" else ascii(letter)[1:-1]
        for letter in line
    )


def message_of(error: BaseException) -> str:
    """An error's message on one line, shortened; an error of a user's class may fail to give one."""
    try:
        text = str(error)
    except BaseException as another:  # noqa: BLE001
        text = f"(its message raises {class_name(another)})"
    return shorten(text, _LONGEST)


def class_name(value: object) -> str:
    """The name of a value's class, whatever its metaclass answers.

    >>> class_name(KeyError())
    'KeyError'
    """
    name = type.__dict__["__name__"].__get__(type(value))
    return shorten(name, _LONGEST)
