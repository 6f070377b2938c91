"""Renders a scene from Python, as the `race` command does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from manim import Scene, tempconfig

QUALITIES = {"l": "low_quality", "m": "medium_quality", "h": "high_quality", "k": "fourk_quality"}


def render(make: Callable[[], Scene], file: Path, quality: str, output: Path | None = None) -> Path:
    """Render a scene as ``manim FILE`` would, and return the film made.

    Args:
        make: makes the scene; called once Manim is configured.
        file: the scene's Python file, after which the film's folder is named.
        quality: Manim's letter: l (480p15), m (720p30), h (1080p60) or k (2160p60).
        output: where the scene writes the film, if not to Manim's media folder; nothing else is then left
            behind.
    """
    options: dict[str, Any] = {
        "quality": QUALITIES[quality],
        "input_file": file,
        "verbosity": "WARNING",
    }
    with tempfile.TemporaryDirectory(prefix="race-film-") as folder:
        if output:
            options["media_dir"] = folder
        with tempconfig(options):
            scene = make()
            scene.render()
            return output or Path(scene.renderer.file_writer.movie_file_path)
