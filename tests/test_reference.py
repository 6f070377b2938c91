"""The reference has every public name, and each docstring in it has arguments, errors and an example."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import re
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from tests.docs_conf import load_conf

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
DOORS = {
    "autograd": "autograd.md",
    "optimizers": "optimizers.md",
    "optimizers.schedules": "schedules.md",
    "surfaces": "surfaces.md",
    "networks": "networks.md",
    "networks.datasets": "datasets.md",
    "races": "races.md",
    "comparison": "comparison.md",
    "evolution": "evolution.md",
    "views.figures": "figures.md",
    "scenes": "scenes.md",
}
CONF = load_conf()
NAMES = [(door, name) for door in DOORS for name in importlib.import_module(door).__all__]
DOCUMENTED = [
    (door, name)
    for door, name in NAMES
    if inspect.isclass(found := getattr(importlib.import_module(door), name)) or inspect.isfunction(found)
]


def page(door: str) -> str:
    """The page of a door as Sphinx reads it."""
    content = [(REFERENCE / DOORS[door]).read_text(encoding="utf-8")]
    CONF.read_page(None, f"reference/{door}", content)
    return content[0]


def arguments(found: Any) -> list[str]:
    """The names that a docstring has to explain."""
    kind = found if inspect.isclass(found) else type(found)
    if issubclass(kind, enum.Enum | BaseException):
        return []
    return list(found.model_fields if issubclass(kind, BaseModel) else inspect.signature(found).parameters)


def raises(found: Any) -> bool:
    """Whether a function, or the making of a class's instance, raises in its own code."""
    bodies = [found]
    if inspect.isclass(found):
        bodies = [vars(found)[name] for name in ("__init__", "__post_init__", "check") if name in vars(found)]
    for body in bodies:
        try:
            source = textwrap.dedent(inspect.getsource(inspect.unwrap(getattr(body, "__func__", body))))
        except OSError:  # what dataclasses and pydantic have written
            continue
        if any(isinstance(node, ast.Raise) for node in ast.walk(ast.parse(source))):
            return True
    return False


def missing(found: Any) -> list[str]:
    """What a docstring lacks."""
    text = inspect.getdoc(found) or ""
    lacks = [
        name for name in arguments(found) if not re.search(rf"^    {name}(, \w+)*: ", text, re.MULTILINE)
    ]
    lacks += ["Raises"] if raises(found) and "\nRaises:\n" not in text else []
    is_error = inspect.isclass(found) and issubclass(found, BaseException)
    return (
        lacks + (["an example"] if not is_error and ">>> " not in text else []) + ([] if text else ["text"])
    )


def test_every_door_has_a_page() -> None:
    root = REFERENCE.parents[1]
    beside = {"cli", "tests", "benchmarks"}
    rooms = [path.parent for path in root.glob("[a-z]*/__init__.py") if path.parent.name not in beside]
    files = [file for room in rooms for file in room.rglob("__init__.py")]
    doors = [
        file for file in files if re.search(r"^ *__all__ = ", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert {".".join(file.parent.relative_to(root).parts) for file in doors} == set(DOORS)


@pytest.mark.parametrize("door", DOORS)
def test_a_page_has_the_names_of_its_door_and_no_others(door: str) -> None:
    listed = re.findall(
        rf"^\.\. (?:auto\w+|py:data):: (?:{re.escape(door)}\.)?(\w+)", page(door), re.MULTILINE
    )
    assert sorted(listed) == sorted(importlib.import_module(door).__all__)
    assert f".. currentmodule:: {door}\n" in page(door)


@pytest.mark.parametrize(("door", "name"), DOCUMENTED, ids=[f"{door}.{name}" for door, name in DOCUMENTED])
def test_arguments_errors_and_an_example_are_documented(door: str, name: str) -> None:
    assert missing(getattr(importlib.import_module(door), name)) == []


@pytest.mark.parametrize("door", DOORS)
def test_what_is_neither_class_nor_function_is_described_on_the_page(door: str) -> None:
    module = importlib.import_module(door)
    for name in set(module.__all__) - {name for where, name in DOCUMENTED if where == door}:
        if isinstance(found := getattr(module, name), ModuleType):
            assert found.__doc__
        else:
            (text,) = re.findall(rf"^\.\. py:data:: {name}\n((?:\n|   .*\n)+)", page(door), re.MULTILINE)
            assert ">>> " in text


def incomplete(x: float, y: float) -> float:
    """Adds.

    Args:
        x: a number.
    """
    if x < y:
        raise ValueError
    return x + y


def test_an_incomplete_docstring_is_caught() -> None:
    assert missing(incomplete) == ["y", "Raises", "an example"]
