"""Tables of JATS articles: merged cells expanded to a grid, written as lines of text, each cell with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mscevidence.errors import DocumentError
from mscevidence.model import Cell, Section, Span, Table
from mscevidence.read.jats_text import Element, inline, name_of

_MOST_SLOTS = 400_000


@dataclass
class Writer:
    """The canonical text while it is written, with the sections and tables that are in it."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    sections: list[Section] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def add(self, text: str, between: str = "\n\n") -> Span:
        """Append a text and return where it stands."""
        if self.length:
            self.raw(between)
        return self.raw(text)

    def raw(self, text: str) -> Span:
        """Append a text as it is and return where it stands."""
        start = self.length
        self.pieces.append(text)
        self.length += len(text)
        return start, self.length

    def paragraph(self, text: str, section: str) -> None:
        """Append a paragraph of a section, which grows when the paragraph follows it."""
        if text:
            self.section(section, self.add(text))

    def section(self, name: str, span: Span) -> None:
        """Note that a stretch of the text is of a section, which grows when the stretch follows it."""
        last = self.sections[-1] if self.sections else None
        if last is not None and last.name == name and span[0] - last.span[1] <= 2:
            self.sections[-1] = Section(name=name, span=(last.span[0], span[1]))
        else:
            self.sections.append(Section(name=name, span=span))

    def text(self) -> str:
        """Return the text as written so far."""
        return "".join(self.pieces)

    def behind(self, words: str) -> tuple[str, tuple[Section, ...], tuple[Table, ...]]:
        """Return what was written behind other words: the whole text, with its sections and tables moved on."""
        if not self.length:
            return words, (), ()
        start = f"{words}\n\n" if words else ""
        sections = tuple(Section(name=each.name, span=_moved(each.span, len(start))) for each in self.sections)
        return start + self.text(), sections, tuple(_moved_table(table, len(start)) for table in self.tables)


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def _moved_table(table: Table, by: int) -> Table:
    cells = tuple(cell.model_copy(update={"span": _moved(cell.span, by)}) for cell in table.cells)
    places = {name: place and _moved(place, by) for name, place in (("caption", table.caption), ("foot", table.foot))}
    return table.model_copy(update={"span": _moved(table.span, by), "cells": cells, **places})


@dataclass(frozen=True)
class RawCell:
    """A cell as marked up: its text, how many rows and columns it covers, and whether it is a header."""

    text: str
    rows: int = 1
    columns: int = 1
    header: bool = False


@dataclass
class Slot:
    """A cell with the row and column where it begins."""

    text: str
    row: int
    column: int
    rows: int
    columns: int
    header: bool


def write_table(writer: Writer, wrap: Element) -> None:
    """Append a table with its caption and footnotes to the text."""
    label = _first_text(wrap, "label").rstrip(". ")
    title = _first_text(wrap, "caption")
    heading = f"{label}. {title}" if label and title else label or title or "Table"
    start, end = writer.add(heading)
    caption = (end - len(title), end) if title else None
    cells: list[Cell] = []
    offset = 0
    for grid in wrap.iter():
        if name_of(grid) == "table":
            slots = _slots(grid)
            cells += write_rows(writer, slots, offset)
            offset = max((cell.row + cell.rows for cell in cells), default=0)
    foot = _write_foot(writer, wrap)
    place = (start, writer.length)
    writer.tables.append(Table(label=label or "Table", span=place, caption=caption, foot=foot, cells=tuple(cells)))
    writer.sections.append(Section(name=label or "Table", span=place))


def _first_text(wrap: Element, name: str) -> str:
    return next((inline(child) for child in wrap if name_of(child) == name), "")


def _write_foot(writer: Writer, wrap: Element) -> Span | None:
    lines = [inline(foot) for foot in wrap if name_of(foot) == "table-wrap-foot"]
    spans = [writer.add(line, "\n") for line in lines if line]
    return (spans[0][0], spans[-1][1]) if spans else None


def write_rows(writer: Writer, slots: list[Slot], offset: int) -> list[Cell]:
    """Append one line per row with ``|`` between columns and return the cells with their places."""
    if not slots:
        return []
    width = max(slot.column + slot.columns for slot in slots)
    by_row: dict[int, dict[int, Slot]] = {}
    for slot in slots:
        by_row.setdefault(slot.row, {})[slot.column] = slot
    cells: list[Cell] = []
    for row in sorted(by_row):
        writer.raw("\n")
        start = writer.length
        for column in range(width):
            here = by_row[row].get(column)
            if column:
                writer.raw(" |" if writer.length > start else "|")
            if here is None:
                continue
            if column and here.text:
                writer.raw(" ")
            cells.append(_cell(here, writer.raw(here.text), offset))
    return cells


def _cell(slot: Slot, span: Span, offset: int) -> Cell:
    place = {"row": slot.row + offset, "column": slot.column, "rows": slot.rows, "columns": slot.columns}
    return Cell(span=span, header=slot.header, **place)


def _slots(grid: Element) -> list[Slot]:
    columns = [each.get("colname") or "" for each in grid.iter() if name_of(each) == "colspec"]
    return laid_out(
        [[_raw_cell(cell, in_head, columns) for cell in row if _is_cell(cell)] for row, in_head in _rows(grid)]
    )


def _is_cell(element: Element) -> bool:
    return name_of(element) in {"td", "th", "entry"}


def _raw_cell(element: Element, in_head: bool, names: list[str]) -> RawCell:
    """Return a cell of a table of HTML, or of one of the OASIS exchange model (``entry``), whose columns have names."""
    if name_of(element) == "entry":
        first, last = element.get("namest"), element.get("nameend")
        across = names.index(last) - names.index(first) + 1 if first in names and last in names else 1
        more = element.get("morerows") or "0"
        down = as_span(more) + 1 if more.strip("0 ") else 1
        return RawCell(inline(element), down, max(1, across), in_head)
    rows, columns = as_span(element.get("rowspan")), as_span(element.get("colspan"))
    return RawCell(inline(element), rows, columns, in_head or name_of(element) == "th")


def laid_out(rows: Sequence[Sequence[RawCell]]) -> list[Slot]:
    """Return the cells of a table with the row and column where each begins.

    Raises:
        DocumentError: the merged cells claim more places than any table has.
    """
    taken: set[tuple[int, int]] = set()
    slots: list[Slot] = []
    for index, row in enumerate(rows):
        column = 0
        for cell in row:
            while (index, column) in taken:
                column += 1
            down = min(cell.rows, len(rows) - index)
            across = min(cell.columns, 1000)
            if len(taken) + down * across > _MOST_SLOTS:
                raise DocumentError("a table claims too many cells", hint="check rowspan and colspan of its cells")
            taken.update((index + i, column + j) for i in range(down) for j in range(across))
            slots.append(Slot(cell.text, index, column, down, across, cell.header))
            column += across
    return slots


def _rows(grid: Element) -> Iterator[tuple[Element, bool]]:
    for row in grid.iter():
        if name_of(row) in {"tr", "row"}:
            parent = row.getparent()
            yield row, parent is not None and name_of(parent) == "thead"


def as_span(value: str | None) -> int:
    """Return how many rows or columns an attribute says, 1 where it says nothing readable."""
    plain = (value or "1").strip()
    return max(1, int(plain)) if plain.isascii() and plain.isdigit() and len(plain) < 6 else 1
