"""Where everything of a forest plot goes, in points from the top left corner, from measured text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mscevidence.publish.forest.columns import (
    BODY,
    GAP,
    SMALL,
    Column,
    cell_column,
    disc_edges,
    effect_column,
    is_bold,
    number_column,
    size_of,
)
from mscevidence.publish.forest.rows import Row
from mscevidence.publish.lettering import balanced, widest, width, wrap

TITLE = 11.0
LEADING = 1.28
MARGIN = 14.0
PANEL = 220.0
PANEL_GAP = 16.0
INDENT = 9.0
ROW_PADDING = 4.0
AXIS_DEPTH = 20.0

_LEAST_LEFT = 235.0
_MOST_LEFT = 310.0
_STUDY_WIDTHS = (190.0, 230.0, 270.0, 310.0)
_IN_PANEL = ("study", "summary", "prediction", "alternative")


@dataclass(frozen=True)
class PlacedRow:
    """A row with its wrapped texts and its place."""

    row: Row
    top: float
    height: float
    label: tuple[str, ...]
    cells: dict[str, tuple[str, ...]]

    @property
    def middle(self) -> float:
        """The y position of its centre."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Layout:
    """Every position of a forest plot."""

    width: float
    height: float
    title: tuple[str, ...]
    header_top: float
    header_bottom: float
    columns: tuple[Column, ...]
    rows: tuple[PlacedRow, ...]
    panel_left: float
    panel_bottom: float
    directions: tuple[str, ...]
    sides: str
    axis_label: tuple[str, ...]
    notes_top: float
    notes: tuple[tuple[str, ...], ...]

    @property
    def panel_right(self) -> float:
        """The x position of the right end of the axis."""
        return self.panel_left + PANEL


@dataclass(frozen=True)
class Words:
    """The words around the rows of a plot.

    Attributes:
        effect: heads the effects.
        axis: below the axis.
        title: above all, or empty.
        first: heads the first column.
        directions: what both sides of the line of no difference say, or nothing.
        notes: below all, each a paragraph.
        numbers_left: whether effects and weights stand left of the panel.
        weight_first: whether weights stand before effects.
        sides: where the directions stand, and whether in bold.
    """

    effect: str
    axis: str
    title: str = ""
    first: str = "Study"
    directions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    numbers_left: bool = False
    weight_first: bool = False
    sides: str = "below"


def lay_out(
    rows: Sequence[Row],
    words: Words,
    *,
    columns: Sequence[str],
    counts: Mapping[str, tuple[str, ...]],
    discs: Sequence[str] = (),
) -> Layout:
    """Return the layout of a forest plot; all texts are measured and wrapped, none is cut.

    Args:
        rows: from top to bottom.
        words: around them.
        columns: keys of the study columns.
        counts: keys and headings of the columns of counts.
        discs: keys of the columns of discs, right of all else; each ends in the letter that heads it.
    """
    left, left_edge = _left_columns(rows, columns, counts, words.first)
    right: tuple[Column, ...] = ()
    if words.numbers_left:
        numbers, left_edge = _number_columns(rows, words, left_edge + GAP)
        left, panel_left = (*left, *numbers), left_edge + PANEL_GAP
        right_edge = panel_left + PANEL + PANEL_GAP * bool(discs)
    else:
        panel_left = left_edge + PANEL_GAP
        right, right_edge = _number_columns(rows, words, panel_left + PANEL + PANEL_GAP)
    right = (
        *right,
        *(Column(key, (key[-1:],), *disc_edges(right_edge, place), "center") for place, key in enumerate(discs)),
    )
    total = (right[-1].right if discs else right_edge) + MARGIN
    title_lines = wrap(words.title, total - 2 * MARGIN, TITLE, bold=True) if words.title else ()
    header_top = MARGIN + len(title_lines) * TITLE * LEADING + (6 if title_lines else 0)
    header_lines = max(len(column.heading) for column in (*left, *right))
    header_bottom = header_top + header_lines * BODY * LEADING + 2 * ROW_PADDING
    placed = _place(rows, left, next(iter(counts)), header_bottom + ROW_PADDING)
    panel_bottom = max((p.top + p.height for p in placed if p.row.kind in _IN_PANEL), default=header_bottom + 18) + 2
    label = balanced(words.axis, PANEL + PANEL_GAP, BODY)
    below = bool(words.directions) and not words.sides.startswith("above")
    axis_end = panel_bottom + AXIS_DEPTH + SMALL * LEADING * below + len(label) * BODY * LEADING
    notes_top = max(axis_end, max((p.top + p.height for p in placed), default=0.0)) + 10
    wrapped = tuple(wrap(note, total - 2 * MARGIN, SMALL) for note in words.notes)
    height = notes_top + sum(len(lines) for lines in wrapped) * SMALL * LEADING + 2 * len(wrapped) + MARGIN
    return Layout(
        width=total,
        height=height,
        title=title_lines,
        header_top=header_top,
        header_bottom=header_bottom,
        columns=(*left, *right),
        rows=placed,
        panel_left=panel_left,
        panel_bottom=panel_bottom,
        directions=words.directions,
        sides=words.sides,
        axis_label=label,
        notes_top=notes_top,
        notes=wrapped,
    )


def _left_columns(
    rows: Sequence[Row], names: Sequence[str], counts: Mapping[str, tuple[str, ...]], first_heading: str
) -> tuple[tuple[Column, ...], float]:
    """Return the columns left of the panel and the edge where they end."""
    cells = [cell_column(rows, name) for name in names]
    cells += [number_column(rows, key, text) for key, text in counts.items()]
    others = sum(needed + GAP for _, _, needed, _ in cells)
    events = sum(needed + GAP for key, _, needed, _ in cells if key in counts)
    study = max(
        _study_width(rows, first_heading),
        _least_left(rows) - others,
        _summary_width(rows) - (others - events),
    )
    columns = [Column("study", (first_heading,), MARGIN, MARGIN + study, "left")]
    for key, lines, needed, align in cells:
        start = columns[-1].right + GAP
        columns.append(Column(key, lines, start, start + needed, align))
    return tuple(columns), columns[-1].right


def _least_left(rows: Sequence[Row]) -> float:
    """Return the width of the left part that keeps tests and methods on one line, within reason."""
    remarks = [width(row.label, SMALL) + row.indent * INDENT for row in rows if row.kind in {"remark", "alternative"}]
    return min(max([_LEAST_LEFT, *(needed + 1 for needed in remarks)]), _MOST_LEFT)


def _study_width(rows: Sequence[Row], first_heading: str) -> float:
    """Return the least width in which every study name takes two lines, or the most a name may have."""
    studies = [row for row in rows if row.kind == "study"]
    best = width(first_heading, BODY, True)
    for limit in _STUDY_WIDTHS:
        wrapped = [(row, wrap(row.label, limit - row.indent * INDENT, BODY)) for row in studies]
        needed = max((widest(lines, BODY) + row.indent * INDENT for row, lines in wrapped), default=0.0)
        if limit == _STUDY_WIDTHS[-1] or all(len(lines) <= 2 for _, lines in wrapped):
            return max(best, needed)
    return best


def _summary_width(rows: Sequence[Row]) -> float:
    """Return the width that lets the labels of pooled rows stand on one line, within reason."""
    labels = [width(row.label, BODY, True) + row.indent * INDENT for row in rows if row.kind == "summary"]
    return min(max(labels, default=0.0), _STUDY_WIDTHS[-1])


def _number_columns(rows: Sequence[Row], words: Words, start: float) -> tuple[tuple[Column, ...], float]:
    """Return the columns of effects and weights and the edge where they end; no weight column without weights."""
    columns: list[Column] = []
    columns_ = [("effect", words.effect), ("weight", "Weight")]
    for key, text in reversed(columns_) if words.weight_first else columns_:
        if key == "weight" and not any(row.cells.get("weight") for row in rows):
            continue
        if key == "effect":
            columns.append(effect_column(rows, key, text, start))
        else:
            _, lines, needed, align = number_column(rows, key, (text,))
            columns.append(Column(key, lines, start, start + needed, align))
        start = columns[-1].right + GAP
    return tuple(columns), columns[-1].right


def _place(rows: Sequence[Row], left: Sequence[Column], first_count: str, top: float) -> tuple[PlacedRow, ...]:
    by_key = {column.key: column for column in left}
    ends = {
        "study": by_key["study"].right,
        "summary": by_key[first_count].left - GAP,
        "prediction": left[-1].right,
        "alternative": left[-1].right,
        "heading": left[-1].right,
        "remark": left[-1].right,
        "space": left[-1].right,
    }
    placed: list[PlacedRow] = []
    for row in rows:
        # A column is as wide as its longest text, give or take what floating points lose on the way.
        room = ends[row.kind] - MARGIN - row.indent * INDENT + 0.01
        label = wrap(row.label, room, size_of(row.kind), bold=is_bold(row.kind)) if row.label else ()
        cells = {
            name: wrap(text, by_key[name].right - by_key[name].left + 0.01, BODY) if name in by_key else (text,)
            for name, text in row.cells.items()
            if text
        }
        height = _height(row, max([len(label), *(len(lines) for lines in cells.values())]))
        placed.append(PlacedRow(row, top, height, label, cells))
        top += height
    return tuple(placed)


def _height(row: Row, lines: int) -> float:
    if row.kind == "space":
        return 6.0
    padding = 2.0 if row.kind == "remark" else ROW_PADDING + 2.5 * (lines > 1)
    return lines * size_of(row.kind) * LEADING + padding
