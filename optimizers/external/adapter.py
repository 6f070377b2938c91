"""What the adapters of PyTorch's and Optax's optimizers share: `Library` and `LibraryOptimizer`.

An adapter has two functions: `kinds` finds a library's optimizers by name, and `adapted` makes one of them a
class of ours.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

import numpy as np

from optimizers.checks import require_flag, require_usable
from optimizers.external.rule_checks import try_rule
from optimizers.optimizer import State
from optimizers.rate import rate_of
from optimizers.vector_optimizer import VectorOptimizer
from support.messages import message_of, shown

# What a rule is given before the hyperparameters.
_FIRST = list(inspect.signature(VectorOptimizer.rule).parameters.values())[:4]


class Library(NamedTuple):
    """A library whose optimizers can race."""

    name: str
    prefix: str  # of its optimizers' names in race.toml
    where: str  # they are, for messages
    packages: tuple[str, ...]  # what has to be installed; the last one brings the others

    @property
    def requirement(self) -> str:
        """The library, and how to install it."""
        return f"{self.name}: uv pip install {self.packages[-1]}"

    @contextmanager
    def importing(self, title: str) -> Iterator[None]:
        """Turn a failed import inside into a ValueError, of one line about the optimizer called `title`."""
        try:
            yield
        except (ImportError, OSError, RuntimeError) as error:
            if isinstance(error, ModuleNotFoundError) and error.name in self.packages:
                raise ValueError(f"{title} needs {self.requirement}") from None
            raise ValueError(f"{title}: {self.name} does not import: {message_of(error)}") from None


TORCH = Library("PyTorch", "torch.optim.", "torch.optim", ("torch",))
OPTAX = Library("Optax", "optax.", "Optax", ("jax", "jaxlib", "optax"))


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the warnings of numpy and of a library: a racer's status tells how it ended."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class LibraryOptimizer(VectorOptimizer):
    """An optimizer of a library.

    Its hyperparameters and their defaults are the library's, which also decides which values are valid: two
    steps are tried with them. Its state maps `title` to the library's own state, and terms' names to arrays.
    """

    title: ClassVar[str] = ""  # its full name, as "torch.optim.AdamW"
    needs: ClassVar[tuple[str, ...]] = ()  # the hyperparameters that have no default

    @classmethod
    def check(cls, /, *_: Any, **hyperparameters: Any) -> None:
        """Raise ValueError, in the library's own words, where it refuses a hyperparameter or a step."""
        usual = cls.defaults() | dict.fromkeys(cls.needs, 0.01)
        for key, value in hyperparameters.items():
            if key in cls.needs and value is None:
                raise ValueError(f"{key} is missing: {cls.title} has no default for it")
            if value is not usual[key]:
                require_usable(key, value)
        if cls.rate_name in hyperparameters:
            rate = rate_of(hyperparameters[cls.rate_name], cls.rate_name)
            hyperparameters[cls.rate_name] = rate.value(rate.first(), 0)
        for key, value in hyperparameters.items():
            if isinstance(usual[key], bool):
                require_flag(key, value)
        error = cls._failure(hyperparameters)
        if error is None:
            return
        for key, value in hyperparameters.items():
            if value is not usual[key] and cls._failure(hyperparameters | {key: usual[key]}) is None:
                raise ValueError(
                    f"{cls.title} refuses {key} = {shown(value)}: {message_of(error)}"
                ) from error
        raise ValueError(f"{cls.title}: {message_of(error)}") from error

    @classmethod
    def _failure(cls, hyperparameters: Mapping[str, Any]) -> Exception | None:
        """What two steps raise."""
        try:
            try_rule(cls.rule, hyperparameters, elementwise=False)
        except Exception as error:  # noqa: BLE001 (whatever a library raises)
            return error
        return None


def library_class(
    title: str, arguments: Iterable[inspect.Parameter], step: Callable[..., Any]
) -> type[LibraryOptimizer]:
    """A class whose steps a library makes, with the arguments of the library's function or class.

    `step` maps objective, parameter, the library's state (None before the first step) and hyperparameters to
    the parameter, the library's state, and pairs of a term's name and its value.
    """

    def rule(objective: Any, parameter: Any, state: State, _: int, /, **hyperparameters: Any) -> Any:
        moved, kept, terms = step(objective, parameter, state.get(title), hyperparameters)
        found: State = {title: kept}
        for name, term in terms:
            floats = isinstance(term, np.ndarray) and term.dtype.kind == "f"
            if floats and term.shape in {(), parameter.shape}:
                found.setdefault(name, term)
        return moved, found

    own = [a for a in arguments if a.kind not in {a.VAR_POSITIONAL, a.VAR_KEYWORD}]
    named = [a.replace(kind=a.KEYWORD_ONLY, default=None if a.default is a.empty else a.default) for a in own]
    rule.__signature__ = inspect.Signature(_FIRST + named)  # type: ignore[attr-defined]
    members = {
        "rule": staticmethod(rule),
        "title": title,
        "needs": tuple(a.name for a in own if a.default is a.empty),
        "__doc__": f"{title} itself, moving our parameters.",
    }
    return type(title.rpartition(".")[2], (LibraryOptimizer,), members)
