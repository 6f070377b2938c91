"""`train`: epochs of training steps, and the record of what came of them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks import losses
from networks.datasets import Dataset, Samples
from networks.module import Module, functional_call, plain_parameters
from networks.training_step import Engine, Loss, TrainingStep
from optimizers import OPTIMIZERS, Optimizer
from support.messages import shown

Array = NDArray[np.float64]


class TrainingStatus(StrEnum):
    """How a training ended; `sentence` says it to a reader.

    >>> TrainingStatus("diverged").sentence
    'Its loss stopped being a finite number.'
    """

    FINISHED = "finished"
    STOPPED_EARLY = "stopped_early"
    DIVERGED = "diverged"

    @property
    def sentence(self) -> str:
        """What the status means."""
        return _SENTENCES[self]


_SENTENCES = {
    TrainingStatus.FINISHED: "All epochs were completed.",
    TrainingStatus.STOPPED_EARLY: "The test loss had not improved for as many epochs as allowed.",
    TrainingStatus.DIVERGED: "Its loss stopped being a finite number.",
}


@dataclass(frozen=True)
class TrainingRecord:
    """What came of a training; row 0 of each array is before it, row k after epoch k.

    Attributes:
        data: the data set's name.
        optimizer: the optimizer's name.
        status: how it ended.
        losses: the mean loss of all samples trained on, without penalties.
        test_losses: of those tested on; nan where there are none.
        accuracies: the share of samples trained on whose class is predicted; nan for a regression.
        test_accuracies: of those tested on.
        seconds: how long all steps so far have taken, measurements excluded.
        batch_losses: the loss of each step, with penalties, from where it was made.

    >>> from networks import MLP
    >>> from networks.datasets import linear
    >>> from optimizers import SGD
    >>> model = MLP([1, 1], rng=0)
    >>> print(train(model, linear(), SGD(model.parameters(), lr=3.0), epochs=2000))
    sgd on linear diverged in epoch 218: loss inf
    """

    data: str
    optimizer: str
    status: TrainingStatus
    losses: Array
    test_losses: Array
    accuracies: Array
    test_accuracies: Array
    seconds: Array
    batch_losses: Array = field(repr=False)

    @property
    def epochs(self) -> int:
        """How many epochs were begun."""
        return len(self.losses) - 1

    def __str__(self) -> str:
        """One line: how it ended, and where."""
        match self.status:
            case TrainingStatus.FINISHED:
                ended = f"finished after {self.epochs} epochs"
            case TrainingStatus.STOPPED_EARLY:
                ended = f"stopped early, after {self.epochs} epochs"
            case TrainingStatus.DIVERGED:
                ended = f"diverged in epoch {self.epochs}"
        found = [f"loss {self.losses[-1]:.4g}"]
        for words, values in (("accuracy", self.accuracies), ("tested", self.test_accuracies)):
            if math.isfinite(values[-1]):
                found.append(f"{words} {100 * values[-1]:.3g} %")
        return f"{self.optimizer} on {self.data} {ended}: {', '.join(found)}"


def train(
    model: Module,
    data: Dataset,
    optimizer: Optimizer,
    epochs: int = 100,
    batch_size: int | None = None,
    seed: int = 0,
    *,
    loss: Loss | None = None,
    l2: float = 0.0,
    patience: int | None = None,
    engine: Engine = "compiled",
    after_epoch: Callable[[int], object] | None = None,
) -> TrainingRecord:
    """Train a model on a data set's training samples; the model is changed.

    Training ends when the loss is no longer finite: it has diverged, and the record says so.

    Args:
        model: what is trained; while it is, it is in training mode.
        data: what it is trained and tested on.
        optimizer: any of ours, with the model's parameters.
        epochs: how often all samples are seen, at least 1.
        batch_size: samples to a step, in another order in each epoch; the last batch may be shorter. None for
            all of them.
        seed: of that order.
        loss: by default `loss_of` the data set.
        l2: the strength of an L2 penalty that is added to the loss.
        patience: stop once the test loss (the training loss, if there are no test samples) has not improved
            for this many epochs; None to train to the end.
        engine: "compiled" or "eager"; the numbers are the same.
        after_epoch: called after each epoch with its number, from 1; for a progress bar, or to keep weights.

    Raises:
        ValueError: for numbers that are not positive, or a model that does not fit the data.

    >>> from networks import MLP
    >>> from networks.datasets import moons
    >>> from optimizers import Adam
    >>> model, data = MLP([2, 16, 16, 1], rng=0), moons(seed=0)
    >>> record = train(model, data, Adam(model.parameters(), lr=0.02), epochs=100, batch_size=20)
    >>> print(record.status, record.accuracies[-1])
    finished 1.0
    """
    for name, value in (("epochs", epochs), ("batch_size", batch_size), ("patience", patience)):
        if value is not None and not (isinstance(value, int) and value >= 1):
            raise ValueError(f"{name} must be a positive int, not {shown(value)}")
    loss = loss or loss_of(data)
    step = TrainingStep(model, optimizer, loss, l2=l2, engine=engine)
    run = _Run(model, data, loss)
    run.measure()
    model.train()
    for epoch in range(1, epochs + 1):
        run.epoch(step, batches(len(data.train), batch_size, seed, epoch))
        if after_epoch:
            after_epoch(epoch)
        if run.diverged or (patience and run.epochs_since_the_least() >= patience):
            break
    status = TrainingStatus.FINISHED if epoch == epochs else TrainingStatus.STOPPED_EARLY
    return run.record(TrainingStatus.DIVERGED if run.diverged else status, name_of(optimizer))


def batches(samples: int, batch_size: int | None, seed: int, epoch: int) -> list[Any]:
    """The places of an epoch's samples, batch by batch: all in one order that seed and epoch decide.

    Args:
        samples: how many there are.
        batch_size: how many make a batch; the last one may be shorter. None for all.
        seed: a whole number of at least 0.
        epoch: from 1.

    >>> [batch.tolist() for batch in batches(5, 2, seed=0, epoch=1)]
    [[1, 4], [3, 0], [2]]
    """
    if batch_size is None or batch_size >= samples:
        return [slice(None)]
    order = np.random.default_rng([seed, epoch]).permutation(samples)
    return np.split(order, range(batch_size, samples, batch_size))


def loss_of(data: Dataset) -> Loss:
    """The usual loss: the squared error for a regression, else the cross-entropy, of two classes or of more.

    Args:
        data: a data set.

    >>> from networks.datasets import linear, moons, spirals
    >>> [loss_of(make()).__name__ for make in (linear, moons, spirals)]
    ['mse_loss', 'binary_cross_entropy_with_logits', 'cross_entropy']
    """
    if not data.classes:
        return losses.mse_loss
    return losses.binary_cross_entropy_with_logits if data.outputs == 1 else losses.cross_entropy


def predict(model: Module, inputs: Any) -> Any:
    """What a model computes for plain inputs, without a graph, as it does when it is not being trained.

    Args:
        model: any model.
        inputs: of shape (samples, features).

    >>> from networks import MLP
    >>> predict(MLP([2, 3], rng=0), np.zeros((5, 2))).shape
    (5, 3)
    """
    training = model.training
    model.eval()
    try:
        with np.errstate(all="ignore"):
            return functional_call(model, plain_parameters(model), np.asarray(inputs, dtype=np.float64))
    finally:
        model.train(training)


def name_of(optimizer: Optimizer) -> str:
    """The name by which an optimizer is raced; that of its class, where it has none."""
    names = {kind: name for name, kind in OPTIMIZERS.items()}
    return names.get(type(optimizer), type(optimizer).__name__)


class _Run:
    """A training while it runs: what is measured after each epoch."""

    def __init__(self, model: Module, data: Dataset, loss: Loss) -> None:
        self.model, self.data, self.loss = model, data, loss
        self.inputs, self.targets = data.train.inputs, data.train.targets.astype(np.float64)
        self.rows: list[tuple[float, ...]] = []
        self.batch_losses: list[float] = []
        self.seconds, self.diverged = 0.0, False

    def epoch(self, step: TrainingStep, parts: list[Any]) -> None:
        """Make the steps of an epoch, and measure."""
        begun = time.perf_counter()
        for part in parts:
            self.batch_losses.append(step(self.inputs[part], self.targets[part]))
            if not math.isfinite(self.batch_losses[-1]):
                self.diverged = True
                break
        self.seconds += time.perf_counter() - begun
        self.measure()

    def measure(self) -> None:
        """Add a row: losses and accuracies, and the time so far."""
        (loss, right), (test_loss, test_right) = map(self._measured, (self.data.train, self.data.test))
        self.rows.append((loss, test_loss, right, test_right, self.seconds))
        self.diverged |= len(self.rows) > 1 and not math.isfinite(loss)

    def _measured(self, samples: Samples) -> tuple[float, float]:
        if not len(samples):
            return math.nan, math.nan
        found = predict(self.model, samples.inputs)
        with np.errstate(all="ignore"):
            loss = float(self.loss(found, samples.targets))
        return loss, losses.accuracy(found, samples.targets) if self.data.classes else math.nan

    def epochs_since_the_least(self) -> int:
        """How many epochs ago the test loss was lowest."""
        watched = np.array(self.rows)[:, 1 if len(self.data.test) else 0]
        return len(watched) - 1 - int(np.argmin(watched))

    def record(self, status: TrainingStatus, optimizer: str) -> TrainingRecord:
        """What has been measured."""
        loss, test_loss, right, test_right, seconds = np.array(self.rows).T
        steps = np.array(self.batch_losses)
        return TrainingRecord(
            self.data.name, optimizer, status, loss, test_loss, right, test_right, seconds, steps
        )
