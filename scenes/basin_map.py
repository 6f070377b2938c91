"""Where each start ends: uv run manim scenes/basin_map.py BasinMap

A map for each racer, side by side: from each of its points the racer has started. A point has the colour of
the minimum that the racer from there comes to rest in, as soon as it does; till then, faintly, that of the
nearest one. Balls run from the race's own start; below, the share that has arrived.
"""

from __future__ import annotations

from manim import LEFT, RIGHT, UP, FadeIn, Group
from PIL.Image import Image

from comparison import ComparisonError
from races import RaceSpec
from scenes.depth.sprite import Label, fitted, line_width
from scenes.film import Film
from scenes.frame import Area, frame
from scenes.named_output import refuse
from scenes.race.basin_panels import ArrivalPlot, BasinPanels, grid_of, legend
from scenes.race.counter import Counter
from scenes.race.spoken import Line
from scenes.theme import SMALL, theme
from views.basins import FillingBasins
from views.theme import FAINT

# The share of the film's length for each part.
SHARES = {"title": 0.10, "basins": 0.10, "race": 0.62, "end": 0.18}
MOST = 12  # racers
PLOT = 1.7  # the least height of the plot below the maps, in scene units
LEAST = 0.85  # of the size that maps have without it: it is left out where it takes more from them


class BasinMap(Film):
    """The basins of the surface's minima, which fill in while each racer races from every point."""

    shares = SHARES

    @staticmethod
    def shown_race(spec: RaceSpec) -> RaceSpec:
        """The race itself, if its racers all have room."""
        if len(spec.racers) > MOST:
            refuse(f"BasinMap shows up to {MOST} racers, not {len(spec.racers)}")
        return spec

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        self.show_heading(
            self.heading(self.captions.basins, self.captions.told), SHARES["title"] * self.length
        )
        self.next_section("basins")
        self.show_panels()
        self.next_section("race")
        self.run_clock(SHARES["race"] * self.length, self.panels.live, self.plots, self.counter)
        self.next_section("end")
        self.wait(SHARES["end"] * self.length)

    def spoken(self, section: str) -> list[Line]:
        """The captions of a section."""
        if section == "title":
            return [(0.0, f"{self.captions.basins}\n{self.captions.told}")]
        return super().spoken(section)

    def prepare(self) -> None:
        """Create the panels, the counter above them and the legend below."""
        try:
            basins = FillingBasins(self.trace.spec, theme())
        except ComparisonError as error:
            refuse(str(error))
        left, bottom, right, top = frame().safe
        self.counter = Counter(self.trace, self.captions).at(self.trace.spec.steps)
        name = fitted(self.trace.spec.surface_name, right - left, SMALL)
        beside = self.counter.width + line_width(name, SMALL) + 0.4 <= right - left
        self.counter.at(0.0)[0].stand(left, top - 0.25, LEFT)
        title = Label(name, SMALL, FAINT)
        title.stand(right, top - 0.25, RIGHT) if beside else title.stand(left, top - 0.67, LEFT)
        key, high = legend(basins, self.captions, left, right)
        key.shift((bottom + high) * UP)
        low, ceiling, count = bottom + high + 0.1, top - (0.5 if beside else 0.92), len(self.trace.names)
        with_plot, alone = (grid_of(count, right - left, ceiling - low - below) for below in (PLOT, 0.0))
        below = PLOT if with_plot.width > LEAST * alone.width else 0.0
        room = (left, low + below, right, ceiling)
        self.panels = BasinPanels(self.trace, basins, self.captions, room)
        self.plots, curves = Group(), Group()
        if below:
            area = Area(left, low, right, self.panels.end - 0.15)
            plot = ArrivalPlot(self.trace, basins, self.captions, area)
            self.plots.add(plot)
            curves.add(plot.runners)
        self.words = Group(title, key)
        self.parts = (self.panels, *curves, self.counter)
        self.fix(self.panels, self.plots, self.counter, self.words)

    def show_panels(self) -> None:
        """Show the maps before the first step: the minima, and the race's own start."""
        seconds = SHARES["basins"] * self.length
        self.play(FadeIn(self.panels, self.plots, self.counter, self.words), run_time=0.4 * seconds)
        self.wait(0.6 * seconds)

    def still(self, t: float) -> Image:
        """Show the maps after step t."""
        self.prepare()
        self.refresh(t)
        return self.picture(self.panels, self.plots, self.counter, self.words)
