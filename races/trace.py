"""`Trace`: everything that happened in a race, from which every table, plot and film is made."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from races.network_spec import NetworkSpec
from races.race_plane import RacePlane
from races.spec import RaceSpec
from races.trace_file import FORMAT, MANY_STARTS, PLANE, SHAPES, STATE, TraceError, read_trace
from support.lazy import Lazy
from support.whole_files import write_whole
from surfaces import Surface

Array = NDArray[np.float64]
_PIECE = 10_000  # rows, or numbers, exported at once
# The first characters of a formula, also in their full-width variants.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_COLUMNS = ("racer", "start", "step", "u", "v", "loss", "gradient_u", "gradient_v", "evaluations", "status")


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """A race as it was run. Step 0 is the start; the gradient at step k leads to step k + 1.

    After the step at which a racer diverges, its entries are nan. With `record` "ends", positions and losses
    have two rows instead of steps + 1, the first and the last, and there are no gradients. Only with `record`
    "state" are there rates and states. A network is raced in the space of its weights: its losses are those
    at the weights themselves, its positions and gradients are projections onto a plane.

    Attributes:
        spec: the race.
        positions: (u, v), float64 of shape (racers, steps + 1, starts, 2).
        losses: float64 of shape (racers, steps + 1, starts).
        gradients: (dz/du, dz/dv), float64 of shape (racers, steps, starts, 2).
        status: a `Status` for each racer and start, as strings of shape (racers, starts).
        evaluations: the number of gradients evaluated so far, int64 of shape (racers, steps + 1, starts): the
            same as steps, except for optimizers that evaluate several per step. A Hessian counts as two.
        rates: the learning rate of each step, float64 of shape (racers, steps, starts).
        states: for each racer, its optimizer's terms by name, float64 of shape (steps, starts, 2), for u and
            for v: those that led from step k to step k + 1; nan where no step was taken.
        plane: of a network's race, the plane, the share of the paths' variance that it explains, and how far
            each racer is from it.

    >>> from races import RaceSpec, run_race
    >>> trace = run_race(RaceSpec(surface="slope", steps=2, racers=[{"optimizer": "sgd", "lr": 1.0}]))
    >>> trace.positions.shape, trace.losses.shape, trace.gradients.shape
    ((1, 3, 1, 2), (1, 3, 1), (1, 2, 1, 2))
    """

    spec: RaceSpec
    positions: Array
    losses: Array
    gradients: Array
    status: NDArray[np.str_]
    evaluations: Any = None
    rates: Array | None = None
    states: tuple[dict[str, Array], ...] | None = None
    plane: RacePlane | None = None

    def __post_init__(self) -> None:
        if self.evaluations is None:
            steps = np.array(self.recorded, dtype=np.int64)[:, None]
            object.__setattr__(self, "evaluations", np.broadcast_to(steps, self.losses.shape))
        for array in self._arrays().values():
            array.flags.writeable = False

    def __repr__(self) -> str:
        return repr(self.spec).replace("RaceSpec", "Trace", 1)

    def _arrays(self) -> dict[str, Any]:
        """All arrays, under the names that they have in a file."""
        arrays = {name: getattr(self, name) for name in SHAPES}
        if self.rates is not None:
            arrays["rates"] = self.rates
        for i, state in enumerate(self.states or ()):
            arrays |= {f"{STATE}/{i}/{name}": term for name, term in state.items()}
        if self.plane is not None:
            arrays |= {f"{PLANE}/{name}": array for name, array in self.plane.arrays().items()}
        return arrays

    @property
    def names(self) -> tuple[str, ...]:
        """The racers' names, in the order of the first axis."""
        return self.spec.names

    @Lazy
    def surface(self) -> Surface:
        """The surface that was raced on; a network's loss on the plane of the race.

        Raises:
            TraceError: if the plane is another network's.
        """
        if not isinstance(self.spec.surface, NetworkSpec) or self.plane is None:
            return self.spec.build_surface()
        try:
            return self.plane.surface(self.spec.surface, self.spec.start[0])
        except ValueError as error:
            raise TraceError(str(error)) from None

    @property
    def recorded(self) -> range:
        """The step of each row of positions and losses."""
        return self.spec.recorded

    def require_steps(self, what: str) -> None:
        """Raise TraceError, naming what needs them, unless every step was recorded."""
        if self.spec.record == "ends":
            raise TraceError(f"{what} needs every step of the race: record must be 'all', got 'ends'")

    def save(self, path: str | Path, *, replace: bool = True) -> Path:
        """Write the trace to a compressed npz file, whole or not at all.

        Args:
            path: where to.
            replace: whether to replace a file at `path`; if not, the first free name of x.npz, x-2.npz, ...
                is taken, and no two runs get the same one.

        Returns:
            Where the file is.
        """
        arrays = self._arrays()
        arrays["format"] = FORMAT
        many = len(self.spec.start) > MANY_STARTS
        arrays["spec"] = self.spec.model_dump_json(by_alias=True, exclude={"start"} if many else None)
        return write_whole(path, lambda file: np.savez_compressed(file, **arrays), replace=replace)

    @classmethod
    def load(cls, path: str | Path) -> Trace:
        """Read a trace that `save` wrote; nothing in the file is unpickled or run.

        Raises:
            TraceError: if the file is missing, damaged, or no trace.
        """
        spec, arrays = read_trace(Path(path))
        return cls(spec, **arrays)

    @property
    def columns(self) -> tuple[str, ...]:
        """What `rows` gives: for a network's race, after the loss, the distance from the plane too."""
        after = _COLUMNS.index("loss") + 1
        return _COLUMNS if self.plane is None else (*_COLUMNS[:after], "distance", *_COLUMNS[after:])

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row for each racer, start and step, under the `columns`."""
        # Lists, since numpy may swallow a Ctrl-C while it indexes a single entry.
        for i, name in enumerate(self.names):
            for j in range(len(self.spec.start)):
                (status,) = self.status[i, j : j + 1].tolist()
                for first in range(0, len(self.recorded), _PIECE):
                    part = slice(first, first + _PIECE)
                    positions, losses = self.positions[i, part, j].tolist(), self.losses[i, part, j].tolist()
                    counts = self.evaluations[i, part, j].tolist()
                    gradients = self.gradients[i, part, j].tolist()
                    gradients += [[None, None]] * (len(losses) - len(gradients))
                    away: list[list[float]] = [[]] * len(losses)
                    if self.plane is not None:
                        away = self.plane.distances[i, part, j : j + 1].tolist()
                    columns = (self.recorded[part], positions, losses, away, gradients, counts)
                    for step, position, loss, more, gradient, count in zip(*columns, strict=True):
                        yield name, j, step, *position, loss, *more, *gradient, count, status

    def to_csv(self, path: str | Path) -> Path:
        """Write a line for each racer, start and step, whole or not at all; the last has no gradient."""

        def write(file: IO[bytes]) -> None:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            writer = csv.writer(text)
            writer.writerow(self.columns)
            writer.writerows((_cell(name), *numbers) for name, *numbers in self.rows())
            text.flush()
            text.detach()

        return write_whole(path, write)

    def to_json(self, path: str | Path) -> Path:
        """Write the race, its arrays as nested lists, whole or not at all; null for what is not finite."""
        content: dict[str, Any] = {
            "spec": json.loads(self.spec.model_dump_json(by_alias=True)),
            "names": self.names,
            **{name: getattr(self, name) for name in SHAPES},
        }
        if self.rates is not None and self.states is not None:
            content |= {"rates": self.rates, "states": self.states}
        if self.plane is not None:
            content |= {PLANE: self.plane.arrays()}

        def write(file: IO[bytes]) -> None:
            for piece in _json_pieces(content):
                file.write(piece.encode())

        return write_whole(path, write)


def _cell(name: str) -> str:
    """A name as a cell of a CSV file, with an apostrophe before what a spreadsheet would take for a formula.

    In much of Europe, spreadsheets also split cells at semicolons.
    """
    parts = name.split(";")
    return ";".join(f"'{part}" if part.lstrip().startswith(_FORMULA) else part for part in parts)


def _json_pieces(value: Any) -> Iterator[str]:
    """A value as JSON in short pieces, so that the text of a long race is never in memory as a whole."""
    if isinstance(value, dict):
        yield "{"
        for k, (name, item) in enumerate(value.items()):
            yield f"{', ' * (k > 0)}{json.dumps(name)}: "
            yield from _json_pieces(item)
        yield "}"
    elif isinstance(value, np.ndarray) and value.size > _PIECE:
        yield "["
        rows = max(1, _PIECE * len(value) // value.size)
        for first in range(0, len(value), rows):
            yield ", " * (first > 0)
            if rows == 1:
                yield from _json_pieces(value[first])
            else:
                yield "".join(_json_pieces(value[first : first + rows]))[1:-1]
        yield "]"
    elif isinstance(value, np.ndarray):
        plain = np.where(np.isfinite(value), value, np.array(None)) if value.dtype.kind == "f" else value
        yield json.dumps(plain.tolist(), allow_nan=False)
    elif isinstance(value, tuple) and value and isinstance(value[0], dict):
        yield "["
        for k, item in enumerate(value):
            yield ", " * (k > 0)
            yield from _json_pieces(item)
        yield "]"
    else:
        yield json.dumps(value, allow_nan=False)
