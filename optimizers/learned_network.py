"""`LearnedNetwork`: the small network that chooses the learning rate of `optimizers.Learned`, and its file.

A file is an .npz of two arrays, written and read without pickle: the weights, and a text of JSON that says
what the network is and how it was made. Those that come with the project are in `learned_networks/` beside
this module, and go by their identifiers; one's own go by their paths.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from optimizers.checks import plain
from optimizers.learned_features import FEATURES
from support.messages import shorten, shown, unknown
from support.whole_files import write_whole

FOLDER = Path(__file__).with_name("learned_networks")
MOST_HIDDEN = 64
_FORMAT = 1
_MOST = 2**18  # bytes of a file
_DAMAGE = (
    AttributeError, EOFError, KeyError, MemoryError, NotImplementedError, OSError, RecursionError,
    RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class LearnedNetwork:
    """The network of a `Learned` optimizer: one hidden layer, with the hyperbolic tangent between.

    With inputs x, weights W and V, biases b and c::

        y = V tanh(W x + b) + c

    Attributes:
        features: the version of what goes in and comes out: "seed", "carried" or "blind".
        hidden: how many units are between, from 1 to 64.
        weights: W row by row, a row for each hidden unit; then b, V, likewise, and c: numbers, or arrays of
            one for each start of a population, which broadcast against the parameter.

    Raises:
        ValueError: for unknown features, another number of weights, or one that is not finite.

    >>> LearnedNetwork("seed", 1, (0.0,) * 7 + (2.0, 0.5)).outputs([1.0] * 6)
    [np.float64(0.5)]
    """

    features: str
    hidden: int
    weights: tuple[Any, ...]

    def __post_init__(self) -> None:
        count = weights_count(self.features, self.hidden)
        weights = tuple(self.weights) if isinstance(self.weights, list | tuple | np.ndarray) else ()
        if len(weights) != count:
            raise ValueError(
                f"weights must be {count}, for features {self.features!r} and hidden {self.hidden}, "
                f"got {len(weights) or shown(self.weights)}"
            )
        object.__setattr__(self, "weights", tuple(map(_finite, weights)))

    def outputs(self, inputs: Sequence[Any]) -> list[Any]:
        """The network's answers.

        Args:
            inputs: as many as the features have, each a number, an array or something traced, in one shape;
                so are the answers.
        """
        weights: Iterator[Any] = iter(self.weights)
        rows = [list(islice(weights, len(inputs))) for _ in range(self.hidden)]
        biases = list(islice(weights, self.hidden))
        units = [np.tanh(_along(row, inputs, bias)) for row, bias in zip(rows, biases, strict=True)]
        count = FEATURES[self.features].outputs
        outward = [list(islice(weights, self.hidden)) for _ in range(count)]
        return [_along(row, units, bias) for row, bias in zip(outward, weights, strict=True)]

    def table(self) -> dict[str, Any]:
        """The network as a trace keeps it."""
        return {"features": self.features, "hidden": self.hidden, "weights": list(self.weights)}

    def __str__(self) -> str:
        return f"{self.features}, {self.hidden} hidden"


def weights_count(features: str, hidden: int) -> int:
    """How many weights a network has.

    Args:
        features: the version of its inputs.
        hidden: how many units are between, from 1 to 64.

    Raises:
        ValueError: for another version, or another number.

    >>> weights_count("seed", 8)
    65
    """
    if not isinstance(features, str) or features not in FEATURES:
        raise ValueError(unknown("features", features, FEATURES))
    if type(hidden) is not int or not 1 <= hidden <= MOST_HIDDEN:
        raise ValueError(f"hidden must be a whole number from 1 to {MOST_HIDDEN}, got {shown(hidden)}")
    version = FEATURES[features]
    return (version.inputs + 1 + version.outputs) * hidden + version.outputs


def _along(row: Sequence[Any], values: Sequence[Any], bias: Any) -> Any:
    return sum((weight * x for weight, x in zip(row, values, strict=True)), bias)


def _finite(weight: Any) -> Any:
    """A weight; ValueError for one that is no finite number, or an array of other things."""
    if hasattr(weight, "program"):  # it is traced
        return weight
    array = np.asarray(plain(weight))
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        raise ValueError(f"weights must be finite numbers, got {shown(weight)}")
    return float(array) if array.ndim == 0 else array


def save_learned(network: LearnedNetwork, path: str | Path, about: Mapping[str, Any]) -> Path:
    """Write a network's file, whole or not at all.

    Args:
        network: its weights are numbers.
        path: where to; it ends in .npz.
        about: how it was made, such as its command, seed, generations and scores; must fit into JSON.

    Raises:
        ValueError: if the path ends in something else, or the file would be too large.
        OSError: if the file cannot be written.

    >>> import tempfile
    >>> network = LearnedNetwork("seed", 1, (0.25,) * 9)
    >>> path = save_learned(network, Path(tempfile.mkdtemp()) / "mine.npz", {"seed": 3})
    >>> load_learned(path) == network, about_learned(path)
    (True, {'seed': 3})
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"{path}: the file of a network must end in .npz")
    if not all(isinstance(weight, float) for weight in network.weights):
        raise ValueError(f"{path}: weights must be numbers, not of a population")
    text = {"format": _FORMAT, "features": network.features, "hidden": network.hidden, "about": dict(about)}
    packed = BytesIO()
    np.savez(packed, weights=np.array(network.weights, dtype=np.float64), text=np.array(json.dumps(text)))
    if len(packed.getvalue()) > _MOST:
        raise ValueError(f"{path}: the file would have more than {_MOST:,} bytes")
    return write_whole(path, lambda file: file.write(packed.getvalue()))


def load_learned(name: str | Path, folder: Path | None = None) -> LearnedNetwork:
    """A network by its identifier, or by its path.

    Args:
        name: such as "o1", or "models/mine.npz".
        folder: from which a path leads; by default the current one.

    Raises:
        ValueError: in one line, if there is none, or its file is damaged.

    >>> load_learned("o1").features in FEATURES
    True
    """
    return _read(_path(name, folder))[0]


def about_learned(name: str | Path, folder: Path | None = None) -> dict[str, Any]:
    """How a network was made, see `load_learned`."""
    return _read(_path(name, folder))[1]


def shipped() -> list[str]:
    """The identifiers of the networks that come with the project."""
    return sorted(path.stem for path in FOLDER.glob("*.npz"))


@lru_cache
def shipped_network(identifier: str) -> LearnedNetwork:
    """One of these, read once."""
    return load_learned(identifier)


def read_network(value: Any, folder: Path | None) -> Any:
    """A network as the optimizer's rule takes it: read where it is given by its path, or as a trace keeps it.

    An identifier stays one; what is no network is left to the optimizer to refuse.
    """
    try:
        if isinstance(value, Path) or (isinstance(value, str) and value.endswith(".npz")):
            return load_learned(value, folder)
        if isinstance(value, dict):
            if set(value) != {"features", "hidden", "weights"}:
                raise ValueError(f"must have features, hidden and weights, got {shown(value)}")
            return LearnedNetwork(**value)
    except ValueError as error:
        raise ValueError(f"network: {error}") from None
    return value


def require_network(name: str, value: Any) -> None:
    """Raise ValueError unless it is a network, or the identifier of one."""
    if isinstance(value, str):
        shipped_network(value)
    elif not isinstance(value, LearnedNetwork):
        raise ValueError(f"{name} must be an identifier, a path to an .npz or a network, got {shown(value)}")


def _path(name: str | Path, folder: Path | None) -> Path:
    if isinstance(name, Path) or name.endswith(".npz"):
        return (folder or Path()) / name
    if name not in (known := shipped()):
        raise ValueError(unknown("network", name, known))
    return FOLDER / f"{name}.npz"


def _read(path: Path) -> tuple[LearnedNetwork, dict[str, Any]]:
    """A file's network, and how it was made. Nothing is packed in it, so that it is as small as the file."""
    try:
        if path.stat().st_size > _MOST:
            raise ValueError(f"it has more than {_MOST:,} bytes")
        with zipfile.ZipFile(path) as archive:
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                raise ValueError("it is compressed")
        with np.load(path, allow_pickle=False) as archive:
            weights, text = archive["weights"], json.loads(str(archive["text"]))
        if text["format"] != _FORMAT or not isinstance(text["about"], dict):
            raise ValueError(f"its format is not {_FORMAT}")
        if weights.dtype != np.float64 or weights.ndim != 1:
            raise ValueError(f"its weights are {weights.dtype} of the shape {weights.shape}")
        return LearnedNetwork(text["features"], text["hidden"], tuple(weights.tolist())), text["about"]
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file or directory") from None
    except _DAMAGE as error:
        raise ValueError(f"{path}: no learned network, or a damaged one: {shorten(error, 120)}") from None
