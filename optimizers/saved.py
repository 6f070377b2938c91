"""What a saved state must be for an optimizer to go on from it: that of an optimizer of its kind.

An optimizer is known by the names of its terms: Momentum goes on from Nesterov's state, since both keep a
momentum, and Adam does not from that of SGD.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.messages import shown


def require_keys(kind: str, saved: Any, keys: Collection[str]) -> None:
    """Raise ValueError unless `saved` has the keys that `state_dict` of the class `kind` gives it."""
    found = list(saved) if isinstance(saved, Mapping) else []
    if set(found) != set(keys):
        given = _listed(found) if isinstance(saved, Mapping) else type(saved).__name__
        raise ValueError(f"state must be what {kind}.state_dict() gives, with {_listed(keys)}; got {given}")


def require_length(kind: str, saved: Mapping[str, Any], count: int) -> None:
    """Raise ValueError unless there is a state, and a number of steps, for each of `count` parts."""
    for key in ("state", "steps"):
        if not isinstance(saved[key], Sequence) or len(saved[key]) != count:
            given = len(saved[key]) if isinstance(saved[key], Sequence) else type(saved[key]).__name__
            raise ValueError(f"{key} must be a list of {count}, as this {kind} has them, got {given}")


def require_terms(kind: str, saved: Mapping[str, Any], names: Callable[[], list[tuple[str, ...]]]) -> None:
    """Raise ValueError where a state has other terms than a rule gives.

    Args:
        kind: the optimizer's class.
        saved: its "state" and "steps" are lists of one length.
        names: gives those that terms may have, the usual ones last; before the first step there are none.
    """
    made = [
        (i, terms)
        for i, (terms, steps) in enumerate(zip(saved["state"], saved["steps"], strict=True))
        if steps or not isinstance(terms, Mapping) or terms
    ]
    allowed = names() if made else []
    for i, terms in made:
        found = list(terms) if isinstance(terms, Mapping) else [type(terms).__name__]
        if set(found) not in map(set, allowed):
            usual = _listed(allowed[-1])
            raise ValueError(
                f"state[{i}] must hold the terms of {kind} as it is set: {usual}; got {_listed(found)}"
            )


def require_schedule(kind: str, terms: Any, usual: Mapping[str, Any]) -> None:
    """Raise ValueError unless the terms of a learning rate that watches the loss are those of its kind."""
    found = terms if isinstance(terms, Mapping) else [type(terms).__name__]
    if found and set(found) != set(usual):
        raise ValueError(f"schedule must hold the terms of {kind}: {_listed(usual)}; got {_listed(found)}")


def counted(key: str, value: Any) -> int:
    """A saved number of steps, which may have become an array."""
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise ValueError(f"{key} must be a whole number of at least 0, got {shown(value)}")
    return number


def names_of(
    rule: Callable[..., Any], places: Iterable[tuple[Any, Any]], hyperparameters: Mapping[str, Any]
) -> list[tuple[str, ...]]:
    """The names that a rule's terms have after one step and after two.

    Args:
        rule: the optimizer's.
        places: gradients, or objectives, each with a parameter; from where steps are tried.
        hyperparameters: with which.
    """
    found = []
    with np.errstate(all="ignore"):
        for gradient, parameter in places:
            at, state = parameter, dict[str, Any]()
            for step in (1, 2):
                at, state = rule(gradient, at, state, step, **hyperparameters)
                found.append(tuple(state))
    return found


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(map(str, names)) or "none"
