"""JAX: float64, jit. A race is one compiled program, a scan over the steps of every racer."""

from __future__ import annotations

import importlib
from typing import Any

jax: Any = importlib.import_module("jax")
jnp: Any = importlib.import_module("jax.numpy")
jax.config.update("jax_enable_x64", True)
jnp.zeros(1).block_until_ready()  # its start-up is not the first job's


def gradient_of(formula: Any) -> Any:
    """The function that gives value and gradient at one point."""
    return jax.value_and_grad(lambda u, v: formula["funky"](jnp, u, v), (0, 1))


def one(formula: Any, request: Any) -> Any:
    """Value and gradient at one point."""
    gradient, u, v = jax.jit(gradient_of(formula)), request["u"], request["v"]
    return lambda: jax.block_until_ready(gradient(u, v)), lambda result: [
        float(result[0]),
        *map(float, result[1]),
    ]


def one_to_floats(formula: Any, request: Any) -> Any:
    """The same, as Python's floats, which is what all others but PyTorch return."""
    gradient, u, v = jax.jit(gradient_of(formula)), request["u"], request["v"]

    def run() -> Any:
        loss, (slope_u, slope_v) = gradient(u, v)
        return float(loss), float(slope_u), float(slope_v)

    return run, list


def many(formula: Any, request: Any) -> Any:
    """Values and gradients at many points."""
    gradient = jax.jit(jax.vmap(gradient_of(formula)))
    u, v = map(jnp.asarray, formula["points"](request["count"]))
    return lambda: jax.block_until_ready(gradient(u, v)), lambda result: [
        result[0].tolist(),
        *(d.tolist() for d in result[1]),
    ]


def sgd(gradient: Any, state: Any, _: Any, *, lr: float, momentum: float = 0.0) -> Any:
    """torch.optim.SGD: the change of a parameter, and the new state; so below."""
    moving = momentum * state[0] + gradient
    return -lr * moving, (moving, state[1])


def momentum(gradient: Any, state: Any, step: Any, *, lr: float, momentum: float = 0.9) -> Any:
    """torch.optim.SGD with momentum."""
    return sgd(gradient, state, step, lr=lr, momentum=momentum)


def rmsprop(
    gradient: Any, state: Any, _: Any, *, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8
) -> Any:
    """torch.optim.RMSprop."""
    average = alpha * state[0] + (1 - alpha) * gradient * gradient
    return -lr * gradient / (jnp.sqrt(average) + eps), (average, state[1])


def adam(
    gradient: Any,
    state: Any,
    step: Any,
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> Any:
    """torch.optim.Adam."""
    mean = betas[0] * state[0] + (1 - betas[0]) * gradient
    square = betas[1] * state[1] + (1 - betas[1]) * gradient * gradient
    root = jnp.sqrt(square) / jnp.sqrt(1 - betas[1] ** step) + eps
    return -lr / (1 - betas[0] ** step) * (mean / root), (mean, square)


RULES: dict[str, Any] = {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}


def race(formula: Any, request: Any) -> Any:
    """A race; its last positions, by racer and start."""
    gradient = jax.vmap(gradient_of(formula))

    def run_racer(racer: dict[str, Any], start: Any) -> Any:
        rule = RULES[racer["optimizer"]]
        settings = {key: value for key, value in racer.items() if key != "optimizer"}

        def advance(carried: Any, step: Any) -> Any:
            places, states = carried
            loss, slopes = gradient(*places)
            changes, states = zip(
                *(rule(slope, state, step, **settings) for slope, state in zip(slopes, states, strict=True)),
                strict=True,
            )
            moved = tuple(place + change for place, change in zip(places, changes, strict=True))
            return (moved, states), (*places, loss) if request["record"] == "all" else None

        zero = jnp.zeros_like(start[0])
        steps = jnp.arange(1, request["steps"] + 1, dtype=jnp.float64)
        (places, _), recorded = jax.lax.scan(advance, (start, ((zero, zero), (zero, zero))), steps)
        return places, formula["funky"](jnp, *places), recorded

    run_all = jax.jit(lambda start: [run_racer(racer, start) for racer in request["racers"]])
    start = tuple(map(jnp.asarray, formula["points"](request["count"])))
    return lambda: jax.block_until_ready(run_all(start)), lambda result: [
        jnp.stack(places, axis=-1).tolist() for places, *_ in result
    ]


def network_loss(layers: Any, inputs: Any, labels: Any) -> Any:
    """The loss of a network with relu: max-margin with one output, else cross-entropy."""
    x = inputs
    for weight, bias in layers[:-1]:
        x = jax.nn.relu(x @ weight.T + bias)
    x = x @ layers[-1][0].T + layers[-1][1]
    if x.shape[1] == 1:
        return jax.nn.relu(1 - labels * x[:, 0]).mean()
    return -jnp.take_along_axis(jax.nn.log_softmax(x), labels[:, None], 1).mean()


def train_step(formula: Any, request: Any) -> Any:
    """A training step with the same batch, given as numpy's arrays; the losses of the first steps."""
    layers, inputs, labels = formula["network"](request["network"])
    labels = 2.0 * labels - 1.0 if request["network"] == "moons" else labels

    def update(layers: Any, states: Any, step: Any, inputs: Any, labels: Any) -> Any:
        loss, slopes = jax.value_and_grad(network_loss)(layers, inputs, labels)
        flat, form = jax.tree.flatten(layers)
        moved = [adam(g, s, step, lr=0.01) for g, s in zip(jax.tree.leaves(slopes), states, strict=True)]
        flat = [p + change for p, (change, _) in zip(flat, moved, strict=True)]
        return loss, jax.tree.unflatten(form, flat), [state for _, state in moved], step + 1.0

    compiled: Any = jax.jit(update, donate_argnums=(0, 1, 2))
    held = [jax.tree.map(jnp.asarray, layers)]
    held += [[(jnp.zeros_like(p), jnp.zeros_like(p)) for p in jax.tree.leaves(layers)], jnp.asarray(1.0)]

    def run() -> Any:
        loss, *held[:] = compiled(*held, inputs, labels)
        return jax.block_until_ready(loss)

    first = [float(run()) for _ in range(request["ahead"])]
    return run, lambda _: first


def chosen(gradients: Any, weights: Any) -> Any:
    """The factor that an agent's network chooses for each number, from its last gradients, (5, numbers)."""
    sizes = jnp.abs(gradients)
    largest = sizes.max(0)
    powers = jnp.exp(sizes - largest)
    parts = gradients / jnp.where(largest > 0, largest, 1.0)
    spread = largest * parts.var(0) / jnp.maximum(jnp.abs(parts).sum(0), 1.0)
    inputs = jnp.vstack([jnp.sign(gradients) * powers / powers.sum(0), spread])
    inward, biases, outward = weights[:48].reshape(8, 6), weights[48:56], weights[56:64]
    return jnp.exp(outward @ jnp.tanh(inward @ inputs + biases[:, None]) + weights[64])


def agents(formula: Any, request: Any) -> Any:
    """Races of all agents on all instances with the features "seed"; the last losses."""

    def loss(x: Any, values: Any) -> Any:
        return formula["rosenbrock"](x[0], x[1], values)

    def race(weights: Any, start: Any, values: Any) -> Any:
        def advance(carried: Any, _: Any) -> Any:
            x, moving, seen = carried
            slope = jax.grad(loss)(x, values)
            seen, moving = jnp.vstack([slope[None], seen[:-1]]), 0.9 * moving + slope
            return (x - jnp.exp(-4.0) * chosen(seen, weights) * moving, moving, seen), None

        (x, *_), _ = jax.lax.scan(
            advance, (start, jnp.zeros(2), jnp.zeros((5, 2))), None, length=request["steps"]
        )
        return loss(x, values)

    weights, starts, values = map(jnp.asarray, formula["population"](request["agents"], request["instances"]))
    run_all = jax.jit(jax.vmap(jax.vmap(race, (None, 1, 1)), (0, None, None)))
    return lambda: run_all(weights, starts, values).block_until_ready(), lambda losses: losses.tolist()


JOBS = {
    "one": one,
    "one to floats": one_to_floats,
    "many": many,
    "race": race,
    "train step": train_step,
    "agents": agents,
}
