"""Judge the learned optimizer beside its controls: the files of CSV in docs/learned.

Run from the project's root: ``uv run python script/learned_table.py``. It takes a quarter of an hour on two
cores.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from comparison import FAMILIES, judge
from comparison.judging import Judgement, Rival
from comparison.statistics import Interval, difference_interval, wilson, wins_and_ties
from comparison.study import JudgePlan
from evolution.agent_races import scores
from evolution.functions import LIKE_THESE
from evolution.plan import BreedingPlan
from evolution.problems import validated_on
from networks import MLP, train
from networks.datasets import moons
from optimizers import OPTIMIZERS, load_learned

FOLDER = Path("docs/learned")
# Families that o1 has never met, and nothing like them: nor was it chosen by its scores on them.
UNSEEN = tuple(name for name in FAMILIES if name not in (*LIKE_THESE, *BreedingPlan().validation))
OURS = "docs/learned/controls.py:AsBred"
RIVALS = {
    "Adam, default": "controls.py:AdamDefault",
    "Adam, rate tuned": "controls.py:AdamRate",
    "Adam, rate and cosine tuned": "controls.py:AdamCosine",
    "Adam, all tuned": "adam",
    "Momentum, rate tuned": "controls.py:MomentumRate",
    "Momentum, rate and cosine tuned": "controls.py:MomentumCosine",
    "Sign of momentum, rate tuned": "controls.py:SignMomentum",
    "Learned, tuned as any rival": "learned",
    "Learned, told its share": "controls.py:ToldItsShare",
    "Learned, first version": "controls.py:FirstVersion",
    "Learned, weights drawn, rate tuned": "controls.py:Untrained",
    "Learned, mean rate": "controls.py:MeanRate",
    "Learned, mean rate of each step": "controls.py:MeanRateOfStep",
}
SHORT = ("Adam, rate tuned", "Adam, rate and cosine tuned", "Adam, all tuned", "Momentum, rate tuned")
COLOUR = "#000000"  # no figure is drawn


def compared(names: Sequence[str], evaluations: int, families: Sequence[str] = tuple(FAMILIES)) -> Judgement:
    """The learned optimizer as bred, first, and rivals, judged on 20 instances of each family."""
    plan = JudgePlan(
        trials=20, studies=3, instances=20, starts=8, evaluations=evaluations, families=tuple(families)
    )
    own = [Rival(OURS, "Learned, as bred", COLOUR)]
    for name in names:
        where = RIVALS[name]
        own.append(Rival(f"docs/learned/{where}" if ":" in where else where, name, COLOUR))
    return judge(own, plan)


def duel(judgement: Judgement, rival: int, families: Sequence[str]) -> tuple[Interval, Interval]:
    """The learned optimizer's win rate over a rival on some families, and the difference of their scores."""
    plan = judgement.plan
    ours = np.isin(plan.groups, [plan.families.index(name) for name in families])
    scores, groups = judgement.scores[:, :, ours], plan.groups[ours]
    wins, ties = wins_and_ties(np.median(scores[0], axis=0), np.median(scores[rival], axis=0))
    return wilson(wins + ties / 2, len(groups)), difference_interval(scores[0], scores[rival], groups)


def percent(rate: Interval) -> str:
    """A win rate with its interval."""
    return f"{rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%})"


def write(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a file of CSV, and print it."""
    with (FOLDER / name).open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    print(name, *map(", ".join, rows), sep="\n")


def table() -> None:
    """Win rates over all controls, on families unlike what it was bred on, and on those like it."""
    judgement = compared(list(RIVALS), 100)
    groups = {
        "unseen": UNSEEN,
        "unseen, for scoring alone": [name for name in UNSEEN if FAMILIES[name].scoring_only],
        "like what it was bred on": LIKE_THESE,
        "networks of moons and circles": ("moons", "circles"),
    }
    places = {
        name: np.isin(judgement.plan.groups, [judgement.plan.families.index(each) for each in families])
        for name, families in groups.items()
    }
    rows = []
    for i, rival in enumerate(judgement.rivals):
        scores = [judgement.scores[i].mean(axis=0)[place].mean() for place in places.values()]
        if i:
            found = [duel(judgement, i, families) for families in groups.values()]
            cells = [percent(rate) for rate, _ in found]
            sure = found[0][0].low > 0.5 and found[0][1].high < 0
            lost = found[0][0].high < 0.5 and found[0][1].low > 0
            cells.append("beaten" if sure else "wins" if lost else "not told apart")
        else:
            cells = [""] * (len(groups) + 1)
        rows.append([rival.name, *cells, f"{scores[0]:.2f}"])
    write("table.csv", ["rival", *groups, "verdict, unseen", "score, unseen"], rows)


def horizons() -> None:
    """Win rates on unseen families at other horizons than that it was bred for, 50 to 200 steps."""
    rows = []
    for steps in (50, 100, 200, 1000):
        judgement = compared(SHORT, steps, UNSEEN)
        wins = [percent(duel(judgement, i + 1, UNSEEN)[0]) for i in range(len(SHORT))]
        rows.append([str(steps), *wins, f"{judgement.scores[0].mean():.2f}"])
    write("horizons.csv", ["steps", *(f"over {name}" for name in SHORT), "score"], rows)


def networks() -> None:
    """The losses of a network of two hidden layers of 16 on the moons, after 300 steps in batches of 20."""
    rows = []
    for name, rates in (("learned", (0.3, 1.0, 3.0)), ("adam", 10.0 ** np.arange(-3, 0.5, 0.5))):
        for rate in rates:
            losses, right = [], []
            for seed in range(5):
                model, data = MLP([2, 16, 16, 1], rng=seed), moons(seed=seed)
                steps = 30 * -(-len(data.train) // 20)
                more = {"horizon": steps} if name == "learned" else {}
                optimizer = OPTIMIZERS[name](model.parameters(), lr=float(rate), **more)
                record = train(model, data, optimizer, epochs=30, batch_size=20, seed=seed)
                losses.append(record.losses[-1])
                right.append(record.test_accuracies[-1])
            rows.append([name, f"{rate:.3g}", f"{np.median(losses):.4f}", f"{np.median(right):.1%}"])
    write("moons.csv", ["optimizer", "lr", "training loss", "test samples right"], rows)


def validation() -> None:
    """The scores in validation of the networks that were bred."""
    rows = []
    for name, where in (("o1", "o1"), ("o1, told its share", FOLDER / "told-its-share.npz"), ("o0", "o0")):
        network = load_learned(where)
        plan = BreedingPlan(features=network.features, instances=64)
        weights = np.array([network.weights])
        (score,) = scores(weights, validated_on(plan), network.features, network.hidden, loops=False)
        rows.append([name, network.features, f"{score:.2f}"])
    write("validation.csv", ["network", "features", "score in validation"], rows)


if __name__ == "__main__":
    validation()
    table()
    horizons()
    networks()
