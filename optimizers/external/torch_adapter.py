"""PyTorch's own optimizers as racers, and a user's that derive from torch.optim.Optimizer.

"torch.optim.AdamW" is the class of that name, stepping for us. PyTorch is imported when such an optimizer is
asked for, and not before. An optimizer of torch.optim moves one float64 tensor of all parameters' numbers, by
gradients that come from our side.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizers.external.adapter import library_class, quiet
from optimizers.optimizer import State
from optimizers.vector import Objective, VectorOptimizer
from support.messages import said, unknown

Array: TypeAlias = NDArray[np.float64]


@lru_cache
def adapted(name: str) -> type[VectorOptimizer]:
    """The class of torch.optim that has this name, as one of ours: see `adapter`.

    Raises:
        ValueError: if PyTorch is not installed, or has no such optimizer.
    """
    kinds = _kinds(_torch(name))
    if name not in kinds:
        raise ValueError(unknown("optimizer of torch.optim", name, sorted(kinds)))
    return adapter(kinds[name], f"torch.optim.{name}")


def adapter(kind: Any, title: str) -> type[VectorOptimizer]:
    """A class that derives from torch.optim.Optimizer, as one of ours.

    Its hyperparameters are those of the class, with its defaults. What they may be, PyTorch decides: they are
    checked by two steps. Its state holds under its whole name, as "torch.optim.AdamW", PyTorch's optimizer
    itself, which each step changes, and beside it its terms as arrays.

    Args:
        kind: the class.
        title: its whole name.
    """

    def rule(objective: Any, parameter: Any, state: State, step: int, /, **hyperparameters: Any) -> Any:  # noqa: ARG001
        running = state.get(title) or _Running(kind, hyperparameters, len(parameter))
        moved = running.step(objective, parameter, hyperparameters)
        return moved, {title: running} | running.terms()

    arguments = list(inspect.signature(kind).parameters.values())[1:]
    return library_class(kind.__name__, title, rule, arguments)


def is_torchs(kind: Any) -> bool:
    """Whether a class derives from torch.optim.Optimizer; PyTorch is not imported to know."""
    base = getattr(getattr(sys.modules.get("torch"), "optim", None), "Optimizer", None)
    return isinstance(base, type) and isinstance(kind, type) and issubclass(kind, base) and kind is not base


class _Running:
    """An optimizer of torch.optim, and the tensor that it moves.

    Args:
        kind: the optimizer's class.
        hyperparameters: of it.
        size: how many numbers the tensor has.

    Attributes:
        shape: the tensor's.
    """

    def __init__(self, kind: Any, hyperparameters: Mapping[str, Any], size: int) -> None:
        self._torch: Any = import_module("torch")
        self._kind, self._set, self.shape = kind, dict(hyperparameters), (size,)
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
            closure()  # for those that do not call it; there it costs nothing to be called again
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
        """Have PyTorch keep the terms that it makes, as NAdam's `mu_product`, in float64; warn of nothing."""
        before = self._torch.get_default_dtype()
        self._torch.set_default_dtype(self._torch.float64)
        try:
            with quiet():
                yield
        finally:
            self._torch.set_default_dtype(before)

    def terms(self) -> State:
        """The optimizer's terms that are a number, or one for each of the tensor's; but for the step's."""
        found = {}
        for name, value in self._optimizer.state.get(self._tensor, {}).items():
            if name != "step" and self._torch.is_tensor(value) and value.is_floating_point():
                array = value.detach().numpy().copy()
                if array.shape in {(), (self._tensor.numel(),)}:
                    found[name] = array
        return found

    def __deepcopy__(self, memo: Any) -> _Running:
        twin = _Running(self._kind, self._set, *self.shape)
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


def _torch(name: str) -> Any:
    try:
        return import_module("torch")
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise ValueError(f"torch.optim.{name}: PyTorch does not import: {said(error)}") from None
        raise ValueError(f"torch.optim.{name} needs PyTorch: uv pip install torch") from None
    except (ImportError, OSError) as error:
        raise ValueError(f"torch.optim.{name}: PyTorch does not import: {said(error)}") from None


def _kinds(torch: Any) -> dict[str, Any]:
    """The optimizers of torch.optim, by name."""
    base = torch.optim.Optimizer
    return {
        name: kind
        for name, kind in vars(torch.optim).items()
        if isinstance(kind, type) and issubclass(kind, base) and kind is not base
    }
