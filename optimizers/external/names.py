"""Optimizers that are not this project's: a user's own, and those of PyTorch and Optax.

race.toml names them "mine.py:Lion2", "torch.optim.AdamW" and "optax.adamw".
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from optimizers.optimizer import Optimizer

# By what the name begins with: who adapts it, and how it is told from ours of the same name.
_LIBRARIES = {
    "torch.optim.": ("torch_adapter", "torch"),
    "optax.": ("optax_adapter", "optax"),
}


def is_foreign(text: str) -> bool:
    """Whether a name has the form of an optimizer from a file, be its class forgotten, or from a library."""
    return ":" in text or text.endswith(".py") or any(text.startswith(prefix) for prefix in _LIBRARIES)


def label(text: str) -> str:
    """What such an optimizer is called.

    >>> label("mine.py:Lion2"), label("torch.optim.AdamW")
    ('Lion2', 'AdamW (torch)')
    """
    for prefix, (_, library) in _LIBRARIES.items():
        if text.startswith(prefix):
            return f"{text.removeprefix(prefix)} ({library})"
    return text.rpartition(":")[2]


def find(text: str, folder: Path | None) -> type[Optimizer]:
    """The class behind a name for which `is_foreign` holds.

    Args:
        text: the name.
        folder: that of the race.toml which names it, where a user's file must be; None if there is none.

    Raises:
        ValueError: one line on what is missing or wrong.
    """
    for prefix, (adapter, _) in _LIBRARIES.items():
        if text.startswith(prefix):
            found: type[Optimizer] = import_module(f"{__package__}.{adapter}").adapted(
                text.removeprefix(prefix)
            )
            return found
    from optimizers.external.user_file import load  # noqa: PLC0415

    return load(text, folder)
