"""The arguments and options that commands of `race` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def surface_names() -> list[str]:
    """The registered surfaces, for the shell to complete."""
    from surfaces import SURFACES  # noqa: PLC0415

    return sorted(SURFACES)


def problem_names() -> list[str]:
    """The lab's problems, for the shell to complete."""
    from races.lab import PROBLEMS  # noqa: PLC0415

    return list(PROBLEMS)


RaceFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help="A race (TOML) or a trace (npz) of `race run`; by default $RACE_CONFIG, race.toml here, or the "
        "built-in race.",
        show_default=False,
    ),
]
SurfaceOption = Annotated[
    str | None,
    typer.Option(
        "--surface",
        metavar="NAME",
        help="Race on this surface, from its own start: a name, mine.py:bowl, or a formula in u and v, "
        "which both run from -2 to 2.",
        show_default=False,
        autocompletion=surface_names,
    ),
]
StartOption = Annotated[
    tuple[float, float] | None, typer.Option("--start", metavar="U V", help="Start here.", show_default=False)
]
StepsOption = Annotated[
    int | None,
    typer.Option("--steps", metavar="N", help="Gradient steps of each racer.", show_default=False),
]


def output_option(formats: str, default: str) -> Any:
    """The option `-o` of a command that writes one file, in one of these formats."""
    return typer.Option(
        "--output", "-o", metavar="FILE", help=f"Write here: {formats}; by default {default}."
    )
