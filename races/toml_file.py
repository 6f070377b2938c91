"""Reads a TOML file, possibly from a stranger: files that would exhaust the machine are not parsed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from support.messages import shorten

MOST_BYTES = 4_000_000  # a list of 100,000 starts; takes some seconds to parse
MOST_PARTS = 16  # of a dotted key: tomllib takes quadratic time, 40 s for 40,000 parts

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_-])(?:{_PART}\.[ \t]*){{{MOST_PARTS}}}{_PART}")


class SpecError(ValueError):
    """A race was refused; the message is one line: file, key, the value given, what is allowed."""


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file in UTF-8.

    Raises:
        SpecError: if the file is missing, too large, or not TOML.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise SpecError(f"{path}: must have at most {MOST_BYTES:,} bytes")
        text = content.decode("utf-8-sig")
        if long := _LONG_KEY.search(text):
            key = shorten(long[0])
            raise SpecError(f"{path}: a dotted key must have at most {MOST_PARTS} parts, got {key}")
        return tomllib.loads(text)
    except OSError as error:
        raise SpecError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: not a text file in UTF-8") from None
    except SpecError:
        raise
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        raise SpecError(f"{path}: not valid TOML: {shorten(error, 120)}") from None
