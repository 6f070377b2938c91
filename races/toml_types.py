"""Types shared by the keys of race.toml: numbers, pairs, frozen tables."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AllowInfNan, BaseModel, ConfigDict, Strict

Number = Annotated[float, Strict(), AllowInfNan(False)]
Pair = tuple[Number, Number]


class FrozenTable(BaseModel):
    """An immutable table of race.toml that rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def is_number(value: Any) -> bool:
    """Whether `value` is one number."""
    return isinstance(value, float | int)


def is_pair(value: Any) -> bool:
    """Whether `value` is a list of two items that are not lists themselves."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    return not any(isinstance(item, list | tuple) for item in value)


def require_printable(value: str) -> str:
    """The text, which may be empty; ValueError if it is blank or has characters that cannot be shown."""
    if value and (not value.isprintable() or not value.strip()):
        raise ValueError(f"must be printable characters in one line, got {value!r}")
    return value
