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
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream
from manim import SceneFileWriter, config
from manim._config.output_plan import OutputPlan
from manim.scene.video_segment_encoder import VideoSegmentEncoder
from PIL import Image

from support.pictures import Picture, straight
from support.whole_files import require_writable

# Seconds until Python's lock passes from the drawing thread to the encoding one, which needs it a few times
# for each frame. Python's default of 5 ms would cost a third of a frame's time each.
_HANDOVER = 5e-5


class FilmWriter(SceneFileWriter):
    """Pass it as a renderer's `file_writer_class`.

    Args:
        settings: Manim's.
        race: the race's name, which follows the scene's in the file name, unless a name was given.
        output: the file to write instead.

    Raises:
        OSError: if the file cannot be written there.
    """

    def __init__(self, settings: Any, *, race: str = "", output: Path | None = None) -> None:
        plan = settings.plan
        if race and not config.output_file:
            plan = _named(plan, race)
        if output:
            plan = replace(plan, primary_artifact=output.absolute())
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

    def finish(self) -> None:
        """Join the partial files into the film."""
        try:
            super().finish()
        finally:
            sys.setswitchinterval(self._handover)

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

    def combine_files(self, input_files: list[str], output_file: Path, *flags: Any, **options: Any) -> None:
        """Join partial files into a file that gets its name at the end."""
        part = _part(output_file)
        try:
            super().combine_files(input_files, part, *flags, **options)
            part.replace(output_file)
        finally:
            part.unlink(missing_ok=True)


class SegmentEncoder(VideoSegmentEncoder):
    """Encodes a partial file; a picture shown for several frames is converted once."""

    def __init__(self, *, target: Path, spec: Any) -> None:
        part = _part(target)
        try:
            super().__init__(target=part, spec=spec)
        except BaseException:  # also where the film is ended just when the file has been opened
            part.unlink(missing_ok=True)
            raise
        self._part, self.target = self.target, target
        self._reformatter = VideoReformatter()
        self._last: tuple[Picture, av.VideoFrame] | None = None
        self._transparent = any(part.is_alpha for part in av.VideoFormat(spec.pixel_format).components)
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
                shown, format=self.spec.pixel_format, interpolation=Interpolation.AREA, threads=1
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
