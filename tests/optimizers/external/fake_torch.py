"""A stand-in for PyTorch, for the few functions of it that our adapter and the tests' optimizers use."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np


class FakeTensor:
    """Numbers and their gradient."""

    def __init__(self, numbers: Any) -> None:
        self.numbers = np.array(numbers, dtype=np.float64)
        self.grad: Any = None
        self.shape = self.numbers.shape

    def detach(self) -> FakeTensor:
        return self

    def numpy(self) -> Any:
        return self.numbers

    def clone(self) -> FakeTensor:
        return FakeTensor(self.numbers)

    def copy_(self, other: FakeTensor) -> None:
        self.numbers[...] = other.numbers

    def numel(self) -> int:
        return int(self.numbers.size)

    def is_floating_point(self) -> bool:
        return True

    def mul_(self, factor: float) -> FakeTensor:
        self.numbers *= factor
        return self

    def add_(self, other: FakeTensor, alpha: float = 1.0) -> FakeTensor:
        self.numbers += alpha * other.numbers
        return self


class FakeOptimizer:
    """What torch.optim.Optimizer keeps."""

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: Any = defaultdict(dict)
        self.param_groups = [{"params": list(params), **defaults}]


@contextlib.contextmanager
def _context() -> Iterator[None]:
    yield


def fake_torch() -> ModuleType:
    """The module."""
    torch: Any = ModuleType("torch")
    torch.float64 = np.float64
    torch.zeros = lambda size, **_: FakeTensor(np.zeros(size))
    torch.tensor = lambda numbers, **_: FakeTensor(numbers)
    torch.from_numpy = FakeTensor
    torch.is_tensor = lambda x: isinstance(x, FakeTensor)
    torch.no_grad = torch.enable_grad = _context
    torch.get_default_dtype = lambda: np.float64
    torch.set_default_dtype = lambda _: None
    torch.optim = SimpleNamespace(Optimizer=FakeOptimizer)
    module: ModuleType = torch
    return module
