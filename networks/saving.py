"""Saved networks: the weights as npz without pickle, and beside them what they are as JSON."""

from __future__ import annotations

import json
import math
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from networks.datasets import Dataset
from networks.layers import MLP
from networks.module import Module, parameter_shapes
from networks.training import TrainingRecord
from support.messages import shorten, shown, unknown
from support.whole_files import write_whole

FORMAT = 1
FOLDER = Path("models")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MOST = 2**24  # bytes of a JSON file
_DAMAGE = (KeyError, OSError, RuntimeError, TypeError, ValueError, EOFError, zipfile.BadZipFile, zlib.error)


class NetworkError(ValueError):
    """A saved network was refused; the message is one line that says what is wrong with it, or its file."""


@dataclass(frozen=True)
class SavedNetwork:
    """What is known of a saved network without its weights: its JSON file.

    Attributes:
        identifier: under which it was saved.
        kind: the model's class.
        model: the arguments to make an `MLP` again; empty for other classes.
        parameters: the shape of each parameter by name.
        checksum: of the file of weights.
        about: more about it: the data set, the optimizer and what came of the training.

    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> _ = save_network(MLP([2, 3, 1], "tanh"), "small", folder, about={"note": "a first try"})
    >>> saved = read_network("small", folder)
    >>> saved.model["activation"], saved.parameters["layers.0.weight"], saved.about
    ('tanh', (3, 2), {'note': 'a first try'})
    """

    identifier: str
    kind: str
    model: dict[str, Any]
    parameters: dict[str, tuple[int, ...]]
    checksum: str
    about: dict[str, Any] = field(default_factory=dict)


def save_network(
    model: Module,
    identifier: str,
    folder: str | Path = FOLDER,
    *,
    data: Dataset | None = None,
    record: TrainingRecord | None = None,
    about: Mapping[str, Any] | None = None,
    replace: bool = False,
) -> Path:
    """Save a network: folder/identifier.npz has its weights, folder/identifier.json says what it is.

    Args:
        model: any model; an `MLP` can be made again from its file alone.
        identifier: letters, digits, and . _ - between them.
        folder: where to; it is made if need be.
        data: what it was trained on; names and standardisation are saved with it.
        record: of its training.
        about: anything else to keep; must fit into JSON.
        replace: whether a network of that identifier may be replaced.

    Returns:
        The path of the JSON file.

    Raises:
        NetworkError: for another identifier, or one that is taken.
        OSError: if a file cannot be written.

    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> save_network(MLP([2, 3, 1], rng=0), "small", folder).name
    'small.json'
    >>> load_network("small", folder).sizes
    (2, 3, 1)
    """
    path = _path(identifier, folder)
    if path.exists() and not replace:
        raise NetworkError(f"{path}: the identifier is taken; choose another, or replace the network")
    weights = BytesIO()
    arrays: dict[str, Any] = model.state_dict()
    np.savez(weights, **arrays)
    packed = weights.getvalue()
    whole = (
        dict(about or {}) | (_about_data(data) if data else {}) | (_about_record(record) if record else {})
    )
    made = {}
    if isinstance(model, MLP):
        made = {"sizes": model.sizes, "activation": model.activation, "dropout": model.dropout.p}
    kind, shapes = type(model).__name__, parameter_shapes(model)
    saved = SavedNetwork(identifier, kind, made, shapes, _checksum(packed), whole)
    text = json.dumps({"format": FORMAT} | asdict(saved), indent=2) + "\n"
    write_whole(path.with_name(f"{identifier}.npz"), lambda file: file.write(packed))
    return write_whole(path, lambda file: file.write(text.encode()))


def load_network(identifier: str, folder: str | Path = FOLDER, model: Module | None = None) -> Any:
    """The network that was saved under an identifier.

    Args:
        identifier: as it was saved.
        folder: where.
        model: a model of the same shapes to be given the weights, for classes other than `MLP`.

    Returns:
        The model, or an `MLP`.

    Raises:
        NetworkError: if there is none, its files are damaged or foreign, or names and shapes do not fit.

    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> _ = save_network(MLP([2, 1], rng=0), "line", folder)
    >>> load_network("line", folder).layers[0].bias.shape
    (1,)
    """
    saved = read_network(identifier, folder)
    path = _path(identifier, folder).with_name(f"{identifier}.npz")
    if model is None:
        if saved.kind != "MLP":
            raise NetworkError(
                f"{path}: its class is {shorten(saved.kind)}: pass load_network a model to fill"
            )
        try:
            _require_room(saved.model.get("sizes"), path)
            model = MLP(**saved.model)
        except (TypeError, ValueError) as error:
            raise NetworkError(f"{path.with_suffix('.json')}: damaged: {shorten(error, 120)}") from None
    wanted = parameter_shapes(model)
    if wanted != saved.parameters:
        raise NetworkError(f"{path.with_suffix('.json')}: {_difference(saved.parameters, wanted)}")
    model.load_state_dict(_read_weights(path, saved))
    return model


def _require_room(sizes: Any, path: Path) -> None:
    """Raise ValueError for layers of more weights than the file can have: memory might have no room for them.

    Sizes that are no list of ints are left to `MLP` to refuse.
    """
    if isinstance(sizes, list) and all(isinstance(size, int) for size in sizes):
        room = max(path.stat().st_size if path.exists() else 0, 2**20)
        if sum(before * after for before, after in pairwise(sizes)) > room:
            raise ValueError(f"sizes {shown(sizes)} are too large for {path.name}")


def read_network(identifier: str, folder: str | Path = FOLDER) -> SavedNetwork:
    """What is known of a saved network without its weights.

    Args:
        identifier: as it was saved.
        folder: where.

    Raises:
        NetworkError: if there is none, or its JSON file is damaged or foreign.

    >>> read_network("none", "/nowhere")
    Traceback (most recent call last):
        ...
    networks.saving.NetworkError: unknown network 'none'; allowed: none is saved in /nowhere
    """
    path = _path(identifier, folder)
    if not path.exists():
        names = [other.stem for other in sorted(Path(folder).glob("*.json"))]
        raise NetworkError(unknown("network", identifier, names or [f"none is saved in {folder}"]))
    try:
        if path.stat().st_size > _MOST:
            raise ValueError(f"it has more than {_MOST:,} bytes")
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
            raise ValueError(f"its format is not {FORMAT}")
        shapes = {str(name): tuple(map(int, shape)) for name, shape in values.pop("parameters").items()}
        saved = SavedNetwork(**values, parameters=shapes)
        if not all(isinstance(x, dict) for x in (saved.model, saved.about)) or saved.identifier != identifier:
            raise ValueError(f"it is of {shown(saved.identifier)}")
    except (*_DAMAGE, RecursionError, AttributeError) as error:
        raise NetworkError(f"{path}: no saved network, or a damaged one: {shorten(error, 120)}") from None
    return saved


def list_networks(folder: str | Path = FOLDER) -> list[SavedNetwork]:
    """All networks in a folder, by identifier; other files are ignored.

    Args:
        folder: where.

    >>> list_networks("/nowhere")
    []
    """
    found = []
    for path in sorted(Path(folder).glob("*.json")):
        try:
            found.append(read_network(path.stem, folder))
        except NetworkError:
            continue
    return found


def _path(identifier: str, folder: str | Path) -> Path:
    if not isinstance(identifier, str) or not _IDENTIFIER.fullmatch(identifier):
        raise NetworkError(
            f"a network's identifier must be letters, digits, and . _ - between them, not {shown(identifier)}"
        )
    return Path(folder) / f"{identifier}.json"


def _about_data(data: Dataset) -> dict[str, Any]:
    return {
        "data": data.name, "features": data.features, "classes": data.classes,
        "mean": data.mean.tolist(), "scale": data.scale.tolist(),
    }  # fmt: skip


def _about_record(record: TrainingRecord) -> dict[str, Any]:
    last = {"loss": record.losses, "accuracy": record.accuracies, "test_loss": record.test_losses,
            "test_accuracy": record.test_accuracies, "seconds": record.seconds}  # fmt: skip
    ends = {name: float(values[-1]) for name, values in last.items() if math.isfinite(values[-1])}
    return {"optimizer": record.optimizer, "status": record.status, "epochs": record.epochs} | ends


def _checksum(packed: bytes) -> str:
    return blake2b(packed, digest_size=16).hexdigest()


def _read_weights(path: Path, saved: SavedNetwork) -> dict[str, Any]:
    """The weights; nothing is unpacked before names, types and sizes are known to be right."""
    try:
        size = path.stat().st_size
        room = 8 * sum(math.prod(shape) for shape in saved.parameters.values())
        if size > room + 1000 * (len(saved.parameters) + 1):
            raise ValueError(f"it has {size:,} bytes, for {room:,} of weights")
        packed = path.read_bytes()
        if _checksum(packed) != saved.checksum:
            raise ValueError("it is not what was saved: the checksum differs")
        with np.load(BytesIO(packed), allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise NetworkError(f"{path}: no such file: the network's weights are missing") from None
    except _DAMAGE as error:
        raise NetworkError(f"{path}: damaged: {shorten(error, 120)}") from None
    shapes = {name: array.shape for name, array in found.items()}
    if shapes != saved.parameters:
        raise NetworkError(f"{path}: {_difference(shapes, saved.parameters)}")
    return found


def _difference(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """What is wrong with the names and shapes that were found."""
    for name in wanted:
        if name not in found:
            return f"parameter {name!r} is missing"
        if found[name] != wanted[name]:
            return f"parameter {name!r} must have the shape {wanted[name]}, not {found[name]}"
    return unknown("parameter", next(name for name in found if name not in wanted), wanted)
