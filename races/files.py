"""Writing files whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO


def write_whole(path: str | Path, write: Callable[[IO[bytes]], object]) -> None:
    """Have `write` fill a file that becomes `path` once it is complete; until then the old one stands.

    Where the system can (Linux), the file has no name while it is written, so that not even a killed
    process leaves a part of it behind; elsewhere its name starts with a dot. Missing folders are made.

    Raises:
        OSError: if the folder cannot be written to.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    complete = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if not _write_unnamed(complete, write):
            with complete.open("wb") as file:
                write(file)
        complete.replace(path)
    except OSError as error:
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), str(path)) from None
    finally:
        complete.unlink(missing_ok=True)


def require_writable(path: Path) -> None:
    """Find out before the work, not after it, that its result could not be written.

    Raises:
        OSError: if `path` is a folder, or its folder can neither be written to nor made.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _write_unnamed(path: Path, write: Callable[[IO[bytes]], object]) -> bool:
    """Fill a file without a name and then name it `path`; False where that cannot be done."""
    try:
        descriptor = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o666)
    except (AttributeError, OSError):
        return False
    folder = os.open(path.parent, os.O_DIRECTORY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(descriptor)
            # The folder must be given: without it, the link itself would be linked to, not what it leads to.
            os.link(f"/proc/self/fd/{descriptor}", path.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)
    return True
