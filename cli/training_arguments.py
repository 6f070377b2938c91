"""The arguments of `race train`, checked before anything is trained."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from cli.options import LossName
from networks import loss_of, losses
from networks.datasets import Dataset, DatasetError, MissingExtraError, csv_dataset, get_dataset
from networks.layers import ACTIVATIONS
from optimizers.rate import constant_of
from races import RacerSpec
from races.racer_spec import optimizer_class
from support.messages import shorten, unknown
from support.palette import COLOURS

_LIKE_RACE_TOML = dict(zip(("sgd", "momentum", "rmsprop", "adam"), COLOURS, strict=False))
_MOST_LAYERS, _MOST_NEURONS = 8, 1024


def read_data(name: str, label: str | None, seed: int) -> Dataset:
    """The data set of a name, or of a CSV file with its label column.

    Raises:
        typer.BadParameter: if there is none, it cannot be used, or needs a package that is not installed.
    """
    is_file = name.lower().endswith(".csv")
    if is_file != (label is not None):
        what = f"name the column of {name} to predict" if is_file else f"is for CSV files, not for {name}"
        raise typer.BadParameter(what, param_hint="--label")
    try:
        return get_dataset(name, seed=seed) if label is None else csv_dataset(name, label, seed=seed)
    except DatasetError as error:
        more = "" if is_file else ", or a file that ends in .csv"
        raise typer.BadParameter(f"{error}{more}", param_hint="DATA") from None
    except MissingExtraError as error:
        raise typer.BadParameter(f"{error}, or uv sync --extra networks", param_hint="DATA") from None


def hidden_sizes(text: str) -> tuple[int, ...]:
    """The sizes of hidden layers, of "16 16"; none, of "0".

    Raises:
        typer.BadParameter: for anything else.
    """
    parts = re.split(r"[\s,]+", text.strip())
    sizes = [int(part) for part in parts if re.fullmatch(r"[0-9]{1,6}", part)]
    if sizes == [0] and len(parts) == 1:
        return ()
    in_range = all(1 <= size <= _MOST_NEURONS for size in sizes)
    if len(sizes) < len(parts) or len(sizes) > _MOST_LAYERS or not in_range:
        raise typer.BadParameter(
            f"must be up to {_MOST_LAYERS} sizes of 1 to {_MOST_NEURONS:,}, such as 16 16, or 0 for no "
            f"hidden layer, got {shorten(text)!r}",
            param_hint="--hidden",
        )
    return tuple(sizes)


def activation_named(name: str) -> str:
    """The activation of a name.

    Raises:
        typer.BadParameter: if there is none.
    """
    if name not in ACTIVATIONS:
        raise typer.BadParameter(unknown("activation", name, ACTIVATIONS), param_hint="--activation")
    return name


def loss_named(name: LossName | None, data: Dataset) -> Callable[..., Any]:
    """The loss of a name, or the usual one of a data set.

    Raises:
        typer.BadParameter: if it does not suit the data set.
    """
    suitable = [LossName.CROSS_ENTROPY if data.classes else LossName.MSE]
    if len(data.classes) == 2:
        suitable.append(LossName.HINGE)
    if name is not None and name not in suitable:
        kind = f"of {len(data.classes)} classes" if data.classes else "a regression"
        raise typer.BadParameter(
            f"must be {' or '.join(suitable)} for {shorten(data.name)}, which is {kind}, got {name}",
            param_hint="--loss",
        )
    return losses.hinge_loss if name is LossName.HINGE else loss_of(data)


def read_racers(names: Sequence[str], rates: Sequence[float]) -> list[RacerSpec]:
    """The optimizers, with names that tell them apart and colours.

    Args:
        names: of the optimizers, as in race.toml.
        rates: learning rates: none for the optimizers' own, one for all that take one, or one for each.

    Raises:
        typer.BadParameter: for an unknown optimizer, a rate it refuses, or another number of rates.
    """
    if len(rates) not in {0, 1, len(names)}:
        raise typer.BadParameter(
            f"must be given once, or as often as --optimizer ({len(names)}), got {len(rates)} times",
            param_hint="--lr",
        )
    each = [*rates] * (len(names) if len(rates) == 1 else 1)
    racers = [_racer(name, rate) for name, rate in zip_longest(names, each)]
    often = Counter(racer.label for racer in racers)
    named = [
        racer.label if often[racer.label] == 1 else f"{racer.label} {shown_rate(racer)}" for racer in racers
    ]
    if twice := [name for name, number in Counter(named).items() if number > 1]:
        raise typer.BadParameter(f"{twice[0]} is given more than once", param_hint="--optimizer")
    colours = _colours(racers)
    return [
        racer.model_copy(update={"name": name, "colour": colour})
        for racer, name, colour in zip(racers, named, colours, strict=True)
    ]


def _racer(name: str, rate: float | None) -> RacerSpec:
    """An optimizer with a learning rate, if it takes one."""
    folder = Path().absolute()
    flag, own = "--optimizer", {}
    try:
        kind = optimizer_class(name, folder)
        if rate is not None and kind.rate_name in kind.defaults():
            flag, own = "--lr", {kind.rate_name: rate}
        context = {"folder": folder, "origin": "--optimizer"}
        return RacerSpec.model_validate({"optimizer": name} | own, context=context)
    except ValidationError as error:
        cause = error.errors()[0].get("ctx", {}).get("error") or error.errors()[0]["msg"]
    except ValueError as error:
        cause = error
    raise typer.BadParameter(shorten(cause, 300), param_hint=flag)


def shown_rate(racer: RacerSpec) -> str:
    """A learning rate for a table; a dash for an optimizer that has none."""
    lr = constant_of(racer.rate)
    return "-" if racer.rate is None else "own" if lr is None else f"{lr:g}"


def _colours(racers: Sequence[RacerSpec]) -> list[str]:
    """A colour for each; the optimizers of race.toml have those that they have in its race."""
    taken: list[str] = []
    wanted = [_LIKE_RACE_TOML.get(racer.optimizer) for racer in racers]
    for colour in wanted:
        free = [c for c in COLOURS if c not in taken and c not in wanted] or list(COLOURS)
        taken.append(colour if colour and colour not in taken else free[0])
    return taken
