"""Loops as machine code, which numba compiles: an extra, imported when a loop is first compiled.

Several threads share a loop, a stretch for each, since those who take turns wait for each other's memory.
What costs most of a short loop's time is to wake a thread, so the helpers stay awake for a moment after each
loop and look for the next one, in machine code too, where Python's other threads may run. A stretch that
nobody has begun when the caller is through with its own, the caller does itself.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable, Sequence
from ctypes import addressof, c_char
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.atomics import intrinsics
from autograd.crew import crew, processors

Array = NDArray[np.float64]
_NONE: Array = np.empty(0)

STRETCH = 8192  # points of a stretch at least
GRAIN = 1024  # all stretches begin at multiples of it
LOOKS = 10_000_000  # that a helper takes before it goes to sleep: some milliseconds, as OpenMP's threads do
# What caller and helper tell each other, in numbers of their own: how many stretches have been offered, how
# many begun and how many done; whether the helper is wanted elsewhere; the stretch; and room for what the
# processor keeps together.
OFFERED, BEGUN, DONE, RELEASED, LOOP, BEGIN, END, ARRAYS, NUMBERS, SIZE = 0, 1, 2, 3, 4, 5, 6, 7, 8, 16


class MachineCode:
    """A loop as machine code.

    Args:
        loop: a function of `begin`, `end`, `arrays` and `numbers`, as `autograd.loop_code` writes them.
        reorder: whether the terms of a sum may be added up in another order, several at once.

    Raises:
        ImportError: without numba, or if it refuses to be imported with a numpy that is too new for it.
    """

    def __init__(self, loop: Callable[[int, int, Any, Any], None], reorder: bool = False) -> None:
        numba = importlib.import_module("numba")
        types = numba.types
        numbers = types.CPointer(types.float64)
        signature = types.void(types.intp, types.intp, types.CPointer(numbers), numbers)
        # As numpy does, divides by zero without raising; no other liberties are taken with a formula.
        liberties = {"reassoc"} if reorder else False
        self._compiled = numba.cfunc(signature, error_model="numpy", fastmath=liberties)(loop)
        self._address: int = self._compiled.address

    def run(self, length: int, arrays: Sequence[Array], numbers: Sequence[float]) -> None:
        """Run the loop from 0 to `length`, with arrays in one dimension without gaps, as long as that.

        >>> def double(begin, end, arrays, numbers):
        ...     x, y = arrays[0], arrays[1]
        ...     for i in range(begin, end):
        ...         y[i] = 2.0 * x[i]
        >>> x, y = np.arange(3.0), np.empty(3)
        >>> MachineCode(double).run(3, [x, y], [])
        >>> y
        array([0., 2., 4.])
        """
        places = np.array([begin(x) for x in arrays])
        team().run(self._address, length, places, np.array(numbers, dtype=np.float64) if numbers else _NONE)


def suits(x: Array, length: int) -> bool:
    """Whether an array is one that loops take: of float64, without gaps, and as long as that."""
    flags = x.flags
    return x.size == length and x.dtype == np.float64 and flags.c_contiguous and flags.aligned


def begin(x: Array) -> int:
    """Where in memory an array begins that has no gaps."""
    try:
        return addressof(c_char.from_buffer(x.data))  # several times quicker than to ask numpy
    except (TypeError, ValueError):  # an array that is read only, or has no numbers
        return int(x.__array_interface__["data"][0])


class Team:
    """Helpers that look for stretches of loops, and the one caller at a time whom they help.

    Args:
        helpers: how many there are.
    """

    def __init__(self, helpers: int) -> None:
        self._share, self._help = _compiled()
        self._lines = np.zeros((helpers, SIZE), dtype=np.int64)
        self._awake: set[int] = set()
        self._calling = threading.Lock()

    def run(self, loop: int, length: int, arrays: NDArray[np.int64], numbers: NDArray[np.float64]) -> None:
        """Run the loop that is found at an address; alone, while they help somebody else.

        Args:
            loop: its address.
            length: of all arrays.
            arrays: where each begins.
            numbers: what all points share.
        """
        helpers = min(len(self._lines), length // STRETCH - 1)
        if helpers < 1 or not self._calling.acquire(blocking=False):
            self._share(loop, length, arrays, numbers, self._lines[:0])
            return
        try:
            if len(self._awake) < len(self._lines):
                self._wake()
            self._share(loop, length, arrays, numbers, self._lines[:helpers])
        finally:
            self._calling.release()

    def _wake(self) -> None:
        asleep = {*range(len(self._lines))} - self._awake
        self._awake |= asleep
        crew().linger([partial(self._stay, k) for k in asleep], len(self._lines), self.release)

    def _stay(self, k: int) -> None:
        """Help for as long as there is more to do every now and then."""
        self._lines[k, RELEASED] = 0
        self._help(self._lines[k], LOOKS)
        self._awake.discard(k)

    def release(self) -> None:
        """Let the helpers go."""
        self._lines[:, RELEASED] = 1


@cache
def team() -> Team:
    """The team of this process."""
    return Team(processors() - 1)


if hasattr(os, "register_at_fork"):  # a process that is forked off has none of the threads
    os.register_at_fork(after_in_child=team.cache_clear)


def _part(length: int, k: int, count: int) -> int:
    """Where the stretch k of so many begins, and the one before it ends."""
    return length if k == count else length * k // count // GRAIN * GRAIN


@cache
def _compiled() -> tuple[Callable[..., None], Callable[..., None]]:
    """How a caller shares out a loop, and how a helper helps, as machine code."""
    njit = importlib.import_module("numba").njit(nogil=True)
    load, store, claim, call = intrinsics()
    part = njit(_part)

    def share(loop: int, length: int, arrays: Any, numbers: Any, lines: Any) -> None:
        count = len(lines) + 1
        for k in range(1, count):
            line = lines[k - 1]
            line[LOOP], line[BEGIN], line[END] = loop, part(length, k, count), part(length, k + 1, count)
            line[ARRAYS], line[NUMBERS] = arrays.ctypes.data, numbers.ctypes.data
            store(line, OFFERED, line[OFFERED] + 1)
        call(loop, 0, part(length, 1, count), arrays.ctypes.data, numbers.ctypes.data)
        for k in range(1, count):
            line = lines[k - 1]
            offer = line[OFFERED]
            if claim(line, BEGUN, offer - 1, offer):
                call(loop, line[BEGIN], line[END], arrays.ctypes.data, numbers.ctypes.data)
                store(line, DONE, offer)
            while load(line, DONE) != offer:
                pass

    def assist(line: Any, looks: int) -> None:
        seen = load(line, DONE)
        look = 0
        while look < looks and not load(line, RELEASED):
            look += 1
            offer = load(line, OFFERED)
            if offer != seen:
                seen, look = offer, 0
                if claim(line, BEGUN, offer - 1, offer):
                    call(line[LOOP], line[BEGIN], line[END], line[ARRAYS], line[NUMBERS])
                    store(line, DONE, offer)

    return njit(share), njit(assist)
