"""`load_spec`: from race.toml to a `RaceSpec`, or one line that says what to fix."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from races.network_spec import NetworkSpec
from races.noise import NoiseSpec
from races.racer_spec import RacerSpec
from races.spec import FilmSpec, RaceSpec
from races.surface_spec import ExpressionSpec, FileSpec, NamedSpec
from races.toml_file import SpecError, read_toml
from races.toml_types import is_number
from support.messages import shown, unknown
from surfaces import SURFACES

# The default race, which comes with the project.
BUILT_IN = Path(__file__).parents[1] / "race.toml"


def config_path(folder: Path) -> Path:
    """The race to run where none is named: $RACE_CONFIG, race.toml in `folder`, or the built-in race.

    Args:
        folder: where to look for race.toml, usually the current folder.

    >>> config_path(BUILT_IN.parent).name  # unless RACE_CONFIG names another file
    'race.toml'
    """
    if named := os.environ.get("RACE_CONFIG"):
        return Path(named)
    own = folder / "race.toml"
    return own if own.exists() else BUILT_IN


def load_spec(path: str | Path, **overrides: Any) -> RaceSpec:
    """The race that the TOML file at `path` describes.

    Args:
        path: the file, in the format of race.toml.
        overrides: `surface`, `start` or `steps` to use instead of the file's. Another surface brings its own
            start, unless one is given, and drops the file's target and noise. The learning rates that it
            suggests replace plain numbers of racers without a name that are the only one of their optimizer.

    Raises:
        SpecError: if the file is missing, is not TOML, or describes no race.

    >>> load_spec(BUILT_IN, surface="himmelblau", steps=10).steps
    10
    """
    path = Path(path)
    values = read_toml(path)
    if "surface" in overrides and overrides["surface"] != values.get("surface"):
        values = _on_other(values, overrides["surface"])
    context = {"folder": path.absolute().parent, "origin": path.name}
    return make_spec(values | overrides, path.name, overridden=set(overrides), context=context)


def _on_other(values: dict[str, Any], surface: Any) -> dict[str, Any]:
    """The keys of race.toml, without those that hold for its own surface only."""
    values = {key: value for key, value in values.items() if key not in {"start", "target", "noise"}}
    name = surface.get("name") if isinstance(surface, dict) else surface
    suggested = SURFACES[name].suggested if isinstance(name, str) and name in SURFACES else {}
    racers = values.get("racer")
    if isinstance(racers, list) and all(isinstance(racer, dict) for racer in racers):
        often = Counter(str(racer.get("optimizer")) for racer in racers)
        values["racer"] = [
            {key: value for key, value in racer.items() if key != "lr"}
            if _is_usual(racer) and racer["optimizer"] in suggested and often[racer["optimizer"]] == 1
            else racer
            for racer in racers
        ]
    return values


def _is_usual(racer: dict[str, Any]) -> bool:
    """Whether a racer's learning rate may be replaced: its name may mention it, a schedule is deliberate."""
    optimizer, lr = racer.get("optimizer"), racer.get("lr")
    return isinstance(optimizer, str) and is_number(lr) and "name" not in racer


def make_spec(
    values: dict[str, Any],
    origin: str,
    overridden: set[str] | None = None,
    context: dict[str, Any] | None = None,
) -> RaceSpec:
    """`RaceSpec(**values)`, its first error as one line that starts with `origin`.

    Args:
        values: by the keys of race.toml.
        origin: where they are from.
        overridden: keys given on the command line instead.
        context: "folder", where a user's files are, and "origin", who names them; "recorded" for a race
            already run, for which no user file is loaded.

    Raises:
        SpecError: if the values describe no race.
    """
    try:
        return RaceSpec.model_validate(values, by_alias=True, by_name=False, context=context)
    except ValidationError as error:
        # A misspelt key is also a missing one: report the key that is there.
        errors = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        line = _describe(errors[0])
        flag = next((key for key in overridden or () if line.startswith(key)), None)
        raise SpecError(f"--{line}" if flag else f"{origin}: {line}") from None


_MODELS: dict[str, type[BaseModel]] = {
    "film": FilmSpec,
    "expression": ExpressionSpec,
    "file": FileSpec,
    "named": NamedSpec,
    "network": NetworkSpec,
    "noise": NoiseSpec,
    "racer": RacerSpec,
}
_TAGS = {
    "name",
    "named",
    "expression",
    "file",
    "network",
}  # the kinds of surface, which pydantic adds to the key's path


def _describe(error: ErrorDetails) -> str:
    """One line for one of pydantic's errors: key, what is allowed, the value given."""
    where = error["loc"]
    place = _place(where)
    prefix = f"{place}: " if place else ""
    match error["type"]:
        case "extra_forbidden":
            model = _MODELS.get(str(where[-2]), RaceSpec) if len(where) > 1 else RaceSpec
            allowed = [field.alias or name for name, field in model.model_fields.items()]
            outer = _place(where[:-1])
            return f"{outer}: " * bool(outer) + unknown("key", str(where[-1]), allowed)
        case "missing":
            return f"{prefix}is missing"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{prefix}must be a table, got {shown(error['input'])}"
        case "value_error":
            return f"{prefix}{error['ctx']['error']}"
        case _:
            message = error["msg"].replace("Input should", "must").replace("Tuple should", "must")
            return f"{prefix}{message[:1].lower()}{message[1:]}, got {shown(error['input'])}"


def _place(where: tuple[int | str, ...]) -> str:
    """The path of a key as a reader counts it: ("racer", 1, "name") is "racer 2: name"."""
    parts = [part for i, part in enumerate(where) if not (i == 1 and where[0] == "surface" and part in _TAGS)]
    words: list[str] = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
        elif words == ["racer"]:
            words = [f"racer {part + 1}"]
    return ": ".join(words)
