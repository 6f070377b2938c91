"""Saved networks come back whole, and anything else is refused in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from networks import (
    MLP,
    Linear,
    Module,
    NetworkError,
    list_networks,
    load_network,
    predict,
    read_network,
    save_network,
    train,
)
from networks.datasets import moons
from optimizers import Adam


def saved(folder: Path) -> MLP:
    """A small trained network, saved as "net"."""
    data, model = moons(seed=0), MLP([2, 4, 1], "tanh", rng=0, dropout=0.1)
    record = train(model, data, Adam(model.parameters(), lr=0.01), epochs=3)
    save_network(model, "net", folder, data=data, record=record, about={"seed": 0})
    return model


def change(folder: Path, **values: Any) -> None:
    """Change values in the JSON file."""
    path = folder / "net.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_network_comes_back_as_it_was(tmp_path: Path) -> None:
    model = saved(tmp_path)
    found = load_network("net", tmp_path)
    assert (found.sizes, found.activation, found.dropout.p) == ((2, 4, 1), "tanh", 0.1)
    x = np.ones((3, 2))
    np.testing.assert_array_equal(predict(found, x), predict(model, x))


def test_the_metadata_can_be_read_by_people_and_programs(tmp_path: Path) -> None:
    saved(tmp_path)
    text = (tmp_path / "net.json").read_text()
    assert '"activation": "tanh"' in text
    assert {"data", "classes", "mean", "scale", "optimizer", "status", "loss", "seed"} <= {
        *json.loads(text)["about"]
    }
    found = read_network("net", tmp_path)
    assert (found.kind, found.parameters["layers.0.weight"]) == ("MLP", (4, 2))


def test_weights_hold_no_pickle(tmp_path: Path) -> None:
    saved(tmp_path)
    with np.load(tmp_path / "net.npz", allow_pickle=False) as archive:
        assert {name: archive[name].dtype.str for name in archive.files} == dict.fromkeys(
            archive.files, "<f8"
        )


def test_an_identifier_is_taken_once(tmp_path: Path) -> None:
    saved(tmp_path)
    other = MLP([1, 1], rng=0)
    with pytest.raises(NetworkError, match=r"net.json: the identifier is taken"):
        save_network(other, "net", tmp_path)
    save_network(other, "net", tmp_path, replace=True)
    assert load_network("net", tmp_path).sizes == (1, 1)


def test_networks_are_listed_and_other_files_passed_over(tmp_path: Path) -> None:
    saved(tmp_path)
    save_network(MLP([1, 1]), "a-line.2", tmp_path)
    (tmp_path / "notes.json").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    assert [network.identifier for network in list_networks(tmp_path)] == ["a-line.2", "net"]


class Own(Module):
    """A model of the user's own."""

    def __init__(self) -> None:
        self.layer = Linear(2, 3, rng=0)

    def forward(self, x: Any) -> Any:
        return self.layer(x)


def test_a_model_of_ones_own_is_filled(tmp_path: Path) -> None:
    model = Own()
    save_network(model, "own", tmp_path)
    other = Own()
    other.layer.weight.data = np.zeros((3, 2))
    assert load_network("own", tmp_path, other) is other
    np.testing.assert_array_equal(other.layer.weight.data, model.layer.weight.data)
    with pytest.raises(NetworkError, match=r"own.npz: its class is Own: pass load_network a model to fill"):
        load_network("own", tmp_path)


@pytest.mark.parametrize("identifier", ["", "../net", "a/b", ".net", "a b", "x" * 200, 3])
def test_identifiers_stay_in_their_folder(tmp_path: Path, identifier: Any) -> None:
    for use in (
        lambda: save_network(MLP([1, 1]), identifier, tmp_path),
        lambda: load_network(identifier, tmp_path),
    ):
        with pytest.raises(NetworkError, match="a network's identifier must be letters, digits"):
            use()


def test_an_unknown_network_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    saved(tmp_path)
    with pytest.raises(NetworkError, match="unknown network 'nett'; did you mean 'net'"):
        load_network("nett", tmp_path)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"format": 9}, "net.json: no saved network, or a damaged one: its format is not 1"),
        ({"identifier": "other"}, "net.json: no saved network, or a damaged one: it is of 'other'"),
        (
            {"model": {"sizes": [2, 4, 1], "activation": "tahn"}},
            "net.json: damaged: unknown activation 'tahn'",
        ),
        ({"model": {"size": [2, 4, 1]}}, "net.json: damaged: "),
        (
            {"model": {"sizes": [2, 5, 1]}},
            "parameter 'layers.0.weight' must have the shape (5, 2), not (4, 2)",
        ),
        (
            {"model": {"sizes": [2, 4, 4, 1]}},
            "parameter 'layers.1.weight' must have the shape (4, 4), not (1, 4)",
        ),
        ({"parameters": {}}, "net.json: parameter 'layers.0.weight' is missing"),
        ({"parameters": {"layers.0.weight": "big"}}, "net.json: no saved network, or a damaged one: "),
        ({"checksum": "00"}, "net.npz: damaged: it is not what was saved: the checksum differs"),
        ({"surplus": 1}, "net.json: no saved network, or a damaged one: "),
    ],
)
def test_damaged_metadata_is_refused_in_one_line(tmp_path: Path, values: dict[str, Any], words: str) -> None:
    saved(tmp_path)
    change(tmp_path, **values)
    with pytest.raises(NetworkError) as error:
        load_network("net", tmp_path)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("net.json", b"PK\x03\x04", "net.json: no saved network, or a damaged one: "),
        ("net.json", b"[" * 100_000, "net.json: no saved network, or a damaged one: "),
        ("net.json", b"[1, 2]", "its format is not 1"),
        ("net.npz", b"", "net.npz: damaged: it is not what was saved"),
        ("net.npz", b"x" * 100_000, "net.npz: damaged: it has 100,000 bytes, for "),
        ("net.npz", None, "net.npz: no such file: the network's weights are missing"),
    ],
)
def test_damaged_and_foreign_files_are_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    saved(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(NetworkError) as error:
        load_network("net", tmp_path)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    save_network(MLP([2, 4, 1], rng=9), "other", tmp_path)
    (tmp_path / "net.npz").write_bytes((tmp_path / "other.npz").read_bytes())
    with pytest.raises(
        NetworkError, match=r"net.npz: damaged: it is not what was saved: the checksum differs"
    ):
        load_network("net", tmp_path)


def test_sizes_that_no_memory_has_room_for_are_refused(tmp_path: Path) -> None:
    save_network(MLP([2, 3, 1]), "net", tmp_path)
    path = tmp_path / "net.json"
    saved = json.loads(path.read_text())
    saved["model"]["sizes"] = [2, 10**6, 10**6, 1]
    path.write_text(json.dumps(saved))
    with pytest.raises(NetworkError, match=r"net.json: damaged: sizes .* are too large for net.npz"):
        load_network("net", tmp_path)
