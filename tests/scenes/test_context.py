"""Which of a machine's devices pictures are drawn on: its graphics card, and software where there is none."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import moderngl
import pytest

from scenes.depth.painter import make_context

CARD, LOCKED, SOFTWARE = "a graphics card", "a card that the user may not use", "software"


def drawn_on(devices: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The device that the context is made on, of those that EGL lists: cards first, software last."""

    def create(device_index: int, **settings: Any) -> Any:
        assert settings == {"standalone": True, "backend": "egl"}
        if device_index >= len(devices):
            raise Exception(f"requested device index {device_index}, but found {len(devices)} devices")
        if devices[device_index] == LOCKED:
            raise Exception("eglInitialize failed (0x3001)")
        return SimpleNamespace(device=devices[device_index])

    monkeypatch.setattr(moderngl, "create_context", create)
    monkeypatch.setattr(sys, "platform", "linux")
    context: Any = make_context.__wrapped__()
    return str(context.device)


@pytest.mark.parametrize(
    ("devices", "device"),
    [
        ([CARD, SOFTWARE], CARD),
        ([LOCKED, CARD, SOFTWARE], CARD),
        ([LOCKED, SOFTWARE], SOFTWARE),
        ([SOFTWARE], SOFTWARE),
    ],
    ids=", ".join,
)
def test_the_first_device_that_may_be_used_draws(
    devices: list[str], device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drawn_on(devices, monkeypatch) == device


@pytest.mark.parametrize(
    ("devices", "line"), [([], "requested device index 0"), ([LOCKED, LOCKED], "eglInitialize failed")]
)
def test_where_there_is_none_it_says_what_the_first_said(
    devices: list[str], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Exception, match=line):
        drawn_on(devices, monkeypatch)
