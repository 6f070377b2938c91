"""The race as a film: uv run manim optimizer_race.py

It films the race in race.toml beside this file, or in the file that the environment variable RACE_CONFIG
names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import DEGREES, IN, FadeIn, FadeOut, Group, smootherstep
from PIL.Image import Image

from races import Trace
from scenes.depth.animations import Rise
from scenes.film import Film
from scenes.frame import frame
from scenes.race.board import Board
from scenes.race.commentary import Lead, introduction_room, introductions
from scenes.race.director import PEAK, TURN, CameraShot, Director, Pose, Side, pose_at
from scenes.race.filled import filled
from scenes.race.loss_plot import LossPlot
from scenes.race.off_plane import OffPlane, plane_lines
from scenes.race.plan import Plan
from scenes.race.plate import Plate
from scenes.race.regions import PAD, board_room, lead_lines, regions, words_width
from scenes.race.results import Results
from scenes.race.spoken import Line, Spoken
from scenes.race.stage import Stage, fill
from scenes.showing import Showing, shown
from views.rates import differ, learning_rates
from views.standings import Standings

# The share of the film's length for each part.
SHARES = {"title": 0.06, "rise": 0.07, "start": 0.20, "race": 0.47, "results": 0.10, "orbit": 0.10}
SWAY = 24 * DEGREES  # the camera's rotation during the race, and back at the end
RISES = np.arange(4, 57, 4) * DEGREES  # how far it may rise before and during that, to see the balls better
STEEPEST = 12 * DEGREES  # from upright: no shot is from higher up
LIFT = 14 * DEGREES  # the least rise for the last look
FILLED = 0.44  # the share of the picture that the surface takes during the race, where it can
HIGHEST = 28 * DEGREES  # the same with the axes, of which the upright one would be too short
COMING, CLOSING = 0.3, 0.12  # shares of the introduction: the camera comes near; board and plots appear
RISING = 0.45  # the share of its part in which the surface rises
SLOWEST = 1.7  # how much longer these moves of the camera may take; where that is too fast, there is a cut
BRISK = 2.0  # how much faster the camera may be there than during the race


def rises(phi: float) -> list[float]:
    """How far the camera may rise from an angle."""
    return [0.0, *(rise for rise in RISES.tolist() if phi - rise >= STEEPEST - 1e-9)]


class OptimizerRace(Film):
    """Racers start together on the surface, run down it, and are compared."""

    shares = SHARES

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        stage = self.stage
        self.open(SHARES["title"] * self.length, stage.surface, going=stage.runners, also=[self.sinking])
        self.next_section("surface")
        self.raise_surface()
        self.next_section("start")
        self.introduce_racers()
        self.next_section("race")
        self.race()
        if "results" not in self.left_out:
            self.next_section("results")
            self.show_only(self.table, SHARES["results"] * self.length)
        self.next_section("orbit")
        self.orbit()

    def prepare(self) -> None:
        """Set up the stage and the camera."""
        standings = Standings(self.trace)
        self.stage = Stage(self.trace, self.captions)
        self.board = Board(self.trace, standings, self.captions, *board_room())
        told = len(plane_lines(self.trace, self.captions, words_width()))
        where = self.regions = regions(
            self.board.extent, told + bool(told), differ(learning_rates(self.trace))
        )
        self.board.stand(where.board)
        self.plot = LossPlot(self.trace, self.captions, where.plot)
        self.plan = Plan(self.trace, where.plan, radius=0.07, width=2.5)
        self.table = Results(self.trace, standings, self.captions)
        self.lead = Lead(self.trace, standings, self.captions, where.lead, lead_lines(), frame().wide)
        self.off_plane = OffPlane(self.trace, self.captions, where.words)
        upon = [where.board, where.plot] if frame().wide else []
        if upon and told:
            upon.append(where.words)
        self.upon = [area.inset(-PAD) for area in upon]
        self.plates = Group(*map(Plate, self.upon))
        below = introduction_room()
        self.verdict = Lead(self.trace, standings, self.captions, below, lead_lines(), plated=True)
        self.verdict.at(self.trace.spec.steps)
        self.fix(self.plates, self.board, self.plot, self.plan, self.table, self.lead, self.off_plane)
        self.fix(self.verdict)
        self.lens.add_fixed_orientation_mobjects(*self.stage.axes.labels)
        self.live = (self.stage.stalks, self.plan.runners, self.plot.runners, self.off_plane, self.lead)
        self.parts = (self.stage.runners, self.board, *self.live)
        self.rising = Rise(self.stage.surface)
        self.sinking = Rise(self.stage.surface, rate_func=lambda part: 1 - smootherstep(part))
        self.direct()

    def direct(self) -> None:
        """Find the camera's poses: the whole surface at the begin and the end, and the shots of the race."""
        stage, theta = self.stage, self.stage.theta
        first = {rise: np.array([[stage.phi - rise, theta]]) for rise in rises(stage.phi)}
        phi = stage.phi - stage.best_seen(self.lens, first, np.zeros(1))
        parts = np.linspace(0, 1, 17)
        routes = {rise: np.stack([phi - parts * rise, theta + parts * SWAY], axis=-1) for rise in rises(phi)}
        rise = stage.best_seen(self.lens, routes, parts * self.trace.spec.steps)
        where, seconds = self.regions, SHARES["race"] * self.length
        clear = where.clear.inset(PAD)
        rooms = [clear]
        if where.plan.top > where.board.bottom:  # the plan is upon the surface
            rooms = [
                clear._replace(left=where.plan.right + PAD),
                clear._replace(top=where.plan.bottom - PAD),
            ]
        director = Director(stage, self.lens, rooms, where.clear, where.stage.bottom, seconds)
        self.shots = self.filling(director, (phi, theta), (phi - rise, theta + SWAY))
        # The film ends where it begins.
        turn = min(SWAY, TURN * SHARES["orbit"] * self.length / PEAK)
        high = max(phi - max(rise, LIFT), HIGHEST)
        room = frame().whole.inset(PAD)._replace(bottom=introduction_room().top)
        title = self.heading(*self.titles()).area  # on a plate at the bottom
        above = room._replace(bottom=room.bottom + title.height + 2 * PAD)
        self.opening, self.last = (director.whole(high, theta + t, above, room) for t in (0.0, turn))
        # With its axes, the surface is seen as a whole.
        pictures = stage.pictures(self.lens, [np.array([high, theta])])
        zoom, (x, y, _) = fill(pictures, room)
        stage.axes.stand(zoom)
        points, beside = pictures[0]
        stage.axes.thin((zoom * points + beside)[-4 * len(stage.axes.labels) :])
        self.whole = Pose(high, theta, zoom, x, y, frame().whole.bottom)
        seconds = RISING * SHARES["rise"] * self.length
        self.rising_time = self.brisk(director, self.opening, self.whole, seconds)
        seconds = SHARES["start"] * self.length
        self.fading = 0.2 * COMING * seconds
        self.coming = self.brisk(director, self.whole, self.shots[0].first, COMING * seconds - self.fading)
        self.introducing = (1 - CLOSING) * seconds - self.fading - self.coming
        self.look(self.opening)

    def brisk(self, director: Director, one: Pose, other: Pose, seconds: float) -> float:
        """How long a move takes before the race, usually these seconds; 0 for a cut."""
        least = director.time(one, other) / BRISK
        return max(seconds, least) if least <= SLOWEST * seconds else 0.0

    def filling(self, director: Director, first: Side, last: Side) -> list[CameraShot]:
        """The shots of the race from no higher than it takes for the surface to fill the picture.

        Args:
            director: who finds the shots.
            first: phi and theta at the begin of the race.
            last: the same at its end.
        """
        (phi, theta), (last_phi, last_theta) = first, last
        over = [*self.upon, self.regions.plan]
        best: tuple[float, list[CameraShot]] = -1.0, []
        # A network's stalks show the true loss, and only from the side.
        for higher in rises(phi)[::2] if self.trace.plane is None else [0.0]:
            shots = director.shots([(phi - higher, theta), (min(last_phi, phi - higher), last_theta)])
            poses = [shot.first for shot in shots]
            share = min(filled(self.stage, self.lens, pose, self.regions.stage, over) for pose in poses)
            best = max(best, (share, shots), key=lambda found: found[0])
            if share >= FILLED:
                break
        return best[1]

    def look(self, pose: Pose) -> None:
        """Put the camera into a pose."""
        self.lens.aside = np.array([pose.x, pose.y, 0.0])
        self.lens.floor_tracker.set_value(pose.floor)
        self.set_camera_orientation(phi=pose.phi, theta=pose.theta, zoom=pose.zoom)

    def spoken(self, section: str) -> list[Line]:
        """The captions of a section; those of the racers while they are introduced."""
        if section != "start":
            return super().spoken(section)
        begin = self.fading + self.coming if frame().wide else 0.0
        lines = Spoken(self.trace).introductions(self.introducing)
        return [(begin + after, line) for after, line in lines]

    def moves(self, pose: Pose) -> list[Any]:
        """The animations that bring the camera into a pose."""
        lens = self.lens
        ends: Sequence[tuple[Any, Any]] = (
            (lens.phi_tracker, pose.phi),
            (lens.theta_tracker, pose.theta),
            (lens.zoom_tracker, pose.zoom),
            (lens.aside_tracker, complex(pose.x, pose.y)),
            (lens.floor_tracker, pose.floor),
        )
        return [tracker.animate(rate_func=smootherstep).set_value(end) for tracker, end in ends]

    def raise_surface(self) -> None:
        """Show the surface and its axes."""
        axes = self.stage.axes
        seconds = SHARES["rise"] * self.length
        rising = self.rising_time or RISING * seconds
        if not self.rising_time:
            self.look(self.whole)
        self.play(self.rising, *self.moves(self.whole), run_time=rising)
        self.play(FadeIn(axes, axes.labels), run_time=0.12 * seconds)
        self.wait(0.88 * seconds - rising)

    def introduce_racers(self) -> None:
        """Drop the balls onto the start, each with a line on how it moves; then show board and plots.

        The camera comes near before that, or afterwards where board and plots are below the race.
        """
        sayings = introductions(self.trace, self.captions, self.introducing)
        self.fix(*sayings)
        seconds = SHARES["start"] * self.length
        each = self.introducing / len(sayings)
        drop = 0.6 / self.shots[0].first.zoom  # in the picture as high from near and far
        if frame().wide:
            self.come_near()
        self.add(self.stage.runners.trails)
        balls = list(self.stage.runners.balls)
        drops = [[ball] for ball in balls] if len(sayings) == len(balls) else [balls]
        for saying, dropped in zip(sayings, drops, strict=True):
            self.play(
                FadeIn(saying), *(FadeIn(ball, shift=drop * IN) for ball in dropped), run_time=0.3 * each
            )
            self.wait(0.7 * each)
            self.remove(saying)
        self.add(self.stage.runners, self.stage.stalks)
        if not frame().wide:
            self.come_near()
        beside = (self.plates, self.plan, self.board, self.plot, self.lead, *self.off_plane)
        self.play(FadeIn(*beside), run_time=CLOSING * seconds)

    def come_near(self) -> None:
        """Bring the camera to where the race begins."""
        axes, near = self.stage.axes, self.shots[0].first
        self.play(FadeOut(axes, axes.labels), run_time=self.fading)
        if self.coming:
            self.play(*self.moves(near), run_time=self.coming)
        else:
            self.look(near)

    def race(self) -> None:
        """Run the race; the camera rests, or moves to the next shot."""
        movers = (self.stage.runners, *self.live, self.board.live)
        seconds = SHARES["race"] * self.length
        for shot in self.shots:
            moves = self.moves(shot.last) if shot.last != shot.first else ()
            self.run_clock(seconds, *movers, begin=shot.begin, until=shot.end, also=moves)

    def orbit(self) -> None:
        """Take a last look at the whole surface with all trails, coming back to where the film began."""
        self.remove(*self.mobjects)
        self.add(self.stage.surface, self.stage.runners, self.verdict)
        self.look(self.last)
        self.play(*self.moves(self.opening), run_time=SHARES["orbit"] * self.length)

    def still(self, t: float) -> Image:
        """Show the race at step t, as the film does."""
        self.prepare()
        self.look(pose_at(self.shots, t / self.trace.spec.steps))
        self.refresh(t)
        stage = self.stage
        scene = (stage.surface, stage.runners, stage.stalks, self.plates, self.plan)
        return self.picture(*scene, self.board, self.plot, self.lead, self.off_plane)


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
