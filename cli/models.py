"""The table of `race list models`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from cli.tables import show
from networks import NetworkError, SavedNetwork, load_network, read_network
from optimizers import load_learned
from optimizers.learned_network import about_learned, shipped
from support.messages import printable, shorten


def print_models(folder: Path) -> None:
    """Print the networks saved in a folder: identifier, data, layers, accuracy and status.

    Below them, those of the learned optimizer: the project's by their identifiers, and the folder's by their
    paths, with their features, hidden units, how they were made and their scores.

    Raises:
        typer.TyperException: after the table, if a network is damaged.
        OSError: if the folder cannot be read.
    """
    networks, errors = [], []
    for path in (
        sorted(path for path in folder.iterdir() if path.suffix == ".json") if folder.exists() else []
    ):
        try:
            networks.append(_checked(path.stem, folder))
        except NetworkError as error:
            errors.append(str(error))
    if networks:
        show(_table(networks), Console(highlight=False))
    elif not errors:
        typer.echo(f"No network is saved in {printable(folder)}; race train saves some.")
    show(_learned_table(folder), Console(highlight=False))
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise typer.TyperException(errors[0] + more)


def _checked(identifier: str, folder: Path) -> SavedNetwork:
    """What is known of a saved network; one that `load_network` can make again is loaded to check it."""
    saved = read_network(identifier, folder)
    if saved.kind == "MLP":
        load_network(identifier, folder)
    return saved


def _table(networks: list[SavedNetwork]) -> Table:
    table = Table(title="Models", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("identifier", "data", "layers", "accuracy", "tested", "status"):
        side: Any = "right" if heading in {"accuracy", "tested"} else "left"
        table.add_column(heading, justify=side, no_wrap=heading != "layers", overflow="fold")
    for saved in networks:
        about = saved.about
        table.add_row(
            saved.identifier,
            _text(about.get("data")),
            _layers(saved),
            _share(about.get("accuracy")),
            _share(about.get("test_accuracy")),
            _text(about.get("status")).replace("_", " "),
        )
    return table


def _learned_table(folder: Path) -> Table:
    """The networks of the learned optimizer."""
    table = Table(
        title="Networks of the learned optimizer",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for heading in ("network", "features", "hidden", "how it was made", "scores"):
        table.add_column(heading, no_wrap=heading in {"network", "features", "hidden"}, overflow="fold")
    names: list[str | Path] = [*shipped(), *sorted(folder.glob("*/*.npz"))]
    for name in names:
        try:
            network, about = load_learned(name), about_learned(name)
        except ValueError:
            continue  # another file
        made = about.get("command") or about.get("made")
        scores = about.get("generation")
        found = scores.items() if isinstance(scores, dict) else [("-", "")]
        table.add_row(
            printable(name), network.features, str(network.hidden),
            shorten(made, 300) if isinstance(made, str) else "-",
            ", ".join(f"{key} {_number(x)}".strip() for key, x in found),
        )  # fmt: skip
    return table


def _layers(saved: SavedNetwork) -> str:
    """Such as "2-16-16-1 relu"; the class's name, where it is no `MLP`."""
    if saved.kind != "MLP":
        return shorten(saved.kind, 20)
    sizes = "-".join(map(str, saved.model["sizes"]))
    return f"{sizes} {saved.model['activation']}" if len(saved.model["sizes"]) > 2 else sizes


def _text(value: Any) -> str:
    return shorten(value, 20) if isinstance(value, str) else "-"


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float | int) else shorten(value, 20)


def _share(value: Any) -> str:
    return f"{100 * value:.3g} %" if isinstance(value, float | int) else "-"
