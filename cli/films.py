"""The films that `race film --scene` can make."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from races import Trace


class FilmName(StrEnum):
    """The films that can be made, by the names of their scenes."""

    OPTIMIZER_RACE = "OptimizerRace"
    CONTOUR_RACE = "ContourRace"
    DECISION_BOUNDARIES = "DecisionBoundaries"
    INSIDE_THE_STEP = "InsideTheStep"
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
        case FilmName.INSIDE_THE_STEP:
            from scenes import inside_the_step as module  # noqa: PLC0415
        case FilmName.BACKPROP_GRAPH:
            from scenes import backprop_graph as module  # noqa: PLC0415
    return getattr(module, film.value), Path(module.__file__)


def maker(
    film: FilmName, trace: Trace, source: Path, changed: str = "", output: Path | None = None
) -> tuple[Callable[[], Any], Path]:
    """A function that makes a film's scene for a race, and the file that the scene is in.

    Args:
        film: the film.
        trace: the race.
        source: the file that describes the race; the film's file is named after it.
        changed: what of the race was changed, to follow that name.
        output: the film's file, instead.
    """
    from scenes.film import Film  # noqa: PLC0415
    from scenes.named_output import race_name  # noqa: PLC0415

    scene, file = scene_of(film)
    film_spec = trace.spec.film
    words = {"language": film_spec.language, "theme": film_spec.theme}
    what = {"trace": trace} if issubclass(scene, Film) else words
    race = f"{race_name(source)}{changed}".removeprefix("-")
    return lambda: scene(**what, race=race, output=output), file
