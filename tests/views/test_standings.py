"""Who is where in a race: `Standings` against its docstring said slowly, and some races to judge by eye."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from races import Status, Trace, run_race
from scenes.step.steps import Steps
from tests.races.helpers import race
from views.standings import Standings

NAN, INF = math.nan, math.inf
INSIDE, OUTSIDE = (1.0, 0.5), (2.5, 1.0)  # of the bowl's domain, u and v from 0 to 2


def made(losses: Sequence[Sequence[float]], outside: Any = (), target: float | None = None) -> Trace:
    """A race with these losses (racers, steps + 1), a racer being outside at the (racer, step)s given.

    What comes after a loss that is not finite is nan, as in every trace.
    """
    array = np.array(losses, dtype=np.float64)
    count, rows = array.shape
    positions = np.full((count, rows, 2), INSIDE)
    for racer, step in outside:
        positions[racer, step] = OUTSIDE
    for i, row in enumerate(array):
        ended = np.flatnonzero(~np.isfinite(row))
        if len(ended):
            array[i, ended[0] + 1 :] = np.nan
            positions[i, ended[0] + 1 :] = np.nan
    spec = race(
        racers=[{"optimizer": "sgd", "name": f"R{i}"} for i in range(count)],
        steps=rows - 1,
        start=[INSIDE],
        target=target,
    )
    gradients = np.zeros((count, rows - 1, 1, 2))
    status = np.full((count, 1), "out_of_steps")
    return Trace(spec, positions[:, :, None], array[:, :, None], gradients, status)


def out_of_race(trace: Trace, i: int, k: int) -> bool:
    """Diverged, or outside the domain at this step and at all that follow."""
    return diverged(trace, i, k) or gone(trace, i, k)


@cache
def gone(trace: Trace, i: int, k: int) -> bool:
    return not any(inside(trace, i, later) for later in range(k, trace.losses.shape[1]))


def diverged(trace: Trace, i: int, k: int) -> bool:
    u, v = trace.positions[i, k, 0].tolist()
    return not all(map(math.isfinite, (float(trace.losses[i, k, 0]), u, v)))


def inside(trace: Trace, i: int, k: int) -> bool:
    u, v = trace.positions[i, k, 0].tolist()
    return bool(0 <= u <= 2 and 0 <= v <= 2)


@cache
def target_of(trace: Trace) -> float:
    """The given target, or a hundredth of the drop above the lowest loss that counts.

    It is in the domain, and of a racer that does not diverge.
    """
    if trace.spec.target is not None:
        return trace.spec.target
    start = float(trace.losses[0, 0, 0])
    end = trace.losses.shape[1] - 1
    lowest = min(
        (
            float(trace.losses[i, k, 0])
            for i in range(len(trace.names))
            for k in range(end + 1)
            if inside(trace, i, k) and not diverged(trace, i, end)
        ),
        default=INF,
    )
    return lowest + 0.01 * (start - lowest) if lowest < start else -INF


@cache
def finish_of(trace: Trace, i: int) -> int | None:
    """From which step on it is at the target, where that is the last tenth at least; else None."""
    losses, target = trace.losses[i, :, 0].tolist(), target_of(trace)
    last_tenth = math.ceil((len(losses) - 1) / 10)
    missed = [k for k, loss in enumerate(losses) if not loss <= target]
    first = missed[-1] + 1 if missed else 0
    return first if first <= len(losses) - 1 - last_tenth else None


def place_of(trace: Trace, i: int, k: int) -> tuple[float, float]:
    """Who has finished is before who races, by when it was; who races is before another by its loss."""
    finish = finish_of(trace, i)
    loss = float(trace.losses[i, k, 0])
    return (math.inf, loss) if finish is None or k < finish else (finish, float(trace.losses[i, finish, 0]))


def ranks_at(trace: Trace, k: int) -> list[int]:
    """1 for who is first; those that are out come last; equals have equal ranks."""
    racers = range(len(trace.names))
    places = [(math.inf, math.inf) if out_of_race(trace, i, k) else place_of(trace, i, k) for i in racers]
    return [1 + sum(other < place for other in places) for place in places]


def first_at(trace: Trace, k: int) -> int:
    """Who is ahead of another after a step; a racer alone is ahead. -1: nobody."""
    ranks = ranks_at(trace, k)
    places = [place_of(trace, i, k) for i in range(len(ranks)) if not out_of_race(trace, i, k)]
    if not places or (len(places) > 1 and min(places) == max(places)):
        return -1
    return ranks.index(1)


def leaders_of(trace: Trace) -> list[int]:
    """Who is ahead, if that is so for a thirtieth of the race and for two steps, or to its end."""
    ahead = [first_at(trace, k) for k in range(trace.losses.shape[1])]
    least = max(2, len(ahead) // 30)
    leaders: list[int] = []
    for leader, group in itertools.groupby(ahead):
        many = len(list(group))
        told = many >= least or len(leaders) + many == len(ahead)
        leaders += [leader if told else -1] * many
    return leaders


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Small races with ties, racers that leave the domain and come back, and racers that diverge."""
    count = draw(st.integers(1, 4))
    loss = st.sampled_from([-1.0, -0.99, 0.0, 0.5, 2.0, 3.0]) | st.floats(-5, 5)
    stretch = st.tuples(st.lists(loss, min_size=count, max_size=count), st.integers(1, 40))
    stretches = draw(st.lists(stretch, min_size=1, max_size=8))
    start = draw(st.sampled_from([0.0, 2.0]))
    table = [[start] * count, *(row for row, repeat in stretches for _ in range(repeat))]
    losses = np.array(table).T
    rows = losses.shape[1]
    for i in range(count):
        if draw(st.booleans()):
            losses[i, draw(st.integers(1, rows - 1)) :] = draw(st.sampled_from([INF, -INF, NAN]))
    spots = st.tuples(st.integers(0, count - 1), st.integers(1, rows - 1), st.integers(1, 40))
    away = draw(st.lists(spots, max_size=3))
    outside = {(i, k) for i, first, many in away for k in range(first, min(first + many, rows))}
    return made(losses.tolist(), sorted(outside), draw(st.none() | st.sampled_from([-1.0, 0.0, 2.5])))


@given(traces())
def test_standings_are_what_the_docstring_says(trace: Trace) -> None:
    standings = Standings(trace)
    racers, steps = range(len(trace.names)), range(trace.losses.shape[1])
    np.testing.assert_array_equal(standings.losses, trace.losses[:, :, 0])
    assert standings.out.tolist() == [[out_of_race(trace, i, k) for k in steps] for i in racers]
    assert standings.ranks.T.tolist() == [ranks_at(trace, k) for k in steps]
    for i in racers:
        finish = finish_of(trace, i)
        if finish is None:
            assert standings.finish[i] > steps[-1]
        else:
            assert standings.finish[i] == finish
        for k in steps:
            expected = Status.CONVERGED if finish is not None and k >= finish else None
            if gone(trace, i, k):
                expected = Status.LEFT_DOMAIN
            if diverged(trace, i, k):
                expected = Status.DIVERGED
            assert standings.status(i, k) is expected
    assert standings.leaders.tolist() == leaders_of(trace)


def test_ranks_follow_the_losses_and_those_that_are_out_come_last() -> None:
    trace = made([[5, 4, 3, 9], [5, 3, 4, 8], [5, 1, INF, 0]], outside=[(1, 3)])
    assert Standings(trace).ranks.T.tolist() == [[1, 1, 1], [3, 2, 1], [1, 2, 3], [1, 2, 2]]


def test_who_has_finished_first_stays_first() -> None:
    slow, quick = [9.0] * 10 + [0.0] * 20, [9.0] * 4 + [0.05] * 26
    trace = made([slow, quick, [9.0] * 6 + [0.01] * 12 + [9.0, *[0.0] * 11]])
    standings = Standings(trace)
    assert standings.ranks[:, 5].tolist() == [2, 1, 2]  # two are level
    assert standings.ranks[:, 12].tolist() == [2, 1, 3]
    assert standings.ranks[:, -1].tolist() == [2, 1, 3]
    assert standings.leaders[-1] == 1


def test_a_short_lead_is_not_told_of() -> None:
    first, second = [9.0], [9.0]
    for steps, ahead in ((30, 0), (2, 1), (20, 0), (38, 1)):
        first += [1.0 - ahead] * steps
        second += [float(ahead)] * steps
    leaders = Standings(made([second, first])).leaders.tolist()
    # Of 91 losses, a thirtieth is 3.
    assert leaders == [-1] + [0] * 30 + [-1] * 2 + [0] * 20 + [1] * 38


def test_nobody_leads_at_the_start_or_when_all_are_out() -> None:
    leaders = Standings(made([[9, 8, 7, INF, 0, 0, 0], [9, 9, 8, INF, 0, 0, 0]])).leaders
    assert leaders.tolist() == [-1, 0, 0, -1, -1, -1, -1]


def test_who_leads_at_the_end_is_told_of() -> None:
    trace = made([[9.0, *[1.0] * 89, 3.0], [9.0, *[2.0] * 90]], target=0.0)
    leaders = Standings(trace).leaders.tolist()
    assert leaders == [-1] + [0] * 89 + [1]


def test_equals_have_equal_ranks() -> None:
    trace = made([[9, 5, 4], [9, 5, 3], [9, 7, 4], [9, 1, 2]])
    assert Standings(trace).ranks.T.tolist() == [[1, 1, 1, 1], [2, 2, 4, 1], [3, 2, 3, 1]]


def test_the_last_one_in_the_race_leads() -> None:
    leaders = Standings(made([[9, INF, 0, 0, 0], [9, 10, 11, 12, 13]])).leaders
    assert leaders[-1] == 1


@pytest.mark.parametrize(("tail", "settles"), [(3, True), (2, False)])
def test_a_racer_has_finished_once_it_stays_at_the_target_for_the_last_tenth(
    tail: int, settles: bool
) -> None:
    losses = [9.0] * (21 - tail) + [0.0] * tail
    standings = Standings(made([losses]))
    said = [standings.status(0, k) for k in range(21)]
    assert said == [None] * (21 - tail) + [Status.CONVERGED if settles else None] * tail


def test_a_racer_that_comes_back_has_not_left() -> None:
    # Outside for one step, for two, and to the end: only the last is out, from when it left for good.
    away = [(0, 2), (1, 2), (1, 3), (2, 1), (2, 3), (2, 4), (2, 5)]
    trace = made([[9, 8, 7, 6, 5, 4], [9, 9, 8, 7, 6, 5], [9, 5, 4, 3, 2, 1]], outside=away)
    standings = Standings(trace)
    assert standings.out.tolist() == [[False] * 6, [False] * 6, [False] * 3 + [True] * 3]
    assert standings.status(0, 2) is standings.status(2, 1) is None
    assert standings.status(2, 3) is Status.LEFT_DOMAIN
    assert standings.leaders[-1] == 0


def test_an_excursion_of_a_step_is_no_leaving_in_table_film_and_slow_motion() -> None:
    # The first step leaps over the edge at u = 1, to 1.62; then the racer settles at 0.9.
    surface = {"expression": "(u - 0.9)**2 + v**2", "u_range": [0, 1], "v_range": [-1, 1]}
    racers = [{"optimizer": "sgd", "lr": 0.9}, {"optimizer": "sgd", "lr": 0.01, "name": "slow"}]
    spec = race(surface=surface, start=(0.0, 0.0), steps=100, racers=racers, record="state")
    trace = run_race(spec)
    assert not spec.build_surface().contains(*trace.positions[0, 1, 0])
    assert trace.status[0, 0] == "converged"
    standings = Standings(trace)
    assert not standings.out.any()
    assert standings.leaders[-1] == 0
    assert Steps(trace, 0).count == 100


def test_who_is_outside_or_has_diverged_does_not_set_the_target() -> None:
    # The first ends at 0 inside; the second was at -100, outside; the third at -50, and diverged.
    honest = [9.0] * 10 + [0.05] * 20
    trace = made([honest, [9.0] * 29 + [-100.0], [9.0] * 5 + [-50.0] * 5 + [INF] + [NAN] * 19], [(1, 29)])
    assert Standings(trace).finish.tolist() == [10, 30, 30]
