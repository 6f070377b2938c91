"""`parallel`: a function's results at many items, spread over processes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from multiprocessing import resource_tracker
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerError(RuntimeError):
    """A process that did a part of the work has died."""


def parallel(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    processes: int | None = None,
    threads: bool = False,
) -> Iterator[Result]:
    """Yield a function's result at each of the items, in their order, as soon as it is there.

    The results are those of ``map(function, items)``, however many processes there are. These take about a
    second to start, and are kept for the next call; numpy's linear algebra has one thread in each. For one
    process or one item, none is started. Count what is yielded, and you have a progress bar.

    Args:
        function: of one item. It, the items and the results are pickled; a lambda may be.
        items: all are taken at once.
        processes: how many at most; by default as many as this process may use processors. Within
            ``joblib.parallel_config(backend=...)`` the work goes to that backend instead.
        threads: whether threads of this process do as well, and need no start: where numpy or compiled code
            does nearly all of the work.

    Raises:
        WorkerError: if a process dies.
        Exception: whatever the function raises.

    >>> list(parallel(abs, [-3, 4, -5], processes=1))
    [3, 4, 5]
    """
    tasks = list(items)
    if processes == 1 or len(tasks) < 2:
        yield from map(function, tasks)
        return
    import joblib  # noqa: PLC0415 (takes 0.3 s)
    from joblib.externals.loky.process_executor import TerminatedWorkerError  # noqa: PLC0415

    prefer = "threads" if threads else "processes"
    run = joblib.Parallel(n_jobs=processes or -1, return_as="generator", prefer=prefer)
    try:
        with nullcontext() if threads else _deaf_to_interrupts():
            results = run(joblib.delayed(function)(task) for task in tasks)
        yield from results
    except TerminatedWorkerError:
        raise WorkerError(
            "a process that did a part of the work has died, perhaps for want of memory"
        ) from None


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes started now do not hear Ctrl-C, which reaches them all; this one does, and ends them.

    Otherwise each that is not yet ready prints a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # started later, it would end the deafness
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
