"""A rule as a compiled program: one optimizer's step of one parameter, for a float or for an array.

The rule is traced once for its hyperparameters. Races have programs of their own, in which the gradient is
computed too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.array_rules import Shape
from autograd.compiler import emit_loops
from autograd.compiler.compiled import ALONE, Floats, Loop, Points, fill
from autograd.compiler.hoisting import hoisted
from autograd.compiler.program import POINTS, Input, NotElementwiseError, Program, Simplify
from autograd.compiler.tracing import as_number, lowered, trace
from autograd.values import frozen

Array: TypeAlias = NDArray[np.float64]
UpdateRule: TypeAlias = Callable[..., tuple[Any, dict[str, Any]]]
State: TypeAlias = dict[str, Any]
Terms: TypeAlias = dict[str, Shape]  # by name, the shapes in a program: () where all numbers share one

BLOCK = 65536  # points to a block at most
LOOP_BLOCK = 4 * BLOCK  # for a loop, which needs no buffers in the cache
# Points to move after which a loop is compiled, which takes a second.
PAYS = 100_000_000

# What a rule may raise that takes numbers only, not symbols; it is then run as it is.
UNTRACEABLE = (TypeError, ValueError, AttributeError, NotElementwiseError)


@dataclass(frozen=True)
class RuleCode:
    """What computes a rule's steps.

    Attributes:
        terms: of the state.
        first: the first step. Inputs: gradient, parameter, the step's number and, if the rule has one, the
            learning rate. Outputs: the new parameter and the terms.
        later: any other step; the terms are given after the parameter.
    """

    terms: Terms
    first: Any
    later: Any

    def fitted(self, state: State, parameter: Any) -> State | None:
        """A state that was loaded, or left by the rule itself, as steps take it; None if it has other terms.

        For a parameter that is a float its terms are floats, else new arrays.
        """
        if [*state] != [*self.terms]:
            return None
        shapes = [np.shape(parameter) if own else () for own in self.terms.values()]
        try:
            terms = [np.broadcast_to(x, shape) for x, shape in zip(state.values(), shapes, strict=True)]
            kind = float if isinstance(parameter, float) else partial(np.array, dtype=np.float64, order="C")
            return dict(zip(state, map(kind, terms), strict=True))
        except (TypeError, ValueError):
            return None

    def move_float(self, gradient: float, parameter: float, state: State, rest: Sequence[float]) -> Any:
        """The new parameter and the new state, as the rule gives them."""
        if state:
            moved, *terms = self.later.call(gradient, parameter, *[state[name] for name in self.terms], *rest)
        else:
            moved, *terms = self.first.call(gradient, parameter, *rest)
        return moved, dict(zip(self.terms, terms, strict=True))

    def move_array(
        self, gradient: Any, parameter: Array, state: State, rest: Sequence[float], scratch: dict[Any, Any]
    ) -> tuple[Array, State]:
        """The new parameter, a new array, and the new state, whose terms are written over those of `state`.

        `rest` is the step's number and the learning rate, if there is one; `scratch` is for buffers.
        """
        shape = parameter.shape
        moved = np.empty(shape)
        if state:
            terms = [state[name] for name in self.terms]
            if len(shape) > 1:  # of arrays with gaps `reshape` would make copies
                terms = [np.asarray(term, order="C") for term in terms]
                state = dict(zip(self.terms, terms, strict=True))
            code, given = self.later, [gradient, parameter, *terms]
        else:
            terms = [np.empty(shape if own else ()) for own in self.terms.values()]
            state = dict(zip(self.terms, terms, strict=True))
            code, given = self.first, [gradient, parameter]
        results = [moved, *terms]
        if len(shape) > 1:
            given, results = ([x.reshape(-1) if x.ndim else x for x in some] for some in (given, results))
        code.move([*given, *rest], results, scratch)
        return frozen(moved), state  # so that a Tensor takes it as its value without a copy


class ArrayCode:
    """A step's program for arrays: floats for what all numbers share, and for the rest numpy, or a loop.

    Args:
        program: takes and gives numbers and points.
        over: for some outputs, by their positions, the position of the argument whose array they go over.
    """

    def __init__(self, program: Program, over: Mapping[int, int]) -> None:
        shared, points = hoisted(program)
        given = [program.shapes[number] == POINTS for number in program.inputs]
        made = [program.shapes[number] == POINTS for number in program.outputs]
        self._arrays, self._numbers = _where(given, True), _where(given, False)
        self._made, self._shared = _where(made, True), _where(made, False)
        self._over = {
            self._made.index(k): self._arrays.index(i) for k, i in over.items() if made[k] and given[i]
        }
        # Numbers that are but handed on, such as SGD's learning rate, need no code.
        values = [shared.values[k] for k in shared.outputs]
        self._handed = [self._numbers[value.position] for value in values if isinstance(value, Input)]
        self._floats = Floats(shared) if len(self._handed) < len(values) else None
        self._points = Points(points, self._over)
        self._loop: Loop | None = None
        self._looped = lowered(points, emit_loops.OPERATIONS)
        self._moved = 0 if emit_loops.suits(self._looped) else -math.inf

    def move(self, arguments: Sequence[Any], results: Sequence[Array], scratch: Any) -> None:
        """Write the results; `scratch` is a dictionary to keep buffers in."""
        numbers = [float(arguments[i]) for i in (self._numbers if self._floats else self._handed)]
        if self._floats:
            numbers = self._floats.call(*numbers)
        arrays = [arguments[i] for i in self._arrays]
        made = [results[k] for k in self._made]
        self._fill([*arrays, *numbers[len(self._shared) :]], made, len(arrays), scratch)
        for i, k in enumerate(self._shared):
            results[k][...] = numbers[i]

    def _fill(self, arguments: Sequence[Any], results: Sequence[Array], arrays: int, scratch: Any) -> None:
        """Compute the points' results, block by block where there are many; `arrays` arguments are arrays."""
        length = arguments[0].size
        if length <= ALONE:
            key = id(self), length
            if key not in scratch:
                scratch[key] = self._points.buffers(length)
            self._points.block(*arguments, *results, *scratch[key])
            return
        if loop := self._worthwhile_loop(arguments[:arrays]):
            fill(loop, arguments, results, [], LOOP_BLOCK)
        else:
            kept = scratch.setdefault((id(self), length), [])  # for as many threads as there were
            fill(self._points, arguments, results, kept, BLOCK)

    def _worthwhile_loop(self, arrays: Sequence[Array]) -> Loop | None:
        """A loop for these arrays, once so many points have been moved that it pays to compile one."""
        self._moved += arrays[0].size
        if self._moved < PAYS or not all(x.dtype == np.float64 and x.flags.c_contiguous for x in arrays):
            return None
        if self._loop is None:
            try:
                self._loop = Loop(self._looped, self._over)
            except ImportError:
                self._moved = -math.inf
        return self._loop


def _where(truths: Sequence[bool], wanted: bool) -> list[int]:
    return [i for i, truth in enumerate(truths) if truth is wanted]


def rule_code(
    rule: UpdateRule, hyperparameters: dict[str, Any], points: bool, rate_name: str
) -> RuleCode | None:
    """The code of a rule with these hyperparameters, for an array of points or else for a float.

    The learning rate is given with each step. None if the rule cannot be traced, and is run as it is.
    """
    rated = rate_name if hyperparameters.get(rate_name) is not None else ""
    given = {key: value for key, value in hyperparameters.items() if key != rated}
    try:
        return _cached(rule, tuple(given.items()), points, rated)
    except TypeError:  # a hyperparameter that cannot be hashed: an array
        return None


@lru_cache(maxsize=256)
def _cached(
    rule: UpdateRule, hyperparameters: tuple[tuple[str, Any], ...], points: bool, rated: str
) -> RuleCode | None:
    def write(terms: Terms) -> tuple[Program, Terms]:
        return _write(rule, dict(hyperparameters), terms, points, rated)

    try:
        first, found = write({})
        later, terms = write(found)
        if terms != found:  # what begins as a number that all share does not stay one
            later, found = write(terms)
        if [*found.items()] != [*terms.items()]:
            return None  # an optimizer's terms must stay the same
        # Exactly: a float, an array of any length, and a race that is gone on with make the same steps.
        first, later = (program.simplified(Simplify.EXACTLY) for program in (first, later))
        if not points:
            return RuleCode(terms, Floats(first), Floats(later))
        over = {k: k + 1 for k in range(1, len(terms) + 1)}  # terms, over those before
        return RuleCode(terms, ArrayCode(first, {}), ArrayCode(later, over))
    except UNTRACEABLE:
        return None


def _write(
    rule: UpdateRule, hyperparameters: dict[str, Any], terms: Terms, points: bool, rated: str
) -> tuple[Program, Terms]:
    """The program of a step from a state with these terms, and the new state's terms."""
    shape: Shape = POINTS if points else ()
    shapes = (shape, shape, *terms.values(), (), *[()] * bool(rated))
    program, (gradient, parameter, *rest), _ = trace(lambda *_: None, shapes)
    state = dict(zip(terms, rest, strict=False))
    rate = {rated: rest[-1]} if rated else {}
    step: Any = rest[len(terms)]
    moved, new = rule(gradient, parameter, state, step, **(hyperparameters | rate))
    program.outputs = [as_number(program, x) for x in (moved, *new.values())]
    return program, dict(zip(new, (program.shapes[k] for k in program.outputs[1:]), strict=True))
