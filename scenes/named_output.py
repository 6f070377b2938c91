"""`Written`: a scene whose file is named after its race, with one-line errors of files."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from manim import BLACK, Camera, ManimColor, RendererType, Scene, config, tempconfig

from scenes.frame import frame
from scenes.renderer import FilmRenderer
from scenes.signals import ending
from scenes.theme import wear
from scenes.writer import FilmWriter
from support.messages import printable
from views.theme import DARK, Theme

HOME = Path(__file__).parent.parent  # where race.toml is
_LONGEST = 50  # characters of a race's name, which may be four bytes each


class Written(Scene):
    """A scene that is written by a `FilmWriter`, and laid out for the `scenes.frame` of its picture.

    Args:
        renderer: Manim's; by default a new one.
        camera_class: of the renderer.
        race: the race's name, which follows the scene's in the file name.
        output: the file to write instead.
        theme: of its picture; it is worn from now on.
        loop: seconds for a fade at the end to where the film began; 0 for none.
        chapters: the names of its sections as chapters.
    """

    def __init__(
        self,
        renderer: Any = None,
        *,
        camera_class: type[Camera] | None = None,
        race: str = "",
        output: Path | None = None,
        theme: Theme = DARK,
        loop: float = 0.0,
        chapters: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        if config.renderer == RendererType.OPENGL:
            refuse("films are drawn with Manim's default renderer: leave --renderer=opengl out")
        writer: Any = partial(FilmWriter, race=race, output=output, loop=loop, chapters=chapters)
        wear(theme)
        with refusing(), tempconfig(_background(theme)):
            renderer = renderer or FilmRenderer(file_writer_class=writer, camera_class=camera_class)
            super().__init__(renderer=renderer, **options)
        camera: Any = self.camera
        camera.frame_width, camera.frame_height = frame()
        camera.background_color, camera.background_opacity = _background(theme).values()

    def say(self, words: str, after: float = 0.0) -> None:
        """Add a caption for the file of captions: see `FilmWriter.say`."""
        writer = self.renderer.file_writer
        if isinstance(writer, FilmWriter):
            writer.say(words, after)

    def render(self, preview: bool = False) -> bool:
        """As Manim's `render`, but it leaves no partial files behind, and errors of files are one line."""
        with refusing(), ending():
            return super().render(preview)


def _background(theme: Theme) -> dict[str, Any]:
    """A theme's background, in Manim's words."""
    if theme.outline:
        # Black is what nothing is, premultiplied.
        return {"background_color": BLACK, "background_opacity": 0.0}
    return {"background_color": ManimColor(theme.ground), "background_opacity": 1.0}


def race_name(source: Path) -> str:
    """The name of a race in its film's file name, taken from the file that describes it.

    mine.toml in this folder is `mine`, and race.toml needs no name. Any other name ends in a few digits
    derived from the file's path, since two files could otherwise share it.
    """
    path, folder = Path(os.path.abspath(source)), Path.cwd()  # noqa: PTH100 (a link keeps its own name)
    if path in {folder / "race.toml", HOME / "race.toml"}:
        return ""
    name = path.stem
    if path.is_relative_to(folder):
        name = "-".join(path.relative_to(folder).with_suffix("").parts)
    name = re.sub(r"[^\w.+-]+", "_", name)[:_LONGEST]
    if path == folder / f"{name}.toml":
        return name
    return f"{name}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:6]}"


@contextmanager
def refusing() -> Iterator[None]:
    """Report in one line which file could not be written, and exit with status 2."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, OSError):  # an encoder's error has it as its cause
            cause = cause.__cause__ or cause.__context__
        if cause is None:
            raise
        path = Path(cause.filename or config.media_dir)
        path = path.parent if path.name.startswith(".") else path  # a partial file is not known to the user
        refuse(f"{path}: {(cause.strerror or str(cause)).lower()}")


def refuse(reason: str) -> NoReturn:
    """Report in one line why there is no film, and exit with status 2."""
    program = Path(sys.argv[0]).stem
    name = program if program == "race" else Path(str(config.input_file or "film")).stem
    print(printable(f"{name}: {reason}"), file=sys.stderr)  # noqa: T201
    sys.exit(2)
