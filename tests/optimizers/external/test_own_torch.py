"""A user's optimizers that derive from torch.optim.Optimizer, or are made of Optax's parts.

Each test runs with a stand-in for PyTorch, and with PyTorch itself where it is installed.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizers import Adam, Momentum, Optimizer
from optimizers.external.user_file import load_optimizer
from races import SpecError, load_spec, run_race
from tests.optimizers.external.fake_torch import fake_torch
from tests.optimizers.external.racers import descend, refusal
from tests.races.helpers import written

# Momentum, as researchers write an optimizer.
HEAVY = """\
import torch


class Heavy(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1, momentum=0.9):
        if lr < 0:
            raise ValueError(f"lr is negative: {lr}")
        super().__init__(params, dict(lr=lr, momentum=momentum))
        self.calls = 0

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.calls += 1
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "momentum_buffer" not in state:
                    state["momentum_buffer"] = p.grad.clone()
                else:
                    state["momentum_buffer"].mul_(group["momentum"]).add_(p.grad)
                p.add_(state["momentum_buffer"], alpha=-group["lr"])
        return loss
"""
WITHOUT_CLOSURE = HEAVY.replace("def step(self, closure=None)", "def step(self)").replace(
    "        if closure is not None:\n"
    "            with torch.enable_grad():\n"
    "                loss = closure()\n",
    "",
)
BY_NAME = HEAVY.replace("def step(self, closure=None)", "def step(self, *, closure=None)")
WITH_MORE = WITHOUT_CLOSURE.replace("def step(self)", "def step(self, **more)")
# The learning rate is an attribute, and in no group.
BY_ATTRIBUTE = HEAVY.replace("dict(lr=lr, ", "dict(").replace("self.calls = 0", "self.calls, self.lr = 0, lr")
BY_ATTRIBUTE = BY_ATTRIBUTE.replace('group["lr"]', "self.lr")
BASES = "optimizers.Optimizer or torch.optim.Optimizer"


@pytest.fixture(params=["a stand-in", "PyTorch"])
def torch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "PyTorch":
        return pytest.importorskip("torch")
    module = fake_torch()
    monkeypatch.setitem(sys.modules, "torch", module)
    return module


def own(folder: Path, text: str, name: str = "Heavy") -> type[Optimizer]:
    (folder / "mine.py").write_text(text)
    return load_optimizer(f"mine.py:{name}", folder)


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(
    "text",
    [HEAVY, WITHOUT_CLOSURE, BY_NAME, WITH_MORE],
    ids=["with a closure", "without", "with one by name", "with other arguments"],
)
def test_it_steps_as_ours(tmp_path: Path, text: str) -> None:
    kind = own(tmp_path, text)
    assert (kind.__name__, kind.defaults()) == ("Heavy", {"lr": 0.1, "momentum": 0.9})
    for_each: list[dict[str, Any]] = [{"lr": 2e-4}, {"lr": 1e-4, "momentum": 0.5}]
    for settings in for_each:
        ours, _ = descend(Momentum, **settings)
        theirs, optimizer = descend(kind, **settings)
        np.testing.assert_allclose(theirs, ours, rtol=1e-12)
        np.testing.assert_allclose(optimizer.state[0]["momentum_buffer"].shape, (2,))


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("rate", ["0.01", '{ schedule = "cosine", start = 0.01, steps = 30 }'])
@pytest.mark.parametrize("starts", [1, 20])
def test_it_races_as_ours(tmp_path: Path, rate: str, starts: int) -> None:
    points = np.random.default_rng(0).uniform(-2, 2, (starts, 2)).tolist()
    racers = "".join(
        f'[[racer]]\noptimizer = "{name}"\nmomentum = 0.5\nlr = {rate}\n'
        for name in ("mine.py:Heavy", "momentum")
    )
    written(tmp_path / "mine.py", HEAVY)
    toml = f'surface = "himmelblau"\nsteps = 30\nrecord = "state"\nstart = {points}\n{racers}'
    trace = run_race(load_spec(written(tmp_path / "race.toml", toml)))
    assert trace.names == ("Heavy", "Momentum")
    np.testing.assert_allclose(trace.positions[0], trace.positions[1], rtol=1e-10)
    assert trace.states is not None
    np.testing.assert_allclose(
        trace.states[0]["momentum_buffer"], trace.states[1]["momentum_buffer"], rtol=1e-9, atol=1e-12
    )
    trace.save(tmp_path / "trace.npz")


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("text", [HEAVY, BY_ATTRIBUTE], ids=["in groups", "as an attribute"])
def test_what_is_set_later_is_followed(tmp_path: Path, text: str) -> None:
    _, theirs = descend(own(tmp_path, text), steps=1, lr=1e-4)
    _, ours = descend(Momentum, steps=1, lr=1e-4)
    twin = copy.deepcopy(theirs)
    for optimizer in (theirs, ours):
        changed: Any = optimizer
        changed.lr, changed.momentum = 2e-4, 0.25
    ends = []
    for optimizer in (theirs, ours):
        u, v = optimizer.params

        def closure(optimizer: Any = optimizer, u: Any = u, v: Any = v) -> Any:
            optimizer.zero_grad()
            loss = (u * u + 3 * v * v).sum()
            loss.backward()
            return loss

        for _ in range(3):
            optimizer.step(closure)
        ends.append((u.data, v.data))
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-12)
    # A copy goes its own way, with what the class keeps beside its terms.
    calls = [optimizer.state[0]["Heavy"]._optimizer.calls for optimizer in (twin, theirs)]
    assert calls == [1, 4]


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAVY.replace("p.grad.clone()", "p.gradient"), "mine.py:24: AttributeError: "),
        (HEAVY.replace("self.calls = 0", "foo"), "mine.py:9: NameError: name 'foo' is not defined"),
        (HEAVY.replace("self.calls = 0", "raise SystemExit(3)"), "mine.py:9: SystemExit: 3"),
        (HEAVY.replace("(torch.optim.Optimizer)", ""), f"mine.py:4: Heavy must derive from {BASES}"),
        (HEAVY.replace("torch.optim.Optimizer", "Exception"), f"mine.py:4: Heavy must derive from {BASES}"),
        (
            HEAVY + "class Empty(torch.optim.Optimizer): ...\n",
            "mine.py: unknown class 'Light'; allowed: Heavy, Empty",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, line: str, tmp_path: Path) -> None:
    name = "Light" if "Empty" in text else "Heavy"
    assert refusal(own, tmp_path, text, name).startswith(line)


@pytest.mark.usefixtures("torch")
def test_what_it_refuses_itself_is_said_in_its_words(tmp_path: Path) -> None:
    line = refusal(own(tmp_path, HEAVY), [], lr=-1.0)
    assert line == "Heavy refuses lr = -1.0: mine.py:7: ValueError: lr is negative: -1.0"


@pytest.mark.usefixtures("torch")
def test_an_argument_without_a_default_must_be_given(tmp_path: Path) -> None:
    kind = own(tmp_path, HEAVY.replace("lr=0.1", "lr"))
    assert refusal(kind, []) == "lr is missing: Heavy has no default for it"
    assert len(descend(kind, steps=3, lr=1e-4)[0]) == 4


def test_an_error_on_the_way_has_its_line(torch: Any, tmp_path: Path) -> None:
    del torch
    text = HEAVY.replace("self.calls += 1", "self.calls += 1\n        assert self.calls < 5, 'five'")
    written(tmp_path / "mine.py", text)
    toml = 'surface = "slope"\nsteps = 9\n[[racer]]\noptimizer = "mine.py:Heavy"\n'
    spec = load_spec(written(tmp_path / "race.toml", toml))
    with pytest.raises(SpecError, match=r"^race\.toml: racer 1: mine\.py:18: AssertionError: five$"):
        run_race(spec)


@pytest.mark.parametrize(
    ("package", "name"), [("torch", "PyTorch: uv pip install torch"), ("optax", "Optax: uv ")]
)
def test_what_is_not_installed_is_named(
    package: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, package, raising=False)
    finder = type("Nowhere", (), {"find_spec": staticmethod(lambda full, *_: _missing(full, package))})
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    line = refusal(own, tmp_path, f"\nimport {package}\nclass Heavy({package}.optim.Optimizer): ...\n")
    assert line.startswith(f"mine.py:2: needs {name}")


def _missing(full: str, package: str) -> None:
    if full.partition(".")[0] == package:
        raise ModuleNotFoundError(f"No module named {full!r}", name=package)


# Of Optax's parts

MADE = """\
import optax


def my_adam(learning_rate=0.01, b1=0.9, b2=0.999):
    return optax.chain(optax.scale_by_adam(b1=b1, b2=b2), optax.scale(-1.0), optax.scale(learning_rate))


def nothing(learning_rate=0.01):
    return learning_rate
"""


def test_a_function_of_optaxs_parts_steps_as_ours(tmp_path: Path) -> None:
    pytest.importorskip("optax")
    kind = own(tmp_path, MADE, "my_adam")
    assert kind.defaults() == {"learning_rate": 0.01, "b1": 0.9, "b2": 0.999}
    theirs, _ = descend(kind, b1=0.5, learning_rate=0.02)
    ours, _ = descend(Adam, betas=(0.5, 0.999), lr=0.02)
    np.testing.assert_allclose(theirs, ours, rtol=1e-9)
    named, _ = descend(own(tmp_path, MADE.replace("learning_rate", "lr"), "my_adam"), b1=0.5, lr=0.02)
    np.testing.assert_allclose(named, ours, rtol=1e-9)
    assert refusal(own, tmp_path, MADE, "nothing").startswith(
        "mine.py:8: TypeError: an optax.GradientTransformation must be made, got "
    )
    assert refusal(own, tmp_path, MADE.replace("b1=b1", "b3=b1"), "my_adam").startswith(
        "mine.py:5: TypeError: "
    )
