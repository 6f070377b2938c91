"""How a step is made, in slow motion: uv run manim scenes/inside_the_step.py InsideTheStep

Gradient and momentum are arrows, squared gradients are squares, and each line of the optimizer's rule is
shown with its numbers, for one racer or for two side by side.
"""

from __future__ import annotations

import itertools
from typing import Any

from manim import FadeIn, FadeOut, Mobject
from PIL.Image import Image

from races import Trace, config_path, run_race
from races.network_spec import NetworkSpec
from scenes.depth.mobjects import Trail
from scenes.film import Film, spec_of_config
from scenes.frame import frame
from scenes.named_output import HOME, race_name, refuse
from scenes.race.spoken import Line
from scenes.step.captions import step_captions
from scenes.step.map import BELOW
from scenes.step.racer_view import RacerView, most_shown
from scenes.step.shots import Moment, Shot, shots
from support.messages import shorten
from views.theme import FAINT

# The share of the film's length for the other parts.
TITLE_SHARE, BEGIN_SHARE, END_SHARE = 0.08, 0.02, 0.06
FADE = 0.35  # seconds to fade from one map to another


class InsideTheStep(Film):
    """The terms of an optimizer's step, one after the other, as arrows, squares and equations.

    It shows the racers that race.toml names in ``[film] inside``, or else the last two; in a picture narrower
    than 16:9, only the second of them.
    """

    def __init__(self, renderer: Any = None, *, trace: Trace | None = None, **options: Any) -> None:
        spec = trace.spec if trace else spec_of_config()
        if trace is None or trace.states is None:
            if spec.record == "ends":
                refuse("a film needs every step of the race: record must be 'all', got 'ends'")
            if isinstance(spec.surface, NetworkSpec):
                refuse("InsideTheStep shows steps of u and v: a network has none")
            if trace is None:
                options["race"] = race_name(config_path(HOME))
            trace = run_race(spec.model_copy(update={"record": "state"}))
        super().__init__(renderer, trace=trace, **options)
        self.words = step_captions(spec.film.language)

    def construct(self) -> None:
        """Tell the story."""
        self.prepare()
        self.next_section("title")
        self.show_title(TITLE_SHARE * self.length)
        self.begin(BEGIN_SHARE * self.length)
        story = self.story
        fades = sum(one.view != other.view for one, other in itertools.pairwise(story))
        seconds = self.length * (1 - TITLE_SHARE - BEGIN_SHARE - END_SHARE) - FADE * fades
        total = sum(shot.share for shot in story)
        for shot in story:
            self.next_section(f"step {shot.first + 1}")
            self.show_shot(shot, seconds * shot.share / total)
        self.next_section("end")
        self.finish(END_SHARE * self.length)

    def spoken(self, section: str) -> list[Line]:
        """The captions of a section."""
        if section == "title":
            return [(0.0, f"{self.words.title}\n{self.subtitle()}")]
        step = section.removeprefix("step ")
        if step == section:
            return super().spoken(section)
        count = self.captions.count
        words = self.captions.pace.format(step=count(int(step)), steps=count(self.trace.spec.steps))
        return [(0.0, words)]

    def subtitle(self) -> str:
        """Whose steps are shown, and where."""
        racers = [view.steps.racer.name for view in self.views]
        words = self.words.two if len(racers) > 1 else self.words.one
        film = self.trace.spec.film
        if film.subtitle:
            return film.subtitle
        surface = film.surface or shorten(self.trace.surface.name, 60)
        return words.format(racer=racers[0], other=racers[-1], surface=surface)

    def prepare(self) -> None:
        """Create the view of each racer, and the shots."""
        trace = self.trace
        shown = shown_racers(trace)
        self.views = [RacerView(trace, racer, shown, self.words, self.captions) for racer in shown]
        self.story = shots([view.steps for view in self.views])
        self.shot = self.story[0]
        self.over = False
        for view in self.views:
            view.look_at(self.shot)
            self.fix(view.panel, view.map, *([view.squares] if view.squares else []))
        top = frame().height / 2 - 0.3
        line = [[0.0, -top, 0.0], [0.0, top, 0.0]] if len(shown) > 1 else []
        self.between = Trail(line, FAINT, width=1.0).set_opacity(0.4)
        self.fix(self.between)
        self.refresh(0.0)

    def show_title(self, seconds: float) -> None:
        """Show the title, and above it the racers' whole ways."""
        steps = self.trace.spec.steps
        maps = [view.look_at(Shot(0, steps, 1.0)) for view in self.views]
        for view in self.views:
            view.at(Moment(steps, 0.0, slow=False))
        self.fix(*maps)
        title = self.trace.spec.film.title or self.words.title
        floor = min(one.window.corners[1] for one in maps) - BELOW
        self.show_heading(self.heading(title, self.subtitle()), seconds, *maps, floor=floor)
        for view in self.views:
            view.look_at(self.shot)
        self.refresh(0.0)

    def begin(self, seconds: float) -> None:
        """Show everything."""
        self.play(FadeIn(*self.shown()), run_time=seconds)

    def shown(self) -> list[Mobject]:
        """Everything in the picture."""
        parts = [part for view in self.views for part in (view.map, view.squares, view.panel) if part]
        return [*parts, self.between]

    def show_shot(self, shot: Shot, seconds: float) -> None:
        """Show the steps of a shot."""
        if shot.view != self.shot.view:
            self.change_map(shot)
        self.shot = shot
        for view in self.views:
            view.look_at(shot)
        steps = self.trace.spec.steps
        begin, until = shot.first / steps, shot.end / steps
        # Parts that often rest come first: see `scenes.depth.resting_layer`.
        layers = itertools.zip_longest(*(view.live for view in self.views))
        movers = [part for parts in layers for part in parts if part]
        self.run_clock(seconds / (until - begin), *movers, begin=begin, until=until)

    def change_map(self, shot: Shot) -> None:
        """Fade to the map of a shot."""
        old = [view.map for view in self.views]
        new = [view.look_at(shot) for view in self.views]
        self.fix(*new)
        self.shot = shot
        self.refresh(float(shot.first))
        gone = [m for m, n in zip(old, new, strict=True) if m is not n]
        come = [n for m, n in zip(old, new, strict=True) if m is not n]
        if come:
            self.play(FadeOut(*gone), FadeIn(*come), run_time=FADE)
        else:
            self.wait(FADE)

    def finish(self, seconds: float) -> None:
        """Show the end of the race."""
        self.over = True
        self.refresh(float(self.story[-1].end))
        self.wait(seconds)

    def refresh(self, t: float) -> None:
        """Move everything to its place at step t."""
        moment = self.shot.moment(t)
        if self.over:
            moment = Moment(self.shot.end, 0.0, slow=False)
        for view in self.views:
            view.at(moment)

    def still(self, t: float) -> Image:
        """Show the race at step t, or the end of a step."""
        self.prepare()
        self.shot = next((shot for shot in self.story if t <= shot.end), self.story[-1])
        for view in self.views:
            view.look_at(self.shot)
        self.refresh(t)
        return self.picture(*self.shown())


def shown_racers(trace: Trace) -> list[int]:
    """The indices of the racers shown: of two, only the second where there is no room for both."""
    names = list(trace.names)
    return [names.index(name) for name in trace.spec.film.inside or names[-2:]][-most_shown() :]
