"""The commands of `race`: one function each."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.films import FilmName
from cli.options import (
    ActivationOption,
    BatchSizeOption,
    ClusterOption,
    DataArgument,
    EpochsOption,
    FeaturesOption,
    FreshOption,
    GenerationsOption,
    GradientsOption,
    HiddenOption,
    InstancesOption,
    JudgeSeedOption,
    LabelOption,
    LossOption,
    MapKindArgument,
    MomentaOption,
    NeuronsOption,
    OptimizerOption,
    PatienceOption,
    PointsOption,
    PopulationOption,
    ProcessesOption,
    RaceFile,
    RateOption,
    RatesOption,
    RivalsArgument,
    SchemeOption,
    SeedOption,
    StartOption,
    StartsOption,
    StepsOption,
    StudiesOption,
    SurfaceOption,
    TrialsOption,
    output_option,
    problem_names,
    surface_names,
)

if TYPE_CHECKING:
    from races import Trace

app = typer.Typer(
    help="Race optimizers down a loss surface, or train networks with them.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Catalogue(StrEnum):
    """The arguments of `race list`."""

    SURFACES = "surfaces"
    OPTIMIZERS = "optimizers"
    SCENES = "scenes"
    MODELS = "models"


class Quality(StrEnum):
    """Manim's letters for the size of a film."""

    L = "l"
    M = "m"
    H = "h"
    K = "k"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"race {version('optimizer-race')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version),
    ] = False,
) -> None:
    """Race optimizers down a loss surface, or train networks with them."""


@app.command()
def init(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The file to write; it must be new.", show_default=True),
    ] = Path("race.toml"),
) -> None:
    """Write a commented race.toml to edit."""
    from races import BUILT_IN  # noqa: PLC0415
    from support.whole_files import write_whole  # noqa: PLC0415

    if os.path.lexists(file):
        raise typer.BadParameter(f"{file} exists already", param_hint="FILE")
    content = BUILT_IN.read_bytes()
    print_path(write_whole(file, lambda target: target.write(content)))


@app.command()
def run(
    source: RaceFile = None,
    surface: SurfaceOption = None,
    start: StartOption = None,
    steps: StepsOption = None,
    output: Annotated[
        Path | None,
        output_option(".npz, .csv or .json, or - for CSV on the standard output", "runs/NAME-TIME.npz"),
    ] = None,
) -> None:
    """Run the race, print its results, and write its trace."""
    from cli import results  # noqa: PLC0415
    from cli.output import destination, is_piped  # noqa: PLC0415
    from cli.rates import print_rates  # noqa: PLC0415
    from races.toml_file import read_toml  # noqa: PLC0415

    with destination(output, results.FORMATS, piped=".csv") as file:
        path, changed, trace = _race(source, surface, start, steps)
        results.print_table(trace, stderr=is_piped(output))
        tables = [] if path.suffix.lower() == ".npz" else read_toml(path)["racer"]
        print_rates(trace.spec, tables, path.name, stderr=is_piped(output))
        written = results.write_trace(trace, file, path.stem + changed)
    if not is_piped(output):
        print_path(written)


@app.command()
def plot(
    source: RaceFile = None,
    surface: SurfaceOption = None,
    start: StartOption = None,
    steps: StepsOption = None,
    output: Annotated[
        Path | None, output_option(".png, .svg or .pdf, or - for PNG on the standard output", "runs/NAME.png")
    ] = None,
) -> None:
    """Draw the race: contours with trails, and loss against step."""
    from cli.output import destination, is_piped  # noqa: PLC0415
    from support.whole_files import require_writable  # noqa: PLC0415
    from views.figures.race import FORMATS, save_figure  # noqa: PLC0415

    with destination(output, FORMATS, piped=".png") as file:
        require_writable(file or Path("runs/figure"))
        path, changed, trace = _race(source, surface, start, steps)
        _prepare(trace)
        written = save_figure(trace, file or Path("runs") / f"{path.stem}{changed}.png")
    if not is_piped(output):
        print_path(written)


@app.command()
def film(
    source: RaceFile = None,
    quality: Annotated[
        Quality | None,
        typer.Option(
            "--quality",
            "-q",
            metavar="l|m|h|k",
            help="480p15, 720p30, 1080p60 or 2160p60; by default h, for a GIF l.",
            show_default=False,
        ),
    ] = None,
    scene: Annotated[
        FilmName,
        typer.Option("--scene", metavar="NAME", help="Which film; `race list scenes` describes them."),
    ] = FilmName.OPTIMIZER_RACE,
    surface: SurfaceOption = None,
    start: StartOption = None,
    steps: StepsOption = None,
    output: Annotated[
        Path | None,
        output_option(
            ".mp4, .webm, .mov (ProRes 4444), .gif or .png (a still), or - for MP4 on the standard output",
            "under media, named after the film, the race's file and the options that change the race",
        ),
    ] = None,
    at: Annotated[
        int | None,
        typer.Option(
            "--at", metavar="STEP", help="The step of a still; by default the last.", show_default=False
        ),
    ] = None,
    sections: Annotated[
        bool, typer.Option("--sections", help="Write each section to a file of its own, too, as for slides.")
    ] = False,
) -> None:
    """Film the race with Manim and print the film's path.

    Beside the film are its first picture, as a poster, and its captions, as an .srt file.
    """
    from cli.films import FORMATS, write_film  # noqa: PLC0415
    from cli.output import destination, is_piped  # noqa: PLC0415
    from support.whole_files import require_writable  # noqa: PLC0415

    with destination(output, FORMATS, piped=".mp4") as file:
        require_writable(file or Path("media/film"))
        path, changed, trace = _race(source, surface, start, steps)
        if scene is not FilmName.DECISION_BOUNDARIES:  # it shows no landscape
            _prepare(trace)
        size = quality and quality.value
        written = write_film(scene, trace, path, changed, file, size, at=at, sections=sections)
    if not is_piped(output):
        print_path(written)


@app.command()
def graph(
    surface: Annotated[
        str,
        typer.Argument(
            metavar="SURFACE",
            help="A name from `race list surfaces`, a formula, or mine.py:bowl.",
            autocompletion=surface_names,
        ),
    ],
    at: Annotated[
        tuple[float, float] | None,
        typer.Option(
            "--at",
            metavar="U V",
            help="At this point; by default the surface's start, or 1 1 for a formula.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        output_option(".svg, .png or .pdf, or - for SVG on the standard output", "runs/SURFACE-graph.svg"),
    ] = None,
) -> None:
    """Draw the graph of a surface's loss and gradient at a point."""
    from cli.graph import FORMATS, save_graph  # noqa: PLC0415
    from cli.output import destination, is_piped  # noqa: PLC0415

    with destination(output, FORMATS, piped=".svg") as file:
        written = save_graph(surface, at, file)
    if not is_piped(output):
        print_path(written)


@app.command()
def lab(
    problem: Annotated[
        str | None,
        typer.Argument(
            metavar="PROBLEM",
            help="Only this one, such as network; by default all.",
            show_default=False,
            autocompletion=problem_names,
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Write the table and the figure here.")
    ] = Path("runs/lab"),
) -> None:
    """Run five optimizers on five problems: tables, CSV, figure."""
    from cli.lab import run_lab  # noqa: PLC0415
    from cli.output import is_piped  # noqa: PLC0415

    if is_piped(output):
        raise typer.BadParameter(f"must be a folder, got {output}", param_hint="--output")
    for path in run_lab(problem, output):
        print_path(path)


@app.command()
def train(
    data: DataArgument,
    label: LabelOption = None,
    optimizer: OptimizerOption = ("adam",),  # type: ignore[assignment]
    lr: RateOption = (),  # type: ignore[assignment]
    hidden: HiddenOption = "16 16",
    activation: ActivationOption = "relu",
    loss: LossOption = None,
    epochs: EpochsOption = 100,
    batch_size: BatchSizeOption = 32,
    patience: PatienceOption = None,
    seed: SeedOption = 0,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Save the networks and the figure here.")
    ] = Path("models"),
) -> None:
    """Train networks: table, figure with decision boundaries, models."""
    from cli import train as training  # noqa: PLC0415
    from cli import training_arguments as arguments  # noqa: PLC0415
    from cli.output import is_piped  # noqa: PLC0415
    from support.whole_files import require_writable  # noqa: PLC0415

    if is_piped(output):
        raise typer.BadParameter(f"must be a folder, got {output}", param_hint="--output")
    racers = arguments.read_racers(optimizer, lr)
    sizes, activation = arguments.hidden_sizes(hidden), arguments.activation_named(activation)
    samples = arguments.read_data(data, label, seed)
    criterion = arguments.loss_named(loss, samples)
    require_writable(output / "model.json")
    setup = training.Setup(samples, sizes, activation, criterion, epochs, batch_size, patience, seed)
    networks = training.train_all(setup, racers)
    training.print_table(setup, racers, networks)
    for path in training.save_all(setup, racers, networks, output):
        print_path(path)


@app.command()
def judge(
    rivals: RivalsArgument,
    trials: TrialsOption = 20,
    studies: StudiesOption = 8,
    instances: InstancesOption = 4,
    starts: StartsOption = 4,
    gradients: GradientsOption = 200,
    seed: JudgeSeedOption = 0,
    processes: ProcessesOption = None,
    cluster: ClusterOption = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Write the table and the figure here.")
    ] = Path("runs/judge"),
) -> None:
    """Tune optimizers alike and compare them on problems not tuned on."""
    from cli.judge import read_rivals, run_judge  # noqa: PLC0415
    from cli.output import is_piped  # noqa: PLC0415
    from comparison import JudgePlan  # noqa: PLC0415

    if is_piped(output):
        raise typer.BadParameter(f"must be a folder, got {output}", param_hint="--output")
    plan = JudgePlan(trials, studies, instances, starts, gradients, seed)
    for path in run_judge(read_rivals(rivals), plan, processes, cluster, output):
        print_path(path)


@app.command("map")
def map_(
    kind: MapKindArgument,
    source: RaceFile = None,
    surface: SurfaceOption = None,
    start: StartOption = None,
    steps: StepsOption = None,
    points: PointsOption = None,
    rates: RatesOption = None,
    momenta: MomentaOption = None,
    processes: ProcessesOption = None,
    cluster: ClusterOption = None,
    output: Annotated[
        Path | None,
        output_option(".png, .svg, .pdf or .npz, or - for PNG on the standard output", "runs/NAME-MAP.png"),
    ] = None,
) -> None:
    """Map a race: the minimum reached from each start, rates, momenta."""
    from cli.map import draw_map  # noqa: PLC0415
    from cli.output import destination, is_piped  # noqa: PLC0415
    from races import config_path, load_spec  # noqa: PLC0415
    from support.whole_files import require_writable  # noqa: PLC0415
    from views.figures.maps import FORMATS  # noqa: PLC0415

    given = {"surface": surface, "start": start, "steps": steps}
    with destination(output, FORMATS, piped=".png") as file:
        path = source or config_path(Path())
        spec = load_spec(path, **{key: value for key, value in given.items() if value is not None})
        target = file or Path("runs") / f"{path.stem}-{kind}.png"
        require_writable(target)
        written = draw_map(kind, spec, points, rates, momenta, processes, cluster, target)
    if not is_piped(output):
        print_path(written)


@app.command()
def evolve(
    population: PopulationOption = 64,
    generations: GenerationsOption = 200,
    seed: JudgeSeedOption = 0,
    features: FeaturesOption = "blind",
    hidden: NeuronsOption = 8,
    scheme: SchemeOption = "cma",
    steps: StepsOption = None,
    starts: StartsOption = 2,
    instances: FreshOption = 24,
    processes: ProcessesOption = None,
    cluster: ClusterOption = None,
    output: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="FOLDER",
            help="Write the networks and the figure here; what is there already of the same breeding is gone "
            "on with. The best network has the folder's name.",
        ),
    ] = Path("models/bred"),
) -> None:
    """Breed networks for the learned optimizer: scores, figure, networks."""
    from cli.evolve import run_evolve  # noqa: PLC0415
    from cli.output import is_piped  # noqa: PLC0415
    from evolution import BreedingPlan  # noqa: PLC0415

    if is_piped(output):
        raise typer.BadParameter(f"must be a folder, got {output}", param_hint="--out")
    length = BreedingPlan.steps if steps is None else steps
    plan = BreedingPlan(features, hidden, scheme, population, generations, seed, length, starts, instances)
    for path in run_evolve(plan, processes, cluster, output):
        print_path(path)


@app.command("list")
def list_(
    what: Annotated[
        Catalogue, typer.Argument(metavar="WHAT", help="surfaces, optimizers, scenes or models.")
    ],
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FOLDER", help="Where models are; by default models.", show_default=False
        ),
    ] = None,
) -> None:
    """List available surfaces, optimizers, films, or saved networks."""
    if what is Catalogue.MODELS:
        from cli.models import print_models  # noqa: PLC0415

        print_models(folder or Path("models"))
        return
    if folder is not None:
        raise typer.BadParameter(f"is for models, not for {what}", param_hint="--from")
    from cli import catalogue  # noqa: PLC0415

    {
        Catalogue.SURFACES: catalogue.print_surfaces,
        Catalogue.OPTIMIZERS: catalogue.print_optimizers,
        Catalogue.SCENES: catalogue.print_scenes,
    }[what]()


def print_path(path: Path) -> None:
    """Print the path of what was written, on a line of its own that a script can read."""
    from support.messages import printable  # noqa: PLC0415

    typer.echo(printable(path))


def _race(
    source: Path | None, surface: str | None, start: tuple[float, float] | None, steps: int | None
) -> tuple[Path, str, Trace]:
    """Run the race that `source` describes, or load it if it is a trace: the file, `changes`, the trace."""
    from cli.output import changes  # noqa: PLC0415
    from cli.progress import progress  # noqa: PLC0415
    from races import Trace, config_path, load_spec, run_race  # noqa: PLC0415

    given: dict[str, Any] = {"surface": surface, "start": start, "steps": steps}
    overrides = {key: value for key, value in given.items() if value is not None}
    path = source or config_path(Path())
    if path.suffix.lower() == ".npz":
        if overrides:
            raise typer.BadParameter(
                f"cannot change {path}, a race already run", param_hint=f"--{min(overrides)}"
            )
        return path, "", Trace.load(path)
    spec = load_spec(path, **overrides)
    with progress("racing", spec.steps * len(spec.racers)) as advance:
        return path, changes(overrides), run_race(spec, on_step=advance)


def _prepare(trace: Trace) -> None:
    """Compute the landscape of a network's race before it is drawn."""
    if trace.plane is None:
        return
    from cli.progress import progress  # noqa: PLC0415
    from views.drawn_surface import SIDE, compute_grid  # noqa: PLC0415

    with progress("computing the landscape", SIDE**2) as advance:
        compute_grid(trace, advance)
