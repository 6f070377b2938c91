"""Surfaces from a user's file: "mine.py:bowl" is bowl in mine.py beside race.toml.

The file is found, run and guarded like an optimizer's, by `optimizers.external.user_file`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimizers.external.user_file import run_file
from optimizers.external.user_source import OwnError, Role, Source, definitions, found
from support.messages import message_of, shown, unknown
from surfaces import SURFACES, Surface, formula_surface

RANGE = (-2.0, 2.0)  # of a formula or a plain function without ranges of its own


def load_surface(text: str, folder: Path | None, record: dict[str, Any]) -> Surface:
    """The surface that "mine.py:bowl" names.

    Args:
        text: a file's path from `folder`, and the name of a surface or a function of u and v in it.
        folder: that of the race.toml which names it; None if there is none.
        record: attributes of the surface that override the file's. A plain function without ranges has
            `RANGE`.

    Raises:
        OwnError: if the file or the formula fails: its own error, with its line.
        ValueError: if there is no such file, or an attribute is invalid.
    """
    source, name = found(text, folder, SURFACE)
    tree = source.parsed()
    names = _defined(tree)
    if name not in names:
        raise OwnError(f"{source.name}: {unknown('function or surface', name, names)}")
    value, registered = _run(source, tree, name)
    line = names[name]
    if isinstance(value, Surface):
        registered = value
    elif isinstance(value, type) or not callable(value):
        raise OwnError(
            f"{source.name}:{line}: {name} must be a function of u and v, or a Surface, got {shown(value)}"
        )
    if registered:
        return replace(registered, formula=source.guarded(registered.formula), **record)
    formula = source.guarded(value)
    try:
        given = {"u_range": RANGE, "v_range": RANGE, "source": source.name} | record
        return formula_surface(formula, what=text, name=name, **given)
    except OwnError:
        raise
    except TypeError as error:
        raise OwnError(f"{source.name}:{line}: {message_of(error)}") from error


def _defined(tree: ast.Module) -> dict[str, int]:
    """The lines of what may be surfaces, by name; the file is not run."""
    return definitions(tree, lambda node: isinstance(node, ast.FunctionDef))


SURFACE = Role("", "function", "SURFACES", "bowl", _defined)


def _run(source: Source, tree: ast.Module, name: str) -> tuple[Any, Surface | None]:
    """What a name in a file stands for, and the surface registered of it; the registry is restored."""
    with catalogue_kept():
        value = vars(run_file(source, tree)).get(name)
        registered = next((each for each in SURFACES.values() if each.formula is value), None)
    return value, registered


@contextmanager
def catalogue_kept() -> Iterator[None]:
    """Take back what a user's file registers in `SURFACES` while it is run."""
    before = dict(SURFACES)
    try:
        yield
    finally:
        SURFACES.clear()
        SURFACES.update(before)
