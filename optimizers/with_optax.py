"""Optax's own optimizers as racers: "optax.adamw" is the function of that name, stepping for us.

JAX and Optax are imported when such an optimizer is asked for, and not before. A step is compiled by JAX, in
float64 and on the processor, whatever JAX is set to elsewhere; the gradients come from our side.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.messages import said, unknown
from optimizers.optimizer import State, Watcher, is_schedule
from optimizers.trial import require_works
from optimizers.vector import Objective, VectorOptimizer

Array: TypeAlias = NDArray[np.float64]

_RATE = "learning_rate"


@lru_cache
def adapted(name: str) -> type[VectorOptimizer]:
    """The optimizer that Optax's function of this name makes, as one of ours.

    Its hyperparameters are the function's arguments, with its defaults. What they may be, Optax decides: they
    are checked by two steps. Its state holds Optax's state under its whole name, as "optax.adamw", and beside
    it its terms as arrays.

    Raises:
        ValueError: if Optax is not installed, or has no such optimizer.
    """
    _, optax = _libraries(name)
    makers = _makers(optax)
    if name not in makers:
        raise ValueError(unknown("optimizer of Optax", name, sorted(makers)))
    make, key = makers[name], f"optax.{name}"

    def rule(objective: Any, parameter: Any, state: State, step: int, **hyperparameters: Any) -> Any:  # noqa: ARG001
        rate = hyperparameters.pop(_RATE, None)
        stepper = _stepper(make, tuple(hyperparameters.items()))
        moved, inner = stepper.step(objective, parameter, state.get(key), rate)
        return moved, {key: inner} | stepper.terms(inner, len(parameter))

    arguments = inspect.signature(make).parameters.values()
    named = [
        a.replace(kind=a.KEYWORD_ONLY, default=None if a.default is a.empty else a.default) for a in arguments
    ]
    rule.__signature__ = inspect.Signature(_FIRST + named)  # type: ignore[attr-defined]
    members = {
        "rule": staticmethod(rule),
        "needs": tuple(a.name for a in arguments if a.default is a.empty),
        "__doc__": f"optax.{name} itself, moving our parameters.",
    }
    return type(name, (_Adapter,), members)


# What a rule is given before the hyperparameters.
_FIRST = list(inspect.signature(VectorOptimizer.rule).parameters.values())[:4]


class _Adapter(VectorOptimizer):
    """Base of the classes that `adapted` makes.

    Attributes:
        needs: the hyperparameters that have no default.
    """

    needs: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def check(cls, **hyperparameters: Any) -> None:
        """Raise ValueError, with Optax's own words, where it refuses a hyperparameter or cannot step."""
        for key in cls.needs:
            if hyperparameters.get(key) is None:
                raise ValueError(f"{key} is missing: optax.{cls.__name__} has no default for it")
        rate: Any = hyperparameters.get(_RATE)
        if is_schedule(rate):
            hyperparameters[_RATE] = rate.first()["lr"] if isinstance(rate, Watcher) else rate(0)
        usual = cls.defaults() | dict.fromkeys(cls.needs, 0.01)
        require_works(f"optax.{cls.__name__}", cls.rule, hyperparameters, usual)


@lru_cache(maxsize=64)
def _stepper(make: Callable[..., Any], settings: tuple[tuple[str, Any], ...]) -> _Stepper:
    return _Stepper(make, dict(settings))


class _Stepper:
    """What makes the steps of one optimizer with one choice of hyperparameters: compiled once, for any rate.

    Args:
        make: Optax's function.
        settings: its arguments, but for the learning rate.
    """

    def __init__(self, make: Callable[..., Any], settings: Mapping[str, Any]) -> None:
        self._jax, self._optax = _libraries(make.__name__)
        self._make, self._settings = make, settings
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
        given = {} if _RATE not in inspect.signature(self._make).parameters else {_RATE: rate}
        return self._optax.with_extra_args_support(self._make(**given, **self._settings))

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
    """JAX set to float64 and to the processor, for as long as this lasts and in this thread alone."""
    has = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")  # until JAX 0.8
    with has.enable_x64(True), jax.default_device(jax.devices("cpu")[0]):
        yield


def _libraries(name: str) -> tuple[Any, Any]:
    """JAX and Optax."""
    try:
        return import_module("jax"), import_module("optax")
    except ModuleNotFoundError as error:
        if error.name not in {"jax", "jaxlib", "optax"}:
            raise ValueError(f"optax.{name}: Optax does not import: {said(error)}") from None
        raise ValueError(f"optax.{name} needs Optax: uv pip install optax") from None
    except (ImportError, OSError, RuntimeError) as error:
        raise ValueError(f"optax.{name}: Optax does not import: {said(error)}") from None


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
