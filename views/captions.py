"""The captions of the films, in each of their languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimizers import OPTIMIZERS
from races import Status, Trace
from support.numbers import Numbers, numbers


@dataclass(frozen=True)
class Captions:
    """The text in a film of a race, except the names of racers and surfaces."""

    language: Literal["en", "fr"]
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
    columns: tuple[str, str, str, str]  # racer, final loss, the step at which it settled, status
    statuses: dict[Status, str]
    out: dict[Status, str]  # in a word, for racers that have dropped out
    numbers: Numbers
    true_loss: str  # of a network, at its weights
    axis: str  # of a plane's coordinate, and the share of the variance along it
    plane: str  # of the share of the variance that a network's plane shows
    distances: str  # of all racers from the plane
    farthest: str  # the greatest of them
    boundaries: str  # the title of the film of decision boundaries
    same_start: str  # how all its networks begin
    accuracy: str  # of the share of samples
    epoch: str  # of the epoch, and the pace

    @property
    def habits(self) -> dict[str, str]:
        """How each optimizer moves, by its name."""
        said = {name: kind.habit for name, kind in OPTIMIZERS.items()}
        return {name: getattr(habit, self.language) for name, habit in said.items() if habit}

    def share(self, fraction: float) -> str:
        """A fraction in percent: whole ones, but of less than one percent, and of more than 99, a tenth."""
        percent = 100 * fraction
        text = f"{percent:.0f}" if 1 <= percent < 99 or percent in {0.0, 100.0} else f"{percent:.1f}"
        return f"{self.numbers.written(text)} %"

    def count(self, number: int) -> str:
        """A whole number, its thousands separated."""
        return self.numbers.count(number)


_CAPTIONS = {
    "en": Captions(
        language="en",
        title="Optimizer Race",
        subtitle="{surface}: {steps} gradient steps",
        start="One start for all: u = {u}, v = {v}",
        guest="a guest with its own rule",
        leads="{name} leads",
        wins="{name} wins",
        because="{racer}: {habit}",
        loss="loss",
        step="step",
        pace="step {step} of {steps}",
        pull="downhill: -gradient",
        noisy_pull="-gradient, with noise",
        noise="with noise in the gradients",
        velocity="velocity: the step it takes",
        results="Results",
        columns=("racer", "final loss", "settled at step", "status"),
        numbers=numbers("en"),
        true_loss="true loss",
        axis="{name}: {share}",
        plane="Plane: {share} of variance. Stalk: the true loss.",
        distances="Distance from the plane:",
        farthest="Farthest from the plane:",
        boundaries="Decision boundaries",
        same_start="same network, same initial weights",
        accuracy="accuracy {share}",
        epoch="epoch {epoch}, {pace}",
        statuses={
            Status.CONVERGED: "converged",
            Status.OUT_OF_STEPS: "out of steps",
            Status.LEFT_DOMAIN: "left the domain",
            Status.DIVERGED: "diverged",
        },
        out={Status.LEFT_DOMAIN: "outside", Status.DIVERGED: "diverged"},
    ),
    "fr": Captions(
        language="fr",
        title="La course des optimiseurs",
        subtitle="{surface} : {steps} pas de gradient",
        start="Un seul départ pour tous : u = {u} ; v = {v}",
        guest="un invité, avec sa règle",
        leads="{name} mène",
        wins="{name} gagne",
        because="{racer} : {habit}",
        loss="perte",
        step="pas",
        pace="pas {step} sur {steps}",
        pull="la descente : -gradient",
        noisy_pull="-gradient, avec du bruit",
        noise="avec du bruit dans les gradients",
        velocity="la vitesse : le pas en cours",
        results="Résultats",
        columns=("coureur", "perte finale", "stable dès le pas", "état"),
        numbers=numbers("fr"),
        true_loss="vraie perte",
        axis="{name} : {share}",
        plane="Plan : {share} de la variance. Tige : vraie perte.",
        distances="Distance au plan :",
        farthest="Le plus loin du plan :",
        boundaries="Frontières de décision",
        same_start="même réseau, mêmes poids initiaux",
        accuracy="exactitude {share}",
        epoch="époque {epoch}, {pace}",
        statuses={
            Status.CONVERGED: "a convergé",
            Status.OUT_OF_STEPS: "à court de pas",
            Status.LEFT_DOMAIN: "hors du domaine",
            Status.DIVERGED: "a divergé",
        },
        out={Status.LEFT_DOMAIN: "dehors", Status.DIVERGED: "a divergé"},
    ),
}


def axis_names(trace: Trace, words: Captions) -> tuple[str, str]:
    """What the axes u and v are called; of a network's race, with the variance along them."""
    if trace.plane is None:
        return "u", "v"
    first, second = map(words.share, trace.plane.explained_variance.tolist())
    return words.axis.format(name="u", share=first), words.axis.format(name="v", share=second)


def captions(language: Literal["en", "fr"]) -> Captions:
    """The captions of a language."""
    return _CAPTIONS[language]
