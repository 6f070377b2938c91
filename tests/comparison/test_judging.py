"""The judge is judged: what is alike is not told apart, what is unfair is found out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.judge import beaten, notes
from comparison import ComparisonError, Judgement, JudgePlan, Rival, judge
from comparison import judging as judging_module
from comparison.report import save_csv, save_json, statement
from comparison.study import BAND, StudyTask, run_study
from optimizers import OPTIMIZERS, Adam, VectorOptimizer
from tests.comparison.test_trials import Once

PLAN = JudgePlan(
    trials=6, studies=2, instances=4, starts=2, evaluations=40,
    families=("sphere", "himmelblau", "rosenbrock", "beale"),
)  # fmt: skip
MINE = """
from optimizers import Optimizer

class Mine(Optimizer):
    @staticmethod
    def rule(gradient, parameter, state, step, *, lr=0.01):
        return parameter - lr * gradient, {}
"""


def rivals(*names: str) -> list[Rival]:
    return [Rival(name, name.rpartition(":")[2].title(), "#0072B2") for name in names]


def studies(optimizer: str, plan: JudgePlan, numbers: range) -> tuple[dict[str, Any], ...]:
    return tuple(run_study(StudyTask(optimizer, Path(), plan, k)) for k in numbers)


def written(judgement: Judgement, folder: Path) -> dict[str, bytes]:
    paths = [save_csv(judgement, folder / "a.csv"), save_json(judgement, folder / "a.json", folder)]
    return {path.name: path.read_bytes() for path in paths}


def test_adam_under_another_name_is_not_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, "adam_again", type("AdamAgain", (Adam,), {}))
    judgement = judge(rivals("adam", "adam_again"), PLAN, processes=1)
    (pair,) = judgement.pairs
    assert (pair.wins, pair.ties, pair.told_apart) == (0, 16, False)
    assert "cannot be told apart" in statement(judgement, pair)


def test_nor_is_adam_that_was_tuned_with_other_seeds() -> None:
    plan = replace(PLAN, studies=3, instances=6)
    own = studies("adam", plan, range(6))
    judgement = Judgement(plan, tuple(rivals("adam", "other")), (own[:3], own[3:]))
    assert not judgement.pairs[0].told_apart
    assert not np.array_equal(judgement.scores[0], judgement.scores[1])


def test_a_tenth_of_the_trials_is_found_out() -> None:
    plan = replace(PLAN, trials=40, studies=6, instances=6)
    few = studies("adam", replace(plan, trials=4), range(6))
    judgement = Judgement(plan, tuple(rivals("adam", "lazy")), (studies("adam", plan, range(6)), few))
    (pair,) = judgement.pairs
    assert pair.told_apart
    assert statement(judgement, pair).startswith("Adam beats Lazy: Adam wins ")


def test_a_gradient_smuggled_in_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Greedy(Once):
        """Gradient descent that asks for a gradient more than it needs."""

        @staticmethod
        def rule(objective: Any, parameter: Any, state: Any, step: int, *, lr: Any = 0.01) -> Any:
            objective.value_and_grad(parameter + 1.0)
            return Once.rule(objective, parameter, state, step, lr=lr)

    monkeypatch.setitem(OPTIMIZERS, "once", Once)
    monkeypatch.setitem(OPTIMIZERS, "greedy", Greedy)
    judgement = judge(rivals("once", "greedy"), replace(PLAN, trials=12), processes=1)
    assert re.fullmatch(r"Greedy takes (1\.9|2\.0) gradients a step\.", notes(judgement)[-1])
    assert not any(line.startswith("Greedy beats") for line in beaten(judgement))
    once, greedy = judgement.scores
    assert once.mean() < greedy.mean()


def test_any_number_of_processes_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    field = rivals("adam", "mine.py:Mine")
    found = [
        written(judge(field, PLAN, folder=tmp_path, processes=processes), tmp_path) for processes in (1, 2)
    ]
    assert found[0] == found[1]
    assert b'"sources"' in found[0]["a.json"]


def test_what_was_ended_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    field, parts = rivals("adam", "lion"), tmp_path / "parts"
    whole = written(judge(field, PLAN, processes=1), tmp_path)
    ran: list[StudyTask] = []

    def counted(task: StudyTask) -> dict[str, Any]:
        if len(ran) == 3:
            raise KeyboardInterrupt
        ran.append(task)
        return run_study(task)

    monkeypatch.setattr(judging_module, "run_study", counted)
    with pytest.raises(KeyboardInterrupt):
        judge(field, PLAN, processes=1, parts=parts)
    assert len(list(parts.iterdir())) == 3
    damaged = min(parts.iterdir())
    damaged.write_bytes(damaged.read_bytes()[:200])
    ran.clear()
    assert written(judge(field, PLAN, processes=1, parts=parts), tmp_path) == whole
    assert len(ran) == 2  # one had not been run, one was damaged
    ran.clear()
    monkeypatch.setattr(judging_module, "run_study", run_study)
    other = judge(field, replace(PLAN, seed=1), processes=1, parts=parts)
    assert written(other, tmp_path) != whole


def test_a_rule_without_anything_to_tune(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fixed(VectorOptimizer):
        """A step of a fixed length."""

        @staticmethod
        def rule(objective: Any, parameter: Any, state: Any, step: int) -> Any:  # noqa: ARG004
            _, gradient = objective.value_and_grad(parameter)
            return parameter - 0.01 * gradient / np.linalg.norm(gradient), {}

    monkeypatch.setitem(OPTIMIZERS, "fixed", Fixed)
    judgement = judge(rivals("fixed", "sgd"), replace(PLAN, trials=2), processes=1)
    assert np.isnan(judgement.bands[0])
    assert judgement.studies[0][0]["band"].shape == (0,)
    assert judgement.studies[1][0]["band"].shape == BAND.shape


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trials": 0}, "trials must be a whole number from 1 to 10,000, got 0"),
        ({"studies": -1}, "studies must be"),
        ({"evaluations": 10**9}, "evaluations must be a whole number from 1 to 100,000, got 1000000000"),
        ({"trials": 10_000, "starts": 10_000}, "trials x starts x families must be at most 50,000,000"),
        ({"families": ("circles", "easom")}, "families must include one to tune on, got circles, easom"),
    ],
)
def test_refused_plans(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ComparisonError, match=message):
        judge(rivals("adam", "sgd"), replace(PLAN, **change))


def test_one_rival_is_no_comparison() -> None:
    with pytest.raises(ComparisonError, match="2 to 14 rivals, got 1"):
        judge(rivals("adam"), PLAN)
