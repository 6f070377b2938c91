"""`Places`: where the parts of a film of a race stand, in a picture of any shape.

In a wide picture the surface fills all of it; board and plot stand upon it at the right, the plan at the
upper left and words at the lower left. In others it is above, and words, board and plot are below.
"""

from __future__ import annotations

from typing import NamedTuple

from scenes.frame import MARGIN, Area, frame

LINE = 0.42  # from one line of words to the next, in scene units
PAD = 0.2  # from the parts to the edges of the plates behind them
PLAN = 2.3  # the plan's side, at most
PLOT, LOW_PLOT = 2.35, 1.75  # the plot's height with its labels; the least, where the board is long
RATES = 0.85  # how much higher it is with learning rates
ONE_LINE = 8.0  # how wide words must be to say in one line who leads, and how it moves
LONG = 3.9  # a long board
LONGEST = 4.95  # the longest, with rows as close as they can be


class Places(NamedTuple):
    """The rectangles of the parts.

    Attributes:
        stage: what the surface fills; in a wide picture the others are upon it.
        clear: the part of it beside or above the others, but for the plan, which is in its upper left corner.
        board: the standings.
        plan: the race from above; a square.
        plot: loss against step, with its labels.
        words: other lines of words, those of a network's plane; as wide as `words_width`.
        lead: the lines on who leads.
    """

    stage: Area
    clear: Area
    board: Area
    plan: Area
    plot: Area
    words: Area
    lead: Area


def board_room() -> tuple[float, float]:
    """The width of the board, and its greatest height."""
    safe = frame().safe
    if frame().wide:
        return min(5.15, max(4.2, 0.342 * frame().width)), safe.height - LOW_PLOT - 3 * PAD
    return (_square_columns()[0].width if _square() else safe.width), LONGEST


def words_width() -> float:
    """The width of words."""
    return frame().safe.width - (board_room()[0] + 2.7 * PAD if frame().wide else 0.0)


def lead_lines() -> int:
    """How many lines it takes to say who leads."""
    return 1 if words_width() >= ONE_LINE else 2


def regions(board: float, more: int = 0, rates: bool = False) -> Places:
    """The regions of a race.

    Args:
        board: the height of the board.
        more: lines of words beside those on who leads.
        rates: whether the plot has learning rates, too.
    """
    plot = LOW_PLOT if board > LONG else PLOT + RATES * rates
    if frame().wide:
        return _on_the_surface(board, plot, LINE * more)
    if _square():
        return _beside_the_board(board, max(plot, PLOT), LINE * more)
    return _below_each_other(board, plot, LINE * more)


def _stacked(left: float, bottom: float, right: float, words: float, gap: float = 0.0) -> tuple[Area, Area]:
    """Words, and below them, from `bottom` on, those on who leads."""
    lead = Area(left, bottom, right, bottom + LINE * lead_lines())
    start = lead.top + (gap if words else 0.0)
    return Area(left, start, right, start + words), lead


def _on_the_surface(board: float, plot: float, lines: float) -> Places:
    whole, safe = frame().whole, frame().safe
    left = safe.right - board_room()[0]
    words, lead = _stacked(safe.left, safe.bottom, safe.left + words_width(), lines, 2 * PAD)
    side = min(PLAN, 0.18 * whole.width)
    return Places(
        stage=whole,
        clear=Area(whole.left, words.top + PAD, left - PAD, whole.top),
        board=Area(left, safe.top - board, safe.right, safe.top),
        plan=Area(safe.left, safe.top - side, safe.left + side, safe.top),
        plot=Area(left, safe.bottom, safe.right, safe.bottom + plot),
        words=words,
        lead=lead,
    )


def _beside_the_board(board: float, plot: float, lines: float) -> Places:
    whole, safe = frame().whole, frame().safe
    first, second = _square_columns()
    if board > LONG:  # then there is room for who leads below the plot
        words = Area(safe.left, safe.bottom, safe.right, safe.bottom + lines)
        low = words.top + (PAD if lines else 0.0)
        lead = Area(second.left, low, second.right, low + LINE * lead_lines())
    else:
        words, lead = _stacked(safe.left, safe.bottom, safe.right, lines)
        low = words.top + PAD
    high = low + max(board, plot)
    stage = Area(whole.left, high + PAD, whole.right, whole.top)
    side = min(1.9, 0.5 * stage.height)
    return Places(
        stage=stage,
        clear=stage,
        board=Area(first.left, high - board, first.right, high),
        plan=Area(safe.left, safe.top - side, safe.left + side, safe.top),
        plot=Area(second.left, high - plot, second.right, high),
        words=words,
        lead=lead,
    )


def _below_each_other(board: float, plot: float, lines: float) -> Places:
    whole, safe = frame().whole, frame().safe
    low, side = safe.bottom + plot, min(plot, PLAN)
    rows = Area(safe.left, low + PAD, safe.right, low + PAD + board)
    words, lead = _stacked(safe.left, rows.top + PAD, safe.right, lines)
    stage = Area(whole.left, words.top + PAD, whole.right, whole.top)
    return Places(
        stage=stage,
        clear=stage,
        board=rows,
        plan=Area(safe.left, low - side, safe.left + side, low),
        plot=Area(safe.left + side + MARGIN, safe.bottom, safe.right, low),
        words=words,
        lead=lead,
    )


def _square() -> bool:
    """Whether there is room for the plot beside the board."""
    return frame().safe.width >= 6.4


def _square_columns() -> list[Area]:
    safe, gap = frame().safe, MARGIN
    board = min(4.6, safe.width - gap - 2.0)
    return safe.columns(board, safe.width - gap - board, gap=gap)
