"""The surface that a race is run on, as race.toml names it."""

from __future__ import annotations

import dataclasses
import math
from typing import Annotated, Any

from pydantic import ConfigDict, Field, field_validator, model_serializer, model_validator

from autograd.messages import shown, unknown
from optimizers import OPTIMIZERS
from races.forms import Frozen, Number, Pair, is_pair
from surfaces import Surface, expression_surface, get_surface


class ExpressionSpec(Frozen):
    """A surface given by a formula in u and v, and the domain it is raced on."""

    expression: str
    u_range: Pair
    v_range: Pair

    @field_validator("u_range", "v_range", mode="before")
    @classmethod
    def _two(cls, value: Any) -> Any:
        if not is_pair(value):
            raise ValueError(f"must be [low, high], got {shown(value)}")
        return value

    @field_validator("u_range", "v_range")
    @classmethod
    def _rising(cls, value: Pair) -> Pair:
        if not 0 < value[1] - value[0] < math.inf:
            raise ValueError(f"must be [low, high] with low < high and a finite width, got {list(value)}")
        return value

    @model_validator(mode="after")
    def _parses(self) -> ExpressionSpec:
        self.build()
        return self

    def build(self) -> Surface:
        """The surface itself."""
        return expression_surface(self.expression, self.u_range, self.v_range)


class NamedSpec(Frozen):
    """A surface of `SURFACES` with values of its formula's parameters, or other suggested learning rates.

    In race.toml the parameters stand beside the other keys.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    suggested: dict[str, Annotated[Number, Field(ge=0)]] = Field(default_factory=dict)

    @field_validator("suggested")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        for name in value:
            if name not in OPTIMIZERS:
                raise ValueError(unknown("optimizer", name, OPTIMIZERS))
        return value

    @model_validator(mode="after")
    def _exists(self) -> NamedSpec:
        allowed = [*NamedSpec.model_fields, *get_surface(self.name).parameters]
        for key in self.model_extra or {}:
            if key not in allowed:
                raise ValueError(unknown("key", key, allowed))
        self.build()
        return self

    @model_serializer
    def _flatten(self) -> dict[str, Any]:
        suggested = {"suggested": self.suggested} if self.suggested else {}
        return {"name": self.name} | suggested | (self.model_extra or {})

    def build(self) -> Surface:
        """The surface itself."""
        surface = get_surface(self.name, **(self.model_extra or {}))
        return dataclasses.replace(surface, suggested={**surface.suggested, **self.suggested})
