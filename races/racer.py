"""`RacerSpec`: one racer of a race, an optimizer with its hyperparameters."""

from __future__ import annotations

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

from autograd.messages import shown, unknown
from optimizers import OPTIMIZERS, Optimizer
from optimizers.foreign import find, is_foreign, label
from optimizers.optimizer import Watcher
from optimizers.schedules import Schedule, build_schedule
from races.forms import Frozen, is_pair
from races.palette import PALETTE

_OWN = ("optimizer", "name", "colour")
_RATES = ("lr", "learning_rate")  # PyTorch's name, and Optax's


class RacerSpec(Frozen):
    """One racer: its optimizer, what to call and how to colour it, its hyperparameters.

    The optimizer is one of `OPTIMIZERS`, a class in a file beside race.toml ("mine.py:Lion2"), or one of
    PyTorch ("torch.optim.AdamW") or Optax ("optax.adamw"). In race.toml the hyperparameters stand beside the
    other keys; a learning rate may be a schedule's table.
    """

    optimizer: str
    name: Annotated[str, Field(min_length=1, max_length=40)] = ""
    colour: str = ""
    hyperparameters: tuple[tuple[str, Any], ...] = ()
    _kind: type[Optimizer] | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        own = {key: value for key, value in values.items() if key in _OWN}
        rest = {key: value for key, value in values.items() if key not in own}
        return own | {"hyperparameters": tuple((key, _frozen(key, value)) for key, value in rest.items())}

    @model_serializer
    def _flatten(self) -> dict[str, Any]:
        plain = {
            key: value.table() if hasattr(value, "table") else value for key, value in self.hyperparameters
        }
        return {"optimizer": self.optimizer, "name": self.name, "colour": self.colour} | plain

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

    @field_validator("colour")
    @classmethod
    def _colour(cls, value: str) -> str:
        colour = PALETTE.get(value, value)
        digits = colour.removeprefix("#").lower()
        if value and (len(colour) != 7 or colour[0] != "#" or not set(digits) <= set("0123456789abcdef")):
            raise ValueError(f"must be #rrggbb or one of {', '.join(PALETTE)}, got {shown(value)}")
        return colour

    @model_validator(mode="after")
    def _races(self, info: ValidationInfo) -> RacerSpec:
        context = info.context or {}
        if context.get("recorded") and self.optimizer not in OPTIMIZERS:
            return self  # a race already run: nothing is loaded to read it
        folder: Path | None = context.get("folder")
        self._kind = OPTIMIZERS.get(self.optimizer) or find(self.optimizer, folder)
        allowed = self._kind.defaults()
        for key, value in self.hyperparameters:
            if key not in allowed:
                raise ValueError(unknown("key", key, [*_OWN, *allowed]))
            if not isinstance(value, Schedule | Watcher):
                _require_form(key, value, allowed[key])
        self.build([])
        return self

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
        """What it is called unless it has a name."""
        known = OPTIMIZERS.get(self.optimizer)
        return known.__name__ if known else label(self.optimizer)

    @property
    def rate(self) -> Any:
        """The learning rate: a number, a schedule, or None for an optimizer that has none."""
        given = dict(self.hyperparameters)
        return next((given[key] for key in _RATES if key in given), self.kind.defaults().get("lr"))

    def build(self, params: list[Any]) -> Optimizer:
        """The optimizer itself, for `params`."""
        return self.kind(params, **dict(self.hyperparameters))

    def with_rate(self, lr: float) -> RacerSpec:
        """This racer with a learning rate, where it has none of its own and its optimizer takes one."""
        if any(key in _RATES for key, _ in self.hyperparameters) or "lr" not in self.kind.defaults():
            return self
        return self.model_copy(update={"hyperparameters": (*self.hyperparameters, ("lr", lr))})


def _frozen(key: str, value: Any) -> Any:
    """A hyperparameter as it is kept: lists as tuples, a schedule's table as the schedule."""
    if isinstance(value, dict) and key in _RATES:
        try:
            return build_schedule(value)
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None
    return tuple(value) if isinstance(value, list) else value


def _require_form(name: str, value: Any, default: Any) -> None:
    """Raise ValueError unless a hyperparameter is a number where its default is one, a pair where that is."""
    given = shown(list(value) if isinstance(value, tuple) else value)
    if isinstance(default, tuple):
        if not is_pair(value):
            raise ValueError(f"{name} must be two numbers, as {list(default)}, got {given}")
    elif isinstance(value, tuple | np.ndarray | dict):
        raise ValueError(f"{name} must be one number, got {given}")
    elif callable(value):  # nothing that a trace could be saved with
        raise ValueError(f"{name} must be one number, or a schedule of optimizers.schedules, got {given}")
