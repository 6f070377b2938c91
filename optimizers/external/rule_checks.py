"""Optimizers that are not this project's are tried before they race: a step or two, on a few numbers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizers.checks import require_flag
from optimizers.quadratic_objective import QuadraticObjective
from support.messages import said, shown

Array: TypeAlias = NDArray[np.float64]
Rule: TypeAlias = Callable[..., Any]

# Where a rule is tried: first where everyone can follow by hand, then with other signs.
_GRADIENTS, _PARAMETERS = (0.5, -2.0), (1.0, -0.5)


class WrongRuleError(ValueError):
    """A rule does not keep to what a rule is."""


def require_signature(rule: Any) -> None:
    """Raise WrongRuleError unless a rule takes four arguments, and hyperparameters with defaults."""
    arguments = list(inspect.signature(rule).parameters.values())
    plain = [a for a in arguments if a.kind in {a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD}]
    extra = [a.name for a in plain[4:]] + [
        a.name for a in arguments if a.kind in {a.VAR_POSITIONAL, a.VAR_KEYWORD}
    ]
    bare = [a.name for a in arguments if a.kind is a.KEYWORD_ONLY and a.default is a.empty]
    form = "rule(gradient, parameter, state, step, *, lr=0.01)"
    if len(plain) < 4:
        raise WrongRuleError(f"the rule must take four arguments, as {form}")
    if extra:
        raise WrongRuleError(f"the rule's hyperparameters stand one by one after a *, as {form}: {extra[0]}")
    if bare:
        raise WrongRuleError(f"each of the rule's hyperparameters needs a default, as {form}: {bare[0]}")


def try_vector_rule(rule: Rule, hyperparameters: Mapping[str, Any]) -> None:
    """Make two steps of a rule of a whole vector.

    Raises:
        WrongRuleError: if it gives back something else than a rule does.
        Exception: what the rule raises.
    """
    x, state, objective = np.array(_PARAMETERS), dict[str, Any](), QuadraticObjective()
    with np.errstate(all="ignore"):
        for step in (1, 2):
            x, state = _checked(rule(objective, _frozen(x), state, step, **hyperparameters), (2,))


def try_rule(rule: Rule, hyperparameters: Mapping[str, Any]) -> None:
    """Make two steps of an elementwise rule from two places: by floats, then by an array of both.

    Raises:
        WrongRuleError: if it gives back something else than a rule does, or other numbers for an array.
        Exception: what the rule raises.
    """
    with np.errstate(all="ignore"):
        alone = [
            _two_steps(rule, g, p, hyperparameters) for g, p in zip(_GRADIENTS, _PARAMETERS, strict=True)
        ]
        try:
            together = _two_steps(rule, np.array(_GRADIENTS), np.array(_PARAMETERS), hyperparameters)
        except WrongRuleError:
            raise
        except Exception as error:
            error.add_note("a rule is given arrays too: numpy's functions, np.where for if, nothing in place")
            raise
    if not np.allclose(alone, together, rtol=1e-9, atol=0, equal_nan=True):
        raise WrongRuleError(
            "the rule gives a number in an array another step than alone: derive from "
            "optimizers.vector.VectorOptimizer where a step needs all numbers"
        )


def _two_steps(rule: Rule, gradient: Any, parameter: Any, hyperparameters: Mapping[str, Any]) -> Any:
    state: dict[str, Any] = {}
    shape = np.shape(parameter)
    for step in (1, 2):
        given = rule(_frozen(gradient), _frozen(parameter), state, step, **hyperparameters)
        parameter, state = _checked(given, shape)
    return parameter


def _frozen(value: Any) -> Any:
    """A float as it is; a copy of an array that cannot be changed."""
    if not isinstance(value, np.ndarray):
        return value
    copy = value.copy()
    copy.flags.writeable = False
    return copy


def held_to_its_form(rule: Rule, elementwise: bool) -> Rule:
    """The rule, which raises WrongRuleError at a step where it gives back something else than a rule does."""

    @functools.wraps(rule)
    def held(gradient: Any, parameter: Any, state: Any, step: int, /, **hyperparameters: Any) -> Any:
        given = rule(gradient, parameter, state, step, **hyperparameters)
        if isinstance(parameter, float | np.ndarray):  # and no symbol of a program
            _checked(given, np.shape(parameter))
            if elementwise:
                _require_terms(given[1], np.shape(parameter))
        return given

    return held


def _require_terms(state: Mapping[str, Any], shape: tuple[int, ...]) -> None:
    """Raise WrongRuleError where an array among the terms is not of the parameter's shape, or one number."""
    for name, term in state.items():
        if isinstance(term, np.ndarray) and term.shape not in {(), shape}:
            raise WrongRuleError(f"the term {name!r} must have the parameter's shape, got {shown(term)}")


def _checked(given: Any, shape: tuple[int, ...]) -> tuple[Any, dict[str, Any]]:
    """What a rule gave back, if it is a parameter of this shape and a state."""
    if not (isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], dict)):
        raise WrongRuleError(
            f"the rule must return the parameter and a dictionary, its state; got {shown(given)}"
        )
    moved, state = given
    numbers = np.asarray(moved)
    if numbers.shape != shape or numbers.dtype.kind not in "fiu":
        form = f"an array of {shape[0]} numbers" if shape else "a number"
        raise WrongRuleError(f"the rule must return {form} where it is given one, got {shown(moved)}")
    return (numbers.astype(np.float64) if shape else float(numbers)), state


def require_works(name: str, rule: Rule, given: Mapping[str, Any], usual: Mapping[str, Any]) -> None:
    """Raise ValueError, with its library's message, where an optimizer cannot make two steps.

    Args:
        name: the optimizer's.
        rule: that makes its steps, of a whole vector.
        given: its hyperparameters.
        usual: what they may be instead; the one that makes the difference is named.
    """
    require_flag(**{key: value for key, value in given.items() if isinstance(usual[key], bool)})
    error = _failure(rule, given)
    if error is None:
        return
    for key, value in given.items():
        if value is not usual[key] and _failure(rule, {**given, key: usual[key]}) is None:
            raise ValueError(f"{name} refuses {key} = {shown(value)}: {said(error)}") from error
    raise ValueError(f"{name}: {said(error)}") from error


def _failure(rule: Rule, given: Mapping[str, Any]) -> Exception | None:
    try:
        try_vector_rule(rule, given)
    except Exception as error:  # noqa: BLE001 (whatever a library raises)
        return error
    return None
