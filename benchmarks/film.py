"""How fast the film is made: uv run python benchmarks/film.py [QUALITY] [tall] [light]

The default race is filmed with the real command into an empty media folder, as a whole process; the same
command, told to draw nothing, shows what of that is start-up, and Manim with an empty scene what of that is
Manim's. Then x264 alone encodes the film's frames again, with the same settings: they are decoded before the
clock starts, to the format that x264 takes. Then some frames of the same race are drawn with Manim's own
Surface (64 x 64) and Spheres, with the camera moving and still, and weighed as the film has them. Last, films
of two lengths show whether memory grows. Everything runs on this machine, one after the other; what is
compared takes turns `RUNS` times, and medians are printed.

QUALITY is l (480p15), m (720p30) or h (1080p60, the default); tall is 9:16, and light the theme.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import av
from av.video.frame import PictureType
from manim import Sphere, Surface, ThreeDScene, config, tempconfig

sys.path.insert(0, str(Path(__file__).parents[1]))  # before this folder, whose `races` is not the package

from optimizer_race import SHARES, OptimizerRace
from races import Trace, load_spec, run_race
from scenes.depth.mobjects import Trail
from scenes.race.stage import RADIUS, Stage
from scenes.render import QUALITIES
from views.captions import captions

ROOT = Path(__file__).parents[1]
RUNS = 3
SAMPLES = 3  # frames drawn with Manim's own mobjects
CHUNK = 60  # frames that are held in memory at a time
LENGTH = 35  # seconds, of the default film


def run_manim(file: Path, folder: Path, *flags: str, race: Path | None = None) -> tuple[float, float]:
    """Wall time and peak memory, in s and MB, of the command that makes the film of a scene's file."""
    environment = dict(os.environ) if race is None else {**os.environ, "RACE_CONFIG": str(race)}
    command = [sys.executable, "-m", "manim", str(file), "--media_dir", str(folder)]
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


def other_race(folder: Path, length: float, theme: str) -> Path:
    """A file that describes the same race in a film of another length and theme."""
    race = folder / "race.toml"
    film = f'length = {length}\ntheme = "{theme}"'
    race.write_text((ROOT / "race.toml").read_text().replace("length = 35", film))
    return race


def encode(path: Path, spec: Any, folder: Path) -> tuple[float, int]:
    """Seconds in which the encoder alone encodes a film's frames again, and how many there are."""
    seconds, count = 0.0, 0
    with av.open(str(path)) as source, av.open(str(folder / "again.mp4"), "w") as target:
        stream: Any = target.add_stream(spec.codec, rate=spec.frame_rate, options=dict(spec.options))
        stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, spec.pixel_format
        decoded = source.decode(video=0)
        while frames := list(itertools.islice(decoded, CHUNK)):
            for frame in frames:
                frame.pict_type = PictureType.NONE  # which the encoder is to choose
            begun = time.perf_counter()
            for frame in frames:
                target.mux(stream.encode(frame))
            seconds += time.perf_counter() - begun
            count += len(frames)
        begun = time.perf_counter()
        target.mux(stream.encode())
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


def moving_part(trace: Trace) -> float:
    """The part of the film in which the camera moves."""
    film = OptimizerRace(trace=trace)
    film.prepare()
    moves = sum(shot.end - shot.begin for shot in film.shots if shot.first != shot.last)
    before = 0.3 * SHARES["title"] + (film.rising_time + film.coming) / film.length
    return float(before + moves * SHARES["race"] + SHARES["orbit"])


def main() -> None:
    """Measure and print."""
    options = set(sys.argv[1:])
    tall, theme = "tall" in options, "light" if "light" in options else "dark"
    qualities = options - {"tall", "light"} or {"h"}
    if len(qualities) > 1 or not qualities <= set(QUALITIES):
        sys.exit(f"QUALITY is one of {', '.join(QUALITIES)}, got {' '.join(sorted(qualities))}")
    with (
        tempfile.TemporaryDirectory() as media,
        tempconfig({"quality": QUALITIES[qualities.pop()], "media_dir": media}),
    ):
        if tall:
            config.pixel_width, config.pixel_height = config.pixel_height, config.pixel_width
        folder = Path(media)
        film = ROOT / "optimizer_race.py"
        empty = folder / "empty.py"
        empty.write_text("from manim import Scene\n\nclass Empty(Scene):\n    pass\n")
        race = other_race(folder, LENGTH, theme)
        trace = run_race(load_spec(race))
        size = f"{config.pixel_width},{config.pixel_height}"
        flags = ["--resolution", size, "--fps", f"{config.frame_rate:g}"]
        part = moving_part(trace)
        spec = OptimizerRace(trace=trace).session_spec.video_encoder
        times: list[tuple[float, float, float, float]] = []
        for run in range(RUNS):
            wall, memory = run_manim(film, folder / f"{run}", *flags, race=race)
            start, _ = run_manim(film, folder, *flags, "--dry_run", "-n", "1000", race=race)
            bare, _ = run_manim(empty, folder, *flags, "--dry_run")
            (made,) = (folder / f"{run}").glob("videos/*/*/OptimizerRace*.mp4")
            alone, frames = encode(made, spec, folder)
            times.append((wall, start, bare, alone))
            print(
                f"run {run + 1}: film {wall:.1f} s, of which start-up {start:.1f} s"
                f" (an empty scene {bare:.1f} s); x264 alone {alone:.1f} s",
                flush=True,
            )
        plain = PlainRace()  # type: ignore[no-untyped-call]
        step = trace.spec.steps / 2
        moving, still = (
            statistics.median(plain.draw(trace, step, 0.1 * i, still) for i in range(SAMPLES))
            for still in (False, True)
        )
        race = other_race(folder, 2 * LENGTH, theme)
        _, longer = run_manim(film, folder / "longer", *flags, race=race)
    wall, start, bare, alone = map(statistics.median, zip(*times, strict=True))
    whole, body, begin = (
        statistics.median(ratios)
        for ratios in zip(*((w / x, (w - s) / x, s / b) for w, s, b, x in times), strict=True)
    )
    plainly = part * moving + (1 - part) * still
    print(f"film: {wall:.1f} s for {LENGTH} s of film at {size}, of which start-up {start:.1f} s")
    print(f"rendered and encoded: {frames / (wall - start):.1f} frames/s")
    print(f"x264 alone: {alone:.1f} s, {frames / alone:.1f} frames/s")
    print(f"film over x264 alone: {whole:.2f}; without the start-up {body:.2f}")
    print(f"start-up over that of an empty scene: {begin:.2f}")
    print(f"Manim's Surface and Spheres: {moving:.2f} s a frame while the camera moves, {still:.2f} s else;")
    print(
        f"  with the film's {part:.0%} of moving frames {plainly * frames / wall:.0f} times as long as ours"
    )
    print(f"memory: {memory:.0f} MB, for a film twice as long {longer:.0f} MB")


if __name__ == "__main__":
    main()
