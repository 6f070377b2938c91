"""Where what can be made again is kept between runs."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(kind: str) -> Path:
    """The folder for one kind of thing in the user's folder for caches; it can be deleted at any time.

    That is ``optimizer-race/kind`` in $XDG_CACHE_HOME, which counts if it is an absolute path, as its
    specification says, or else in ~/.cache.

    Raises:
        RuntimeError: if there is no home.
    """
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    home = named if named.is_absolute() else Path.home() / ".cache"
    return home / "optimizer-race" / kind
