"""Loops of machine code on several threads: each point once, whoever helps, and nobody waits for ever."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from autograd import machine_code
from autograd.crew import crew
from autograd.machine_code import BEGUN, DONE, OFFERED, MachineCode, Team, begin
from tests.autograd.cases import Array

LENGTH = 10_000


def add(begin: int, end: int, arrays: Any, numbers: Any) -> None:
    """To each of the first array's numbers, the second's, some times over."""
    x, y, times = arrays[0], arrays[1], numbers[0]
    for i in range(begin, end):
        x[i] += times * y[i]


@pytest.fixture(scope="module")
def code() -> MachineCode:
    return MachineCode(add)


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """One helper, who is asked for short loops too."""
    monkeypatch.setattr(machine_code, "processors", lambda: 2)
    monkeypatch.setattr(machine_code, "STRETCH", 1)
    machine_code.team.cache_clear()
    yield machine_code.team()
    machine_code.team.cache_clear()


def arrays() -> tuple[Array, Array]:
    return np.zeros(LENGTH), np.arange(float(LENGTH))


def test_a_helper_that_is_awake_takes_its_stretch(
    code: MachineCode, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_code, "LOOKS", 1_000_000_000)
    x, y = arrays()
    for _ in range(1000):
        code.run(LENGTH, [x, y], [1.0])
    np.testing.assert_array_equal(x, 1000 * y)
    (line,) = team._lines
    assert line[OFFERED] == line[BEGUN] == line[DONE] == 1000
    assert team._awake == {0}
    crew().help_with(lambda: None, 1)[0].end()  # calls for it; of the loops it is free then
    for _ in range(1000):
        if not team._awake:
            break
        time.sleep(0.01)
    assert not team._awake


def test_what_a_helper_has_not_begun_the_caller_does(
    code: MachineCode, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew(), "linger", lambda *_: None)  # nobody comes
    x, y = arrays()
    for _ in range(3):
        code.run(LENGTH, [x, y], [2.0])
    np.testing.assert_array_equal(x, 6 * y)
    assert team._lines[0, DONE] == 3


def test_a_helper_finds_what_was_offered_before_it_came(code: MachineCode, team: Team) -> None:
    share, assist = team._share, team._help
    x, y = arrays()
    line = team._lines[0]
    line[OFFERED] = 1
    line[4:7] = code._address, 10, 20
    places, numbers = np.array([begin(x), begin(y)]), np.array([3.0])
    line[7:9] = begin(places), begin(numbers)
    assist(line, 10)
    assert line[BEGUN] == line[DONE] == 1
    expected = np.zeros(LENGTH)
    expected[10:20] = 3 * y[10:20]
    np.testing.assert_array_equal(x, expected)
    share(code._address, LENGTH, places, numbers, team._lines)
    np.testing.assert_array_equal(x, expected + 3 * y)


def test_many_callers_at_once(code: MachineCode, team: Team) -> None:  # noqa: ARG001  (a fixture)
    def run(times: float) -> Array:
        x, y = arrays()
        for _ in range(200):
            code.run(LENGTH, [x, y], [times])
        return x

    with ThreadPoolExecutor(4) as pool:
        for times, x in zip(range(4), pool.map(run, map(float, range(4))), strict=True):
            np.testing.assert_array_equal(x, 200.0 * times * np.arange(LENGTH))


def test_a_helper_sleeps_when_nothing_more_comes(code: MachineCode, team: Team) -> None:
    x, y = arrays()
    for k in range(1, 4):
        code.run(LENGTH, [x, y], [1.0])
        for _ in range(1000):
            if not team._awake:
                break
            time.sleep(0.01)
        assert not team._awake
        np.testing.assert_array_equal(x, k * y)


def test_where_an_array_begins() -> None:
    x = np.arange(6.0)
    assert begin(x[2:]) == begin(x) + 16 == x.ctypes.data + 16
    x.setflags(write=False)
    assert begin(x) == x.ctypes.data


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked off here")
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python warns of it")
def test_a_process_that_is_forked_off_has_helpers_of_its_own(code: MachineCode, team: Team) -> None:
    x, y = arrays()
    code.run(LENGTH, [x, y], [1.0])
    assert threading.active_count() > 1
    if not (child := os.fork()):
        try:
            code.run(LENGTH, [x, y], [1.0])
            own = machine_code.team() is not team and crew()._helpers > 0
            os._exit(0 if own and np.array_equal(x, 2 * y) else 1)
        except BaseException:  # noqa: BLE001  (must not go on as the tests)
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
