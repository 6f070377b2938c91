"""The films and the mobjects in a notebook: Manim's %manim and %%manim."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import manim
import pytest
from IPython.core.formatters import DisplayFormatter
from PIL import Image

import scenes.render
from optimizer_race import film
from races import run_race
from scenes.contour_race import ContourRace
from tests.races.helpers import race
from views.figures import figure

ROOT = Path(__file__).parents[2]
FLAGS = "-ql --disable_caching -v ERROR --progress_bar none --resolution 128,72 --fps 2"


def example() -> str:
    """The scene that the package's documentation shows."""
    _, _, code = (scenes.__doc__ or "").partition("::\n")
    return textwrap.dedent(code)


CELLS = {
    "Valley": f"%%manim {FLAGS} Valley\n{example()}",
    "OptimizerRace": f"from optimizer_race import OptimizerRace\n%manim {FLAGS} OptimizerRace",
    "Mine": f"%%manim {FLAGS} Mine\nclass Mine(OptimizerRace):\n    pass",
    "ContourRace": f"%%manim {FLAGS} ContourRace\nfrom scenes.contour_race import ContourRace",
}
FIRST = (
    "from manim import *\nfrom scenes import *\nfrom surfaces import get_surface\nconfig.media_embed = False"
)


def test_cells_of_a_notebook_make_films(tmp_path: Path) -> None:
    race = tmp_path / "race.toml"
    race.write_text('surface = "slope"\nsteps = 9\n[film]\nlength = 20\n[[racer]]\noptimizer = "adam"\n')
    script = "import sys\nfrom IPython.core.interactiveshell import InteractiveShell\n"
    script += "shell = InteractiveShell.instance()\n"
    for cell in (FIRST, *CELLS.values()):
        script += f"shell.run_cell({cell!r}).raise_error()\n"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={
            **os.environ,
            "RACE_CONFIG": str(race),
            "PYTHONPATH": str(ROOT),
            "IPYTHONDIR": str(tmp_path / "i"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("display.Video") == len(CELLS)
    shown = {path.name.split("@")[0]: path for path in (tmp_path / "media/jupyter").glob("*.mp4")}
    assert shown.keys() == CELLS.keys()
    for name, path in shown.items():
        with av.open(str(path)) as container:
            pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
        assert len(pictures) == pytest.approx(4 if name == "Valley" else 41, abs=4)
        assert pictures[-1].max() > 100


def displayed(thing: Any) -> dict[str, Any]:
    """What a notebook is given to show, by its kind."""
    formats: Any = DisplayFormatter().format
    return dict(formats(thing)[0])


def test_a_figure_shows_itself() -> None:
    picture = Image.open(BytesIO(displayed(figure(run_race(race(steps=5))))["image/png"]))
    assert picture.width == 1100


@pytest.mark.parametrize(("suffix", "tag", "rate"), [(".mp4", "video", 4), (".gif", "img", 10)])
def test_a_film_shows_itself(
    suffix: str, tag: str, rate: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {"pixel_width": 64, "pixel_height": 36, "frame_rate": 4, "progress_bar": "none"}
    monkeypatch.setattr(scenes.render, "tempconfig", lambda options: manim.tempconfig(options | small))
    made = film(run_race(race(steps=5, film={"length": 6.0})), ContourRace, suffix=suffix)
    html = displayed(made)["text/html"]
    assert html.startswith(f"<{tag} ")
    data = b64decode(html.split("base64,")[1].split('"')[0])
    with av.open(BytesIO(data), "r") as container:
        assert len(list(container.decode(video=0))) == pytest.approx(6 * rate, abs=rate)
    assert made.save(tmp_path / f"film{suffix}").read_bytes() == data
    with pytest.raises(ValueError, match=f"must end in {suffix}, got "):
        made.save(tmp_path / "film.avi")
