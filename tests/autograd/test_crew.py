"""Helpers do what they are asked to, once, unless it is called off, and keep nothing of it."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

from autograd.crew import Share, crew


def test_every_helper_does_its_share_on_a_thread_of_its_own() -> None:
    together = threading.Barrier(4)
    names = set()

    def work() -> None:
        names.add(threading.current_thread().name)
        together.wait(60)

    shares = crew().help_with(work, 3)
    together.wait(60)
    for share in shares:
        share.end()
    assert len(names) == 3
    assert threading.current_thread().name not in names


def test_what_nobody_has_begun_is_called_off() -> None:
    done = []
    share = Share(lambda: done.append("late"))
    share.end()
    share.begin()
    assert not done


def test_what_is_done_is_done_once_and_waited_for() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        go_on.wait(60)
        done.append("once")

    (share,) = crew().help_with(work, 1)
    assert begun.wait(60)
    timer = threading.Timer(0.05, go_on.set)
    timer.start()
    share.end()
    share.begin()
    timer.join()
    assert done == ["once"]


def test_what_a_helper_raises_is_raised_and_it_helps_again() -> None:
    begun = threading.Event()

    def work() -> None:
        begun.set()
        raise KeyError("on a helper")

    for _ in range(3):
        begun.clear()
        (share,) = crew().help_with(work, 1)
        assert begun.wait(60)
        with pytest.raises(KeyError, match="on a helper"):
            share.end()


@pytest.mark.parametrize("called_off", [False, True])
def test_nothing_of_the_work_is_kept(called_off: bool) -> None:
    array = np.zeros(3)
    looked = weakref.ref(array)
    begun = threading.Event()

    def work(array: object = array) -> None:  # noqa: ARG001 (it is held, and that is all)
        begun.set()

    share = Share(work) if called_off else crew().help_with(work, 1)[0]
    if not called_off:
        assert begun.wait(60)
    share.end()
    del array, work
    gc.collect()
    assert looked() is None
