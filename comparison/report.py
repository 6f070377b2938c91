"""A judgement as files: CSV, and JSON with everything that is needed to judge again."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from comparison.checkpoint import source_of, sources, versions
from comparison.judging import Duel, Judgement
from comparison.search_space import SearchSpace
from comparison.statistics import Interval
from comparison.study import BAND, StudyTask
from comparison.trials import TARGETS
from support.whole_files import write_whole


def statement(judgement: Judgement, pair: Duel) -> str:
    """What can be said of a pair, in a sentence."""
    one, other = (judgement.rivals[i].name for i in (pair.first, pair.second))
    said = f"{one} beats {other}" if pair.told_apart else f"{one} and {other} cannot be told apart"
    share, low, high = (f"{x:.0%}".replace("%", " %") for x in pair.rate)
    return f"{said}: {one} wins {share} of the instances, 95 % interval {low} to {high}"


def save_csv(judgement: Judgement, path: Path) -> Path:
    """Write a row for each rival in all and in each family, whole or not at all."""
    text = io.StringIO(newline="")
    rows = [row for place in judgement.order for row in _rows(judgement, place)]
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return write_whole(path, lambda file: file.write(text.getvalue().encode()))


def _rows(judgement: Judgement, place: int) -> list[dict[str, Any]]:
    plan = judgement.plan
    rows = []
    scores, defaults = judgement.scores[place].mean(axis=0), judgement.defaults[place]
    for family in (None, *range(len(plan.families))):
        own = slice(None) if family is None else plan.groups == family
        mean = judgement.mean(scores, family)
        row: dict[str, Any] = {
            "rival": judgement.rivals[place].name,
            "family": "all" if family is None else plan.families[family],
            "score": mean.value, "low": mean.low, "high": mean.high,
            "default": judgement.mean(defaults, family).value,
        }  # fmt: skip
        for target, times in zip(TARGETS, judgement.reached[place][:, own], strict=True):
            row |= {
                f"gradients to {target:g}": float(np.median(times)),
                f"reached {target:g}": float(np.isfinite(times).mean()),
            }
        rows.append({key: f"{x:.6g}" if isinstance(x, float) else x for key, x in row.items()})
    return rows


def save_json(judgement: Judgement, path: Path, folder: Path) -> Path:
    """Write all that was found and all that is needed to find it again, whole or not at all.

    Args:
        judgement: what was found.
        path: of the file.
        folder: where users' files are.
    """
    content = {
        "plan": asdict(judgement.plan),
        "versions": {"optimizer-race": _version(), **versions()},
        "sources": sources(),
        "git": git_state(Path(__file__).parent),
        "targets": TARGETS,
        "rivals": [_rival(judgement, place, folder) for place in range(len(judgement.rivals))],
        "pairs": [_pair(judgement, pair) for pair in judgement.pairs],
    }
    text = json.dumps(_plain(content), indent=1, ensure_ascii=False, allow_nan=False)
    return write_whole(path, lambda file: file.write(f"{text}\n".encode()))


def _rival(judgement: Judgement, place: int, folder: Path) -> dict[str, Any]:
    rival, plan, studies = judgement.rivals[place], judgement.plan, judgement.studies[place]
    task = StudyTask(rival.optimizer, folder.absolute(), plan, 0)
    space = SearchSpace(task.kind())
    return {
        "name": rival.name,
        "optimizer": rival.optimizer,
        "source": source_of(task),
        "score": judgement.mean(judgement.scores[place].mean(axis=0)),
        "default": judgement.mean(judgement.defaults[place]),
        "by_trials": dict(zip(map(str, plan.budgets), judgement.by_budget[place], strict=True)),
        "profile": judgement.profiles[place],
        "good_rates_decades": judgement.bands[place],
        "diverged": judgement.diverged[place, 0],
        "default_diverged": judgement.diverged[place, 1],
        "gradients_per_step": float(np.mean([study["per_step"] for study in studies])),
        "reached": judgement.reached[place],
        "studies": [
            {
                "best": space.shown(study["settings"][-2]),
                "edges": space.edges(study["points"][int(study["best"][-1])]),
                "tuning_score": float(study["scores"][int(study["best"][-1])].mean()),
                "scores": study["scored"][-2],
                "rates": BAND if len(study["band"]) else [],
                "rate_scores": study["band"],
            }
            for study in studies
        ],
    }


def _pair(judgement: Judgement, pair: Duel) -> dict[str, Any]:
    return {
        "first": judgement.rivals[pair.first].name,
        "second": judgement.rivals[pair.second].name,
        "wins": pair.wins, "ties": pair.ties, "instances": judgement.scores.shape[2],
        "win_rate": pair.rate, "difference": pair.difference,
        "told_apart": pair.told_apart, "statement": statement(judgement, pair),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """What JSON has: numbers that are not finite become null."""
    if isinstance(value, Interval):
        return {key: _plain(x) for key, x in value._asdict().items()}
    if isinstance(value, dict):
        return {key: _plain(x) for key, x in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [_plain(x) for x in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _version() -> str:
    try:
        return version("optimizer-race")
    except PackageNotFoundError:
        return "unknown"


def git_state(folder: Path) -> dict[str, Any] | None:
    """The commit of a clone, and whether files of it have changed since; None where there is no clone."""
    try:
        commit, changes = (
            subprocess.run(  # noqa: S603
                ["git", "-C", str(folder), *command],  # noqa: S607
                capture_output=True,
                text=True,
                check=True,
                timeout=10,
            ).stdout
            for command in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit.strip(), "changed": bool(changes.strip())}
