"""The race from above: uv run manim scenes/contour_race.py ContourRace

Contour lines, trails, and two arrows at each racer: the direction of descent, and its velocity.
"""

from __future__ import annotations

import numpy as np
from manim import LEFT, RIGHT, FadeIn, Group, Mobject
from numpy.typing import NDArray
from PIL.Image import Image

from scenes.depth.sprite import Label, line_width, wrapped
from scenes.film import Film
from scenes.frame import MARGIN, Area, frame
from scenes.race.arrows import Arrows, scaled
from scenes.race.board import Board
from scenes.race.plan import Plan
from scenes.race.regions import LINE, PAD, board_room
from scenes.race.results import Results
from scenes.theme import SMALL
from views.racer_path import Path
from views.standings import Standings
from views.theme import FAINT, INK

Array = NDArray[np.float64]

# The share of the film's length for each part.
SHARES = {"title": 0.10, "map": 0.10, "race": 0.62, "finish": 0.03, "results": 0.13, "end": 0.02}
LONGEST = 1 / 6  # of an arrow, as a share of the map's side
BESIDE, BELOW = 0.15, 0.42  # room for the axes' numbers beside the map, and for those below it
SAMPLE = 0.88  # room for an arrow in the legend
WIDEST = 5.6  # the board where it is below the map
LEGEND = 2.9  # the least width of the legend beside the map
THIN, THICK = 2.5, 4.5  # lines of gradients and velocities, in Manim's units of stroke width


class ContourRace(Film):
    """The race on a map, with the negative gradient and the velocity of each racer as arrows."""

    shares = SHARES

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        self.open(SHARES["title"] * self.length, self.plan.ground, going=self.plan.runners)
        self.next_section("map")
        self.show_map()
        self.next_section("race")
        self.run_clock(SHARES["race"] * self.length, self.plan.runners, self.arrows, self.board.live)
        self.wait(SHARES["finish"] * self.length)
        if "results" not in self.left_out:
            self.next_section("results")
            self.show_only(self.table, SHARES["results"] * self.length)
        self.wait(SHARES["end"] * self.length)

    def prepare(self) -> None:
        """Create the map, the arrows and the board."""
        trace = self.trace
        standings = Standings(trace)
        surface = trace.surface
        end = self.captions.numbers.end
        width, most = board_room()
        width = width if frame().wide else min(frame().safe.width, WIDEST)
        self.board = Board(trace, standings, self.captions, width, most)
        ends = max(line_width(end(edge), SMALL) for edge in surface.v_range) + BESIDE
        area, board, legend = self.areas(ends)
        self.board.stand(board)
        self.plan = Plan(trace, area, radius=0.1, width=4.0)
        positions, gradients = trace.positions[:, :, 0], trace.gradients[:, :, 0]
        spans = np.array([np.ptp(surface.u_range), np.ptp(surface.v_range)])
        with np.errstate(all="ignore"):
            pulls, goes = -gradients * spans.max() / spans, np.diff(positions, axis=1) / spans
        colours = [racer.colour for racer in trace.spec.racers]
        paths = self.plan.runners.paths
        self.arrows = Group(
            Arrows([INK] * len(colours), paths, scaled(pulls, LONGEST * area.width), THIN),
            Arrows(colours, paths, scaled(goes, LONGEST * area.width), THICK),
        )
        self.table = Results(trace, standings, self.captions)
        ranges = zip((surface.u_range, surface.v_range), ("u", "v"), strict=True)
        (u_low, u_name, u_high), (v_low, v_name, v_high) = (
            [Label(words, SMALL, FAINT) for words in (end(low), name, end(high))]
            for (low, high), name in ranges
        )
        (x, y), below, beside = area.middle, area.bottom - 0.36, area.left - BESIDE
        u_low.stand(area.left, below, LEFT)
        u_name.stand(x, below)
        u_high.stand(area.right, below, RIGHT)
        v_low.stand(beside, area.bottom, RIGHT)
        v_name.stand(beside, y, RIGHT)
        v_high.stand(beside, area.top - 0.24, RIGHT)
        self.words = Group(u_low, u_name, u_high, v_low, v_name, v_high, *self.legend(legend))
        self.parts = (self.plan.runners, *self.arrows, self.board)
        self.fix(self.plan, self.arrows, self.board, self.table, self.words)

    def areas(self, ends: float) -> tuple[Area, Area, Area]:
        """The map, a square; the board; and the legend.

        Args:
            ends: the room at the map's left for the numbers of its axis.
        """
        safe, gap, board = frame().safe, MARGIN, self.board.extent
        if frame().wide:
            column = safe._replace(left=safe.right - board_room()[0])
            side = min(safe.height - BELOW, column.left - gap - safe.left - ends)
            place = Area(safe.left + ends, safe.top - side, safe.left + ends + side, safe.top)
            legend = column._replace(top=safe.bottom + self.arrow_height(column.width))
            if safe.height - side - BELOW > self.arrow_height(side) + PAD:  # there is room below the map
                legend = place._replace(top=place.bottom - BELOW - PAD, bottom=safe.bottom)
            return place, column, legend
        column = safe._replace(top=safe.bottom + board)
        beside = safe.width > 7.0  # the legend then stands beside the map, which leaves it room
        below = 0.0 if beside else self.arrow_height(safe.width) + PAD
        side = min(safe.height - board - BELOW - PAD - below, safe.width - ends - (LEGEND + gap) * beside)
        left = safe.left + ends + (0.0 if beside else (safe.width - ends - side) / 2)
        place = Area(left, safe.top - side, left + side, safe.top)
        if beside:
            return place, column, place._replace(left=place.right + gap, right=safe.right)
        return place, column, Area(safe.left, column.top, safe.right, column.top + below)

    def arrow_height(self, width: float) -> float:
        """The height of the legend in a width."""
        return LINE * sum(map(len, self.arrow_words(width)))

    def arrow_words(self, width: float) -> list[list[str]]:
        """What the arrows are, in lines."""
        pull = self.captions.noisy_pull if self.noisy else self.captions.pull
        return [wrapped(words, width - SAMPLE, SMALL) for words in (pull, self.captions.velocity)]

    def legend(self, area: Area) -> list[Mobject]:
        """The legend of the arrows, at the top of an area."""
        parts: list[Mobject] = []
        kinds = ((INK, THIN), (self.trace.spec.racers[0].colour, THICK))
        y = area.top + 0.08
        for (colour, width), lines in zip(kinds, self.arrow_words(area.width), strict=True):
            at = np.array([[area.left, y - LINE + 0.1, 0.0]])
            sample = Arrows(
                [colour], [Path(np.zeros(1), at, np.ones(1, dtype=bool))], np.array([[[0.7, 0.0]]]), width
            )
            parts += sample.submobjects
            for line in lines:
                y -= LINE
                parts.append(Label(line, SMALL, FAINT).stand(area.left + SAMPLE, y, LEFT))
        return parts

    def show_map(self) -> None:
        """Show the map and the board."""
        seconds = SHARES["map"] * self.length
        self.play(FadeIn(self.plan.runners, self.words, self.board), run_time=0.6 * seconds)
        self.wait(0.4 * seconds)

    def still(self, t: float) -> Image:
        """Show the race at step t."""
        self.prepare()
        self.refresh(t)
        return self.picture(self.plan, self.words, self.arrows, self.board)
