"""A user's file as text: what race.toml names in it is looked for before anything in it is run."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from optimizers.external.rule_checks import WrongRuleError
from support.messages import said, shorten, shown, unknown

BASES = "optimizers.Optimizer or torch.optim.Optimizer"
# By what is not installed: what to install.
_PACKAGES = {"torch": "PyTorch: uv pip install torch"} | dict.fromkeys(
    ("jax", "optax"), "Optax: uv pip install optax"
)


class OwnError(ValueError):
    """A user's optimizer failed; the message is one line, which begins with its file and the line there."""


@dataclass(frozen=True)
class Source:
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
        where = self.name + (f":{line}" if line else "")
        if isinstance(error, ModuleNotFoundError) and error.name in _PACKAGES:
            return OwnError(f"{where}: needs {_PACKAGES[error.name]}")
        kind = "" if isinstance(error, WrongRuleError) else type(error).__name__
        plain = isinstance(error, SyntaxError) and isinstance(error.msg, str)
        message = error.msg if plain else said(error)  # type: ignore[attr-defined]
        added = getattr(error, "__notes__", ())  # a list, unless the file has set it
        # JAX's note on its own frames begins with a line of dashes.
        notes = [
            shorten(note, 200)
            for note in (added if isinstance(added, list) else ())
            if isinstance(note, str) and not note.startswith("---")
        ]
        parts = [where, kind, message + (f" ({'; '.join(notes)})" if notes else "")]
        return OwnError(": ".join(part for part in parts if part))

    @contextmanager
    def blamed(self, line: int | None = None) -> Iterator[None]:
        """Whatever is raised inside is an error in the file; but for KeyboardInterrupt, which is Ctrl-C."""
        try:
            yield
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise self.refusal(error, line) from error

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
        """What the file says.

        Raises:
            OwnError: if it is no Python.
        """
        try:
            return ast.parse(self.path.read_bytes(), str(self.path))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise self.refusal(error) from error


class Kind(NamedTuple):
    """What a user's file is looked at for.

    Attributes:
        key: of race.toml, for errors that are not told with it.
        part: what of the file it names.
        registry: where this project's are.
        example: a name.
        candidates: the names in a file that may be meant.
    """

    key: str
    part: str
    registry: str
    example: str
    candidates: Callable[[ast.Module], list[str]]


def found(text: str, folder: Path | None, kind: Kind) -> tuple[Source, str]:
    """The file that a text names, which is there, and the name in it."""
    file, _, name = text.rpartition(":")
    if not file.endswith(".py") or not name.isidentifier():
        example = " or ".join(_examples(file or text, folder, kind))
        raise ValueError(f"{kind.key}must be a file and a {kind.part} in it, as {example}, got {shown(text)}")
    if folder is None:
        raise ValueError(
            f"{file} is looked for beside race.toml, but this race is from none: "
            f'register the {kind.part}, {kind.registry}["{name.lower()}"] = {name}'
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
        raise ValueError(f"{shown(file)}: {said(error)}") from None
    return path


def _examples(file: str, folder: Path | None, kind: Kind) -> list[str]:
    """What may be meant by a file alone."""
    if not file.endswith(".py"):
        return [f"mine.py:{kind.example}"]
    try:
        tree = Source(file, _path(file, folder)).parsed() if folder else ast.Module([], [])
    except ValueError:
        tree = ast.Module([], [])
    return [f"{file}:{name}" for name in kind.candidates(tree) or [f"{kind.part.capitalize()}Name"]]


def line_of(name: str, source: Source, tree: ast.Module) -> int:
    """The line that gives a name, in a file that has not been run.

    That may be a class statement with a base, an assignment of something that is computed, or, in a file that
    imports Optax, a function. Names that are only imported are not the file's own.

    Raises:
        OwnError: if nothing in the file can be an optimizer of this name.
    """
    for node in statements(tree.body):
        if isinstance(node, ast.ClassDef) and node.name == name and not _derives(node):
            raise OwnError(f"{source.name}:{node.lineno}: {name} must derive from {BASES}")
    names = _defined(tree)
    if name not in names:
        if not (near := _candidates(tree)):
            raise OwnError(f"{source.name}: has no class that derives from {BASES}")
        raise OwnError(f"{source.name}: {unknown('class', name, near)}")
    return names[name]


def _candidates(tree: ast.Module) -> list[str]:
    """The classes, or else whatever may be an optimizer."""
    classes = [node.name for node in statements(tree.body) if isinstance(node, ast.ClassDef)]
    return classes or list(_defined(tree))


OPTIMIZER = Kind("optimizer ", "class", "OPTIMIZERS", "Lion2", _candidates)


def _defined(tree: ast.Module) -> dict[str, int]:
    """The lines of what may be optimizers, by name; the last one where there are several."""
    lines = {}
    makes = _imports(tree, "optax")
    for node in statements(tree.body):
        if (isinstance(node, ast.ClassDef) and _derives(node)) or (
            makes and isinstance(node, ast.FunctionDef)
        ):
            lines[node.name] = node.lineno
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, COMPUTED):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            lines |= {target.id: node.lineno for target in targets if isinstance(target, ast.Name)}
    return lines


COMPUTED = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.IfExp, ast.Lambda)


def _derives(node: ast.ClassDef) -> bool:
    """Whether a class has a base, be it one that its decorators or metaclass give it."""
    return bool(node.bases or node.keywords)


def _imports(tree: ast.Module, package: str) -> bool:
    """Whether a module imports a package, or something of it."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        if any(name.partition(".")[0] == package for name in names):
            return True
    return False


def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """A module's statements, with those inside of its if, try, with, for, while and match."""
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for part in ("body", "orelse", "handlers", "finalbody", "cases"):
                inner = getattr(node, part, ())
                yield from statements(inner if isinstance(inner, list) else ())
