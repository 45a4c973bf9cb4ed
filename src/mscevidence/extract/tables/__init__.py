"""Tables of a document made readable: header rows, the labels above and beside each cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from mscevidence.extract.tables.cells import size_in
from mscevidence.model import Cell, Document, Span, Table, Value

Texts = tuple[str, ...]
_NUMBERS = re.compile(r"[\d\s.,()%\[\]/±<>=≤≥*†‡§+–−-]+")
_YES = re.compile(r"(?:yes|present)\b", re.IGNORECASE)
_NO = re.compile(r"(?:no|none|absent)\W*", re.IGNORECASE)
_NO_DATA = re.compile(r"|[-–—−.]+|NA|N/A|n/?a|NR|ND|NS|n\.s\.", re.IGNORECASE)


@dataclass
class Row:
    """A row of data: its own label, the headings it stands under, and the cell in each column.

    `size` is the number of patients of all its cells, where a table with groups as rows tells it above a column.
    `lacking` tells that its cells count those who did not have what the label says.
    """

    label: str
    heading: Texts
    label_span: Span
    cells: dict[int, Cell] = field(default_factory=dict)
    headers: dict[int, Texts] = field(default_factory=dict)
    size: Value | None = None
    lacking: bool = False


@dataclass
class Grid:
    """A table as rows of data; the headers of a column may change from one part of the table to the next."""

    document: Document
    table: Table
    rows: list[Row]
    labels: int
    width: int

    @property
    def shifted(self) -> bool:
        """Whether the header of a group stands above the labels, so that groups and columns have come apart."""
        heads = (cell for cell in self.table.cells if cell.header and cell.column < self.labels < cell.column + 2)
        return any(cell.columns == 1 and size_in(self.document, cell.span) for cell in heads)

    @property
    def caption(self) -> str:
        """The words of the caption."""
        return self.document.text[slice(*self.table.caption)] if self.table.caption else ""

    def text(self, cell: Cell) -> str:
        """Return the text of a cell."""
        return self.document.text[slice(*cell.span)]

    def data_columns(self) -> range:
        """Return the columns that hold no labels."""
        return range(self.labels, self.width)


def grids_of(document: Document) -> tuple[Grid, ...]:
    """Return the tables of a document that have rows, in their order."""
    return tuple(grid for table in document.tables if (grid := grid_of(document, table)) is not None)


def grid_of(document: Document, table: Table) -> Grid | None:
    """Return a table as rows of data under headers, or None when it has no rows."""
    if not table.cells:
        return None
    width = max(cell.column + cell.columns for cell in table.cells)
    height = max(cell.row + cell.rows for cell in table.cells)
    lines: list[dict[int, Cell]] = [{} for _ in range(height)]
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.rows):
            for column in range(cell.column, cell.column + cell.columns):
                lines[row][column] = cell
    grid = Grid(document, table, [], _label_columns(document, lines, width), width)
    grid.rows = list(_asked(list(_rows(grid, lines))))
    return grid


def _label_columns(document: Document, lines: list[dict[int, Cell]], width: int) -> int:
    """Return how many columns at the left hold labels: those with hardly a number below the headers."""
    count = 1
    for column in range(1, min(width - 1, 4)):
        texts = [
            document.text[slice(*line[column].span)] for line in lines if column in line and not line[column].header
        ]
        filled = [text for text in texts if text.strip()]
        numeric = [text for text in filled if _NUMBERS.fullmatch(text) or _NO_DATA.fullmatch(text) or _is_figure(text)]
        heads = [document.text[slice(*line[column].span)] for line in lines if column in line and line[column].header]
        if len(numeric) * 10 > len(filled) or (not filled and any(heads)):
            break
        count = column + 1
    return count


def _is_figure(text: str) -> bool:
    """Return whether a cell holds a number and hardly a word: "M 12", "3.2 kg"."""
    return bool(re.search(r"\d", text)) and not re.search(r"[A-Za-z]{3}", text)


def _rows(grid: Grid, lines: list[dict[int, Cell]]) -> Iterator[Row]:
    headers: list[dict[int, Cell]] = []
    paths: dict[int, Texts] = {}
    in_data = began = False
    heading: Texts = ()
    first = ""
    for line in lines:
        texts = {column: grid.text(cell) for column, cell in line.items()}
        data = [texts[c] for c in grid.data_columns() if texts.get(c) and line[c].column >= grid.labels]
        if _is_header(line, data, in_data=in_data):
            if in_data and not all(cell.header for cell in line.values()):
                headers = [*_lasting(headers), line]
            else:
                headers = [*headers, line] if not in_data else [line]
                in_data = False
            paths = _paths(grid, headers)
            first = texts.get(0, "") or first
            heading = (texts[0],) if texts.get(0) and began else heading
            continue
        in_data = in_data or bool(data)
        began = began or in_data
        if not data:
            own = " ".join(dict.fromkeys(texts[c] for c in sorted(texts) if texts[c]))
            heading = (own,) if own else heading
            first = own or first
            continue
        above = heading if texts.get(0) or not first or first in heading else (*heading, first)
        row = _row(grid, line, texts, paths, above)
        if texts.get(0):
            first = texts[0]
            heading = (row.label,) if len(data) == 1 and len(row.cells) >= 3 else heading
        yield row


def _row(grid: Grid, line: dict[int, Cell], texts: dict[int, str], paths: dict[int, Texts], above: Texts) -> Row:
    own = [line[c] for c in range(grid.labels) if texts.get(c)]
    label = " ".join(dict.fromkeys(grid.text(cell) for cell in own))
    span = (own[0].span[0], own[-1].span[1]) if own else next(iter(line.values())).span
    row = Row(label, above, span)
    for column in grid.data_columns():
        if column in line:
            row.cells[column] = line[column]
            row.headers[column] = paths.get(column, ())
    return row


def _paths(grid: Grid, headers: list[dict[int, Cell]]) -> dict[int, Texts]:
    """Return the texts of the headers above each column, from the top, those over the whole table left out."""
    found: dict[int, Texts] = {}
    for column in grid.data_columns():
        above = [head[column] for head in headers if column in head]
        texts = (grid.text(cell) for cell in above if cell.columns < grid.width or len(above) == 1)
        found[column] = tuple(dict.fromkeys(text for text in texts if text))
    return found


def _asked(rows: list[Row]) -> Iterator[Row]:
    """Yield rows in which "Yes" and "No" below a heading give way to the heading, which is not that of other rows.

    One "Yes" counts those who had it. Where there are several ("Yes, mild", "Yes, severe"), the "No" counts the others.
    """
    for heading, part in groupby(rows, key=lambda row: row.heading):
        group = list(part)
        yes = [row for row in group if _YES.match(row.label)]
        no = [row for row in group if _NO.fullmatch(row.label)]
        told = yes[0] if len(yes) == 1 else no[0] if len(no) == 1 and len(yes) > 1 else None
        for row in group:
            if row is told and heading:
                yield replace(row, label=heading[-1], heading=heading[:-1], lacking=row in no)
            elif not heading or told is None or row not in (*yes, *no):
                yield replace(row, heading=heading[:-1]) if told is not None else row


def _lasting(headers: list[dict[int, Cell]]) -> list[dict[int, Cell]]:
    """Return the header rows that stay when a new one comes in the middle of a table: those of the groups on top."""
    return headers[:1] if len(headers) < 2 else headers[:-1]


def _is_header(line: dict[int, Cell], data: list[str], *, in_data: bool) -> bool:
    if line and all(cell.header for cell in line.values()):
        return True
    worded = [text for text in data if re.search(r"[A-Za-z]{3}|\b[nN]\b|%", text) and not text[0].isdigit()]
    if not in_data:
        numeric = any(text[0].isdigit() or (_NUMBERS.fullmatch(text) and not _NO_DATA.fullmatch(text)) for text in data)
        return bool(data) and not numeric and len(worded) * 2 > len(data)
    return len(worded) >= 2 and len(worded) * 3 >= len(data) * 2


def turned(grid: Grid) -> Iterator[Grid]:
    """Yield the parts of a table with rows and columns exchanged, for tables whose rows are the groups."""
    part: list[Row] = []
    for row in [*grid.rows, None]:
        if part and (row is None or (row.headers, row.heading) != (part[-1].headers, part[-1].heading)):
            if len(part) > 1:
                yield _turned(grid, part)
            part = []
        if row is not None:
            part.append(row)


def _turned(grid: Grid, part: list[Row]) -> Grid:
    made = Grid(grid.document, grid.table, [], 0, len(part))
    for column in grid.data_columns():
        path = part[0].headers.get(column, ())
        row = Row(" ".join((*part[0].heading[-1:], *path)), part[0].heading, part[0].label_span)
        row.size = _size_above(grid, column, path)
        for index, each in enumerate(part):
            if column in each.cells:
                row.cells[index] = each.cells[column]
            row.headers[index] = (each.label,)
        made.rows.append(row)
    return made


def _size_above(grid: Grid, column: int, path: Texts) -> Value | None:
    """Return the number of patients that the headers of a column tell."""
    above = (cell for cell in grid.table.cells if cell.column <= column < cell.column + cell.columns)
    told = (size_in(grid.document, cell.span) for cell in above if grid.text(cell) in path)
    return next((size for size in told if size is not None), None)
