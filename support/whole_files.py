"""Writes files completely or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import IO


def write_whole(path: str | Path, write: Callable[[IO[bytes]], object], *, replace: bool = True) -> Path:
    """Let `write` fill a file that appears at `path` once it is complete; until then the old one stays.

    A symbolic link stays a link: its target is written. Missing folders are created. Where the system allows
    it (Linux), the file has no name while it is written, so that not even a killed process leaves a partial
    file behind; elsewhere its name starts with a dot. Threads and processes may write to one path at once:
    one of their files ends up there, complete.

    Args:
        path: where to write.
        write: called with the open file.
        replace: whether to replace a file at `path`; if not, the first free name of x.npz, x-2.npz, x-3.npz,
            ... is taken, atomically: no two writers get the same one.

    Returns:
        The path of the file.

    Raises:
        OSError: if the file cannot be written.
    """
    path = Path(path)
    target = Path(os.path.realpath(path))
    try:
        if target.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        target.parent.mkdir(parents=True, exist_ok=True)
        complete = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            if not _write_unnamed(complete, write):
                with complete.open("xb") as file:
                    write(file)
            if not replace:
                path = target = _claim(path)
            complete.replace(target)
        finally:
            complete.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), str(path)) from None
    return path


def _claim(path: Path) -> Path:
    """Create an empty file under the first free name of x.npz, x-2.npz, ..."""
    candidate = path
    for number in count(2):
        try:
            candidate.open("xb").close()
            break
        except FileExistsError:
            candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate


def require_writable(path: Path) -> None:
    """Check before the work that its result can be written.

    Raises:
        OSError: if `path` is a folder, or its folder can neither be written to nor created.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _write_unnamed(path: Path, write: Callable[[IO[bytes]], object]) -> bool:
    """Fill a file without a name and then name it `path`; False if the system cannot."""
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
            # Without the folder, the link itself would be linked to, not its target.
            os.link(f"/proc/self/fd/{descriptor}", path.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)
    return True
