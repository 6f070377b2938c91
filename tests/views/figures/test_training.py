"""The figure of trainings: its panels, its axes, and networks that diverged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from networks import MLP, TrainingStatus, train
from networks.datasets import Dataset, dataset, linear, moons, quadratic, spirals
from optimizers import SGD
from views.figures.training import Trained, save_training_figure


def trained(data: Dataset, count: int = 1, lr: float = 0.01, epochs: int = 3) -> list[Trained]:
    networks = []
    for i in range(count):
        model = MLP([len(data.features), 3, data.outputs], rng=0)
        record = train(model, data, SGD(model.parameters(), lr=lr), epochs=epochs)
        networks.append(Trained(f"SGD {i}", "#D55E00", model, record))
    return networks


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are saved."""
    figures: list[Figure] = []
    save = Figure.savefig

    def keep(figure: Figure, *args: Any, **options: Any) -> None:
        figures.append(figure)
        save(figure, *args, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    return figures


def titles(figure: Figure) -> list[str]:
    return [axes.get_title() for axes in figure.axes]


def three_features() -> Dataset:
    return dataset("three", np.eye(12, 3), np.arange(12) % 2, ("a", "b", "c"), ("no", "yes"))


@pytest.mark.parametrize(
    ("data", "count", "panels"),
    [
        (moons(), 1, ["loss", "accuracy", "SGD 0"]),
        (moons(), 5, ["loss", "accuracy", *(f"SGD {i}" for i in range(5))]),
        (spirals(), 2, ["loss", "accuracy", "SGD 0", "SGD 1"]),
        (moons(test=0.0), 1, ["loss", "accuracy", "SGD 0"]),
        (three_features(), 3, ["loss", "accuracy"]),
        (linear(), 2, ["loss", "prediction"]),
        (quadratic(), 2, ["loss"]),
    ],
)
def test_the_panels_are_those_that_the_data_allow(
    data: Dataset, count: int, panels: list[str], tmp_path: Path, drawn: list[Figure]
) -> None:
    file = save_training_figure(data, trained(data, count), tmp_path / "x.png")
    assert [title.split(":")[0] for title in titles(drawn[0])] == panels
    assert matplotlib.image.imread(file).std() > 0.05


def test_the_curves_are_those_of_the_record(tmp_path: Path, drawn: list[Figure]) -> None:
    (network,) = trained(moons())
    save_training_figure(moons(), [network], tmp_path / "x.png")
    losses, accuracies, _ = drawn[0].axes
    for axes, values, tested in (
        (losses, network.record.losses, network.record.test_losses),
        (accuracies, network.record.accuracies, network.record.test_accuracies),
    ):
        np.testing.assert_array_equal(line(axes, 0), values)
        np.testing.assert_array_equal(line(axes, 1), tested)


def test_one_that_diverges_does_not_squeeze_the_others(tmp_path: Path, drawn: list[Figure]) -> None:
    (calm,), (wild,) = trained(linear(), epochs=20), trained(linear(), lr=50.0, epochs=20)
    assert wild.record.status is TrainingStatus.DIVERGED
    save_training_figure(linear(), [calm, wild], tmp_path / "x.png")
    axes = drawn[0].axes[0]
    low, high = axes.get_ylim()
    assert high <= 2 * calm.record.losses.max()
    assert axes.lines[-1].get_marker() == "X"
    assert low <= np.asarray(axes.lines[-1].get_ydata())[0] <= high


def test_a_network_that_diverged_has_no_boundary_but_its_points(tmp_path: Path, drawn: list[Figure]) -> None:
    (network,) = trained(moons())
    network.model.load_state_dict({k: np.full_like(v, np.nan) for k, v in network.model.state_dict().items()})
    save_training_figure(moons(), [network], tmp_path / "x.png")
    axes = drawn[0].axes[2]
    assert not axes.collections
    assert sum(np.size(points.get_xdata()) for points in axes.lines) == 100


def test_the_boundary_is_where_the_score_is_0(tmp_path: Path, drawn: list[Figure]) -> None:
    data = moons()
    model = MLP([2, 1], rng=0)
    record = train(model, data, SGD(model.parameters(), lr=0.1), epochs=3)
    save_training_figure(data, [Trained("SGD", "#D55E00", model, record)], tmp_path / "x.png")
    (path,) = drawn[0].axes[2].collections[-1].get_paths()
    scores = model((np.asarray(path.vertices, dtype=np.float64) - data.mean) / data.scale).data
    np.testing.assert_allclose(scores, 0, atol=1e-9)


def test_no_figure_is_replaced(tmp_path: Path) -> None:
    networks = trained(three_features())
    names = [save_training_figure(three_features(), networks, tmp_path / "x.png").name for _ in range(2)]
    assert names == ["x.png", "x-2.png"]


def line(axes: Axes, i: int) -> Any:
    return axes.lines[i].get_ydata()
