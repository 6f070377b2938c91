"""A surface of race.toml that is the loss of a network: what is trained, and on which plane it is shown."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, field_validator, model_validator

from networks import MLP, NetworkLoss, loss_of
from networks.datasets import DATASETS, Dataset, MissingExtraError, get_dataset
from networks.layers import ACTIVATIONS
from races.toml_file import SpecError
from races.toml_types import FrozenTable
from support.messages import shown, unknown
from surfaces import Surface

MOST_WEIGHTS = 100_000
MOST_KEPT = 50_000_000  # weights of all racers at all steps, which are in memory together: 400 MB

_MADE = ("moons", "circles", "spirals", "linear", "quadratic")  # those with any number of samples
_Size = Annotated[int, Strict(), Field(ge=1, le=512)]


class NetworkSpec(FrozenTable):
    """The loss of a multilayer perceptron on a data set, raced in the space of all its weights.

    Every racer starts from the same initial weights and sees the same batches. What is shown is a plane, onto
    which the racers' weights are projected: that of the first two principal components of all their paths, or
    one along two random directions from the best racer's last weights, normalised as by Li et al. 2018.

    Attributes:
        network: the data set that it learns, one of `networks.datasets.DATASETS`.
        hidden: neurons of each hidden layer; [] for a linear model.
        activation: "relu", "tanh", "sigmoid" or "gelu".
        plane: "pca" or "random".
        batch_size: samples of each gradient; by default all of them.
        samples: of a data set that is made; by default its own number.
        seed: of the data, the initial weights, the batches and the random directions.
    """

    network: str
    hidden: Annotated[tuple[_Size, ...], Field(max_length=8)] = (16, 16)
    activation: str = "tanh"
    plane: Literal["pca", "random"] = "pca"
    batch_size: Annotated[int, Strict(), Field(ge=1)] | None = None
    samples: Annotated[int, Strict(), Field(ge=10, le=10_000)] | None = None
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 0

    @field_validator("network")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in DATASETS:
            raise ValueError(unknown("data set", value, DATASETS))
        return value

    @field_validator("hidden", mode="before")
    @classmethod
    def _sizes(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise ValueError(f"must be a list of layers' sizes, such as [16, 16], got {shown(value)}")
        return value

    @field_validator("activation")
    @classmethod
    def _activates(cls, value: str) -> str:
        if value not in ACTIVATIONS:
            raise ValueError(unknown("activation", value, ACTIVATIONS))
        return value

    @model_validator(mode="after")
    def _fits(self) -> NetworkSpec:
        if self.samples is not None and self.network not in _MADE:
            raise ValueError(f"samples: {self.network} has its own, only {', '.join(_MADE)} have any number")
        return self

    def dataset(self) -> Dataset:
        """The data set, all of it to be trained on.

        Raises:
            SpecError: if it needs a package that is not installed.
        """
        own = {} if self.samples is None else {"samples": self.samples}
        try:
            return get_dataset(self.network, seed=self.seed, test=0.0, **own)
        except MissingExtraError as error:
            raise SpecError(str(error)) from None

    def loss(self) -> NetworkLoss:
        """The loss of the network on its data, with the initial weights.

        Cross-entropy for classes, the mean squared error for a regression.
        """
        data = self.dataset()
        sizes = [data.train.inputs.shape[1], *self.hidden, data.outputs]
        model = MLP(sizes, self.activation, rng=self.seed)
        return NetworkLoss(model, loss_of(data), data.train.inputs, data.train.targets)

    def build(self) -> Surface:
        """What is known of the surface before the race: its name."""
        return Surface(
            name=self.title, formula=_not_raced, u_range=(-1.0, 1.0), v_range=(-1.0, 1.0),
            z_range=(0.0, math.inf), start=(0.0, 0.0),
        )  # fmt: skip

    @property
    def title(self) -> str:
        """What tables and films call it: "moons 16-16 tanh"."""
        if not self.hidden:
            return f"{self.network}, no hidden layer"
        return f"{self.network} {'-'.join(map(str, self.hidden))} {self.activation}"


def _not_raced(*_: Any) -> Any:
    raise SpecError("the plane of a network is known after the race: ask the trace for its surface")
