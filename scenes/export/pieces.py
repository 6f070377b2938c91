"""The pieces that Manim has encoded: how long they are, their pictures, and all of them in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from typing import Any, NamedTuple

import av
from av.container import InputContainer
from manim import SceneFileWriter, __version__

from support.pictures import Picture

File = str  # of a piece


class Chapter(NamedTuple):
    """A chapter of a film.

    Attributes:
        name: its name.
        begin: in seconds.
        end: in seconds.
    """

    name: str
    begin: Fraction
    end: Fraction


def length(piece: File) -> int:
    """The number of frames of a piece."""
    with av.open(piece) as source:
        stream = source.streams.video[0]
        return stream.frames or sum(packet.size > 0 for packet in source.demux(stream))


def pictures(piece: File) -> Iterator[Picture]:
    """The frames of a piece, RGBA of shape (height, width, 4), not premultiplied."""
    with av.open(piece) as source:
        stream = source.streams.video[0]
        frames: Iterator[Any] = source.decode(stream)
        if stream.codec_context.name == "vp9":  # FFmpeg's own decoder drops the opacity
            decoder: Any = av.CodecContext.create("libvpx-vp9", "r")
            frames = (frame for packet in source.demux(stream) for frame in decoder.decode(packet))
        for frame in frames:
            yield frame.to_ndarray(format="rgba")


def join(pieces: Sequence[File], output: str, chapters: Sequence[Chapter] = ()) -> None:
    """Write pieces into one file, as they are encoded.

    Args:
        pieces: the files, all of one kind.
        output: the file to write; its suffix decides the kind.
        chapters: of the film.
    """
    with joined(pieces) as source, av.open(output, "w") as film:
        film.metadata["comment"] = f"Rendered with Manim Community v{__version__}"
        film.set_chapters(
            [
                {
                    "id": number,
                    "start": round(1000 * chapter.begin),
                    "end": round(1000 * chapter.end),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": chapter.name},
                }
                for number, chapter in enumerate(chapters)
            ]
        )
        stream = source.streams.video[0]
        out = film.add_stream_from_template(stream)
        out.codec_context.codec_tag = stream.codec_context.codec_tag  # says which ProRes it is
        for packet in source.demux(stream):
            if packet.dts is None:  # the last one, which is empty
                continue
            packet.dts = None  # those of two pieces may overlap; libav computes them
            packet.stream = out
            film.mux(packet)


@contextmanager
def joined(pieces: Sequence[File]) -> Iterator[InputContainer]:
    """Pieces as if they were one file."""
    manifest = BytesIO(SceneFileWriter._concat_manifest_bytes(list(pieces)))
    with av.open(manifest, "r", format="concat", options={"safe": "0"}) as source:
        yield source
