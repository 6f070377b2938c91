"""`shown`: a film in memory, which a notebook shows."""

from __future__ import annotations

import sys
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

import av

from races import Trace
from scenes.film import Film
from scenes.render import render
from support.whole_files import write_whole

_SHOWN = {
    ".mp4": '<video controls loop width="{width}" src="data:video/mp4;base64,{data}"></video>',
    ".webm": '<video controls loop width="{width}" src="data:video/webm;base64,{data}"></video>',
    ".gif": '<img width="{width}" src="data:image/gif;base64,{data}">',
}


@dataclass(frozen=True, repr=False)
class Showing:
    """A film that is a file in memory.

    Attributes:
        data: the file.
        suffix: its kind: .mp4, .webm, .mov or .gif.
        width: of the picture, in pixels.
    """

    data: bytes
    suffix: str
    width: int

    def save(self, path: str | Path) -> Path:
        """Write the film to a file, whole or not at all, and return its path.

        Raises:
            ValueError: if the path does not end in the film's suffix.
            OSError: if the file cannot be written.
        """
        if Path(path).suffix.lower() != self.suffix:
            raise ValueError(f"this film's file must end in {self.suffix}, got {path}")
        return write_whole(path, lambda target: target.write(self.data))

    def __repr__(self) -> str:
        return f"<film: {self.suffix}, {len(self.data) / 1e6:.1f} MB>"

    def _repr_html_(self) -> str:
        """What a notebook shows; browsers do not play a .mov."""
        if self.suffix not in _SHOWN:
            return escape(repr(self))
        return _SHOWN[self.suffix].format(width=self.width, data=b64encode(self.data).decode())


def shown(scene: type[Film], trace: Trace, quality: str = "l", suffix: str = ".mp4") -> Showing:
    """Film a race.

    Args:
        scene: the film.
        trace: the race.
        quality: Manim's letter: l (480p15), m (720p30), h (1080p60) or k (2160p60).
        suffix: the kind of file: .mp4, .webm, .mov or .gif.
    """
    module = Path(str(sys.modules[scene.__module__].__file__))
    with tempfile.TemporaryDirectory(prefix="race-film-") as folder:
        output = Path(folder, f"film{suffix}")
        transparent = trace.spec.film.theme == "transparent"
        render(partial(scene, trace=trace, output=output), module, quality, output, transparent=transparent)
        with av.open(str(output)) as film:
            width = film.streams.video[0].width
        return Showing(output.read_bytes(), suffix, width)
