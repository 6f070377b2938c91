"""`write_gif`: pieces of film as a GIF with a palette of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import av.filter

from scenes.export.pieces import File, joined

_RATES = (Fraction(10), Fraction(20, 3), Fraction(5))  # frames a second: whole hundredths of a second each
_RATE, _PIXELS = 0.3e6, 854 * 480  # bytes a second, and of pictures how large
_LEAST = 1e6  # bytes that need not be saved


def write_gif(pieces: Sequence[File], output: str, rate: Fraction | int, *before: tuple[str, str]) -> None:
    """Write pieces of film as a GIF.

    Its 256 colours are those that show the whole film best. A fixed pattern mixes them: unlike one that
    spreads errors, it stays where nothing moves, and so takes little room.

    Args:
        pieces: the files.
        output: the GIF.
        rate: its frames a second.
        before: filters of FFmpeg to apply before, each with its options.
    """
    with joined(pieces) as source, av.open(output, "w") as film:
        stream = source.streams.video[0]
        graph = av.filter.Graph()
        last = graph.add_buffer(template=stream)
        for name, options in (*before, ("split", "")):
            following = graph.add(name, options)
            last.link_to(following)
            last = following
        palette = graph.add("palettegen", "stats_mode=full")
        use = graph.add("paletteuse", "dither=bayer:bayer_scale=5:diff_mode=rectangle")
        sink = graph.add("buffersink")
        last.link_to(palette, 0, 0)
        last.link_to(use, 1, 0)
        palette.link_to(use, 0, 1)
        use.link_to(sink)
        graph.configure()
        for frame in source.decode(stream):
            graph.push(frame)
        graph.push(None)
        out = film.add_stream("gif", rate=rate)
        out.pix_fmt = "pal8"
        for number, picture in enumerate(_pulled(graph)):
            if number == 0:
                out.width, out.height = picture.width, picture.height
            picture.pts, picture.time_base = number, 1 / Fraction(rate)
            film.mux(out.encode(picture))
        film.mux(out.encode())


def write_small_gif(pieces: Sequence[File], output: str, seconds: float, pixels: int) -> None:
    """Write pieces of film as a GIF of at most 6 MB for 20 seconds at 480p, if fewer frames can make it so.

    Fewer colours would show as bands.

    Args:
        pieces: the files, at 10 frames a second.
        output: the GIF.
        seconds: the film's length.
        pixels: of each picture.
    """
    most = max(_LEAST, _RATE * seconds * pixels / _PIXELS)
    for rate in _RATES:
        write_gif(pieces, output, rate, ("fps", f"{rate.numerator}/{rate.denominator}"))
        if Path(output).stat().st_size <= most:
            return


def _pulled(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    """What a graph gives, once everything is in it."""
    while True:
        try:
            frame = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return
        if isinstance(frame, av.VideoFrame):
            yield frame
