"""A rule as a compiled program: one optimizer's step of one parameter, for a float or for an array.

The rule is traced once for its hyperparameters. Races have programs of their own, in which the gradient is
computed too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.compiling import ALONE, Floats, Points, share_blocks
from autograd.program import POINTS, NotElementwiseError, Program, Simplify
from autograd.shaping import Shape
from autograd.tracing import as_number, trace

Array: TypeAlias = NDArray[np.float64]
Rule: TypeAlias = Callable[..., tuple[Any, dict[str, Any]]]
State: TypeAlias = dict[str, Any]

# What a rule may raise that takes numbers only, not symbols; it is then run as it is.
UNTRACEABLE = (TypeError, ValueError, AttributeError, NotElementwiseError)


@dataclass(frozen=True)
class Terms:
    """An optimizer's terms in a program: their names, and their shapes: () where all numbers share one."""

    names: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True)
class RuleCode:
    """What computes a rule's steps.

    Attributes:
        terms: of the state.
        first: the first step. Inputs: gradient, parameter, the step's number and, where it is given with each
            step, the learning rate. Outputs: the new parameter and the terms.
        later: any other step; the terms are given after the parameter.
    """

    terms: Terms
    first: Any
    later: Any

    def move_float(self, gradient: float, parameter: float, state: State, rest: Sequence[float]) -> Any:
        """The new parameter and the new state, as the rule gives them."""
        names = self.terms.names
        if state:
            moved, *terms = self.later.call(gradient, parameter, *[state[name] for name in names], *rest)
        else:
            moved, *terms = self.first.call(gradient, parameter, *rest)
        return moved, dict(zip(names, terms, strict=True))

    def move_array(
        self, gradient: Any, parameter: Any, state: State, rest: Sequence[float], out: Any, scratch: Any
    ) -> State:
        """Write the new parameter to `out`, and the new terms over those of `state`, which is given back.

        Args:
            gradient: of the parameter's shape.
            parameter: where the step begins; `out` may be the same array.
            state: the terms by name; empty before the first step.
            rest: the step's number and, where it is given with each step, the learning rate.
            out: of the parameter's shape.
            scratch: a dictionary of the caller's, to keep buffers in.
        """
        code = self.later
        if not state:
            code, shape = self.first, parameter.shape
            terms = [np.empty(shape if own else ()) for own in self.terms.shapes]
            state = dict(zip(self.terms.names, terms, strict=True))
            given = [gradient, parameter]
        else:
            terms = [state[name] for name in self.terms.names]
            given = [gradient, parameter, *terms]
        results = [out, *terms]
        if parameter.ndim != 1:
            given, results = ([x.reshape(-1) if x.ndim else x for x in arrays] for arrays in (given, results))
        _run(code, given, rest, results, scratch)
        return state


def _run(
    code: Points, given: Sequence[Array], rest: Sequence[float], results: Sequence[Array], scratch: Any
) -> None:
    """Compute all points' results, block by block where there are many."""
    length = results[0].size
    if length <= ALONE:
        key = id(code), length
        if key not in scratch:
            scratch[key] = code.buffers(length)
        code.block(*given, *rest, *results, *scratch[key])
        return

    def work(blocks: Iterator[slice]) -> None:
        size = 0
        with np.errstate(all="ignore"):
            for part in blocks:
                if part.stop - part.start != size:
                    size = part.stop - part.start
                    buffers = code.buffers(size)
                cut = [[x[part] if x.ndim else x for x in arrays] for arrays in (given, results)]
                code.block(*cut[0], *rest, *cut[1], *buffers)

    share_blocks(work, length)


def rule_code(rule: Rule, hyperparameters: dict[str, Any], points: bool, rated: bool) -> RuleCode | None:
    """The code of a rule with these hyperparameters; None if it cannot be traced, and is run as it is.

    Args:
        rule: the optimizer's.
        hyperparameters: by name; `lr` is left out of account where it is given with each step.
        points: whether the parameter is an array, else it is a float.
        rated: whether the learning rate is given with each step.
    """
    given = {key: value for key, value in hyperparameters.items() if not (rated and key == "lr")}
    try:
        return _cached(rule, tuple(given.items()), points, rated)
    except TypeError:  # a hyperparameter that cannot be hashed: an array
        return None


@lru_cache(maxsize=256)
def _cached(
    rule: Rule, hyperparameters: tuple[tuple[str, Any], ...], points: bool, rated: bool
) -> RuleCode | None:
    try:
        return _coded(rule, dict(hyperparameters), points, rated)
    except UNTRACEABLE:
        return None


def _coded(rule: Rule, hyperparameters: dict[str, Any], points: bool, rated: bool) -> RuleCode:
    def write(terms: Terms) -> tuple[Program, Terms]:
        return _write(rule, hyperparameters, terms, points, rated)

    first, found = write(Terms())
    later, terms = write(found)
    if terms != found:  # what begins as a number that all share does not stay one
        later, found = write(terms)
    if found != terms:
        raise TypeError("an optimizer's terms must stay the same")
    # Exactly: a float and an array of any length make the same steps, and a race that is gone on with too.
    first, later = (program.simplified(Simplify.EXACTLY) for program in (first, later))
    if not points:
        return RuleCode(terms, Floats(first), Floats(later))
    over = {k: k + 1 for k in range(len(terms.names) + 1)}
    return RuleCode(terms, Points(first, {0: 1}), Points(later, over))


def _write(
    rule: Rule, hyperparameters: dict[str, Any], terms: Terms, points: bool, rated: bool
) -> tuple[Program, Terms]:
    """The program of a step from a state with these terms, and the new state's terms."""
    shape: Shape = POINTS if points else ()
    count = len(terms.names)
    shapes = (shape, shape, *terms.shapes, (), *[()] * rated)
    program, (gradient, parameter, *rest), _ = trace(lambda *_: None, shapes, Simplify.NOT)
    state = dict(zip(terms.names, rest[:count], strict=True))
    rate = {"lr": rest[-1]} if rated else {}
    step: Any = rest[count]
    moved, new = rule(gradient, parameter, state, step, **(hyperparameters | rate))
    program.outputs = [as_number(program, x) for x in (moved, *new.values())]
    found = tuple(program.shapes[number] for number in program.outputs[1:])
    return program, Terms(tuple(new), found)
