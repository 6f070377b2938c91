"""Signals that end the program, while a film is made."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn


@contextmanager
def ending() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise an exception, so that partial files are removed."""
    signals = [
        number for number in _signals("SIGTERM", "SIGHUP") if signal.getsignal(number) is signal.SIG_DFL
    ]

    def end(number: int, _: Any) -> NoReturn:
        for other in signals:
            signal.signal(other, signal.SIG_IGN)  # let the removal finish
        sys.exit(128 + number)

    for number in signals:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in signals:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def unbroken() -> Iterator[None]:
    """Let signals that end the film wait until this has been done."""
    waiting: list[int] = []
    signals = _signals("SIGINT", "SIGTERM", "SIGHUP")
    before = [(number, signal.signal(number, lambda number, _: waiting.append(number))) for number in signals]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])


def _signals(*names: str) -> list[signal.Signals]:
    """Signals of this system; none in other threads than the main one, which may not handle them."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [signal.Signals[name] for name in names if hasattr(signal, name)]
