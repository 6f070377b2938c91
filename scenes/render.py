"""Renders a scene from Python, as the `race` command does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from manim import Scene, tempconfig
from PIL import Image

from scenes.export.formats import settings
from scenes.export.pieces import pictures
from support.whole_files import write_whole

QUALITIES = {"l": "low_quality", "m": "medium_quality", "h": "high_quality", "k": "fourk_quality"}


class Still(Protocol):
    """A scene with stills."""

    def still(self, t: float) -> Image.Image:
        """The picture at step t."""


def render(
    make: Callable[[], Scene],
    file: Path,
    quality: str,
    output: Path | None = None,
    *,
    transparent: bool = False,
    sections: bool = False,
) -> Path:
    """Render a scene as ``manim FILE`` would, and return the film made.

    Its first picture is written beside it, as NAME-poster.png.

    Args:
        make: makes the scene; called once Manim is configured.
        file: the scene's Python file, after which the film's folder is named.
        quality: Manim's letter: l (480p15), m (720p30), h (1080p60) or k (2160p60).
        output: where the scene writes the film, if not to Manim's media folder; nothing else is then left
            behind. Its suffix is one of `scenes.export.formats.FORMATS`.
        transparent: whether the film has no ground; without `output` it is a MOV then, and else an MP4.
        sections: whether to write each section of the film to a file of its own, too.
    """
    suffix = output.suffix.lower() if output else ".mov" if transparent else ".mp4"
    options = {"save_sections": sections, **settings(suffix, transparent)}
    with _configured(options, file, quality, output):
        scene = make()
        scene.render()
        film = output or Path(scene.renderer.file_writer.movie_file_path)
    poster = Image.fromarray(next(pictures(str(film))))
    write_whole(film.with_name(f"{film.stem}-poster.png"), lambda target: poster.save(target, "PNG"))
    return film


def render_still(make: Callable[[], Still], file: Path, quality: str, output: Path, step: float) -> Path:
    """Write a scene's picture at a step to `output`, a PNG; the arguments are those of `render`."""
    with _configured({"dry_run": True}, file, quality, output):
        picture = make().still(step)
        return write_whole(output, lambda target: picture.save(target, "PNG"))


@contextmanager
def _configured(options: dict[str, Any], file: Path, quality: str, output: Path | None) -> Iterator[None]:
    """Manim's settings for a film; what it leaves beside `output` is removed at the end."""
    common = {"quality": QUALITIES[quality], "input_file": file, "verbosity": "WARNING"}
    with tempfile.TemporaryDirectory(prefix="race-film-") as folder:
        media = {"media_dir": folder} if output else {}
        with tempconfig(common | options | media):
            yield
