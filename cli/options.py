"""The arguments and options that commands of `race` share."""

from __future__ import annotations

from enum import StrEnum
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


def data_names() -> list[str]:
    """The data sets, for the shell to complete."""
    from networks.datasets import DATASETS  # noqa: PLC0415

    return list(DATASETS)


def optimizer_names() -> list[str]:
    """The optimizers, for the shell to complete."""
    from optimizers import OPTIMIZERS  # noqa: PLC0415

    return list(OPTIMIZERS)


def feature_names() -> list[str]:
    """What networks of the learned optimizer may look at, for the shell to complete."""
    from optimizers.learned_features import FEATURES  # noqa: PLC0415

    return list(FEATURES)


def scheme_names() -> list[str]:
    """The schemes of breeding, for the shell to complete."""
    from evolution.schemes import SCHEMES  # noqa: PLC0415

    return list(SCHEMES)


class MapKind(StrEnum):
    """The arguments of `race map`."""

    BASIN = "basin"
    RATES = "rates"
    MOMENTUM = "momentum"


class LossName(StrEnum):
    """The values of `--loss`."""

    CROSS_ENTROPY = "cross-entropy"
    HINGE = "hinge"
    MSE = "mse"


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

DataArgument = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="moons, circles, spirals, iris, binary_iris, digits, linear, quadratic, or a file that ends in "
        ".csv.",
        autocompletion=data_names,
    ),
]
LabelOption = Annotated[
    str | None,
    typer.Option(
        "--label",
        metavar="COLUMN",
        help="The column of a CSV file that is to be predicted.",
        show_default=False,
    ),
]
OptimizerOption = Annotated[
    list[str],
    typer.Option(
        "--optimizer",
        metavar="NAME",
        help="An optimizer; may be repeated. All start from the same weights and see the same batches.",
        autocompletion=optimizer_names,
    ),
]
RateOption = Annotated[
    list[float],
    typer.Option(
        "--lr",
        metavar="RATE",
        help="The learning rate: one for all, or one for each --optimizer; by default each one's own.",
        show_default=False,
    ),
]
HiddenOption = Annotated[
    str, typer.Option("--hidden", metavar="N ...", help="Neurons of each hidden layer; 0 for no such layer.")
]
ActivationOption = Annotated[
    str, typer.Option("--activation", metavar="NAME", help="relu, tanh, sigmoid or gelu.")
]
LossOption = Annotated[
    LossName | None,
    typer.Option(
        "--loss",
        metavar="NAME",
        help="cross-entropy, hinge (two classes) or mse (regression); by default cross-entropy for classes.",
        show_default=False,
    ),
]
EpochsOption = Annotated[
    int, typer.Option("--epochs", metavar="N", min=1, help="How often all samples are seen.")
]
BatchSizeOption = Annotated[
    int, typer.Option("--batch-size", metavar="N", min=1, help="Samples of each step.")
]
PatienceOption = Annotated[
    int | None,
    typer.Option(
        "--patience",
        metavar="N",
        min=1,
        help="Stop once the test loss has not improved for N epochs.",
        show_default=False,
    ),
]
SeedOption = Annotated[
    int,
    typer.Option("--seed", metavar="N", min=0, help="Of the data, the initial weights and the batches."),
]

MapKindArgument = Annotated[
    MapKind,
    typer.Argument(
        metavar="KIND",
        help="basin: the minimum reached from each start; rates: what is left of the loss with each learning "
        "rate; momentum: with each rate and momentum.",
    ),
]
PointsOption = Annotated[
    int | None,
    typer.Option(
        "--points",
        metavar="N",
        help="Along each side; by default 256 (basin), 400 (rates) or 200 (momentum).",
        show_default=False,
    ),
]
RatesOption = Annotated[
    tuple[float, float] | None,
    typer.Option(
        "--rates", metavar="LOW HIGH", help="Learning rates; by default 1e-4 10.", show_default=False
    ),
]
MomentaOption = Annotated[
    tuple[float, float] | None,
    typer.Option("--momenta", metavar="LOW HIGH", help="By default 0 0.999.", show_default=False),
]
RivalsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="RIVALS...",
        help="Two or more: names from `race list optimizers`, mine.py:Mine, torch.optim.AdamW, optax.adamw.",
        autocompletion=optimizer_names,
    ),
]
TrialsOption = Annotated[
    int, typer.Option("--trials", metavar="N", help="Settings that each rival tries in each study.")
]
StudiesOption = Annotated[int, typer.Option("--studies", metavar="N", help="How often each is tuned anew.")]
InstancesOption = Annotated[
    int, typer.Option("--instances", metavar="N", help="Of each family, to score the tuned settings on.")
]
StartsOption = Annotated[int, typer.Option("--starts", metavar="N", help="Of each instance.")]
GradientsOption = Annotated[
    int, typer.Option("--gradients", metavar="N", help="Gradients that each run may evaluate.")
]
JudgeSeedOption = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of all that is drawn.")]
PopulationOption = Annotated[int, typer.Option("--population", metavar="N", help="Agents of a generation.")]
GenerationsOption = Annotated[int, typer.Option("--generations", metavar="N", help="How many.")]
FeaturesOption = Annotated[
    str,
    typer.Option(
        "--features", metavar="NAME", help="What the networks look at.", autocompletion=feature_names
    ),
]
NeuronsOption = Annotated[
    int, typer.Option("--hidden", metavar="N", help="Neurons of the networks' hidden layer.")
]
SchemeOption = Annotated[
    str,
    typer.Option(
        "--scheme",
        metavar="NAME",
        help="How the next generation follows from this one: cma, or generational (mutations of the best).",
        autocompletion=scheme_names,
    ),
]
FreshOption = Annotated[
    int, typer.Option("--instances", metavar="N", help="Of each function, drawn anew for each generation.")
]
ProcessesOption = Annotated[
    int | None,
    typer.Option(
        "--processes",
        metavar="N",
        min=1,
        help="How many work; by default as many as there are processors.",
        show_default=False,
    ),
]

ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        envvar="RACE_CLUSTER",
        help="A Dask scheduler, as tcp://HOST:8786, whose workers do the work.",
        show_default=False,
    ),
]


def output_option(formats: str, default: str) -> Any:
    """The option `-o` of a command that writes one file, in one of these formats."""
    return typer.Option(
        "--output", "-o", metavar="FILE", help=f"Write here: {formats}; by default {default}."
    )
