"""The words of the films, in each language that race.toml knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from races import Status


@dataclass(frozen=True)
class Captions:
    """Every word that a film shows, but for names of racers and surfaces."""

    title: str
    subtitle: str  # of surface and steps
    results: str
    columns: tuple[str, str, str, str]  # racer, final loss, steps to target, status
    statuses: dict[Status, str]


_CAPTIONS = {
    "en": Captions(
        title="Optimizer Race",
        subtitle="{surface}: {steps} gradient steps",
        results="Results",
        columns=("racer", "final loss", "steps to target", "status"),
        statuses={
            Status.CONVERGED: "converged",
            Status.OUT_OF_STEPS: "out of steps",
            Status.LEFT_DOMAIN: "left the domain",
            Status.DIVERGED: "diverged",
        },
    ),
    "fr": Captions(
        title="La course des optimiseurs",
        subtitle="{surface} : {steps} pas de gradient",
        results="Résultats",
        columns=("coureur", "perte finale", "pas pour la cible", "état"),
        statuses={
            Status.CONVERGED: "a convergé",
            Status.OUT_OF_STEPS: "à court de pas",
            Status.LEFT_DOMAIN: "hors du domaine",
            Status.DIVERGED: "a divergé",
        },
    ),
}


def captions(language: Literal["en", "fr"]) -> Captions:
    """The captions of a language."""
    return _CAPTIONS[language]
