"""One network, trained by each racer: uv run manim scenes/decision_boundaries.py DecisionBoundaries

Side by side, the boundaries between the classes move over the samples; below, the losses.
"""

from __future__ import annotations

from dataclasses import replace

from manim import LEFT, RIGHT, FadeIn, Group
from PIL.Image import Image

from races import RaceSpec, SpecError
from races.config import make_spec
from races.network_spec import NetworkSpec
from scenes.depth.sprite import Label, fitted, line_width
from scenes.film import Film
from scenes.frame import Area, frame
from scenes.named_output import refuse
from scenes.race.boundary_panels import BoundaryPanels
from scenes.race.counter import Counter
from scenes.race.loss_plot import LossPlot
from scenes.race.spoken import Line
from scenes.theme import SMALL
from views.theme import FAINT

# The share of the film's length for each part.
SHARES = {"title": 0.10, "panels": 0.10, "race": 0.66, "end": 0.14}
MOST = 12  # racers
BUILT_IN = {"network": "moons", "hidden": [16, 16]}  # raced where race.toml has no network


class DecisionBoundaries(Film):
    """The same network trained by each racer: the boundary between classes, moving over the samples.

    If race.toml's surface is no network, its racers train a built-in one.
    """

    shares = SHARES

    @staticmethod
    def shown_race(spec: RaceSpec) -> RaceSpec:
        """The race itself, if it is one of networks, or else its racers in one."""
        if len(spec.racers) > MOST:
            refuse(f"DecisionBoundaries shows up to {MOST} racers, not {len(spec.racers)}")
        try:
            if isinstance(spec.surface, NetworkSpec):
                data = spec.surface.dataset()
                if data.train.inputs.shape[1] == 2 and data.classes:
                    return spec
                refuse(f"DecisionBoundaries shows classes in a plane, as of moons: {data.name} has none")
            values = {"steps": spec.steps, "engine": spec.engine, "film": spec.film, "racer": spec.racers}
            return make_spec({"surface": BUILT_IN, **values}, "DecisionBoundaries")
        except SpecError as error:
            refuse(str(error))

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        self.refresh(self.trace.spec.steps)
        heading = self.heading(self.captions.boundaries, self.captions.same_start)
        self.show_heading(heading, SHARES["title"] * self.length, self.panels, floor=self.panels.end)
        self.refresh(0.0)
        self.next_section("panels")
        self.show_panels()
        self.next_section("race")
        self.run_clock(SHARES["race"] * self.length, self.panels.live, self.plot.runners, self.counter)
        self.next_section("end")
        self.wait(SHARES["end"] * self.length)

    def spoken(self, section: str) -> list[Line]:
        """The captions of a section."""
        if section == "title":
            return [(0.0, f"{self.captions.boundaries}\n{self.captions.same_start}")]
        return super().spoken(section)

    def prepare(self) -> None:
        """Create the panels and the plot below them."""
        trace = self.trace
        _, _, right, top = frame().safe
        floor = 0.45 - top
        self.counter = Counter(trace, self.captions).at(trace.spec.steps)
        name = fitted(trace.spec.surface_name, right, SMALL)
        beside = self.counter.width + line_width(name, SMALL) + 0.4 <= 2 * right
        self.counter.at(0.0)[0].stand(-right, top - 0.25, LEFT)
        title = Label(name, SMALL, FAINT)
        title.stand(right, top - 0.25, RIGHT) if beside else title.stand(-right, top - 0.67, LEFT)
        self.words = Group(title)
        ceiling = top - (0.5 if beside else 0.92)
        self.panels = BoundaryPanels(trace, self.captions, (-right, floor + 1.5, right, ceiling))
        ceiling = self.panels.end - 0.5
        words = replace(self.captions, true_loss=self.captions.loss)  # here is no plane's beside it
        below = Area(-right, floor - 0.42, right, ceiling + 0.42)
        self.plot = LossPlot(trace, words, below, target_line=False)
        self.parts = (self.panels, self.plot.runners, self.counter)
        self.fix(self.panels, self.plot, self.counter, self.words)

    def show_panels(self) -> None:
        """Show the samples, and the networks before their first step."""
        seconds = SHARES["panels"] * self.length
        self.play(FadeIn(self.panels, self.plot, self.counter, self.words), run_time=0.4 * seconds)
        self.wait(0.6 * seconds)

    def still(self, t: float) -> Image:
        """Show the networks after step t."""
        self.prepare()
        self.refresh(t)
        return self.picture(self.panels, self.plot, self.counter, self.words)
