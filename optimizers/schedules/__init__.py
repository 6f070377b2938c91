"""Schedules: learning rates that change in the course of a race.

Each is accepted wherever a learning rate is, and has a name in race.toml. To add one, write it where it fits
beside these, and its line here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from optimizers.schedules.chained import DEEPEST
from optimizers.schedules.schedule import Schedule as Schedule
from support.messages import shown, unknown

# isort: off
# One line for each schedule, in the order in which they are listed; `as` makes the name public.
from optimizers.schedules.decays import Constant as Constant
from optimizers.schedules.decays import StepDecay as StepDecay
from optimizers.schedules.decays import MultiStep as MultiStep
from optimizers.schedules.decays import Exponential as Exponential
from optimizers.schedules.decays import Polynomial as Polynomial
from optimizers.schedules.waves import Cosine as Cosine
from optimizers.schedules.waves import CosineWarmRestarts as CosineWarmRestarts
from optimizers.schedules.warmups import LinearWarmup as LinearWarmup
from optimizers.schedules.warmups import OneCycle as OneCycle
from optimizers.schedules.warmups import InverseSqrt as InverseSqrt
from optimizers.schedules.waves import Cyclic as Cyclic
from optimizers.schedules.chained import Chained as Chained
from optimizers.schedules.reduce_on_plateau import ReduceLROnPlateau as ReduceLROnPlateau
# isort: on

SCHEDULES: dict[str, type[Schedule] | type[ReduceLROnPlateau]] = {
    kind.name: kind for kind in list(vars().values()) if getattr(kind, "__final__", False)
}


def build_schedule(table: Mapping[str, Any]) -> Schedule | ReduceLROnPlateau:
    """The schedule that a table of race.toml describes.

    Args:
        table: its name in `SCHEDULES` under "schedule", its settings under the names of its fields; a list
            may hold tables of further schedules.

    Raises:
        ValueError: one line that names the key, the value given, and what is allowed.

    >>> build_schedule({"schedule": "cosine", "start": 0.05, "steps": 120})
    Cosine(start=0.05, steps=120, end=0.0)
    """
    if not isinstance(table, Mapping):
        raise ValueError(f"a schedule must be a table, got {shown(table)}")
    _require_shallow(table)
    if "schedule" not in table:
        raise ValueError(f"schedule is missing; allowed: {', '.join(SCHEDULES)}")
    name, settings = table["schedule"], {key: value for key, value in table.items() if key != "schedule"}
    if not isinstance(name, str) or name not in SCHEDULES:
        raise ValueError(unknown("schedule", name, SCHEDULES))
    fields = dataclasses.fields(SCHEDULES[name])
    allowed = [field.name for field in fields]
    for key in settings:
        if key not in allowed:
            raise ValueError(unknown("key", key, ["schedule", *allowed]))
    for field in fields:
        if field.default is dataclasses.MISSING and field.name not in settings:
            raise ValueError(f"{field.name} is missing; {name} takes {', '.join(allowed)}")
    return SCHEDULES[name](**{key: _nested(key, value) for key, value in settings.items()})


def _require_shallow(table: Mapping[str, Any]) -> None:
    """Raise ValueError where tables are nested too deep; here, so that the message has no path to there."""
    level, depth = [table], 0
    while level:
        if depth > DEEPEST + 1:
            raise ValueError(f"schedules must be nested at most {DEEPEST} deep")
        lists = [value for inner in level for value in inner.values() if isinstance(value, list | tuple)]
        level = [item for values in lists for item in values if isinstance(item, Mapping)]
        depth += 1


def _nested(key: str, value: Any) -> Any:
    """A setting, the tables in it built."""
    if not isinstance(value, list | tuple) or not any(isinstance(item, Mapping) for item in value):
        return value
    built = []
    for i, item in enumerate(value):
        try:
            built.append(build_schedule(item) if isinstance(item, Mapping) else item)
        except ValueError as error:
            raise ValueError(f"{key}[{i}]: {error}") from None
    return built


if not TYPE_CHECKING:  # type checkers go by `as`
    __all__ = ["SCHEDULES", "Schedule", "build_schedule"]
    __all__ += [kind.__name__ for kind in SCHEDULES.values()]
