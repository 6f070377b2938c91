"""`RacerSpec`: one racer of a race, an optimizer with its hyperparameters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import (
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from optimizers import OPTIMIZERS, Optimizer
from optimizers.checks import plain, require_usable
from optimizers.external.names import find, is_foreign, label
from optimizers.rate import Rate, require_table
from optimizers.schedules import build_schedule
from races.toml_types import FrozenTable, is_pair, require_printable
from races.user_surface import catalogue_kept
from support.messages import shown, unknown
from support.palette import PALETTE

_OWN = ("optimizer", "name", "colour", "caption")
_LABELS = {"lbfgs": "L-BFGS"}  # where the usual name is no valid class name


class RacerSpec(FrozenTable):
    """One racer: its optimizer, name, colour and hyperparameters.

    The optimizer is one of `OPTIMIZERS`, a class in a file beside race.toml ("mine.py:Lion2"), or one from
    PyTorch ("torch.optim.AdamW") or Optax ("optax.adamw"). In race.toml the hyperparameters are written
    beside the other keys; a learning rate may be a schedule's table.

    Attributes:
        optimizer: its name.
        name: shown in tables and films, at most 40 characters; by default the optimizer's.
        colour: "#rrggbb", or a name from the palette; by default one that no other racer has.
        caption: how it moves, in films; by default the optimizer's, in the film's language.
        hyperparameters: pairs of a name and a value.

    Raises:
        pydantic.ValidationError: a ValueError that names every offending field.

    >>> RacerSpec(optimizer="adam", lr=0.05).hyperparameters
    (('lr', 0.05),)
    """

    optimizer: str
    name: Annotated[str, Field(min_length=1, max_length=40)] = ""
    colour: str = ""
    caption: Annotated[str, Field(max_length=60)] = ""
    hyperparameters: tuple[tuple[str, Any], ...] = ()
    _kind: type[Optimizer] | None = PrivateAttr(None)
    _origin: str = PrivateAttr("")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        own = {key: value for key, value in values.items() if key in _OWN}
        rest = {key: value for key, value in values.items() if key not in own}
        return own | {"hyperparameters": tuple((key, _frozen(value)) for key, value in rest.items())}

    @model_serializer
    def _flatten(self) -> dict[str, Any]:
        plain = {
            key: value.table() if hasattr(value, "table") else value for key, value in self.hyperparameters
        }
        own = {"optimizer": self.optimizer, "name": self.name, "colour": self.colour}
        return own | ({"caption": self.caption} if self.caption else {}) | plain

    @field_validator("optimizer")
    @classmethod
    def _registered(cls, value: str) -> str:
        if value not in OPTIMIZERS and not is_foreign(value):
            raise ValueError(unknown("optimizer", value, OPTIMIZERS))
        return value

    @field_validator("name")
    @classmethod
    def _printable(cls, value: str) -> str:
        if not value.isprintable() or not value.strip():
            raise ValueError(f"must be 1 to 40 printable characters, got {value!r}")
        return value

    @field_validator("caption")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return require_printable(value)

    @field_validator("colour")
    @classmethod
    def _colour(cls, value: str) -> str:
        if value in PALETTE:
            return value  # until the theme is known
        colour = value
        digits = colour.removeprefix("#").lower()
        if value and (len(colour) != 7 or colour[0] != "#" or not set(digits) <= set("0123456789abcdef")):
            raise ValueError(f"must be #rrggbb or one of {', '.join(PALETTE)}, got {shown(value)}")
        return colour

    @model_validator(mode="after")
    def _races(self, info: ValidationInfo) -> RacerSpec:
        context = info.context or {}
        if context.get("recorded") and self.optimizer not in OPTIMIZERS:
            # A race already run: reading it loads no user code. Its only tables are schedules.
            self._settle(_settled(key, value, isinstance(value, dict)) for key, value in self.hyperparameters)
            return self
        folder: Path | None = context.get("folder")
        self._kind = optimizer_class(self.optimizer, folder)
        if self.optimizer not in OPTIMIZERS:
            self._origin = context.get("origin", "")
        allowed, rate, reads = self._kind.defaults(), self._kind.rate_name, self._kind.reads
        for key, _ in self.hyperparameters:
            if key not in allowed:
                raise ValueError(unknown("key", key, [*_OWN, *allowed]))
        self._settle(
            (key, reads[key](value, folder)) if key in reads else _settled(key, value, key == rate)
            for key, value in self.hyperparameters
        )
        for key, value in self.hyperparameters:
            if not hasattr(value, "table"):
                _require_kind(key, value, allowed[key])
        self.build([])
        for key, value in self.hyperparameters:  # also where a user's class has its own `check`
            require_usable(key, value)
        return self

    def _settle(self, hyperparameters: Iterable[tuple[str, Any]]) -> None:
        object.__setattr__(self, "hyperparameters", tuple(hyperparameters))

    @property
    def kind(self) -> type[Optimizer]:
        """The optimizer's class.

        Raises:
            ValueError: for a racer read from a trace whose optimizer is not this project's.
        """
        if self._kind is None:
            raise ValueError(
                f"{self.optimizer} is not this project's, and a trace does not load it: use its race.toml"
            )
        return self._kind

    @property
    def label(self) -> str:
        """Its default name."""
        known = OPTIMIZERS.get(self.optimizer)
        return _LABELS.get(self.optimizer, known.__name__) if known else label(self.optimizer)

    @property
    def origin(self) -> str:
        """The file that names its optimizer; "" for one of this project."""
        return self._origin

    @property
    def rate(self) -> Any:
        """The learning rate: a number, a schedule, or None for an optimizer that has none."""
        name = self.kind.rate_name
        return dict(self.hyperparameters).get(name, self.kind.defaults().get(name))

    def build(self, params: list[Any]) -> Optimizer:
        """The optimizer itself, for `params`."""
        return self.kind(params, **dict(self.hyperparameters))

    def with_default(self, name: str, value: Any) -> RacerSpec:
        """This racer with a hyperparameter, unless it has its own or its optimizer takes none."""
        if name in dict(self.hyperparameters) or name not in self.kind.defaults():
            return self
        return self.model_copy(update={"hyperparameters": (*self.hyperparameters, (name, value))})


def optimizer_class(name: str, folder: Path | None) -> type[Optimizer]:
    """The class of an optimizer as race.toml names it.

    Args:
        name: "adam", "mine.py:Lion2", "torch.optim.AdamW" or "optax.adamw".
        folder: where a user's file is looked for; None if there is none.

    Raises:
        ValueError: in one line, if there is none, or it cannot be used.
    """
    if name in OPTIMIZERS:
        return OPTIMIZERS[name]
    if not is_foreign(name):
        raise ValueError(unknown("optimizer", name, OPTIMIZERS))
    with catalogue_kept():
        return find(name, folder)


@lru_cache(maxsize=64)
def rate_of_racer(racer: RacerSpec) -> Rate:
    """The learning rate of a racer's optimizer."""
    return racer.build([]).param_groups[0].rate()[0]


def _frozen(value: Any) -> Any:
    value = plain(value)
    return tuple(value) if isinstance(value, list) else value


def _settled(key: str, value: Any, is_rate: bool) -> tuple[str, Any]:
    """A hyperparameter, with a learning rate's table replaced by the schedule that it describes."""
    if not (is_rate and isinstance(value, dict)):
        return key, value
    try:
        return key, build_schedule(value)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


def _require_kind(name: str, value: Any, default: Any) -> None:
    """Raise ValueError unless a hyperparameter is a number where its default is one, a pair where that is."""
    given = shown(list(value) if isinstance(value, tuple) else value)
    if isinstance(default, tuple):
        if not is_pair(value):
            raise ValueError(f"{name} must be two numbers, as {list(default)}, got {given}")
    elif isinstance(value, tuple | np.ndarray | dict):
        raise ValueError(f"{name} must be one number, got {given}")
    else:
        require_table(name, value)
