"""`Flat`: parameters and an optimizer's terms as one vector each, of which the Tensors' values are views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.tensor import share
from optimizers import Optimizer


class Flat:
    """Parameters that an optimizer moves alike, and its terms, in vectors that are changed in place.

    The optimizer's own state is made of views of them, so that it can be saved, and go on by itself, at any
    time. `gather` takes over what was set from outside since the last step.

    Args:
        optimizer: an elementwise one, that has made a step.
        places: of the parameters, among those of the optimizer; at least one.

    Attributes:
        tensors: the parameters.
        values: the vector of their numbers.
        names: of the optimizer's terms, in its own order.
        terms: by name, the vectors of those that have the parameters' shapes.
        shared: the names of those that are one number for all parameters.
        numbers: these, by name.
        steps: how many steps have been made.
    """

    def __init__(self, optimizer: Optimizer, places: Sequence[int]) -> None:
        self._optimizer, self._places = optimizer, places
        self.tensors: list[Any] = [optimizer.params[i] for i in places]
        self._ends = [0, *np.cumsum([t.size for t in self.tensors]).tolist()]
        self.values: Any = np.empty(self._ends[-1])
        self.names = list(optimizer.state[places[0]])
        own = [name for name in self.names if self._has_their_shapes(name)]
        self.terms: dict[str, Any] = {name: np.empty(self._ends[-1]) for name in own}
        self.shared = [name for name in self.names if name not in own]
        self.numbers: dict[str, float] = {}
        self.steps = 0
        self._single = [k for k, tensor in enumerate(self.tensors) if tensor.shape == ()]
        self._views = self.split(self.values)
        self._states: list[dict[str, Any]] = [{} for _ in self.tensors]

    def _has_their_shapes(self, name: str) -> bool:
        states = [self._optimizer.state[i] for i in self._places]
        return all(np.shape(s[name]) == t.shape for s, t in zip(states, self.tensors, strict=True))

    def split(self, vector: Any) -> list[Any]:
        """The parameters' parts of a vector, in their shapes."""
        parts = zip(pairwise(self._ends), self.tensors, strict=True)
        return [np.reshape(vector[begin:end], tensor.shape) for (begin, end), tensor in parts]

    def joined(self, parts: Iterable[Any]) -> Any:
        """The vector of parts; a part may be one number."""
        rows = []
        for part, tensor in zip(parts, self.tensors, strict=True):
            whole = part if np.shape(part) == tensor.shape else np.broadcast_to(part, tensor.shape)
            rows.append(np.reshape(whole, (-1,)))
        return rows[0] if len(rows) == 1 else np.concatenate(rows)

    def gather(self) -> bool:
        """Take over what was set outside since the last step; False if it no longer fits."""
        state, steps = self._optimizer.state, self._optimizer.steps
        for k, i in enumerate(self._places):
            take(self.tensors[k], self._views[k])
            if state[i] is not self._states[k]:
                if steps[i] != steps[self._places[0]] or list(state[i]) != self.names:
                    return False
                self._take_state(k, state[i])
                state[i] = self._states[k]
                self.steps = steps[i]
        return True

    def _take_state(self, k: int, state: dict[str, Any]) -> None:
        parts = {name: self.split(vector)[k] for name, vector in self.terms.items()}
        for name, part in parts.items():
            part[...] = state[name]
        self.numbers = {name: float(state[name]) for name in self.shared}
        if k in self._single:
            parts = {name: float(part) for name, part in parts.items()}
        self._states[k] = {name: parts.get(name, self.numbers.get(name)) for name in self.names}

    def stepped(self, numbers: Sequence[float]) -> None:
        """Note that a step has been made, after which the shared terms are these numbers."""
        self.steps += 1
        for i in self._places:
            self._optimizer.steps[i] = self.steps
        if numbers:
            self.numbers = dict(zip(self.shared, numbers, strict=True))
            for state in self._states:
                state.update(self.numbers)
        for k in self._single:
            self.tensors[k].data = float(self._views[k])
            place = self._ends[k]
            self._states[k].update({name: float(vector[place]) for name, vector in self.terms.items()})


def take(tensor: Tensor, array: Any) -> None:
    """Have an array hold a Tensor's value, and the Tensor that array; a number is only copied."""
    value = tensor.value
    if value is not array:
        array[...] = value
        if tensor.shape:
            share(tensor, array)
