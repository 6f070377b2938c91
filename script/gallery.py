"""Make the pictures in media/gallery anew: uv run python script/gallery.py

The film of race.toml at 720p, and at 480p upright, on a light ground and in French; the race in it as an
animation for the README, a still of every surface after its race, and of the race of a network in
moons-network.toml two stills and the film, at 480p; and the basins of three surfaces, of one in a film's
still.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from manim import config, tempconfig

from comparison import basin_map
from optimizer_race import CLOSING, SHARES, OptimizerRace
from races import RaceSpec, load_spec, run_race
from scenes.basin_map import BasinMap
from scenes.decision_boundaries import DecisionBoundaries
from scenes.export.gif import write_gif
from scenes.named_output import HOME
from scenes.render import render
from surfaces import SURFACES
from views.figures.maps import save_map

GALLERY = HOME / "media" / "gallery"
BASINS = ("himmelblau", "funky", "rastrigin")  # surfaces whose basins are mapped
NETWORK = "moons-network"  # the race of a network, and its picture
WIDTH, RATE = 600, 10  # of the animation, in pixels and frames a second
UPRIGHT = (480, 854)  # pixels of the film for phones


def main() -> None:
    """Make everything, in a folder beside, and put it in place at the end."""
    with tempfile.TemporaryDirectory() as media:
        made = Path(media) / "gallery"
        made.mkdir()
        race = load_spec(HOME / "race.toml")
        film(race, made / "optimizer-race.mp4", media, "m")
        film(race, made / "optimizer-race-upright.mp4", media, "l", UPRIGHT)
        film(race.in_theme("light"), made / "optimizer-race-light.mp4", media, "l")
        french = race.model_copy(update={"film": race.film.model_copy(update={"language": "fr"})})
        film(french, made / "optimizer-race-fr.mp4", media, "l")
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
        basins = load_spec(HOME / "race.toml", surface=BASINS[0])
        still(basins, made / f"{BASINS[0]}-basin-film.png", media, BasinMap, at=basins.steps // 3)
        GALLERY.mkdir(parents=True, exist_ok=True)
        for path in sorted(made.iterdir()):
            shutil.copy(path, GALLERY / path.name)
            print(f"{path.stat().st_size / 1e6:6.2f} MB  {path.name}")


def film(spec: RaceSpec, path: Path, media: str, quality: str, pixels: tuple[int, int] | None = None) -> None:
    """The film of a race, at a quality's size or another one."""
    trace = run_race(spec)

    def make() -> OptimizerRace:
        if pixels:
            config.pixel_width, config.pixel_height = pixels
        return OptimizerRace(trace=trace)

    with tempconfig({"media_dir": media}):
        made = render(make, HOME / "optimizer_race.py", quality)
    shutil.copy(made, path)


def still(
    spec: RaceSpec,
    path: Path,
    media: str,
    scene: type[OptimizerRace | DecisionBoundaries | BasinMap] = OptimizerRace,
    at: int | None = None,
) -> None:
    """The racers when they have run, or at a step."""
    trace = run_race(spec)
    with tempconfig({"media_dir": media, "quality": "medium_quality", "dry_run": True}):
        picture = scene(trace=trace).still(trace.spec.steps if at is None else at)
    picture.convert("RGB").quantize(256).save(path, optimize=True)


def animate(film: Path, path: Path, length: float) -> None:
    """The race out of a film, smaller and at fewer frames, as a GIF with a palette of its own."""
    begin = (SHARES["title"] + SHARES["rise"] + (1 - CLOSING) * SHARES["start"]) * length
    end = begin + (CLOSING * SHARES["start"] + SHARES["race"]) * length
    write_gif(
        [str(film)],
        str(path),
        RATE,
        ("trim", f"start={begin}:end={end}"),
        ("setpts", "PTS-STARTPTS"),
        ("fps", f"{RATE}"),
        ("scale", f"{WIDTH}:-2:flags=lanczos"),
    )


if __name__ == "__main__":
    main()
