"""A family's loss and an optimizer's step as programs: of points for many runs at once, of floats for one.

Points stand for runs: each has its own coordinates, terms and hyperparameters; what the instance has drawn,
they share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.array_rules import Shape
from autograd.compiler.compiled import Floats, Points
from autograd.compiler.program import POINTS, Program, Simplify
from autograd.compiler.tracing import Symbol, as_number, gradients, trace
from comparison.family import Family, Instance
from comparison.search_space import SearchSpace
from races.step_program import Step, StepCode


@lru_cache(maxsize=256)
def run_code(family: Family, space: SearchSpace) -> StepCode | None:
    """The steps of an optimizer whose hyperparameters are arrays; None if its rule cannot be traced so.

    Each run has its own value of what is searched; the number that depends on the step says how far the rate
    has fallen, from 0 to 1; and the loss's own numbers are what the instance has drawn.
    """
    numbers = len(_example(family).drawn.values)
    own = len(space.dimensions)
    step = Step(family.size, family.loss, space.kind.rule, space.settings, own, numbers=numbers, rated=True)
    return step.code(points=True)


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
