"""`Library`: the base of classes that let another library's optimizers move our parameters."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np

from optimizers.checks import require_usable
from optimizers.external.rule_checks import require_works
from optimizers.rate import Watcher, is_schedule
from optimizers.vector import VectorOptimizer

# What a rule is given before the hyperparameters.
_FIRST = list(inspect.signature(VectorOptimizer.rule).parameters.values())[:4]


@contextmanager
def quiet() -> Iterator[None]:
    """Keep to itself what numpy and a library warn of: a race says what became of a racer."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Library(VectorOptimizer):
    """An optimizer of another library, which decides what its hyperparameters may be: two steps are tried.

    Attributes:
        title: its whole name, as "torch.optim.AdamW".
        needs: the hyperparameters that have no default.
    """

    title: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def check(cls, /, *_: Any, **hyperparameters: Any) -> None:
        """Raise ValueError, with the library's own words, where it refuses a hyperparameter or a step."""
        usual = cls.defaults()
        for key, value in hyperparameters.items():
            if key in cls.needs and value is None:
                raise ValueError(f"{key} is missing: {cls.title} has no default for it")
            if value is not usual[key]:
                require_usable(key, value)
        rate: Any = hyperparameters.get(cls.rate_name)
        if is_schedule(rate):
            hyperparameters[cls.rate_name] = rate.first()["lr"] if isinstance(rate, Watcher) else rate(0)
        require_works(cls.title, cls.rule, hyperparameters, usual | dict.fromkeys(cls.needs, 0.01))


def library_class(
    name: str, title: str, rule: Callable[..., Any], arguments: Iterable[inspect.Parameter]
) -> type[Library]:
    """A class around a rule.

    Args:
        name: the class's.
        title: see `Library`.
        rule: takes the hyperparameters by name.
        arguments: the hyperparameters, as the library's function or class takes them.
    """
    own = [a for a in arguments if a.kind not in {a.VAR_POSITIONAL, a.VAR_KEYWORD}]
    named = [a.replace(kind=a.KEYWORD_ONLY, default=None if a.default is a.empty else a.default) for a in own]
    rule.__signature__ = inspect.Signature(_FIRST + named)  # type: ignore[attr-defined]
    members = {
        "rule": staticmethod(rule),
        "title": title,
        "needs": tuple(a.name for a in own if a.default is a.empty),
        "__doc__": f"{title} itself, moving our parameters.",
    }
    return type(name, (Library,), members)
