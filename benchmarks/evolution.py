"""Breeding: uv run --group bench python benchmarks/evolution.py [--python PATH] [--rounds N]

Races of 256 agents from 96 starts, each on an instance of Rosenbrock's function of its own, 100 steps, with
the features "seed" and 8 hidden neurons: ours as compiled loops and as blocks of numpy, a plain loop over
scalar Tensors, and the same in JAX (vmap over agents and starts, a scan over the steps, jit). The loop over
Tensors makes 1 agent's race from 1 start; all are told by agent-steps: one agent, one start, one step. Their
last losses after 10 steps are checked to agree. Each runs in a process of its own and they are timed in turn,
round by round; printed are medians, and medians of the rounds' ratios, beside the goals.

Last, whole generations of `breed` with all processes: with what is drawn for each, and the scheme.

How to install the peers, and --python, are as in gradients.py.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # before this folder, whose modules have rooms' names

from benchmarks.peers.client import NAMES, faster, in_turn, options, start
from benchmarks.peers.report import Goal, show, show_goals
from evolution import BreedingPlan, breed

AGENTS, INSTANCES, STEPS = 256, 96, 100
CHECKED = {"agents": 3, "instances": 5, "steps": 10}
MANY = {"agents": AGENTS, "instances": INSTANCES, "steps": STEPS}
ONE = {"agents": 1, "instances": 1, "steps": STEPS}
GENERATIONS = 10


def rate(seconds: float, request: dict[str, int]) -> float:
    """Agent-steps a second."""
    return request["agents"] * request["instances"] * request["steps"] / seconds


def main() -> None:
    """Measure and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=5, help="how often all are timed, in turn")
    arguments = parser.parse_args()
    peers = start(["with_jax"], arguments.python)
    jobs = [
        ("ours, loops", peers["ours"], "agents", MANY | {"loops": True}),
        ("ours, blocks of numpy", peers["ours"], "agents", MANY | {"loops": False}),
        ("a loop over Tensors", peers["ours"], "agents of tensors", ONE),
    ]
    if "with_jax" in peers:
        jobs.append((NAMES["with_jax"], peers["with_jax"], "agents", MANY))
    try:
        ends = []
        for name, peer, job, request in jobs:
            peer.ask("prepare", "check", job=job, **(request | CHECKED))
            ends.append(np.array(peer.ask("result", "check")))
            if not np.allclose(ends[-1], ends[0], rtol=1e-9):
                sys.exit(f"{name} disagrees with ours")
            peer.ask("prepare", name, job=job, **request)
        times = in_turn([(peer, name) for name, peer, *_ in jobs], arguments.rounds)
    finally:
        for peer in peers.values():
            peer.close()
    rates = [
        rate(statistics.median(spent), request) for (*_, request), spent in zip(jobs, times, strict=True)
    ]
    rows = [(name, f"{found:,.0f}") for (name, *_), found in zip(jobs, rates, strict=True)]
    show("Agent-steps a second", ("", ""), rows)
    scaled = [
        [1 / rate(each, request) for each in spent] for (*_, request), spent in zip(jobs, times, strict=True)
    ]
    goals = [Goal("over a loop over Tensors", faster(scaled[0], scaled[2]), 200)]
    if len(jobs) > 3:
        goals.append(Goal("over JAX", faster(scaled[0], scaled[3]), 1))
    show_goals(goals)
    show_generations()


def show_generations() -> None:
    """Time whole generations of a breeding."""
    begun: list[float] = []
    plan = BreedingPlan(generations=GENERATIONS)
    breed(plan, on_generation=lambda _: begun.append(time.perf_counter()))
    spent = (begun[-1] - begun[1]) / (GENERATIONS - 1)
    rows = [("seconds", f"{spent:.3f}"), ("agent-steps a second", f"{plan.agent_steps / spent:,.0f}")]
    show(
        f"A generation of `breed`, {plan.agent_steps:,} agent-steps",
        ("", ""),
        rows,
    )


if __name__ == "__main__":
    main()
