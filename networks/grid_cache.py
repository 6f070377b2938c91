"""Grids of landscapes on the disk, by the content that decides them, so that a picture drawn again is quick.

They are in ``optimizer-race/landscapes`` in the folder for caches: $XDG_CACHE_HOME, or ~/.cache. The folder
can be deleted at any time. Where it cannot be written or read, grids are computed each time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from support.whole_files import write_whole

Array = NDArray[np.float64]


def cache_folder() -> Path:
    """Where grids are kept; $XDG_CACHE_HOME counts if it is an absolute path, as its specification says."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    home = named if named.is_absolute() else Path.home() / ".cache"
    return home / "optimizer-race" / "landscapes"


def cached(key: str | None, shape: tuple[int, ...], compute: Callable[[], Array]) -> Array:
    """What `compute` gives, or gave for this key before.

    Args:
        key: a hash of all that decides it; None to compute it in any case.
        shape: of the array; a file that holds another is not believed.
        compute: gives the array.
    """
    if key is None:
        return compute()
    with contextlib.suppress(OSError, ValueError, EOFError, RuntimeError):  # RuntimeError: there is no home
        path = cache_folder() / f"{key}.npy"
        found = np.load(path, allow_pickle=False)
        if found.shape == shape and found.dtype == np.float64:
            return np.asarray(found)
    grid = compute()
    with contextlib.suppress(OSError, RuntimeError):
        write_whole(cache_folder() / f"{key}.npy", lambda file: np.save(file, grid))
    return grid
