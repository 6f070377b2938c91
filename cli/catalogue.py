"""What `race list` prints."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from cli.films import MODULES, find
from optimizers import OPTIMIZERS
from surfaces import SURFACES


def print_surfaces() -> None:
    """Print every surface: its name, domain and start, and where it is from."""
    table = Table(title="Surfaces", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("name", "u", "v", "start", "source"):
        table.add_column(column, no_wrap=column != "source")
    for surface in SURFACES.values():
        ranges = (f"{low:g} to {high:g}" for low, high in (surface.u_range, surface.v_range))
        table.add_row(surface.name, *ranges, "{:g}, {:g}".format(*surface.start), surface.source)
    Console().print(table)


def print_optimizers() -> None:
    """Print every optimizer: its name in race.toml, what it is, and its hyperparameters' defaults."""
    table = Table(title="Optimizers", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("name", "what it does", "hyperparameters"):
        table.add_column(column, no_wrap=column == "name")
    for name, optimizer in OPTIMIZERS.items():
        what = (optimizer.__doc__ or "").splitlines()[0]
        defaults = (f"{key} = {_toml(value)}" for key, value in optimizer.defaults().items())
        table.add_row(name, what, "\n".join(defaults))
    Console().print(table)


def print_scenes() -> None:
    """Print every film: its name, the file to give to manim, and what it shows."""
    table = Table(title="Scenes", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("name", "file", "what it shows"):
        table.add_column(column, no_wrap=column == "name")
    for film, module in MODULES.items():
        scene, _ = find(film)
        table.add_row(film.value, f"{module.replace('.', '/')}.py", (scene.__doc__ or "").splitlines()[0])
    Console().print(table)


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return str(list(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
