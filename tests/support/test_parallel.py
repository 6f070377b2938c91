"""Work over processes: what it gives is what one process gives, in order, and what goes wrong is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import joblib
import numpy as np
import pytest

from support.parallel import WorkerError, parallel


def _square(x: int) -> tuple[int, int]:
    return x * x, os.getpid()


def _threads(_: int) -> str | None:
    return os.environ.get("OPENBLAS_NUM_THREADS")


def _refuse(x: int) -> int:
    if x == 2:
        raise ValueError("no twos")
    return x


def test_results_come_in_order_from_other_processes() -> None:
    scale = 3.0
    found = list(parallel(_square, range(20), processes=2))
    assert [value for value, _ in found] == [x * x for x in range(20)]
    assert os.getpid() not in {process for _, process in found}
    assert [x.tolist() for x in parallel(lambda x: x * scale, np.eye(2), processes=2)] == [[3, 0], [0, 3]]


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows")
def test_the_first_processes_are_deaf_to_interrupts() -> None:
    code = """
import signal
from support.parallel import parallel
if __name__ == "__main__":
    found = parallel(lambda _: signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []), [1, 2], 2)
    print(*found)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"


def test_one_process_and_one_item_stay_here() -> None:
    here = os.getpid()
    assert list(parallel(_square, range(3), processes=1)) == [(0, here), (1, here), (4, here)]
    assert list(parallel(_square, [3])) == [(9, here)]
    assert list(parallel(_square, [])) == []


def test_each_process_has_its_share_of_threads_for_linear_algebra() -> None:
    share = str(max(1, joblib.cpu_count() // 2))
    assert {*parallel(_threads, range(6), processes=2)} == {share}


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_the_function_is_raised_after_the_results_before_it(processes: int) -> None:
    results = parallel(_refuse, [0, 1, 2, 3], processes=processes)
    with pytest.raises(ValueError, match="no twos"):
        list(results)


def _die(_: Any) -> None:
    os._exit(1)


def test_a_process_that_dies_is_told_in_one_line_and_the_next_call_works() -> None:
    with pytest.raises(WorkerError, match="has died, perhaps for want of memory") as error:
        list(parallel(_die, range(3), processes=2))
    assert "\n" not in str(error.value)
    assert list(parallel(abs, [-1, -2], processes=2)) == [1, 2]


def _blocked(_: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows has no signal masks")
def test_processes_do_not_hear_an_interrupt_and_this_one_does() -> None:
    assert {*parallel(_blocked, range(4), processes=3)} == {True}
    assert not _blocked(0)
