"""The captions of films of a race; what they say is in `support/languages`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from optimizers import OPTIMIZERS
from races import RacerSpec, RaceSpec, Status, Trace
from support.numbers import Numbers, numbers
from support.words import words


@dataclass(frozen=True)
class Captions:
    """The text in a film of a race, except the names of racers and surfaces."""

    title: str
    subtitle: str  # of surface and steps
    start: str  # of u and v
    guest: str  # how an external optimizer moves
    leads: str  # of a racer's name
    wins: str  # the same, once it has reached the target
    because: str  # of a line about a racer, and its habit
    loss: str
    step: str
    pace: str  # of step and steps
    pull: str  # the negative gradient
    noisy_pull: str  # the same with gradient noise
    noise: str  # says that there is gradient noise
    velocity: str
    results: str
    columns: Sequence[str]  # racer, final loss, the step at which it settled, status
    statuses: Mapping[Status, str]
    out: Mapping[Status, str]  # in a word, for racers that have dropped out
    true_loss: str  # of a network, at its weights
    log_scale: str  # of an axis's name
    rate: str  # what a schedule gives for each step
    axis: str  # of a plane's coordinate, and the share of the variance along it
    plane: str  # of the share of the variance that a network's plane shows
    distances: str  # of all racers from the plane
    farthest: str  # the greatest of them
    boundaries: str  # the title of the film of decision boundaries
    same_start: str  # how all its networks begin
    generations: str  # the title of the film of a breeding
    generation: str  # a racer's name, of its number
    drawn: str  # how the first one came about
    bred: str  # how the others did, of their numbers
    accuracy: str  # of the share of samples
    basins: str  # the title of the film of basins
    told: str  # what its colours mean
    arrived: str  # of the share of starts from which a minimum has been reached
    arrivals: str  # what that share is called on an axis
    minimum: str
    sooner_later: str  # of shades
    under_way: str  # of starts from which none has been reached
    epoch: str  # of the epoch, and the pace
    numbers: Numbers
    habits: Mapping[str, str]  # how each optimizer moves, by its name

    def habit(self, racer: RacerSpec) -> str:
        """How a racer moves: as race.toml has it, or as its optimizer does."""
        return racer.caption or self.habits.get(racer.optimizer, self.guest)

    def share(self, fraction: float) -> str:
        """A fraction in percent: whole ones, but of less than one percent, and of more than 99, a tenth."""
        percent = 100 * fraction
        text = f"{percent:.0f}" if 1 <= percent < 99 or percent in {0.0, 100.0} else f"{percent:.1f}"
        return self.numbers.written(text) + self.numbers.percent_sign

    def count(self, number: int) -> str:
        """A whole number, its thousands separated."""
        return self.numbers.count(number)


def axis_names(trace: Trace, captions: Captions) -> tuple[str, str]:
    """What the axes u and v are called; of a network's race, with the variance along them."""
    if trace.plane is None:
        return "u", "v"
    first, second = map(captions.share, trace.plane.explained_variance.tolist())
    return captions.axis.format(name="u", share=first), captions.axis.format(name="v", share=second)


def captions(language: str) -> Captions:
    """The captions of a language; what it does not say of an optimizer is said in English."""
    said = words(language)
    habits = {name: kind.habit for name, kind in OPTIMIZERS.items() if kind.habit} | said.get("habits", {})
    return Captions(**said["race"], numbers=numbers(language), habits=habits)


def captions_of(spec: RaceSpec) -> Captions:
    """The captions of a race's film, with the race's own title and subtitle, if it has them."""
    said, film = captions(spec.film.language), spec.film
    if film.title:
        said = replace(
            said, title=film.title, boundaries=film.title, basins=film.title, generations=film.title
        )
    if film.subtitle:
        plain = film.subtitle.replace("{", "{{").replace("}", "}}")
        said = replace(said, subtitle=plain, same_start=film.subtitle, told=film.subtitle)
    return said
