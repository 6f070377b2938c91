"""Control frames: small pictures of the films, as they must look, and what differs from them.

The files are in `frames/`; `uv run python tests/scenes/frames/update.py` makes them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from manim import CairoRenderer
from numpy.typing import NDArray
from PIL import Image

from optimizer_race import OptimizerRace
from races import Trace, run_race
from scenes.backprop_graph import BackpropGraph
from scenes.basin_map import BasinMap
from scenes.contour_race import ContourRace
from scenes.decision_boundaries import DecisionBoundaries
from scenes.depth.camera import DepthCamera
from scenes.film import Film
from scenes.inside_the_step import InsideTheStep
from tests.races.helpers import DEFAULT, race
from tests.scenes.moments import Moment, small, watch

Picture = NDArray[np.uint8]

FRAMES = Path(__file__).parent / "frames"
WIDTH, HEIGHT = 426, 240
BLOCK = 16
# How much a picture, and any block of it, may differ, of 255. Two of Mesa's drivers differ by 0.05 and 1.1;
# so do Mesa and SwiftShader, a rasterizer of another house, and pictures with and without smooth edges.
MEAN, MOST = 1.0, 5.0


@cache
def trace() -> Trace:
    """The design's default race."""
    return run_race(race(surface="funky", start=(0.1, 0.45), racers=DEFAULT, film={"length": 20.0}))


FILMS: dict[str, type[Film]] = {"race": OptimizerRace, "contour": ContourRace}
WITH_BOARD = ("race", "contour")


@cache
def shown(name: str) -> list[Moment]:
    """A film's frames, one a second."""
    with small(2 * WIDTH, 2 * HEIGHT):
        return watch(FILMS[name], trace())


def race_at(name: str, step: float) -> Picture:
    """A film's first frame of the race at a step or after it."""
    return halved(next(m.picture for m in shown(name) if m.maps and m.step >= step))


@cache
def network_trace() -> Trace:
    """A race of a network on the moons."""
    racers = [{"optimizer": "momentum", "lr": 0.1}, {"optimizer": "adam", "lr": 0.02}]
    surface = {"network": "moons", "hidden": [8, 8]}
    return run_race(race(surface=surface, steps=60, racers=racers, film={"length": 20.0}))


def network_at(step: float) -> Picture:
    """A still of the race of a network."""
    with small(2 * WIDTH, 2 * HEIGHT):
        film = OptimizerRace(
            CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=network_trace()
        )
        return halved(np.asarray(film.still(step), dtype=np.uint8))


def last_graph() -> Picture:
    """The last frame of the film of backpropagation."""
    with small(2 * WIDTH, 2 * HEIGHT):
        renderer = CairoRenderer(skip_animations=True)
        scene = BackpropGraph(renderer, language="en", expression="sin(u*v) + v**2", at=(0.5, 1.2))
        scene.render()
        renderer.static_image = None
        renderer.update_frame(scene)
        return halved(np.array(renderer.get_frame(), dtype=np.uint8))


def inside_at(t: float) -> Picture:
    """The first step of two optimizers, in slow motion, while it is made."""
    race = trace().spec.model_copy(update={"record": "state"})
    with small(2 * WIDTH, 2 * HEIGHT):
        renderer = CairoRenderer(camera_class=DepthCamera, skip_animations=True)
        film = InsideTheStep(renderer, trace=run_race(race))
        film.prepare()
        film.refresh(t)
        film.lens.reset()
        parts = [part for view in film.views for part in (view.map, view.squares, view.panel) if part]
        film.lens.capture_mobjects([*parts, film.between])
        return halved(np.array(film.lens.pixel_array, dtype=np.uint8))


def boundaries_at(step: float) -> Picture:
    """The film of decision boundaries after a step of the built-in network's race."""
    with small(2 * WIDTH, 2 * HEIGHT):
        renderer = CairoRenderer(camera_class=DepthCamera, skip_animations=True)
        picture = DecisionBoundaries(renderer, trace=trace()).still(step)
        return halved(np.array(picture, dtype=np.uint8))


def basins_at(step: float) -> Picture:
    """The film of basins at a step."""
    racers = [{"optimizer": "momentum", "lr": 0.01}, {"optimizer": "adam", "lr": 0.2}]
    raced = run_race(race(surface="himmelblau", start=(3.4, 3.0), steps=40, racers=racers))
    with small(2 * WIDTH, 2 * HEIGHT):
        renderer = CairoRenderer(camera_class=DepthCamera, skip_animations=True)
        return halved(np.array(BasinMap(renderer, trace=raced).still(step), dtype=np.uint8))


PICTURES: dict[str, Callable[[], Picture]] = {
    "race-start": lambda: race_at("race", 0),
    "race-middle": lambda: race_at("race", 60),
    "race-orbit": lambda: halved(shown("race")[-1].picture),
    "contour-middle": lambda: race_at("contour", 60),
    "graph-end": last_graph,
    "inside-step": lambda: inside_at(0.8),
    "network-race": lambda: network_at(60),
    "boundaries-middle": lambda: boundaries_at(60.0),
    "basins-middle": lambda: basins_at(20.0),
}


def halved(picture: Picture) -> Picture:
    """The mean of each four pixels, without opacity."""
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    parts = picture[..., :3].reshape(height, 2, width, 2, 3).astype(float)
    return np.asarray(np.rint(parts.mean(axis=(1, 3))), dtype=np.uint8)


def load(name: str) -> Picture:
    """A control frame."""
    with Image.open(FRAMES / f"{name}.png") as image:
        return np.array(image.convert("RGB"))


def save(picture: Picture, path: Path) -> None:
    """Write a picture as a PNG."""
    Image.fromarray(picture).save(path, optimize=True)


def blurred(picture: Picture) -> NDArray[np.float64]:
    """The mean over each pixel and its eight neighbours: edges, where drivers differ, count for less."""
    padded = np.pad(picture.astype(float), ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9)


def change(picture: Picture, control: Picture) -> tuple[float, float, tuple[int, int]]:
    """How much a picture differs, its block that differs most, and that block's left and top, in pixels."""
    away = np.abs(blurred(picture) - blurred(control)).max(axis=-1)
    # Blocks overlap by half, so that no change lies on an edge only.
    half = BLOCK // 2
    rows, columns = away.shape[0] // half, away.shape[1] // half
    cells = away[: rows * half, : columns * half].reshape(rows, half, columns, half).mean(axis=(1, 3))
    blocks = (cells[:-1, :-1] + cells[1:, :-1] + cells[:-1, 1:] + cells[1:, 1:]) / 4
    y, x = np.unravel_index(blocks.argmax(), blocks.shape)
    return float(away.mean()), float(blocks.max()), (int(x) * half, int(y) * half)


def same(picture: Picture, control: Picture) -> bool:
    """Whether a picture is the control frame, but for what another driver may draw otherwise."""
    if picture.shape != control.shape:
        return False
    mean, most, _ = change(picture, control)
    return mean < MEAN and most < MOST
