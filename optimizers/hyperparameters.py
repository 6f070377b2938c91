"""Hyperparameters: what a rule takes, checked, and as attributes of an optimizer: `adam.lr = 0.5`."""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from autograd.tensor import Tensor
from optimizers.checks import (
    require_flag,
    require_no_class,
    require_non_negative,
    require_pair,
    require_usable,
)
from optimizers.rate import is_schedule
from support.messages import unknown

RATES = ("lr", "learning_rate")  # PyTorch's name, and Optax's
# What instances keep under these names is not to be hidden by a hyperparameter of the same name.
TAKEN = frozenset({"params", "hyperparameters", "state", "steps", "count", "evaluations"})


def plain(value: Any) -> Any:
    """A hyperparameter without its wrapping: a Tensor's numbers, and an array without dimensions as a number.

    It is read once: what happens to the Tensor or the array later changes nothing.

    >>> plain(Tensor(0.1)), plain(np.array(0.5)), plain((np.float64(0.9), 0.999)), plain("cos")
    (0.1, 0.5, (0.9, 0.999), 'cos')
    """
    if isinstance(value, Tensor):
        value = value.numpy()
    if isinstance(value, tuple | list):
        return type(value)(map(plain, value)) if type(value) in {tuple, list} else value
    # Other libraries' arrays have these two as well.
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


class Hyperparameter:
    """Reads and sets one of an optimizer's `hyperparameters`, which is checked as at the beginning.

    Args:
        name: its name.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, optimizer: Any, kind: Any = None) -> Any:
        """Its value; on the class, this object itself."""
        if optimizer is None:
            return self
        own = vars(optimizer)
        for values in (own.get("hyperparameters", own), own):
            if self._name in values:
                return values[self._name]
        raise AttributeError(f"{type(optimizer).__name__!r} object has no attribute {self._name!r}")

    def __set__(self, optimizer: Any, value: Any) -> None:
        """Set it; before `Optimizer.__init__` has run, as an attribute like any other.

        Raises:
            AttributeError: if the optimizer has no such hyperparameter.
            ValueError: if it is refused; nothing has changed then.
        """
        given = vars(optimizer).get("hyperparameters")
        if given is None:
            vars(optimizer)[self._name] = value
        elif self._name not in given:
            raise AttributeError(unknown(f"{type(optimizer).__name__} hyperparameter", self._name, given))
        else:
            given.update(optimizer.settled(given | {self._name: value}))


class Configured(ABC):
    """Base of `Optimizer`: the hyperparameters of its rule.

    Attributes:
        rate_name: the hyperparameter that may be a schedule, the rule's `lr`, or else its `learning_rate`.
    """

    __signature__: ClassVar[inspect.Signature]
    rate_name: ClassVar[str] = "lr"
    rule: Callable[..., Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        names = [a.name for a in cls._named()]
        if cls.rate_name not in names:
            cls.rate_name = next((name for name in RATES if name in names), cls.rate_name)
        for name in (*names, *RATES):  # to set a rate by the wrong one of its names is an error
            if name not in TAKEN and not hasattr(cls, name):
                setattr(cls, name, Hyperparameter(name))
        if "__init__" not in vars(cls):  # what help() and editors show
            params = inspect.Parameter("params", inspect.Parameter.POSITIONAL_OR_KEYWORD)
            cls.__signature__ = inspect.Signature([params, *cls._named()])

    @classmethod
    def settled(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """All hyperparameters, checked, as the rule takes them.

        Raises:
            ValueError: for one that `check` refuses.
        """
        values = {name: plain(value) for name, value in given.items()}
        require_no_class(cls.rate_name, values.get(cls.rate_name))
        cls.check(**values)
        pairs = [a.name for a in cls._named() if isinstance(a.default, tuple)]
        return values | {name: tuple(map(plain, values[name])) for name in pairs}

    @classmethod
    def check(cls, /, *_: Any, **hyperparameters: Any) -> None:
        """Raise ValueError, naming the hyperparameter, where one is out of range.

        Unless a class says otherwise, each has the form of its default: a finite number of at least 0, two in
        [0, 1), or true or false; where the default is None or text, anything but a number that is not finite,
        or a date. A schedule has checked itself.
        """
        for a in cls._named():
            if a.name in hyperparameters:
                value = hyperparameters[a.name]
                if a.name == cls.rate_name and is_schedule(value):
                    continue
                if isinstance(a.default, bool):
                    require_flag(**{a.name: value})
                elif isinstance(a.default, tuple):
                    require_pair(a.name, value)
                elif isinstance(a.default, int | float):
                    require_non_negative(**{a.name: value})
                else:
                    require_usable(a.name, value)

    @classmethod
    def _named(cls) -> list[inspect.Parameter]:
        """The rule's hyperparameters."""
        arguments = inspect.signature(cls.rule).parameters.values()
        named = [a for a in arguments if a.kind is inspect.Parameter.KEYWORD_ONLY]
        return [a.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for a in named]

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The hyperparameters by name, with their defaults.

        >>> from optimizers import Adam
        >>> Adam.defaults()["betas"]
        (0.9, 0.999)
        """
        arguments = inspect.signature(cls).parameters.values()
        return {a.name: a.default for a in arguments if a.name != "params"}
