"""What `race` understands: one function per command."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.films import Film

if TYPE_CHECKING:
    from races import Trace

app = typer.Typer(
    help="Race optimizers down a loss surface.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Source = Annotated[
    Path | None,
    typer.Argument(
        help="A race (TOML) or a trace (npz) of `race run`; by default $RACE_CONFIG, or race.toml here.",
        show_default=False,
    ),
]
SurfaceName = Annotated[
    str | None,
    typer.Option("--surface", help="Race on this surface, from its own start.", show_default=False),
]
Start = Annotated[
    tuple[float, float] | None, typer.Option("--start", metavar="U V", help="Start here.", show_default=False)
]
Steps = Annotated[
    int | None, typer.Option("--steps", help="Gradient steps of each racer.", show_default=False)
]


class Catalogue(StrEnum):
    """What `race list` can list."""

    SURFACES = "surfaces"
    OPTIMIZERS = "optimizers"
    SCENES = "scenes"


class Quality(StrEnum):
    """Manim's letters for the size of a film."""

    L = "l"
    M = "m"
    H = "h"
    K = "k"


@app.command()
def run(
    source: Source = None,
    surface: SurfaceName = None,
    start: Start = None,
    steps: Steps = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write here: .npz, .csv or .json; by default runs/NAME-TIME.npz."
        ),
    ] = None,
) -> None:
    """Run the race, print its results, and write its trace."""
    from cli import results  # noqa: PLC0415

    writer = results.writer_for(output)
    path, trace = _race(source, surface, start, steps)
    written = writer(trace, path.stem)
    results.print_table(trace)
    print_path(written)


@app.command()
def plot(
    source: Source = None,
    surface: SurfaceName = None,
    start: Start = None,
    steps: Steps = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write here: .png, .svg or .pdf; by default runs/NAME.png."),
    ] = None,
) -> None:
    """Draw the race: contours with trails, and loss against step."""
    from races.figure import FORMATS, save_figure  # noqa: PLC0415
    from races.files import require_writable  # noqa: PLC0415

    if output is not None and output.suffix.lower() not in FORMATS:
        raise typer.BadParameter(f"must end in {', '.join(FORMATS)}, got {output}", param_hint="--output")
    require_writable(output or Path("runs/figure"))
    path, trace = _race(source, surface, start, steps)
    print_path(save_figure(trace, output or Path("runs") / f"{path.stem}.png"))


@app.command()
def film(
    source: Source = None,
    quality: Annotated[
        Quality, typer.Option("--quality", "-q", help="480p15, 720p30, 1080p60 or 2160p60.")
    ] = Quality.H,
    scene: Annotated[
        Film, typer.Option("--scene", help="Which film; `race list scenes` describes them.")
    ] = Film.OPTIMIZER_RACE,
    surface: SurfaceName = None,
    start: Start = None,
    steps: Steps = None,
) -> None:
    """Film the race with Manim and print the file made."""
    _, trace = _race(source, surface, start, steps)
    from cli.films import maker  # noqa: PLC0415
    from scenes.render import render  # noqa: PLC0415

    print_path(render(*maker(scene, trace), quality.value))


@app.command()
def graph(
    surface: Annotated[
        str, typer.Argument(metavar="SURFACE", help="Its name; `race list surfaces` gives those there are.")
    ],
    at: Annotated[
        tuple[float, float] | None,
        typer.Option(
            "--at", metavar="U V", help="At this point; by default the surface's start.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write here: .svg, .png or .pdf; by default runs/SURFACE-graph.svg."
        ),
    ] = None,
) -> None:
    """Draw the graph that computes a surface's loss and its gradient at a point."""
    from cli.graph import save_graph  # noqa: PLC0415

    print_path(save_graph(surface, at, output))


@app.command()
def lab(
    problem: Annotated[
        str | None,
        typer.Argument(
            metavar="PROBLEM", help="Only this one, such as network; by default all.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Write the table and the figure here.")
    ] = Path("runs/lab"),
) -> None:
    """Run five optimizers on the lab's five problems: tables, CSV, figure."""
    from cli.lab import run_lab  # noqa: PLC0415

    for path in run_lab(problem, output):
        print_path(path)


@app.command("list")
def list_(what: Annotated[Catalogue, typer.Argument(help="What to list.")]) -> None:
    """List the surfaces, the optimizers or the films that there are."""
    from cli import catalogue  # noqa: PLC0415

    {
        Catalogue.SURFACES: catalogue.print_surfaces,
        Catalogue.OPTIMIZERS: catalogue.print_optimizers,
        Catalogue.SCENES: catalogue.print_scenes,
    }[what]()


def print_path(path: Path) -> None:
    """Say where something was written, on a line of its own that a script can read."""
    typer.echo(path)


def _race(
    source: Path | None, surface: str | None, start: tuple[float, float] | None, steps: int | None
) -> tuple[Path, Trace]:
    """Run the race that `source` describes, or load the trace that it is."""
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
        return path, Trace.load(path)
    spec = load_spec(path, **overrides)
    with progress("racing", spec.steps * len(spec.racers)) as advance:
        return path, run_race(spec, on_step=advance)


def main() -> None:
    """Run the command line; an error a user can mend is one line on stderr and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that has no bullets shows question marks
            stream.reconfigure(errors="replace")
    try:
        sys.exit(app(sys.argv[1:] or ["--help"], standalone_mode=False))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except typer.TyperException as error:
        message = error.format_message() if isinstance(error, typer.BadParameter) else str(error)
        message = message.replace("Value error, ", "")  # which typer puts before those of a choice
    except ValueError as error:
        from races import SpecError, TraceError  # noqa: PLC0415

        if not isinstance(error, SpecError | TraceError):
            raise
        message = str(error)
    except OSError as error:
        message = f"{error.filename or 'file'}: {(error.strerror or str(error)).lower()}"
    print(f"race: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201
    sys.exit(2)
