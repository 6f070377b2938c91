"""Optimizers from a user's file: "mine.py:Lion2" is the class Lion2 in mine.py beside race.toml.

It derives from our Optimizer or from PyTorch's, or it is a function that makes an optimizer of Optax's parts.
The file is run only if its text defines the name. It runs as a module that no import statement can name, so
that it can hide no other, and anew each time, so that an edit is seen. Nothing is written beside it, and its
folder is not searched for modules. Any error in it, then or in the race, is reported in one line, with the
line of the file.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard

from optimizers.external.adapter import Library
from optimizers.external.rule_checks import (
    WrongRuleError,
    held_to_its_form,
    require_signature,
    try_rule,
    try_vector_rule,
)
from optimizers.external.torch_adapter import adapter as torch_adapter
from optimizers.external.torch_adapter import is_torchs
from optimizers.external.user_source import BASES, OPTIMIZER, OwnError, Source, found, line_of
from optimizers.optimizer import Optimizer
from optimizers.vector import VectorOptimizer


def load(text: str, folder: Path | None) -> type[Optimizer]:
    """The class that "mine.py:Lion2" names; its rule has been tried on a few numbers.

    Args:
        text: a file's path from `folder`, and the name of a class in it that derives from `Optimizer`, from
            `optimizers.vector.VectorOptimizer` or from torch.optim.Optimizer; or of a function that gives an
            optax.GradientTransformation.
        folder: that of the race.toml which names it; None if there is none.

    Raises:
        OwnError: if the file or the rule fails: its own error, with its line.
        ValueError: if there is no such file.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.py")
    ...     _ = path.write_text("foo\\nclass Lion2(Optimizer): ...\\n")
    ...     load("mine.py:Lion2", path.parent)
    Traceback (most recent call last):
    optimizers.external.user_source.OwnError: mine.py:1: NameError: name 'foo' is not defined
    """
    source, name = found(text, folder, OPTIMIZER)
    tree = source.parsed()
    line = line_of(name, source, tree)
    module = run(source, tree)
    value = vars(module).get(name)
    if is_torchs(value):
        kind: type[Optimizer] = torch_adapter(value, name)
    elif _is_own(value, module):
        kind = value
    elif inspect.isfunction(value):
        kind = _made_by(value, name, source, line)
    else:
        raise OwnError(f"{source.name}:{line}: {name} must derive from {BASES}")
    _try(kind, source, line)
    _guard(kind, source)
    return kind


def _made_by(make: Callable[..., Any], name: str, source: Source, line: int) -> type[Optimizer]:
    """What a function makes of Optax's parts, as one of ours."""
    from optimizers.external.optax_adapter import adapter  # noqa: PLC0415

    with source.blamed(line):
        return adapter(make, name, name)


def run(source: Source, tree: ast.Module) -> ModuleType:
    """Run a file as a module."""
    module = ModuleType(f"own file {source.path}")
    module.__file__, module.__package__ = str(source.path), ""
    sys.modules[module.__name__] = module  # where dataclasses, typing and pickle look for it
    try:
        with source.blamed():
            code = compile(tree, str(source.path), "exec", dont_inherit=True)
            exec(code, vars(module))  # noqa: S102 (race.toml names it)
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def _is_own(value: Any, module: ModuleType) -> TypeGuard[type[Optimizer]]:
    """Whether it is the class of an optimizer, and stands in the module itself."""
    return isinstance(value, type) and issubclass(value, Optimizer) and value.__module__ == module.__name__


def _try(kind: type[Optimizer], source: Source, line: int) -> None:
    """Raise OwnError unless a class's rule is one, and makes a few steps."""
    if issubclass(kind, Library):
        with source.blamed(line):
            if not kind.needs:  # else it is tried with the racer's hyperparameters
                try_vector_rule(kind.rule, kind.defaults())
        return
    rule = inspect.getattr_static(kind, "rule")
    with source.blamed(source.line_of(rule) or line):
        if inspect.isabstract(kind):
            missing = ", ".join(sorted(kind.__abstractmethods__))
            raise WrongRuleError(f"{kind.__name__} lacks {missing}")
        if not isinstance(rule, staticmethod):
            raise WrongRuleError("the rule must be a @staticmethod")
        require_signature(rule)
        make_steps = try_rule if kind.elementwise else try_vector_rule
        make_steps(kind.rule, kind.defaults())
        _require_made(kind)


def _require_made(kind: type[Optimizer]) -> None:
    """Raise WrongRuleError unless objects of a class are what a race takes them for."""
    base = Optimizer if kind.elementwise else VectorOptimizer
    if inspect.getattr_static(kind, "step") is not inspect.getattr_static(base, "step"):
        raise WrongRuleError(f"{kind.__name__} must leave step() as it is: a race calls the rule alone")
    if not hasattr(kind([]), "hyperparameters"):
        raise WrongRuleError(f"the __init__ of {kind.__name__} must call super().__init__")


def _guard(kind: type[Optimizer], source: Source) -> None:
    """Make the errors of a class's methods say where in its file they come from."""
    rule, check = inspect.getattr_static(kind, "rule"), inspect.getattr_static(kind, "check")
    own: Any = kind
    own.rule = staticmethod(guarded(held_to_its_form(rule.__func__, kind.elementwise), source, OwnError))
    if "__init__" in vars(kind):
        own.__init__ = guarded(kind.__init__, source, OwnError)
    # What `check` refuses by a ValueError, it says itself.
    if isinstance(check, classmethod):
        own.check = classmethod(guarded(check.__func__, source, ValueError))


def guarded(function: Callable[..., Any], source: Source, passed: type[Exception]) -> Callable[..., Any]:
    """A function of a file, whose errors, but for those `passed`, say where in the file they come from."""

    @functools.wraps(function)
    def called(*values: Any, **named: Any) -> Any:
        with source.blamed(source.line_of(function)):
            try:
                return function(*values, **named)
            except passed as error:
                refused = error
        raise refused

    return called
