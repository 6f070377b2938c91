"""What docs/conf.py makes of the pages that Sphinx reads."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from races import load_spec, run_race
from surfaces import SURFACES
from tests.docs_conf import load_conf

CONF = load_conf()
PAGES = sorted(path.stem for path in CONF.DOCS.glob("*.md") if path.name not in CONF.exclude_patterns)


def read(page: str) -> str:
    content: list[str] = [(CONF.DOCS / f"{page}.md").read_text(encoding="utf-8")]
    CONF.read_page(None, page, content)
    return content[0]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](docs/lab.md#x)", "[a](lab.md#x)"),
        ("[a](README.md)", "[a](index.md)"),
        ("[a](README.md#x)", "[a](guide.md#x)"),
        ("[a](docs/README.fr.md)", "[a](fr.md)"),
        ("[a](https://a.org/b)", "[a](https://a.org/b)"),
        ("![a](media/gallery/funky.png)", "![a](../media/gallery/funky.png)"),
        ("[`race.toml`](race.toml), [a](docs/lab.md)", "`race.toml`, [a](lab.md)"),
    ],
)
def test_a_link_of_the_readme(monkeypatch: pytest.MonkeyPatch, link: str, expected: str) -> None:
    monkeypatch.setattr(CONF, "ADDRESS", "")
    assert CONF.to_site(link, "README.md") == expected


def test_a_link_to_a_file_leads_to_the_repository_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CONF, "ADDRESS", "some/one")
    expected = "[a](https://github.com/some/one/blob/main/race.toml)"
    assert CONF.to_site("[a](../race.toml)", "docs/lab.md") == expected


@pytest.mark.parametrize(
    ("address", "expected"), [("some/one", "git+https://github.com/some/one"), ("", "git+A")]
)
@pytest.mark.parametrize("page", ["guide", "fr"])
def test_commands_that_install_have_the_repositorys_address_where_it_is_known(
    monkeypatch: pytest.MonkeyPatch, page: str, address: str, expected: str
) -> None:
    monkeypatch.setattr(CONF, "ADDRESS", address)
    assert read(page).count(expected) == 2
    assert ("git clone" in read(page).split("git+")[0]) == (not address)


def test_pages_with_parts_are_read_in_every_build() -> None:
    pages = {file.relative_to(CONF.DOCS).with_suffix("").as_posix() for file in CONF.DOCS.rglob("*.md")}
    found = set(CONF.made_anew(None, SimpleNamespace(found_docs=pages)))
    assert {"guide", "fr", "surfaces", "optimizers", "reference/optimizers"} <= found
    assert not {"index", "lab"} & found


def test_both_start_pages_show_the_film() -> None:
    for page in ("index", "fr"):
        assert '<source src="_static/optimizer-race.mp4"' in read(page)
        assert "optimizer-race.gif" not in read(page)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_pages_of_the_site(page: str) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", read(page), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]
    assert [target for target in targets if not (CONF.DOCS / target).exists()] == []
    assert [
        target for target in targets if target.startswith("..") and not target.endswith((".png", ".gif"))
    ] == []


def test_every_page_is_in_a_table_of_contents() -> None:
    tables = re.findall(r"```{toctree}(.*?)```", read("index"), re.DOTALL)
    listed = re.findall(r"^(?:.*<)?([\w/-]+)>?$", "\n".join(tables), re.MULTILINE)
    assert {*PAGES, "reference/index"} - {"index"} <= set(listed)


def test_every_surface_has_a_section_and_those_filmed_their_picture() -> None:
    sections = dict(text.split("\n", 1) for text in read("surfaces").split("\n## ")[1:])
    assert list(sections) == list(SURFACES)
    assert "gallery/funky.png)" in sections["funky"]
    assert "minima: (3, 2), (-2.80512, 3.13131)" in sections["himmelblau"]


def test_a_surface_without_a_picture_has_a_section_all_the_same() -> None:
    section = CONF.section(replace(SURFACES["sphere"], name="new"))
    assert section.startswith("## new\n")
    assert "![" not in section


@pytest.mark.parametrize("page", ["neuron-to-landscape", "landscapes"])
def test_races_of_networks_run_as_shown(page: str, tmp_path: Path) -> None:
    (race,) = re.findall(r"```toml\n(.*?)```", read(page), re.DOTALL)
    (tmp_path / "mine.toml").write_text(race, encoding="utf-8")
    trace = run_race(load_spec(tmp_path / "mine.toml"))
    assert "Adam" in trace.names
    assert trace.plane is not None
    assert trace.plane.explained_variance.sum() > 0.5


def test_the_race_of_the_tutorial_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"```(toml|python)\n(.*?)```", read("tutorial"), re.DOTALL)
    (own,) = [text for kind, text in blocks if kind == "python" and ">>>" not in text]
    (tmp_path / "mine.py").write_text(own, encoding="utf-8")
    race = "\n".join(text for kind, text in blocks if kind == "toml")
    (tmp_path / "mine.toml").write_text(race, encoding="utf-8")
    trace = run_race(load_spec(tmp_path / "mine.toml"))
    assert trace.names == ("SGD", "Momentum", "Adam", "SignMomentum")
    assert set(trace.status.flat) == {"converged"}
