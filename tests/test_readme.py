"""What README shows runs as it stands there, and what it says of a new machine holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from races import load_spec, run_race
from surfaces import SURFACES

ROOT = Path(__file__).parents[1]


def snippets(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/README.fr.md"])
def test_the_snippets_run_one_after_the_other(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sys.modules["surfaces.surface"], "SURFACES", dict(SURFACES)
    )  # to which one snippet adds
    (tmp_path / "race.toml").write_bytes((ROOT / "race.toml").read_bytes())
    names: dict[str, Any] = {"__name__": "readme"}
    assert len(snippets(page)) >= 5
    for snippet in snippets(page):
        exec(snippet, names)  # noqa: S102
    assert "(3.000, 2.000)" in capsys.readouterr().out
    assert names["SignSGD"]([], lr=0.5).lr == 0.5
    assert names["zakharov"](0.0, 0.0) == 0.0


@pytest.mark.parametrize("page", ["README.md", "docs/README.fr.md"])
def test_a_surface_and_an_optimizer_of_ones_own_race(page: str, tmp_path: Path) -> None:
    whole = [text for text in snippets(page) if "@surface(" in text or "(ElementwiseOptimizer)" in text]
    assert len(whole) == 2
    (tmp_path / "mine.py").write_text("\n".join(whole), encoding="utf-8")
    race = 'surface = "mine.py:zakharov"\nsteps = 3\n[[racer]]\noptimizer = "mine.py:SignSGD"\nlr = 0.5\n'
    (tmp_path / "race.toml").write_text(race, encoding="utf-8")
    trace = run_race(load_spec(tmp_path / "race.toml"))
    assert trace.positions[0, :2, 0].tolist() == [[-1.5, 1.8], [-2.0, 1.3]]
    assert "zakharov" not in SURFACES


def outline(page: str) -> dict[str, list[str]]:
    """What two translations have in common: their levels of headings, commands, code, links and tables."""
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    links = [
        link for link in re.findall(r"\]\(([^)#\s]+)", prose) if "://" not in link and "README" not in link
    ]
    return {
        "headings": re.findall(r"^#+(?= )", prose, re.MULTILINE),
        "commands": re.findall(r"^    (?:script/\w+|uv\w* [\w .-]+)", prose, re.MULTILINE),
        "code": re.findall(r"^```(\w+)", text, re.MULTILINE),
        "links": sorted(os.path.relpath(path.parent / link, ROOT) for link in links),
        "tables": re.findall(r"^\|(?=.*\|$)", prose, re.MULTILINE),
        "options": sorted(set(re.findall(r"`(-[\w-]*)", prose))),
    }


def test_the_french_readme_has_what_the_english_one_has() -> None:
    assert outline("docs/README.fr.md") == outline("README.md")


@pytest.mark.parametrize("is_known", [True, False])
def test_setup_says_where_uv_is_if_the_shell_does_not_know(tmp_path: Path, is_known: bool) -> None:
    tools, home = tmp_path / "tools", tmp_path / "home/.local/bin"
    for folder in (tools, home):
        folder.mkdir(parents=True)
    # Everything that setup looks for is there, and nothing is installed.
    for tool in ("c++", "pkg-config", "python3", "dot", "curl", "compgen", "brew"):
        (tools / tool).write_text("#!/bin/sh\nexit 0\n")
    for folder in (home, *([tools] if is_known else [])):
        (folder / "uv").write_text("#!/bin/sh\nexit 0\n")
    for file in (*tools.iterdir(), *home.iterdir()):
        file.chmod(0o755)
    for tool in ("bash", "dirname", "uname", "sh"):
        (tools / tool).symlink_to(next(p for p in (Path("/bin", tool), Path("/usr/bin", tool)) if p.exists()))
    done = subprocess.run(
        [tools / "bash", ROOT / "script/setup"],
        env={"PATH": str(tools), "HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ('export PATH="$PATH:$HOME/.local/bin"' in done.stderr) == (not is_known)
    assert done.stderr.count(os.linesep) == (not is_known)


def test_a_trace_and_its_race_are_one_short_line() -> None:
    spec = load_spec(ROOT / "race.toml", steps=1)
    assert repr(spec) == "<RaceSpec: SGD, Momentum, RMSProp, Adam on funky, 1 step from 1 start>"
    assert f"{run_race(spec)}" == "<Trace: SGD, Momentum, RMSProp, Adam on funky, 1 step from 1 start>"
    racers: Any = [{"optimizer": "sgd", "name": f"a racer with a long name, the {i}th"} for i in range(50)]
    text = str(type(spec)(surface="slope", steps=200, start=((0.5, 0.5),) * 3000, racers=racers))
    assert len(text) < 150
    assert text.endswith("on slope, 200 steps from 3,000 starts>")
