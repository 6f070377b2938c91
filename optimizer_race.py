"""The race as a film: uv run manim optimizer_race.py

What is raced stands in race.toml beside this file; the environment variable RACE_CONFIG names another.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn, cast

from manim import (
    DEGREES,
    DOWN,
    IN,
    UP,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    ManimColor,
    RendererType,
    ThreeDScene,
    ValueTracker,
    VGroup,
    config,
    linear,
)

from races import SpecError, Trace, config_path, load_spec, run_race
from scenes.board import Board, Results
from scenes.camera import DepthCamera
from scenes.captions import captions
from scenes.stage import ASIDE, Stage
from scenes.theme import BACKGROUND, FAINT, HEADING, TITLE, text
from surfaces.messages import shorten

# How much of the film's length each part takes.
SHARES = {"title": 0.08, "rise": 0.08, "start": 0.08, "race": 0.50, "results": 0.14, "orbit": 0.12}


class OptimizerRace(ThreeDScene):
    """Racers start together on the surface, run down it, and are compared.

    Args:
        renderer: Manim's; only its default one can draw the film.
        trace: the race to show; by default the one that race.toml describes is run.
    """

    def __init__(self, renderer: Any = None, *, trace: Trace | None = None, **options: Any) -> None:
        # Before Manim makes any folder: a race that is refused leaves nothing behind.
        if config.renderer == RendererType.OPENGL:
            _refuse("films are drawn with Manim's default renderer: leave --renderer=opengl out")
        self.trace = trace or _race_of_config()
        super().__init__(renderer=renderer, camera_class=DepthCamera, **options)  # type: ignore[no-untyped-call]

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.show_title()
        self.raise_surface()
        self.introduce_racers()
        self.race()
        self.show_results()
        self.orbit()

    def prepare(self) -> None:
        """Set the stage and the camera."""
        film = self.trace.spec.film
        self.length = film.length
        self.captions = captions(film.language)
        self.stage = Stage(self.trace)
        self.board = Board(self.trace, self.captions)
        self.clock = ValueTracker(0)
        self.camera.background_color = ManimColor(BACKGROUND)
        camera = cast("DepthCamera", self.camera)
        camera.aside = ASIDE
        self.camera.add_fixed_in_frame_mobjects(self.board)
        self.set_camera_orientation(phi=self.stage.phi, theta=self.stage.theta)

    def show_title(self) -> None:
        """The film's name, and what is raced."""
        spec = self.trace.spec
        words = {"surface": shorten(spec.build_surface().name, 60), "steps": f"{spec.steps:,}"}
        heading = text(self.captions.title, TITLE, bold=True)
        line = text(self.captions.subtitle.format(**words), HEADING, FAINT)
        title = VGroup(heading, line.next_to(heading, DOWN, buff=0.5)).center()
        if title.width > 12.5:
            title.scale_to_fit_width(12.5)
        self.camera.add_fixed_in_frame_mobjects(title)
        seconds = SHARES["title"] * self.length
        self.play(FadeIn(title, shift=0.2 * UP), run_time=0.3 * seconds)
        self.wait(0.5 * seconds)
        self.play(FadeOut(title), run_time=0.2 * seconds)

    def raise_surface(self) -> None:
        """The surface and its axes appear."""
        labels = self.stage.axes.labels
        self.camera.add_fixed_orientation_mobjects(*labels)
        self.beat("rise", FadeIn(self.stage.surface), FadeIn(self.stage.axes), FadeIn(labels))

    def introduce_racers(self) -> None:
        """The balls drop onto the start, the board names them."""
        self.refresh()
        self.add(self.stage.trails)
        drops = [FadeIn(ball, shift=0.6 * IN) for ball in self.stage.balls]
        self.beat("start", LaggedStart(*drops, lag_ratio=0.3), FadeIn(self.board))

    def race(self) -> None:
        """All racers take their steps at the same pace."""
        steps = self.trace.spec.steps
        movers = Group(self.stage.trails, self.stage.balls, self.board.live)
        movers.add_updater(lambda _: self.refresh())
        self.add(movers)
        self.beat("race", self.clock.animate.set_value(steps), rate_func=linear)
        movers.clear_updaters()

    def show_results(self) -> None:
        """The table of results, alone in the picture."""
        seen = Group(*self.mobjects)
        table = Results(self.trace, self.captions)
        self.camera.add_fixed_in_frame_mobjects(table)
        seconds = SHARES["results"] * self.length
        self.play(FadeOut(seen), run_time=0.15 * seconds)
        self.play(FadeIn(table, shift=0.2 * UP), run_time=0.15 * seconds)
        self.wait(0.5 * seconds)
        self.play(FadeOut(table), run_time=0.1 * seconds)
        self.play(FadeIn(seen), run_time=0.1 * seconds)

    def orbit(self) -> None:
        """A last look around the trails."""
        theta = self.camera.theta_tracker
        self.beat("orbit", theta.animate.increment_value(40 * DEGREES))

    def beat(self, part: str, *animations: Any, **options: Any) -> None:
        """Play animations together for the length of a part of the film."""
        self.play(*animations, run_time=SHARES[part] * self.length, **options)

    def refresh(self) -> None:
        """Put racers and board where the clock is."""
        t = self.clock.get_value()
        self.stage.at(t)
        self.board.at(t)


def _race_of_config() -> Trace:
    """Run the race of race.toml, or say in one line what is wrong with it and exit with status 2."""
    try:
        return run_race(load_spec(config_path(Path(__file__).parent)))
    except SpecError as error:
        _refuse(str(error))


def _refuse(reason: str) -> NoReturn:
    print(f"optimizer_race: {reason}", file=sys.stderr)  # noqa: T201
    sys.exit(2)
