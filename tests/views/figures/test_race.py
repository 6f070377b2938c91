"""The figure of a race: what is where, in which scale, in which language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure

from races import RaceSpec, Trace, run_race
from surfaces import expression_surface, get_surface
from views.figures.contours import heights
from views.figures.race import draw_losses, draw_plan, save_figure

ADAM: dict[str, Any] = {"optimizer": "adam", "lr": 0.05}
NEWTON = {"optimizer": "newton"}
Drawn = Callable[..., Figure]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Drawn:
    """A function that gives the figure of a race, which is laid out but not painted."""

    def draw(trace: Trace, layout: bool = False) -> Figure:
        figures: list[Figure] = []

        def savefig(self: Figure, *_: Any, **__: Any) -> None:
            if layout:
                self.draw_without_rendering()
            figures.append(self)

        with monkeypatch.context() as patch:
            patch.setattr(Figure, "savefig", savefig)
            save_figure(trace, tmp_path / "x.png")
        return figures[0]

    return draw


def race(surface: Any = "funky", steps: int = 60, racers: Any = (ADAM,), **fields: Any) -> Trace:
    return run_race(RaceSpec(surface=surface, steps=steps, racers=racers, **fields))


FORMULA = "(1 - u)**2 + 100*(v - u**2)**2"
STEEP = {
    "rosenbrock": get_surface("rosenbrock"),
    "beale": get_surface("beale"),
    "ravine": get_surface("ravine", condition=1000.0),
    "formula": expression_surface(FORMULA, (-2, 2), (-1, 3)),
    "below 0": expression_surface(f"{FORMULA} - 50", (-2, 2), (-1, 3)),
    "pole": expression_surface("1 / (u - 0.31)**2 + v**2", (-1, 1), (-1, 1)),
}


@pytest.mark.parametrize("name", STEEP)
def test_the_valley_of_a_steep_surface_has_contours(name: str) -> None:
    ground = heights(STEEP[name])
    low, high = ground.levels[[0, -1]]
    assert ground.steep
    assert (np.diff(ground.levels) > 0).all()
    # Of 24 even contours the lowest hundredth of the heights has none.
    assert ((ground.levels > low) & (ground.levels < low + 0.01 * (high - low))).sum() >= 4
    areas = np.histogram(ground.z.compressed(), ground.levels)[0]
    assert areas.max() < 0.45 * areas.sum()
    assert 10 <= len(ground.levels) <= 40


@pytest.mark.parametrize("name", ["funky", "rastrigin", "himmelblau", "slope"])
def test_the_contours_of_others_are_even(name: str) -> None:
    ground = heights(get_surface(name))
    assert not ground.steep
    np.testing.assert_allclose(np.diff(ground.levels), ground.levels[1] - ground.levels[0])


def test_no_contours_where_there_is_no_height(drawn: Drawn) -> None:
    assert not len(heights(expression_surface("0*u + 3", (-1, 1), (-1, 1))).levels)
    drawn(race({"expression": "0*u + 3", "u_range": [-1, 1], "v_range": [-1, 1]}))


@pytest.mark.parametrize("name", ["himmelblau", "rosenbrock", "booth"])
def test_minima_are_marked(drawn: Drawn, name: str) -> None:
    plan = drawn(race(name)).axes[0]
    (stars,) = [line for line in plan.lines if line.get_marker() == "*"]
    inside = [point for point in get_surface(name).minima if get_surface(name).contains(*point)]
    np.testing.assert_array_equal(stars.get_xydata(), inside)


SCALES: dict[str, tuple[str, Callable[[], Trace]]] = {
    "funky": ("linear", race),
    "rastrigin": ("linear", lambda: race("rastrigin")),
    "rosenbrock": ("log", lambda: race("rosenbrock", 2000)),
    "slope": ("log", lambda: race("slope", racers=[{"optimizer": "sgd", "lr": 0.8}])),
    "exactly 0": (
        "log",
        lambda: race("slope", racers=[{"optimizer": "sgd", "lr": 0.8}, {"optimizer": "newton"}]),
    ),
    "steep, below 0": (
        "symlog",
        lambda: race(
            {"expression": "1e5*(u**4 + v**4) - u", "u_range": [-3, 3], "v_range": [-3, 3]},
            200,
            [ADAM, {"optimizer": "adam", "lr": 0.1}],
        ),
    ),
}


@pytest.mark.parametrize("name", SCALES)
def test_losses_are_on_a_log_axis_where_they_span_decades(drawn: Drawn, name: str) -> None:
    scale, run = SCALES[name]
    trace = run()
    curves = drawn(trace).axes[1]
    assert curves.get_yscale() == scale
    low, high = curves.get_ylim()
    start, lowest = trace.losses[0, 0, 0], trace.losses[trace.losses > 1e-12 * trace.losses[0, 0, 0]].min()
    assert low <= lowest
    assert high > start


def test_one_that_shoots_up_does_not_squeeze_the_others(drawn: Drawn) -> None:
    racers = [{"optimizer": "sgd", "lr": 1e200}, {"optimizer": "sgd", "lr": 3.0}, ADAM]
    trace = race("slope", racers=racers)
    curves = drawn(trace, layout=True).axes[1]
    assert curves.get_ylim()[1] < 10 * trace.losses[2, 0, 0]


@pytest.mark.parametrize("count", [1, 7, 40, 200])
def test_the_legend_is_off_the_curves_and_leaves_the_axes_their_room(drawn: Drawn, count: int) -> None:
    racers = [{**ADAM, "name": f"Adam, the {i}th of its name in here"} for i in range(count)]
    figure = drawn(race(racers=racers, steps=3, engine="eager"), layout=True)
    (legend,) = figure.legends
    box = legend.get_window_extent()
    for axes in figure.axes[:2]:
        around: Any = axes.get_tightbbox()
        assert not around.overlaps(box)
        assert axes.get_window_extent().height > 3.5 * figure.dpi
    assert figure.bbox.contains(box.x0, box.y0)
    assert figure.bbox.contains(box.x1, box.y1)
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[0] == racers[0]["name"]
    assert ("and 161 more" in texts) == (count == 200)
    assert len(texts) <= 43


NAMES = ["$$", "$1 vs $2", r"$\frac{", "_Adam", "[red]", "100 %", "赤い亀", "<b>&amp;</b>", "\\n"]


def test_names_are_text(drawn: Drawn) -> None:
    texts = drawn(race(racers=[{**ADAM, "name": name} for name in NAMES], steps=5)).legends[0].get_texts()
    assert [text.get_text() for text in texts][: len(NAMES)] == NAMES
    assert not any(text.get_parse_math() for text in texts)


def test_fonts_are_embedded_as_type_42(tmp_path: Path) -> None:
    # In a PDF a font of Type 42 is a CIDFontType2 with its TrueType program; journals refuse Type 3.
    content = save_figure(race(), tmp_path / "x.pdf").read_bytes()
    assert b"/Subtype /CIDFontType2" in content
    assert b"/Type3" not in content


def test_what_is_no_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.png, \.svg, \.pdf, got .*x\.gif"):
        save_figure(race(), str(tmp_path / "x.gif"))
    assert not list(tmp_path.iterdir())


def test_a_race_is_drawn_into_axes_of_ones_own() -> None:
    trace = race(racers=[ADAM, {**ADAM, "name": "_$$"}])
    figure, (left, right) = plt.subplots(1, 2)
    try:
        assert draw_plan(trace, ax=left) is left
        assert draw_losses(trace, ax=right) is right
        assert left.get_title() == "funky"
        legend: Any = right.get_legend()
        assert [text.get_text() for text in legend.get_texts()][:2] == ["Adam", "_$$"]
        figure.draw_without_rendering()
    finally:
        plt.close(figure)
    assert draw_losses(trace).get_ylabel() == draw_plan(trace).figure.axes[1].get_ylabel() == "loss"


@pytest.mark.parametrize("surface", ["funky", "rosenbrock"])
def test_a_french_race_has_a_french_figure(drawn: Drawn, surface: str) -> None:
    trace = race(surface, start=[0.5, 0.5], film={"language": "fr"})
    figure = drawn(trace, layout=True)
    _, curves, bar = figure.axes
    assert (curves.get_xlabel(), curves.get_ylabel(), bar.get_ylabel()) == ("pas", "perte", "perte")
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "départ" in names
    assert any(name.startswith("cible ") for name in names)
    both = (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis))
    ticks = [label.get_text() for axis in both for label in axis.get_ticklabels()]
    assert any("," in tick for tick in ticks)
    assert [text for text in [*ticks, *names] if "." in text] == []


def test_few_starts_are_drawn_one_by_one_and_of_many_the_quartiles(drawn: Drawn) -> None:
    points = np.random.default_rng(0).uniform(0.1, 1.1, (21, 2)).tolist()
    few, many = (race(start=points[:count], racers=[ADAM, {**ADAM, "lr": 0.01}]) for count in (2, 21))
    curves = drawn(few).axes[1]
    thin = [line for line in curves.lines if line.get_linewidth() < 1]
    assert len(thin) == 4
    np.testing.assert_array_equal(thin[1].get_ydata(), few.losses[0, :, 1])
    assert curves.get_title() == "median loss of 2 starts, and each start's"
    curves = drawn(many).axes[1]
    bands = [band for band in curves.collections if isinstance(band, FillBetweenPolyCollection)]
    assert len(bands) == 2
    edges: Any = bands[0].get_paths()[0].vertices
    at_20 = np.unique(edges[edges[:, 0] == 20, 1])
    # Of 21 numbers in order, five lie below the 6th and five above the 16th.
    np.testing.assert_array_equal(at_20, np.sort(many.losses[0, 20])[[5, 15]])
    assert curves.get_title() == "median loss of 21 starts, with the quartiles"
    fr = race(start=points, film={"language": "fr"})
    assert drawn(fr).axes[1].get_title() == "perte médiane sur 21 départs, avec les quartiles"


def test_each_start_that_is_drawn_is_within_the_axis(drawn: Drawn) -> None:
    # Losses from the starts: 1.6 and 0.8 on himmelblau, 8 and 2 on the bowl, 1e6 and 1e-2 on the steep one.
    bowl = {"expression": "u**2 + v**2", "u_range": [-2, 2], "v_range": [-2, 2]}
    steep = {"expression": "1e6*u**2 + v**2", "u_range": [-2, 2], "v_range": [-2, 2]}
    for surface, start in (
        ("himmelblau", [[0.1, 0.2], [2.0, -1.0]]),
        (bowl, [[2.0, 2.0], [1.0, 1.0]]),
        (steep, [[1.0, 0.1], [0.0, 0.1]]),
    ):
        trace = race(surface=surface, start=start, steps=20)
        low, high = drawn(trace).axes[1].get_ylim()
        assert low <= trace.losses.min()
        assert trace.losses[:, 0].max() <= high


def test_a_start_that_diverged_counts_as_the_highest(drawn: Drawn) -> None:
    start = [[0.5, 0.5], [0.6, 0.5], [0.5, 0.6]]
    trace = race("slope", racers=[{"optimizer": "sgd", "lr": 1e160}], start=start)
    assert np.isnan(trace.losses[0, -1]).all()
    drawn(trace, layout=True)


@pytest.mark.parametrize("suffix", [".pdf", ".svg"])
def test_a_figure_logs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture, suffix: str) -> None:
    with caplog.at_level("INFO"):
        save_figure(race(), tmp_path / f"x{suffix}")
    assert caplog.text == ""
