"""A training step written down as one program: the loss, the reverse sweep, and the optimizer's rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from autograd import TracingError
from autograd.array_rules import Shape
from autograd.compiler.program import ConstantValue, Program, Simplify, key_of
from autograd.compiler.tracing import Symbol, as_number, gradients, trace
from networks.compiled_step.flat import Flat
from networks.compiled_step.groups import Group
from networks.compiled_step.in_place import InPlace
from networks.drawing import Draw, collected
from optimizers import Optimizer
from optimizers.compiled_step.rule_program import UNTRACEABLE

# Given the parameters' values by their Tensors' ids, a batch, and its labels, gives the loss.
TracedLoss: TypeAlias = Callable[[Mapping[int, Any], Any, Any], Any]


class UntraceableRuleError(Exception):
    """Raised for an optimizer whose rule cannot be part of a program."""


@dataclass(frozen=True)
class CompiledStep:
    """A training step for batches of one shape.

    Attributes:
        code: its arguments are, for each vector of parameters, the terms that are one number for all; batch
            and labels; for each vector, the step's number and, if the rule has one, the learning rate; random
            numbers. It gives the loss and the new terms that are one number, and changes the vectors.
        draws: what gives the random numbers, and their shapes.
    """

    code: InPlace
    draws: list[tuple[Draw, Shape]]


def step_code(
    objective: TracedLoss,
    optimizer: Optimizer,
    flats: Sequence[tuple[Flat, Group]],
    still: Mapping[int, Any],
    batch: tuple[Shape, Shape],
) -> CompiledStep:
    """Trace and compile a step.

    Args:
        objective: gives the loss.
        optimizer: whose rule moves the vectors.
        flats: the vectors of parameters and terms, each with its group.
        still: arrays of the parameters that are not moved, by their Tensors' ids.
        batch: the shapes of inputs and labels.

    Raises:
        UntraceableRuleError: where the rule takes numbers only, not symbols.
        TracingError: where the model does, or draws random numbers that are not `networks.drawn`.
        ValueError: for a loss that is not one number.
    """
    writer = _StepWriter(objective, optimizer, flats, still, batch)
    program, draws = writer.write()
    again, _ = writer.write()
    if _constants(program) != _constants(again):
        raise TracingError(
            "a model that draws random numbers of its own cannot be compiled: networks.drawn draws them for "
            "each batch; or train it with engine='eager'"
        )
    held = dict(enumerate([*writer.vectors, *still.values()]))
    count = len(program.outputs) - len(writer.vectors)
    over = {count + k: k for k in range(len(writer.vectors))}
    return CompiledStep(InPlace(program.simplified(Simplify.EXACTLY), held, over), draws)


def _constants(program: Program) -> list[Any]:
    """What is known in a program, in order."""
    return [key_of(value.value) for value in program.values if isinstance(value, ConstantValue)]


class _StepWriter:
    """Writes a step down."""

    def __init__(
        self,
        objective: TracedLoss,
        optimizer: Optimizer,
        flats: Sequence[tuple[Flat, Group]],
        still: Mapping[int, Any],
        batch: tuple[Shape, Shape],
    ) -> None:
        self._objective, self._optimizer, self._flats, self._still = objective, optimizer, flats, still
        self._batch = batch
        self.vectors = [vector for flat, _ in flats for vector in (flat.values, *flat.terms.values())]

    def write(self) -> tuple[Program, list[tuple[Draw, Shape]]]:
        """The program, and what is to be drawn for it."""
        program, inputs, _ = trace(lambda *_: None, self._shapes())
        rest = iter(inputs)
        vectors = [[next(rest) for _ in range(1 + len(flat.terms))] for flat, _ in self._flats]
        values = {key: next(rest) for key in self._still}
        shared = [[next(rest) for _ in flat.shared] for flat, _ in self._flats]
        parts = []
        for (flat, _), own in zip(self._flats, vectors, strict=True):
            parts += flat.split(own[0])
            values |= zip(map(id, flat.tensors), parts[-len(flat.tensors) :], strict=True)
        with collected() as draws:
            loss = self._objective(values, next(rest), next(rest))
        if np.shape(loss):
            raise ValueError(f"the loss must be one number, not of shape {np.shape(loss)}")
        loss = Symbol(program, as_number(program, loss))
        slopes = iter(gradients(loss, parts))
        numbers, moved = [], []
        for (flat, group), own, others in zip(self._flats, vectors, shared, strict=True):
            slope = flat.joined([next(slopes) for _ in flat.tensors])
            slope = -slope if group.options.get("maximize") else slope
            step, rate = next(rest), {name: next(rest) for name in self._rated(group)}
            terms = dict(zip([*flat.terms, *flat.shared], [*own[1:], *others], strict=True))
            state = {name: terms[name] for name in flat.names}
            settings = group.hyperparameters | rate
            value, new = self._ruled(slope, own[0], state, step, settings)
            numbers += [new[name] for name in flat.shared]
            moved += [value, *(new[name] for name in flat.terms)]
        program.outputs = [as_number(program, output) for output in (loss, *numbers, *moved)]
        places = zip(program.outputs[-len(self.vectors) :], self.vectors, strict=True)
        if any(program.shapes[number] != vector.shape for number, vector in places):
            raise UntraceableRuleError
        return program, draws

    def _shapes(self) -> list[Shape]:
        """The shapes of what the program is given, in the order in which `write` takes it."""
        shapes: list[Shape] = [x.shape for x in [*self.vectors, *self._still.values()]]
        shapes += [()] * sum(len(flat.shared) for flat, _ in self._flats)
        return [
            *shapes,
            *self._batch,
            *[() for _, group in self._flats for _ in ("step", *self._rated(group))],
        ]

    def _rated(self, group: Group) -> list[str]:
        """The name of the learning rate, if the rule has one."""
        return [name for name in group.hyperparameters if name == self._optimizer.rate_name]

    def _ruled(self, slope: Any, vector: Any, state: dict[str, Any], step: Any, settings: Any) -> Any:
        """The vector's new values, and the new terms."""
        if any(isinstance(value, np.ndarray) for value in settings.values()):
            raise UntraceableRuleError  # of a parameter's shape, not of the vector's
        try:
            moved, new = self._optimizer.rule(slope, vector, state, step, **settings)
        except UNTRACEABLE as error:
            raise UntraceableRuleError from error
        if new.keys() != state.keys():
            raise UntraceableRuleError
        return moved, new
