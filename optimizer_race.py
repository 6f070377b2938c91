"""The race as a film: uv run manim optimizer_race.py

What is raced stands in race.toml beside this file; the environment variable RACE_CONFIG names another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DEGREES, IN, FadeIn, config, smooth
from PIL.Image import Image

from scenes.board import MARGIN, Board, Results, column
from scenes.film import Film
from scenes.plan import Plan
from scenes.plot import LossPlot
from scenes.rise import Rise
from scenes.sayings import Lead, introductions
from scenes.sprite import Corners
from scenes.stage import Stage, frame
from scenes.standings import Standings

# How much of the film's length each part takes.
SHARES = {"title": 0.07, "rise": 0.07, "start": 0.14, "race": 0.50, "results": 0.12, "orbit": 0.10}
SWAY = 24 * DEGREES  # how far the camera goes round in the course of the race, and back in the last look
GOING = 0.6  # of the race's time that it takes for going
LIFT = 14 * DEGREES  # how far it rises in the last look
PLAN = 2.3  # the plan's side, in scene units
PLOT = 1.7  # the plot's height; less where the board has many rows


class OptimizerRace(Film):
    """Racers start together on the surface, run down it, and are compared."""

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.show_title(SHARES["title"] * self.length)
        self.raise_surface()
        self.introduce_racers()
        self.race()
        self.show_alone(self.table, SHARES["results"] * self.length)
        self.orbit()

    def prepare(self) -> None:
        """Set the stage and the camera."""
        standings = Standings(self.trace)
        self.stage = Stage(self.trace)
        self.board = Board(self.trace, standings, self.captions)
        left, right, top = column()
        low = MARGIN + 0.4 - config.frame_height / 2
        self.plot = LossPlot(
            self.trace, self.captions, (left, low, right, low + min(PLOT, 2.2 - 0.1 * len(self.trace.names)))
        )
        corner = MARGIN - config.frame_width / 2
        self.plan = Plan(self.trace, (corner, top - PLAN, corner + PLAN, top), radius=0.07, width=2.5)
        self.table = Results(self.trace, standings, self.captions)
        self.lead = Lead(self.trace, standings, self.captions, (corner, low - 0.36), left - corner - 0.3)
        self.fix(self.board, self.plot, self.plan, self.table, self.lead)
        self.lens.add_fixed_orientation_mobjects(*self.stage.axes.labels)
        self.parts = (self.stage.runners, self.plan.runners, self.plot.runners, self.board, self.lead)
        room = (-config.frame_width / 2, low - 0.1, left - 0.2, config.frame_height / 2)
        self.aim(room, (corner + PLAN, top - PLAN))

    def aim(self, room: Corners, taken: tuple[float, float]) -> None:
        """Place the camera so that from every side the stage stands in its room, clear of what is taken."""
        theta, phi = self.stage.theta, self.stage.phi
        seen = []
        sides = [(turn, 0.0) for turn in np.linspace(0, SWAY, 5)]
        sides += [((1 - way) * SWAY, way * LIFT) for way in (0.25, 0.5, 0.75, 1.0)]
        for turn, lift in sides:
            self.set_camera_orientation(phi=phi - lift, theta=theta + turn, zoom=1.0)
            self.lens.reset_rotation_matrix()
            seen.append(self.lens.project_points(self.stage.outline()))
        zoom, self.lens.aside = frame(seen, room, taken)
        self.set_camera_orientation(phi=phi, theta=theta, zoom=zoom)

    def raise_surface(self) -> None:
        """The surface and its axes appear."""
        axes = self.stage.axes
        self.play(Rise(self.stage.surface), FadeIn(axes, axes.labels), run_time=SHARES["rise"] * self.length)

    def introduce_racers(self) -> None:
        """The balls drop onto the start, each with a word on how it moves; then all that shows the race."""
        sayings = introductions(self.trace, self.captions)
        self.fix(*sayings)
        seconds = SHARES["start"] * self.length
        each = 0.85 * seconds / len(sayings)
        self.refresh(0.0)
        self.add(self.stage.runners.trails)
        balls = list(self.stage.runners.balls)
        drops = [[ball] for ball in balls] if len(sayings) == len(balls) else [balls]
        for saying, dropped in zip(sayings, drops, strict=True):
            self.play(
                FadeIn(saying), *(FadeIn(ball, shift=0.6 * IN) for ball in dropped), run_time=0.3 * each
            )
            self.wait(0.7 * each)
            self.remove(saying)
        self.add(self.stage.runners)
        self.play(FadeIn(self.plan, self.board, self.plot, self.lead), run_time=0.15 * seconds)

    def race(self) -> None:
        """All racers take their steps at the same pace; the camera goes slowly round, then rests."""
        movers = (self.stage.runners, self.plan.runners, self.plot.runners, self.board.live, self.lead)
        seconds = SHARES["race"] * self.length
        going: Any = self.lens.theta_tracker.animate
        going = going(rate_func=smooth).increment_value(SWAY)
        self.run_clock(seconds, *movers, until=GOING, also=[going])
        self.run_clock(seconds, *movers, begin=GOING)

    def orbit(self) -> None:
        """A last look around the trails, from higher up."""
        turn = self.lens.theta_tracker.animate.increment_value(-SWAY)
        lift = self.lens.phi_tracker.animate.increment_value(-LIFT)
        self.play(turn, lift, run_time=SHARES["orbit"] * self.length)

    def still(self, t: float) -> Image:
        """The race as it is at step t, seen from where it begins."""
        self.prepare()
        self.refresh(t)
        stage = self.stage
        shown = (stage.surface, stage.axes, stage.axes.labels, stage.runners)
        self.lens.reset()
        self.lens.capture_mobjects([*shown, self.plan, self.board, self.plot, self.lead])
        return self.lens.get_image()
