"""Threads that stand by to help with what is divided, woken in fewer microseconds than an executor takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from queue import SimpleQueue


class Share:
    """What one helper is asked to do, which it begins unless all has been done before."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work: Callable[[], object] | None = work
        self._claimed, self._done = threading.Lock(), threading.Lock()
        self._done.acquire()
        self._error: BaseException | None = None

    def begin(self) -> None:
        """Do it, on the thread that calls; not if it has been called off."""
        if not self._claimed.acquire(blocking=False):
            return
        try:
            if self._work is not None:
                self._work()
        except BaseException as error:  # noqa: BLE001  (raised where it is waited for)
            self._error = error
        finally:
            self._work = None  # the helper looks at its share for a moment longer
            self._done.release()

    def end(self) -> None:
        """Call it off if nobody has begun; else wait until it is done, and raise what it raised."""
        if self._claimed.acquire(blocking=False):
            self._work = None
            return
        with self._done:
            if self._error is not None:
                raise self._error


def help_with(work: Callable[[], object], helpers: int) -> list[Share]:
    """Ask so many helpers to do some work, each once, as soon as they are free."""
    shares = [Share(work) for _ in range(helpers)]
    queue = _crew(helpers)
    for share in shares:
        queue.put(share)
    return shares


@cache
def _crew(helpers: int) -> SimpleQueue[Share]:
    """Where so many threads, begun once, wait for work."""
    queue: SimpleQueue[Share] = SimpleQueue()

    def stand_by() -> None:
        while True:
            queue.get().begin()

    for i in range(helpers):
        threading.Thread(target=stand_by, name=f"blocks_{i}", daemon=True).start()
    return queue
