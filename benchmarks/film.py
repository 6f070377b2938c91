"""How fast the film is made: uv run python benchmarks/film.py [QUALITY]

The default race is filmed with the real command into an empty media folder, as a whole process; the same
command, told to draw nothing, shows what of that is start-up. Then the film's frames are encoded again,
alone, with the same encoder and settings; they are decoded before the clock starts. Then some frames of the
same race are drawn with Manim's own Surface (64 x 64) and Spheres, with the camera moving and still, and
weighed as the film has them. Last, films of two lengths show whether memory grows. Everything runs on this
machine, one after the other; film, start-up and encoder take turns `RUNS` times, and medians are printed.

QUALITY is l (480p15), m (720p30) or h (1080p60, the default).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from manim import Sphere, Surface, ThreeDScene, tempconfig
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))  # before this folder, whose `races` is not the package

from optimizer_race import CLOSING, GOING, SHARES, OptimizerRace
from races import Trace, load_spec, run_race
from scenes.depth.mobjects import Trail
from scenes.race.stage import RADIUS, Stage
from scenes.render import QUALITIES
from scenes.writer import SegmentEncoder
from views.captions import captions

ROOT = Path(__file__).parents[1]
RUNS = 3
SAMPLES = 3  # frames drawn with Manim's own mobjects
CHUNK = 60  # frames that are held in memory at a time
# The part of the film in which the camera moves.
MOVING = CLOSING * SHARES["start"] + GOING * SHARES["race"] + SHARES["orbit"]

Picture = NDArray[np.uint8]


def run_manim(quality: str, folder: Path, *flags: str, race: Path | None = None) -> tuple[float, float]:
    """Wall time and peak memory, in s and MB, of the command that makes the film."""
    environment = dict(os.environ) if race is None else {**os.environ, "RACE_CONFIG": str(race)}
    command = [sys.executable, "-m", "manim", f"-q{quality}", "optimizer_race.py", "--media_dir", str(folder)]
    quiet = ["--progress_bar", "none", "-v", "ERROR"]
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603
        [*command, *quiet, *flags], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    seconds = time.perf_counter() - begun
    if status:
        sys.exit("the film was not made")
    return seconds, usage.ru_maxrss / 1024


def longer_race(folder: Path, length: float) -> Path:
    """A file that describes the same race in a film of another length."""
    race = folder / "race.toml"
    race.write_text((ROOT / "race.toml").read_text().replace("length = 35", f"length = {length}"))
    return race


def chunks(path: Path) -> Iterator[list[Picture]]:
    """The film's frames, RGBA, some at a time."""
    with av.open(str(path)) as container:
        held: list[Any] = []
        for frame in container.decode(video=0):
            held.append(np.ascontiguousarray(frame.to_ndarray(format="rgba")))
            if len(held) == CHUNK:
                yield held
                held = []
        yield held


def encode(path: Path, spec: Any, folder: Path) -> tuple[float, int]:
    """Seconds to encode the film's frames again, and how many there are."""
    encoder = SegmentEncoder(target=folder / "again.mp4", spec=spec)
    seconds, count = 0.0, 0
    for pictures in chunks(path):
        begun = time.perf_counter()
        for picture in pictures:
            encoder.write_frame(picture)
        seconds += time.perf_counter() - begun
        count += len(pictures)
    begun = time.perf_counter()
    encoder.finish()
    return seconds + time.perf_counter() - begun, count


class PlainRace(ThreeDScene):
    """The race drawn with Manim's own mobjects, as it is at a step."""

    def draw(self, trace: Trace, step: float, turn: float, still: bool) -> float:
        """Seconds to draw one frame; while the camera stands still, the surface is drawn before."""
        stage = Stage(trace, captions("en"))
        surface = trace.surface
        hill = Surface(
            stage.box.on_surface,  # type: ignore[arg-type]
            u_range=surface.u_range,
            v_range=surface.v_range,
            resolution=(64, 64),
        )
        stage.runners.at(step)
        balls = [Sphere(ball.get_center(), radius=RADIUS) for ball in stage.runners.balls]
        trails = [trail.plain() for trail in stage.runners.trails if isinstance(trail, Trail)]
        self.set_camera_orientation(phi=stage.phi, theta=stage.theta + turn)
        if still:
            self.camera.reset()
            self.camera.capture_mobjects([hill])
            ground = self.camera.pixel_array.copy()
            begun = time.perf_counter()
            self.camera.set_frame_to_background(ground)
            self.camera.capture_mobjects([*balls, *trails])
        else:
            begun = time.perf_counter()
            self.camera.reset()
            self.camera.capture_mobjects([hill, *balls, *trails])
        return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    quality = sys.argv[1] if len(sys.argv) > 1 else "h"
    if quality not in QUALITIES:
        sys.exit(f"QUALITY is one of {', '.join(QUALITIES)}, got {quality}")
    trace = run_race(load_spec(ROOT / "race.toml"))
    times: list[tuple[float, float, float, int]] = []
    with (
        tempfile.TemporaryDirectory() as media,
        tempconfig({"quality": QUALITIES[quality], "media_dir": media}),
    ):
        spec = OptimizerRace(trace=trace).session_spec.video_encoder
        for run in range(RUNS):
            folder = Path(media) / f"{run}"
            folder.mkdir()
            wall, memory = run_manim(quality, folder)
            start, _ = run_manim(quality, folder / "nothing", "--dry_run", "-n", "1000")
            (made,) = folder.glob("videos/*/*/OptimizerRace.mp4")
            again, frames = encode(made, spec, folder)
            times.append((wall, start, again, frames))
            print(
                f"run {run + 1}: film {wall:.1f} s, of which start-up {start:.1f} s;"
                f" its frames encoded again {again:.1f} s"
            )
        plain = PlainRace()  # type: ignore[no-untyped-call]
        step = trace.spec.steps / 2
        moving, still = (
            statistics.median(plain.draw(trace, step, 0.1 * i, still) for i in range(SAMPLES))
            for still in (False, True)
        )
        folder = Path(media) / "longer"
        folder.mkdir()
        _, longer = run_manim(quality, folder, race=longer_race(folder, 2 * trace.spec.film.length))
    wall, start, again = (statistics.median(run[i] for run in times) for i in range(3))
    ratio, whole = (statistics.median((run[0] - less * run[1]) / run[2] for run in times) for less in (1, 0))
    frames, seconds = times[0][3], trace.spec.film.length
    plainly = MOVING * moving + (1 - MOVING) * still
    print(f"film: {wall:.1f} s for {seconds} s of film, of which start-up {start:.1f} s")
    print(f"rendered and encoded: {frames / (wall - start):.1f} frames/s")
    print(f"its frames encoded again: {again:.1f} s, {frames / again:.1f} frames/s")
    print(f"ratio {ratio:.2f}; with the start-up {whole:.2f}")
    print(f"Manim's Surface and Spheres: {moving:.2f} s a frame while the camera moves, {still:.2f} s else;")
    print(
        f"  with the film's {MOVING:.0%} of moving frames {plainly * frames / wall:.0f} times as long as ours"
    )
    print(f"memory: {memory:.0f} MB, for a film twice as long {longer:.0f} MB")


if __name__ == "__main__":
    main()
