"""`ReduceLROnPlateau`: the learning rate that watches the loss, and falls where the loss does no longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from optimizers.checks import choice, fraction, whole
from optimizers.rate import State, Watcher
from optimizers.schedules.schedule import Entry


@final
@dataclass(frozen=True)
class ReduceLROnPlateau(Entry, Watcher):
    """Falls by a factor after more than `patience` steps in a row whose losses were no better than the best.

    A loss is better, by `mode` and `threshold_mode`, where::

        loss < best (1 - threshold)    min, rel          loss > best (1 + threshold)    max, rel
        loss < best - threshold        min, abs          loss > best + threshold        max, abs

    With b bad steps and c steps of cooldown left, a step with that loss makes::

        best <- loss where it is better
        b    <- 0 where it is better or c > 0, else b + 1
        c    <- c - 1 where c > 0
        lr   <- max(factor lr, min_lr) where b > patience and that is lower by more than eps
        b, c <- 0, cooldown where b > patience

    The rule is elementwise and pure, so that it serves floats, arrays with one loss for each start, and
    tracing. A loss that is nan is no better than any. Where losses are negative, "rel" takes one that stands
    still for better, as in PyTorch; "abs" does not.

    Args:
        start: the first learning rate, at least 0.
        mode: "min" where a lower loss is better, or "max".
        factor: of the fall, in [0, 1).
        patience: how many bad steps in a row change nothing, at least 0.
        threshold: by how much a loss must be better, at least 0.
        threshold_mode: "rel" for a part of the best loss, or "abs".
        cooldown: how many steps after a fall are not counted as bad ones, at least 0.
        min_lr: below which it does not fall, at least 0.
        eps: a fall by no more than this is not made, at least 0.

    Raises:
        ValueError: naming the setting that is out of range.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
    networks", 2012, section 5, where it was done by hand. Names, defaults and values are
    torch.optim.lr_scheduler.ReduceLROnPlateau's.

    >>> plateau = ReduceLROnPlateau(0.5, factor=0.5, patience=1)
    >>> state = plateau.first()
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     state = plateau.update(loss, state)
    >>> float(state["lr"]), float(state["best"])
    (0.25, 2.0)
    """

    name: ClassVar[str] = "reduce_on_plateau"
    _checks: ClassVar = {
        "mode": choice("min", "max"),
        "factor": fraction,
        "patience": whole(0),
        "threshold_mode": choice("rel", "abs"),
        "cooldown": whole(0),
    }
    start: float
    mode: str = "min"
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_mode: str = "rel"
    cooldown: int = 0
    min_lr: float = 0.0
    eps: float = 1e-8

    def first(self) -> State:
        """The terms before the first step, under PyTorch's names; "lr" is the learning rate of a step."""
        best = np.inf if self.mode == "min" else -np.inf
        return {"lr": self.start, "best": best, "num_bad_epochs": 0.0, "cooldown_counter": 0.0}

    def update(self, loss: Any, state: State) -> State:
        """The terms after a step, as in the class's docstring.

        Args:
            loss: where the step began.
            state: the terms with which it was made; they stay as they are.
        """
        lr, best, cooldown = state["lr"], state["best"], state["cooldown_counter"]
        with np.errstate(all="ignore"):
            better, cools = self._better(loss, best), cooldown > 0
            bad = np.where(np.logical_or(better, cools), 0.0, state["num_bad_epochs"] + 1)
            cooldown = np.where(cools, cooldown - 1, cooldown)
            stuck = bad > self.patience
            lower = np.maximum(lr * self.factor, self.min_lr)
            return {
                "lr": np.where(np.logical_and(stuck, lr - lower > self.eps), lower, lr),
                "best": np.where(better, loss, best),
                "num_bad_epochs": np.where(stuck, 0.0, bad),
                "cooldown_counter": np.where(stuck, float(self.cooldown), cooldown),
            }

    def _better(self, loss: Any, best: Any) -> Any:
        margin = self.threshold if self.mode == "max" else -self.threshold
        bar = best * (1 + margin) if self.threshold_mode == "rel" else best + margin
        return loss > bar if self.mode == "max" else loss < bar
