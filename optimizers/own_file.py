"""Optimizers from a user's file: "mine.py:Lion2" is the class Lion2 in mine.py beside race.toml.

The file is run under a name that no import statement can say, so that it can hide no module, and anew each
time, so that what has been edited is seen. Nothing is written beside it, and it is not put where modules are
looked for. Whatever goes wrong in it, then or in the race, is said in one line with the line of the file.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard

from autograd.messages import said, shown, unknown
from optimizers.optimizer import Optimizer
from optimizers.trial import (
    WrongRuleError,
    held_to_its_form,
    require_signature,
    try_rule,
    try_vector_rule,
)
from optimizers.vector import VectorOptimizer


class OwnError(ValueError):
    """A user's optimizer failed; the message is one line, which begins with its file and the line there."""


@dataclass(frozen=True)
class _Source:
    """A user's file.

    Attributes:
        name: what race.toml calls it.
        path: where it is.
    """

    name: str
    path: Path

    def refusal(self, error: BaseException, line: int | None = None) -> OwnError:
        """What to raise for an error in the file: its last line that led there, or else `line`."""
        line = self._line(error) or line
        kind = "" if isinstance(error, WrongRuleError) else type(error).__name__
        message = error.msg if isinstance(error, SyntaxError) else said(error)
        notes = "; ".join(getattr(error, "__notes__", ()))
        parts = [self.name + (f":{line}" if line else ""), kind, message + (f" ({notes})" if notes else "")]
        return OwnError(": ".join(part for part in parts if part))

    def line_of(self, function: Any) -> int | None:
        """The line at which a function begins in the file, if it stands there."""
        code = getattr(inspect.unwrap(function), "__code__", None)
        return code.co_firstlineno if code and code.co_filename == str(self.path) else None

    def _line(self, error: BaseException) -> int | None:
        if isinstance(error, SyntaxError) and error.filename == str(self.path):
            return error.lineno
        line, trace = None, error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename == str(self.path):
                line = trace.tb_lineno
            trace = trace.tb_next
        return line


def load(text: str, folder: Path | None) -> type[Optimizer]:
    """The class that "mine.py:Lion2" names; its rule has been tried on a few numbers.

    Args:
        text: a file's path from `folder`, and the name of a class in it that derives from `Optimizer` or from
            `optimizers.vector.VectorOptimizer`.
        folder: that of the race.toml which names it; None if there is none.

    Raises:
        OwnError: if the file or the rule fails: its own error, with its line.
        ValueError: if there is no such file.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.py")
    ...     _ = path.write_text("import numpy as np\\nfoo\\n")
    ...     load("mine.py:Lion2", path.parent)
    Traceback (most recent call last):
    optimizers.own_file.OwnError: mine.py:2: NameError: name 'foo' is not defined
    """
    source, name = _found(text, folder)
    tree = _parsed(source)
    module = _run(source, tree)
    lines = {node.name: node.lineno for node in tree.body if isinstance(node, ast.ClassDef)}
    kind = vars(module).get(name)
    if not _is_own(kind, module):
        own = [key for key, value in vars(module).items() if _is_own(value, module)]
        if name in lines:
            raise OwnError(f"{source.name}:{lines[name]}: {name} must derive from optimizers.Optimizer")
        if not own:
            raise OwnError(f"{source.name}: has no class that derives from optimizers.Optimizer")
        raise OwnError(f"{source.name}: {unknown('class', name, own)}")
    _try(kind, source, lines.get(name))
    _guard(kind, source)
    return kind


def _found(text: str, folder: Path | None) -> tuple[_Source, str]:
    """The file that a text names, which is there, and the name of the class in it."""
    file, _, name = text.rpartition(":")
    if not file.endswith(".py") or not name.isidentifier():
        example = " or ".join(_examples(file or text, folder))
        raise ValueError(f"optimizer must be a file and a class in it, as {example}, got {shown(text)}")
    if folder is None:
        raise ValueError(
            f"{file} is looked for beside race.toml, but this race is from none: "
            f'register the class, OPTIMIZERS["{name.lower()}"] = {name}'
        )
    return _Source(file, _path(file, folder)), name


def _path(file: str, folder: Path) -> Path:
    """Where a file is; ValueError if it is not there, or outside the folder."""
    try:
        path = (folder / file).resolve()
        if Path(file).is_absolute() or not path.is_relative_to(folder.resolve()):
            raise ValueError(f"{file} must be in the folder of race.toml, or in one below it")
        if not path.is_file():
            raise ValueError(f"{file}: no such file beside race.toml")
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise ValueError(f"{shown(file)}: {said(error)}") from None
    return path


def _examples(file: str, folder: Path | None) -> list[str]:
    """What may be meant by a file alone: the classes in it, which is not run."""
    if not file.endswith(".py"):
        return ["mine.py:Lion2"]
    try:
        tree = ast.parse(_path(file, folder).read_bytes()) if folder else ast.Module([], [])
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        tree = ast.Module([], [])
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return [f"{file}:{name}" for name in classes or ["ClassName"]]


def _parsed(source: _Source) -> ast.Module:
    try:
        return ast.parse(source.path.read_bytes(), str(source.path))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise source.refusal(error) from error


def _run(source: _Source, tree: ast.Module) -> ModuleType:
    """Run a file as a module."""
    module = ModuleType(f"own file {source.path}")
    module.__file__, module.__package__ = str(source.path), ""
    sys.modules[module.__name__] = module  # where dataclasses, typing and pickle look for it
    try:
        code = compile(tree, str(source.path), "exec", dont_inherit=True)
        exec(code, vars(module))  # noqa: S102 (race.toml names it)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise source.refusal(error) from error
    return module


def _is_own(value: Any, module: ModuleType) -> TypeGuard[type[Optimizer]]:
    """Whether it is the class of an optimizer, and stands in the module itself."""
    return isinstance(value, type) and issubclass(value, Optimizer) and value.__module__ == module.__name__


def _try(kind: type[Optimizer], source: _Source, line: int | None) -> None:
    """Raise OwnError unless a class's rule is one, and makes a few steps."""
    rule = inspect.getattr_static(kind, "rule")
    line = source.line_of(rule) or line
    try:
        if inspect.isabstract(kind):
            missing = ", ".join(sorted(kind.__abstractmethods__))
            raise WrongRuleError(f"{kind.__name__} lacks {missing}")
        if not isinstance(rule, staticmethod):
            raise WrongRuleError("the rule must be a @staticmethod")
        require_signature(rule)
        make_steps = try_rule if kind.elementwise else try_vector_rule
        make_steps(kind.rule, kind.defaults())
        _require_made(kind)
    except (Exception, SystemExit) as error:
        raise source.refusal(error, line) from error


def _require_made(kind: type[Optimizer]) -> None:
    """Raise WrongRuleError unless objects of a class are what a race takes them for."""
    base = Optimizer if kind.elementwise else VectorOptimizer
    if inspect.getattr_static(kind, "step") is not inspect.getattr_static(base, "step"):
        raise WrongRuleError(f"{kind.__name__} must leave step() as it is: a race calls the rule alone")
    if not hasattr(kind([]), "hyperparameters"):
        raise WrongRuleError(f"the __init__ of {kind.__name__} must call super().__init__")


def _guard(kind: type[Optimizer], source: _Source) -> None:
    """Make the errors of a class's methods say where in its file they come from."""
    rule, check = inspect.getattr_static(kind, "rule"), inspect.getattr_static(kind, "check")
    guarded: Any = kind
    guarded.rule = staticmethod(_guarded(held_to_its_form(rule.__func__, kind.elementwise), source, OwnError))
    if "__init__" in vars(kind):
        guarded.__init__ = _guarded(kind.__init__, source, OwnError)
    # What `check` refuses by a ValueError, it says itself.
    if isinstance(check, classmethod):
        guarded.check = classmethod(_guarded(check.__func__, source, ValueError))


def _guarded(function: Callable[..., Any], source: _Source, passed: type[Exception]) -> Callable[..., Any]:
    @functools.wraps(function)
    def guarded(*values: Any, **named: Any) -> Any:
        try:
            return function(*values, **named)
        except passed:
            raise
        except (Exception, SystemExit) as error:
            raise source.refusal(error, source.line_of(function)) from error

    return guarded
