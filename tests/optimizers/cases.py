"""The table of optimizers to test: one record each; the tests loop over it and never ask for a name.

Plain data, without torch and without our optimizers: the tests and the recorder of torch.optim's
trajectories (`tests.oracle.record_torch`) both read it. To add an optimizer, add its record here and run
the recorder.
"""

from __future__ import annotations

from itertools import accumulate
from math import atanh, exp, log, tanh

from tests.optimizers.case import (
    INF,
    NAN,
    OptimizerCase,
    Settings,
    Worked,
    counts,
    flags,
    fractions,
    numbers,
    one_value,
    wrong_pairs,
)

LN2 = log(2)


def learnt(
    hidden: int, w: tuple[float, ...] = (), b: float = 0.0, v: float = 0.0, c: float = 0.0
) -> Settings:
    """A learned optimizer's network, whose hidden units are alike; c is the bias of the rate's logarithm."""
    weights = (*(w or (0.0,) * 6) * hidden, *(b,) * hidden, *(v,) * hidden, c + 4)
    return {"features": "seed", "hidden": hidden, "weights": weights}


def carried(w: tuple[float, ...], v: tuple[float, float], c: tuple[float, float] = (0.0, 0.0)) -> Settings:
    """One with the second version of the features, and one hidden unit without a bias."""
    return {"features": "carried", "hidden": 1, "weights": (*w, 0.0, *v, *c)}


LEARNT = learnt(2, w=(-0.5, 0.5, 0.25, -0.25, 1.0, 2.0), b=0.1, v=-0.75, c=0.25)
CARRIED = carried(
    (0.5, -0.5, 0.25, -0.25, 0.5, 1.0, -0.5, 0.25, 1.0, 0.5, -0.5), v=(0.5, 0.25), c=(0.25, -0.5)
)

CASES: tuple[OptimizerCase, ...] = (
    OptimizerCase(
        name="sgd",
        torch="SGD",
        valid=(
            {"lr": 0.005},
            {"lr": 0.01, "weight_decay": 0.1},
            {"lr": 0.002, "momentum": 0.9},
            {"lr": 0.002, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01},
            {"lr": 0.004, "momentum": 0.5, "dampening": 0.3},
            {"lr": 0.004, "momentum": 0.9, "dampening": 1.5, "weight_decay": 0.02},
            {"lr": 0.004, "dampening": 0.5},  # nothing to dampen without momentum
        ),
        absurd=({"lr": 1e3}, {"lr": 1.0, "momentum": 2.0}, {"lr": 1e3, "momentum": 0.9, "nesterov": True}),
        refused=(
            *numbers("lr"),
            *numbers("momentum"),
            *numbers("dampening"),
            *numbers("weight_decay"),
            *flags("nesterov"),
            ({"nesterov": True}, ("nesterov", "momentum 0.0")),
            ({"nesterov": True, "momentum": 0.9, "dampening": 0.25}, ("nesterov", "dampening 0.25")),
        ),
        twin={"lr": 1e-3},
    ),
    OptimizerCase(
        name="momentum",
        torch="SGD",
        valid=(
            {"lr": 0.005},
            {"lr": 0.002, "momentum": 0.95},
            {"lr": 0.01, "momentum": 0.0},
            {"lr": 0.003, "momentum": 0.7, "weight_decay": 0.1},
        ),
        absurd=({"lr": 1e3}, {"lr": 10.0, "momentum": 5.0}),
        refused=(*numbers("lr"), *numbers("momentum"), *numbers("weight_decay")),
        twin={"momentum": 0.9},
    ),
    OptimizerCase(
        name="nesterov",
        torch="SGD",
        valid=(
            {"lr": 0.005},
            {"lr": 0.002, "momentum": 0.95},
            {"lr": 0.01, "momentum": 0.3},
            {"lr": 0.003, "momentum": 0.7, "weight_decay": 0.1},
            {"lr": 0.005, "weight_decay": 20.0},
        ),
        absurd=({"lr": 1e3}, {"lr": 1e3, "momentum": 0.999}),
        refused=(
            *numbers("lr"),
            *numbers("momentum"),
            *numbers("weight_decay"),
        ),
        twin={"momentum": 0.9, "nesterov": True},
    ),
    OptimizerCase(
        name="adagrad",
        torch="Adagrad",
        valid=(
            {},
            {"lr": 0.1},
            {"lr": 0.1, "lr_decay": 0.02},
            {"lr": 0.05, "weight_decay": 0.1, "initial_accumulator_value": 0.5},
            {"lr": 1.0, "eps": 0.5},
        ),
        absurd=({"lr": 1e3}, {"lr": 1e3, "lr_decay": 1e3}),
        refused=(
            *numbers("lr"),
            *numbers("lr_decay"),
            *numbers("weight_decay"),
            *numbers("initial_accumulator_value"),
            *numbers("eps"),
        ),
    ),
    OptimizerCase(
        name="adadelta",
        torch="Adadelta",
        valid=(
            {},
            {"lr": 0.3, "rho": 0.8},
            {"rho": 0.95, "eps": 1e-4},
            {"lr": 0.5, "weight_decay": 0.1},
            {"rho": 0.0, "eps": 1e-2, "lr": 0.1},
            {"rho": 1.0, "eps": 1e-3, "lr": 0.01},
        ),
        absurd=({"lr": 1e6, "eps": 1.0}, {"lr": 1e3, "rho": 1.0}),
        refused=(
            *numbers("lr"),
            *numbers("eps"),
            *numbers("weight_decay"),
            *(({"rho": value}, ("rho", repr(value))) for value in (-0.1, 1.1, NAN, INF, "0.9", True, None)),
        ),
    ),
    OptimizerCase(
        name="rmsprop",
        torch="RMSprop",
        valid=(
            {"lr": 0.002},
            {"lr": 0.001, "alpha": 0.9, "eps": 1e-6},
            {"lr": 0.001, "alpha": 0.95, "momentum": 0.5},
            # With a small eps, centring makes a descent chaotic: a start moved by 1e-15 ends 1e-3 away.
            {"lr": 0.002, "alpha": 0.95, "centered": True, "eps": 0.02},
            {"lr": 0.0005, "centered": True, "momentum": 0.3, "weight_decay": 0.05},
            {"lr": 0.001, "alpha": 0.0, "eps": 0.1},
        ),
        absurd=({"lr": 1e3, "momentum": 2.0}, {"lr": 1e3, "alpha": 1.5}),
        refused=(
            *numbers("lr"),
            *numbers("alpha"),
            *numbers("eps"),
            *numbers("weight_decay"),
            *numbers("momentum"),
            *flags("centered"),
        ),
    ),
    OptimizerCase(
        name="rprop",
        torch="Rprop",
        valid=(
            {},
            {"lr": 0.001, "etas": (0.3, 1.1)},
            {"lr": 0.1, "step_sizes": (1e-3, 0.2)},
            {"lr": 1.0, "etas": (0.9, 3.0), "step_sizes": (0.0, 0.5)},
        ),
        absurd=({"lr": 1e3}, {"lr": 1e3, "etas": (0.99, 1e3), "step_sizes": (0.0, 1e300)}),
        refused=(
            *numbers("lr"),
            *(
                ({"etas": (value, 1.2)}, ("etas[0]", repr(value)))
                for value in (-0.1, 0.0, 1.0, NAN, True, "0.5")
            ),
            *(
                ({"etas": (0.5, value)}, ("etas[1]", repr(value)))
                for value in (0.0, 1.0, INF, NAN, True, "1.2")
            ),
            *wrong_pairs("etas"),
            *(
                ({"step_sizes": (value, 1.0)}, ("step_sizes[0]", repr(value)))
                for value in (-0.1, NAN, INF, True, "0")
            ),
            *(
                ({"step_sizes": (0.0, value)}, ("step_sizes[1]", repr(value)))
                for value in (-0.1, NAN, INF, True, "0")
            ),
            *wrong_pairs("step_sizes"),
            ({"step_sizes": (0.2, 0.1)}, ("step_sizes", "(0.2, 0.1)")),
        ),
        unscaled=("etas",),
    ),
    OptimizerCase(
        name="adam",
        torch="Adam",
        valid=(
            {},
            {"lr": 0.01},
            {"lr": 0.01, "betas": (0.8, 0.9), "eps": 1e-2},
            {"lr": 0.01, "amsgrad": True, "betas": (0.9, 0.9)},
            {"lr": 0.005, "weight_decay": 0.1},
            {"lr": 0.01, "betas": (0.0, 0.99), "eps": 1e-2, "amsgrad": True, "weight_decay": 0.01},
            {"lr": 0.005, "betas": (0.99, 0.5), "eps": 1e-3},
        ),
        absurd=({"lr": 1e3}, {"lr": 1e3, "betas": (0.0, 0.0), "eps": 0.0}),
        refused=(
            *numbers("lr"),
            *numbers("eps"),
            *numbers("weight_decay"),
            *fractions("betas"),
            *flags("amsgrad"),
        ),
    ),
    OptimizerCase(
        name="adamw",
        torch="AdamW",
        valid=(
            {},
            {"lr": 0.01},
            {"lr": 0.01, "betas": (0.8, 0.9), "eps": 1e-2, "weight_decay": 0.0},
            {"lr": 0.01, "amsgrad": True, "betas": (0.9, 0.9)},
            {"lr": 0.005, "weight_decay": 0.5},
            {"lr": 0.02, "betas": (0.0, 0.99), "eps": 1e-2, "weight_decay": 10.0},
        ),
        absurd=({"lr": 1e3, "weight_decay": 2e-3}, {"lr": 1e3, "betas": (0.0, 0.0), "eps": 0.0}),
        refused=(
            *numbers("lr"),
            *numbers("eps"),
            *numbers("weight_decay"),
            *fractions("betas"),
            *flags("amsgrad"),
        ),
    ),
    OptimizerCase(
        name="adamax",
        torch="Adamax",
        valid=(
            {},
            {"lr": 0.01},
            {"lr": 0.005, "betas": (0.8, 0.9), "eps": 1e-2},
            {"lr": 0.004, "weight_decay": 0.1},
            {"lr": 0.05, "betas": (0.0, 0.99), "eps": 1e-1},
        ),
        absurd=({"lr": 1e3}, {"lr": 1e3, "betas": (0.0, 0.0), "eps": 0.0}),
        refused=(
            *numbers("lr"),
            *numbers("eps"),
            *numbers("weight_decay"),
            *fractions("betas"),
        ),
    ),
    OptimizerCase(
        name="nadam",
        torch="NAdam",
        valid=(
            {},
            {"lr": 0.01},
            {"lr": 0.005, "betas": (0.8, 0.9), "eps": 5e-2, "momentum_decay": 0.1},
            {"lr": 0.005, "weight_decay": 0.1},
            {"lr": 0.005, "weight_decay": 0.5, "decoupled_weight_decay": True},
            {"lr": 0.02, "betas": (0.0, 0.99), "eps": 1e-2, "momentum_decay": 3.0},
        ),
        absurd=({"lr": 1e3}, {"lr": 1e3, "momentum_decay": 1e3}),
        refused=(
            *numbers("lr"),
            *numbers("eps"),
            *numbers("weight_decay"),
            *numbers("momentum_decay"),
            *fractions("betas"),
            *flags("decoupled_weight_decay"),
        ),
    ),
    OptimizerCase(
        name="radam",
        torch="RAdam",
        valid=(
            {},
            {"lr": 0.01},
            {"lr": 0.01, "betas": (0.8, 0.9), "eps": 5e-2},
            {"lr": 0.005, "weight_decay": 0.1},
            {"lr": 0.005, "weight_decay": 0.5, "decoupled_weight_decay": True},
            {"lr": 0.03, "betas": (0.0, 0.6), "eps": 1e-2},  # so short a memory that it never adapts
        ),
        absurd=({"lr": 1e3}, {"lr": 1e3, "weight_decay": 2e-3, "decoupled_weight_decay": True}),
        refused=(
            *numbers("lr"),
            *numbers("eps"),
            *numbers("weight_decay"),
            *fractions("betas"),
            *flags("decoupled_weight_decay"),
        ),
    ),
    OptimizerCase(
        name="lion",
        torch=None,
        valid=(
            {},
            {"lr": 0.01},
            {"lr": 0.005, "betas": (0.5, 0.8), "weight_decay": 0.1},
            {"lr": 0.1, "betas": (0.0, 0.0), "weight_decay": 2.0},
        ),
        absurd=({"lr": 1e3}, {"lr": 1e3, "weight_decay": 2e-3}),
        twin={"learning_rate": 1e-4, "weight_decay": 0.0},
        optax="lion",
        optax_names={"lr": ("learning_rate",), "betas": ("b1", "b2"), "weight_decay": ("weight_decay",)},
        refused=(
            *numbers("lr"),
            *numbers("weight_decay"),
            *fractions("betas"),
        ),
        worked=(
            # c = 0.1 * 2, 0.9 * 0.02 - 0.1 * 0.1 = 0.008, 0.9 * 0.0188 - 0.1 * 3 = -0.28308, 0;
            # m = 0.02, 0.99 * 0.02 - 0.01 * 0.1 = 0.0188, 0.99 * 0.0188 - 0.01 * 3 = -0.011388.
            Worked(
                "rolls over a small bump and turns at a steep one",
                settings={"lr": 0.25},
                start=1.0,
                gradients=(2.0, -0.1, -3.0),
                positions=(0.75, 0.5, 0.75),
                terms={"exp_avg": -0.011388},
            ),
            # p - 0.5 (1 + 0.5 p) = 0.75 p - 0.5; the second c is 0.5 * 3 - 0.5 * 3 = 0, and then p shrinks
            # only: 0.75 p; the third is 0.5 * -1.5 + 0.5 * 1 = -0.25: 0.75 p + 0.5. m = 3,
            # 0.25 * 3 - 0.75 * 3 = -1.5 and 0.25 * -1.5 + 0.75 * 1.
            Worked(
                "stands still, but for its decay, at a mean of zero",
                settings={"lr": 0.5, "betas": (0.5, 0.25), "weight_decay": 0.5},
                start=2.0,
                gradients=(4.0, -3.0, 1.0),
                positions=(1.0, 0.75, 1.0625),
                terms={"exp_avg": 0.375},
            ),
            # Without memory c is the gradient and m is it too: steps by its sign, however steep it is.
            Worked(
                "without memory",
                settings={"lr": 0.25, "betas": (0.0, 0.0)},
                start=0.0,
                gradients=(1e300, -1e-300, 0.0, -7.0),
                positions=(-0.25, 0.0, 0.0, 0.25),
                terms={"exp_avg": -7.0},
            ),
        ),
    ),
    OptimizerCase(
        name="lbfgs",
        torch="LBFGS",
        valid=(
            {},
            {"line_search_fn": "strong_wolfe", "max_iter": 3},
            {"line_search_fn": "strong_wolfe", "max_iter": 2, "max_eval": 20, "history_size": 1},
            {"line_search_fn": "strong_wolfe", "lr": 0.3, "max_iter": 4, "tolerance_grad": 0.1},
            {"lr": 0.02, "max_iter": 1, "tolerance_change": 0.0},
        ),
        absurd=(
            {"line_search_fn": "strong_wolfe", "lr": 50.0, "max_iter": 3, "max_eval": 4, "history_size": 2},
        ),
        refused=(
            *numbers("lr"),
            *one_value("lr"),
            *numbers("tolerance_grad"),
            *numbers("tolerance_change"),
            *counts("max_iter"),
            *counts("max_eval"),
            *counts("history_size"),
            ({"max_iter": None}, ("max_iter", "None")),
            ({"history_size": None}, ("history_size", "None")),
            *(
                ({"line_search_fn": value}, ("line_search_fn", '"strong_wolfe"', repr(value)))
                for value in ("wolfe", "", True, 1)
            ),
        ),
        elementwise=False,
        # From the other starts it goes astray: one moved by 1e-16 ends 1e-3 away.
        starts={"quadratic": (1.8, -1.2), "rosenbrock": (1.2, 1.2), "funky": (0.6, 0.6)},
    ),
    OptimizerCase(
        name="newton",
        torch=None,
        valid=({}, {"lr": 0.3}, {"damping": 0.0}, {"lr": 0.5, "damping": 2.0}),
        absurd=({"lr": 1e3},),
        refused=(*numbers("lr"), *one_value("lr"), *numbers("damping")),
        elementwise=False,
    ),
    OptimizerCase(
        name="learned",
        torch=None,
        looped=False,
        valid=(
            {"lr": 0.02},  # as it was bred, it turns so briskly on funky that rounding shows
            {"lr": 0.005, "network": LEARNT},
            {"lr": 0.02, "network": CARRIED},
            {"lr": 0.05, "network": CARRIED, "horizon": 30},
        ),
        absurd=({"lr": 1e3, "network": LEARNT}, {"lr": 1e3, "network": CARRIED}),
        refused=(
            *numbers("lr"),
            *(({"horizon": value}, ("horizon", repr(value))) for value in (0, -1, NAN, INF, "3", True, None)),
            *(({"network": value}, ("network", repr(value))) for value in (3, None, True, (0.0,))),
            ({"network": "o1o1"}, ("unknown network 'o1o1'; did you mean 'o1'?",)),
            ({"network": "nowhere/o1.npz"}, ("network: nowhere/o1.npz: no such file",)),
            (
                {"network": LEARNT | {"features": "sead"}},
                ("network: unknown features 'sead'; did you mean 'seed'?",),
            ),
            (
                {"network": LEARNT | {"hidden": 0}},
                ("network: hidden must be a whole number from 1 to 64, got 0",),
            ),
            (
                {"network": LEARNT | {"hidden": 1}},
                ("network: weights must be 9, for features 'seed'", "got 17"),
            ),
            ({"network": learnt(1, c=NAN)}, ("network: weights must be finite numbers, got nan",)),
            ({"network": {"weights": ()}}, ("network: must have features, hidden and weights",)),
        ),
        worked=(
            # Without weights the rate is exp(ln 2) = 2 times 0.25: plain momentum. b = 1, 0.9 * 1 + 2 = 2.9,
            # 0.9 * 2.9 - 1 = 1.61.
            Worked(
                "a network that always says the logarithm of 2",
                settings={"lr": 0.25, "network": learnt(1, c=LN2)},
                start=1.0,
                gradients=(1.0, 2.0, -1.0),
                positions=(0.5, -0.95, -1.755),
                terms={
                    "momentum_buffer": 1.61,
                    "direction": 1.61,
                    "output": LN2,
                    "gradient_1": -1.0,
                    "gradient_2": 2.0,
                    "gradient_3": 1.0,
                    "gradient_4": 0.0,
                },
            ),
            # The softmax of the sizes ln 4, 0, 0, 0, 0: exp(ln 4) = 4 of 4 + 4 * 1, so the first input
            # is 1/2, with the sign -1/2. tanh(ln 4 / 2) = (4 - 1)/(4 + 1) = 0.6, so y = ln 2: twice 0.25.
            Worked(
                "the softmax of the sizes, with its sign",
                settings={"lr": 0.25, "network": learnt(1, w=(-2 * LN2, 0, 0, 0, 0, 0), v=LN2 / 0.6)},
                start=1.0,
                gradients=(-2 * LN2,),
                positions=(1.0 + LN2,),
                terms={
                    "momentum_buffer": -2 * LN2,
                    "direction": -2 * LN2,
                    "output": LN2,
                    "gradient_1": -2 * LN2,
                    "gradient_2": 0.0,
                    "gradient_3": 0.0,
                    "gradient_4": 0.0,
                },
            ),
            # 5, 5, 5, 5, 0 has the mean 4 and the variance (4 * 1 + 16)/5 = 4, a fifth of 20, and 5, 0, 0, 0,
            # 0 has 1 and (16 + 4 * 1)/5 = 4, 4/5 of 5; between, 2 and 3 of them have 6/10 and 6/15. Three
            # times that plus ln 2 - 0.6, where tanh is 0.6 at ln 2 only after the fourth: it says ln 2.
            Worked(
                "the variance over the sum of the sizes",
                settings={
                    "lr": 0.25,
                    "network": learnt(1, w=(0, 0, 0, 0, 0, 3), b=LN2 - 0.6, v=LN2 / 0.6),
                },
                start=0.0,
                gradients=(5.0,) * 4,
                positions=tuple(
                    accumulate(
                        -1.25 * momentum * exp(tanh(3 * share + LN2 - 0.6) * LN2 / 0.6)
                        for momentum, share in ((1, 0.8), (1.9, 0.6), (2.71, 0.4), (3.439, 0.2))
                    )
                ),
                terms={
                    "momentum_buffer": 17.195,
                    "direction": 17.195,
                    "output": LN2,
                    "gradient_1": 5.0,
                    "gradient_2": 5.0,
                    "gradient_3": 5.0,
                    "gradient_4": 5.0,
                },
            ),
            # The first step: m^ = 4 and s^ = 16, so d = 1; q1 = 1, the others 0, and their softmax e/(e + 4)
            # and 0; of one there is no variance; steady 1, no trend. y = 1.5 and z = artanh(5/8) by the
            # biases alone: c = 1/8, and the rate is exp(1/8 + 3 - 3).
            # The second: g = -4 has m = 0.7 * 1.2 - 0.3 * 4 = -0.36, m^ = -0.36/0.51, and s^ = 16 again.
            Worked(
                "a rate that is carried on",
                settings={
                    "lr": 0.5,
                    "network": carried((0.0,) * 11, v=(0.0, 0.0), c=(1.5, atanh(0.625))),
                },
                start=1.0,
                gradients=(4.0, -4.0),
                positions=(1 - 0.5 * exp(0.125), 1 - 0.5 * exp(0.125) + 0.5 * exp(0.25) * 3 / 17),
                terms={
                    "exp_avg": -0.36,
                    "exp_avg_sq": 10.24,
                    "agreement": -0.1,
                    "carried": 0.25,
                    "direction": -3 / 17,
                    "output": 0.25,
                    "gradient_1": -4.0,
                    "gradient_2": 4.0,
                    "gradient_3": 0.0,
                    "gradient_4": 0.0,
                },
            ),
        ),
    ),
)
