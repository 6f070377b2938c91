"""The race from above: uv run manim scenes/contour_race.py ContourRace

Contour lines, trails, and two arrows at each racer: the direction of descent, and its velocity.
"""

from __future__ import annotations

import numpy as np
from manim import LEFT, RIGHT, FadeIn, Group
from numpy.typing import NDArray
from PIL.Image import Image

from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Label, line_width
from scenes.film import Film
from scenes.frame import frame
from scenes.race.arrows import Arrows, scaled
from scenes.race.board import MARGIN, Board, Results, column
from scenes.race.plan import Plan
from scenes.theme import SMALL
from views.racer_path import Path
from views.standings import Standings
from views.theme import FAINT, INK

Array = NDArray[np.float64]

# The share of the film's length for each part.
SHARES = {"title": 0.10, "map": 0.10, "race": 0.62, "finish": 0.03, "results": 0.13, "end": 0.02}
SIDE = 6.7  # of the map, in scene units
LONGEST = 1.1  # of an arrow
THIN, THICK = 2.5, 4.5  # lines of gradients and velocities, in Manim's units of stroke width


class ContourRace(Film):
    """The race on a map, with the negative gradient and the velocity of each racer as arrows."""

    shares = SHARES

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        self.show_title(SHARES["title"] * self.length)
        self.next_section("map")
        self.show_map()
        self.next_section("race")
        self.run_clock(SHARES["race"] * self.length, self.plan.runners, self.arrows, self.board.live)
        self.wait(SHARES["finish"] * self.length)
        self.next_section("results")
        self.show_only(self.table, SHARES["results"] * self.length)
        self.wait(SHARES["end"] * self.length)

    def prepare(self) -> None:
        """Create the map, the arrows and the board."""
        trace = self.trace
        standings = Standings(trace)
        surface = trace.surface
        end = self.captions.numbers.end
        ends = max(line_width(end(edge), SMALL) for edge in surface.v_range)
        left, top = MARGIN + ends + 0.15 - frame().width / 2, frame().safe.top
        corners = (left, top - SIDE, left + SIDE, top)
        self.plan = Plan(trace, corners, radius=0.1, width=4.0)
        positions, gradients = trace.positions[:, :, 0], trace.gradients[:, :, 0]
        spans = np.array([np.ptp(surface.u_range), np.ptp(surface.v_range)])
        with np.errstate(all="ignore"):
            pulls, goes = -gradients * spans.max() / spans, np.diff(positions, axis=1) / spans
        colours = [racer.colour for racer in trace.spec.racers]
        paths = self.plan.runners.paths
        self.arrows = Group(
            Arrows([INK] * len(colours), paths, scaled(pulls, LONGEST), THIN),
            Arrows(colours, paths, scaled(goes, LONGEST), THICK),
        )
        self.board = Board(trace, standings, self.captions)
        self.table = Results(trace, standings, self.captions)
        ranges = zip((surface.u_range, surface.v_range), ("u", "v"), strict=True)
        (u_low, u_name, u_high), (v_low, v_name, v_high) = (
            [Label(words, SMALL, FAINT) for words in (end(low), name, end(high))]
            for (low, high), name in ranges
        )
        below, beside = top - SIDE - 0.36, left - 0.15
        u_low.stand(left, below, LEFT)
        u_name.stand(left + SIDE / 2, below)
        u_high.stand(left + SIDE, below, RIGHT)
        v_low.stand(beside, top - SIDE, RIGHT)
        v_name.stand(beside, top - SIDE / 2, RIGHT)
        v_high.stand(beside, top - 0.24, RIGHT)
        self.words = Group(u_low, u_name, u_high, v_low, v_name, v_high, *self.legend())
        self.parts = (self.plan.runners, *self.arrows, self.board)
        self.fix(self.plan, self.arrows, self.board, self.table, self.words)

    def legend(self) -> list[Trail | Label]:
        """The legend of the arrows."""
        left, _, _ = column()
        parts: list[Trail | Label] = []
        for y, colour, width, words in (
            (-2.75, INK, THIN, self.captions.noisy_pull if self.noisy else self.captions.pull),
            (-3.35, self.trace.spec.racers[0].colour, THICK, self.captions.velocity),
        ):
            at = np.array([[left, y + 0.1, 0.0]])
            sample = Arrows(
                [colour], [Path(np.zeros(1), at, np.ones(1, dtype=bool))], np.array([[[0.7, 0.0]]]), width
            )
            parts += [*sample, Label(words, SMALL, FAINT).stand(left + 0.95, y, LEFT)]
        return parts

    def show_map(self) -> None:
        """Show the map and the board."""
        seconds = SHARES["map"] * self.length
        self.play(FadeIn(self.plan, self.words, self.board), run_time=0.6 * seconds)
        self.wait(0.4 * seconds)

    def still(self, t: float) -> Image:
        """Show the race at step t."""
        self.prepare()
        self.refresh(t)
        return self.picture(self.plan, self.words, self.arrows, self.board)
