"""The films that `race film --scene` can make."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from races import Trace

MODULES = {
    "OptimizerRace": "optimizer_race",
    "ContourRace": "scenes.contour_race",
    "BackpropGraph": "scenes.backprop_graph",
}


def find(name: str) -> tuple[type[Any], Path]:
    """A film's scene, and the file that it is in."""
    module = import_module(MODULES[name])
    return getattr(module, name), Path(module.__file__ or "")


def maker(name: str, trace: Trace) -> tuple[Callable[[], Any], Path]:
    """What makes a film's scene for a race, and the file that it is in."""
    from scenes.film import Film  # noqa: PLC0415

    scene, file = find(name)
    if issubclass(scene, Film):
        return lambda: scene(trace=trace), file
    return lambda: scene(language=trace.spec.film.language), file
