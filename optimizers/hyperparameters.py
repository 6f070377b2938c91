"""Hyperparameters: what a rule takes, checked, and as attributes of an optimizer: `adam.lr = 0.5`."""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from optimizers.checks import (
    Check,
    plain,
    require_flag,
    require_non_negative,
    require_pair,
    require_usable,
)
from optimizers.rate import of_numbers, require_instance
from support.messages import unknown

# What a rule calls the number of steps that a run will take; who runs it tells it.
HORIZON = "horizon"
RATES = ("lr", "learning_rate")  # PyTorch's name, and Optax's
_BY_PLACE, _BY_NAME = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
# What instances keep under these names is not to be hidden by a hyperparameter of the same name.
TAKEN = frozenset({"params", "param_groups", "state", "steps", "count", "evaluations"})


class Hyperparameter:
    """Reads and sets one of an optimizer's `hyperparameters`, by its name; what is set is checked."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, optimizer: Any, kind: Any = None) -> Any:
        """Its value; on the class, this object itself."""
        if optimizer is None:
            return self
        own = vars(optimizer)
        for values in (optimizer.hyperparameters if "param_groups" in own else own, own):
            if self._name in values:
                return values[self._name]
        raise AttributeError(f"{type(optimizer).__name__!r} object has no attribute {self._name!r}")

    def __set__(self, optimizer: Any, value: Any) -> None:
        """Set it, unless refused; before `Optimizer.__init__` has run, as an attribute like any other."""
        if "param_groups" not in vars(optimizer):
            vars(optimizer)[self._name] = value
        elif self._name not in (given := optimizer.hyperparameters):
            raise AttributeError(unknown(f"{type(optimizer).__name__} hyperparameter", self._name, given))
        else:
            optimizer.param_groups[0][self._name] = value


class Configured(ABC):
    """Base of `Optimizer`: the hyperparameters of its rule.

    Attributes:
        rate_name: the hyperparameter that may be a schedule, the rule's `lr`, or else its `learning_rate`.
    """

    __signature__: ClassVar[inspect.Signature]
    rate_name: ClassVar[str] = "lr"
    rule: Callable[..., Any]
    # What some hyperparameters may be, where their defaults do not tell; and what they may be together.
    _checks: ClassVar[Mapping[str, Check]] = {}
    _check_all: ClassVar[tuple[Callable[[Mapping[str, Any]], None], ...]] = ()
    # What reads those that may be named by a file; it is given the value, and the folder where a path begins.
    reads: ClassVar[Mapping[str, Callable[[Any, Path | None], Any]]] = {}
    # What groups of parameters are told beside the rule's hyperparameters, with defaults.
    _options: ClassVar[Mapping[str, Any]] = {}
    # The rule's hyperparameters; and what a class is made with beside parameters: these, then the options.
    _named: ClassVar[list[inspect.Parameter]]
    _arguments: ClassVar[inspect.Signature]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        arguments = inspect.signature(cls.rule).parameters.values()
        cls._named = [a.replace(kind=_BY_PLACE) for a in arguments if a.kind is _BY_NAME]
        names = [a.name for a in cls._named]
        if cls.rate_name not in names:
            cls.rate_name = next((name for name in RATES if name in names), cls.rate_name)
        cls._options = {name: value for name, value in cls._options.items() if name not in names}
        options = [inspect.Parameter(name, _BY_NAME, default=x) for name, x in cls._options.items()]
        cls._arguments = inspect.Signature([*cls._named, *options])
        for name in (*names, *RATES):  # to set a rate by the wrong one of its names is an error
            if name not in TAKEN and not hasattr(cls, name):
                setattr(cls, name, Hyperparameter(name))
        abstract = getattr(cls.rule, "__isabstractmethod__", False)
        if not abstract and "__init__" not in vars(cls):  # what help() and editors show
            params = inspect.Parameter("params", _BY_PLACE)
            cls.__signature__ = inspect.Signature([params, *cls._arguments.parameters.values()])

    @classmethod
    def settled(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """All hyperparameters, checked, as the rule takes them."""
        values = {name: plain(value) for name, value in given.items()}
        values |= {name: read(values[name], None) for name, read in cls.reads.items()}
        require_instance(cls.rate_name, values.get(cls.rate_name))
        for name in cls._options:
            require_flag(name, values[name])
        cls.check(**{name: value for name, value in values.items() if name not in cls._options})
        pairs = [a.name for a in cls._named if isinstance(a.default, tuple)]
        return values | {name: tuple(map(plain, values[name])) for name in pairs}

    @classmethod
    def check(cls, /, *_: Any, **hyperparameters: Any) -> None:
        """Raise ValueError, naming the hyperparameter, where one is out of range.

        Unless a class says otherwise, each has the form of its default: a finite number of at least 0, two in
        [0, 1), or true or false; where the default is None or text, anything but a number that is not finite,
        or a date. A schedule has checked itself.
        """
        for a in cls._named:
            value = hyperparameters.get(a.name)
            if a.name in hyperparameters and (value is not None or a.default is not None):
                check = cls._checks.get(a.name, _by_default(a.default))
                check = of_numbers(check) if a.name == cls.rate_name else check
                check(a.name, value)
        for check_all in cls._check_all:
            check_all(hyperparameters)

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The hyperparameters by name, with their defaults.

        >>> from optimizers import Adam
        >>> Adam.defaults()["betas"]
        (0.9, 0.999)
        """
        arguments = inspect.signature(cls).parameters.values()
        return {a.name: a.default for a in arguments if a.name not in {"params", *cls._options}}


def _by_default(default: Any) -> Check:
    """What a hyperparameter may be, told by its default."""
    if isinstance(default, bool):
        return require_flag
    if isinstance(default, tuple):
        return require_pair
    return require_non_negative if isinstance(default, int | float) else require_usable
