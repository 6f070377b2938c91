"""What a film shows, frame by frame: its texts and where they stand, the surface, and the picture itself."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from manim import CairoRenderer, Mobject, tempconfig
from numpy.typing import NDArray

from races import Trace
from scenes.depth.camera import DepthCamera
from scenes.depth.mobjects import Ball, DepthMobject, LossSurface
from scenes.depth.sprite import Corners, Label, Sprite
from scenes.film import Film
from scenes.frame import Area, frame
from scenes.race.axes import BoxAxes
from scenes.race.plan import Relief
from scenes.race.plate import Plate
from scenes.writer import FilmWriter

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Text:
    """A line of text in the picture: what it says, where it stands, and whether it is fixed in the frame."""

    content: str
    box: Corners
    fixed: bool


@dataclass(frozen=True)
class Moment:
    """What a film shows in one frame; places are in scene units from the middle of the picture.

    Attributes:
        number: of the frame.
        step: of the race.
        theta: the camera's angle.
        texts: the lines of text that are seen.
        maps: where maps of the surface from above stand.
        balls: where balls stand that are fixed in the frame.
        plates: where plates are, on which text stands.
        racers: the middles of the balls in the scene, of shape (n, 2).
        surface: the points of the surface that are shown, of shape (n, 2).
        axes: the ends of straight lines along the surface's axes, of shape (n, 2, 2).
        finite: whether all points of all mobjects are finite.
        picture: RGBA, of shape (height, width, 4).
    """

    number: int
    step: float
    theta: float
    texts: tuple[Text, ...]
    maps: tuple[Corners, ...]
    balls: tuple[Corners, ...]
    plates: tuple[Corners, ...]
    racers: Array = field(repr=False)
    surface: Array = field(repr=False)
    axes: Array = field(repr=False)
    finite: bool
    picture: Picture = field(repr=False)


@contextmanager
def small(width: int = 320, height: int = 180, rate: int = 1) -> Iterator[None]:
    """Manim's settings for pictures of a film that is not written anywhere."""
    options = {"pixel_width": width, "pixel_height": height, "frame_rate": rate, "dry_run": True}
    quiet = {"progress_bar": "none", "verbosity": "ERROR", "disable_caching": True}
    with tempfile.TemporaryDirectory() as folder, tempconfig(options | quiet | {"media_dir": folder}):
        yield


class Watched(CairoRenderer):
    """Manim's renderer, but that it keeps a `Moment` of each frame."""

    def __init__(self) -> None:
        super().__init__(file_writer_class=FilmWriter, camera_class=DepthCamera)
        self.moments: list[Moment] = []
        self.film: Film | None = None

    def add_frame(self, frame: Any, num_frames: int = 1) -> None:
        """Look at what is shown."""
        super().add_frame(frame, num_frames)
        assert self.film is not None
        self.moments.append(look(self.film, len(self.moments)))


def watch(kind: type[Film], trace: Trace) -> list[Moment]:
    """Make a film, and return its frames, the very last look included; call it within `small`."""
    renderer = Watched()
    film = renderer.film = kind(renderer, trace=trace)
    film.construct()
    renderer.update_frame(film)
    return [*renderer.moments, look(film, len(renderer.moments))]


def look(film: Film, number: int = 0) -> Moment:
    """What the film shows now, as it has just been drawn."""
    lens = film.lens
    family = [part for whole in film.mobjects for part in whole.get_family()]
    seen = [part for part in family if isinstance(part, DepthMobject) and part.opacity > 0]
    texts = [
        Text(content, on_screen(part, lens), part in lens.fixed_in_frame_mobjects)
        for part in dict.fromkeys(seen)
        if isinstance(part, Label) and (content := said(part)).strip()
    ]
    maps = [corners(part) for part in seen if isinstance(part, Sprite) and isinstance(part.drawing, Relief)]
    fixed = [part for part in seen if part in lens.fixed_in_frame_mobjects]
    surfaces = [part for part in seen if isinstance(part, LossSurface)]
    standing = [part for part in seen if isinstance(part, Ball) and part not in fixed]
    axes = [line for part in family if isinstance(part, BoxAxes) for line in part if line in seen]
    return Moment(
        number,
        float(film.clock.get_value()),
        float(lens.get_theta()),
        tuple(texts),
        tuple(maps),
        tuple(corners(part) for part in fixed if isinstance(part, Ball)),
        tuple(corners(part) for part in seen if isinstance(part, Plate)),
        np.array([lens.project_point(ball.get_center())[:2] for ball in standing]).reshape(-1, 2),
        np.concatenate([np.zeros((0, 2)), *(drawn(surface, lens) for surface in surfaces)]),
        np.array([lens.project_points(line.points)[:, :2] for line in axes]).reshape(-1, 2, 2),
        all(np.isfinite(part.points).all() for part in seen),
        np.array(lens.pixel_array),
    )


def said(label: Label) -> str:
    """What a label says."""
    return str(ast.literal_eval(label.digest)[0])


def drawn(surface: LossSurface, lens: DepthCamera) -> Array:
    """Where the camera sees the points of a surface that are not cut off."""
    shown = (surface.place[:, 2] >= 0) & (surface.place[:, 2] <= 1)
    points = np.asarray(lens.project_points(surface.points[shown])[:, :2])
    return points[points[:, 1] >= lens.floor_tracker.get_value()]


def on_screen(label: Label, lens: DepthCamera) -> Corners:
    """Where a label is in the picture."""
    left, bottom, right, top = corners(label)
    if label in lens.fixed_in_frame_mobjects:
        return left, bottom, right, top
    assert label in lens.fixed_orientation_mobjects, f"{said(label)!r} is turned with the scene"
    x, y, _ = lens.project_point(label.get_center())
    width, height = right - left, top - bottom
    return float(x - width / 2), float(y - height / 2), float(x + width / 2), float(y + height / 2)


def corners(mobject: Mobject) -> Corners:
    """Left, bottom, right and top."""
    (left, bottom, _), (right, top, _) = mobject.points.min(axis=0), mobject.points.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def overlap(a: Corners, b: Corners) -> bool:
    """Whether two rectangles share some of their area."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(points: Array, box: Corners) -> NDArray[np.bool_]:
    """Which points, of shape (n, 2), are in a rectangle."""
    x, y = points.T
    return np.asarray((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3]))


def dense(lines: Array) -> Array:
    """Points along straight lines, of shape (n, 201, 2), for their ends, of shape (n, 2, 2)."""
    along = np.linspace(0, 1, 201)[:, None]
    return np.asarray(lines[:, None, 0] + along * (lines[:, None, 1] - lines[:, None, 0]))


def faults(moment: Moment) -> list[str]:
    """What is wrong with a frame."""
    whole = frame().whole
    found = [
        f"{text.content!r} leaves the picture: {text.box}"
        for text in moment.texts
        if not (inside(np.array(text.box).reshape(2, 2), whole)).all()
    ]
    found += [
        f"{a.content!r} and {b.content!r} overlap: {a.box}, {b.box}"
        for a, b in combinations(moment.texts, 2)
        if overlap(a.box, b.box)
    ]
    found += [
        f"{text.content!r} stands on {what}: {text.box}"
        for text in moment.texts
        for what, boxes in (("a map", moment.maps), ("a ball", moment.balls))
        if any(overlap(text.box, box) for box in boxes)
        if what == "a ball" or not any(within(text.box, plate) for plate in moment.plates)
    ]
    found += [
        f"{text.content!r} lies on an axis: {text.box}"
        for text in moment.texts
        if any(inside(line, text.box).any() for line in dense(moment.axes))
    ]
    found += surface_faults(moment, [text for text in moment.texts if text.fixed], whole)
    if not moment.finite:
        found.append("a point is not finite")
    return [f"frame {moment.number}: {fault}" for fault in found]


def surface_faults(moment: Moment, fixed: Sequence[Text], whole: Area) -> list[str]:
    """Where the surface runs under text that no plate is behind, and where a racer is not seen."""
    bare = [text for text in fixed if not any(within(text.box, plate) for plate in moment.plates)]
    found = [
        f"the surface runs under {text.content!r}: {text.box}"
        for text in bare
        if inside(moment.surface, text.box).any()
    ]
    found += [
        f"{text.content!r} is partly on a plate: {text.box}"
        for text in (*bare, *(text for text in moment.texts if not text.fixed))
        if any(overlap(text.box, plate) for plate in moment.plates)
    ]
    if not inside(moment.racers, whole).all():
        found.append(f"a racer is outside the picture: {moment.racers.tolist()}")
    found += [
        f"a racer is under {what}: {box}"
        for what, boxes in (("a plate", moment.plates), ("a map", moment.maps))
        for box in boxes
        if inside(moment.racers, box).any()
    ]
    return found


def within(a: Corners, b: Corners) -> bool:
    """Whether a rectangle is inside another."""
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]
