"""A user's file as text: what race.toml names in it is looked for before anything in it is run."""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from optimizers.external.adapter import OPTAX, TORCH
from optimizers.external.rule_checks import WrongRuleError
from support.messages import class_name, message_of, shorten, shown, unknown

BASES = "optimizers.Optimizer or torch.optim.Optimizer"
_COMPUTED = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.IfExp, ast.Lambda)


class OwnError(ValueError):
    """A user's optimizer failed; the message is one line, which begins with its file and the line there."""


@dataclass(frozen=True)
class Source:
    """A user's file: what race.toml calls it, and where it is."""

    name: str
    path: Path

    def refusal(self, error: BaseException, line: int | None = None) -> OwnError:
        """What to raise for an error in the file: its last line that led there, or else `line`."""
        line = self._line(error) or line
        where = self.name + (f":{line}" if line else "")
        for library in (TORCH, OPTAX):
            if isinstance(error, ModuleNotFoundError) and error.name in library.packages:
                return OwnError(f"{where}: needs {library.requirement}")
        kind = "" if isinstance(error, WrongRuleError) else class_name(error)
        message = message_of(error)
        if isinstance(error, SyntaxError) and isinstance(error.msg, str):
            message = error.msg  # without file and line
        added = getattr(error, "__notes__", ())
        notes = [x for x in added if isinstance(x, str)] if isinstance(added, list) else []
        # JAX's note on its own frames begins with a line of dashes.
        told = "; ".join(shorten(note, 200) for note in notes if not note.startswith("---"))
        parts = [where, kind, message + (f" ({told})" if told else "")]
        return OwnError(": ".join(part for part in parts if part))

    @contextmanager
    def blamed(self, line: int | None = None, passed: type[BaseException] = OwnError) -> Iterator[None]:
        """Whatever is raised inside is an error in the file, except what is `passed`, and Ctrl-C."""
        try:
            yield
        except (KeyboardInterrupt, passed):
            raise
        except BaseException as error:
            raise self.refusal(error, line) from error

    def guarded(self, function: Callable[..., Any], passed: type[Exception] = OwnError) -> Callable[..., Any]:
        """A function of the file: what it raises, except what is `passed`, is an error in the file."""
        return self.blamed(self.line_of(function), passed)(function)

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

    def parsed(self) -> ast.Module:
        """The file's syntax tree; OwnError if it is not valid Python."""
        try:
            return ast.parse(self.path.read_bytes(), str(self.path))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise self.refusal(error) from error


class Role(NamedTuple):
    """What a name in a user's file stands for."""

    key: str  # of race.toml, for errors that are not told with it
    part: str  # what of the file is named
    registry: str  # where this project's own are
    example: str  # a name
    candidates: Callable[[ast.Module], Iterable[str]]  # the names in a file that may be meant


def found(text: str, folder: Path | None, role: Role) -> tuple[Source, str]:
    """The file that a text names, which exists, and the name in it."""
    file, _, name = text.rpartition(":")
    if not file.endswith(".py") or not name.isidentifier():
        example = " or ".join(_examples(file or text, folder, role))
        raise ValueError(f"{role.key}must be a file and a {role.part} in it, as {example}, got {shown(text)}")
    if folder is None:
        raise ValueError(
            f"{file} is looked for beside race.toml, but this race is from none: "
            f'register the {role.part}, {role.registry}["{name.lower()}"] = {name}'
        )
    return Source(file, _path(file, folder)), name


def _path(file: str, folder: Path) -> Path:
    """Where a file is; ValueError if it is not there, or outside the folder."""
    try:
        path = (folder / file).resolve()
        if Path(file).is_absolute() or not path.is_relative_to(folder.resolve()):
            raise ValueError(f"{file} must be in the folder of race.toml, or in one below it")
        if not path.is_file():
            raise ValueError(f"{file}: no such file beside race.toml")
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise ValueError(f"{shown(file)}: {message_of(error)}") from None
    return path


def _examples(file: str, folder: Path | None, role: Role) -> list[str]:
    """What may be meant by a file alone."""
    if not file.endswith(".py"):
        return [f"mine.py:{role.example}"]
    names: list[str] = []
    if folder is not None:
        with suppress(ValueError):
            names = list(role.candidates(Source(file, _path(file, folder)).parsed()))
    return [f"{file}:{name}" for name in names or [f"{role.part.capitalize()}Name"]]


def line_of(name: str, source: Source, tree: ast.Module) -> int:
    """The line that gives a name, in a file that has not been run; OwnError if that can be no optimizer.

    That may be a class statement with a base, an assignment of something that is computed, or, in a file that
    imports Optax, a function. Names that are only imported are not the file's own.
    """
    may_derive = _may_derive(tree)
    for node in statements(tree):
        if isinstance(node, ast.ClassDef) and node.name == name and not may_derive(node):
            raise OwnError(f"{source.name}:{node.lineno}: {name} must derive from {BASES}")
    names = _optimizers(tree)
    if name not in names:
        if not (near := _candidates(tree)):
            raise OwnError(f"{source.name}: has no class that derives from {BASES}")
        raise OwnError(f"{source.name}: {unknown('class', name, near)}")
    return names[name]


def _candidates(tree: ast.Module) -> list[str]:
    """The classes, or else whatever may be an optimizer."""
    return [x.name for x in statements(tree) if isinstance(x, ast.ClassDef)] or list(_optimizers(tree))


OPTIMIZER = Role("optimizer ", "class", "OPTIMIZERS", "Lion2", _candidates)


def _optimizers(tree: ast.Module) -> dict[str, int]:
    """The lines of what may be optimizers, by name."""
    imported = [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    names = [*imported, *(node.module or "" for node in froms)]
    optax = any(name.partition(".")[0] == "optax" for name in names)
    may_derive = _may_derive(tree)
    return definitions(tree, lambda node: may_derive(node) if isinstance(node, ast.ClassDef) else optax)


def _may_derive(tree: ast.Module) -> Callable[[ast.ClassDef], bool]:
    """Tells whether a class of a file may be an optimizer, as far as its text says.

    It is none if all its bases are Python's own, as dict is, or classes of the file that are none. What is
    imported or computed may be one, and so may what a decorator or a metaclass makes of a class.
    """
    nodes = list(ast.walk(tree))
    given = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            given.update(alias.asname or alias.name for alias in node.names)
    none = set() if "*" in given else set(vars(builtins))

    def may(node: ast.ClassDef) -> bool:
        bases = [base.id if isinstance(base, ast.Name) else "" for base in node.bases]
        return bool(node.keywords or (bases and not (none - given).issuperset(bases)))

    for node in nodes:
        if isinstance(node, ast.ClassDef):
            (given if may(node) or node.decorator_list else none).add(node.name)
    return may


def definitions(
    tree: ast.Module, accepts: Callable[[ast.ClassDef | ast.FunctionDef], bool]
) -> dict[str, int]:
    """The lines of a file's definitions, by name; the last one where there are several.

    They are the classes and functions that it `accepts`, and what is assigned and computed, as `x = f(3)`.
    """
    lines = {}
    for node in statements(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and accepts(node):
            lines[node.name] = node.lineno
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, _COMPUTED):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            lines |= {target.id: node.lineno for target in targets if isinstance(target, ast.Name)}
    return lines


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements of a module, and those inside of its if, try, with, for, while and match."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            yield from statements(child)
