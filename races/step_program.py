"""A whole step as one program: the loss, its gradient and the optimizer's rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, cast

import numpy as np

from autograd.array_rules import Shape
from autograd.compiler.compiled import Arrays, Floats, Points
from autograd.compiler.program import POINTS, Program, Simplify
from autograd.compiler.tracing import Symbol, as_number, gradients, trace
from optimizers.compiled_step.rule_program import UNTRACEABLE
from optimizers.optimizer import Optimizer
from optimizers.rate import Rate, State, rate_of
from races.racer_spec import RacerSpec, rate_of_racer
from surfaces import Surface


@dataclass(frozen=True)
class StepCode:
    """The compiled steps of an optimizer on a loss.

    Attributes:
        first: the first step. Inputs: the coordinates; with noise, the noise in each slope; hyperparameters
            and numbers of the loss that each run has its own value of; the step's number, from 1; a number
            that depends on the step, such as the learning rate, if it is given one; and the numbers of the
            loss that all runs share.
        later: any other step, which takes the optimizer's terms after the coordinates.
            The outputs of both are the loss, its slopes, the new coordinates, and the new terms.
        loss: maps the coordinates and the loss's numbers, first each run's own, to the loss.
        size: how many coordinates there are.
        drawn: how many numbers of the loss each run has its own value of.
        names: of the optimizer's terms; all of them for one coordinate come before those for the next.
        watched: names of the terms of a learning rate that watches the loss; they follow the optimizer's.
        noisy: whether the steps take noise.
        rated: whether they take a number that depends on the step.
    """

    first: Any
    later: Any
    loss: Any
    size: int
    drawn: int
    names: tuple[str, ...]
    watched: tuple[str, ...]
    noisy: bool
    rated: bool

    @property
    def terms(self) -> int:
        """The number of terms."""
        return self.size * len(self.names) + len(self.watched)


@dataclass(frozen=True)
class Step:
    """An optimizer's step on a loss, to be written as programs.

    Attributes:
        size: how many coordinates there are.
        loss: of the coordinates and of the loss's numbers, two sequences.
        rule: the optimizer's.
        settings: the hyperparameters, by name, from those that each run has its own value of, a sequence,
            and the learning rate: the number that depends on the step, or what `rate` makes of its terms.
        own: how many of the former there are.
        drawn: how many numbers of the loss each run has its own value of.
        numbers: how many further ones all runs share.
        noisy: whether noise is added to the slopes.
        rated: whether the step is given a number that depends on it.
        rate: a learning rate that may watch the loss.
    """

    size: int
    loss: Callable[[Sequence[Any], Sequence[Any]], Any]
    rule: Callable[..., Any]
    settings: Callable[[Sequence[Any], Any], dict[str, Any]]
    own: int = 0
    drawn: int = 0
    numbers: int = 0
    noisy: bool = False
    rated: bool = False
    rate: Rate = field(default_factory=lambda: rate_of(0.0))

    def code(self, points: bool) -> StepCode | None:
        """Compiled for floats or for arrays of points.

        None if the rule or the loss cannot be traced or, for points, is not elementwise.
        """
        shape = POINTS if points else ()
        try:
            # Where the loss does not depend on a coordinate, its slope is the constant 0: 0 / 0 with eps = 0.
            with np.errstate(all="ignore"):
                first, names = self._written(shape, None)
                later, same = self._written(shape, names)
            loss, symbols, _ = trace(lambda *_: None, self._shapes(shape, self.size, self.numbers))
            loss.outputs = [as_number(loss, self.loss(symbols[: self.size], symbols[self.size :]))]
        except UNTRACEABLE:
            return None
        if same != names:
            return None
        begin, go_on, height = (_compiled(program, points) for program in (first, later, loss))
        watched = tuple(self.rate.first())
        return StepCode(begin, go_on, height, self.size, self.drawn, names, watched, self.noisy, self.rated)

    def _shapes(self, shape: Shape, own: int, shared: int) -> tuple[Shape, ...]:
        """Of a program's inputs: what each run has of its own, those of the loss last, and what all share."""
        return (shape,) * (own + self.drawn) + ((),) * shared

    def _written(self, shape: Shape, names: Sequence[str] | None) -> tuple[Program, tuple[str, ...]]:
        """The program of a step from a state with these terms, and the names of the new state's terms.

        Before the first step, without names, the terms of a learning rate that watches the loss are known.
        """
        watched, names = ([], ()) if names is None else (list(self.rate.first()), names)
        own = self.size * (1 + len(names) + self.noisy) + len(watched) + self.own
        shapes = self._shapes(shape, own, 1 + self.rated + self.numbers)
        program, symbols, _ = trace(lambda *_: None, shapes)
        given = iter(symbols)
        x = list(islice(given, self.size))
        states: list[State] = [{name: next(given) for name in names} for _ in x]
        watch = {name: next(given) for name in watched} or self.rate.first()
        noise = [next(given) for _ in x] if self.noisy else []
        settings, drawn = (list(islice(given, count)) for count in (self.own, self.drawn))
        step = cast("int", next(given))
        lr = next(given) if self.rated else self.rate.value(watch, 0)
        loss = Symbol(program, as_number(program, self.loss(x, [*drawn, *given])))
        slopes = [np.float64(slope) if isinstance(slope, float) else slope for slope in gradients(loss, x)]
        if noise:
            slopes = [slope + more for slope, more in zip(slopes, noise, strict=True)]
        hyperparameters = self.settings(settings, lr)
        moved = [
            self.rule(slope, at, state, step, **hyperparameters)
            for slope, at, state in zip(slopes, x, states, strict=True)
        ]
        found = tuple(moved[0][1])
        if any(tuple(state) != found for _, state in moved):
            raise TypeError("an optimizer's terms must not depend on the parameter")
        terms = [state[name] for _, state in moved for name in found]
        terms += self.rate.update(loss, watch).values()
        outputs = [loss, *slopes, *(parameter for parameter, _ in moved), *terms]
        program.outputs = [as_number(program, output) for output in outputs]
        if not {program.shapes[number] for number in program.outputs} <= {(), shape}:
            raise TypeError("an optimizer's terms must have the parameter's shape")
        return program, found


def _compiled(program: Program, points: bool) -> Points | Floats | Arrays:
    # FINITE is safe: a run ends once it is no longer finite.
    if points:
        return Points(program.simplified(Simplify.FINITE))
    program = program.simplified(Simplify.EXACTLY)
    numbers = all(program.shapes[number] == () for number in program.live())
    return Floats(program) if numbers else Arrays(program)  # arrays: of a loss over a data set


@lru_cache(maxsize=64)
def step_code(surface: Surface, racer: RacerSpec, points: bool, noisy: bool = False) -> StepCode | None:
    """The compiled steps of a racer on a surface, for floats or for arrays of points; None as `Step.code`."""
    if not racer.kind.elementwise:
        return None
    optimizer: Optimizer = racer.build([])
    rate = rate_of_racer(racer)

    def settings(_: Sequence[Any], lr: Any) -> dict[str, Any]:
        return optimizer.hyperparameters | ({} if lr is None else {optimizer.rate_name: lr})

    rated = rate.inputs(1) is not None
    step = Step(2, lambda x, _: surface(*x), optimizer.rule, settings, noisy=noisy, rated=rated, rate=rate)
    return step.code(points)


@lru_cache(maxsize=64)
def compiles(surface: Surface) -> bool:
    """Whether a surface's formula can be compiled for one point."""
    try:
        trace(surface, ((), ()))
    except UNTRACEABLE:
        return False
    return True
