"""`BreedingRecord`: the scores of a breeding, generation by generation, in a file from which it goes on.

A scheme is decided by its seed and by the scores that it was told, so these are all there is to keep: to go
on is to tell them again, in their order. No object is written or read, but arrays and a text.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evolution.errors import EvolutionError
from support.messages import shown
from support.whole_files import write_whole

Array: TypeAlias = NDArray[np.float64]


class BreedingRecord:
    """What is known of a breeding.

    Args:
        about: what decides it, such that it can be written as JSON.
        population: agents of a generation.
        path: the file; None keeps nothing.

    Attributes:
        scores: of each generation's agents, an array of shape (population,) for each.
        validation: the score of the network before the first generation, and after each; nan without one.
        best: the weights of the last of these networks.

    Raises:
        EvolutionError: if the file is of another breeding, or cannot be read.
    """

    def __init__(self, about: Mapping[str, Any], population: int, path: Path | None) -> None:
        self._about, self._path = dict(about), path
        self.scores: list[Array] = []
        self.validation: list[float] = []
        self.best: Array = np.zeros(0)
        self._population = population
        if path and path.exists():
            self._read(path)

    def save(self) -> None:
        """Write the file, whole or not at all."""
        if self._path:
            arrays = {
                "about": np.array(json.dumps(self._about)),
                "scores": np.array(self.scores).reshape(-1, self._population),
                "validation": np.array(self.validation),
                "best": self.best,
            }
            write_whole(self._path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
                about = json.loads(str(found["about"]))
                scores, validation, best = found["scores"], found["validation"], found["best"]
            arrays = [np.asarray(x, dtype=np.float64) for x in (scores, validation, best)]
            known = about if isinstance(about, dict) else {}
        except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
            raise EvolutionError(f"{path} is no record of a breeding, or a damaged one") from None
        for key, value in json.loads(json.dumps(self._about)).items():
            if known.get(key) != value:
                raise EvolutionError(
                    f"{path} is of another breeding: its {key} is {shown(known.get(key))}, not {shown(value)}"
                )
        scores, validation, best = arrays
        if validation.ndim != 1 or scores.shape != (len(validation) - 1, self._population):
            raise EvolutionError(f"{path} is no record of a breeding, or a damaged one")
        self.scores, self.validation, self.best = list(scores), validation.tolist(), best

    def require_same(self, best: Array) -> None:
        """Raise EvolutionError unless what was told again has led to the same network."""
        if not np.array_equal(best, self.best):
            raise EvolutionError(
                f"{self._path} is of another version of this program or of its libraries, or of another "
                "processor: it cannot be gone on with"
            )
