"""Optimizers that are not this project's are tried before they race: a step or two, on a few numbers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizers.compiled_step.rule_program import UpdateRule
from optimizers.objective import QuadraticObjective
from support.messages import shown

# Where a rule is tried: first where everyone can follow by hand, then with other signs.
_GRADIENTS, _PARAMETERS = (0.5, -2.0), (1.0, -0.5)


class WrongRuleError(ValueError):
    """A rule has the wrong arguments, or returns something other than a parameter and a state."""


def require_signature(rule: UpdateRule) -> None:
    """Raise WrongRuleError unless a rule takes four arguments, and hyperparameters with defaults."""
    arguments = list(inspect.signature(rule).parameters.values())
    plain = [a.name for a in arguments if a.kind in {a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD}]
    extra = plain[4:] + [a.name for a in arguments if a.kind in {a.VAR_POSITIONAL, a.VAR_KEYWORD}]
    bare = [a.name for a in arguments if a.kind is a.KEYWORD_ONLY and a.default is a.empty]
    example = "rule(gradient, parameter, state, step, *, lr=0.01)"
    if len(plain) < 4:
        raise WrongRuleError(f"the rule must take four arguments, as {example}")
    if extra:
        raise WrongRuleError(
            f"the rule's hyperparameters stand one by one after a *, as {example}: {extra[0]}"
        )
    if bare:
        raise WrongRuleError(f"each of the rule's hyperparameters needs a default, as {example}: {bare[0]}")


def try_rule(rule: UpdateRule, hyperparameters: Mapping[str, Any], elementwise: bool) -> None:
    """Make two steps of a rule; of an elementwise one with single numbers, and with an array of them.

    WrongRuleError if it returns something other than a rule does, or if an array changes its steps.
    """
    with np.errstate(all="ignore"):
        if not elementwise:
            _two_steps(rule, QuadraticObjective(), np.array(_PARAMETERS), hyperparameters)
            return
        each = [_two_steps(rule, g, p, hyperparameters) for g, p in zip(_GRADIENTS, _PARAMETERS, strict=True)]
        try:
            together = _two_steps(rule, np.array(_GRADIENTS), np.array(_PARAMETERS), hyperparameters)
        except WrongRuleError:
            raise
        except Exception as error:
            error.add_note("a rule is given arrays too: numpy's functions, np.where for if, nothing in place")
            raise
    if not np.allclose(each, together, rtol=1e-9, atol=0, equal_nan=True):
        raise WrongRuleError(
            "the rule gives a number in an array another step than alone: derive from "
            "optimizers.VectorOptimizer where a step needs all numbers"
        )


def _two_steps(rule: UpdateRule, gradient: Any, parameter: Any, hyperparameters: Mapping[str, Any]) -> Any:
    state: dict[str, Any] = {}
    shape = np.shape(parameter)
    for step in (1, 2):
        given = rule(_read_only(gradient), _read_only(parameter), state, step, **hyperparameters)
        parameter, state = _checked(given, shape)
    return parameter


def _read_only(value: Any) -> Any:
    """A copy of an array that cannot be changed; anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    copy = value.copy()
    copy.flags.writeable = False
    return copy


def checked_rule(rule: UpdateRule, elementwise: bool) -> UpdateRule:
    """The rule; at a step where it returns something other than a rule does, it raises WrongRuleError."""

    @functools.wraps(rule)
    def checked(gradient: Any, parameter: Any, state: Any, step: int, /, **hyperparameters: Any) -> Any:
        given = rule(gradient, parameter, state, step, **hyperparameters)
        if isinstance(parameter, float | np.ndarray):  # not a program's symbol
            shape = np.shape(parameter)
            _, terms = _checked(given, shape)
            for name, term in terms.items() if elementwise else ():
                if isinstance(term, np.ndarray) and term.shape not in {(), shape}:
                    message = f"the term {name!r} must have the parameter's shape, got {shown(term)}"
                    raise WrongRuleError(message)
        return given

    return checked


def _checked(given: Any, shape: tuple[int, ...]) -> tuple[Any, dict[str, Any]]:
    """What a rule gave back, if it is a parameter of this shape and a state."""
    if not (isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], dict)):
        raise WrongRuleError(
            f"the rule must return the parameter and a dictionary, its state; got {shown(given)}"
        )
    moved, state = given
    numbers = np.asarray(moved)
    if numbers.shape != shape or numbers.dtype.kind not in "fiu":
        wanted = f"an array of {shape[0]} numbers" if shape else "a number"
        raise WrongRuleError(f"the rule must return {wanted} where it is given one, got {shown(moved)}")
    return (numbers.astype(np.float64) if shape else float(numbers)), state
