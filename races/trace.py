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

from races.config import make_spec
from races.files import write_whole
from races.spec import RaceSpec
from races.status import Status
from surfaces.messages import shorten

Array = NDArray[np.float64]
_FORMAT = 1
_FLOAT, _TEXT = np.dtype(np.float64).str, np.dtype(np.str_).str[:2]
_COLUMNS = ("racer", "start", "step", "u", "v", "loss", "gradient_u", "gradient_v", "status")


# What zipfile, numpy and json raise on a file that is not theirs, or is cut short or altered.
_DAMAGE = (
    EOFError,
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
    losses have two rows in place of steps + 1, the first and the last, and there are no gradients.

    Attributes:
        spec: the race.
        positions: (u, v), float64 of shape (racers, steps + 1, starts, 2).
        losses: float64 of shape (racers, steps + 1, starts).
        gradients: (dz/du, dz/dv), float64 of shape (racers, steps, starts, 2).
        status: a `Status` for each racer and start, as strings of shape (racers, starts).
    """

    spec: RaceSpec
    positions: Array
    losses: Array
    gradients: Array
    status: NDArray[np.str_]

    def __post_init__(self) -> None:
        for name in _SHAPES:
            getattr(self, name).flags.writeable = False

    @property
    def names(self) -> tuple[str, ...]:
        """The racers' names, in the order of the first axis."""
        return tuple(racer.name for racer in self.spec.racers)

    @property
    def recorded(self) -> range:
        """The step of each row of positions and losses."""
        return range(0, self.spec.steps + 1, 1 if self.spec.record == "all" else self.spec.steps)

    def require_steps(self, what: str) -> None:
        """Raise TraceError, naming what needs them, unless every step was recorded."""
        if self.spec.record != "all":
            raise TraceError(f"{what} needs every step of the race: record must be 'all', got 'ends'")

    def save(self, path: str | Path) -> None:
        """Write the trace to a compressed npz file, whole or not at all."""
        arrays: dict[str, Any] = {name: getattr(self, name) for name in _SHAPES}
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
                    raise TraceError(f"{path}: its format is {shorten(found)}, this version reads {_FORMAT}")
                spec = make_spec(json.loads(str(arrays["spec"])), path.name)
                trace = cls(spec, **{name: arrays[name] for name in _SHAPES})
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
        sizes["kept"] = self.spec.steps if self.spec.record == "all" else 0
        for name, (kind, axes) in _SHAPES.items():
            array, shape = getattr(self, name), tuple(sizes[axis] for axis in axes)
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
                    yield name, j, step, *position, loss, *gradient, str(self.status[i, j])

    def to_csv(self, path: str | Path) -> None:
        """Write a line for each racer, start and step, whole or not at all; the last has no gradient."""

        def write(file: IO[bytes]) -> None:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            writer = csv.writer(text)
            writer.writerow(_COLUMNS)
            writer.writerows(self.rows())
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
        write_whole(path, lambda file: file.write(json.dumps(content, allow_nan=False).encode()))


# Every array: how its type's name starts, and its axes.
_SHAPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "positions": (_FLOAT, ("racers", "rows", "starts", "two")),
    "losses": (_FLOAT, ("racers", "rows", "starts")),
    "gradients": (_FLOAT, ("racers", "kept", "starts", "two")),
    "status": (_TEXT, ("racers", "starts")),
}


def _jsonable(value: Any) -> Any:
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
