"""Make the pictures of docs/neuron-to-landscape.md anew: uv run python script/network_pictures.py

The graph of a neuron, and the tutorial's race on a network's loss: its plot, and a frame from two films.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from manim import tempconfig
from PIL import Image

from autograd import Tensor, draw_dot
from networks import Neuron
from optimizer_race import OptimizerRace
from races import Trace, load_spec, run_race
from scenes.decision_boundaries import DecisionBoundaries
from views.figures import save_figure

DOCS = Path(__file__).parents[1] / "docs"
FOLDER = DOCS / "networks"
PAGE = DOCS / "neuron-to-landscape.md"


def main() -> None:
    """Make them all."""
    trace = race()
    save_figure(trace, FOLDER / "race.png")
    film(OptimizerRace, trace, trace.spec.steps, FOLDER / "film.png")
    film(DecisionBoundaries, trace, trace.spec.steps // 2, FOLDER / "boundaries.png")
    neuron(FOLDER / "neuron.png")
    for path in sorted(FOLDER.glob("*.png")):
        # The maximum coverage keeps apart the light greys of the contours, which are few colours among many.
        picture = Image.open(path).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE)
        picture.save(path, optimize=True)
        print(f"{path.stat().st_size / 1e3:6.0f} kB  {path.name}")


def race() -> Trace:
    """The race that the page's TOML describes."""
    toml = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moons.toml"
        path.write_text(toml, encoding="utf-8")
        return run_race(load_spec(path))


def film(scene: type[Any], trace: Trace, step: int, path: Path) -> None:
    """A film's frame at a step."""
    with tempfile.TemporaryDirectory() as media:
        settings = {"media_dir": media, "quality": "low_quality", "dry_run": True}
        with tempconfig(settings):
            scene(trace=trace).still(step).save(path)


def neuron(path: Path) -> None:
    """The page's neuron, with values and gradients."""
    one = Neuron(2)
    one.w[0].data, one.w[1].data, one.b.data = 0.5, -0.5, 1.0
    out = one([Tensor(1.0), Tensor(-2.0)])
    out.backward()
    draw_dot(out, format="png").render(outfile=path, cleanup=True)


if __name__ == "__main__":
    main()
