"""`TrainingStep`: forward, reverse sweep and the optimizer's update of all parameters, as one program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, final

import numpy as np

from autograd import Tensor
from autograd.array_rules import Shape
from autograd.compiler.program import Simplify
from autograd.compiler.tracing import Symbol, as_number, gradients, trace
from networks.compiled_step.flat import Flat
from networks.compiled_step.in_place import InPlace
from networks.drawing import Draw, collected
from networks.losses import l2_penalty
from networks.module import Module, with_parameters
from optimizers import Optimizer
from optimizers.compiled_step.rule_program import UNTRACEABLE
from support.messages import shown

Loss: TypeAlias = Callable[[Any, Any], Any]
Engine: TypeAlias = Literal["compiled", "eager"]


@final
class TrainingStep:
    """A training step: the loss of a batch, its gradient, and the optimizer's step along it.

    Compiled, the whole step is traced once for each shape of a batch and becomes one program without
    allocations; batch and labels are its arguments, to which no gradient is computed. All parameters are
    views of one vector, on which the optimizer's rule runs once. Random masks (`networks.drawn`) are drawn
    anew for each batch. Eager, the graph is built and swept each time; the numbers are the same. The first
    step of an optimizer, and those of optimizers that evaluate the loss themselves or have several parameter
    groups, are always eager.

    Args:
        model: what is trained; its parameters that the optimizer does not have stay as they are.
        optimizer: any of ours, with Tensors of the model as parameters.
        loss: of what the model computes, and the labels; such as those of `networks.losses`.
        l2: the strength of an L2 penalty that is added to the loss.
        engine: "compiled" or "eager".

    Raises:
        ValueError: if the optimizer moves a Tensor that is no parameter of the model, or for an engine that
            there is not.

    >>> from networks import MLP, losses
    >>> from optimizers import Adam
    >>> x, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0])
    >>> model = MLP([1, 1], rng=0)
    >>> step = TrainingStep(model, Adam(model.parameters(), lr=0.1), losses.mse_loss)
    >>> for _ in range(1000):
    ...     loss = step(x, y)
    >>> round(loss, 6), model(np.array([[10.0]])).data.round(3)
    (0.0, array([[21.]]))
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        loss: Loss,
        *,
        l2: float = 0.0,
        engine: Engine = "compiled",
    ) -> None:
        if engine not in {"compiled", "eager"}:
            raise ValueError(f"engine must be 'compiled' or 'eager', not {shown(engine)}")
        self.model, self.optimizer, self.loss, self.l2 = model, optimizer, loss, l2
        self._named = dict(model.named_parameters())
        known = {id(tensor) for tensor in self._named.values()}
        for i, parameter in enumerate(optimizer.params):
            if id(parameter) not in known:
                raise ValueError(f"the optimizer's parameter {i} is none of the model's")
        self._compiled = engine == "compiled" and optimizer.elementwise
        self._codes: dict[Any, tuple[InPlace, list[tuple[Draw, Shape]]]] = {}
        self._settings: dict[str, Any] | None = None  # those that the codes are for
        self._flat: Flat | None = None

    def __call__(self, inputs: Any, targets: Any) -> float:
        """Make one step with a batch; gives the loss from where it was made.

        Args:
            inputs: a batch, an array whose first axis counts the samples.
            targets: its labels or values.
        """
        inputs, targets = (np.ascontiguousarray(x, dtype=np.float64) for x in (inputs, targets))
        if self._compiled and self._begun():
            try:
                code, draws = self._code(inputs.shape, targets.shape)
            except _UntraceableRuleError:
                self._compiled = False
            else:
                return self._step(code, draws, inputs, targets)
        return self._eager_step(inputs, targets)

    def _eager_step(self, inputs: Any, targets: Any) -> float:
        def closure() -> Tensor:
            self.optimizer.zero_grad()
            loss = self._objective(self.model, list(self._named.values()), inputs, targets)
            loss.backward()
            return loss  # type: ignore[no-any-return]

        return float(self.optimizer.step(closure))

    def _objective(self, model: Module, parameters: Sequence[Any], inputs: Any, targets: Any) -> Any:
        loss = self.loss(model(inputs), targets)
        return loss + l2_penalty(parameters, self.l2) if self.l2 else loss

    def _begun(self) -> bool:
        """Whether the optimizer has a state to go on from; it is then in one vector for each term."""
        if len(self.optimizer.param_groups) > 1:
            return False
        if self._flat is None:
            counts = {steps for steps in self.optimizer.steps if steps}
            if len(counts) != 1:  # none yet, or some parameters have been moved more often than others
                return False
            self._flat = Flat(self.optimizer)
        self._flat.gather()
        rateless = {**self.optimizer.param_groups[0], "params": None, self.optimizer.rate_name: None}
        if rateless != self._settings:
            self._settings = rateless
            self._codes.clear()
        return True

    def _step(self, code: InPlace, draws: list[tuple[Draw, Shape]], inputs: Any, targets: Any) -> float:
        flat, optimizer = self._flat, self.optimizer
        assert flat is not None  # noqa: S101
        rate = (float(optimizer.rate),) if self._rated else ()
        drawn = [draw(shape) for draw, shape in draws]
        numbers = [float(flat.numbers[name]) for name in flat.shared]
        loss, *numbers = code.call(*numbers, inputs, targets, float(flat.steps + 1), *rate, *drawn)
        flat.stepped(numbers)
        optimizer._tell(loss)
        return float(loss)

    @property
    def _rated(self) -> bool:
        return self.optimizer.rate_name in self.optimizer.hyperparameters

    def _code(self, inputs: Shape, targets: Shape) -> tuple[InPlace, list[tuple[Draw, Shape]]]:
        key = inputs, targets, self.model.training
        if key not in self._codes:
            self._codes[key] = self._compile(inputs, targets)
        return self._codes[key]

    def _compile(self, inputs: Shape, targets: Shape) -> tuple[InPlace, list[tuple[Draw, Shape]]]:
        """The code for batches of one shape.

        Its inputs: the vector of all parameters and those of the optimizer's terms, which are held; what is
        not moved, held too; the terms that are one number for all; batch, labels, the step's number, the
        learning rate; random numbers. Outputs: the loss, and, written over, parameters and terms.
        """
        flat = self._flat
        assert flat is not None  # noqa: S101
        still = {name: t for name, t in self._named.items() if not flat.has(t)}
        vectors, count = [flat.values, *flat.terms.values()], len(flat.shared)
        shapes = [x.shape for x in vectors] + [np.shape(t.value) for t in still.values()]
        shapes += [()] * count + [inputs, targets, ()] + [()] * self._rated
        program, symbols, _ = trace(lambda *_: None, shapes)
        begin = len(vectors) + len(still)
        parts = flat.split(symbols[0])
        by_id = {id(t): part for t, part in zip(flat.tensors, parts, strict=True)}
        by_id |= {id(t): x for t, x in zip(still.values(), symbols[len(vectors) :], strict=False)}
        bound = {name: by_id[id(t)] for name, t in self._named.items()}
        x, y, step, *rate = symbols[begin + count :]
        with collected() as draws:
            loss = self._objective(with_parameters(self.model, bound), list(bound.values()), x, y)
        terms = dict(zip(flat.terms, symbols[1:], strict=False))
        terms |= dict(zip(flat.shared, symbols[begin:], strict=False))
        slope = _joined(loss, parts, flat)
        if self.optimizer.param_groups[0].options.get("maximize"):
            slope = -slope
        moved, terms = self._ruled(slope, symbols[0], {n: terms[n] for n in flat.names}, step, rate)
        outputs = [loss, *(terms[name] for name in flat.shared), moved, *(terms[name] for name in flat.terms)]
        program.outputs = [as_number(program, output) for output in outputs]
        held = dict(enumerate([*vectors, *(t.value for t in still.values())]))
        over = {1 + count + k: k for k in range(len(vectors))}
        if any(program.shapes[program.outputs[k]] != vectors[i].shape for k, i in over.items()):
            raise _UntraceableRuleError
        return InPlace(program.simplified(Simplify.EXACTLY), held, over), draws

    def _ruled(self, slope: Any, vector: Any, state: dict[str, Any], step: Any, rate: list[Any]) -> Any:
        """The new parameters and terms."""
        optimizer = self.optimizer
        settings = optimizer.hyperparameters | dict(zip([optimizer.rate_name], rate, strict=False))
        try:
            moved, new = optimizer.rule(slope, vector, state, step, **settings)
        except UNTRACEABLE as error:
            raise _UntraceableRuleError from error
        if new.keys() != state.keys():
            raise _UntraceableRuleError
        return moved, new


class _UntraceableRuleError(Exception):
    """Raised for an optimizer whose rule cannot be part of a program."""


def _joined(loss: Any, parts: Sequence[Symbol], flat: Flat) -> Any:
    """The gradient of all parameters as one vector."""
    if np.shape(loss):
        raise ValueError(f"the loss must be one number, not of shape {np.shape(loss)}")
    slopes = gradients(loss, parts)
    rows = []
    for slope, tensor in zip(slopes, flat.tensors, strict=True):
        whole = slope if np.shape(slope) == tensor.shape else np.broadcast_to(slope, tensor.shape)
        rows.append(np.reshape(whole, (-1,)))
    return rows[0] if len(rows) == 1 else np.concatenate(rows)
