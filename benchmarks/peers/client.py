"""Starts ours and its peers, each in a process of its own, and times them in turn.

Processes of their own, because thread pools disturb one another, and because the project's `autograd` and
the package of HIPS have one name. In turn, because a machine's speed changes: a slow moment then hits all.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

SERVE = Path(__file__).with_name("serve.py")
WATCH = 0.1  # seconds
BUSY = 0.1
NAMES = {
    "ours": "ours",
    "loops": "ours, loops",
    "with_c": "C",
    "with_torch": "PyTorch",
    "with_jax": "JAX",
    "with_hips": "HIPS autograd",
    "with_micrograd": "micrograd",
    "by_hand": "numpy by hand",
}


class NotInstalledError(Exception):
    """The peer is not installed for that Python."""


class Peer:
    """One process that does jobs; a context manager that ends it."""

    def __init__(self, module: str, python: str = sys.executable) -> None:
        self.name = NAMES[module]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self.process = subprocess.Popen(  # noqa: S603
            [python, "-P", str(SERVE), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        if (answer := self._listen()).get("missing"):
            self.close()
            raise NotInstalledError(answer["missing"])

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _listen(self) -> dict[str, Any]:
        assert self.process.stdout  # noqa: S101
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} has ended without an answer")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, do: str, key: str = "", **request: Any) -> Any:
        """The answer to one request; `serve` lists them."""
        assert self.process.stdin  # noqa: S101
        print(json.dumps({"do": do, "key": key, **request}), file=self.process.stdin, flush=True)
        return self._listen()["answer"]

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def interpreter(path: str) -> str:
    """A Python's path, as given, unless there is none."""
    if shutil.which(path) is None:
        raise argparse.ArgumentTypeError(f"no program: {path}")
    return path


def options(description: str) -> argparse.ArgumentParser:
    """The options that the scripts have in common."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        type=interpreter,
        metavar="PATH",
        help="a Python to look for peers in, before this one; may be given more than once",
    )
    return parser


def start(modules: Iterable[str], pythons: list[str]) -> dict[str, Peer]:
    """Ours and every peer that one of the Pythons has; says in a line which are left out."""
    found = {"ours": Peer("ours")}
    for module in modules:
        for python in [*pythons, sys.executable]:
            try:
                found[module] = Peer(module, python)
                break
            except NotInstalledError as error:
                reason = error
        else:
            print(f"{NAMES[module]} is left out: {reason}")
    return found


def elsewhere() -> float:
    """The share of all processors' time that other programs take, while no job runs; 0 if it is unknown."""
    if not (table := Path("/proc/stat")).exists():
        return 0.0
    counts = []
    for pause in (WATCH, 0):
        ticks = [int(count) for count in table.read_text().split("\n", 1)[0].split()[1:9]]
        counts.append((sum(ticks), ticks[3] + ticks[4]))  # of them idle, and idle until a disk answers
        time.sleep(pause)
    (before, idle_before), (after, idle_after) = counts
    return 1 - (idle_after - idle_before) / max(1, after - before)


def in_turn(jobs: list[tuple[Peer, str]], rounds: int) -> list[list[float]]:
    """Seconds of a run of each job, `rounds` of them each, taken in turn; says if others were at work.

    Each is the first of a round as often as the others: the first finds the processors rested.
    """
    times: list[list[float]] = [[] for _ in jobs]
    others = []
    for first in range(rounds):
        others.append(elsewhere())
        for i in range(len(jobs)):
            k = (first + i) % len(jobs)
            peer, key = jobs[k]
            times[k].append(peer.ask("time", key))
    if (share := statistics.mean(others)) > BUSY:
        print(f"other programs took {share:.0%} of the processors: with less, thread pools are far faster")
    return times


def faster(ours: list[float], *theirs: list[float]) -> float:
    """How many times faster ours is than the fastest of the others: the median over the rounds.

    The fastest is the one with the least median. The least time of each round would be that of whoever was
    disturbed least, which ours, measured once a round, cannot be as often.
    """
    fastest = min(theirs, key=statistics.median)
    return float(statistics.median(other / our for our, other in zip(ours, fastest, strict=True)))
