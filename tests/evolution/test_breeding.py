"""Breeding: the same networks whoever does the work and whenever it was ended; and what is refused."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.evolve import run_evolve
from evolution import Bred, BreedingPlan, EvolutionError, Generation, breed, load_history, save_history
from evolution import breeding as breeding_module
from evolution.agent_races import scores
from evolution.breeding_record import BreedingRecord
from evolution.problems import bred_on
from support.cluster import on_cluster

ROOT = Path(__file__).parents[2]
# Of two tasks, so that two processes have something to do.
PLAN = BreedingPlan(
    hidden=1, population=32, generations=6, steps=10, instances=2, functions=("rosenbrock", "ripples"),
    validation=("booth",), every=4,
)  # fmt: skip


@pytest.fixture(scope="module")
def bred() -> Bred:
    return breed(PLAN, processes=1)


def test_what_is_known_of_generations(bred: Bred) -> None:
    assert [each.number for each in bred.generations] == list(range(7))
    assert [not np.isnan(each.validation) for each in bred.generations] == [1, 0, 0, 0, 1, 0, 1]
    assert list(bred.networks) == [0, 4, 6]
    assert all(each.best <= each.median for each in bred.generations[1:])
    least = min(bred.generations[number].validation for number in bred.networks)
    assert bred.generations[bred.chosen].validation == least
    assert bred.best is bred.networks[bred.chosen]


def test_scores_are_beside_those_of_the_first_network(bred: Bred) -> None:
    assert bred.generations[0].validation == 0.0
    first = np.array(bred.networks[0].weights)
    agents = np.random.default_rng(3).normal(0, 0.3, (5, len(first)))
    found = breeding_module._scored(PLAN, 0, np.vstack([agents, first, first]), loops=False, processes=1)
    known = [
        scores(each[None], bred_on(PLAN, 0), PLAN.features, 1, loops=False)[0] for each in (*agents, first)
    ]
    assert found.tolist() == [score - known[-1] for score in known]


def test_two_processes_give_the_same_networks(bred: Bred) -> None:
    assert breed(PLAN, processes=2).networks == bred.networks


@pytest.mark.filterwarnings("ignore")
def test_so_does_a_cluster(bred: Bred) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as workers,
        on_cluster(workers.scheduler_address),
    ):
        assert breed(PLAN).networks == bred.networks


@pytest.mark.parametrize("change", [{"seed": 1}, {"scheme": "generational"}, {"horizons": (1.0,)}])
def test_another_plan_gives_other_networks(change: Any, bred: Bred) -> None:
    assert breed(replace(PLAN, **change), processes=1).networks != bred.networks


class EndedError(Exception):
    pass


@pytest.mark.parametrize("scheme", ["cma", "generational"])
def test_what_was_ended_goes_on(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, record = replace(PLAN, scheme=scheme), tmp_path / "progress.npz"
    whole = breed(plan, processes=1, record=tmp_path / "whole.npz")

    def stop(generation: Generation) -> None:
        if generation.number == 3:
            raise EndedError

    with pytest.raises(EndedError):
        breed(plan, processes=1, record=record, on_generation=stop)
    scored = breeding_module._scored
    again: list[int] = []

    def counted(plan: BreedingPlan, generation: int, *rest: Any) -> Any:
        again.append(generation)
        return scored(plan, generation, *rest)

    monkeypatch.setattr(breeding_module, "_scored", counted)
    gone_on = breed(plan, processes=1, record=record)
    assert again == [3, 4, 5]
    assert gone_on.networks == whole.networks
    assert repr(gone_on.generations) == repr(whole.generations)
    assert record.read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_more_generations_go_on_from_fewer(bred: Bred, tmp_path: Path) -> None:
    record = tmp_path / "progress.npz"
    breed(replace(PLAN, generations=3), processes=1, record=record)
    more = breed(PLAN, processes=1, record=record)
    assert more.networks == bred.networks
    assert repr(more.generations) == repr(bred.generations)
    with pytest.raises(EvolutionError, match="has 6 generations already, more than 2"):
        breed(replace(PLAN, generations=2), processes=1, record=record)


def test_killed_at_any_moment_it_goes_on_to_the_same_files(tmp_path: Path) -> None:
    plan = BreedingPlan(hidden=1, population=4, generations=60, steps=15, instances=2)
    command = [
        sys.executable, "-c", "from cli import main; main()", "evolve", "--population", "4", "--hidden", "1",
        "--instances", "2", "--steps", "15", "--generations", "60", "--processes", "1", "--out",
    ]  # fmt: skip
    parts, whole = tmp_path / "parts" / "o1", tmp_path / "whole" / "o1"
    process = subprocess.Popen(
        [*command, parts], env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL
    )
    while not (parts / "progress.npz").exists():
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.3))  # noqa: S311
    process.send_signal(signal.SIGKILL)
    process.wait()
    for folder in (parts, whole):
        run_evolve(plan, 1, None, folder)
    for name in ("o1.npz", "progress.npz", "history.npz", "progress.csv"):
        assert (parts / name).read_bytes() == (whole / name).read_bytes()


def test_a_record_of_another_breeding_is_refused(tmp_path: Path) -> None:
    record = tmp_path / "progress.npz"
    plan = replace(PLAN, generations=1)
    breed(plan, processes=1, record=record)
    before = record.read_bytes()
    with pytest.raises(EvolutionError, match=r"is of another breeding: its seed is 0, not 3$"):
        breed(replace(plan, seed=3), processes=1, record=record)
    with pytest.raises(EvolutionError, match=r"of another breeding: its functions is \['rosenbrock', 'rip"):
        breed(replace(plan, functions=("ripples",)), processes=1, record=record)
    assert record.read_bytes() == before


def test_what_was_told_by_another_version_is_found_out(tmp_path: Path) -> None:
    record = tmp_path / "progress.npz"
    breed(replace(PLAN, generations=1), processes=1, record=record)
    with np.load(record) as found:
        arrays = dict(found)
    arrays["best"][0] += 1e-12
    np.savez(record, **arrays)
    with pytest.raises(EvolutionError, match="is of another version of this program"):
        breed(PLAN, processes=1, record=record)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\3\4", {}, {"about": np.array("[]")}, {"scores": np.zeros(3)}, {"validation": np.zeros(9)},
     {"scores": np.array([None])}, {"about": np.array("{")}, {"best": np.array(["a"])}],
)  # fmt: skip
def test_a_damaged_record_is_one_line(content: Any, tmp_path: Path) -> None:
    record = tmp_path / "progress.npz"
    if isinstance(content, bytes):
        record.write_bytes(content)
    else:
        whole = BreedingRecord({"seed": 0}, 20, record)
        whole.validation.append(0.0)
        whole.save()
        with np.load(record) as found:
            arrays = dict(found) | content if content else {}
        np.savez(record, **arrays)
    with pytest.raises(EvolutionError) as refused:
        BreedingRecord({"seed": 0}, 20, record)
    assert str(refused.value).startswith(str(record))
    assert "\n" not in str(refused.value)


def test_history(bred: Bred, tmp_path: Path) -> None:
    path = save_history(bred, tmp_path / "history.npz")
    assert load_history(path) == bred.networks
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(EvolutionError, match="is no history of a breeding, or a damaged one"):
        load_history(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"population": 1}, "population must be a whole number from 2 to 10,000, got 1"),
        ({"generations": 0}, "generations must be a whole number from 1 to 100,000, got 0"),
        ({"hidden": 65}, "hidden must be a whole number from 1 to 64, got 65"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"scheme": "cmaes"}, "unknown scheme 'cmaes'; did you mean 'cma'? Allowed: cma, generational"),
        ({"features": "sed"}, "unknown features 'sed'; did you mean 'seed'?"),
        ({"functions": ("rosenbrok",)}, "unknown function 'rosenbrok'; did you mean 'rosenbrock'?"),
        ({"functions": ()}, "there must be 1 or more of functions"),
        ({"validation": ("beale",)}, "unknown family for validation 'beale'"),
        ({"validation": ("rastrigin",)}, "unknown family for validation 'rastrigin'"),
        ({"horizons": (1.0, 0.0)}, "horizons must be above 0, and at most 100, got 0.0"),
        ({"horizons": (float("nan"),)}, "horizons must be above 0, and at most 100, got nan"),
        ({"every": 0}, "every must be a whole number from 1"),
    ],
)  # fmt: skip
def test_refused(change: Any, message: str) -> None:
    with pytest.raises(EvolutionError) as refused:
        replace(PLAN, **change)
    assert message in str(refused.value)
