"""A progress bar for work that takes over a second."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import Progress

PATIENCE = 1.0  # seconds


@contextlib.contextmanager
def progress(doing: str, total: int) -> Iterator[Callable[[], None]]:
    """Yield a function to call `total` times; after a second it shows a bar on stderr."""
    begun = time.monotonic()
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(doing, total=total)
    done = shown = 0

    def advance() -> None:
        nonlocal done, shown
        done += 1
        if time.monotonic() - begun > PATIENCE:
            bar.start()  # does nothing when it has started
            bar.advance(task, done - shown)
            shown = done

    try:
        yield advance
    finally:
        if shown:
            bar.stop()
