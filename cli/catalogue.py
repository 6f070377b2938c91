"""The tables of `race list`."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from cli.films import FilmName, scene_of
from cli.tables import show
from optimizers import OPTIMIZERS
from scenes.named_output import HOME
from surfaces import SURFACES


def print_surfaces() -> None:
    """Print every surface by its name, with domain, start, parameters and source."""
    table = Table(title="Surfaces", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("name", no_wrap=True)
    table.add_column("domain, start, and source")
    for _, surface in sorted(SURFACES.items()):
        where = "u {:g} to {:g}, v {:g} to {:g}, start ({:g}, {:g})".format(
            *surface.u_range, *surface.v_range, *surface.start
        )
        parameters = (
            "{} = {:g}, or {:g} to {:g}".format(name, default, *surface.parameter_ranges[name])
            for name, default in surface.parameters.items()
        )
        table.add_row(surface.name, "\n".join((where, *parameters, surface.source)))
    show(table, Console(highlight=False))


def print_optimizers() -> None:
    """Print every optimizer: its name in race.toml, what it is, and its hyperparameters' defaults."""
    table = Table(title="Optimizers", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("name", "what it does", "hyperparameters"):
        table.add_column(column, no_wrap=column == "name")
    for name, optimizer in OPTIMIZERS.items():
        what = _first_line(optimizer)
        defaults = (_default(key, value) for key, value in optimizer.defaults().items())
        table.add_row(name, what, "\n".join(defaults))
    show(table, Console(highlight=False))


def print_scenes() -> None:
    """Print every film: its name, the file to give to manim, and what it shows."""
    table = Table(title="Scenes", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("name", "file", "what it shows"):
        table.add_column(column, no_wrap=column == "name")
    for film in FilmName:
        scene, file = scene_of(film)
        table.add_row(film.value, str(file.relative_to(HOME)), _first_line(scene))
    show(table, Console(highlight=False))


def _first_line(kind: type) -> str:
    """The first line of a class's docstring; empty under `python -OO`, which drops docstrings."""
    return (kind.__doc__ or "").partition("\n")[0]


def _default(key: str, value: object) -> str:
    """A hyperparameter as race.toml would set it; None has no form in TOML."""
    return f"{key} (none)" if value is None else f"{key} = {_toml(value)}"


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return str(list(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
