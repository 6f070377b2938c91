"""How fast comparisons are: uv run --group bench python benchmarks/comparison.py [--python PATH] [--starts N]

The basin map of funky from N starts, by default 1,000,000, 120 steps of the four racers of race.toml, ours
with all its bookkeeping, beside the bare races in PyTorch (torch.optim) and JAX (a scan over the steps, jit),
which keep the ends alone. The peers run in processes of their own, as in races.py.

Tuning of SGD, momentum, RMSProp and Adam, each with 50 trials on 20 instances from 64 starts, 200 gradients,
beside a loop over torch.optim doing the same: 3 of its runs of each optimizer are measured and scaled to
all 256,000, so the loop's time is an estimate, and is told as one.

Last, `judge` with one process and with two.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # before this folder, whose modules have rooms' names

from benchmarks.peers.client import in_turn, options, start
from benchmarks.peers.report import Goal, seconds, show, show_goals
from benchmarks.races import MILLION, STEPS, default_racers
from comparison import FAMILIES, JudgePlan, Rival, basin_map, judge, tune
from optimizers import OPTIMIZERS
from races import load_spec

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


def maps(starts: int, pythons: list[str]) -> list[Goal]:
    """Time the basin map and the bare races of the peers."""
    side = round(starts**0.5)
    begun = time.perf_counter()
    found = basin_map(load_spec(Path(__file__).parents[1] / "race.toml", surface="funky", steps=STEPS), side)
    ours = time.perf_counter() - begun
    print(f"reached a minimum: {np.mean(found.reached >= 0):.1%} of {side**2:,} starts x {len(found.names)}")
    peers = start(["with_torch", "with_jax"], pythons)
    peers.pop("ours").close()
    request = {"job": "race", "racers": default_racers(), "count": side**2, "steps": STEPS, "record": "ends"}
    times = {}
    for peer in peers.values():
        peer.ask("prepare", "race", **request)
        (spent,) = in_turn([(peer, "race")], 1)
        times[peer.name] = spent[0]
        peer.close()
    rows = [
        ("ours, the whole map", seconds(ours)),
        *((name, seconds(spent)) for name, spent in times.items()),
    ]
    show(f"Basin map, {side**2:,} starts, {STEPS} steps, 4 racers", ("", "time"), rows)
    return [Goal(f"map: over {name}'s bare race", spent / ours, 5) for name, spent in times.items()]


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
    plan = JudgePlan(trials=50, starts=64, families=tuple(n for n, f in FAMILIES.items() if f.size == 2))
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
    arguments = parser.parse_args()
    show_goals([*maps(arguments.starts, arguments.python), *tuning(arguments.python), *processes()])


if __name__ == "__main__":
    main()
