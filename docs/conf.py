"""The site: Sphinx reads this file, script/docs builds it.

The pages are written for GitHub, where links lead to files. Before Sphinx reads a page, its links to pages
become links of the site, and those to other files links to the repository, or plain text where its address is
not known. A comment on a line of its own, as `<!-- surfaces -->` or `<!-- equations adam -->`, is replaced by
what `PARTS` makes.
"""

from __future__ import annotations

import inspect
import os
import posixpath
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))

# The rooms are beside docs/, not installed.
from optimizers import OPTIMIZERS, Optimizer  # noqa: E402
from optimizers.schedules import SCHEDULES, Schedule  # noqa: E402
from surfaces import SURFACES, Surface  # noqa: E402
from views.mathml import equations_table  # noqa: E402

project = "Optimizer Race"
author = "the authors of Optimizer Race"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["README.fr.md"]  # which fr.md shows
default_role = "py:obj"
highlight_language = "none"  # equations, command lines
add_module_names = False
myst_heading_anchors = 3
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_default_options = {"exclude-members": "model_config, model_post_init"}  # pydantic's

html_theme = "furo"
html_title = project
html_static_path = ["_static", "../media/gallery/optimizer-race.mp4", "../media/gallery/funky.png"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False

# GitHub's own variable, set in its workflows.
ADDRESS = os.environ.get("GITHUB_REPOSITORY", "")

# Files that the site shows as pages under other names.
PAGES = {
    "README.md": "guide.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "docs/README.fr.md": "fr.md",
    "media/gallery": "surfaces.md",
}


# Where a README shows the race as a GIF, the site has the film.
GIF = re.compile(r"!\[([^\]]*)\]\(\S*optimizer-race\.gif\)")
FILM = """```{raw} html
<video controls autoplay muted loop playsinline poster="_static/funky.png"
       aria-label="\\1">
  <source src="_static/optimizer-race.mp4" type="video/mp4">
</video>
```"""


def guide() -> str:
    """The README from its first section on, as a page."""
    _, sections = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ", 1)
    return to_site("# Guide\n\n## " + addressed(sections), "README.md")


def french() -> str:
    """The French README, with the film."""
    text = addressed((DOCS / "README.fr.md").read_text(encoding="utf-8"))
    return to_site(GIF.sub(FILM, text), "docs/README.fr.md")


def beside(name: str) -> str:
    """A page that lies beside docs/, its links as the site has them."""
    return to_site((ROOT / name).read_text(encoding="utf-8"), name)


def addressed(text: str) -> str:
    """A README's text, with the repository's address in the commands that install from it, if it is known."""
    if not ADDRESS:
        return text
    text = re.sub(r"\.\s(?:ADDRESS|ADRESSE)\s[^:]*?(\s?:)", r"\1", text)  # what ADDRESS means
    return re.sub(r"git\+(?:ADDRESS|ADRESSE)", f"git+https://github.com/{ADDRESS}", text)


def surfaces() -> str:
    """A section for each surface of the catalogue: its picture, its formula, and what its record says."""
    return "\n\n".join(section(each) for each in SURFACES.values())


def section(surface: Surface) -> str:
    """A surface's section."""
    minima = ", ".join(f"({u:.6g}, {v:.6g})" for u, v in surface.minima) or "none in the catalogue"
    (u_low, u_high), (v_low, v_high) = surface.u_range, surface.v_range
    rates = ", ".join(f"{name} {rate:g}" for name, rate in surface.suggested.items())
    facts = [
        f"domain: u from {u_low:g} to {u_high:g}, v from {v_low:g} to {v_high:g}",
        f"start: ({surface.start[0]:g}, {surface.start[1]:g})",
        f"minima: {minima}",
        *(
            f"parameter {name}: {value:g}, from {surface.parameter_ranges[name][0]:g} to "
            f"{surface.parameter_ranges[name][1]:g}"
            for name, value in surface.parameters.items()
        ),
        *([f"noise of its gradient: standard deviation {surface.noise:g}"] if surface.noise else []),
        f"suggested learning rates: {rates}",
        f"source: {surface.source}",
    ]
    text = (inspect.getdoc(surface.formula) or "").replace("*", r"\*").replace("|", r"\|")
    blocks = [f"## {surface.name}", text, "\n".join(f"- {fact}" for fact in facts)]
    if (ROOT / "media" / "gallery" / f"{surface.name}.png").exists():  # script/gallery.py has been run for it
        blocks.insert(2, f"![The default racers on {surface.name}](../media/gallery/{surface.name}.png)")
    return "\n\n".join(blocks)


def equations(name: str) -> str:
    """An optimizer's equations, from its file."""
    return equations_table(OPTIMIZERS[name].equations)


def other_optimizers() -> str:
    """A section for each optimizer that has none written by hand."""
    page = (DOCS / "optimizers.md").read_text(encoding="utf-8")
    others = {name: kind for name, kind in OPTIMIZERS.items() if f"<!-- equations {name} -->" not in page}
    return "\n\n".join(optimizer_section(name, kind) for name, kind in others.items())


def optimizer_section(name: str, kind: type[Optimizer]) -> str:
    """An optimizer's section: its equations, its picture, and its docstring up to the arguments."""
    text = (inspect.getdoc(kind) or "").split("\nArgs:\n")[0]
    # Without the equations, and what leads to them.
    text = re.sub(r"(?:^.+\n)*^.*::\n\n(?:^(?: .*)?\n)+", "", text, flags=re.MULTILINE).strip()
    blocks = [f"## {kind.__name__}", equations(name), text]
    if (DOCS / "optimizers" / f"{name}.png").exists():  # script/optimizer_stills.py has been run for it
        blocks.insert(2, f"![The path of {kind.__name__}](optimizers/{name}.png)")
    return "\n\n".join(blocks)


def classes(*kinds: type) -> str:
    """The reference of some classes, by their docstrings."""
    return "\n\n".join(f".. autoclass:: {kind.__name__}" for kind in kinds)


PARTS: dict[str, Callable[..., str]] = {
    "guide": guide,
    "french": french,
    "contributing": lambda: beside("CONTRIBUTING.md"),
    "changelog": lambda: beside("CHANGELOG.md"),
    "surfaces": surfaces,
    "equations": equations,
    "other_optimizers": other_optimizers,
    "elementwise": lambda: classes(*(each for each in OPTIMIZERS.values() if each.elementwise)),
    "whole_vector": lambda: classes(*(each for each in OPTIMIZERS.values() if not each.elementwise)),
    "schedules": lambda: classes(*(each for each in SCHEDULES.values() if issubclass(each, Schedule))),
}


def to_site(text: str, path: str) -> str:
    """A page's text, its links as the site has them; `path` is the page's, from the repository's root."""

    def replaced(match: re.Match[str]) -> str:
        bang, label, target, anchor = match.groups(default="")
        goal = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if "://" in target or not (ROOT / goal).exists():
            return match[0]
        if not bang and goal == "README.md" and not anchor:
            return f"[{label}](index.md)"
        if not bang and goal in PAGES:
            return f"[{label}]({PAGES[goal]}{anchor})"
        if bang or (goal.startswith("docs/") and goal.endswith(".md")):
            return f"{bang}[{label}]({posixpath.relpath(goal, 'docs')}{anchor})"
        return f"[{label}](https://github.com/{ADDRESS}/blob/main/{goal})" if ADDRESS else label

    return re.sub(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)]*)?\)", replaced, text)


def read_page(_app: Any, page: str, content: list[str]) -> None:
    """Put the parts in, and rewrite the links."""
    path = f"docs/{page}.md"
    if "/" not in page:
        content[0] = to_site(content[0], path)
    content[0] = re.sub(
        r"^<!-- (\w+)((?: \w+)*) -->$",
        lambda match: PARTS[match[1]](*match[2].split()) if match[1] in PARTS else match[0],
        content[0],
        flags=re.MULTILINE,
    )


def made_anew(_app: Any, env: Any, *_pages: set[str]) -> list[str]:
    """The pages with parts: Sphinx reads them in every build, since their sources may have changed."""
    sources = {page: DOCS / f"{page}.md" for page in env.found_docs}
    return [page for page, file in sources.items() if "\n<!-- " in "\n" + file.read_text(encoding="utf-8")]


def name_language(_app: Any, page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Tell browsers which page is in French."""
    if page == "fr":
        context["language"] = "fr"


def mend_docstring(_app: Any, what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Mend what napoleon makes of docstrings.

    numpy's types end in an underscore, which is a link in reStructuredText. And of a property's "The value: a
    float" it takes what stands before the colon for a type.
    """
    lines[:] = [re.sub(r"_(?=[\],])", r"\\_", x) if x.startswith(":vartype") else x for x in lines]
    for line in [x for x in lines if what == "property" and x.startswith(":type: ")]:
        lines.remove(line)
        lines[0] = f"{line.removeprefix(':type: ')}: {lines[0]}"


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("env-get-outdated", made_anew)
    app.connect("source-read", read_page)
    app.connect("html-page-context", name_language)
    app.connect("autodoc-process-docstring", mend_docstring, priority=600)  # after napoleon
