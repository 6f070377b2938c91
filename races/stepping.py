"""A racer's whole step as one program: the loss, its gradient, and the optimizer's rule together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from autograd.compiling import Floats, Points
from autograd.program import POINTS, NotElementwiseError, Program, Simplify
from autograd.shaping import Shape
from autograd.tracing import Symbol, as_number, gradients, trace
from optimizers import Optimizer
from races.spec import RacerSpec
from surfaces import Surface

# What an optimizer's rule may raise that takes numbers only, not symbols; it is then run as it is.
_UNTRACEABLE = (TypeError, ValueError, AttributeError, NotElementwiseError)


@dataclass(frozen=True)
class StepCode:
    """What computes a racer's steps.

    Attributes:
        first: its first step. Inputs: u, v, and the step's number.
        later: any other step. Inputs: u, v, the optimizer's terms for u, those for v, and the step's number.
            The outputs of both are loss, dz/du, dz/dv, the new u and v, and the new terms.
        loss: inputs u and v; output the loss.
        terms: how many terms the optimizer has for u and v together.
    """

    first: Any
    later: Any
    loss: Any
    terms: int


@lru_cache(maxsize=64)
def step_code(surface: Surface, racer: RacerSpec, points: bool) -> StepCode | None:
    """The code of a racer on a surface, for floats or for points; None if its rule cannot be traced."""
    shape = POINTS if points else ()
    optimizer = racer.build([])
    try:
        first, names = _write_step(surface, optimizer, (), shape)
        later, same = _write_step(surface, optimizer, names, shape)
        loss, _, value = trace(surface, (shape, shape))
        loss.outputs = [as_number(loss, value)]
    except _UNTRACEABLE:
        return None
    if same != names:
        return None

    def compiled(program: Program) -> Points | Floats:
        # A racer that is no longer finite has ended.
        if points:
            return Points(program.simplified(Simplify.FINITE))
        return Floats(program.simplified(Simplify.EXACTLY))

    return StepCode(compiled(first), compiled(later), compiled(loss), 2 * len(names))


def _write_step(
    surface: Surface, optimizer: Optimizer, names: Sequence[str], shape: Shape
) -> tuple[Program, tuple[str, ...]]:
    """The program of a step from a state with terms of these names, and the names of the new state's."""
    count = len(names)
    program, (u, v, *rest), _ = trace(lambda *_: None, (*(shape,) * (2 + 2 * count), ()))
    terms, step = rest[:-1], cast("int", rest[-1])
    point, states = (u, v), [dict(zip(names, given, strict=True)) for given in (terms[:count], terms[count:])]
    loss = surface(*point)
    loss = Symbol(program, as_number(program, loss))
    slopes = gradients(loss, point)
    moved = [
        optimizer.rule(slope, parameter, state, step, **optimizer.hyperparameters)
        for slope, parameter, state in zip(slopes, point, states, strict=True)
    ]
    found = [tuple(state) for _, state in moved]
    if found[0] != found[1]:
        raise TypeError("an optimizer's terms must not depend on the parameter")
    new = [state[name] for _, state in moved for name in found[0]]
    outputs = [loss, *slopes, *(parameter for parameter, _ in moved), *new]
    program.outputs = [as_number(program, output) for output in outputs]
    return program, found[0]
