"""`Trace`: everything that happened in a race, from which every table, plot and film is made."""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from autograd.messages import shorten
from races.config import make_spec
from races.files import write_whole
from races.spec import RaceSpec
from races.status import Status

Array = NDArray[np.float64]
_FORMAT = 2
_FLOAT, _TEXT = np.dtype(np.float64).str, np.dtype(np.str_).str[:2]
_INT = np.dtype(np.int64).str
_STATE = "state"
# What a formula begins with, also in the wide letters of East Asia.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_COLUMNS = ("racer", "start", "step", "u", "v", "loss", "gradient_u", "gradient_v", "evaluations", "status")


# What zipfile, numpy and json raise on a file that is not theirs, or is cut short or altered.
_DAMAGE = (
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class TraceError(ValueError):
    """A trace was refused; the message is one line that says what is wrong with it, or with its file."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A race as it was run. Step 0 is the start; a gradient at step k is what led to step k + 1.

    From the step after a racer has diverged on, its entries are nan. With `record` "ends", positions and
    losses have two rows in place of steps + 1, the first and the last, and there are no gradients. Only with
    `record` "state" there are rates and states.

    Attributes:
        spec: the race.
        positions: (u, v), float64 of shape (racers, steps + 1, starts, 2).
        losses: float64 of shape (racers, steps + 1, starts).
        gradients: (dz/du, dz/dv), float64 of shape (racers, steps, starts, 2).
        status: a `Status` for each racer and start, as strings of shape (racers, starts).
        evaluations: how many gradients had been evaluated, int64 of shape (racers, steps + 1, starts): as
            many as steps, but for optimizers that look around within a step. A Hessian counts as two.
        rates: the learning rate of each step, float64 of shape (racers, steps, starts).
        states: for each racer its optimizer's terms by name, float64 of shape (steps, starts, 2): for u and
            for v, those with which step k led to step k + 1; nan where no step was made.
    """

    spec: RaceSpec
    positions: Array
    losses: Array
    gradients: Array
    status: NDArray[np.str_]
    evaluations: Any = None
    rates: Array | None = None
    states: tuple[dict[str, Array], ...] | None = None

    def __post_init__(self) -> None:
        if self.evaluations is None:
            steps = np.array(self.recorded, dtype=np.int64)[:, None]
            object.__setattr__(self, "evaluations", np.broadcast_to(steps, self.losses.shape))
        for array in self._arrays().values():
            array.flags.writeable = False

    def _arrays(self) -> dict[str, Any]:
        """All arrays, under the names that they have in a file."""
        arrays = {name: getattr(self, name) for name in _SHAPES}
        if self.rates is not None:
            arrays["rates"] = self.rates
        for i, state in enumerate(self.states or ()):
            arrays |= {f"{_STATE}/{i}/{name}": term for name, term in state.items()}
        return arrays

    @property
    def names(self) -> tuple[str, ...]:
        """The racers' names, in the order of the first axis."""
        return tuple(racer.name for racer in self.spec.racers)

    @property
    def recorded(self) -> range:
        """The step of each row of positions and losses."""
        return self.spec.recorded

    def require_steps(self, what: str) -> None:
        """Raise TraceError, naming what needs them, unless every step was recorded."""
        if self.spec.record == "ends":
            raise TraceError(f"{what} needs every step of the race: record must be 'all', got 'ends'")

    def save(self, path: str | Path) -> None:
        """Write the trace to a compressed npz file, whole or not at all."""
        arrays = self._arrays()
        arrays["format"] = _FORMAT
        arrays["spec"] = self.spec.model_dump_json(by_alias=True)
        write_whole(path, lambda file: np.savez_compressed(file, **arrays))

    @classmethod
    def load(cls, path: str | Path) -> Trace:
        """Read a trace that `save` wrote; nothing in the file is unpickled or run.

        Raises:
            TraceError: if the file is missing, damaged, or no trace.
        """
        path = Path(path)
        try:
            with zipfile.ZipFile(path) as archive:
                if (damaged := archive.testzip()) is not None:
                    raise TraceError(f"{path}: damaged: {damaged} does not match its checksum")
            with np.load(path, allow_pickle=False) as arrays:
                if (found := arrays["format"]).shape or found != _FORMAT:
                    raise TraceError(
                        f"{path}: its format is {shorten(found)}, this version reads {_FORMAT}: race it again"
                    )
                spec = make_spec(json.loads(str(arrays["spec"])), path.name, context={"recorded": True})
                trace = cls(spec, **{name: arrays[name] for name in _SHAPES}, **_extras(spec, arrays))
        except FileNotFoundError:
            raise TraceError(f"{path}: no such file or directory") from None
        except TraceError:
            raise
        except _DAMAGE as error:
            raise TraceError(f"{path}: no trace, or a damaged one: {shorten(error, 120)}") from None
        trace._check(path)
        return trace

    def _check(self, path: Path) -> None:
        sizes = {"racers": len(self.spec.racers), "starts": len(self.spec.start)}
        sizes |= {"rows": len(self.recorded), "two": 2}
        sizes["kept"] = 0 if self.spec.record == "ends" else self.spec.steps
        for name, array in self._arrays().items():
            kind, axes = _SHAPES.get(name) or _EXTRAS[name.split("/")[0]]
            shape = tuple(sizes[axis] for axis in axes)
            if array.shape != shape or not array.dtype.str.startswith(kind):
                found = f"{array.dtype.str} of shape {array.shape}"
                raise TraceError(f"{path}: damaged: {name} is {found}, not {kind} of shape {shape}")
        if not set(self.status.flat) <= set(Status):
            raise TraceError(f"{path}: damaged: status is not one of {', '.join(Status)}")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row for each racer, start and step, under the columns that `to_csv` writes."""
        for i, name in enumerate(self.names):
            for j in range(len(self.spec.start)):
                for k, step in enumerate(self.recorded):
                    known = k < self.gradients.shape[1]
                    gradient = self.gradients[i, k, j].tolist() if known else [None, None]
                    position, loss = self.positions[i, k, j].tolist(), float(self.losses[i, k, j])
                    count = int(self.evaluations[i, k, j])
                    yield name, j, step, *position, loss, *gradient, count, str(self.status[i, j])

    def to_csv(self, path: str | Path) -> None:
        """Write a line for each racer, start and step, whole or not at all; the last has no gradient."""

        def write(file: IO[bytes]) -> None:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            writer = csv.writer(text)
            writer.writerow(_COLUMNS)
            writer.writerows((_cell(name), *numbers) for name, *numbers in self.rows())
            text.flush()
            text.detach()

        write_whole(path, write)

    def to_json(self, path: str | Path) -> None:
        """Write the race, its arrays as nested lists, whole or not at all; null for what is not finite."""
        content = {
            "spec": json.loads(self.spec.model_dump_json(by_alias=True)),
            "names": self.names,
            **{name: _jsonable(getattr(self, name).tolist()) for name in _SHAPES},
        }
        if self.rates is not None and self.states is not None:
            content["rates"] = _jsonable(self.rates.tolist())
            content["states"] = [
                {name: _jsonable(term.tolist()) for name, term in state.items()} for state in self.states
            ]
        write_whole(path, lambda file: file.write(json.dumps(content, allow_nan=False).encode()))


# Every array: how its type's name starts, and its axes.
_SHAPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "positions": (_FLOAT, ("racers", "rows", "starts", "two")),
    "losses": (_FLOAT, ("racers", "rows", "starts")),
    "gradients": (_FLOAT, ("racers", "kept", "starts", "two")),
    "status": (_TEXT, ("racers", "starts")),
    "evaluations": (_INT, ("racers", "rows", "starts")),
}
# The same of what there is beside them where the state is recorded.
_EXTRAS: dict[str, tuple[str, tuple[str, ...]]] = {
    "rates": (_FLOAT, ("racers", "kept", "starts")),
    _STATE: (_FLOAT, ("kept", "starts", "two")),
}


def _extras(spec: RaceSpec, arrays: Any) -> dict[str, Any]:
    """What a file holds of rates and states."""
    if spec.record != "state":
        return {}
    states: dict[str, dict[str, Array]] = {str(i): {} for i in range(len(spec.racers))}
    for key in arrays.files:
        kind, _, rest = key.partition("/")
        if kind == _STATE:
            racer, _, name = rest.partition("/")
            if racer not in states:
                raise ValueError(f"{key} is of no racer: there are {len(states)}, from 0")
            states[racer][name] = arrays[key]
    return {"rates": arrays["rates"], "states": tuple(states.values())}


def _cell(name: str) -> str:
    """A name as a cell of a CSV file: with an apostrophe before it where a spreadsheet would see a formula.

    A semicolon is where a spreadsheet in half of Europe begins another cell.
    """
    parts = name.split(";")
    return ";".join(f"'{part}" if part.lstrip().startswith(_FORMULA) else part for part in parts)


def _jsonable(value: Any) -> Any:
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
