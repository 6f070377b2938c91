"""Work on a Dask cluster: what it gives, what a dying worker costs, and what is refused in one line."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support import cluster
from support.cluster import ClusterError, on_cluster, versions
from support.parallel import parallel

distributed = pytest.importorskip("distributed")


def square(marker: str, here: int, x: int) -> int:
    """The square; the first process but this one that computes that of 3 dies of it."""
    if x == 3 and os.getpid() != here and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return x * x


@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_dies_costs_nothing_but_time(tmp_path: Path) -> None:
    marker = tmp_path / "died"
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as workers,
        on_cluster(workers.scheduler_address),
    ):
        assert list(parallel(partial(square, str(marker), os.getpid()), range(6))) == [0, 1, 4, 9, 16, 25]
    assert marker.exists()


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.3)
    with (
        pytest.raises(ClusterError, match=r"^no Dask scheduler answers at 'tcp://127.0.0.1:9' within 0.3 s$"),
        on_cluster("tcp://127.0.0.1:9"),
    ):
        pass
    with pytest.raises(ClusterError, match="unknown address scheme"), on_cluster("nonsense://"):
        pass


class Answers:
    """A client whose workers answer so."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    def run(self, function: Callable[[], Any], on_error: str) -> dict[str, Any]:
        assert function is versions
        assert on_error == "return"
        return self._answers


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, "the scheduler at tcp://here:1 has no worker"),
        ({"tcp://a:1": ModuleNotFoundError("No module named 'support'")}, "tcp://a:1 cannot import this"),
        ({"tcp://a:1": versions(), "tcp://b:2": versions() | {"numpy": "1.0"}}, "tcp://b:2 has numpy 1.0"),
    ],
)  # fmt: skip
def test_a_worker_that_is_not_alike_is_named(answers: dict[str, Any], message: str) -> None:
    with pytest.raises(ClusterError, match=message):
        cluster._require_like_this(Answers(answers), "tcp://here:1")


def test_workers_that_are_alike_will_do() -> None:
    cluster._require_like_this(Answers({"tcp://a:1": versions()}), "tcp://here:1")


def test_no_address_is_this_machine() -> None:
    with on_cluster(None):
        assert list(parallel(abs, [-1, 2], processes=1)) == [1, 2]
