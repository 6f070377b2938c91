"""What the keys of race.toml have in common: numbers, pairs, frozen tables."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AllowInfNan, BaseModel, ConfigDict, Strict

Number = Annotated[float, Strict(), AllowInfNan(False)]
Pair = tuple[Number, Number]


class FrozenTable(BaseModel):
    """A table of race.toml: it cannot be changed, and refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def is_pair(value: Any) -> bool:
    """Whether `value` is a list of two that are not lists themselves."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    return not any(isinstance(item, list | tuple) for item in value)
