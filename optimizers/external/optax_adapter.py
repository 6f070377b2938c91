"""Optax's own optimizers as racers, and those that a user's function makes of its parts.

"optax.adamw" is the function of that name, stepping for us. JAX and Optax are imported when such an optimizer
is asked for, and not before. A step is compiled by JAX, in float64 and on the processor, whatever JAX is set
to elsewhere; the gradients come from our side.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizers.external.adapter import library_class, quiet
from optimizers.optimizer import State
from optimizers.vector import Objective, VectorOptimizer
from support.messages import said, shown, unknown

Array: TypeAlias = NDArray[np.float64]

_RATE = "learning_rate"


@lru_cache
def adapted(name: str) -> type[VectorOptimizer]:
    """The optimizer that Optax's function of this name makes, as one of ours: see `adapter`.

    Raises:
        ValueError: if Optax is not installed, or has no such optimizer.
    """
    _, optax = _libraries(f"optax.{name}")
    makers = _makers(optax)
    if name not in makers:
        raise ValueError(unknown("optimizer of Optax", name, sorted(makers)))
    return adapter(makers[name], name, f"optax.{name}")


def adapter(make: Callable[..., Any], name: str, title: str) -> type[VectorOptimizer]:
    """What a function makes, an optax.GradientTransformation, as one of ours.

    Its hyperparameters are the function's arguments, with its defaults. What they may be, Optax decides: they
    are checked by two steps. Its state holds Optax's state under its whole name, as "optax.adamw", and beside
    it its terms as arrays.

    Args:
        make: the function. A learning rate is given to it as JAX traces it, so that it must not branch on it.
        name: the function's.
        title: its whole name.

    Raises:
        ValueError: if Optax is not installed.
    """
    _libraries(title)
    arguments = inspect.signature(make).parameters
    rate_name = next((key for key in (_RATE, "lr") if key in arguments), _RATE)

    def rule(objective: Any, parameter: Any, state: State, step: int, /, **hyperparameters: Any) -> Any:  # noqa: ARG001
        rate = hyperparameters.pop(rate_name, None)
        stepper = _stepper(make, rate_name, tuple(hyperparameters.items()))
        moved, inner = stepper.step(objective, parameter, state.get(title), rate)
        return moved, {title: inner} | stepper.terms(inner, len(parameter))

    return library_class(name, title, rule, arguments.values())


@lru_cache(maxsize=64)
def _stepper(make: Callable[..., Any], rate_name: str, settings: tuple[tuple[str, Any], ...]) -> _Stepper:
    return _Stepper(make, rate_name, dict(settings))


class _Stepper:
    """What makes the steps of one optimizer with one choice of hyperparameters: compiled once, for any rate.

    Args:
        make: a function that makes an optax.GradientTransformation.
        rate_name: what it calls its learning rate, if it takes one.
        settings: its other arguments.
    """

    def __init__(self, make: Callable[..., Any], rate_name: str, settings: Mapping[str, Any]) -> None:
        self._jax, self._optax = _libraries("it")
        self._make, self._rate_name, self._settings = make, rate_name, settings
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

    def terms(self, inner: Any, size: int) -> State:
        """The terms in a state of Optax that are a float, or one for each of the parameter's numbers."""
        found: State = {}
        for path, leaf in self._jax.tree_util.tree_flatten_with_path(inner)[0]:
            names = [key.name for key in path if hasattr(key, "name")]
            numbers = isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
            if names and numbers and leaf.shape in {(), (size,)}:
                found.setdefault(names[-1], leaf)
        return found

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


def _plain(leaf: Any) -> Any:
    """An array of JAX as one of numpy; as it is, if it is the key of random numbers."""
    return np.asarray(leaf) if isinstance(leaf.dtype, np.dtype) else leaf


@contextmanager
def _exactly(jax: Any) -> Iterator[None]:
    """JAX set to float64 and to the processor, and quiet, while this lasts and in this thread alone."""
    has = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")  # until JAX 0.8
    with has.enable_x64(True), jax.default_device(jax.devices("cpu")[0]), quiet():
        yield


def _libraries(title: str) -> tuple[Any, Any]:
    """JAX and Optax, for an optimizer of this name."""
    try:
        return import_module("jax"), import_module("optax")
    except ModuleNotFoundError as error:
        if error.name not in {"jax", "jaxlib", "optax"}:
            raise ValueError(f"{title}: Optax does not import: {said(error)}") from None
        raise ValueError(f"{title} needs Optax: uv pip install optax") from None
    except (ImportError, OSError, RuntimeError) as error:
        raise ValueError(f"{title}: Optax does not import: {said(error)}") from None


def _makers(optax: Any) -> dict[str, Callable[..., Any]]:
    """Optax's optimizers, by name: the functions that are given a learning rate first."""
    found: dict[str, Callable[..., Any]] = {}
    for name, make in vars(optax).items():
        if inspect.isfunction(make) and not name.startswith(("_", "scale_by_")):
            signature = inspect.signature(make)
            first = next(iter(signature.parameters), "")
            made = str(signature.return_annotation)
            if first in {_RATE, f"max_{_RATE}"} and "GradientTransformation" in made:
                found[name] = make
    return found
