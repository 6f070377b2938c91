"""Threads that stand by to help with what is divided, woken in fewer microseconds than an executor takes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from functools import cache
from queue import SimpleQueue


def processors() -> int:
    """How many threads can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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


class Crew:
    """Helpers that take shares from one queue; there are as many as were ever asked for at once."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Share] = SimpleQueue()
        self._growing = threading.Lock()
        self._helpers = 0
        self._releases: list[Callable[[], object]] = []

    def help_with(self, work: Callable[[], object], helpers: int) -> list[Share]:
        """Ask so many helpers to do some work, each once, as soon as they are free."""
        for release in self._releases:
            release()
        return self._ask([work] * helpers, helpers)

    def linger(
        self, works: Sequence[Callable[[], object]], helpers: int, release: Callable[[], object]
    ) -> None:
        """Ask for works that wait for more to do, which nobody waits for.

        Args:
            works: each for one helper.
            helpers: how many linger in all, with those that were asked before.
            release: has the works end soon; called when helpers are wanted for something else.
        """
        if release not in self._releases:
            self._releases.append(release)
        self._ask(works, helpers)

    def _ask(self, works: Sequence[Callable[[], object]], helpers: int) -> list[Share]:
        with self._growing:
            while self._helpers < helpers:
                name = f"blocks_{self._helpers}"
                threading.Thread(target=self._stand_by, name=name, daemon=True).start()
                self._helpers += 1
        shares = [Share(work) for work in works]
        for share in shares:
            self._queue.put(share)
        return shares

    def _stand_by(self) -> None:
        while True:
            self._queue.get().begin()


@cache
def crew() -> Crew:
    """The crew of this process."""
    return Crew()


if hasattr(os, "register_at_fork"):  # a process that is forked off has none of the threads
    os.register_at_fork(after_in_child=crew.cache_clear)
