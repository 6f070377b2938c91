"""Optax's own optimizers as racers, and those that a user's function makes of its parts.

"optax.adamw" is the function of that name, stepping for us. JAX and Optax are imported only when such an
optimizer is asked for. JAX compiles each step in float64 for the processor, however it is configured
elsewhere; the gradients come from our side.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizers.external.adapter import OPTAX, LibraryOptimizer, library_class, quiet
from optimizers.objective import Objective
from support.messages import shown

Array: TypeAlias = NDArray[np.float64]

_RATE = "learning_rate"


def kinds(title: str) -> dict[str, Callable[..., Any]]:
    """Optax's optimizers, by name: the functions that are given a learning rate first."""
    found: dict[str, Callable[..., Any]] = {}
    for name, make in vars(_libraries(title)[1]).items():
        if inspect.isfunction(make) and not name.startswith(("_", "scale_by_")):
            signature = inspect.signature(make)
            first = next(iter(signature.parameters), "")
            made = str(signature.return_annotation)
            if first in {_RATE, f"max_{_RATE}"} and "GradientTransformation" in made:
                found[name] = make
    return found


def adapted(make: Callable[..., Any], title: str) -> type[LibraryOptimizer]:
    """What a function makes, an optax.GradientTransformation, as a class of ours, called `title`.

    The function is given a learning rate that JAX traces, so that it must not branch on it.
    """
    _libraries(title)
    arguments = inspect.signature(make).parameters
    rate_name = next((key for key in (_RATE, "lr") if key in arguments), _RATE)

    def step(objective: Any, parameter: Any, inner: Any, hyperparameters: dict[str, Any]) -> Any:
        rate = hyperparameters.pop(rate_name, None)
        stepper = _cached_stepper(make, rate_name, tuple(hyperparameters.items()))
        moved, inner = stepper.step(objective, parameter, inner, rate)
        return moved, inner, stepper.terms(inner)

    return library_class(title, arguments.values(), step)


def _libraries(title: str) -> tuple[Any, Any]:
    """JAX and Optax, for an optimizer of this name."""
    with OPTAX.importing(title):
        return import_module("jax"), import_module("optax")


class _Stepper:
    """What makes the steps of one optimizer with one choice of hyperparameters: compiled once, for any rate.

    `make` makes an optax.GradientTransformation of a learning rate, called `rate_name`, and of the settings.
    """

    def __init__(
        self, make: Callable[..., Any], rate_name: str, settings: tuple[tuple[str, Any], ...]
    ) -> None:
        self._jax, self._optax = import_module("jax"), import_module("optax")
        self._make, self._rate_name, self._settings = make, rate_name, dict(settings)
        self._objective: Any = None
        self._lock = threading.Lock()  # of the objective
        self._first = self._jax.jit(lambda rate, x: self._optimizer(rate).init(x))
        self._next = self._jax.jit(self._moved)
        # For line searches, which evaluate the loss themselves.
        self._loss = self._jax.custom_vjp(lambda x: self._evaluated(x)[0])
        self._loss.defvjp(self._evaluated, lambda gradient, share: (share * gradient,))

    def step(self, objective: Objective, parameter: Array, inner: Any, rate: Any) -> tuple[Array, Any]:
        """Where a step from `parameter` leads, and Optax's state after it; `inner` is that before, if any."""
        loss, gradient = objective.value_and_grad(parameter)
        rate = None if rate is None else np.float64(rate)
        with self._lock, _exactly(self._jax):
            self._objective = objective
            if inner is None:
                inner = self._jax.tree.map(_plain, self._first(rate, parameter))
            given = inner, parameter, np.float64(loss), gradient
            moved, inner = self._jax.tree.map(_plain, self._next(rate, *given))
        return moved, inner

    def terms(self, inner: Any) -> list[tuple[str, Any]]:
        """The terms in a state of Optax."""
        leaves = self._jax.tree_util.tree_flatten_with_path(inner)[0]
        named = [([key.name for key in path if hasattr(key, "name")], leaf) for path, leaf in leaves]
        return [(names[-1], leaf) for names, leaf in named if names]

    def _optimizer(self, rate: Any) -> Any:
        name = self._rate_name
        given = {} if name not in inspect.signature(self._make).parameters else {name: rate}
        made = self._make(**given, **self._settings)
        if not (hasattr(made, "init") and hasattr(made, "update")):
            raise TypeError(f"an optax.GradientTransformation must be made, got {shown(made)}")
        return self._optax.with_extra_args_support(made)

    def _moved(self, rate: Any, inner: Any, x: Any, loss: Any, gradient: Any) -> Any:
        more = {"value": loss, "grad": gradient, "value_fn": self._loss}
        updates, inner = self._optimizer(rate).update(gradient, inner, x, **more)
        return self._optax.apply_updates(x, updates), inner

    def _evaluated(self, x: Any) -> Any:
        """Loss and gradient at `x`, for JAX."""
        shapes = [self._jax.ShapeDtypeStruct(shape, np.float64) for shape in ((), x.shape)]
        return self._jax.pure_callback(self._evaluate, tuple(shapes), x)

    def _evaluate(self, x: Any) -> tuple[Any, Array]:
        with np.errstate(all="ignore"):  # this is another thread
            loss, gradient = self._objective.value_and_grad(np.array(x, dtype=np.float64))
        return np.float64(loss), np.asarray(gradient, dtype=np.float64)


_cached_stepper = lru_cache(maxsize=64)(_Stepper)


def _plain(leaf: Any) -> Any:
    """An array of JAX as one of numpy; as it is, if it is the key of random numbers."""
    return np.asarray(leaf) if isinstance(leaf.dtype, np.dtype) else leaf


@contextmanager
def _exactly(jax: Any) -> Iterator[None]:
    """Set JAX to float64 and to the processor, and silence warnings, within this thread."""
    has = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")  # until JAX 0.8
    with has.enable_x64(True), jax.default_device(jax.devices("cpu")[0]), quiet():
        yield
