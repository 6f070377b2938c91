"""The files of a breeding beside its record: the networks of its generations, and a table of its scores."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from evolution.breeding import Bred, Generation
from evolution.errors import EvolutionError
from optimizers.learned_network import LearnedNetwork
from support.whole_files import write_whole


def save_history(bred: Bred, path: Path) -> Path:
    """Write the networks that represented generations, whole or not at all.

    The file is an .npz, without pickle: `generations`, of shape (n,), `weights`, of shape (n, weights),
    `features` and `hidden`.

    Args:
        bred: of which breeding.
        path: of the file.

    Raises:
        OSError: if the file cannot be written.

    >>> import tempfile
    >>> from evolution import BreedingPlan, breed
    >>> plan = BreedingPlan(hidden=1, population=4, generations=2, steps=20, instances=2)
    >>> bred = breed(plan, processes=1)
    >>> path = save_history(bred, Path(tempfile.mkdtemp()) / "history.npz")
    >>> load_history(path) == bred.networks
    True
    """
    arrays = {
        "generations": np.array(list(bred.networks)),
        "weights": np.array([network.weights for network in bred.networks.values()]),
        "features": np.array(bred.plan.features),
        "hidden": np.array(bred.plan.hidden),
    }
    return write_whole(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]


def load_history(path: Path) -> dict[int, LearnedNetwork]:
    """The networks that represented generations, by generation, as `save_history` has written them.

    Args:
        path: of the file.

    Raises:
        EvolutionError: if it is no such file, or a damaged one.

    >>> load_history(Path("nothing.npz"))
    Traceback (most recent call last):
    evolution.errors.EvolutionError: nothing.npz is no history of a breeding, or a damaged one
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            features, hidden = str(found["features"]), int(found["hidden"])
            pairs = zip(found["generations"].tolist(), found["weights"].tolist(), strict=True)
            return {
                int(number): LearnedNetwork(features, hidden, tuple(weights)) for number, weights in pairs
            }
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error):
        raise EvolutionError(f"{path} is no history of a breeding, or a damaged one") from None


def save_table(bred: Bred, path: Path) -> Path:
    """Write a row of CSV for each generation, whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(Generation._fields)
    writer.writerows(
        ["" if isinstance(x, float) and np.isnan(x) else x for x in generation]
        for generation in bred.generations
    )
    return write_whole(path, lambda file: file.write(text.getvalue().encode()))
