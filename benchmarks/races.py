"""How fast races are: uv run --group bench python benchmarks/races.py [--python PATH] [--rounds N] [--full]

A race of 120 steps of Adam on the funky surface, and that of race.toml with its four racers, from 1, 1,000
and 1,000,000 starts: ours beside the same in PyTorch (torch.optim) and in JAX (a scan over the steps, jit).
All record every step, and from 1,000,000 starts only the ends. The races are checked to agree: after 10
steps all of them, at the end as many as are not chaotic. Each runs in a process of its own and they are
timed in turn, round by round; printed are medians, and medians of the rounds' ratios, beside the goals,
which were set for two cores. A peer's first race, with what it traces and compiles, is timed too; importing
a library is not counted.

From 1,000,000 starts there are two rounds of a fifth of the steps, unless --full is given, which takes
many minutes; times are given by start, step and racer. Last, fresh processes show how much memory our races
take beside what they keep, and how long the full race of Adam from 1,000,000 starts takes, by loops from
4,000,000 too, its RaceSpec included.

How to install the peers, and --python, are as in gradients.py.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # before this folder, whose `races` is not the package

from benchmarks.peers.client import NAMES, Peer, faster, in_turn, options, start
from benchmarks.peers.report import Goal, seconds, show, show_goals

ROOT = Path(__file__).parents[1]
STEPS = 120
MILLION = 1_000_000
FEWER = 24  # steps from a million starts
FEWER_ROUNDS = 2
EVEN = 1.1  # two growths whose ratio is less, are the same: memory comes in pages and pools
ADAM = [{"optimizer": "adam", "lr": 0.01}]
KEPT = (
    ("compiled", "ends", (100_000, MILLION)),
    ("compiled", "all", (10_000, 100_000)),
    ("loops", "ends", (MILLION, 4 * MILLION)),
)


def default_racers() -> list[dict[str, Any]]:
    """The racers of race.toml, without what is only shown."""
    racers = tomllib.loads((ROOT / "race.toml").read_text())["racer"]
    return [{k: v for k, v in racer.items() if k not in {"name", "colour"}} for racer in racers]


def check(peers: dict[str, Peer], racers: list[dict[str, Any]]) -> None:
    """Exit unless all have the same positions after 10 steps; say how many starts agree at the end."""
    for steps, tolerance in ((10, 1e-9), (STEPS, 1e-6)):
        ends = {}
        for module, peer in peers.items():
            peer.ask("prepare", "check", job="race", racers=racers, count=1000, steps=steps, record="ends")
            ends[module] = np.array(peer.ask("result", "check"))
            peer.ask("drop", "check")
        for module, found in ends.items():
            if module == "ours":
                continue
            close = np.isclose(found, ends["ours"], rtol=0, atol=tolerance, equal_nan=True).all(axis=-1)
            if steps < STEPS and not close.all():
                sys.exit(f"{NAMES[module]} disagrees with ours after {steps} steps")
            shares = ", ".join(
                f"{racer['optimizer']} {row.mean():.1%}" for racer, row in zip(racers, close, strict=True)
            )
            print(f"agree with {NAMES[module]} to {tolerance:g} after {steps} steps: {shares}")


class Measured:
    """The times of one race, by module: of the first, and of the rounds."""

    def __init__(self, name: str, count: int, steps: int, racers: list[dict[str, Any]]) -> None:
        self.name, self.count, self.units = name, count, count * steps * len(racers)
        self.request = {
            "job": "race",
            "racers": racers,
            "count": count,
            "steps": steps,
            "record": "ends" if count == MILLION else "all",
        }
        self.first: dict[str, float] = {}
        self.times: dict[str, list[float]] = {}

    def run(self, peers: dict[str, Peer], rounds: int) -> None:
        """Time all, in turn."""
        self.first = {module: peer.ask("prepare", "race", **self.request) for module, peer in peers.items()}
        times = in_turn([(peer, "race") for peer in peers.values()], rounds)
        self.times = dict(zip(peers, times, strict=True))
        for peer in peers.values():
            peer.ask("drop", "race")

    def each(self, module: str) -> float | None:
        """Seconds for one start, step and racer: the median."""
        return statistics.median(self.times[module]) / self.units if module in self.times else None

    def row(self) -> tuple[str, ...]:
        """What stands in the table of times."""
        cells = [seconds(self.each(module)) for module in ("ours", "loops", "with_torch", "with_jax")]
        return f"{self.name}, {self.count:,}", *cells

    def first_row(self) -> tuple[str, ...]:
        """What stands in the table of first races."""
        cells = [self.first.get(module) for module in ("ours", "loops", "with_torch", "with_jax")]
        compiling = (
            self.first["with_jax"] - statistics.median(self.times["with_jax"])
            if "with_jax" in self.first
            else None
        )
        return f"{self.name}, {self.count:,}", *map(seconds, cells), seconds(compiling)

    def goals(self) -> list[Goal]:
        """The ratios to reach, as far as the peers are there."""
        name, ours = f"{self.name}, {self.count:,}", self.times["ours"]
        found = []
        if self.count == 1:
            if "with_torch" in self.times:
                found.append(Goal(f"{name}: over PyTorch", faster(ours, self.times["with_torch"]), 50))
            if "with_jax" in self.times:
                ratio = self.first["with_jax"] / self.first["ours"]
                found.append(Goal(f"{name}: over JAX, compiling counted", ratio, 1))
        elif peers := [module for module in self.times if module.startswith("with_")]:
            ratio = faster(ours, *(self.times[module] for module in peers))
            found.append(Goal(f"{name}: over {' and '.join(NAMES[module] for module in peers)}", ratio, 1.5))
        if self.count > 1 and "loops" in self.times:
            found += self.goals_of_loops(name)
        return found

    def goals_of_loops(self, name: str) -> list[Goal]:
        """The ratios that loops are to reach."""
        loops = self.times["loops"]
        if self.count < MILLION:
            return [Goal(f"{name}: loops over blocks", faster(loops, self.times["ours"]), 1)]
        if "with_jax" not in self.times:
            return []
        least = 8 if self.name == "Adam" else 6
        return [Goal(f"{name}: loops over JAX", faster(loops, self.times["with_jax"]), least)]


def memory(engine: str, record: str, count: int) -> tuple[float, float, float]:
    """Seconds of a race of ours in a fresh process, MB that it takes there, and MB of its trace's arrays."""
    request = {"job": "kept", "racers": ADAM, "steps": STEPS, "record": record, "engine": engine}
    with Peer("ours") as peer:
        peer.ask("prepare", "warm", count=100, **request)
        before = peer.ask("memory")
        time = peer.ask("prepare", "race", count=count, **request)
        return time, peer.ask("memory") - before, peer.ask("result", "race") / 2**20


def show_memory() -> list[Goal]:
    """Measure ours, small and large: memory is to grow as what is kept, and the loops' time as the starts."""
    rows, goals = [], []
    for engine, record, counts in KEPT:
        if engine == "loops" and importlib.util.find_spec("numba") is None:
            continue
        found = [memory(engine, record, count) for count in counts]
        for count, (time, used, kept) in zip(counts, found, strict=True):
            rows.append((f"{engine}: {count:,}, {record}", seconds(time), f"{used:.0f} MB", f"{kept:.0f} MB"))
        small, large = found
        growth = large[1] / small[1] / (large[2] / small[2])
        name = f"{engine}, {record} kept: growth"
        goals.append(Goal(f"{name} of memory over trace's", growth, EVEN, most=True))
        if engine == "loops":
            growth = large[0] / small[0] / (counts[1] / counts[0])
            goals.append(Goal(f"{name} of time over starts'", growth, EVEN, most=True))
    show(f"Ours, {STEPS} steps of Adam", ("starts, recorded", "time with setting up", "memory", "kept"), rows)
    return goals


def main() -> None:
    """Measure and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=7, help="how often all are timed, in turn")
    parser.add_argument("--full", action="store_true", help="all steps from 1,000,000 starts, too")
    arguments = parser.parse_args()
    racers = default_racers()
    races = [
        Measured(name, count, FEWER if count == MILLION and not arguments.full else STEPS, list_)
        for name, list_ in (("Adam", ADAM), ("default", racers))
        for count in (1, 1000, MILLION)
    ]
    peers = start(["loops", "with_torch", "with_jax"], arguments.python)
    try:
        for race in sorted(races, key=lambda race: race.count):
            print(f"racing: {race.name}, {race.count:,}", file=sys.stderr)
            race.run(peers, arguments.rounds if race.count < MILLION else min(FEWER_ROUNDS, arguments.rounds))
        check(peers, racers)
    finally:
        for peer in peers.values():
            peer.close()
    header = ("race, starts", "ours", "loops", "PyTorch", "JAX")
    show("For each start, step and racer", header, [race.row() for race in races])
    show(
        "The first race, with what is compiled",
        (*header, "of it JAX compiling"),
        [race.first_row() for race in races if race.count < MILLION],
    )
    of_memory = show_memory()
    found = [goal for race in races for goal in race.goals()]
    for _, thousand, million in (races[:3], races[3:]):
        growth = (million.each("ours") or 0) / (thousand.each("ours") or 1)
        found.append(Goal(f"{million.name}: each, million over thousand", growth, 1, most=True))
    show_goals(found + of_memory)


if __name__ == "__main__":
    main()
