"""`RaceSpec`: everything that determines a race and its film, checked before any work starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain, count
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Strict, Tag, ValidationInfo, field_validator, model_validator

from optimizers.hyperparameters import HORIZON
from races.network_spec import MOST_KEPT, MOST_WEIGHTS, NetworkSpec
from races.noise import NoiseSpec
from races.racer_spec import RacerSpec
from races.start_checks import require_start
from races.surface_spec import ExpressionSpec, FileSpec, NamedSpec, as_table
from races.toml_types import FrozenTable, Number, Pair, is_pair, require_printable
from support.messages import shorten, shown, unknown
from support.palette import PALETTES, Name
from support.words import LANGUAGES
from surfaces import SURFACES, Surface

MOST = 100_000_000  # positions in a trace: 4 GB
MOST_RACERS = 1000
# The same memory with the state: L-BFGS's terms take three times as much as everything else.
_MOST = {"all": MOST, "ends": MOST, "state": MOST // 4}


class FilmSpec(FrozenTable):
    """The film of a race.

    Attributes:
        length: in seconds; the race is stretched to fit, and the shorter it is, the fewer parts it has.
        loop: whether it ends where it began.
        language: of its text.
        title: of it, by default the language's.
        subtitle: below that, by default the surface and the number of steps.
        surface: what the surface is called, by default its name.
        theme: of its picture: for a "dark" ground, a "light" one, or any, "transparent".
        inside: the names of the racers whose steps `InsideTheStep` shows, 1 or 2; by default the last two.
    """

    length: Annotated[float, Strict(), Field(ge=6, le=600)] = 35.0
    loop: Annotated[bool, Strict()] = False
    language: str = "en"
    title: Annotated[str, Field(max_length=80)] = ""
    subtitle: Annotated[str, Field(max_length=120)] = ""
    surface: Annotated[str, Field(max_length=60)] = ""
    theme: Name = "dark"
    inside: tuple[str, ...] = ()

    @field_validator("language", mode="before")
    @classmethod
    def _known_language(cls, value: Any) -> Any:
        if not isinstance(value, str) or value not in LANGUAGES:
            allowed = ", ".join(map(repr, LANGUAGES))
            raise ValueError(f"must be one of {allowed}, got {shown(value)}")
        return value

    @field_validator("title", "subtitle", "surface")
    @classmethod
    def _printable(cls, value: str) -> str:
        return require_printable(value)

    @field_validator("inside", mode="before")
    @classmethod
    def _one_or_two(cls, value: Any) -> Any:
        names = tuple(value) if isinstance(value, list | tuple) else value
        if names == ():
            return names  # the default
        named = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
        if not named or len(names) > 2 or len(set(names)) < len(names):
            raise ValueError(f"must be the names of 1 or 2 racers, got {shown(value)}")
        return names


def _surface_kind(value: Any) -> str:
    if isinstance(value, str):
        return "name"
    if isinstance(value, FileSpec) or (isinstance(value, dict) and "file" in value):
        return "file"
    if isinstance(value, NetworkSpec) or (isinstance(value, dict) and "network" in value):
        return "network"
    return "named" if isinstance(value, NamedSpec) or "name" in value else "expression"


_SURFACE = (
    "a name, or a table with a name, or with expression, u_range and v_range, or with file, "
    "or with network, or a formula or mine.py:bowl by itself"
)


class RaceSpec(FrozenTable):
    """A race: a surface, its starts, the number of gradient steps, and the racers.

    Attributes:
        surface: a name of `SURFACES`, by itself or with values of its formula's parameters; an expression,
            with its ranges, or by itself on [-2, 2]; a surface or function of a user's file; or the loss of
            a network, which is raced in the space of its weights (see `NetworkSpec`).
        start: where every racer starts, one point (u, v) or several, in the domain, with a finite loss;
            by default the surface's own. Where only the gradient is not finite, a racer diverges.
        steps: gradient steps of each racer.
        record: what the trace keeps: "all" steps; their "ends", the first position and the last; or beside
            all steps the optimizers' "state", their named terms, so far as these are a number for each of u
            and v: matrices, and L-BFGS's pairs, are left out.
        engine: how steps are computed: by "compiled" programs; by "loops" of machine code, which numba makes
            in seconds, for races from very many starts, and which "compiled" takes, too, where that pays; or
            "eager", by the graph of Tensors itself. Without numba, "loops" is "compiled".
        target: the loss to reach; by default within 1 % of the drop from the start to the lowest loss
            that any racer reaches from there (see `races.metrics.target_of`).
        noise: what is added to the gradients; by default the surface's own, which few have.
        film: length and language of the film.
        racers: in race.toml, the tables ``[[racer]]``.

    Raises:
        pydantic.ValidationError: a ValueError that names every offending field.

    >>> spec = RaceSpec(surface="slope", steps=10, racers=[{"optimizer": "sgd", "lr": 0.5}])
    >>> spec.start, spec.racers[0].name
    (((1.8, 1.8),), 'SGD')
    """

    surface: Annotated[
        Annotated[str, Tag("name")]
        | Annotated[NamedSpec, Tag("named")]
        | Annotated[ExpressionSpec, Tag("expression")]
        | Annotated[FileSpec, Tag("file")]
        | Annotated[NetworkSpec, Tag("network")],
        Discriminator(_surface_kind),
    ]
    start: tuple[Pair, ...] = ()
    steps: Annotated[int, Strict(), Field(ge=1, le=1_000_000)] = 120
    record: Literal["all", "ends", "state"] = "all"
    engine: Literal["compiled", "loops", "eager"] = "compiled"
    target: Number | None = None
    noise: NoiseSpec | None = None
    film: FilmSpec = FilmSpec()
    racers: Annotated[tuple[RacerSpec, ...], Field(alias="racer")]

    @field_validator("surface", mode="before")
    @classmethod
    def _known_surface(cls, value: Any) -> Any:
        value = as_table(value) if isinstance(value, str) else value
        if isinstance(value, str):
            if value not in SURFACES:
                raise ValueError(unknown("surface", value, sorted(SURFACES)))
        elif not isinstance(value, dict | ExpressionSpec | FileSpec | NamedSpec | NetworkSpec):
            raise ValueError(f"must be {_SURFACE}, got {shown(value)}")
        elif isinstance(value, dict) and not {"name", "expression", "file", "network"} & set(value):
            allowed = ["name", "file", "network", *ExpressionSpec.model_fields]
            if misspelt := next((key for key in value if key not in allowed), None):
                raise ValueError(unknown("key", misspelt, allowed))
            if not value:
                raise ValueError(f"must be {_SURFACE}, got {{}}")
        return value

    @field_validator("start", mode="before")
    @classmethod
    def _points(cls, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            value = value.tolist()
        points = [value] if is_pair(value) else value
        if not isinstance(points, list | tuple) or not points or not all(map(is_pair, points)):
            raise ValueError(f"must be [u, v] or a list of such points, got {shown(value)}")
        return points

    @field_validator("racers", mode="before")
    @classmethod
    def _at_least_one(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"must be 1 table [[racer]] or more, got {shown(value)}")
        if len(value) > MOST_RACERS:
            raise ValueError(f"must be at most {MOST_RACERS:,} tables [[racer]], got {len(value):,}")
        return value

    @model_validator(mode="after")
    def _complete(self, info: ValidationInfo) -> RaceSpec:
        surface = self.build_surface()
        # A race already run keeps its settings, whatever its surface suggests today.
        recorded = (info.context or {}).get("recorded", False)
        if isinstance(self.surface, NetworkSpec):
            self._require_fit_for_a_network(self.surface, recorded)
        object.__setattr__(self, "start", self.start or (surface.start,))
        if not isinstance(self.surface, NetworkSpec):
            self._require_starts(surface, recorded)
        racers = self.racers if recorded else tuple(self._suggested(racer, surface) for racer in self.racers)
        object.__setattr__(self, "racers", _told_apart(racers, self.film.theme))
        for name in self.film.inside:
            if name not in (names := [racer.name for racer in self.racers]):
                raise ValueError(f"film: inside: {unknown('racer', name, names)}")
        if self.noise is None and surface.noise and not recorded:
            object.__setattr__(self, "noise", NoiseSpec(scale=surface.noise))
        self._require_room()
        return self

    def _suggested(self, racer: RacerSpec, surface: Surface) -> RacerSpec:
        """The racer, with what the race and its surface suggest unless it has its own."""
        rate = surface.suggested.get(racer.optimizer)
        racer = racer if rate is None else racer.with_default(racer.kind.rate_name, rate)
        return racer.with_default(HORIZON, self.steps)

    def _require_starts(self, surface: Surface, recorded: bool) -> None:
        """Raise ValueError unless all starts are in the domain and, before a race, have a finite loss."""
        starts = self.starts()
        outside = ~surface.contains(*starts.T)
        if outside.any():
            raise ValueError(
                f"start: must lie in the domain, u in {list(surface.u_range)} and v in "
                f"{list(surface.v_range)}, got {list(self.start[int(outside.argmax())])}"
            )
        if not recorded:
            require_start(surface, starts)

    def _require_fit_for_a_network(self, network: NetworkSpec, recorded: bool) -> None:
        """Raise ValueError for what a race in the space of weights does not have."""
        if recorded:
            if len(self.start) > 1 or self.record == "state":
                raise ValueError("a race of networks has one start, and no record of the state")
            return
        if self.start:
            raise ValueError(
                "start: a network starts from its initial weights, which are those of its seed; "
                f"got {shown(list(map(list, self.start)))}"
            )
        if self.noise is not None:
            raise ValueError("noise: a network's gradients have that of their batches: set batch_size")
        if self.record == "state":
            raise ValueError("record: a network has no terms for u and v to keep: 'all' or 'ends'")
        size = network.loss().size
        if size > MOST_WEIGHTS:
            raise ValueError(f"surface: a network must have at most {MOST_WEIGHTS:,} weights, got {size:,}")
        kept = len(self.racers) * (self.steps + 1) * size
        if kept > MOST_KEPT:
            raise ValueError(
                f"steps: racers x steps x weights must be at most {MOST_KEPT:,}, got {kept:,}: "
                f"this network has {size:,} weights"
            )

    def _require_room(self) -> None:
        """Raise ValueError if the trace would be too large, naming the values of `record` that would fit."""
        sizes = {
            record: len(self.racers) * len(self.start) * (2 if record == "ends" else self.steps + 1)
            for record in _MOST
        }
        size, most = sizes[self.record], _MOST[self.record]
        if size > most:
            kept = "starts x 2" if self.record == "ends" else "starts x steps"
            fitting = [f"'{record}'" for record, size in sizes.items() if size <= _MOST[record]]
            cure = f"; there is room for record = {' or '.join(fitting)}" if fitting else ""
            raise ValueError(
                f"racers x {kept} must be at most {most:,} with record = '{self.record}', got {size:,}{cure}"
            )

    def __repr__(self) -> str:
        surface, names = (shorten(text, 60) for text in (self.build_surface().name, ", ".join(self.names)))
        starts = f"{len(self.start):,} start{'s' * (len(self.start) > 1)}"
        return f"<RaceSpec: {names} on {surface}, {self.steps:,} step{'s' * (self.steps > 1)} from {starts}>"

    __str__ = __repr__

    def in_theme(self, theme: Name) -> RaceSpec:
        """The same race in another theme: the palette's colours are the other palette's.

        Args:
            theme: its name.
        """
        before, after = PALETTES[self.film.theme], PALETTES[theme]
        twins = dict(zip(before.values(), after.values(), strict=True))
        racers = tuple(
            racer.model_copy(update={"colour": twins.get(racer.colour, racer.colour)})
            for racer in self.racers
        )
        film = self.film.model_copy(update={"theme": theme})
        return self.model_copy(update={"film": film, "racers": racers})

    @property
    def surface_name(self) -> str:
        """What the surface is called."""
        return self.film.surface or self.build_surface().name

    @property
    def names(self) -> tuple[str, ...]:
        """The racers' names."""
        return tuple(racer.name for racer in self.racers)

    def starts(self) -> NDArray[np.float64]:
        """`start` as a new array of shape (starts, 2)."""
        count = 2 * len(self.start)
        return np.fromiter(chain.from_iterable(self.start), np.float64, count).reshape(-1, 2)

    def build_surface(self) -> Surface:
        """The surface itself."""
        return SURFACES[self.surface] if isinstance(self.surface, str) else self.surface.build()

    @property
    def recorded(self) -> range:
        """The steps whose positions a trace of this race keeps."""
        return range(0, self.steps + 1, self.steps if self.record == "ends" else 1)


def _told_apart(racers: tuple[RacerSpec, ...], theme: Name) -> tuple[RacerSpec, ...]:
    """The racers with missing names and colours filled in, all different."""
    given = Counter(racer.name for racer in racers if racer.name)
    if twice := [name for name, count in given.items() if count > 1]:
        raise ValueError(f"racer: names must differ, got {twice[0]!r} more than once")
    names = {label: _numbered(label) for label in {racer.label for racer in racers}}
    palette = PALETTES[theme]
    racers = tuple(
        racer.model_copy(update={"colour": palette[racer.colour]}) if racer.colour in palette else racer
        for racer in racers
    )
    colours = tuple(palette.values())
    free = [colour for colour in colours if colour not in {racer.colour for racer in racers}]
    named: list[RacerSpec] = []
    for racer in racers:
        name = racer.name or next(name for name in names[racer.label] if name not in given)
        colour = racer.colour or (free.pop(0) if free else colours[len(named) % len(colours)])
        named.append(racer.model_copy(update={"name": name, "colour": colour}))
    return tuple(named)


def _numbered(label: str) -> Iterator[str]:
    """The label, then the label with a number, from 2."""
    yield label
    yield from (f"{label} {i}" for i in count(2))
