"""Learning rates that surfaces suggest, as script/suggest_rates.py found and wrote them.

Those that a surface's record gives by hand are not here.
"""

RATES: dict[str, dict[str, float]] = {
    "three_hump_camel": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 5.0,
    },
    "six_hump_camel": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.5,
    },
    "mccormick": {
        "lbfgs": 0.5, "newton": 0.5, "learned": 0.05,
    },
    "styblinski_tang": {
        "lbfgs": 1.0, "newton": 0.5, "learned": 0.05,
    },
    "goldstein_price": {
        "lbfgs": 0.5, "newton": 0.2, "learned": 0.2,
    },
    "sphere": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.05,
    },
    "matyas": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.1,
    },
    "booth": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.1,
    },
    "ravine": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.01,
    },
    "noisy_quadratic": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.02,
    },
    "slope": {
        "sgd": 0.05, "momentum": 0.005, "nesterov": 0.005, "adagrad": 0.1, "adadelta": 5.0,
        "rmsprop": 0.01, "rprop": 0.0001, "adam": 0.02, "adamw": 0.02, "adamax": 0.02,
        "nadam": 0.02, "radam": 0.1, "lion": 0.02, "lbfgs": 1.0, "newton": 1.0, "learned": 0.01,
    },
    "rosenbrock": {
        "lbfgs": 0.5, "newton": 0.5, "learned": 0.5,
    },
    "rastrigin": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 2.0,
    },
    "beale": {
        "rprop": 0.001, "lbfgs": 0.1, "newton": 0.2, "learned": 0.01,
    },
    "himmelblau": {
        "sgd": 0.05, "momentum": 0.005, "nesterov": 0.005, "adagrad": 0.2, "adadelta": 10.0,
        "rmsprop": 0.02, "rprop": 0.0001, "adam": 0.05, "adamw": 0.05, "adamax": 0.05,
        "nadam": 0.05, "radam": 0.1, "lion": 0.1, "lbfgs": 1.0, "newton": 1.0, "learned": 0.02,
    },
    "ackley": {
        "sgd": 1.0, "momentum": 0.05, "nesterov": 0.5, "adagrad": 1.0, "adadelta": 1.0,
        "rmsprop": 0.1, "rprop": 1.0, "adam": 0.5, "adamw": 0.5, "adamax": 0.5, "nadam": 0.5,
        "radam": 2.0, "lion": 0.2, "lbfgs": 1.0, "newton": 1.0, "learned": 1.0,
    },
    "funky": {
        "sgd": 0.005, "momentum": 0.0005, "nesterov": 0.0005, "adagrad": 0.02, "adadelta": 1.0,
        "rmsprop": 0.002, "rprop": 0.0001, "adam": 0.005, "adamw": 0.005, "adamax": 0.01,
        "nadam": 0.005, "radam": 0.02, "lion": 0.005, "lbfgs": 0.5, "newton": 0.2, "learned": 0.005,
    },
    "funky2": {
        "sgd": 0.01, "momentum": 0.002, "nesterov": 0.002, "adagrad": 0.1, "adadelta": 5.0,
        "rmsprop": 0.005, "rprop": 0.0002, "adam": 0.02, "adamw": 0.02, "adamax": 0.02,
        "nadam": 0.02, "radam": 0.1, "lion": 0.02, "lbfgs": 0.1, "newton": 0.1, "learned": 0.02,
    },
    "funky3": {
        "sgd": 0.02, "momentum": 0.002, "nesterov": 0.002, "adagrad": 0.1, "adadelta": 5.0,
        "rmsprop": 0.01, "rprop": 0.0001, "adam": 0.02, "adamw": 0.02, "adamax": 0.02,
        "nadam": 0.02, "radam": 0.1, "lion": 0.005, "lbfgs": 0.5, "newton": 1.0, "learned": 0.01,
    },
    "easom": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.02,
    },
    "cliff": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.02,
    },
    "levy13": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 2.0,
    },
    "drop_wave": {
        "lbfgs": 0.5, "newton": 1.0, "learned": 0.002,
    },
    "cross_in_tray": {
        "lbfgs": 1.0, "newton": 1.0, "learned": 0.02,
    },
    "saddle": {
        "lbfgs": 1.0, "newton": 0.2, "learned": 0.02,
    },
    "monkey_saddle": {
        "lbfgs": 1.0, "newton": 0.1, "learned": 0.01,
    },
}  # fmt: skip
