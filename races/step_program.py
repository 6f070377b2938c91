"""A racer's whole step as one program: the loss, its gradient and the optimizer's rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np

from autograd.array_rules import Shape
from autograd.compiler.compiled import Arrays, Floats, Points
from autograd.compiler.program import POINTS, Program, Simplify
from autograd.compiler.tracing import Symbol, as_number, gradients, trace
from optimizers.compiled_step.rule_program import UNTRACEABLE
from optimizers.optimizer import Optimizer
from races.racer_spec import RacerSpec, rate_of_racer
from surfaces import Surface


@dataclass(frozen=True)
class StepCode:
    """The compiled steps of a racer.

    Attributes:
        first: the first step. Inputs: u, v; with noise, the noise in dz/du and in dz/dv; hyperparameters that
            each start has its own value of; the step's number, from 1; and the learning rate, if it is a
            function of the step.
        later: any other step, which takes the optimizer's terms after u and v.
            The outputs of both are the loss, dz/du, dz/dv, the new u and v, and the new terms.
        loss: maps u and v to the loss.
        names: of the optimizer's terms; all of them for u come first, then all for v.
        watched: names of the terms of a learning rate that watches the loss; they follow the optimizer's.
        noisy: whether the steps take noise.
    """

    first: Any
    later: Any
    loss: Any
    names: tuple[str, ...]
    watched: tuple[str, ...]
    noisy: bool

    @property
    def terms(self) -> int:
        """The number of terms."""
        return 2 * len(self.names) + len(self.watched)


@lru_cache(maxsize=64)
def step_code(
    surface: Surface, racer: RacerSpec, points: bool, noisy: bool = False, own: tuple[str, ...] = ()
) -> StepCode | None:
    """The compiled steps of a racer on a surface, for floats or for arrays of points.

    Each start has its own value of the hyperparameters named `own`. None if its rule or the surface's formula
    cannot be traced or, for points, is not elementwise.
    """
    shape = POINTS if points else ()
    if not racer.kind.elementwise:
        return None
    writer = _Writer(surface, racer, shape, noisy, own)
    try:
        # Where the loss does not depend on a coordinate, its slope is the constant 0: 0 / 0 with eps = 0.
        with np.errstate(all="ignore"):
            first, names = writer.write((), first=True)
            later, same = writer.write(names, first=False)
        loss, _, value = trace(surface, (shape, shape))
        loss.outputs = [as_number(loss, value)]
    except UNTRACEABLE:
        return None
    if same != names:
        return None

    def compiled(program: Program) -> Points | Floats | Arrays:
        # FINITE is safe: a racer's run ends once it is no longer finite.
        if points:
            return Points(program.simplified(Simplify.FINITE))
        program = program.simplified(Simplify.EXACTLY)
        numbers = all(program.shapes[number] == () for number in program.live())
        return Floats(program) if numbers else Arrays(program)  # arrays: of a loss over a data set

    return StepCode(compiled(first), compiled(later), compiled(loss), names, tuple(writer.watched), noisy)


class _Writer:
    """Writes a racer's steps as programs."""

    def __init__(
        self, surface: Surface, racer: RacerSpec, shape: Shape, noisy: bool, own: tuple[str, ...]
    ) -> None:
        self.surface, self.shape, self.noisy, self.own = surface, shape, noisy, own
        self.optimizer: Optimizer = racer.build([])
        self.rate = rate_of_racer(racer)
        self.watched = list(self.rate.first())
        self.given_rate = self.rate.inputs(1) is not None

    def write(self, names: Sequence[str], first: bool) -> tuple[Program, tuple[str, ...]]:
        """The program of a step from a state with these terms, and the names of the new state's terms.

        Before the first step, the terms of a learning rate that watches the loss are known.
        """
        count, watched = len(names), [] if first else self.watched
        given = 2 + 2 * count + len(watched) + 2 * self.noisy + len(self.own)
        program, symbols, _ = trace(lambda *_: None, (*(self.shape,) * given, (), *[()] * self.given_rate))
        (u, v), rest = symbols[:2], symbols[2:]
        terms = [dict(zip(names, rest[k * count : (k + 1) * count], strict=True)) for k in range(2)]
        rest = rest[2 * count :]
        watch = self.rate.first() if first else dict(zip(watched, rest, strict=False))
        rest = rest[len(watched) :]
        noise = [rest.pop(0) for _ in range(2 * self.noisy)]
        own = {name: rest.pop(0) for name in self.own}
        step = cast("int", rest[0])
        lr = rest[1] if self.given_rate else self.rate.value(watch, 0)
        loss = self.surface(u, v)
        loss = Symbol(program, as_number(program, loss))
        slopes = [np.float64(x) if isinstance(x, float) else x for x in gradients(loss, (u, v))]
        if noise:
            slopes = [slope + more for slope, more in zip(slopes, noise, strict=True)]
        settings = self.optimizer.hyperparameters
        if lr is not None:
            settings = settings | {self.optimizer.rate_name: lr}
        settings = settings | own
        moved = [
            self.optimizer.rule(slope, parameter, state, step, **settings)
            for slope, parameter, state in zip(slopes, (u, v), terms, strict=True)
        ]
        found = [tuple(state) for _, state in moved]
        if found[0] != found[1]:
            raise TypeError("an optimizer's terms must not depend on the parameter")
        new = [state[name] for _, state in moved for name in found[0]]
        new += self.rate.update(loss, watch).values()
        outputs = [loss, *slopes, *(parameter for parameter, _ in moved), *new]
        program.outputs = [as_number(program, output) for output in outputs]
        if not {program.shapes[number] for number in program.outputs} <= {(), self.shape}:
            raise TypeError("an optimizer's terms must have the parameter's shape")
        return program, found[0]


@lru_cache(maxsize=64)
def compiles(surface: Surface) -> bool:
    """Whether a surface's formula can be compiled for one point."""
    try:
        trace(surface, ((), ()))
    except UNTRACEABLE:
        return False
    return True
