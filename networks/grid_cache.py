"""Grids of landscapes on the disk, by the content that decides them, so that a picture drawn again is quick.

Where the folder for caches (see `support.caches`) cannot be written or read, grids are computed each time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from support.caches import cache_folder
from support.whole_files import write_whole

Array = NDArray[np.float64]


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
        path = cache_folder("landscapes") / f"{key}.npy"
        found = np.load(path, allow_pickle=False)
        if found.shape == shape and found.dtype == np.float64:
            return np.asarray(found)
    grid = compute()
    with contextlib.suppress(OSError, RuntimeError):
        write_whole(cache_folder("landscapes") / f"{key}.npy", lambda file: np.save(file, grid))
    return grid
