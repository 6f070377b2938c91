"""`Flat`: an optimizer's parameters and terms as one vector each, of which the Tensors' values are views."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor
from autograd.tensor import share
from optimizers import Optimizer


class Flat:
    """All parameters that an optimizer has moved, and its terms, in vectors that are changed in place.

    The optimizer's own state is made of views of them, so that it can be saved, and go on by itself, at any
    time. Where somebody else has set a parameter or a state since, `gather` takes it over.

    Args:
        optimizer: an elementwise one, that has made a step.

    Attributes:
        tensors: the parameters that it moves: those that have a gradient.
        values: the vector of their numbers.
        names: of its terms, in its own order.
        terms: by name, the vectors of those that have the parameters' shapes.
        shared: the names of those that are one number for all.
        numbers: these, by name.
        steps: how many steps have been made.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self._optimizer = optimizer
        self._places = [i for i, steps in enumerate(optimizer.steps) if steps]
        self.tensors: list[Any] = [optimizer.params[i] for i in self._places]
        self._ends = [0, *np.cumsum([t.size for t in self.tensors]).tolist()]
        state = optimizer.state[self._places[0]]
        first = self.tensors[0]
        self.names = list(state)
        own = [name for name in self.names if np.shape(state[name]) == first.shape]
        own = [n for n in own if all(np.shape(optimizer.state[i][n]) == t.shape for i, t in self._pairs())]
        self.shared = [name for name in self.names if name not in own]
        self.values: Any = np.empty(self._ends[-1])
        self.terms: dict[str, Any] = {name: np.empty(self._ends[-1]) for name in own}
        self.numbers: dict[str, float] = {}
        self.steps = 0
        self._views = self.split(self.values)
        self._states: list[dict[str, Any]] = [{} for _ in self.tensors]
        self._single = [k for k, t in enumerate(self.tensors) if t.shape == ()]

    def _pairs(self) -> Any:
        return zip(self._places, self.tensors, strict=True)

    def has(self, tensor: Tensor) -> bool:
        """Whether a Tensor is among the parameters."""
        return any(tensor is t for t in self.tensors)

    def split(self, vector: Any) -> list[Any]:
        """The parameters' parts of a vector, in their shapes."""
        ends = zip(self._ends, self._ends[1:], self.tensors, strict=False)
        return [np.reshape(vector[begin:end], t.shape) for begin, end, t in ends]

    def gather(self) -> None:
        """Take over what has been set outside since the last step."""
        optimizer = self._optimizer
        for k, (i, tensor) in enumerate(self._pairs()):
            if tensor.value is not self._views[k] and not (
                k in self._single and tensor.value == self._views[k]
            ):
                self._views[k][...] = tensor.value
                if tensor.shape:
                    share(tensor, self._views[k])
            if optimizer.state[i] is not self._states[k]:
                self._take_state(k, optimizer.state[i])
                optimizer.state[i] = self._states[k]
                self.steps = optimizer.steps[i]

    def _take_state(self, k: int, state: dict[str, Any]) -> None:
        parts = {name: self.split(vector)[k] for name, vector in self.terms.items()}
        for name in self.names:
            if name in parts:
                parts[name][...] = state[name]
            else:
                self.numbers[name] = float(state[name])
        shape = self.tensors[k].shape
        kept = {name: parts[name] if shape else float(parts[name]) for name in parts}
        self._states[k] = {name: kept[name] if name in kept else self.numbers[name] for name in self.names}

    def stepped(self, numbers: list[float]) -> None:
        """Note that a step has been made, after which the shared terms are these numbers."""
        self.steps += 1
        steps = self._optimizer.steps
        for i in self._places:
            steps[i] = self.steps
        if numbers:
            self.numbers = dict(zip(self.shared, numbers, strict=True))
            for state in self._states:
                state.update(self.numbers)
        for k in self._single:
            self.tensors[k].data = float(self._views[k])
            place = self._ends[k]
            self._states[k].update({name: float(vector[place]) for name, vector in self.terms.items()})
