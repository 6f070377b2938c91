"""How fast comparisons are: uv run --group bench python benchmarks/comparison.py [--python PATH] [--starts N]

The basin map of funky from N starts, by default 1,000,000, and from four times as many, 120 steps of the four
racers of race.toml: ours with all its bookkeeping, beside the bare races in PyTorch (torch.optim) and JAX (a
scan over the steps of vmap's gradients, jit), which keep the ends alone. Each runs in a process of its own.
The first run, in which JAX and our loops are compiled, stands beside the second, which counts; the peers make
a fifth of the steps, which is scaled, unless --full is given. Beside the times: how much memory ours takes,
and how much of it is the map.

Tuning of SGD, momentum, RMSProp and Adam, each with 50 trials on 20 instances from 64 starts, 200 gradients,
beside a loop over torch.optim doing the same: 3 of its runs of each optimizer are measured and scaled to
all 256,000, so the loop's time is an estimate, and is told as one.

Last, `judge` with one process and with two. In all it takes some five minutes on two cores.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # before this folder, whose modules have rooms' names

from benchmarks.peers.client import Peer, in_turn, options, start
from benchmarks.peers.report import Goal, seconds, show, show_goals
from benchmarks.races import EVEN, FEWER, MILLION, STEPS, default_racers
from comparison import FAMILIES, JudgePlan, Rival, judge, tune
from optimizers import OPTIMIZERS

TUNED = {"sgd": "SGD", "momentum": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}
TRIALS, INSTANCES, STARTS, GRADIENTS = 50, 20, 64, 200
MEASURED = 3  # runs of the loop for each optimizer

_LOOP = """
import json, sys, time, torch
torch.set_num_threads(1)
names, steps, runs = json.loads(sys.argv[1])
def loss(u, v):
    return (1 - u) ** 2 + 100 * (v - u * u) ** 2
def run(name):
    u, v = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (-1.0, 1.0))
    more = {"momentum": 0.9} if name == "momentum" else {}
    optimizer = getattr(torch.optim, names[name])([u, v], lr=1e-3, **more)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(u, v).backward()
        optimizer.step()
found = {}
for name in names:
    run(name)
    begun = time.perf_counter()
    for _ in range(runs):
        run(name)
    found[name] = (time.perf_counter() - begun) / runs
print(json.dumps(found))
"""


def maps(starts: int, pythons: list[str], full: bool) -> list[Goal]:
    """Time basin maps, and the bare races of the peers."""
    racers, rows, goals = default_racers(), [], []
    sides = round(starts**0.5), round((4 * starts) ** 0.5)
    found = [basins(side, racers) for side in sides]
    for side, (first, spent, used, kept) in zip(sides, found, strict=True):
        rows.append(
            (f"ours, {side**2:,}", seconds(first), seconds(spent), f"{used:.0f} MB", f"{kept:.0f} MB")
        )
    (_, one, used, kept), (_, four, more, more_kept) = found
    peers = start(["with_torch", "with_jax"], pythons)
    peers.pop("ours").close()
    steps = STEPS if full else FEWER
    request = {"job": "race", "racers": racers, "count": sides[0] ** 2, "steps": steps, "record": "ends"}
    for peer in peers.values():
        first = peer.ask("prepare", "race", **request)
        ((spent,),) = in_turn([(peer, "race")], 1)
        peer.close()
        scaled = spent * STEPS / steps
        rows.append(
            (
                f"{peer.name}, {sides[0] ** 2:,}",
                "" if steps < STEPS else seconds(first),
                seconds(scaled),
                "",
                "",
            )
        )
        goals.append(Goal(f"map: over {peer.name}'s bare race", scaled / one, 5))
    title = f"Basin maps, {STEPS} steps of 4 racers"
    show(title, ("starts", "first", "time", "memory", "the map"), rows)
    growth = (sides[1] / sides[0]) ** 2
    return [
        *goals,
        Goal("map: time of 4 times the starts", four / one, EVEN * growth, most=True),
        Goal("map: more memory for a byte more of it", (more - used) / (more_kept - kept), 1.5, most=True),
    ]


def basins(side: int, racers: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """Seconds of the first map in a fresh process, and of the next; MB that it takes, and that are kept."""
    request = {"job": "basins", "racers": racers, "steps": STEPS}
    with Peer("ours") as peer:
        peer.ask("prepare", "small", side=16, **request)
        before = peer.ask("memory")
        first = peer.ask("prepare", "map", side=side, **request)
        used = peer.ask("memory") - before
        ((spent,),) = in_turn([(peer, "map")], 1)
    kept = len(racers) * side**2 * 6 / 2**20  # an int16 and an int32 for each start
    return first, spent, used, kept


def tuning(pythons: list[str]) -> list[Goal]:
    """Time tuning, and estimate the same by a loop over torch.optim."""
    names = [name for name, family in FAMILIES.items() if not family.scoring_only and family.size == 2]
    problems = [
        FAMILIES[names[i % len(names)]].instance("tuning", 0, i // len(names)) for i in range(INSTANCES)
    ]
    begun = time.perf_counter()
    for name in TUNED:
        tune(OPTIMIZERS[name], problems, TRIALS, starts=STARTS, evaluations=GRADIENTS)
    ours = time.perf_counter() - begun
    for python in [*pythons, sys.executable]:
        command = [python, "-c", _LOOP, json.dumps([TUNED, GRADIENTS, MEASURED])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode == 0:
            break
    else:
        print("PyTorch is left out: not installed")
        return []
    each = json.loads(done.stdout)
    loop = sum(each.values()) * TRIALS * INSTANCES * STARTS
    rows = [
        ("ours, measured", seconds(ours)),
        (f"a loop over torch.optim, estimated from {MEASURED * len(TUNED)} runs", seconds(loop)),
    ]
    show(f"Tuning, 4 x {TRIALS} trials x {INSTANCES} instances x {STARTS} starts", ("", "time"), rows)
    return [Goal("tuning: over the loop", loop / ours, 100)]


def processes() -> list[Goal]:
    """Time one comparison with one process and with two; both are started before."""
    families = tuple(name for name, family in FAMILIES.items() if family.size == 2)
    plan = JudgePlan(trials=50, studies=4, starts=64, families=families)
    rivals = [Rival(name, name, "#000000") for name in TUNED]
    spent = {}
    for count in (2, 1):
        judge(rivals, JudgePlan(trials=1, studies=2, instances=1, starts=1, evaluations=10), processes=count)
        begun = time.perf_counter()
        judge(rivals, plan, processes=count)
        spent[count] = time.perf_counter() - begun
    show("race judge", ("processes", "time"), [(str(n), seconds(x)) for n, x in sorted(spent.items())])
    return [Goal("two processes: share of one's time", spent[2] / spent[1], 0.6, most=True)]


def main() -> None:
    """Measure and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--starts", type=int, default=MILLION, help="of the basin map")
    parser.add_argument("--full", action="store_true", help="let the peers make all steps of it")
    arguments = parser.parse_args()
    show_goals(
        [*maps(arguments.starts, arguments.python, arguments.full), *tuning(arguments.python), *processes()]
    )


if __name__ == "__main__":
    main()
