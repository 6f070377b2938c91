"""Puts the rooms into one package of the wheel, `optimizer_race`: called by Hatch, see pyproject.toml.

In the repository the rooms are top-level packages. Installed like that, `autograd` would overwrite PyPI's
package of that name. So the wheel has `optimizer_race.autograd` and so on, with the film of optimizer_race.py
as `optimizer_race.film`, and the imports in them are rewritten. An editable install is the repository itself.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE, FILM = "optimizer_race", "film"
# Imports in code and in the examples of docstrings, and the errors that these show.
_START = r"\s*(?:>>> |\.\.\. )?"
_FROM = re.compile(rf"^(?P<start>{_START}from )(?P<room>\w+)(?P<rest>[\w.]* import )", re.MULTILINE)
_IMPORT = re.compile(
    rf"^(?P<start>{_START})import (?P<room>\w+)(?: as (?P<alias>\w+))?(?=$|  #)", re.MULTILINE
)
_RAISED = re.compile(r"^(?P<start>\s+)(?P<room>\w+)(?P<rest>[\w.]*\.\w+Error: )", re.MULTILINE)


class WheelHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatch's hook."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the package in a temporary folder and have the wheel take it from there."""
        if version != "standard":
            return
        root = Path(self.root)
        self._folder = tempfile.mkdtemp()
        package = Path(self._folder, PACKAGE)
        make_package(root, package, self.config["rooms"])
        build_data["force_include"][str(package)] = "/"  # pyproject.toml puts all into the package
        scripts = self.metadata.core.scripts
        for name, target in scripts.items():
            scripts[name] = f"{PACKAGE}.{target}"

    def finalize(self, version: str, _build_data: dict[str, Any], _artifact_path: str) -> None:
        """Remove the temporary folder."""
        if version == "standard":
            shutil.rmtree(self._folder)


def make_package(root: Path, package: Path, rooms: list[str]) -> None:
    """Copy the rooms and the film into a package, and rewrite what they import."""
    names = {room: f"{PACKAGE}.{room}" for room in rooms} | {PACKAGE: f"{PACKAGE}.{FILM}"}
    for room in rooms:
        shutil.copytree(root / room, package / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / f"{PACKAGE}.py", package / f"{FILM}.py")
    (package / "py.typed").touch()
    (package / "__init__.py").write_text('"""Optimizer Race: see, teach and compare optimizers."""\n')
    for file in package.rglob("*.py"):
        file.write_text(rewritten(file.read_text(encoding="utf-8"), names), encoding="utf-8")


def rewritten(source: str, names: dict[str, str]) -> str:
    """A module's source, importing packages under other names.

    >>> names = {"races": "optimizer_race.races"}
    >>> print(rewritten("from races.trace import Trace\\nimport numpy\\nimport races", names))
    from optimizer_race.races.trace import Trace
    import numpy
    from optimizer_race import races as races
    """

    def module(found: re.Match[str]) -> str:
        return found["start"] + names.get(found["room"], found["room"]) + found["rest"]

    def package(found: re.Match[str]) -> str:
        parent, _, name = names.get(found["room"], "").rpartition(".")
        alias = found["alias"] or found["room"]
        return f"{found['start']}from {parent} import {name} as {alias}" if parent else found[0]

    return _IMPORT.sub(package, _RAISED.sub(module, _FROM.sub(module, source)))
