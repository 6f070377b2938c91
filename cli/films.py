"""The films that `race film --scene` can make."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from races import Trace


FORMATS = (".mp4", ".webm", ".mov", ".gif", ".png")  # as in scenes.export.formats, which imports Manim


class FilmName(StrEnum):
    """The films that can be made, by the names of their scenes."""

    OPTIMIZER_RACE = "OptimizerRace"
    CONTOUR_RACE = "ContourRace"
    DECISION_BOUNDARIES = "DecisionBoundaries"
    INSIDE_THE_STEP = "InsideTheStep"
    BASIN_MAP = "BasinMap"
    GENERATIONS = "Generations"
    BACKPROP_GRAPH = "BackpropGraph"


def scene_of(film: FilmName) -> tuple[type[Any], Path]:
    """A film's scene class, and the file that it is in."""
    module: Any
    match film:
        case FilmName.OPTIMIZER_RACE:
            import optimizer_race as module  # noqa: PLC0415
        case FilmName.CONTOUR_RACE:
            from scenes import contour_race as module  # noqa: PLC0415
        case FilmName.DECISION_BOUNDARIES:
            from scenes import decision_boundaries as module  # noqa: PLC0415
        case FilmName.BASIN_MAP:
            from scenes import basin_map as module  # noqa: PLC0415
        case FilmName.GENERATIONS:
            from scenes import generations as module  # noqa: PLC0415
        case FilmName.INSIDE_THE_STEP:
            from scenes import inside_the_step as module  # noqa: PLC0415
        case FilmName.BACKPROP_GRAPH:
            from scenes import backprop_graph as module  # noqa: PLC0415
    return getattr(module, film.value), Path(module.__file__)


def write_film(
    film: FilmName,
    trace: Trace,
    source: Path,
    changed: str = "",
    output: Path | None = None,
    quality: str | None = None,
    *,
    at: int | None = None,
    sections: bool = False,
) -> Path:
    """Make a film of a race, or a still of it if `output` is a PNG, and return its path.

    Args:
        film: which one.
        trace: the race.
        source: the file that describes the race; the film's file is named after it.
        changed: what of the race was changed, to follow that name.
        output: the film's file, instead.
        quality: Manim's letter; by default h, for a GIF l.
        at: the step of a still; by default the last.
        sections: whether each section has a file of its own, too.

    Raises:
        typer.BadParameter: if one of these does not go with the others.
    """
    suffix = output.suffix.lower() if output else ""
    steps, transparent = trace.spec.steps, trace.spec.film.theme == "transparent"
    if transparent and suffix == ".mp4":
        raise typer.BadParameter(
            "an MP4 cannot be transparent: it must end in .webm, .mov, .gif or .png", param_hint="--output"
        )
    if at is not None and suffix != ".png":
        raise typer.BadParameter("is for a still, which -o ending in .png asks for", param_hint="--at")
    if at is not None and not 0 <= at <= steps:
        raise typer.BadParameter(f"must be a step of the race, 0 to {steps:,}, got {at}", param_hint="--at")
    if sections and suffix in {".gif", ".png"}:
        raise typer.BadParameter(f"is for .mp4, .webm and .mov, not for {suffix}", param_hint="--sections")

    from scenes.film import Film  # noqa: PLC0415
    from scenes.named_output import race_name  # noqa: PLC0415
    from scenes.render import render, render_still  # noqa: PLC0415

    scene: Any
    scene, file = scene_of(film)
    film_spec = trace.spec.film
    words = {"language": film_spec.language, "theme": film_spec.theme}
    options: dict[str, Any] = {"trace": trace} if issubclass(scene, Film) else words
    race = f"{race_name(source)}{changed}".removeprefix("-")
    make = partial(scene, **options, race=race, output=output)
    quality = quality or ("l" if suffix == ".gif" else "h")
    if output and suffix == ".png":
        return render_still(make, file, quality, output, steps if at is None else at)
    return render(make, file, quality, output, transparent=transparent, sections=sections)
