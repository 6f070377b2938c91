"""PyTorch's own optimizers as racers, and a user's that derive from torch.optim.Optimizer.

"torch.optim.AdamW" is the class of that name, stepping for us. PyTorch is imported only when such an
optimizer is asked for. It moves one float64 tensor of all parameters' numbers, by gradients from our side.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizers.external.adapter import TORCH, LibraryOptimizer, library_class, quiet
from optimizers.objective import Objective

Array: TypeAlias = NDArray[np.float64]


def kinds(title: str) -> dict[str, Any]:
    """The optimizers of torch.optim, by name."""
    with TORCH.importing(title):
        torch = import_module("torch")
    return {name: kind for name, kind in vars(torch.optim).items() if is_torchs(kind)}


def is_torchs(kind: Any) -> bool:
    """Whether a class derives from torch.optim.Optimizer; PyTorch is not imported to know."""
    base = getattr(getattr(sys.modules.get("torch"), "optim", None), "Optimizer", None)
    return isinstance(base, type) and isinstance(kind, type) and issubclass(kind, base) and kind is not base


def adapted(kind: Any, title: str) -> type[LibraryOptimizer]:
    """A class that derives from torch.optim.Optimizer, as one of ours, called `title`."""

    def step(objective: Any, parameter: Any, running: Any, hyperparameters: Any) -> Any:
        running = running or _Running(kind, hyperparameters, len(parameter))
        moved = running.step(objective, parameter, hyperparameters)
        return moved, running, running.terms()

    return library_class(title, list(inspect.signature(kind).parameters.values())[1:], step)


class _Running:
    """An optimizer of torch.optim, and the tensor that it moves, of so many numbers."""

    def __init__(self, kind: Any, hyperparameters: Mapping[str, Any], size: int) -> None:
        self._torch: Any = import_module("torch")
        self._kind, self._set = kind, dict(hyperparameters)
        self._tensor = self._torch.zeros(size, dtype=self._torch.float64, requires_grad=True)
        with self._float64():
            self._optimizer = kind([self._tensor], **hyperparameters)

    def step(self, objective: Objective, parameter: Array, hyperparameters: Mapping[str, Any]) -> Array:
        """Where the optimizer goes from `parameter` in one step."""
        torch, tensor = self._torch, self._tensor

        def closure() -> Any:
            loss, gradient = objective.value_and_grad(tensor.detach().numpy().copy())
            tensor.grad = torch.tensor(gradient, dtype=torch.float64)
            return torch.tensor(loss, dtype=torch.float64)

        with torch.no_grad():
            tensor.copy_(torch.from_numpy(parameter.copy()))
        self._follow(hyperparameters)
        with self._float64():
            closure()  # for those that do not call it; it costs the others nothing to call it again there
            _call_step(self._optimizer, closure)
        moved: Array = tensor.detach().numpy().copy()
        return moved

    def _follow(self, hyperparameters: Mapping[str, Any]) -> None:
        """Set those hyperparameters that have changed since the last step, in groups or as attributes."""
        changed = {key: x for key, x in hyperparameters.items() if x is not self._set[key]}
        for holder in (*self._optimizer.param_groups, vars(self._optimizer)):
            holder.update({key: x for key, x in changed.items() if key in holder})
        self._set.update(changed)

    @contextmanager
    def _float64(self) -> Iterator[None]:
        """Have PyTorch make terms, as NAdam's `mu_product`, in float64, and silence warnings."""
        before = self._torch.get_default_dtype()
        self._torch.set_default_dtype(self._torch.float64)
        try:
            with quiet():
                yield
        finally:
            self._torch.set_default_dtype(before)

    def terms(self) -> list[tuple[str, Any]]:
        """The optimizer's terms, but for the number of its steps."""
        terms = self._optimizer.state.get(self._tensor, {}).items()
        tensors = [(name, x) for name, x in terms if name != "step" and self._torch.is_tensor(x)]
        return [(name, x.detach().numpy().copy()) for name, x in tensors if x.is_floating_point()]

    def __deepcopy__(self, memo: Any) -> _Running:
        twin = _Running(self._kind, self._set, self._tensor.numel())
        # Not by load_state_dict, which makes float64 of terms that PyTorch keeps in float32, nor by its own
        # __getstate__, which leaves out what a user's class keeps beside them.
        memo[id(self._tensor)] = twin._tensor
        vars(twin._optimizer).update(copy.deepcopy(vars(self._optimizer), memo))
        return twin


def _call_step(optimizer: Any, closure: Any) -> None:
    """Call an optimizer's `step` with the closure, by position or by name, or without where it takes none."""
    signature = inspect.signature(optimizer.step)
    try:
        signature.bind(closure)
    except TypeError:
        optimizer.step(**({"closure": closure} if "closure" in signature.parameters else {}))
    else:
        optimizer.step(closure)
