"""`Module`: a model whose parameters are the Tensors in its attributes, in torch.nn's sense."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.array_rules import Shape
from support.messages import shown, unknown


class Module(ABC):
    """Base of every model and of its layers: `forward` says what it computes.

    Its parameters are the Tensors among its attributes, and those of the Modules among them, in the order in
    which they were set; lists and tuples of either count too. A Tensor that stands in several places is one
    parameter. Other arrays that a model needs are plain attributes.

    Attributes:
        training: whether layers that behave differently in training, such as `Dropout`, do so.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.intercept = Tensor(3.0), Tensor(5.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.intercept
    >>> line = Line()
    >>> line(2.0), dict(line.named_parameters())
    (Tensor(11.0), {'slope': Tensor(3.0), 'intercept': Tensor(5.0)})
    """

    training: bool = True

    @abstractmethod
    def forward(self, *inputs: Any) -> Any:
        """What the model computes, batched: the first axis of arrays counts the samples."""

    def __call__(self, *inputs: Any) -> Any:
        """`forward`."""
        return self.forward(*inputs)

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """Each parameter with its name: the attributes that lead to it, with dots between them."""
        seen: set[int] = set()
        for name, tensor in _tensors(self, ""):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield name, tensor

    def parameters(self) -> list[Tensor]:
        """The parameters, as optimizers take them."""
        return [tensor for _, tensor in self.named_parameters()]

    def modules(self) -> Iterator[Module]:
        """This module and every one inside it."""
        yield self
        for _, value in _children(vars(self)):
            if isinstance(value, Module):
                yield from value.modules()

    def train(self, mode: bool = True) -> Module:
        """Set `training` here and in all modules inside; returns the module itself."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Module:
        """`train(False)`."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget every parameter's gradient."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """A copy of every parameter's value by its name."""
        return {name: tensor.numpy() for name, tensor in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Give every parameter the value of its name in `state`; nothing has changed if it is refused.

        Raises:
            ValueError: naming a parameter that is missing, unknown, of another shape, or not of numbers.
        """
        tensors = dict(self.named_parameters())
        for name in state:
            if name not in tensors:
                raise ValueError(unknown("parameter", name, tensors))
        values = {}
        for name, tensor in tensors.items():
            if name not in state:
                raise ValueError(f"parameter {name!r} is missing; given: {', '.join(state) or 'none'}")
            values[name] = _as_numbers(name, state[name])
            if values[name].shape != tensor.shape:
                raise ValueError(
                    f"parameter {name!r} must have the shape {tensor.shape}, not {values[name].shape}"
                )
        for name, value in values.items():
            tensors[name].data = value


def functional_call(model: Module, parameters: Mapping[str, Any], *inputs: Any) -> Any:
    """What `model` would compute with other parameters: `torch.func.functional_call`.

    The model itself is left as it is.

    Args:
        model: any model.
        parameters: by name, Tensors, arrays or numbers; parameters that are left out keep their values. With
            plain arrays for all of them, and plain inputs, the result is a plain array and no graph is built.
        inputs: of the model.

    Raises:
        ValueError: for a name that the model does not have.

    >>> from networks import Linear
    >>> layer = Linear(2, 1, rng=0)
    >>> functional_call(layer, {"weight": np.ones((1, 2)), "bias": np.zeros(1)}, np.array([[3.0, 4.0]]))
    array([[7.]])
    """
    return with_parameters(model, parameters)(*inputs)


def with_parameters(model: Module, parameters: Mapping[str, Any]) -> Module:
    """A copy of a model that shares everything but these parameters, by name."""
    tensors = dict(model.named_parameters())
    for name in parameters:
        if name not in tensors:
            raise ValueError(unknown("parameter", name, tensors))
    copy: Module = _replaced(model, {id(tensors[name]): value for name, value in parameters.items()})
    return copy


def plain_parameters(model: Module) -> dict[str, Any]:
    """The values of all parameters by name, not copied: they must not be changed."""
    return {name: tensor.value for name, tensor in model.named_parameters()}


def parameter_shapes(model: Module) -> dict[str, Shape]:
    """The shapes of all parameters by name."""
    return {name: tensor.shape for name, tensor in model.named_parameters()}


def _children(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Attributes by name, and what stands in lists and tuples by its place."""
    for name, value in attributes.items():
        if isinstance(value, list | tuple):
            yield from (
                (f"{name}.{rest}", x) for rest, x in _children({str(i): x for i, x in enumerate(value)})
            )
        else:
            yield name, value


def _tensors(module: Module, prefix: str) -> Iterator[tuple[str, Tensor]]:
    for name, value in _children(vars(module)):
        if isinstance(value, Tensor):
            yield prefix + name, value
        elif isinstance(value, Module):
            yield from _tensors(value, f"{prefix}{name}.")


def _replaced(value: Any, by_id: Mapping[int, Any]) -> Any:
    if isinstance(value, Tensor):
        return by_id.get(id(value), value)
    if isinstance(value, list | tuple):
        return type(value)(_replaced(x, by_id) for x in value)
    if not isinstance(value, Module):
        return value
    copy = object.__new__(type(value))
    vars(copy).update({name: _replaced(x, by_id) for name, x in vars(value).items()})
    return copy


def _as_numbers(name: str, value: Any) -> Any:
    value = value.value if isinstance(value, Tensor) else value
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"parameter {name!r} must consist of real numbers, not {shown(value)}")
    return array.astype(np.float64)
