"""docs/conf.py as a module: the tests read pages as Sphinx does."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any


@cache
def load_conf() -> Any:
    """The module."""
    spec = importlib.util.spec_from_file_location("docs_conf", Path(__file__).parents[1] / "docs" / "conf.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
