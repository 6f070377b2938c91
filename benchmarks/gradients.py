"""How fast gradients are: uv run --group bench python benchmarks/gradients.py [--python PATH] [--rounds N]

The value and the gradient of the funky surface, from float64 to float64, at one point and at 1,000,000
points: ours, eager, compiled and by loops of machine code, beside C (gcc with the vector functions of
glibc's libmvec, on all processors), PyTorch (eager), JAX (jit of value_and_grad, for many points its
vmap; for one point also with its results turned into Python's floats), HIPS autograd and micrograd. All are
checked to agree. Each runs in a process of its own, with the threads that it takes by itself, and they are
timed in turn, round by round; printed are medians, and medians of the rounds' ratios, beside the goals,
which were set for two cores. The time until a first result is printed too: what is traced and compiled, is
then. Importing a library is not counted.

The group `bench` installs JAX and micrograd. HIPS autograd has the name of a package of this project, and
PyTorch is not everywhere to be had from the registry; put them into an environment elsewhere, and name it:

    uv venv PEERS && uv pip install --python PEERS torch jax autograd micrograd
    uv run python benchmarks/gradients.py --python PEERS/bin/python

What is installed nowhere is left out.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers.client import Peer, faster, in_turn, options, start
from benchmarks.peers.formula import points
from benchmarks.peers.report import Goal, seconds, show, show_goals

POINT = {"u": 0.37, "v": 0.61}
MANY = 1_000_000
CHECKED = 1000  # points at which all must agree, when taken together
CHECKED_ONE = 5  # and one by one
COMPILED, EAGER, LOOPS, C = "ours, compiled", "ours, eager", "ours, loops", "C with libmvec"
CALLS = "loops with calls"
PAGE = Path(__file__).parents[1] / "docs" / "loops.md"
# The rows of the page's table.
SHOWN = {
    "JAX": "JAX, compiled",
    "PyTorch": "PyTorch, eager",
    CALLS: "a loop by numba that calls the C library's sine, cosine and exponential",
    COMPILED: "this project: numpy's functions, in blocks",
    LOOPS: "this project: a loop by numba of functions that vectorise",
    C: "C: gcc with `-ffast-math`, and glibc's libmvec",
}
ROWS = {
    LOOPS: ("loops", "", "many"),
    C: ("with_c", "", "many"),
    CALLS: ("loops", "", "many by calls"),
    COMPILED: ("ours", "one", "many"),
    EAGER: ("ours", "eager one", "eager many"),
    "PyTorch": ("with_torch", "one", "many"),
    "JAX": ("with_jax", "one", "many"),
    "JAX, to floats": ("with_jax", "one to floats", ""),
    "HIPS autograd": ("with_hips", "one", "many"),
    "micrograd": ("with_micrograd", "one", ""),  # a million Values would take minutes
}
Row = tuple[Peer, str, str]  # who, and its jobs for one and for many points


def check(rows: dict[str, Row]) -> None:
    """Exit unless every value and every gradient agrees with PyTorch's, or the last peer's."""
    u, v = points(CHECKED)
    single: dict[str, Any] = {}
    together: dict[str, Any] = {}
    for name, (peer, one, many) in rows.items():
        found = []
        for i in range(CHECKED_ONE if one else 0):
            peer.ask("prepare", "check", job=one, u=u[i], v=v[i])
            found.append(peer.ask("result", "check"))
        if one:
            single[name] = np.array(found).T
        if many:
            peer.ask("prepare", "check", job=many, count=CHECKED)
            together[name] = np.array(peer.ask("result", "check"))
        peer.ask("drop", "check")
    oracle = together.get("PyTorch", list(together.values())[-1])
    for name, found in [*single.items(), *together.items()]:
        expected = oracle[:, : np.shape(found)[1]]
        if not np.allclose(found, expected, rtol=1e-9, atol=1e-12):
            sys.exit(f"{name} disagrees by {np.abs(found - expected).max():.2g}")
    print(f"all agree to 1e-9 at {CHECKED} points")


def measure(rows: dict[str, Row], rounds: int) -> tuple[dict[str, list[float]], ...]:
    """Seconds for one point and for many: by row, the first time and those of the rounds."""
    found: list[dict[str, list[float]]] = []
    for column in (1, 2):
        jobs = {name: (row[0], str(row[column])) for name, row in rows.items() if row[column]}
        first = [[peer.ask("prepare", job, job=job, **POINT, count=MANY)] for peer, job in jobs.values()]
        times = in_turn(list(jobs.values()), rounds)
        found.append(dict(zip(jobs, map(list.__add__, first, times), strict=True)))
    return tuple(found)


def goals(one: dict[str, list[float]], many: dict[str, list[float]]) -> list[Goal]:
    """The ratios to reach, as far as the peers are there."""
    wanted = [
        (COMPILED, "JAX", 10.0),
        (COMPILED, "JAX, to floats", 10.0),
        (COMPILED, "micrograd", 60.0),
        (EAGER, "micrograd", 1.5),
        (EAGER, "PyTorch", 3.0),
    ]
    found = [
        Goal(f"one point: {ours} over {peer}", faster(one[ours][1:], one[peer][1:]), goal)
        for ours, peer, goal in wanted
        if peer in one
    ]
    peers = [name for name in ("PyTorch", "JAX") if name in many]
    if peers:
        ratio = faster(many[COMPILED][1:], *(many[name][1:] for name in peers))
        found.append(Goal(f"{MANY:,} points: compiled over {' and '.join(peers)}", ratio, 2.0))
    if peers and LOOPS in many:
        ratio = faster(many[LOOPS][1:], *(many[name][1:] for name in peers))
        found.append(Goal(f"{MANY:,} points: loops over {' and '.join(peers)}", ratio, 5.0))
    if C in many and LOOPS in many:
        found.append(
            Goal(f"{MANY:,} points: time of loops over C's", faster(many[C][1:], many[LOOPS][1:]), 2.2, True)
        )
    return found


def write(many: dict[str, list[float]]) -> None:
    """Write the times for many points into the page that explains them."""
    each = {name: statistics.median(times[1:]) / MANY for name, times in many.items() if name in SHOWN}
    rows = [
        f"| {SHOWN[name]} | {each[name] * 1e9:,.0f} |" for name in sorted(each, key=each.__getitem__)[::-1]
    ]
    before, rest = PAGE.read_text(encoding="utf-8").split("<!-- times -->\n")
    _, after = rest.split("<!-- end of times -->\n")
    lines = "".join(f"{row}\n" for row in rows)
    PAGE.write_text(f"{before}<!-- times -->\n{lines}<!-- end of times -->\n{after}", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = options(__doc__ or "")
    parser.add_argument(
        "--write", action="store_true", help="write the times of many points into docs/loops.md"
    )
    parser.add_argument("--rounds", type=int, default=15, help="how often all are timed, in turn")
    arguments = parser.parse_args()
    peers = start(
        ["loops", "with_c", "with_torch", "with_jax", "with_hips", "with_micrograd"], arguments.python
    )
    rows = {name: (peers[row[0]], *row[1:]) for name, row in ROWS.items() if row[0] in peers}
    try:
        one, many = measure(rows, arguments.rounds)
        check(rows)
    finally:
        for peer in peers.values():
            peer.close()
    lines = []
    for name in rows:
        cells = []
        for times, count in ((one, 1), (many, MANY)):
            if name in times:
                median = statistics.median(times[name][1:])
                cells += [seconds(times[name][0]), seconds(median / count)]
            else:
                cells += ["-", "-"]
        lines.append((name, *cells))
    show(
        f"One gradient: the first time, then the median of {arguments.rounds} rounds",
        ("", "1 point: first", "then", f"{MANY:,}: first", "then, each"),
        lines,
    )
    show_goals(goals(one, many))
    if arguments.write:
        write(many)


if __name__ == "__main__":
    main()
