"""The race as a film: uv run manim optimizer_race.py

It films the race in race.toml beside this file, or in the file that the environment variable RACE_CONFIG
names.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DEGREES, IN, FadeIn, smooth, squish_rate_func
from PIL.Image import Image

from races import Trace
from scenes.depth.animations import Rise
from scenes.depth.sprite import Corners
from scenes.film import Film
from scenes.frame import frame
from scenes.race.board import MARGIN, Board, Results, column
from scenes.race.commentary import LEVEL, Lead, introductions
from scenes.race.loss_plot import LossPlot
from scenes.race.off_plane import LINE, OffPlane
from scenes.race.plan import Plan
from scenes.race.stage import Stage, fill
from scenes.showing import Showing, shown
from views.standings import Standings

# The share of the film's length for each part.
SHARES = {"title": 0.06, "rise": 0.07, "start": 0.20, "race": 0.47, "results": 0.10, "orbit": 0.10}
SWAY = 24 * DEGREES  # the camera's rotation during the race, and back at the end
GOING = 0.6  # the share of the race during which it moves
RISES = np.arange(4, 37, 4) * DEGREES  # how far it may rise before and during that, to see the balls better
LIFT = 14 * DEGREES  # the least rise for the last look
HIGHEST = 28 * DEGREES  # from upright: from higher up, the upright axis would be too short
CLOSING = 0.2  # the share of the introduction for moving to the race's viewpoint
PLAN = 2.3  # the plan's side, in scene units
PLOT = 1.7  # the plot's height; less where the board has many rows


def rises(phi: float) -> list[float]:
    """How far the camera may rise from an angle."""
    return [0.0, *(rise for rise in RISES.tolist() if phi - rise >= HIGHEST - 1e-9)]


class OptimizerRace(Film):
    """Racers start together on the surface, run down it, and are compared."""

    shares = SHARES

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        self.show_title(SHARES["title"] * self.length)
        self.next_section("surface")
        self.raise_surface()
        self.next_section("start")
        self.introduce_racers()
        self.next_section("race")
        self.race()
        self.next_section("results")
        self.show_only(self.table, SHARES["results"] * self.length)
        self.next_section("orbit")
        self.orbit()

    def prepare(self) -> None:
        """Set up the stage and the camera."""
        standings = Standings(self.trace)
        self.stage = Stage(self.trace, self.captions)
        self.board = Board(self.trace, standings, self.captions)
        left, right, top = column()
        low = MARGIN + 0.4 - frame().height / 2
        self.plot = LossPlot(
            self.trace, self.captions, (left, low, right, low + min(PLOT, 2.2 - 0.1 * len(self.trace.names)))
        )
        corner = MARGIN - frame().width / 2
        self.plan = Plan(self.trace, (corner, top - PLAN, corner + PLAN, top), radius=0.07, width=2.5)
        self.table = Results(self.trace, standings, self.captions)
        self.lead = Lead(self.trace, standings, self.captions, (corner, low - 0.36), left - corner - 0.3)
        room = low + 0.1
        self.off_plane = OffPlane(self.trace, self.captions, (corner, low + 0.1), left - corner - 0.3)
        if len(self.off_plane):
            room += 2 * LINE
        self.fix(self.board, self.plot, self.plan, self.table, self.lead, self.off_plane)
        self.lens.add_fixed_orientation_mobjects(*self.stage.axes.labels)
        self.live = (self.stage.stalks, self.plan.runners, self.plot.runners, self.off_plane, self.lead)
        self.parts = (self.stage.runners, self.board, *self.live)
        edge, height = frame().width / 2 - 0.2, frame().height / 2 - 0.2
        self.aim(
            (-edge, room, left - 0.3, height),
            (corner + PLAN + 0.1, top - PLAN - 0.1),
            (-edge, LEVEL + 0.5, edge, height - 0.2),
        )

    def aim(self, room: Corners, taken: tuple[float, float], wide: Corners) -> None:
        """Find the camera's viewpoints: the stage fills the picture before the race, and its room during it.

        Args:
            room: the rectangle it must fit from every viewpoint during the race.
            taken: the lower right corner of what is in the rectangle's upper left corner.
            wide: the rectangle before the race begins.
        """
        stage, theta = self.stage, self.stage.theta
        first = {rise: np.array([[stage.phi - rise, theta]]) for rise in rises(stage.phi)}
        self.phi = stage.phi - stage.best_seen(self.lens, first, np.zeros(1))
        parts = np.linspace(0, 1, 33)
        gone = np.array([smooth(min(part / GOING, 1)) for part in parts])
        routes = {
            rise: np.stack([self.phi - gone * rise, theta + gone * SWAY], axis=-1) for rise in rises(self.phi)
        }
        self.rise = stage.best_seen(self.lens, routes, parts * self.trace.spec.steps)
        self.highest = max(self.rise, min(LIFT, self.phi - HIGHEST))
        back = np.linspace(1, 0, 5)
        last = np.stack(
            [self.phi - self.highest + back * (self.highest - self.rise), theta + back * SWAY], axis=-1
        )
        pictures = stage.pictures(self.lens, [*routes[self.rise][::4], *last])
        self.zoom, self.aside = fill(pictures, room, taken)
        zoom, self.lens.aside = fill(pictures[:1], wide)
        stage.axes.stand(zoom)
        self.set_camera_orientation(phi=self.phi, theta=theta, zoom=zoom)

    def come_close(self, rise: float = 0.0) -> None:
        """Move the camera to where the race begins, or that much higher."""
        self.lens.aside = self.aside
        self.stage.axes.stand(self.zoom)
        self.set_camera_orientation(phi=self.phi - rise, theta=self.stage.theta, zoom=self.zoom)

    def raise_surface(self) -> None:
        """Show the surface and its axes."""
        axes = self.stage.axes
        self.play(Rise(self.stage.surface), FadeIn(axes, axes.labels), run_time=SHARES["rise"] * self.length)

    def introduce_racers(self) -> None:
        """Drop the balls onto the start, each with a line on how it moves; then show board and plots."""
        sayings = introductions(self.trace, self.captions)
        self.fix(*sayings)
        seconds = SHARES["start"] * self.length
        each = (1 - CLOSING) * seconds / len(sayings)
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
        self.add(self.stage.runners, self.stage.stalks)
        closing = squish_rate_func(smooth, 0, 0.75)
        zoom, aside = self.lens.zoom_tracker, self.lens.aside_tracker
        ends: list[tuple[Any, Any]] = [(zoom, self.zoom), (aside, complex(*self.aside[:2]))]
        going = [tracker.animate(rate_func=closing).set_value(end) for tracker, end in ends]
        labels: Any = self.stage.axes.labels
        places = self.stage.axes.places(self.zoom)
        going += [
            label.animate(rate_func=closing).move_to(place)
            for label, place in zip(labels, places, strict=True)
        ]
        beside = (self.plan, self.board, self.plot, self.lead, *self.off_plane)
        there = FadeIn(*beside, rate_func=squish_rate_func(smooth, 0.7, 1))
        self.play(*going, there, run_time=CLOSING * seconds)

    def race(self) -> None:
        """Run the race; the camera slowly rotates, then rests."""
        movers = (self.stage.runners, *self.live, self.board.live)
        seconds = SHARES["race"] * self.length
        ways: Any = ((self.lens.theta_tracker, SWAY), (self.lens.phi_tracker, -self.rise))
        going = [tracker.animate(rate_func=smooth).increment_value(way) for tracker, way in ways]
        self.run_clock(seconds, *movers, until=GOING, also=going)
        self.run_clock(seconds, *movers, begin=GOING)

    def orbit(self) -> None:
        """Take a last look around the trails, from higher up."""
        turn = self.lens.theta_tracker.animate.increment_value(-SWAY)
        lift = self.lens.phi_tracker.animate.set_value(self.phi - self.highest)
        self.play(turn, lift, run_time=SHARES["orbit"] * self.length)

    def still(self, t: float) -> Image:
        """Show the race at step t, seen as in the last look."""
        self.prepare()
        self.come_close(self.highest)
        self.refresh(t)
        stage = self.stage
        shown = (stage.surface, stage.axes, stage.axes.labels, stage.runners, stage.stalks)
        return self.picture(*shown, self.plan, self.board, self.plot, self.lead, self.off_plane)


def film(
    trace: Trace, scene: type[Film] = OptimizerRace, quality: str = "l", suffix: str = ".mp4"
) -> Showing:
    """Film a race; a notebook shows the film.

    Args:
        trace: the race, with every step.
        scene: which film of `scenes` it is, such as `scenes.contour_race.ContourRace`.
        quality: l (480p15), m (720p30), h (1080p60) or k (2160p60).
        suffix: .mp4, .webm, .mov (ProRes 4444) or .gif.

    Returns:
        The film, in memory: `save` writes it to a file.
    """
    return shown(scene, trace, quality, suffix)
