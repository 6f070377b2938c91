"""`Checkpoint`: finished studies on the disk, under what decides them, so that none is run twice."""

from __future__ import annotations

import contextlib
import hashlib
import platform
from dataclasses import asdict
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from comparison.study import StudyTask
from comparison.tuning import scipys
from optimizers import OPTIMIZERS
from support.whole_files import write_whole

Array: TypeAlias = NDArray[np.float64]

# The rooms whose code decides what a study gives.
_ROOMS = ("support", "autograd", "optimizers", "surfaces", "networks", "comparison")


class Checkpoint:
    """A folder with a file for each study that is done.

    Args:
        folder: which is made when the first study is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, task: StudyTask, result: dict[str, Array]) -> None:
        """Keep what a study gave."""
        write_whole(self._path(task), lambda file: np.savez(file, **result))  # type: ignore[arg-type]

    def load(self, task: StudyTask) -> dict[str, Array] | None:
        """What a study gave; None if it is not there, or cannot be read."""
        try:
            with self._path(task).open("rb") as file, np.load(file, allow_pickle=False) as found:
                return {key: found[key] for key in found.files}
        except (OSError, ValueError, EOFError, KeyError, BadZipFile):
            return None

    def clear(self) -> None:
        """Remove the studies, and the folder unless something else is in it."""
        for path in self._folder.glob("study-*.npz"):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def _path(self, task: StudyTask) -> Path:
        said = repr((task.optimizer, asdict(task.plan), task.study, source_of(task), sources(), versions()))
        return self._folder / f"study-{hashlib.sha256(said.encode()).hexdigest()[:32]}.npz"


def source_of(task: StudyTask) -> str:
    """A hash of the user's file that an optimizer is from; nothing for others."""
    file = task.optimizer.rpartition(":")[0]
    if task.optimizer in OPTIMIZERS or not file.endswith(".py"):
        return ""
    return hashlib.sha256((task.folder / file).read_bytes()).hexdigest()


@cache
def sources() -> str:
    """A hash of the code that decides what a study gives."""
    digest = hashlib.sha256()
    package = __package__.rpartition(".")[0]  # what an installed package puts in front of the rooms
    for room in _ROOMS:
        folder = Path(str(import_module(f"{package}.{room}" if package else room).__file__)).parent
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder.parent).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def versions() -> dict[str, Any]:
    """The versions of what computes: Python, numpy and SciPy."""
    scipy = scipys("scipy")
    return {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}
