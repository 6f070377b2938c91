"""PyTorch's own optimizers as racers: "torch.optim.AdamW" is the class of that name, stepping for us.

PyTorch is imported when such an optimizer is asked for, and not before. An optimizer of torch.optim moves one
float64 tensor of all parameters' numbers, by gradients that come from our side.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.messages import said, unknown
from optimizers.optimizer import State, Watcher, is_schedule
from optimizers.trial import require_works
from optimizers.vector import Objective, VectorOptimizer

Array: TypeAlias = NDArray[np.float64]


@lru_cache
def adapted(name: str) -> type[VectorOptimizer]:
    """The class of torch.optim that has this name, as one of ours.

    Its hyperparameters are those of the class, with its defaults. What they may be, PyTorch decides: they are
    checked by two steps. Its state holds under its whole name, as "torch.optim.AdamW", PyTorch's optimizer
    itself, which each step changes, and beside it its terms as arrays.

    Raises:
        ValueError: if PyTorch is not installed, or has no such optimizer.
    """
    kinds = _kinds(_torch(name))
    if name not in kinds:
        raise ValueError(unknown("optimizer of torch.optim", name, sorted(kinds)))
    kind, key = kinds[name], f"torch.optim.{name}"

    def rule(objective: Any, parameter: Any, state: State, step: int, **hyperparameters: Any) -> Any:  # noqa: ARG001
        running = state.get(key) or _Running(kind, hyperparameters, len(parameter))
        moved = running.step(objective, parameter, hyperparameters.get("lr"))
        return moved, {key: running} | running.terms()

    arguments = list(inspect.signature(kind).parameters.values())[1:]
    named = [a.replace(kind=inspect.Parameter.KEYWORD_ONLY) for a in arguments]
    rule.__signature__ = inspect.Signature(_FIRST + named)  # type: ignore[attr-defined]
    members = {"rule": staticmethod(rule), "__doc__": f"torch.optim.{name} itself, moving our parameters."}
    return type(name, (_Adapter,), members)


# What a rule is given before the hyperparameters.
_FIRST = list(inspect.signature(VectorOptimizer.rule).parameters.values())[:4]


class _Adapter(VectorOptimizer):
    """Base of the classes that `adapted` makes."""

    @classmethod
    def check(cls, **hyperparameters: Any) -> None:
        """Raise ValueError, with PyTorch's own words, where it refuses a hyperparameter or cannot step."""
        lr: Any = hyperparameters.get("lr")
        if is_schedule(lr):
            hyperparameters["lr"] = lr.first()["lr"] if isinstance(lr, Watcher) else lr(0)
        require_works(f"torch.optim.{cls.__name__}", cls.rule, hyperparameters, cls.defaults())


class _Running:
    """An optimizer of torch.optim, and the tensor that it moves.

    Args:
        kind: the optimizer's class.
        hyperparameters: of it.
        size: how many numbers the tensor has.
    """

    def __init__(self, kind: Any, hyperparameters: Mapping[str, Any], size: int) -> None:
        self._torch: Any = import_module("torch")
        self._given = kind, dict(hyperparameters), size
        self._tensor = self._torch.zeros(size, dtype=self._torch.float64, requires_grad=True)
        with self._float64():
            self._optimizer = kind([self._tensor], **hyperparameters)

    def step(self, objective: Objective, parameter: Array, lr: Any) -> Array:
        """Where the optimizer goes from `parameter` in one step."""
        torch, tensor = self._torch, self._tensor

        def closure() -> Any:
            loss, gradient = objective.value_and_grad(tensor.detach().numpy().copy())
            tensor.grad = torch.tensor(gradient, dtype=torch.float64)
            return torch.tensor(loss, dtype=torch.float64)

        with torch.no_grad():
            tensor.copy_(torch.from_numpy(parameter.copy()))
        for group in self._optimizer.param_groups:
            if "lr" in group:
                group["lr"] = float(lr)
        with self._float64():
            self._optimizer.step(closure)
        moved: Array = tensor.detach().numpy().copy()
        return moved

    @contextmanager
    def _float64(self) -> Iterator[None]:
        """Have PyTorch keep the terms that it makes, as NAdam's `mu_product`, in float64 too."""
        before = self._torch.get_default_dtype()
        self._torch.set_default_dtype(self._torch.float64)
        try:
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
        twin = _Running(*self._given)
        # Not by load_state_dict, which makes float64 of terms that PyTorch keeps in float32.
        twin._optimizer.state[twin._tensor] = copy.deepcopy(self._optimizer.state[self._tensor], memo)
        return twin


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
