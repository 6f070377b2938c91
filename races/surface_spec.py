"""The surface of a race, as race.toml gives it."""

from __future__ import annotations

import dataclasses
import math
import re
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from optimizers import OPTIMIZERS
from optimizers.external.names import label
from races import user_surface
from races.toml_file import SpecError
from races.toml_types import FrozenTable, Number, Pair, is_pair
from support.messages import shown, unknown
from surfaces import SURFACES, Expression, Surface, expression_surface, get_surface


class _FormulaSpec(FrozenTable):
    """Optional keys of a surface that is not one of `SURFACES`.

    Attributes:
        z_range: the heights to show; by default the range of the formula's values.
        start: the default start of a race; by default a quarter of the way in.
        minima: the known minimizers to mark, one or several.
        camera: the viewing angles (phi, theta) in degrees; phi is 0 from above.
    """

    z_range: Pair | None = None
    start: Pair | None = None
    minima: tuple[Pair, ...] | None = None
    camera: Pair | None = None

    @field_validator("u_range", "v_range", "z_range", "start", "camera", mode="before", check_fields=False)
    @classmethod
    def _two(cls, value: Any, info: ValidationInfo) -> Any:
        if not is_pair(value) and value is not None:
            form = {"start": "[u, v]", "camera": "[phi, theta], in degrees"}.get(str(info.field_name))
            raise ValueError(f"must be {form or '[low, high]'}, got {shown(value)}")
        return value

    @field_validator("minima", mode="before")
    @classmethod
    def _points(cls, value: Any) -> Any:
        points = [value] if is_pair(value) else value
        if points is not None and not (isinstance(points, list | tuple) and all(map(is_pair, points))):
            raise ValueError(f"must be [u, v] or a list of such points, got {shown(value)}")
        return points

    @field_validator("u_range", "v_range", "z_range", check_fields=False)
    @classmethod
    def _rising(cls, value: Pair | None) -> Pair | None:
        if value and not 0 < value[1] - value[0] < math.inf:
            raise ValueError(f"must be [low, high] with low < high and a finite width, got {list(value)}")
        return value

    @field_validator("camera")
    @classmethod
    def _above(cls, value: Pair | None) -> Pair | None:
        if value and not (0 <= value[0] <= 90 and -360 <= value[1] <= 360):
            raise ValueError(f"must be [phi, theta] with phi from 0 to 90 degrees, got {list(value)}")
        return value

    @model_serializer
    def given(self) -> dict[str, Any]:
        """The keys that are set, as in race.toml."""
        return {key: value for key in type(self).model_fields if (value := getattr(self, key)) is not None}


class _RangedSpec(_FormulaSpec):
    """The same keys, and the domain."""

    u_range: Pair
    v_range: Pair


class ExpressionSpec(_RangedSpec):
    """A surface given by a formula in u and v, and its domain."""

    expression: str

    @model_validator(mode="after")
    def _parses(self) -> ExpressionSpec:
        self.build()
        return self

    def build(self) -> Surface:
        """The surface itself."""
        record = self.given()
        return expression_surface(record.pop("expression"), **record)


class FileSpec(_FormulaSpec):
    """A surface from a user's file: "mine.py:bowl" is bowl in mine.py beside race.toml.

    It is a `Surface`, a function decorated by `surfaces.surface`, or any function of u and v, whose domain is
    [-2, 2] unless ranges are given. Keys given here override those of the file. Reading a trace loads no
    file: the surface then has everything but its heights.
    """

    file: str
    u_range: Pair | None = None
    v_range: Pair | None = None
    _surface: Surface = PrivateAttr()

    @model_validator(mode="after")
    def _loads(self, info: ValidationInfo) -> FileSpec:
        context = info.context or {}
        record = self.given()
        file = record.pop("file")
        if context.get("recorded"):
            surface = _record_of(file, record)
            self._surface = Surface(name=label(file), formula=partial(_not_loaded, file), **surface)
            return self
        self._surface = user_surface.load_surface(file, context.get("folder"), record)
        found = {key: getattr(self._surface, key) for key in _RangedSpec.model_fields}
        for key, value in _record_of(file, found).items():
            object.__setattr__(self, key, value)  # so that a trace records everything but the formula
        return self

    def build(self) -> Surface:
        """The surface itself."""
        return self._surface


def _record_of(file: str, record: dict[str, Any]) -> dict[str, Any]:
    """The keys of a file's surface, checked like those of race.toml."""
    try:
        return _RangedSpec.model_validate(record).given()
    except ValidationError as error:
        raise ValueError(f"{file}: {error.errors()[0]['loc'][0]}: {_reason(error)}") from None


def _reason(error: ValidationError) -> str:
    """The message of a table's first error, without its place."""
    first = error.errors()[0]
    return str(first.get("ctx", {}).get("error", first["msg"]))


def _not_loaded(text: str, *_: Any) -> Any:
    raise SpecError(f"{text} is not this project's, and a trace does not load it: use its race.toml")


_FORMULA = re.compile(r"[^\w\s.:'/-]|/|\b[uvxy]\b")


def as_table(text: str) -> Any:
    """Expand a surface given as a string to the table it abbreviates; a formula has the default ranges.

    >>> as_table("u**2 + v**2")
    {'expression': 'u**2 + v**2', 'u_range': (-2.0, 2.0), 'v_range': (-2.0, 2.0)}
    >>> as_table("funky")
    'funky'
    """
    if text.endswith(".py") or ".py:" in text:
        return {"file": text}
    if text in SURFACES or not _FORMULA.search(text):
        return text
    return {"expression": text, "u_range": user_surface.RANGE, "v_range": user_surface.RANGE}


def surface_at_points(text: str, folder: Path) -> Surface:
    """The surface that a string names, to be evaluated at points: a formula's domain is unbounded.

    Args:
        text: one of `SURFACES`, a formula, or "mine.py:bowl".
        folder: where a user's file is looked for.

    Raises:
        ValueError: one line on what is wrong.
    """
    table = as_table(text)
    if isinstance(table, str):
        return get_surface(table)
    if "expression" in table:
        everywhere = (-math.inf, math.inf)
        return Surface(
            name="formula", formula=Expression(text), u_range=everywhere, v_range=everywhere,
            z_range=everywhere, start=(1.0, 1.0),
        )  # fmt: skip
    try:
        return FileSpec.model_validate(table, context={"folder": folder}).build()
    except ValidationError as error:
        raise ValueError(_reason(error)) from None


class NamedSpec(FrozenTable):
    """A surface of `SURFACES` with other parameters of its formula, or other suggested learning rates.

    In race.toml the parameters are written beside the other keys.
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
