"""`FilmWriter`: Manim's film writer, except that a file gets its name only once it is complete.

Manim takes a partial movie file left behind by a killed render for a finished one. And where the background
is transparent it writes premultiplied colours, which gives dark edges.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream
from manim import SceneFileWriter, config
from manim._config.output_plan import OutputPlan
from manim.scene.video_segment_encoder import VideoSegmentEncoder
from PIL import Image
from srt import compose

from scenes.export.captions import Said, subtitles
from scenes.export.gif import write_small_gif
from scenes.export.loop import closing
from scenes.export.pieces import Chapter, join, length
from scenes.signals import unbroken
from support.pictures import Picture, straight
from support.whole_files import require_writable, write_whole

_BT709 = 1  # the primaries and the transfer of HD video, as FFmpeg numbers them
# Seconds until Python's lock passes from the drawing thread to the encoding one, which needs it a few times
# for each frame. Python's default of 5 ms would cost a third of a frame's time each.
_HANDOVER = 5e-5


class FilmWriter(SceneFileWriter):
    """Pass it as a renderer's `file_writer_class`.

    The film's sections are its chapters, what is said in it is a file of captions beside it, and it may end
    with a fade to where it began.

    Args:
        settings: Manim's.
        race: the race's name, which follows the scene's in the file name, unless a name was given.
        output: the file to write instead.
        loop: the length of the fade at the end, in seconds; 0 for none.
        chapters: the names of sections as chapters, by their own names; by default those.

    Raises:
        OSError: if the file cannot be written there.
    """

    def __init__(
        self,
        settings: Any,
        *,
        race: str = "",
        output: Path | None = None,
        loop: float = 0.0,
        chapters: Mapping[str, str] | None = None,
    ) -> None:
        plan = settings.plan
        if race and not config.output_file:
            plan = _named(plan, race)
        if output:
            plan = _elsewhere(plan, output.absolute())
        self._said: list[Said] = []
        self._loop, self._names = loop, chapters or {}
        super().__init__(replace(settings, plan=plan))
        for path in (plan.primary_artifact, plan.concat_manifest):
            if path and path != plan.image_sequence_dir:
                require_writable(path)
        self._handover = sys.getswitchinterval()

    def _create_segment_encoder(self, target: Path) -> VideoSegmentEncoder:
        if self.video_encoder is None:
            raise RuntimeError("no video is written")
        sys.setswitchinterval(_HANDOVER)
        return SegmentEncoder(target=target, spec=self.video_encoder)

    def open_partial_movie_stream(self, **options: Any) -> None:
        """Open a partial file; the film is not ended before there is a job that would remove it."""
        with unbroken():
            super().open_partial_movie_stream(**options)

    def _join_job(self, job: Any) -> None:
        # Python takes a thread whose `join` is interrupted for ended, and would not wait for it at exit.
        with unbroken():
            super()._join_job(job)

    def say(self, words: str, after: float = 0.0) -> None:
        """Add a caption, which stays until the next one.

        Args:
            words: of the caption.
            after: how many seconds from now it begins.
        """
        self._said.append(Said(words, len(self.partial_movie_files), after))

    def finish(self) -> None:
        """Join the partial files into the film."""
        try:
            if self.video_encoder is not None and any(self.partial_movie_files):
                self.join_all_encode_jobs()
                if self._loop:
                    self._close()
                self.subcaptions += subtitles(self._said, [float(begin) for begin in self._begins()])
            super().finish()
        finally:
            sys.setswitchinterval(self._handover)

    def _close(self) -> None:
        """Add the piece that leads back to the beginning."""
        encoder = cast("Any", self.video_encoder)
        pieces = [piece for piece in self.partial_movie_files if piece]
        self.add_partial_movie_file("closing")
        target = Path(str(self.partial_movie_files[-1]))
        piece = SegmentEncoder(target=target, spec=encoder)
        try:
            for picture in closing(pieces[0], pieces[-1], round(self._loop * encoder.frame_rate)):
                piece.write_frame(picture)
            piece.finish()
        except BaseException:
            piece.abort()
            raise

    def _begins(self) -> list[Fraction]:
        """When each piece begins, and at last when the film ends, in seconds."""
        lengths = [length(piece) if piece else 0 for piece in self.partial_movie_files]
        rate = cast("Any", self.video_encoder).frame_rate
        return [count / rate for count in accumulate(lengths, initial=0)]

    def _chapters(self) -> list[Chapter]:
        """The sections that have a length."""
        begins = self._begins()
        counts = accumulate((len(section.partial_movie_files) for section in self.sections), initial=0)
        ends = [begins[count] for count in counts]
        return [
            Chapter(self._chapter(section.name), begin, end)
            for section, (begin, end) in zip(self.sections, pairwise(ends), strict=True)
            if end > begin
        ]

    def _chapter(self, section: str) -> str:
        """A section's name as a chapter: its first word may be another one."""
        first, *rest = section.split(" ", 1)
        return " ".join([self._names.get(first, first), *rest])

    def write_subcaption_file(self) -> None:
        """Write the captions; a GIF has none."""
        file = self.output_plan.subcaption_file
        if self.output_spec.is_video and not self.output_spec.is_gif and file:
            content = compose(self.subcaptions).encode()
            write_whole(file, lambda target: target.write(content))

    def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None:
        """Abandon the file being written. Its error is raised, and not also logged with a traceback."""
        log = logging.getLogger("manim")
        level = log.level
        log.setLevel(logging.CRITICAL)
        try:
            super().abort_encode_jobs(reraise_encoder_failures)
        finally:
            log.setLevel(level)
            sys.setswitchinterval(self._handover)

    def save_image(self, pixels: Any) -> None:
        """Write a still image to a file that gets its name at the end."""
        if not self.output_spec.enabled:
            return
        file = self.image_file_path
        file.parent.mkdir(parents=True, exist_ok=True)
        part = _part(file)
        try:
            Image.fromarray(straight(pixels)).save(part)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        self.print_file_ready_message(file)

    def combine_files(
        self, input_files: list[str], output_file: Path, create_gif: bool = False, *_: Any
    ) -> None:
        """Join partial files into a file that gets its name at the end."""
        output_file.parent.mkdir(parents=True, exist_ok=True)
        part = _part(output_file)
        try:
            if create_gif:
                encoder = cast("Any", self.video_encoder)
                pixels = encoder.width * encoder.height
                write_small_gif(input_files, str(part), float(self._begins()[-1]), pixels)
            else:
                whole = output_file == self.output_plan.primary_artifact
                join(input_files, str(part), self._chapters() if whole else ())
            part.replace(output_file)
        finally:
            part.unlink(missing_ok=True)


class SegmentEncoder(VideoSegmentEncoder):
    """Encodes a partial file; a picture shown for several frames is converted once."""

    def __init__(self, *, target: Path, spec: Any) -> None:
        super().__init__(target=_part(target), spec=spec)
        self._part, self.target = self.target, target
        self._reformatter = VideoReformatter()
        self._last: tuple[Picture, av.VideoFrame] | None = None
        self._transparent = any(part.is_alpha for part in av.VideoFormat(spec.pixel_format).components)
        # Colours are those of HD video, and say so: a player would have to guess.
        self._colours: dict[str, Any] = {}
        if not av.VideoFormat(spec.pixel_format).is_rgb:
            self._colours = {"dst_colorspace": Colorspace.ITU709, "dst_color_range": ColorRange.MPEG}
            context: Any = self._stream.codec_context
            context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
            context.color_primaries = context.color_trc = _BT709
        self._time_base = Fraction(spec.frame_rate.denominator, spec.frame_rate.numerator)

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        """Encode a picture, RGBA of shape (height, width, 4), for `repeat` frames.

        As with Manim's writer, the picture must not change afterwards.
        """
        self._validate_frame(pixels, repeat)
        if self._transparent:
            pixels = straight(pixels)
        frame = self._converted(pixels)
        try:
            stream = cast("VideoStream", self._stream)
            for _ in range(repeat):
                frame.pts = self._next_pts
                self._next_pts += 1
                self._container.mux(stream.encode(frame))
        except Exception as error:
            raise self._operation_error("encode", error) from error

    def _converted(self, pixels: Picture) -> av.VideoFrame:
        """A picture in the film's format; the conversion of a repeated picture is reused."""
        if self._last is None or not _same(self._last[0], pixels):
            shown = av.VideoFrame.from_numpy_buffer(pixels, format="rgba")
            # With subsampled colours, each is the mean of four pixels. On one thread, like the encoding: the
            # other core draws.
            frame = self._reformatter.reformat(
                shown,
                format=self.spec.pixel_format,
                interpolation=Interpolation.AREA,
                threads=1,
                **self._colours,
            )
            frame.time_base = self._time_base
            self._last = pixels, frame
        return self._last[1]

    def finish(self) -> None:
        """Write the remaining frames, and give the file its name."""
        super().finish()
        self._part.replace(self.target)

    def abort(self) -> None:
        """Remove the partial file; its error has been reported, so errors of closing it are ignored."""
        with suppress(Exception):
            super().abort()
        self._part.unlink(missing_ok=True)


def _same(before: Picture, after: Picture) -> bool:
    """Whether two pictures are equal; a few rows rule out most that are not."""
    return np.array_equal(before[::16], after[::16]) and np.array_equal(before, after)


def _part(file: Path) -> Path:
    """The unique name of a file until it is complete.

    Partial files left beside it by killed processes are removed.
    """
    for left in file.parent.glob(f".*.part{file.suffix}"):
        process = re.fullmatch(r"\.[0-9a-f]{8}-(\d+)\.part", left.stem)
        if process and not _runs(int(process[1])):
            left.unlink(missing_ok=True)
    return file.with_name(f".{secrets.token_hex(4)}-{os.getpid()}.part{file.suffix}")


def _runs(process: int) -> bool:
    """Whether a process is running, as far as one can tell."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # a process of another user
        return True
    return True


def _elsewhere(plan: OutputPlan, output: Path) -> OutputPlan:
    """A plan with another file for the film, and what comes with the film beside that."""
    return replace(
        plan,
        output_stem=output.stem,
        primary_artifact=output,
        sections_dir=plan.sections_dir and output.with_name(f"{output.stem}-sections"),
        section_index=plan.section_index and output.with_name(f"{output.stem}-sections") / "sections.json",
        subcaption_file=plan.subcaption_file and output.with_suffix(".srt"),
    )


def _named(plan: OutputPlan, race: str) -> OutputPlan:
    """A plan with the race's name after the scene's in all file names, and in the folder of partial files."""
    name = f"{plan.output_stem}-{race}"

    def named(path: Path | None) -> Path | None:
        return path and path.with_name(path.name.replace(plan.output_stem, name, 1))

    pieces, manifest = named(plan.segment_cache_dir), plan.concat_manifest
    return replace(
        plan,
        output_stem=name,
        primary_artifact=named(plan.primary_artifact),
        fallback_image=named(plan.fallback_image),
        image_sequence_dir=named(plan.image_sequence_dir),
        segment_cache_dir=pieces,
        section_index=named(plan.section_index),
        subcaption_file=named(plan.subcaption_file),
        concat_manifest=pieces and manifest and pieces / manifest.name,
    )
