"""A family's loss and an optimizer's step as programs: of points for many runs at once, of floats for one.

Points stand for runs: each has its own coordinates, terms and hyperparameters; what the instance has drawn,
they share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np

from autograd.array_rules import Shape
from autograd.compiler.compiled import Floats, Points
from autograd.compiler.program import POINTS, Program, Simplify
from autograd.compiler.tracing import Symbol, as_number, gradients, trace
from comparison.family import Family, Instance
from comparison.search_space import SearchSpace
from optimizers.compiled_step.rule_program import UNTRACEABLE


@dataclass(frozen=True)
class RunCode:
    """The compiled steps of an optimizer on a family.

    Attributes:
        first: the first step. Inputs: the coordinates; the hyperparameters that are searched; the instance's
            values; the step's number, from 1; and how far the rate has fallen, from 0 to 1.
        later: any other step, which takes the optimizer's terms after the coordinates. The outputs of both
            are the loss, the new coordinates and the new terms.
        terms: how many these are.
    """

    first: Points
    later: Points
    terms: int


@lru_cache(maxsize=256)
def run_code(family: Family, space: SearchSpace) -> RunCode | None:
    """The steps of an optimizer whose hyperparameters are arrays; None if its rule cannot be traced so."""
    try:
        with np.errstate(all="ignore"):
            first, names = _step(family, space, ())
            later, same = _step(family, space, names)
    except UNTRACEABLE:
        return None
    if same != names:
        return None
    begin, go_on = (Points(program.simplified(Simplify.FREELY)) for program in (first, later))
    return RunCode(begin, go_on, family.size * len(names))


def _step(family: Family, space: SearchSpace, names: Sequence[str]) -> tuple[Program, tuple[str, ...]]:
    size, values = family.size, len(_example(family).drawn.values)
    points = size * (1 + len(names)) + len(space.dimensions)
    program, symbols, _ = trace(lambda *_: None, ((POINTS,) * points + ((),) * (values + 2)))
    given = iter(symbols)
    x = [next(given) for _ in range(size)]
    states = [{name: next(given) for name in names} for _ in range(size)]
    searched, drawn = [next(given) for _ in space.dimensions], [next(given) for _ in range(values)]
    step, fall = cast("int", next(given)), next(given)
    loss, slopes = _sloped(program, family, x, drawn)
    settings = space.settings(searched, fall)
    moved = [
        space.kind.rule(slope, at, state, step, **settings)
        for slope, at, state in zip(slopes, x, states, strict=True)
    ]
    found = tuple(moved[0][1])
    terms = [state[name] for _, state in moved for name in found]
    program.outputs = [as_number(program, y) for y in (loss, *(at for at, _ in moved), *terms)]
    return program, found


def _sloped(program: Program, family: Family, x: Sequence[Symbol], drawn: Sequence[Any]) -> tuple[Any, Any]:
    loss = Symbol(program, as_number(program, family.loss(x, drawn)))
    return loss, [np.float64(slope) if isinstance(slope, float) else slope for slope in gradients(loss, x)]


@lru_cache(maxsize=64)
def loss_code(family: Family) -> Points:
    """The loss and its gradient at points: the coordinates and the instance's values go in."""
    program, x, drawn = _begun(family, POINTS)
    loss, slopes = _sloped(program, family, x, drawn)
    program.outputs = [as_number(program, y) for y in (loss, *slopes)]
    return Points(program.simplified(Simplify.FREELY))


@lru_cache(maxsize=64)
def float_code(family: Family) -> Callable[..., Any]:
    """The loss and its gradient at one point, from floats: the coordinates, then the instance's values."""
    program, x, drawn = _begun(family, ())
    loss, slopes = _sloped(program, family, x, drawn)
    program.outputs = [as_number(program, y) for y in (loss, *slopes)]
    return Floats(program.simplified(Simplify.EXACTLY)).call


@lru_cache(maxsize=64)
def hessian_code(family: Family) -> Callable[..., Any]:
    """The second derivatives at one point, row by row, from floats like those of `float_code`."""
    program, x, drawn = _begun(family, ())
    _, slopes = _sloped(program, family, x, drawn)
    rows = [
        gradients(Symbol(program, as_number(program, slope)), x)
        if isinstance(slope, Symbol)
        else [0.0] * len(x)
        for slope in slopes
    ]
    program.outputs = [as_number(program, entry) for row in rows for entry in row]
    return Floats(program.simplified(Simplify.EXACTLY)).call


def _begun(family: Family, shape: Shape) -> tuple[Program, list[Symbol], list[Symbol]]:
    size, values = family.size, len(_example(family).drawn.values)
    program, symbols, _ = trace(lambda *_: None, (shape,) * size + ((),) * values)
    return program, symbols[:size], symbols[size:]


@lru_cache(maxsize=64)
def _example(family: Family) -> Instance:
    return family.instance("scoring", 0, 0)
