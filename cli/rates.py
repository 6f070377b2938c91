"""The learning rates of a race and where each came from, printed by `race run` below its table."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from optimizers.rate import rate_of
from races import RaceSpec
from races.racer_spec import RacerSpec

_MOST = 8  # racers named on a line


def print_rates(spec: RaceSpec, tables: list[dict[str, Any]], file: str, stderr: bool = False) -> None:
    """Print the learning rates, and whether the file, the surface or a default gave them.

    Args:
        spec: the race.
        tables: the racers' tables in the file; none for a trace, which does not record where a rate is from.
        file: its name.
        stderr: whether to print to stderr.
    """
    console = Console(stderr=stderr, highlight=False)
    groups: dict[str, list[str]] = {}
    for racer, table in zip(spec.racers, tables or [{}] * len(spec.racers), strict=True):
        name, rate = _rate(racer)
        if rate is None:
            continue
        origin, shown = "", f"{racer.name} {_shown(rate)}"
        if tables:
            origin = _origin(spec, racer, rate, table.get(name), file)
            if origin.endswith(f"{file}'s"):
                shown += f" ({_shown(table[name])})"
        groups.setdefault(origin, []).append(shown)
    for origin, rates in groups.items():
        more = f" and {len(rates) - _MOST} more" if len(rates) > _MOST else ""
        console.print(Text(f"learning rates{origin}: {', '.join(rates[:_MOST])}{more}", style="dim"))


def _rate(racer: RacerSpec) -> tuple[str, Any]:
    """The name and value of a racer's learning rate; the value is None if it has none or it is unknown."""
    try:
        return racer.kind.rate_name, racer.rate
    except ValueError:  # an external optimizer, in a trace
        return "lr", dict(racer.hyperparameters).get("lr")


def _origin(spec: RaceSpec, racer: RacerSpec, rate: Any, said: Any, file: str) -> str:
    if said is not None and (isinstance(said, dict) or rate == said):
        return f" from {file}"
    surface = spec.build_surface()
    if racer.optimizer not in surface.suggested:
        return " by default"
    return f" suggested by {surface.name}" + (f", in place of {file}'s" if said is not None else "")


def _shown(rate: Any) -> str:
    return str(rate_of(rate))
