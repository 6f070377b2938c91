"""`Film`: the base of films of a race, with the race, the camera, and one-line errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, cast

from manim import UP, FadeIn, FadeOut, Group, Mobject, ThreeDScene, ValueTracker, linear
from PIL.Image import Image

from races import RaceSpec, SpecError, Trace, config_path, load_spec, run_race
from scenes.coverage import require_letters
from scenes.depth.camera import DepthCamera
from scenes.depth.mobjects import Ball
from scenes.depth.sprite import fitted
from scenes.frame import Area, frame
from scenes.named_output import HOME, Written, race_name, refuse
from scenes.race.heading import Heading
from scenes.race.plate import Plate
from scenes.race.regions import PAD
from scenes.race.spoken import Line, Spoken, chapters
from scenes.theme import BODY, chosen_theme
from support.messages import shorten
from views.captions import captions_of

LEAST = {"results": 1.8}  # seconds that a part takes at least, or else is left out
CLOSING = 0.6  # seconds in which a film that loops fades to its beginning


class Part(Protocol):
    """A part of a film that follows its clock."""

    def at(self, t: float) -> Any:
        """Show the state at step t."""


class Film(Written, ThreeDScene):
    """A film of a race, drawn by a `DepthCamera`.

    Args:
        renderer: Manim's; only the default one can draw the film.
        trace: the race to show; by default the race in race.toml is run.

    Attributes:
        shares: the shares of the film's length for its sections.
        trace: the race.
        captions: the film's text.
        length: of the film's story, in seconds, with the parts that are left out.
        left_out: the parts that a short film has no time for.
        clock: the step that is shown, from 0 to the last one.
        parts: the parts that follow the clock; filled by `prepare`.
    """

    shares: ClassVar[Mapping[str, float]] = {}

    def __init__(self, renderer: Any = None, *, trace: Trace | None = None, **options: Any) -> None:
        asked = trace.spec if trace else spec_of_config()
        spec = self.shown_race(asked)
        asked_is_shown = spec is asked
        if spec.record == "ends":
            refuse("a film needs every step of the race: record must be 'all', got 'ends'")
        theme = chosen_theme(spec.film.theme)
        spec = spec.in_theme(theme.name)
        require_letters(spec)
        self.trace = replace(trace, spec=spec) if trace and asked_is_shown else _run(spec)
        film = self.trace.spec.film
        loop = CLOSING if film.loop else 0.0
        seconds = film.length - loop
        needed = {part: self.shares.get(part, 0.0) for part in LEAST}
        self.left_out = {part for part, share in needed.items() if share * seconds < LEAST[part]}
        self.length = seconds / (1 - sum(needed[part] for part in self.left_out))
        self.captions = captions_of(spec)
        self.clock = ValueTracker(0)
        self.parts: Sequence[Part] = ()
        if trace is None:
            options["race"] = race_name(config_path(HOME))
        options |= {"theme": theme, "loop": loop, "chapters": chapters(film.language)}
        super().__init__(renderer, camera_class=DepthCamera, **options)

    @staticmethod
    def shown_race(spec: RaceSpec) -> RaceSpec:
        """The race that the film shows when it is asked for another one: that one, in most films."""
        return spec

    def next_section(self, name: str = "unnamed", *args: Any, **options: Any) -> None:
        """As Manim's `next_section`, with what is said in it."""
        super().next_section(name, *args, **options)
        for after, line in self.spoken(name):
            self.say(line, after)

    def spoken(self, section: str) -> list[Line]:
        """The captions of a section."""
        return Spoken(self.trace).section(section, self.shares.get(section, 0.0) * self.length)

    @property
    def lens(self) -> DepthCamera:
        """The camera."""
        return cast("DepthCamera", self.camera)

    @property
    def noisy(self) -> bool:
        """Whether the race adds noise to the gradients."""
        noise = self.trace.spec.noise
        return noise is not None and noise.scale > 0

    def fixed(self, mobject: Mobject) -> bool:
        """Whether a mobject is fixed in the frame."""
        return mobject in self.lens.fixed_in_frame_mobjects

    def fix(self, *mobjects: Mobject) -> None:
        """Fix mobjects in the frame, whatever the camera does."""
        self.lens.add_fixed_in_frame_mobjects(*mobjects)

    def play(self, *animations: Any, **options: Any) -> None:
        """As Manim's `play`, with a cache that takes the camera's orientation into account.

        A camera that has come to rest is removed from the scene, as Manim would consider it moving.
        """
        self.lens.reset_rotation_matrix()
        super().play(*animations, **options)
        self.remove(*self.lens.get_value_trackers())

    def show_title(self, seconds: float) -> None:
        """Show the title and the race."""
        self.show_heading(self.heading(*self.titles()), seconds)

    def titles(self) -> tuple[str, str]:
        """The film's title, and what it is a race on."""
        spec = self.trace.spec
        name = fitted(shorten(spec.surface_name, 60), frame().safe.width, BODY)
        steps = self.captions.count(spec.steps)
        return self.captions.title, self.captions.subtitle.format(surface=name, steps=steps)

    def show_heading(
        self, heading: Heading, seconds: float, *above: Mobject, floor: float | None = None
    ) -> None:
        """Show a title from the first frame on; below other mobjects if it has room there.

        They fade out with it.

        Args:
            heading: the title.
            seconds: how long.
            above: the mobjects.
            floor: their lower end, if there are any.
        """
        bottom = frame().whole.bottom
        spare = (floor or 0.0) - bottom - heading.area.height
        if above and spare >= 0.1:
            heading.stand(bottom + spare / 2)
        else:
            above = ()
        self.add(*above, heading)
        self.wait(0.75 * seconds)
        self.play(FadeOut(*above, heading), run_time=0.25 * seconds)

    def open(self, seconds: float, *still: Mobject, going: Mobject, also: Sequence[Any] = ()) -> None:
        """Show the title upon the race's end, from the first frame on; then go back to its begin.

        The title stands low, or else where it covers no racer on a map.

        Args:
            seconds: how long.
            still: what stays.
            going: the racers, which fade out with the title.
            also: animations to play meanwhile.
        """
        self.refresh(self.trace.spec.steps)
        title = self.heading(*self.titles())
        safe, high = frame().safe, title.area.height
        low, middle, top = safe.bottom + PAD, -high / 2, safe.top - PAD - high
        balls = [part for part in going.get_family() if isinstance(part, Ball) and self.fixed(part)]
        places = (title.stand(bottom).area.inset(-PAD) for bottom in (low, top, middle))
        if not any(_clear(place, balls) for place in places):
            title.stand(low)
        plate = Plate(title.area.inset(-PAD))
        self.fix(plate)
        self.add(*still, going, plate, title)
        self.wait(0.7 * seconds)
        self.play(FadeOut(plate, title, going), *also, run_time=0.3 * seconds)
        self.refresh(0.0)

    def heading(self, title: str, line: str) -> Heading:
        """A title and a subtitle, and whether there is noise, fixed in the frame."""
        lines = [line, self.captions.noise] if self.noisy else [line]
        heading = Heading(title, lines)
        self.fix(heading)
        return heading

    def run_clock(
        self,
        seconds: float,
        *movers: Mobject,
        begin: float = 0.0,
        until: float = 1.0,
        also: Sequence[Any] = (),
    ) -> None:
        """Play the race, or a part of it, at constant speed.

        Args:
            seconds: the duration of the whole race.
            movers: the mobjects that `refresh` moves.
            begin: the fraction of the race at which to begin.
            until: the fraction of the race at which to end.
            also: animations to play at the same time.
        """
        moving = Group(*movers)
        moving.add_updater(self._tick)
        self.add(moving)
        ticking: Any = self.clock.animate
        ticking = ticking(rate_func=linear).set_value(until * self.trace.spec.steps)
        self.play(ticking, *also, run_time=(until - begin) * seconds)
        moving.clear_updaters()

    def show_only(self, mobject: Mobject, seconds: float) -> None:
        """Show only one mobject for a while, then everything else again."""
        seen = [other for other in self.mobjects if other is not self.clock]
        self.remove(*seen)
        self.play(FadeIn(mobject, shift=0.2 * UP), run_time=0.15 * seconds)
        self.wait(0.75 * seconds)
        self.play(FadeOut(mobject), run_time=0.1 * seconds)
        self.add(*seen)

    def refresh(self, t: float) -> None:
        """Move everything to its place at step t."""
        for part in self.parts:
            part.at(t)

    def picture(self, *mobjects: Mobject) -> Image:
        """A picture of mobjects alone."""
        self.lens.reset()
        self.lens.capture_mobjects(mobjects)
        return self.lens.get_image()

    def _tick(self, _: Mobject) -> None:
        self.refresh(self.clock.get_value())


def spec_of_config() -> RaceSpec:
    """The race in race.toml; an error is one line and exit status 2."""
    try:
        return load_spec(config_path(HOME))
    except SpecError as error:
        refuse(str(error))


def _run(spec: RaceSpec) -> Trace:
    """Run the race; an error in a user's optimizer is one line and exit status 2."""
    try:
        return run_race(spec)
    except SpecError as error:
        refuse(str(error))


def _clear(area: Area, balls: Sequence[Ball]) -> bool:
    """Whether no ball reaches into an area of the frame."""
    for ball in balls:
        (x, y, _), radius = ball.get_center(), ball.radius
        if area.left - radius < x < area.right + radius and area.bottom - radius < y < area.top + radius:
            return False
    return True
