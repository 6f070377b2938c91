"""A network as each racer trains it: uv run manim scenes/decision_boundaries.py DecisionBoundaries

Side by side, its points, with the boundary between what it predicts moving over them, and the losses below.
"""

from __future__ import annotations

from typing import Any

from manim import RIGHT, FadeIn, Group, config

from races import Trace
from races.network_spec import NetworkSpec
from races.run_network import weight_paths
from scenes.depth.sprite import Label
from scenes.film import Film
from scenes.named_output import refuse
from scenes.race.board import MARGIN, Results
from scenes.race.boundaries import NetworkPanel
from scenes.race.loss_plot import LossPlot
from scenes.theme import SMALL
from views.colours import FAINT
from views.standings import Standings

# How much of the film's length each part takes.
SHARES = {"title": 0.10, "panels": 0.10, "race": 0.62, "finish": 0.03, "results": 0.13, "end": 0.02}
MOST = 4  # racers
GAP = 0.3  # between panels, in scene units


class DecisionBoundaries(Film):
    """The same network trained by each racer: its decision boundary on the data, and the losses.

    It shows races of networks with two inputs and classes, of up to four racers.
    """

    def __init__(self, renderer: Any = None, *, trace: Trace | None = None, **options: Any) -> None:
        super().__init__(renderer, trace=trace, **options)
        network = self.trace.spec.surface
        shown = "a race of a network on moons, circles or spirals"
        if not isinstance(network, NetworkSpec) or network.network not in {"moons", "circles", "spirals"}:
            refuse(f"DecisionBoundaries needs {shown}, got {self.trace.surface.name}")
        if len(self.trace.names) > MOST:
            refuse(f"DecisionBoundaries shows at most {MOST} racers, got {len(self.trace.names)}")
        self.network = network

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        self.show_title(SHARES["title"] * self.length)
        self.next_section("panels")
        seconds = SHARES["panels"] * self.length
        self.play(FadeIn(*self.panels, self.plot, self.key), run_time=0.6 * seconds)
        self.wait(0.4 * seconds)
        self.next_section("race")
        movers: list[Any] = [panel.moving for panel in self.panels]
        self.run_clock(SHARES["race"] * self.length, *movers, self.plot.runners)
        self.wait(SHARES["finish"] * self.length)
        self.next_section("results")
        self.show_only(self.table, SHARES["results"] * self.length)
        self.wait(SHARES["end"] * self.length)

    def prepare(self) -> None:
        """Train the networks again, for their weights, and set the panels and the plot."""
        trace, loss, data = self.trace, self.network.loss(), self.network.dataset()
        paths, _, _ = weight_paths(trace.spec)
        count = len(trace.names)
        wide, high = config.frame_width - 2 * MARGIN, config.frame_height - 2 * MARGIN
        side = min((wide - (count - 1) * GAP) / count, 0.52 * high)
        bottom = high / 2 - 0.5 - side
        left = -(count * side + (count - 1) * GAP) / 2
        self.panels = Group()
        for i, racer in enumerate(trace.spec.racers):
            x = left + i * (side + GAP)
            corners = (x, bottom, x + side, bottom + side)
            self.panels.add(NetworkPanel(racer, self.captions, loss, data, paths[i], corners))
        low, top = -high / 2 + 0.4, bottom - 0.8
        self.plot = LossPlot(trace, self.captions, (-wide / 2, low, wide / 2, top))
        self.key = Label(self.captions.accuracy, SMALL, FAINT).stand(wide / 2, top + 0.12, RIGHT)
        self.table = Results(trace, Standings(trace), self.captions)
        self.parts = (*self.panels, self.plot.runners)
        self.fix(self.panels, self.plot, self.key, self.table)
        self.refresh(0.0)

    def still(self, t: float) -> Any:
        """The networks as they are at step t."""
        self.prepare()
        self.refresh(t)
        self.lens.reset()
        self.lens.capture_mobjects([*self.panels, self.plot, self.key])
        return self.lens.get_image()
