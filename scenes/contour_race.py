"""The race from above: uv run manim scenes/contour_race.py ContourRace

Contour lines, trails, and at each racer two arrows: where the slope pulls it, and where it goes.
"""

from __future__ import annotations

import numpy as np
from manim import LEFT, RIGHT, UP, FadeIn, FadeOut, Group, config
from numpy.typing import NDArray

from scenes.arrows import Arrows, scaled
from scenes.board import MARGIN, Board, Results, column
from scenes.film import Film
from scenes.mobjects import Trail
from scenes.path import Path
from scenes.plan import Plan
from scenes.sprite import Label, line_width
from scenes.standings import Standings
from scenes.theme import FAINT, INK, SMALL

Array = NDArray[np.float64]

# How much of the film's length each part takes.
SHARES = {"title": 0.10, "map": 0.10, "race": 0.62, "results": 0.18}
SIDE = 6.7  # of the map, in scene units
LONGEST = 1.1  # of an arrow


class ContourRace(Film):
    """The race on a map, with the negative gradient and the velocity of each racer as arrows."""

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.show_title(SHARES["title"] * self.length)
        self.show_map()
        self.run_clock(SHARES["race"] * self.length, self.plan.runners, self.arrows, self.board.live)
        self.show_results()

    def prepare(self) -> None:
        """Set the map, the arrows and the board."""
        trace = self.trace
        standings = Standings(trace)
        surface = trace.spec.build_surface()
        ends = max(line_width(f"{end:.3g}", SMALL) for end in surface.v_range)
        left, top = MARGIN + ends + 0.15 - config.frame_width / 2, config.frame_height / 2 - MARGIN
        corners = (left, top - SIDE, left + SIDE, top)
        self.plan = Plan(trace, corners, radius=0.1, width=4.0)
        positions, gradients = trace.positions[:, :, 0], trace.gradients[:, :, 0]
        spans = np.array([np.ptp(surface.u_range), np.ptp(surface.v_range)])
        with np.errstate(all="ignore"):
            pulls, goes = -gradients * spans.max() / spans, np.diff(positions, axis=1) / spans
        colours = [racer.colour for racer in trace.spec.racers]
        paths = self.plan.runners.paths
        self.arrows = Group(
            Arrows([INK] * len(colours), paths, scaled(pulls, LONGEST), width=2.5),
            Arrows(colours, paths, scaled(goes, LONGEST), width=4.5),
        )
        self.board = Board(trace, standings, self.captions)
        self.table = Results(trace, standings, self.captions)
        ranges = zip((surface.u_range, surface.v_range), ("u", "v"), strict=True)
        (u_low, u_name, u_high), (v_low, v_name, v_high) = (
            [Label(words, SMALL, FAINT) for words in (f"{low:.3g}", name, f"{high:.3g}")]
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
        self.fix(self.plan, self.arrows, self.board, self.table, self.words)

    def legend(self) -> list[Trail | Label]:
        """What the arrows are."""
        left, _, _ = column()
        parts: list[Trail | Label] = []
        for y, colour, width, words in (
            (-2.75, INK, 2.5, self.captions.pull),
            (-3.35, self.trace.spec.racers[0].colour, 4.5, self.captions.velocity),
        ):
            at = np.array([[left, y + 0.1, 0.0]])
            sample = Arrows(
                [colour], [Path(np.zeros(1), at, np.ones(1, dtype=bool))], np.array([[[0.7, 0.0]]]), width
            )
            parts += [*sample, Label(words, SMALL, FAINT).stand(left + 0.95, y, LEFT)]
        return parts

    def show_map(self) -> None:
        """The map and the board appear."""
        seconds = SHARES["map"] * self.length
        self.play(FadeIn(self.plan, self.words, self.board), run_time=0.6 * seconds)
        self.wait(0.4 * seconds)

    def show_results(self) -> None:
        """The table of results, alone in the picture; and the map again."""
        seen = [mobject for mobject in self.mobjects if mobject is not self.clock]
        seconds = SHARES["results"] * self.length
        self.wait(0.2 * seconds)
        self.remove(*seen)
        self.play(FadeIn(self.table, shift=0.2 * UP), run_time=0.1 * seconds)
        self.wait(0.5 * seconds)
        self.play(FadeOut(self.table), run_time=0.1 * seconds)
        self.add(*seen)
        self.wait(0.1 * seconds)

    def refresh(self, t: float) -> None:
        """Put racers, arrows and board where they are at step t."""
        for part in (self.plan.runners, *self.arrows, self.board):
            part.at(t)
