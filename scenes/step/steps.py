"""`Steps`: every number of a racer's steps, computed by its optimizer's lines from a trace with states."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizers import OPTIMIZERS
from optimizers.equations import Quantity, Unit, UpdateLine
from races import Trace
from races.status import exits
from scenes.step.matrices import matrices
from scenes.step.rules import constants, lines_of, with_noise
from scenes.text.equations import evaluate, names
from support.formulas import parse
from support.lazy import Lazy

Array = NDArray[np.float64]

MANY = 4000  # steps sampled at least to find a scale


class Steps:
    """A racer's steps from the first start.

    Args:
        trace: a race, recorded with its states.
        racer: the racer's index.

    Attributes:
        racer: the racer.
        positions: (u, v), of shape (steps + 1, 2).
        losses: of shape (steps + 1,).
        count: the steps shown: until it diverges or leaves the domain for good, but at least 1.
        lines: of its optimizer's rule.
        constants: its hyperparameters under their names in equations.
    """

    def __init__(self, trace: Trace, racer: int) -> None:
        if trace.states is None or trace.rates is None:
            raise ValueError("record must be 'state'")
        self.racer = trace.spec.racers[racer]
        self.positions, self.losses = trace.positions[racer, :, 0], trace.losses[racer, :, 0]
        self._gradients, self._rates = trace.gradients[racer, :, 0], trace.rates[racer, :, 0]
        self._trace, self._index = trace, racer
        self._states = {name: term[:, 0] for name, term in trace.states[racer].items()}
        shown = np.isfinite(self.positions).all(axis=1) & np.isfinite(self.losses)
        shown &= np.arange(len(shown)) < exits(trace.surface, self.positions[:, None])
        self.count = len(shown) - 1 if shown.all() else max(int(shown.argmin()) - 1, 1)
        given: dict[str, Any] = dict(self.racer.hyperparameters)
        if self.racer.optimizer in OPTIMIZERS:
            given = OPTIMIZERS[self.racer.optimizer].defaults() | given
        self._settings = given
        self.lines = lines_of(self.racer.optimizer, given, list(self._states))
        noise = trace.spec.noise
        self._noise = np.zeros(self._gradients.shape)
        if noise and noise.scale > 0:
            self.lines = with_noise(self.lines)
            self._noise[:] = list(itertools.islice(noise.of_start(0), len(self._noise)))
        self.constants = constants(self.racer.optimizer, given)
        self.values = lru_cache(maxsize=256)(self._values)

    @Lazy
    def settings(self) -> frozenset[str]:
        """The names whose values do not change within a step."""
        return frozenset({*self.constants, "lr"})

    @Lazy
    def matrices(self) -> Array:
        """The matrix of each step, if the optimizer has one."""
        return matrices(self._trace, self._index, self._settings)

    def before(self, step: int) -> dict[str, Any]:
        """The values of all names before a step's first line."""
        values: dict[str, Any] = self.constants | {
            "t": step + 1,
            "lr": float(self._rates[step]),
            "p": self.positions[step],
            "grad": self._gradients[step] - self._noise[step],
            "xi": self._noise[step],
            "delta": self.positions[step + 1] - self.positions[step],
        }
        for line in self.lines:
            if line.term:
                name, _ = parse(line.text)
                if step > 0:
                    values[name] = self._term(line, step - 1)
                else:
                    values[name] = np.full(2, evaluate(parse(f"{name} = {line.first}")[1], values))
        return values

    def _values(self, step: int) -> tuple[dict[str, Any], ...]:
        """The values of all names before a step's first line, and after each of its lines."""
        moments = [self.before(step)]
        with np.errstate(all="ignore"):
            for line in self.lines:
                name, right = parse(line.text)
                if line.quantity is Quantity.MATRIX:
                    value = self.matrices[step]
                elif line.given:
                    value = self._term(line, step)
                else:
                    value = np.broadcast_to(np.asarray(evaluate(right, moments[-1]), dtype=np.float64), 2)
                moments.append(moments[-1] | {name: value})
        return tuple(moments)

    def recorded(self, line: UpdateLine, step: int) -> Array | None:
        """The trace's record of a line's value."""
        if line.quantity is Quantity.POSITION:
            return np.asarray(self.positions[step + 1])
        return self._term(line, step) if line.term else None

    def _term(self, line: UpdateLine, step: int) -> Array:
        """The recorded value of a term after a step; nan if the optimizer has not computed it yet."""
        return self._states[line.term][step] if line.term in self._states else np.full(2, np.nan)

    def source(self, line: UpdateLine) -> str | None:
        """The arrow that a line's arrow grows from: the last other arrow in its equation."""
        name, right = parse(line.text)
        arrows = {parse(other.text)[0] for other in self.lines if other.quantity is Quantity.DIRECTION}
        found = [other for other in names(right) if other in arrows and other != name]
        return found[0] if found else None

    def arrow(self, line: UpdateLine, step: int) -> Array:
        """A line's arrow, pointing downhill, in its unit; a step's is the whole displacement."""
        name, _ = parse(line.text)
        if line.quantity is Quantity.POSITION:
            return np.asarray(self.positions[step + 1] - self.positions[step])
        value = np.asarray(self.values(step)[self.lines.index(line) + 1][name])
        return value if line.ahead else -value

    def largest(
        self, unit: Unit, shapes: set[Quantity], first: int, end: int, also: Collection[str] = ()
    ) -> float:
        """The largest value of a unit in the steps from `first` up to `end`, which a scale must accommodate.

        Of very many steps, which the film cannot show apart, only some are sampled: larger values are cut
        off.

        Args:
            unit: of the values shown.
            shapes: the shapes that show them.
            first: the first step.
            end: the step after the last.
            also: names of other values shown in that unit, with their parts for u and for v.
        """
        sizes, end = [0.0], min(end, self.count)
        for step in range(first, end, max(1, (end - first) // MANY)):
            moments = self.values(step)
            for line, values in zip(self.lines, moments[1:], strict=True):
                name, _ = parse(line.text)
                value = np.abs(values[name])
                if line.unit is unit and (line.quantity in shapes or name in also):
                    flat = line.quantity is Quantity.DIRECTION and line.quantity in shapes
                    size = np.hypot(*value) if flat else value.max()
                    sizes.append(float(np.sqrt(size) if line.quantity is Quantity.SQUARE else size))
        return max((size for size in sizes if np.isfinite(size)), default=0.0)
