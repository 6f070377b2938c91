"""Ours: gradients, eager and compiled, races, optimizers' steps, and training steps."""

from __future__ import annotations

import functools
import sys
import tracemalloc
from pathlib import Path
from typing import Any, Literal

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # before a package of the name `autograd`

from autograd import Tensor, value_and_grad
from comparison import FAMILIES, basin_map
from evolution.agent_races import race_agents
from evolution.problems import Problems
from networks import MLP, Landscape, NetworkLoss, Plane, TrainingStep, losses
from optimizers import OPTIMIZERS
from optimizers.learned import Learned
from optimizers.learned_network import LearnedNetwork
from optimizers.rate import State
from races import RaceSpec, run_race
from surfaces.funky import funky


def compiled_one(_: Any, request: Any) -> Any:
    """Value and gradient at one point."""
    gradient, u, v = value_and_grad(funky), request["u"], request["v"]
    return lambda: gradient(u, v), lambda result: [result[0], *result[1]]


def compiled_many(formula: Any, request: Any) -> Any:
    """Values and gradients at many points."""
    gradient = value_and_grad(funky, request.get("engine", "compiled"))
    u, v = formula["points"](request["count"])
    return lambda: gradient(u, v), lambda result: [result[0].tolist(), *(d.tolist() for d in result[1])]


def eager_one(_: Any, request: Any) -> Any:
    """The same with a graph of Tensors."""

    def run() -> Any:
        u, v = Tensor(request["u"]), Tensor(request["v"])
        loss = funky(u, v)
        loss.backward()
        return loss.data, u.grad, v.grad

    return run, lambda result: [float(number) for number in result]


def eager_many(formula: Any, request: Any) -> Any:
    """The same at many points."""
    starts = formula["points"](request["count"])

    def run() -> Any:
        u, v = map(Tensor, starts)
        loss = funky(u, v)
        loss.sum().backward()
        return loss.data, u.grad, v.grad

    return run, lambda result: [array.tolist() for array in result]


def race(formula: Any, request: Any) -> Any:
    """A race; its last positions, by racer and start."""
    spec = RaceSpec(
        surface="funky",
        start=np.stack(formula["points"](request["count"]), axis=-1),  # type: ignore[arg-type]
        steps=request["steps"],
        racers=request["racers"],
        record=request["record"],  # all: every step; ends: the first and the last
        engine=request.get("engine", "compiled"),
    )
    return lambda: run_race(spec), lambda trace: trace.positions[:, -1].tolist()


def kept(formula: Any, request: Any) -> Any:
    """A race that is run only once; how many bytes its trace's arrays take."""
    run, _ = race(formula, request)

    @functools.cache
    def once() -> int:
        trace = run()
        return sum(x.nbytes for x in (trace.positions, trace.losses, trace.gradients, trace.status))

    return once, int


def step(formula: Any, request: Any) -> Any:
    """A step of an optimizer with given gradients; the first numbers after some that are not timed."""
    start, gradient = formula["vectors"](request["count"])
    parameter = Tensor(start)
    parameter.grad = gradient
    optimizer = OPTIMIZERS[request["optimizer"]]([parameter])
    for _ in range(request["ahead"]):
        optimizer.step()
    found = parameter.data[: request["shown"]].tolist()  # type: ignore[index]
    return optimizer.step, lambda _: found


def whole_step(formula: Any, request: Any) -> Any:
    """The first step of an optimizer that evaluates the loss itself, of a quadratic; the first numbers."""
    start, weights = formula["quadratic"](request["count"])
    weights.setflags(write=False)  # a graph keeps a copy of an array that may be changed

    def run() -> Any:
        parameter = Tensor(start)
        optimizer = OPTIMIZERS[request["optimizer"]]([parameter])

        def closure() -> Any:
            optimizer.zero_grad()
            loss = (weights * parameter * parameter).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        return parameter

    return run, lambda parameter: parameter.data[: request["shown"]].tolist()


def loops(*_: Any) -> Any:
    """Whether numba has compiled something so far."""
    return lambda: "numba" in sys.modules, bool


def train_step(formula: Any, request: Any, engine: Literal["compiled", "eager"] = "compiled") -> Any:
    """A training step with the same batch; the losses of the first steps."""
    layers, inputs, labels = formula["network"](request["network"])
    model = MLP([layers[0][0].shape[1], *(len(bias) for _, bias in layers)])
    for layer, (weight, bias) in zip(model.layers, layers, strict=True):
        layer.load_state_dict({"weight": weight, "bias": bias})
    loss = losses.hinge_loss if request["network"] == "moons" else losses.cross_entropy
    optimizer = OPTIMIZERS["adam"](model.parameters(), lr=0.01)
    step = TrainingStep(model, optimizer, loss, engine=engine)
    labels = labels.astype(float)
    first = [step(inputs, labels) for _ in range(request["ahead"])]
    return lambda: step(inputs, labels), lambda _: first


def many_train_steps(formula: Any, request: Any) -> Any:
    """By how many bytes so many steps make the memory grow that Python and numpy have handed out."""
    step, _ = train_step(formula, request | {"ahead": 3})

    @functools.cache
    def once() -> int:
        tracemalloc.start()
        step()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(request["count"]):
            step()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return after - before

    return once, int


def landscape(formula: Any, request: Any) -> Any:
    """The losses on a grid of a plane in the space of weights."""
    layers, inputs, labels = formula["network"]("moons")
    directions, along = formula["plane"](request["side"], layers)
    loss = NetworkLoss(MLP([2, 16, 16, 1]), losses.hinge_loss, inputs, labels)
    flat = [np.concatenate([array.ravel() for pair in part for array in pair])
            for part in (layers, directions[: len(layers)], directions[len(layers) :])]  # fmt: skip
    surface = Landscape(loss, Plane(flat[0], np.stack(flat[1:])))
    u, v = np.meshgrid(along, along)
    return lambda: surface(u, v), lambda found: found.ravel()[:: request["every"]].tolist()


def agents(formula: Any, request: Any) -> Any:
    """Races of all agents on all instances with the features "seed"; the last losses."""
    weights, starts, values = formula["population"](request["agents"], request["instances"])
    problems = Problems(FAMILIES["rosenbrock"], starts, values, np.zeros(len(starts.T)), request["steps"])
    return lambda: race_agents(weights, problems, "seed", 8, request["loops"]), lambda losses: losses[
        1
    ].tolist()


def agents_of_tensors(formula: Any, request: Any) -> Any:
    """The same, agent by agent and start by start, by a loop over scalar Tensors."""
    weights, starts, values = formula["population"](request["agents"], request["instances"])
    networks = [LearnedNetwork("seed", 8, tuple(own)) for own in weights.tolist()]
    rule: Any = functools.partial(Learned.rule, **Learned.defaults())

    def last_loss(network: Any, start: Any, own: Any) -> float:
        x, states = [Tensor(number) for number in start], [State(), State()]
        for step in range(1, request["steps"] + 1):
            for number in x:
                number.grad = 0.0
            formula["rosenbrock"](*x, own).backward()
            for i, number in enumerate(x):
                terms: Any = {name: Tensor(term) for name, term in states[i].items()}
                moved, terms = rule(Tensor(number.grad), number, terms, step, network=network)
                x[i], states[i] = Tensor(moved.data), {name: term.data for name, term in terms.items()}
        return float(formula["rosenbrock"](*x, own).data)

    def run() -> Any:
        return [[last_loss(net, *each) for each in zip(starts.T.tolist(), values.T.tolist(), strict=True)]
                for net in networks]  # fmt: skip

    return run, lambda found: found


def basins(_: Any, request: Any) -> Any:
    """The basin map of funky; the share of starts from which a minimum is reached."""
    spec = RaceSpec(surface="funky", steps=request["steps"], racers=request["racers"])
    return lambda: basin_map(spec, request["side"]), lambda found: float((found.reached >= 0).mean())


JOBS = {
    "basins": basins,
    "one": compiled_one,
    "many": compiled_many,
    "eager one": eager_one,
    "eager many": eager_many,
    "race": race,
    "kept": kept,
    "step": step,
    "whole step": whole_step,
    "loops": loops,
    "train step": train_step,
    "landscape": landscape,
    "eager train step": functools.partial(train_step, engine="eager"),
    "many train steps": many_train_steps,
    "agents": agents,
    "agents of tensors": agents_of_tensors,
}
