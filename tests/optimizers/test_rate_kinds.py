"""Whether a learning rate is a number, a schedule or a watcher of the loss: `optimizers.rate` alone asks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from optimizers.schedules import SCHEDULES

ROOT = Path(__file__).parents[2]
ROOMS = ("support", "autograd", "optimizers", "surfaces", "networks", "races", "views", "scenes", "cli")
KINDS = {
    "Rate",
    "Watcher",
    "Schedule",
    "Entry",
    "is_schedule",
    *(kind.__name__ for kind in SCHEDULES.values()),
}
LEARNING_RATES = {"lr", "rate", "learning_rate", "rates"}
ASKING = {"isinstance", "issubclass", "callable", "hasattr", "type"}
# A chain's parts are its settings, and are asked whether they are schedules at all; so is what has a table.
ALLOWED = {"optimizers/rate.py", "optimizers/schedules/chained.py", "optimizers/schedules/schedule.py"}
# What is called here is a surface's function, or one whose gradient is asked for.
FUNCTIONS = {"races/user_surface.py", "autograd"}


def words(node: ast.AST) -> set[str]:
    """Names, attributes and keys in an expression."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "ast":
            return set()  # whose Constant is another
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found.add(part.value)
    return found


def asks(source: str, functions: bool = False) -> list[int]:
    """The lines that ask for a learning rate's kind.

    Args:
        source: of a module.
        functions: whether it may ask if something else is a function.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name, given = node.func.id, [words(argument) for argument in node.args]
            about = given[:1] and not given[0].isdisjoint(LEARNING_RATES)
            kind = given[1:] and not given[1].isdisjoint(KINDS)
            asking = name in ASKING and (about or kind or (name == "callable" and not functions))
            if asking or name == "is_schedule":
                found.append(node.lineno)
        elif isinstance(node, ast.MatchClass) and not words(node.cls).isdisjoint(KINDS):
            found.append(node.lineno)
    return found


def test_no_other_module_asks() -> None:
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name not in ALLOWED:
                functions = name in FUNCTIONS or room in FUNCTIONS
                found += [f"{name}:{line}" for line in asks(path.read_text(encoding="utf-8"), functions)]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "isinstance(lr, Watcher)",
        "isinstance(value, Schedule | Watcher)",
        "isinstance(racer.rate, (float, int))",
        "isinstance(settings['lr'], float)",
        "issubclass(kind, ReduceLROnPlateau)",
        "x = lr(step) if callable(lr) else lr",
        "callable(value)",
        "callable(self.rate)",
        "is_schedule(value)",
        "hasattr(rate, 'table')",
        "type(lr) is float",
        "match value:\n    case Watcher():\n        pass",
        "match value:\n    case schedules.Cosine(start=0.1):\n        pass",
    ],
)
def test_a_planted_question_is_caught(line: str) -> None:
    assert len(asks(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "rate.value(terms, step)",
        "rate_of(lr)",
        "isinstance(value, float)",
        "Cosine(start=0.1, steps=9)",
        "lr is None",
        "hasattr(value, 'table')",
    ],
)
def test_anything_else_is_let_through(line: str) -> None:
    assert asks(line) == []
    assert asks("callable(function)", functions=True) == []
