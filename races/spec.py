"""`RaceSpec`: everything that decides a race and its film, checked before any work starts."""

from __future__ import annotations

import math
import reprlib
from collections import Counter
from itertools import chain
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AllowInfNan,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    field_validator,
    model_serializer,
    model_validator,
)

from autograd import Tensor
from optimizers import OPTIMIZERS, Optimizer
from races.palette import COLOURS, PALETTE
from surfaces import SURFACES, Surface, expression_surface
from surfaces.messages import unknown

Number = Annotated[float, Strict(), AllowInfNan(False)]
Pair = tuple[Number, Number]
MOST = 100_000_000  # positions in a trace: 4 GB


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ExpressionSpec(_Frozen):
    """A surface given by a formula in u and v, and the domain it is raced on."""

    expression: str
    u_range: Pair
    v_range: Pair

    @field_validator("u_range", "v_range", mode="before")
    @classmethod
    def _two(cls, value: Any) -> Any:
        if not _is_pair(value):
            raise ValueError(f"must be [low, high], got {reprlib.repr(value)}")
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


class FilmSpec(_Frozen):
    """The film of a race: its length in seconds, the race in it being stretched to fit, and its language."""

    length: Annotated[float, Strict(), Field(ge=20, le=600)] = 35.0
    language: Literal["en", "fr"] = "en"


class RacerSpec(_Frozen):
    """One racer: an optimizer of `OPTIMIZERS`, what to call and how to colour it, its hyperparameters.

    In race.toml the hyperparameters stand beside the other keys.
    """

    optimizer: str
    name: Annotated[str, Field(min_length=1, max_length=40)] = ""
    colour: str = ""
    hyperparameters: tuple[tuple[str, Any], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        own = {key: value for key, value in values.items() if key in {"optimizer", "name", "colour"}}
        rest = {key: value for key, value in values.items() if key not in own}
        pairs = ((key, tuple(item) if isinstance(item, list) else item) for key, item in rest.items())
        return own | {"hyperparameters": tuple(pairs)}

    @model_serializer
    def _flatten(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer, "name": self.name, "colour": self.colour} | dict(
            self.hyperparameters
        )

    @field_validator("optimizer")
    @classmethod
    def _registered(cls, value: str) -> str:
        if value not in OPTIMIZERS:
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
            raise ValueError(f"must be #rrggbb or one of {', '.join(PALETTE)}, got {value!r}")
        return colour

    @model_validator(mode="after")
    def _races(self) -> RacerSpec:
        allowed = OPTIMIZERS[self.optimizer].defaults()
        for key, value in self.hyperparameters:
            if key not in allowed:
                raise ValueError(unknown("key", key, ["optimizer", "name", "colour", *allowed]))
            _require_form(key, value, allowed[key])
        self.build([])
        return self

    def build(self, params: list[Tensor]) -> Optimizer:
        """The optimizer itself, for `params`."""
        return OPTIMIZERS[self.optimizer](params, **dict(self.hyperparameters))


def _is_pair(value: Any) -> bool:
    """Whether `value` is a list of two that are not lists themselves."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    return not any(isinstance(item, list | tuple) for item in value)


def _require_form(name: str, value: Any, default: Any) -> None:
    """Raise ValueError unless a hyperparameter is a number where its default is one, a pair where that is."""
    shown = reprlib.repr(list(value) if isinstance(value, tuple) else value)
    if isinstance(default, tuple):
        if not _is_pair(value):
            raise ValueError(f"{name} must be two numbers, as {list(default)}, got {shown}")
    elif isinstance(value, tuple | np.ndarray):
        raise ValueError(f"{name} must be one number, got {shown}")


def _surface_form(value: Any) -> str:
    return "name" if isinstance(value, str) else "expression"


class RaceSpec(_Frozen):
    """A race: a surface, its starts, the number of gradient steps, and the racers.

    Attributes:
        surface: a name of `SURFACES`, or an expression with its ranges.
        start: where every racer starts, one point (u, v) or several; the surface's own by default.
        steps: gradient steps of each racer.
        record: what the trace keeps: "all" steps, or their "ends", the first position and the last.
        engine: how steps are computed: by "compiled" programs, or "eager", by the graph of Tensors itself.
        target: the loss to reach; by default within 1 % of the drop from the start to the lowest loss
            that any racer reaches from there (see `races.metrics.target_loss`).
        film: length and language of the film.
        racers: in race.toml, the tables ``[[racer]]``.

    Raises:
        pydantic.ValidationError: a ValueError that names every offending field.

    >>> spec = RaceSpec(surface="slope", steps=10, racers=[{"optimizer": "sgd", "lr": 0.5}])
    >>> spec.start, spec.racers[0].name
    (((1.8, 1.8),), 'SGD')
    """

    surface: Annotated[
        Annotated[str, Tag("name")] | Annotated[ExpressionSpec, Tag("expression")],
        Discriminator(_surface_form),
    ]
    start: tuple[Pair, ...] = ()
    steps: Annotated[int, Strict(), Field(ge=1, le=1_000_000)] = 120
    record: Literal["all", "ends"] = "all"
    engine: Literal["compiled", "eager"] = "compiled"
    target: Number | None = None
    film: FilmSpec = FilmSpec()
    racers: Annotated[tuple[RacerSpec, ...], Field(alias="racer")]

    @field_validator("surface", mode="before")
    @classmethod
    def _known_surface(cls, value: Any) -> Any:
        if isinstance(value, str):
            if value not in SURFACES:
                raise ValueError(unknown("surface", value, SURFACES))
        elif not isinstance(value, dict | ExpressionSpec):
            raise ValueError(f"must be a name or {{ expression, u_range, v_range }}, got {value!r}")
        return value

    @field_validator("start", mode="before")
    @classmethod
    def _points(cls, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            value = value.tolist()
        points = [value] if _is_pair(value) else value
        if not isinstance(points, list | tuple) or not points or not all(map(_is_pair, points)):
            raise ValueError(f"must be [u, v] or a list of such points, got {reprlib.repr(value)}")
        return points

    @field_validator("racers", mode="before")
    @classmethod
    def _at_least_one(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"must be 1 table [[racer]] or more, got {reprlib.repr(value)}")
        return value

    @model_validator(mode="after")
    def _complete(self) -> RaceSpec:
        surface = self.build_surface()
        object.__setattr__(self, "start", self.start or (surface.start,))
        outside = ~surface.contains(*self.starts().T)
        if outside.any():
            raise ValueError(
                f"start: must lie in the domain, u in {list(surface.u_range)} and v in "
                f"{list(surface.v_range)}, got {list(self.start[int(outside.argmax())])}"
            )
        object.__setattr__(self, "racers", _told_apart(self.racers))
        size = len(self.racers) * len(self.start) * (self.steps + 1 if self.record == "all" else 2)
        if size > MOST:
            cure = "" if self.record == "ends" else "; record = 'ends' keeps less"
            raise ValueError(f"racers x starts x steps must be at most {MOST:,}, got {size:,}{cure}")
        return self

    def starts(self) -> NDArray[np.float64]:
        """`start` as a new array of shape (starts, 2)."""
        count = 2 * len(self.start)
        return np.fromiter(chain.from_iterable(self.start), np.float64, count).reshape(-1, 2)

    def build_surface(self) -> Surface:
        """The surface itself."""
        return SURFACES[self.surface] if isinstance(self.surface, str) else self.surface.build()


def _told_apart(racers: tuple[RacerSpec, ...]) -> tuple[RacerSpec, ...]:
    """The racers with the names and colours that were left out filled in, each different."""
    given = Counter(racer.name for racer in racers if racer.name)
    if twice := [name for name, count in given.items() if count > 1]:
        raise ValueError(f"racer: names must differ, got {twice[0]!r} more than once")
    taken = set(given)
    free = [colour for colour in COLOURS if colour not in {racer.colour for racer in racers}]
    named: list[RacerSpec] = []
    for racer in racers:
        kind = OPTIMIZERS[racer.optimizer].__name__
        name = racer.name or next(
            name for name in (kind, *(f"{kind} {i}" for i in range(2, len(racers) + 2))) if name not in taken
        )
        taken.add(name)
        colour = racer.colour or (free.pop(0) if free else COLOURS[len(named) % len(COLOURS)])
        named.append(racer.model_copy(update={"name": name, "colour": colour}))
    return tuple(named)
