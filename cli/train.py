"""`race train`: what is trained on what, its table, its figure, and the networks saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.progress import progress
from cli.tables import show
from cli.training_arguments import shown_rate
from networks import MLP, NetworkError, TrainingRecord, TrainingStatus, save_network, train
from networks.datasets import Dataset
from optimizers.hyperparameters import HORIZON
from optimizers.rate import constant_of
from races import RacerSpec
from support.messages import shorten
from support.numbers import DECIMALS, loss_digits
from views.figures.training import Trained, save_training_figure


@dataclass(frozen=True)
class Setup:
    """What all networks of a comparison have in common.

    Attributes:
        data: the data set.
        hidden: neurons of each hidden layer.
        activation: between layers.
        loss: what is minimised.
        epochs: at most so many.
        batch_size: samples of each step.
        patience: epochs without a lower test loss after which a training stops; None for never.
        seed: of the data, the initial weights and the batches.
    """

    data: Dataset
    hidden: tuple[int, ...]
    activation: str
    loss: Callable[..., Any]
    epochs: int
    batch_size: int
    patience: int | None
    seed: int

    @property
    def steps(self) -> int:
        """How many steps a training takes, unless it ends before."""
        return self.epochs * -(-len(self.data.train) // (self.batch_size or len(self.data.train)))

    @property
    def sizes(self) -> list[int]:
        """Of the network's layers."""
        return [len(self.data.features), *self.hidden, self.data.outputs]


def train_all(setup: Setup, racers: Sequence[RacerSpec]) -> list[Trained]:
    """Train a network with each optimizer: the same initial weights, the same batches."""
    trained = []
    with progress("training", setup.epochs * len(racers)) as advance, np.errstate(all="ignore"):
        for racer in racers:
            model = MLP(setup.sizes, setup.activation, rng=setup.seed)
            optimizer = racer.with_default(HORIZON, setup.steps).build(model.parameters())
            record = train(
                model, setup.data, optimizer,
                setup.epochs, setup.batch_size, setup.seed,
                loss=setup.loss, patience=setup.patience, after_epoch=lambda _: advance(),
            )  # fmt: skip
            trained.append(Trained(racer.name, racer.colour, model, record))
    return trained


def print_table(setup: Setup, racers: Sequence[RacerSpec], networks: Sequence[Trained]) -> None:
    """Print a row for each optimizer: loss and accuracy after the last epoch, time and status."""
    data, console = setup.data, Console(highlight=False)
    layers = "-".join(map(str, setup.sizes)) + (f" {setup.activation}" if setup.hidden else "")
    tested = f", tested on {len(data.test):,}" if len(data.test) else ""
    title = f"{shorten(data.name)}: {layers}, trained on {len(data.train):,} samples{tested}"
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    measures = _measures(bool(data.classes))
    for heading in ("optimizer", "lr", *(name for name, _ in measures), "epochs", "time", "status"):
        side: Any = "left" if heading in {"optimizer", "status"} else "right"
        least = {"optimizer": 10, "status": 8}.get(heading)  # may be folded; numbers may not
        table.add_column(heading, justify=side, no_wrap=side == "right", min_width=least, overflow="fold")
    for racer, network in zip(racers, networks, strict=True):
        record = network.record
        table.add_row(
            Text.assemble(("● ", network.colour), racer.label),
            shown_rate(racer),
            *(measured(record) for _, measured in measures),
            f"{record.epochs:,}",
            _time(record.seconds[-1]),
            record.status.replace("_", " "),
        )
    show(table, console)
    for status in TrainingStatus:
        if status in [network.record.status for network in networks]:
            console.print(f"{status.replace('_', ' ')}: {status.sentence}", style="dim")


def save_all(
    setup: Setup, racers: Sequence[RacerSpec], networks: Sequence[Trained], folder: Path
) -> list[Path]:
    """Save the figure, and each network under an identifier: moons.png, moons-adam, moons-sgd.

    Where one of these names is taken, all get a number: moons-2.png, moons-2-adam, moons-2-sgd.

    Returns:
        The paths of the files, without those of the weights.

    Raises:
        OSError: if a file cannot be written.
        typer.TyperException: if an identifier was taken meanwhile.
    """
    start = _identifier(setup.data.name)
    names = [_identifier(network.name.lower()) for network in networks]
    stem = next(
        stem
        for stem in chain([start], (f"{start}-{i}" for i in count(2)))
        if not any((folder / f"{name}.json").exists() for name in _under(stem, names))
        and not (folder / f"{stem}.png").exists()
    )
    figure = save_training_figure(setup.data, networks, folder / f"{stem}.png")
    written = [figure]
    for racer, network, identifier in zip(racers, networks, _under(figure.stem, names), strict=True):
        about = {
            "lr": constant_of(racer.rate),
            "loss_function": setup.loss.__name__,
            "batch_size": setup.batch_size,
            "seed": setup.seed,
        }
        try:
            written.append(
                save_network(
                    network.model, identifier, folder, data=setup.data, record=network.record, about=about
                )
            )
        except NetworkError as error:
            raise typer.TyperException(str(error)) from None
    return written


def _under(stem: str, names: Sequence[str]) -> list[str]:
    return [f"{stem}-{name}" for name in names]


def _identifier(name: str) -> str:
    """A name as part of an identifier: letters, digits, and . _ - between them."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-._")[:40] or "network"


def _measures(classes: bool) -> list[tuple[str, Callable[[TrainingRecord], str]]]:
    """The headings of what is measured, and how it is shown."""
    measures: list[tuple[str, Callable[[TrainingRecord], str]]] = [
        ("loss", lambda record: _number(record.losses[-1])),
        ("tested", lambda record: _number(record.test_losses[-1])),
    ]
    if classes:
        measures += [
            ("accuracy", lambda record: _share(record.accuracies[-1])),
            ("tested", lambda record: _share(record.test_accuracies[-1])),
        ]
    return measures


def _number(loss: float) -> str:
    """A loss in at most six characters, or seven beyond 1e100."""
    if np.isnan(loss):
        return "-"
    return loss_digits(loss, DECIMALS[-1]) if loss < 10 else f"{loss:.3g}"


def _share(accuracy: float) -> str:
    return "-" if np.isnan(accuracy) else f"{100 * accuracy:.3g} %"


def _time(seconds: float) -> str:
    return f"{seconds:.{2 if seconds < 10 else 1 if seconds < 100 else 0}f} s"
