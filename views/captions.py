"""The words of the films, in each language that race.toml knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from races import Status
from support.numbers import Numbers, numbers


@dataclass(frozen=True)
class Captions:
    """Every word that a film of a race shows, but for names of racers and surfaces."""

    title: str
    subtitle: str  # of surface and steps
    start: str  # of u and v
    habits: dict[str, str]  # of optimizers: how each moves
    guest: str  # the same of an optimizer from elsewhere
    leads: str  # of a racer's name
    wins: str  # the same, once it has reached the target
    because: str  # of what is said of a racer, and its habit
    loss: str
    step: str
    pace: str  # of step and steps
    pull: str  # the negative gradient
    noisy_pull: str  # the same where there is noise in it
    noise: str  # that there is
    velocity: str
    results: str
    columns: tuple[str, str, str, str]  # racer, final loss, from which step on it was at the target, status
    statuses: dict[Status, str]
    out: dict[Status, str]  # the same in a word, for who is out of the race
    numbers: Numbers

    def count(self, number: int) -> str:
        """A whole number, its thousands apart."""
        return self.numbers.count(number)


_CAPTIONS = {
    "en": Captions(
        title="Optimizer Race",
        subtitle="{surface}: {steps} gradient steps",
        start="One start for all: u = {u}, v = {v}",
        habits={
            "sgd": "straight down the slope",
            "momentum": "rolls on like a heavy ball",
            "nesterov": "rolls on and looks ahead",
            "adagrad": "tires with every slope it meets",
            "adadelta": "finds its own pace",
            "rmsprop": "brisk even on gentle slopes",
            "rprop": "speeds up until the slope turns",
            "adam": "rolls on, brisk on any slope",
            "adamw": "as Adam, but drawn to zero",
            "adamax": "as Adam, minds the steepest",
            "nadam": "as Adam, and looks ahead",
            "radam": "as Adam, after a careful start",
            "lion": "steps of one length, either way",
            "lbfgs": "remembers the ground's curve",
            "newton": "leaps to the curve's bottom",
        },
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
        statuses={
            Status.CONVERGED: "converged",
            Status.OUT_OF_STEPS: "out of steps",
            Status.LEFT_DOMAIN: "left the domain",
            Status.DIVERGED: "diverged",
        },
        out={Status.LEFT_DOMAIN: "outside", Status.DIVERGED: "diverged"},
    ),
    "fr": Captions(
        title="La course des optimiseurs",
        subtitle="{surface} : {steps} pas de gradient",
        start="Un seul départ pour tous : u = {u} ; v = {v}",
        habits={
            "sgd": "droit dans la pente",
            "momentum": "roule comme une bille",
            "nesterov": "roule et voit plus loin",
            "adagrad": "se fatigue à chaque pente",
            "adadelta": "trouve seul son allure",
            "rmsprop": "vif même en pente douce",
            "rprop": "accélère tant que la pente dure",
            "adam": "roule, vif sur toute pente",
            "adamw": "Adam, mais attiré vers zéro",
            "adamax": "Adam, selon le plus raide",
            "nadam": "comme Adam, voit plus loin",
            "radam": "comme Adam, départ prudent",
            "lion": "avance par pas tous égaux",
            "lbfgs": "se souvient des courbes",
            "newton": "saute au creux de la courbe",
        },
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
        statuses={
            Status.CONVERGED: "a convergé",
            Status.OUT_OF_STEPS: "à court de pas",
            Status.LEFT_DOMAIN: "hors du domaine",
            Status.DIVERGED: "a divergé",
        },
        out={Status.LEFT_DOMAIN: "dehors", Status.DIVERGED: "a divergé"},
    ),
}


def captions(language: Literal["en", "fr"]) -> Captions:
    """The captions of a language."""
    return _CAPTIONS[language]
