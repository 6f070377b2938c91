"""Reads a trace's npz file, possibly from a stranger: sizes are checked before anything is read.

A few megabytes of npz can unpack to many gigabytes. So the format and the spec are read first, under a size
limit; the spec implies the shape of every other array, and each array's header is compared with it before
its data is read. Nothing is unpickled or run.
"""

from __future__ import annotations

import json
import math
import warnings
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from races.config import make_spec
from races.network_spec import MOST_WEIGHTS, NetworkSpec
from races.race_plane import RacePlane
from races.spec import MOST, RaceSpec
from races.status import Status
from support.messages import shorten

FORMAT = 2
STATE = "state"  # the first part of the names of optimizers' terms: state/0/exp_avg
SPEC_CAP = 256 * 2**20  # bytes of a spec's text, four for each character
MANY_STARTS = 100_000  # from here on, the spec's start is not written: positions hold the same points
TERMS_CAP = 100  # terms of one racer's optimizer

_FLOAT, _TEXT, _INT = (np.dtype(kind).str for kind in (np.float64, "U1", np.int64))
# The type and the axes of every array; text may be shorter or longer.
SHAPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "positions": (_FLOAT, ("racers", "rows", "starts", "two")),
    "losses": (_FLOAT, ("racers", "rows", "starts")),
    "gradients": (_FLOAT, ("racers", "kept", "starts", "two")),
    "status": (_TEXT, ("racers", "starts")),
    "evaluations": (_INT, ("racers", "rows", "starts")),
}
# Present only if the state is recorded; all of a racer's terms have the same shape.
_RATES = (_FLOAT, ("racers", "kept", "starts"))
_TERM = (_FLOAT, ("kept", "starts", "two"))
# Those of a network's race.
PLANE = "plane"  # how their names start: plane/origin
_PLANE = {
    "origin": (_FLOAT, ("weights",)),
    "directions": (_FLOAT, ("two", "weights")),
    "ranges": (_FLOAT, ("three", "two")),
    "explained_variance": (_FLOAT, ("two",)),
    "distances": (_FLOAT, ("racers", "rows", "starts")),
}

# What zipfile, numpy and json raise for a file of another kind, or a truncated or altered one.
_DAMAGE = (
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    zipfile.BadZipFile,
    zlib.error,
)


class TraceError(ValueError):
    """A trace was refused; the message is one line that says what is wrong with it, or with its file."""


def read_trace(path: Path) -> tuple[RaceSpec, dict[str, Any]]:
    """The race in a trace's file, and all arrays by name, the racers' terms as `states`.

    Raises:
        TraceError: if the file is missing, damaged, or no trace.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except FileNotFoundError:
        raise TraceError(f"{path}: no such file or directory") from None
    except TraceError as error:
        raise TraceError(f"{path}: {error}") from None
    except _DAMAGE as error:
        raise TraceError(f"{path}: no trace, or a damaged one: {shorten(error, 120)}") from None


def _read(archive: zipfile.ZipFile) -> tuple[RaceSpec, dict[str, Any]]:
    found = _array(archive, "format", _require_number)
    if found != FORMAT:
        raise TraceError(f"its format is {shorten(found)}, this version reads {FORMAT}: race it again")
    # Decoded here, since numpy accepts code points that do not exist.
    values = json.loads(_array(archive, "spec", _require_text).tobytes().decode("utf-32-le"))
    if "start" not in values:
        values["start"] = _starts(archive)
    spec = make_spec(values, "spec", context={"recorded": True})
    sizes = {"racers": len(spec.racers), "starts": len(spec.start), "rows": len(spec.recorded)}
    sizes |= {"two": 2, "three": 3}
    sizes["kept"] = 0 if spec.record == "ends" else spec.steps

    def read(name: str, kind: str, axes: tuple[str, ...]) -> Any:
        implied = tuple(sizes[axis] for axis in axes)
        return _array(archive, name, partial(_require_implied, kind=kind, implied=implied))

    arrays = {name: read(name, *form) for name, form in SHAPES.items()}
    if not set(arrays["status"].flat) <= set(Status):
        raise TraceError(f"damaged: status is not one of {', '.join(Status)}")
    if spec.record == "state":
        arrays["rates"] = read("rates", *_RATES)
        arrays["states"] = tuple(
            {term: read(f"{STATE}/{i}/{term}", *_TERM) for term in terms}
            for i, terms in enumerate(_terms(archive, len(spec.racers)))
        )
    if isinstance(spec.surface, NetworkSpec):
        sizes["weights"] = _weights(archive)
        arrays["plane"] = _plane({name: read(f"{PLANE}/{name}", *form) for name, form in _PLANE.items()})
    return spec, arrays


def _weights(archive: zipfile.ZipFile) -> int:
    """How many weights the network of a race has: the length of its plane's origin."""
    with _opened(archive, f"{PLANE}/origin") as file:
        shape, _, dtype = _header(file)
    if len(shape) != 1 or not 2 <= shape[0] <= MOST_WEIGHTS:
        raise TraceError(f"damaged: {PLANE}/origin is {dtype.str[:20]} of shape {shape}")
    return int(shape[0])


def _plane(arrays: dict[str, Any]) -> RacePlane:
    """The plane of a network's race, if it is one."""
    known = ("origin", "directions", "ranges", "explained_variance")
    low, high = arrays["ranges"].T
    if not all(np.isfinite(arrays[name]).all() for name in known) or not (low < high).all():
        raise TraceError(f"damaged: {PLANE} has numbers that are not finite, or ranges that do not rise")
    return RacePlane.of(arrays)


def _terms(archive: zipfile.ZipFile, racers: int) -> list[list[str]]:
    """The names of each racer's terms."""
    terms: dict[str, list[str]] = {str(i): [] for i in range(racers)}
    for member in archive.namelist():
        kind, _, rest = member.removesuffix(".npy").partition("/")
        if kind != STATE:
            continue
        racer, _, term = rest.partition("/")
        if racer not in terms:
            raise TraceError(
                f"damaged: {shorten(member.removesuffix('.npy'))} is of no racer: there are {racers}, from 0"
            )
        terms[racer].append(term)
        if len(terms[racer]) > TERMS_CAP:
            raise TraceError(f"damaged: racer {racer} has more than {TERMS_CAP} terms")
    return list(terms.values())


def _starts(archive: zipfile.ZipFile) -> Any:
    """The first row of the first racer's positions, of shape (starts, 2)."""
    with _opened(archive, "positions") as file:
        shape, _, dtype = _header(file)
        if dtype.str != _FLOAT or len(shape) != 4 or shape[-1] != 2 or not 0 < math.prod(shape) <= 2 * MOST:
            raise TraceError(f"damaged: positions is {dtype.str[:20]} of shape {shape}")
        return np.frombuffer(file.read(16 * shape[2]), np.float64).reshape(-1, 2)


MemberCheck = Callable[[str, Any, tuple[int, ...]], None]  # given name, dtype and shape, raises TraceError


def _array(archive: zipfile.ZipFile, name: str, check: MemberCheck) -> Any:
    """One array, read only if its header passes the check, and only as many bytes as the header says."""
    with _opened(archive, name) as file:
        shape, fortran, dtype = _header(file)
        if dtype.hasobject:
            raise TraceError(f"damaged: {name} holds pickled objects; allow_pickle is off")
        check(name, dtype, shape)
        size = dtype.itemsize * math.prod(shape)
        content = file.read(size + 1)  # one byte more than there is, so that zipfile verifies the checksum
    if len(content) != size:
        raise TraceError(f"damaged: {name} does not have the {size:,} bytes that its header says")
    return np.ndarray(shape, dtype, content, order="F" if fortran else "C")


def _opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a member, if numpy could have compressed it: other methods are not decompressed in pieces."""
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise TraceError(f"damaged: {name} is packed in a way that numpy does not use")
    return archive.open(member)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy warns about a malformed header
        version = np.lib.format.read_magic(file)
        if version != (1, 0):  # that of a trace's arrays; other versions have headers of any length
            raise ValueError(f"version {version} of an array")
        return np.lib.format.read_array_header_1_0(file)


def _require_number(name: str, dtype: Any, shape: tuple[int, ...]) -> None:
    if shape or dtype.kind not in "iu":
        raise TraceError(f"damaged: {name} is {dtype.str[:20]} of shape {shape}, not one number")


def _require_text(name: str, dtype: Any, shape: tuple[int, ...]) -> None:
    if dtype.kind != "U" or shape:
        raise TraceError(f"damaged: {name} is {dtype.str[:20]} of shape {shape}, not one text")
    if dtype.itemsize > SPEC_CAP:
        raise TraceError(f"damaged: {name} has {dtype.itemsize:,} bytes, at most {SPEC_CAP:,} are allowed")


def _require_implied(
    name: str, dtype: Any, shape: tuple[int, ...], kind: str, implied: tuple[int, ...]
) -> None:
    """Raise TraceError unless an array has the type and the shape that the spec implies."""
    text = kind == _TEXT and dtype.str.startswith(_TEXT[:2]) and dtype.itemsize <= 4 * max(map(len, Status))
    if shape != implied or not (dtype.str == kind or text):
        found = f"{dtype.str[:20]} of shape {shape}"
        raise TraceError(f"damaged: {name} is {found}, not {kind} of shape {implied}")
