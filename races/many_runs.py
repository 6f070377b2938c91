"""Many runs of one step, each from its own start: moved together by numpy's functions, block by block."""

from __future__ import annotations

import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from autograd.compiler.compiled import block_length, share_blocks
from races.noise import NoiseSpec
from races.step_program import StepCode

Array = NDArray[np.float64]


class Watch(ABC):
    """What is kept of many runs: how they moved, where they ended, how fast they were.

    Attributes:
        signature: the type of what `kept` gives, as numba writes it.
        steps: how many there are.
        state: the optimizer's terms, by name, if they are kept.
        rates: the learning rates, if they are kept.
    """

    signature: ClassVar[str]
    steps: int
    state: dict[str, Array] | None = None
    rates: Array | None = None

    @abstractmethod
    def keep(
        self, step: int, part: slice, x: Any, loss: Any, slopes: Any = None, inside: bool = False
    ) -> None:
        """Keep what is wanted of a step.

        Args:
            step: from 0 to the last one, in this order.
            part: of which runs.
            x: their coordinates.
            loss: their losses.
            slopes: their gradients; none at the last step.
            inside: whether all of them are known to be in the domain.
        """

    @staticmethod
    @abstractmethod
    def note(x: Any, loss: Any, slopes: Any, size: int, n: int, begin: int, kept: Any) -> None:
        """What `keep` does, as a plain function that a compiled loop calls.

        Args:
            x: the coordinates of a chunk of runs, of shape (coordinates, chunk).
            loss: their losses, of shape (chunk,).
            slopes: their gradients, of the shape of `x`.
            size: how many of the chunk count.
            n: the step, from 0; never the last one.
            begin: the place of the chunk's first run in its block.
            kept: what the method of this name gives for the block.
        """

    @abstractmethod
    def kept(self, part: slice) -> tuple[Any, ...]:
        """The arrays that `note` writes for a block of runs."""

    def keep_way(self, step: int, start: int, rows: Any) -> None:
        """Keep several steps of one run.

        Args:
            step: the first of them.
            start: the run's place.
            rows: of shape (n, 5): u, v, loss, dz/du and dz/dv at each.
        """
        for n, (u, v, loss, *slopes) in enumerate(rows, start=step):
            self.keep(n, slice(start, start + 1), (u, v), loss, np.array(slopes)[:, None])

    def make_room(self, names: Sequence[str]) -> None:  # noqa: B027 (few keep terms)
        """Allocate room for terms of these names, before several threads keep them."""

    def keep_state(  # noqa: B027
        self, step: int, part: slice, terms: Mapping[str, Any], rate: Any = None
    ) -> None:
        """Keep the optimizer's terms after a step of some runs, and its learning rate."""

    def holds(self, x: Sequence[Array]) -> tuple[bool, bool]:
        """Whether all runs are known to be in the domain, and whether all are finite."""
        return False, math.isfinite(sum(np.add.reduce(each) for each in x))


def nothing() -> None:
    """Do nothing at a step."""


@dataclass(frozen=True)
class ManyRuns:
    """Runs of one step.

    Attributes:
        code: the step's, for points.
        starts: of shape (runs, coordinates).
        watch: what is kept of them.
        settings: the hyperparameters, and then the numbers of the loss, that each run has its own value of:
            of shape (these, runs).
        rates: the number that the step is given, if it is, for each step.
        numbers: those of the loss that all runs share.
        noise: in the gradients.
        on_step: called once for every step.
        keep_terms: called with a slice of steps, one of runs and the optimizer's terms after these steps, of
            shape (terms, steps, runs), if it is wanted.
    """

    code: StepCode
    starts: Array
    watch: Watch
    settings: Array | None = None
    rates: Sequence[float] | None = None
    numbers: Sequence[float] = ()
    noise: NoiseSpec | None = None
    on_step: Callable[[], object] = nothing
    keep_terms: Callable[[slice, slice, Array], object] | None = None

    def draws(self, part: slice) -> Iterator[Any]:
        """The noise of some runs, or nothing, step by step."""
        return self.noise.of_starts(part) if self.noise else repeat(())


def run_points(runs: ManyRuns, most: int = 0) -> None:
    """Make all runs, block by block, by arrays.

    Args:
        runs: to make.
        most: how many of them a block has at most, if not `autograd.compiler.compiled.BLOCK`.
    """
    count = len(runs.starts)
    tick = Ticks(runs.on_step, -(-count // block_length(count, most)))

    def work(blocks: Iterator[slice]) -> None:
        with np.errstate(all="ignore"):
            for part in blocks:
                block = Block(runs, part)
                for step, draw in zip(range(runs.watch.steps), runs.draws(part)):  # noqa: B905 (endless draws)
                    block.step(step, draw)
                    tick()
                block.end()

    share_blocks(work, count, most)


class Block:
    """A block of runs on its way, moved by numpy's functions.

    Attributes:
        given: the coordinates and, after the first step, the optimizer's terms: an array of numbers for each.
    """

    def __init__(self, runs: ManyRuns, part: slice) -> None:
        self._runs, self._part, code = runs, part, runs.code
        self._size, length = code.size, part.stop - part.start
        # Two buffers, for the state before and after a step.
        self._old, self._new = (list(np.empty((code.size + code.terms, length))) for _ in range(2))
        for row, column in zip(self._old, runs.starts[part].T, strict=False):
            row[:] = column
        self._settings = [] if runs.settings is None else list(np.ascontiguousarray(runs.settings[:, part]))
        self._loss, *self._slopes = np.empty((1 + code.size, length))
        self.given = self._old[: code.size]
        self._now, self._buffers = code.first, code.first.buffers(length)

    def step(self, step: int, draw: Any) -> None:
        """Make a step, counted from 0 in this order, with a draw of noise or nothing, and keep it."""
        runs, part, loss, new = self._runs, self._part, self._loss, self._new
        rate = () if runs.rates is None else (runs.rates[step],)
        given = (*self.given, *draw, *self._settings, step + 1.0, *rate, *runs.numbers)
        self._now.block(*given, loss, *self._slopes, *new, *self._buffers)
        x = self._old[: self._size]
        # A sum is finite only if all terms are; if it is not, find out which ones are not.
        inside, finite = runs.watch.holds(x)
        finite = finite and math.isfinite(np.add.reduce(loss))
        runs.watch.keep(step, part, x, loss, self._slopes, inside)
        if runs.keep_terms:
            runs.keep_terms(slice(step, step + 1), part, np.array(new[self._size :])[:, None])
        if not finite:
            ended = ~(np.isfinite(x).all(axis=0) & np.isfinite(loss))
            for coordinate in new[: self._size]:
                coordinate[ended] = np.nan
        self._old, self._new = new, self._old
        self.given = self._old
        if step == 0:
            self._now, self._buffers = runs.code.later, runs.code.later.buffers(len(loss))

    def end(self) -> None:
        """Keep where the runs end."""
        loss, x = self._runs.code.loss, self.given[: self._size]
        drawn = self._settings[len(self._settings) - self._runs.code.drawn :]
        loss.block(*x, *drawn, *self._runs.numbers, self._loss, *loss.buffers(len(self._loss)))
        self._runs.watch.keep(self._runs.watch.steps, self._part, x, self._loss)


class Ticks:
    """Calls `on_step` once for every `parts` calls of itself, from any thread."""

    def __init__(self, on_step: Callable[[], object], parts: int) -> None:
        self._on_step, self._parts, self._count = on_step, parts, 0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Count a part of a step."""
        if self._on_step is nothing:
            return
        with self._lock:
            self._count += 1
            whole = self._count % self._parts == 0
        if whole:
            self._on_step()
