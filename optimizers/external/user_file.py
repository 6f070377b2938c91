"""Optimizers from a user's file: "mine.py:Lion2" is the class Lion2 in mine.py beside race.toml.

It derives from our Optimizer or from PyTorch's, or it is a function that makes an optimizer of Optax's parts.
The file is run only if its text defines the name. It runs as a module that no import statement can name, so
that it can shadow no other, and anew each time, so that an edit is seen. Nothing is written beside it, and
its folder is not searched for modules. Any error in it, at load time or in the race, is reported in one line,
with the line of the file.
"""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.external import optax_adapter, torch_adapter
from optimizers.external.adapter import LibraryOptimizer
from optimizers.external.rule_checks import WrongRuleError, checked_rule, require_signature, try_rule
from optimizers.external.user_source import BASES, OPTIMIZER, OwnError, Source, found, line_of
from optimizers.optimizer import Optimizer
from optimizers.vector_optimizer import VectorOptimizer


def load_optimizer(text: str, folder: Path | None) -> type[Optimizer]:
    """The class that "mine.py:Lion2" names; its rule has been tried on a few numbers.

    The file's path is from `folder`, that of the race.toml which names it; None if there is none. An OwnError
    is an error in the file, with its line; a ValueError says that there is no such file.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.py")
    ...     _ = path.write_text("foo\\nclass Lion2(Optimizer): ...\\n")
    ...     load_optimizer("mine.py:Lion2", path.parent)
    Traceback (most recent call last):
    optimizers.external.user_source.OwnError: mine.py:1: NameError: name 'foo' is not defined
    """
    source, name = found(text, folder, OPTIMIZER)
    tree = source.parsed()
    line = line_of(name, source, tree)
    module = run_file(source, tree)
    value = vars(module).get(name)
    if torch_adapter.is_torchs(value):
        kind: type[Optimizer] = torch_adapter.adapted(value, name)
    elif isinstance(value, type) and issubclass(value, Optimizer) and value.__module__ == module.__name__:
        kind = value
    elif inspect.isfunction(value):
        with source.blamed(line):
            kind = optax_adapter.adapted(value, name)
    else:
        raise OwnError(f"{source.name}:{line}: {name} must derive from {BASES}")
    with source.blamed(source.line_of(inspect.getattr_static(kind, "rule")) or line):
        _try(kind)
    _guard(kind, source)
    return kind


def run_file(source: Source, tree: ast.Module) -> ModuleType:
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


def _try(kind: type[Optimizer]) -> None:
    """Make a few steps with the defaults; WrongRuleError if a race could not."""
    if issubclass(kind, LibraryOptimizer) and kind.needs:
        return  # it is tried with the racer's hyperparameters
    if inspect.isabstract(kind):
        raise WrongRuleError(f"{kind.__name__} lacks {', '.join(sorted(kind.__abstractmethods__))}")
    if not isinstance(inspect.getattr_static(kind, "rule"), staticmethod):
        raise WrongRuleError("the rule must be a @staticmethod")
    require_signature(kind.rule)
    try_rule(kind.rule, kind.defaults(), kind.elementwise)
    base = ElementwiseOptimizer if kind.elementwise else VectorOptimizer
    if inspect.getattr_static(kind, "step") is not inspect.getattr_static(base, "step"):
        raise WrongRuleError(f"{kind.__name__} must leave step() as it is: a race calls the rule alone")
    if not hasattr(kind([]), "hyperparameters"):
        raise WrongRuleError(f"the __init__ of {kind.__name__} must call super().__init__")


def _guard(kind: type[Optimizer], source: Source) -> None:
    """Make the errors of a class's methods say where in its file they come from."""
    check = inspect.getattr_static(kind, "check")
    own: Any = kind
    own.rule = staticmethod(source.guarded(checked_rule(kind.rule, kind.elementwise)))
    if "__init__" in vars(kind):
        own.__init__ = source.guarded(kind.__init__)
    # The ValueErrors that `check` raises are its refusals, told in its own words.
    if isinstance(check, classmethod):
        own.check = classmethod(source.guarded(check.__func__, ValueError))
