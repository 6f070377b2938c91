"""The picture of a surface's computation graph, written by `race graph`."""

from __future__ import annotations

from pathlib import Path

import typer
from graphviz import ExecutableNotFound

from autograd import Tensor
from autograd.drawing import draw_graph
from races.surface_spec import surface_at_points
from support.whole_files import require_writable, write_whole

FORMATS = (".svg", ".png", ".pdf")
_DPI = "144"  # of a PNG: text of normal size on a high-density screen


def save_graph(text: str, at: tuple[float, float] | None, output: Path | None) -> Path:
    """Draw how a surface computes its loss and gradient at a point, and return the file written.

    Args:
        text: the surface's name, a formula, or "mine.py:bowl".
        at: the point (u, v), in the surface's domain; by default its start.
        output: the file; its suffix, one of `FORMATS`, decides the format.

    Raises:
        typer.BadParameter: if an argument is invalid.
        typer.TyperException: if Graphviz's program is missing.
        OSError: if the file cannot be written.
    """
    try:
        surface = surface_at_points(text, Path())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="SURFACE") from None
    at = at or surface.start
    if not surface.contains(*at):
        raise typer.BadParameter(
            f"must lie in the domain, u in {list(surface.u_range)} and v in {list(surface.v_range)}, "
            f"got {list(at)}",
            param_hint="--at",
        )
    path = output or Path("runs") / f"{surface.name}-graph.svg"
    require_writable(path)
    u, v = Tensor(at[0]), Tensor(at[1])
    loss = surface(u, v)
    loss.backward()
    graph = draw_graph(loss, u=u, v=v, loss=loss)
    kind = path.suffix.lower().removeprefix(".")
    if kind == "png":
        graph.attr(dpi=_DPI)
    try:
        picture = graph.pipe(kind, quiet=True)
    except ExecutableNotFound:
        raise typer.TyperException(
            "Graphviz's program dot is not on the PATH; "
            "install it: apt-get install graphviz, or brew install graphviz"
        ) from None
    write_whole(path, lambda file: file.write(picture))
    return path
