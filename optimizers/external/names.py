"""Optimizers that are not this project's, by name: a user's own, and those of PyTorch and Optax.

race.toml names them "mine.py:Lion2", "torch.optim.AdamW" and "optax.adamw".
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from optimizers.external import optax_adapter, torch_adapter
from optimizers.external.adapter import OPTAX, TORCH, LibraryOptimizer
from optimizers.external.user_file import load_optimizer
from optimizers.optimizer import Optimizer
from support.messages import unknown

_ADAPTERS = {TORCH: torch_adapter, OPTAX: optax_adapter}


def is_foreign(text: str) -> bool:
    """Whether a name has the form of an optimizer from a file, even without its class, or from a library."""
    return ":" in text or text.endswith(".py") or any(text.startswith(each.prefix) for each in _ADAPTERS)


def label(text: str) -> str:
    """What such an optimizer is called; one of a library is told from ours of the same name.

    >>> label("mine.py:Lion2"), label("torch.optim.AdamW")
    ('Lion2', 'AdamW (torch)')
    """
    for library in _ADAPTERS:
        if text.startswith(library.prefix):
            return f"{text.removeprefix(library.prefix)} ({library.packages[-1]})"
    return text.rpartition(":")[2]


def find(text: str, folder: Path | None) -> type[Optimizer]:
    """The class behind a name for which `is_foreign` holds.

    The `folder` is that of the race.toml which names it, where a user's file must be; None if there is none.
    A ValueError says in one line what is missing or wrong.
    """
    if any(text.startswith(library.prefix) for library in _ADAPTERS):
        return _from_library(text)
    return load_optimizer(text, folder)


@lru_cache
def _from_library(title: str) -> type[LibraryOptimizer]:
    library = next(each for each in _ADAPTERS if title.startswith(each.prefix))
    adapter: Any = _ADAPTERS[library]
    kinds = adapter.kinds(title)
    name = title.removeprefix(library.prefix)
    if name not in kinds:
        raise ValueError(unknown(f"optimizer of {library.where}", name, sorted(kinds)))
    kind: type[LibraryOptimizer] = adapter.adapted(kinds[name], title)
    return kind
