"""Make the pictures in media/gallery anew: uv run python script/gallery.py

The film of race.toml at 720p, the race in it as an animation for the README, a still of every surface after
its race, and of the race of a network in moons-network.toml two stills and the film, at 480p; and maps of
the basins of three surfaces.
"""

from __future__ import annotations

import shutil
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import av.filter
from manim import tempconfig

from comparison import basin_map
from optimizer_race import CLOSING, SHARES, OptimizerRace
from races import RaceSpec, load_spec, run_race
from scenes.decision_boundaries import DecisionBoundaries
from scenes.named_output import HOME
from scenes.render import render
from surfaces import SURFACES
from views.figures.maps import save_map

GALLERY = HOME / "media" / "gallery"
BASINS = ("himmelblau", "funky", "rastrigin")  # surfaces whose basins are mapped
NETWORK = "moons-network"  # the race of a network, and its picture
WIDTH, RATE = 600, 10  # of the animation, in pixels and frames a second


def main() -> None:
    """Make everything, in a folder beside, and put it in place at the end."""
    with tempfile.TemporaryDirectory() as media:
        made = Path(media) / "gallery"
        made.mkdir()
        race = load_spec(HOME / "race.toml")
        film(race, made / "optimizer-race.mp4", media, "m")
        animate(made / "optimizer-race.mp4", made / "optimizer-race.gif", race.film.length)
        for name in SURFACES:
            still(load_spec(HOME / "race.toml", surface=name), made / f"{name}.png", media)
        network = load_spec(GALLERY / f"{NETWORK}.toml")
        film(network, made / f"{NETWORK}.mp4", media, "l")
        still(network, made / f"{NETWORK}.png", media)
        still(network, made / "moons-boundaries.png", media, DecisionBoundaries)
        for name in BASINS:
            spec = load_spec(HOME / "race.toml", surface=name)
            save_map(basin_map(spec), spec, made / f"{name}-basins.png")
        GALLERY.mkdir(parents=True, exist_ok=True)
        for path in sorted(made.iterdir()):
            shutil.copy(path, GALLERY / path.name)
            print(f"{path.stat().st_size / 1e6:6.2f} MB  {path.name}")


def film(spec: RaceSpec, path: Path, media: str, quality: str) -> None:
    """The film of a race."""
    trace = run_race(spec)
    with tempconfig({"media_dir": media}):
        made = render(lambda: OptimizerRace(trace=trace), HOME / "optimizer_race.py", quality)
    shutil.copy(made, path)


def still(
    spec: RaceSpec, path: Path, media: str, scene: type[OptimizerRace | DecisionBoundaries] = OptimizerRace
) -> None:
    """The racers when they have run."""
    trace = run_race(spec)
    with tempconfig({"media_dir": media, "quality": "medium_quality", "dry_run": True}):
        picture = scene(trace=trace).still(trace.spec.steps)
    picture.convert("RGB").quantize(256).save(path, optimize=True)


def animate(film: Path, path: Path, length: float) -> None:
    """The race out of a film, smaller and at fewer frames, as a GIF with a palette of its own."""
    begin = (SHARES["title"] + SHARES["rise"] + (1 - CLOSING) * SHARES["start"]) * length
    end = begin + (CLOSING * SHARES["start"] + SHARES["race"]) * length
    with av.open(str(film)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        height = WIDTH * stream.height // stream.width
        graph = av.filter.Graph()
        first = graph.add_buffer(template=stream)
        steps = [
            graph.add("trim", f"start={begin}:end={end}"),
            graph.add("setpts", "PTS-STARTPTS"),
            graph.add("fps", f"{RATE}"),
            graph.add("scale", f"{WIDTH}:{height}:flags=lanczos"),
        ]
        for step in steps:
            first.link_to(step)
            first = step
        split, palette, use = (
            graph.add("split"),
            graph.add("palettegen", "max_colors=160"),
            graph.add("paletteuse", "dither=none:diff_mode=rectangle"),
        )
        sink = graph.add("buffersink")
        first.link_to(split)
        split.link_to(palette, 0, 0)
        split.link_to(use, 1, 0)
        palette.link_to(use, 0, 1)
        use.link_to(sink)
        graph.configure()
        for frame in source.decode(stream):
            graph.push(frame)
        graph.push(None)
        out = target.add_stream("gif", rate=RATE)
        out.width, out.height, out.pix_fmt = WIDTH, height, "pal8"
        for number in range(round((end - begin) * RATE) + 2):
            try:
                shown = graph.pull()
            except (av.error.EOFError, av.error.BlockingIOError):
                break
            if isinstance(shown, av.AudioFrame):
                continue
            shown.pts, shown.time_base = number, Fraction(1, RATE)
            target.mux(out.encode(shown))
        target.mux(out.encode())


if __name__ == "__main__":
    main()
