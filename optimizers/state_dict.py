"""What a saved state must be for an optimizer to go on from it: that of an optimizer of its kind.

An optimizer is known by the names of its terms, and by their shapes: Momentum goes on from Nesterov's state,
since both keep a momentum; Adam does not from that of SGD, nor one of a matrix from that of a vector.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from autograd.array_rules import Shape
from support.messages import shown

State: TypeAlias = dict[str, Any]


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


def require_terms(kind: str, saved: Mapping[str, Any], states: Callable[[int], list[State]]) -> None:
    """Raise ValueError where a state has other terms than a rule gives, or terms of another shape.

    There are as many states in `saved` as numbers of steps. `states` gives those that part i may have, the
    usual ones last; before the first step there are none.
    """
    for i, (terms, steps) in enumerate(zip(saved["state"], saved["steps"], strict=True)):
        if not steps and isinstance(terms, Mapping) and not terms:
            continue
        allowed = states(i)
        found = list(terms) if isinstance(terms, Mapping) else [type(terms).__name__]
        same = [state for state in allowed if set(state) == set(found)]
        if not same:
            usual = _listed(allowed[-1])
            raise ValueError(
                f"state[{i}] must hold the terms of {kind} as it is set: {usual}; got {_listed(found)}"
            )
        for name, term in terms.items():
            _require_alike(f"state[{i}][{name!r}]", term, [state[name] for state in same])


def require_one_length(saved: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise ValueError where those of a state's terms that have these names are not equally long."""
    for i, terms in enumerate(saved["state"]):
        lengths = {name: len(terms[name]) for name in names if name in terms}
        if len(set(lengths.values())) > 1:
            given = ", ".join(f"{length} {name}" for name, length in lengths.items())
            raise ValueError(f"state[{i}] must hold as many of each of {_listed(names)}; got {given}")


def _require_alike(name: str, term: Any, usual: Sequence[Any]) -> None:
    """Raise ValueError unless the arrays in a term have the shapes that they have in usual ones."""
    allowed = set[str]().union(*map(_descriptions, usual))
    whole = not any(isinstance(other, tuple | list) for other in usual)
    wrong = {_description(term)} - allowed if whole else _descriptions(term) - allowed
    if allowed and wrong:  # in a few steps no list of products has filled
        of_each = "" if whole else " for each of its arrays"
        raise ValueError(
            f"{name} must have {_listed(sorted(allowed))}{of_each}; got {_listed(sorted(wrong))}"
        )


def _descriptions(term: Any) -> set[str]:
    """The descriptions of a term's parts."""
    if isinstance(term, Mapping):
        term = tuple(term.values())
    return (
        set[str]().union(*map(_descriptions, term))
        if isinstance(term, tuple | list)
        else {_description(term)}
    )


def _description(value: Any) -> str:
    """A value's shape, or its type if it has none."""
    if isinstance(value, list | int | float):  # a list: an array that has been through JSON
        try:
            value = np.array(value, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            return "the type list"
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind not in "biuf":
        return f"the type {value.dtype}"
    shape = getattr(value, "shape", None)
    return f"the shape {tuple(shape)}" if isinstance(shape, tuple) else f"the type {type(value).__name__}"


def require_schedule(
    key: str, kind: str, terms: Any, usual: Mapping[str, Any], shapes: Iterable[Shape]
) -> None:
    """Raise ValueError unless the terms of a learning rate that watches the loss are those of its `kind`.

    They are called `key` in the saved state, are `usual` before the first step, and each must broadcast with
    parameters of the `shapes`.
    """
    found = terms if isinstance(terms, Mapping) else [type(terms).__name__]
    if found and set(found) != set(usual):
        raise ValueError(f"{key} must hold the terms of {kind}: {_listed(usual)}; got {_listed(found)}")
    for name in found:
        for shape in shapes:
            if not _fits(np.shape(terms[name]), shape):
                given = f"the shape {np.shape(terms[name])}"
                raise ValueError(f"{key}[{name!r}] must fit a parameter of the shape {shape}; got {given}")


def _fits(shape: Shape, other: Shape) -> bool:
    """Whether an array of one shape broadcasts to the other."""
    try:
        return np.broadcast_shapes(shape, other) == other
    except ValueError:
        return False


def counted(key: str, value: Any) -> int:
    """A saved number of steps, which may have become an array."""
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise ValueError(f"{key} must be a whole number of at least 0, got {shown(value)}")
    return number


def states_of(
    rule: Callable[..., Any], places: Iterable[tuple[Any, Any]], hyperparameters: Mapping[str, Any]
) -> list[State]:
    """The states that a rule gives after one step and after two, tried from each of the `places`."""
    found = []
    with np.errstate(all="ignore"):
        for gradient, parameter in places:
            at, state = parameter, State()
            for step in (1, 2):
                at, state = rule(gradient, at, state, step, **hyperparameters)
                found.append(state)
    return found


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(map(str, names)) or "none"
