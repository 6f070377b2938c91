"""`TrainingStep`: forward, reverse sweep and the optimizer's update of all parameters, as one program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, final

import numpy as np

from autograd import Tensor
from autograd.array_rules import Shape
from networks.compiled_step.flat import Flat, take
from networks.compiled_step.groups import Group, groups_of
from networks.compiled_step.step_program import CompiledStep, UntraceableRuleError, step_code
from networks.losses import l2_penalty
from networks.module import Module, with_parameters
from optimizers import Optimizer
from support.messages import shown

Loss: TypeAlias = Callable[[Any, Any], Any]
Engine: TypeAlias = Literal["compiled", "eager"]


@final
class TrainingStep:
    """A training step: the loss of a batch, its gradient, and the optimizer's step along it.

    Compiled, the whole step is traced once for each shape of a batch and becomes one program without
    allocations; batch and labels are its arguments, to which no gradient is computed. All parameters of a
    group are views of one vector, on which the optimizer's rule runs once. Random masks (`networks.drawn`)
    are drawn anew for each batch. Eager, the graph is built and swept each time; the numbers are the same.
    The first step of an optimizer, and those of optimizers that evaluate the loss themselves, are always
    eager.

    Args:
        model: what is trained; parameters that the optimizer does not have are not changed.
        optimizer: any of ours, with Tensors of the model as parameters.
        loss: of what the model computes, and the labels; such as those of `networks.losses`.
        l2: the strength of an L2 penalty that is added to the loss.
        engine: "compiled" or "eager".

    Raises:
        ValueError: if the optimizer moves a Tensor that is no parameter of the model, or for an unknown
            engine.

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
        self._count = len(optimizer.params)
        self._codes: dict[Any, CompiledStep] = {}
        self._settings: Any = None  # the hyperparameters that the codes are for
        self._groups: list[Group] = []
        self._flats: list[Flat] = []
        self._others: list[Tensor] = []  # parameters that are not moved
        self._still: dict[int, Any] = {}  # their arrays

    def __call__(self, inputs: Any, targets: Any) -> float:
        """Make one step with a batch; gives the loss from where it was made.

        Args:
            inputs: a batch, an array whose first axis counts the samples.
            targets: its labels or values.
        """
        inputs, targets = (np.ascontiguousarray(x, dtype=np.float64) for x in (inputs, targets))
        code = self._code((inputs.shape, targets.shape)) if self._compiled else None
        return self._compiled_step(code, inputs, targets) if code else self._eager_step(inputs, targets)

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

    def _code(self, batch: tuple[Shape, Shape]) -> CompiledStep | None:
        """What computes a step of such a batch; None where it has to be eager."""
        if len(self.optimizer.params) != self._count:  # some have been added, and have no state yet
            self._count, self._flats = len(self.optimizer.params), []
            return None
        if not self._gathered():
            self._begin()
            if not self._gathered():
                return None  # nothing has been moved yet
        if not self._know_settings():
            return None
        key = batch, self.model.training
        if key not in self._codes:
            flats = [*zip(self._flats, self._groups, strict=True)]
            try:
                self._codes[key] = step_code(self._traced, self.optimizer, flats, self._still, batch)
            except UntraceableRuleError:
                self._compiled = False
                return None
        return self._codes[key]

    def _know_settings(self) -> bool:
        """Drop the programs if hyperparameters have changed; False if one is an array: these are eager."""
        name = self.optimizer.rate_name
        settings = [group.hyperparameters | {name: None} | group.options for group in self._groups]
        try:
            if settings != self._settings:
                self._settings = settings
                self._codes.clear()
        except ValueError:
            return False
        return not any(isinstance(g.hyperparameters.get(name), np.ndarray) for g in self._groups)

    def _gathered(self) -> bool:
        """Copy what was set since the last step into the vectors; False if it no longer fits them."""
        for tensor in self._others:
            take(tensor, self._still[id(tensor)])
        return bool(self._flats) and all(flat.gather() for flat in self._flats)

    def _begin(self) -> None:
        """Have the parameters that have been moved in vectors."""
        self._groups = groups_of(self.optimizer)
        self._flats = [Flat(self.optimizer, group.places) for group in self._groups]
        moved = {id(tensor) for flat in self._flats for tensor in flat.tensors}
        self._others = [tensor for tensor in self._named.values() if id(tensor) not in moved]
        self._still = {id(tensor): np.empty(tensor.shape) for tensor in self._others}
        self._codes.clear()

    def _traced(self, values: Mapping[int, Any], inputs: Any, targets: Any) -> Any:
        """The loss with other values of the parameters."""
        bound = {name: values[id(tensor)] for name, tensor in self._named.items()}
        return self._objective(with_parameters(self.model, bound), list(bound.values()), inputs, targets)

    def _compiled_step(self, step: CompiledStep, inputs: Any, targets: Any) -> float:
        shared = [float(flat.numbers[name]) for flat in self._flats for name in flat.shared]
        counts = []
        for flat, group in zip(self._flats, self._groups, strict=True):
            counts.append(float(flat.steps + 1))
            if self.optimizer.rate_name in group.hyperparameters:
                counts.append(float(group.rate))
        drawn = [draw(shape) for draw, shape in step.draws]
        loss, *numbers = step.code.call(*shared, inputs, targets, *counts, *drawn)
        for flat in self._flats:
            flat.stepped(numbers[: len(flat.shared)])
            del numbers[: len(flat.shared)]
        self.optimizer._tell(loss)
        return float(loss)
