"""The words of `InsideTheStep`, in each language that race.toml knows: what each line of a step is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimizers.equations import Words


@dataclass(frozen=True)
class StepCaptions:
    """What the film says, beside what films of a race have in common."""

    language: Literal["en", "fr"]
    title: str
    one: str  # of the racer and the surface
    two: str  # of both racers
    conditions: tuple[str, str]  # before a condition, and for all other cases
    area: str
    side: str
    length: str
    bar: str
    near: str  # of how many times the map is magnified
    whole: str
    quick: str
    ended: str  # of status, loss and steps
    lines: dict[str, str]  # what a line is for, by its role, of symbol, keep and share

    def of(self, role: str | Words) -> str:
        """What a line is for: by its role, or in its own words."""
        return getattr(role, self.language) if isinstance(role, Words) else self.lines[role]


_CAPTIONS = {
    "en": StepCaptions(
        language="en",
        title="Inside the step",
        one="How {racer} makes a step on {surface}",
        two="How {racer} and {other} make a step",
        conditions=("if", "otherwise"),
        area="area",
        side="side",
        length="length",
        bar="bar",
        near="magnified {times} times",
        whole="the whole way",
        quick="Now faster: the same lines, step after step.",
        ended="{status} after step\u00a0{steps}, at a loss of {loss}",
        lines={
            "gradient": "The slope here, on each axis. The loss falls against it: the arrow is −g.",
            "noisy": "The gradient here and the step's noise ξ: a noisy gradient. The arrow is −g.",
            "penalty": "Weight decay adds a pull towards 0 to the gradient.",
            "decay": "Weight decay first draws the position itself towards 0.",
            "momentum": "{symbol} keeps {keep} of the old push and adds the new one.",
            "mean": "{symbol} keeps {keep} of itself and takes {share} of g: a direction with a memory.",
            "square": "{symbol} keeps {keep} of itself and takes {share} of g²: how steep recently.",
            "sum": "s adds up all squared gradients: these squares only grow.",
            "centred": "Less the square of the mean: how much the slope varies.",
            "largest": "The largest s so far: these squares never shrink.",
            "widest": "n is the steepest recent slope; it fades slowly.",
            "unbias": "m began at 0, at first too small. Divided by 1 − β₁ᵗ it is a fair mean.",
            "unbias_square": "s began at 0 too: corrected, the squares are as large as g² was.",
            "unbias_side": "n: the sides of the squares, corrected, for s began at 0 too.",
            "divide": "Each axis divided by the side of its square: how steep it is counts less.",
            "divide_widest": "Each axis divided by its steepest slope: how steep it is counts less.",
            "pace": "Steps as long as recent ones, whatever the slope is measured in.",
            "ways": "a remembers how far the steps have gone, on each axis.",
            "factor": "The slope points the same way again: faster. It has turned: slower.",
            "sizes": "Each axis has a step length of its own: times f, within bounds.",
            "turned": "Where the slope has turned, the axis waits for a step.",
            "ahead": "A look ahead: where the push is about to lead.",
            "share": "c: how much the memory counts in this step.",
            "share_next": "c⁺: how much it will count in the next one.",
            "shares": "k: all of these shares multiplied, for a fair mean.",
            "trust": "r: how many gradients the squares have seen. A few are not enough.",
            "rectifier": "q grows to 1 as the squares come to know more. It counts once r is above 5.",
            "rectified": "Divided by the sides only once r is above 5; till then m̂ leads alone.",
            "mixed": "c: the memory, and a share of the slope at hand.",
            "sign": "Only the signs of c: forward or back on each axis, all as far.",
            "memory": "The memory takes little of g: it changes slowly.",
            "rate": "The learning rate shrinks from step to step.",
            "curvature": "A: how the slope changes around here (H), made positive and damped by c.",
            "newton": "The curvature A tells how far the bottom is, along each axis of the bowl.",
            "last_slope": "h: the slope where the last iteration of this step began.",
            "remembered": "B: the curvature's inverse, as the last moves s and changes y of g tell it.",
            "searched": "Where past steps, which told of the curvature, say the bottom is.",
            "searched_last": "d: where that iteration, from where it began, sees the bottom.",
            "searched_far": "t: how far to go along d, as its search has found.",
            "own": "{symbol}: one of its own terms, as its rule has made it of g and of what it was.",
            "step": "Times the learning rate lr: that is the step, and the ball moves.",
            "sign_step": "Each axis moves by its length, downhill. How steep it is does not count.",
            "made": "The step that comes of it.",
            "made_of_many": "What all iterations of the step have come to, one after the other.",
        },
    ),
    "fr": StepCaptions(
        language="fr",
        title="Au cœur d'un pas",
        one="Comment {racer} fait un pas sur {surface}",
        two="Comment {racer} et {other} font un pas",
        conditions=("si", "sinon"),
        area="aire",
        side="côté",
        length="longueur",
        bar="barre",
        near="agrandi {times} fois",
        whole="tout le chemin",
        quick="Plus vite : les mêmes lignes, pas après pas.",
        ended="{status} après le pas\u00a0{steps}, avec une perte de {loss}",
        lines={
            "gradient": "La pente ici, sur chaque axe. On descend à l'opposé : la flèche est −g.",
            "noisy": "Le gradient ici et le bruit ξ du pas : un gradient bruité. La flèche est −g.",
            "penalty": "Le weight decay ajoute au gradient une force vers 0.",
            "decay": "Le weight decay rapproche d'abord la position de 0.",
            "momentum": "{symbol} conserve {keep} de l'ancien élan et y ajoute le nouveau.",
            "mean": "{symbol} conserve {keep} de sa valeur et prend {share} de g : une direction à mémoire.",
            "square": "{symbol} conserve {keep} de sa valeur et prend {share} de g² : la raideur récente.",
            "sum": "s additionne tous les gradients au carré : ces carrés ne font que grandir.",
            "centred": "Moins le carré de la moyenne : combien la pente varie.",
            "largest": "Le plus grand s connu : ces carrés ne rétrécissent jamais.",
            "widest": "n est la pente la plus raide récente, qui s'estompe lentement.",
            "unbias": "m partait de 0, d'abord trop petit. Divisé par 1 − β₁ᵗ, il est juste.",
            "unbias_square": "s partait aussi de 0 : corrigés, les carrés valent g².",
            "unbias_side": "n : les côtés des carrés, corrigés, car s partait aussi de 0.",
            "divide": "Chaque axe est divisé par le côté de son carré : la raideur compte moins.",
            "divide_widest": "Chaque axe est divisé par sa pente la plus raide : la raideur compte moins.",
            "pace": "Des pas aussi longs que les derniers, quelle que soit la pente.",
            "ways": "a se souvient de la longueur des pas, sur chaque axe.",
            "factor": "La pente garde son sens : plus vite. Elle a tourné : moins vite.",
            "sizes": "Chaque axe a sa propre longueur de pas : fois f, entre des bornes.",
            "turned": "Là où la pente a tourné, l'axe attend un pas.",
            "ahead": "Un regard en avant : où l'élan va mener.",
            "share": "c : combien la mémoire compte dans ce pas.",
            "share_next": "c⁺ : combien elle comptera dans le suivant.",
            "shares": "k : le produit de ces parts, pour une moyenne juste.",
            "trust": "r : combien de gradients les carrés ont vus. Il en faut assez.",
            "rectifier": "q monte vers 1 quand les carrés en savent plus. Il compte dès que r dépasse 5.",
            "rectified": "Divisé par les côtés dès que r dépasse 5 ; avant, m̂ mène seul.",
            "mixed": "c : la mémoire, et une part de la pente actuelle.",
            "sign": "Seuls les signes de c : en avant ou en arrière, toujours d'autant.",
            "memory": "La mémoire prend peu de g : elle change lentement.",
            "rate": "Le taux d'apprentissage diminue de pas en pas.",
            "curvature": "A : comment la pente change ici (H), rendue positive et amortie par c.",
            "newton": "La courbure A dit à quelle distance est le fond, sur chaque axe de la cuvette.",
            "last_slope": "h : la pente là où commence la dernière itération de ce pas.",
            "remembered": "B : l'inverse de la courbure, selon les derniers pas s et écarts y de g.",
            "searched": "Où les pas passés, par la courbure qu'ils montrent, voient le fond.",
            "searched_last": "d : où cette itération, de là où elle commence, voit le fond.",
            "searched_far": "t : jusqu'où aller le long de d, trouvé en cherchant.",
            "own": "{symbol} : un de ses propres termes, que sa règle tire de g et de sa valeur d'avant.",
            "step": "Multiplié par le taux d'apprentissage lr : voilà le pas, et la bille avance.",
            "sign_step": "Chaque axe avance de sa longueur, vers le bas. La raideur ne compte pas.",
            "made": "Le pas qui en résulte.",
            "made_of_many": "Ce à quoi ont abouti toutes les itérations du pas, l'une après l'autre.",
        },
    ),
}


def step_captions(language: Literal["en", "fr"]) -> StepCaptions:
    """The captions of a language."""
    return _CAPTIONS[language]
