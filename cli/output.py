"""The target of `-o`: a file, whose suffix decides the format, or the standard output."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer

from support.whole_files import require_writable

_TEXT = {".csv", ".json", ".svg"}  # a terminal can show these


def is_piped(output: Path | None) -> bool:
    """Whether `-o` names the standard output: `-`, or `-.json` to choose a format."""
    return output is not None and output.name in {"-", f"-{output.suffix}"} and output.parent == Path()


@contextlib.contextmanager
def destination(output: Path | None, formats: Collection[str], piped: str) -> Iterator[Path | None]:
    """The file to write to: `output`, or one that is copied to the standard output once it is written.

    Args:
        output: the value of `-o`; None if it was left out, which yields None.
        formats: the suffixes allowed.
        piped: the suffix that `-` stands for.

    Raises:
        typer.BadParameter: if the suffix is not allowed, or binary data would go to a terminal.
        OSError: if `output` is a folder, or its parent is not one. A folder without write permission raises
            only on writing, so that a command can show its results first.
    """
    if output is None or not is_piped(output):
        if output is not None:
            _require(output.suffix.lower() in formats, f"must end in {', '.join(formats)}, got {output}")
            with contextlib.suppress(PermissionError):
                require_writable(output)
        yield output
        return
    suffix = output.suffix.lower() or piped
    _require(suffix in formats, f"must be - or end in {', '.join(formats)}, got {output}")
    is_shown = suffix in _TEXT or not sys.stdout.isatty()
    _require(is_shown, f"{suffix} is no text for a terminal: send it to a file or a program")
    with TemporaryDirectory() as folder:
        file = Path(folder, f"output{suffix}")
        yield file
        sys.stdout.flush()
        sys.stdout.buffer.write(file.read_bytes())
        sys.stdout.buffer.flush()


def changes(given: dict[str, Any]) -> str:
    """What options change of a race, for the names of files made of it: no two changes have the same name.

    Args:
        given: the values of the options that were given, by their names.

    >>> changes({"surface": "rosenbrock", "steps": 50}), changes({})
    ('-surface=rosenbrock-steps=50', '')
    """
    return "".join(f"-{name}={_in_a_name(value)}" for name, value in given.items())


def _in_a_name(value: Any) -> str:
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    plain = re.sub(r"[^\w.,+-]+", "_", text)[:40]
    return plain if plain == text else f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _require(fulfilled: bool, reason: str) -> None:
    if not fulfilled:
        raise typer.BadParameter(reason, param_hint="--output")
