"""The columns of a forest plot: how wide each is, what heads it, and where its text stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mscevidence.publish.columns import heading
from mscevidence.publish.forest.rows import Kind, Row
from mscevidence.publish.lettering import widest, width, wrap

BODY = 9.0
SMALL = 7.5
GAP = 13.0
DISC = 14.0
"""Width of a column of discs."""

_CELL_WIDTHS = (110.0, 130.0, 150.0)
_WIDER = 1.2
"""How much wider than its column the heading of effects may be before it takes two lines."""
_BRACKETS = ("[", "(")
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Column:
    """A column of text: its key, wrapped heading, edges and on which of them its text stands.

    `split` is the edge at which effects end; their intervals end at the right one. None in all other columns.
    """

    key: str
    heading: tuple[str, ...]
    left: float
    right: float
    align: Align
    split: float | None = None

    @property
    def anchor(self) -> float:
        """The x position its text is set from."""
        return {"left": self.left, "center": (self.left + self.right) / 2, "right": self.right}[self.align]


def size_of(kind: Kind) -> float:
    """Return the size of the letters of a row."""
    return SMALL if kind in {"remark", "alternative"} else BODY


def is_bold(kind: Kind) -> bool:
    """Return whether a row is set in bold."""
    return kind in {"heading", "summary"}


def cell_column(rows: Sequence[Row], name: str) -> tuple[str, tuple[str, ...], float, Align]:
    """Return a column of the least width in which no cell wraps, else few do, or the most a cell may have."""
    texts = [row.cells[name] for row in rows if row.cells.get(name)]
    for allowed, limit in [(share, limit) for share in (0.0, 0.25) for limit in _CELL_WIDTHS]:
        lines = [wrap(text, limit, BODY) for text in texts]
        if sum(len(cell) > 1 for cell in lines) <= allowed * len(lines):
            break
    head = wrap(heading(name), limit, BODY, bold=True)
    needed = max([widest(head, BODY, bold=True), *(widest(cell, BODY) for cell in lines)])
    return name, head, needed, "left"


def number_column(rows: Sequence[Row], key: str, head: tuple[str, ...]) -> tuple[str, tuple[str, ...], float, Align]:
    """Return a column of numbers, as wide as its widest: key, heading, width and edge."""
    cells = [width(row.cells[key], size_of(row.kind), is_bold(row.kind)) for row in rows if key in row.cells]
    return key, head, max([widest(head, BODY, bold=True), *cells]), "right"


def effect_column(rows: Sequence[Row], key: str, text: str, start: float) -> Column:
    """Return a column of effects: the effects end at one edge and their intervals at another."""
    parts = [(effect_parts(row), size_of(row.kind), is_bold(row.kind)) for row in rows if key in row.cells]
    intervals = max((width(interval, size, bold) for (_, interval), size, bold in parts), default=0.0)
    effects = max((width(effect, size, bold) for (effect, _), size, bold in parts), default=0.0)
    gap = width(" ", BODY) if effects and intervals else 0.0
    needed = effects + gap + intervals
    words, _, _ = text.rsplit(" ", 2)
    head = (text,) if width(text, BODY, True) <= _WIDER * needed else (words, text[len(words) + 1 :])
    needed = max(needed, widest(head, BODY, bold=True))
    return Column(key, head, start, start + needed, "right", start + needed - intervals - gap)


def effect_parts(row: Row) -> tuple[str, str]:
    """Return the effect and the interval of a row, which stand in columns of their own; either may be empty."""
    text = row.cells.get("effect", "")
    effect, gap, interval = text.partition(" ")
    if text.startswith(_BRACKETS) or row.kind == "prediction":
        return "", text
    return (effect, interval) if not gap or interval.startswith(_BRACKETS) else ("", text)


def disc_edges(edge: float, place: int) -> tuple[float, float]:
    """Return the edges of a column of discs."""
    return edge + GAP + place * DISC, edge + GAP + (place + 1) * DISC
