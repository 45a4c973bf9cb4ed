"""Search results saved as comma-, semicolon- or tab-separated text.

Embase, Scopus, Web of Science, Lens, PubMed and the registries offer it. The row of column names may stand below a
preamble; a row may go over several lines inside quotes; a quote that is never closed costs its own line only. Embase
also writes one field per row, record under record, and spreadsheets one field per row with a column per record: both
are turned round.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.canonical import decode
from mscevidence.read.column_names import field_of
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import MAX_RECORD_BYTES, excerpt, lines_of, opening
from mscevidence.read.search_rows import Columns, columns_of, row_record

_SEPARATORS = ",;\t|"
_PREAMBLE = 40
_MOST_LINES = 2_000
_LONGEST_HEAD_LINE = 20_000


def _whole_row(separator: str) -> re.Pattern[str]:
    mark = re.escape(separator)
    cell = rf'(?:"(?:[^"]|"")*+"[^{mark}"\n]*+|[^"{mark}][^{mark}]*+|)'
    return re.compile(rf"{cell}(?:{mark}{cell})*+\Z")


_WHOLE = {separator: _whole_row(separator) for separator in _SEPARATORS}


@dataclasses.dataclass(frozen=True)
class _Row:
    """One row: its cells, its bytes, notes of how it was decoded, and why it is broken if it is."""

    cells: list[str]
    data: bytes
    notes: tuple[str, ...] = ()
    fault: str = ""

    @property
    def empty(self) -> bool:
        return not self.fault and not any(cell.strip() for cell in self.cells)


class _Rows:
    """The rows of a stream of lines, one at a time.

    A row that does not end within `_MOST_LINES` has a quote too many: its first line is given as broken, and reading
    goes on with the next line.
    """

    def __init__(self, lines: Iterable[bytes], separator: str) -> None:
        self._lines = iter(lines)
        self._waiting: deque[bytes] = deque()
        self._separator = separator
        self.width = 0

    def __iter__(self) -> Iterator[_Row]:
        while (line := self._next()) is not None:
            yield self._row(line)

    def _next(self) -> bytes | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def _row(self, first: bytes) -> _Row:
        if b'"' not in first:
            return self._parsed([first])
        lines, size, quotes = [first], len(first), first.count(b'"')
        while quotes % 2 and not self._whole(lines):
            line = self._next() if len(lines) < _MOST_LINES and size <= MAX_RECORD_BYTES else None
            if line is None:
                return self._broken(lines)
            lines.append(line)
            size, quotes = size + len(line), quotes + line.count(b'"')
        row = self._parsed(lines)
        if len(lines) > 1 and self.width and len(row.cells) > self.width:
            return self._broken(lines)
        return row

    def _whole(self, lines: list[bytes]) -> bool:
        # A single quote inside a cell that does not begin with one (5" needle) opens nothing.
        text = b"".join(lines).decode("utf-8", "replace").rstrip("\r\n")
        return len(lines) == 1 and bool(_WHOLE[self._separator].match(text))

    def _broken(self, lines: list[bytes]) -> _Row:
        self._waiting.extendleft(reversed(lines[1:]))
        return _Row([], lines[0], fault="a quote is opened and never closed")

    def _parsed(self, lines: list[bytes]) -> _Row:
        data = b"".join(lines)
        if len(data) > MAX_RECORD_BYTES:
            return _Row([], data, fault=f"the row is larger than {MAX_RECORD_BYTES:,} bytes")
        if not data.strip():
            return _Row([], data)
        try:
            text, notes = decode(data)
            with _long_cells():
                cells = next(csv.reader([text], delimiter=self._separator), [])
        except DocumentError as error:
            return _Row([], data, fault=error.message)
        except csv.Error as error:
            return _Row([], data, fault=f"the row cannot be split into cells: {error}")
        return _Row(cells, data, notes)


def _separator_of(head: str) -> tuple[str, int] | None:
    """Return the separator under which the head of a file has a row of column names, and how many of them are known."""
    best: tuple[str, int] | None = None
    for separator in _SEPARATORS:
        rows = _head_rows(head, separator)
        known = max((columns.known for row in rows if (columns := columns_of(row))), default=0)
        known = known or _turned(rows)
        if known and (best is None or known > best[1]):
            best = separator, known
    return best


def _head_rows(head: str, separator: str) -> list[list[str]]:
    lines = head.replace("\0", "").splitlines(keepends=True)[:200]
    try:
        with _long_cells():
            return list(itertools.islice(csv.reader(lines, delimiter=separator), _PREAMBLE))
    except csv.Error:
        return []


def _turned(rows: list[list[str]]) -> int:
    """Return how many different fields are named in the first cells of rows; 0 when they name no title."""
    fields = {field_of(row[0]) for row in rows if len(row) > 1 and 0 < len(row[0]) < 60} - {None}
    return len(fields) if "title" in fields and len(fields) >= 4 else 0


@contextlib.contextmanager
def _long_cells() -> Iterator[None]:
    """Let a cell be as long as a record may be; the limit is one for the whole program, so it is put back."""
    before = csv.field_size_limit(MAX_RECORD_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _recognises(head: str, name: str) -> bool:
    start = opening(head)
    if start.startswith(("<", "PK\x03\x04", "%PDF", "@", "{", "[")) or re.match(r"[A-Z][A-Z0-9]  - ", start):
        return False
    found = _separator_of(start)
    named = name.casefold().removesuffix(".gz").endswith((".csv", ".tsv", ".tab"))
    return found is not None and found[1] >= (2 if named else 4)


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    lines = lines_of(stream)
    first = list(itertools.islice(lines, 400))
    head = b"".join(line[:_LONGEST_HEAD_LINE] for line in first).decode("utf-8-sig", "replace")
    found = _separator_of(head)
    if found is None:
        hint = "the first row must name the columns, one of them Title, DOI, PMID or a registration number"
        raise DocumentError("the table has no row of column names that is known", hint=hint)
    rows = _Rows(itertools.chain(first, lines), found[0])
    if any(columns_of(row) for row in _head_rows(head, found[0])):
        yield from _table(rows)
    else:
        yield from _numbered(_turned_rows(rows))


def _table(rows: _Rows) -> Iterator[Record | Reject]:
    columns: Columns | None = None
    position = 0
    for row in rows:
        if columns is None:
            columns = columns_of(row.cells)
            rows.width = len(columns.labels) if columns else 0
        elif not row.empty and (row.fault or row.cells[: len(columns.labels)] != list(columns.labels)):
            position += 1
            yield _record(columns, row, position)


def _record(columns: Columns, row: _Row, position: int) -> Record | Reject:
    if row.fault:
        return Reject(position=position, reason=row.fault, excerpt=excerpt(row.data))
    return row_record(columns, row.cells, row.data, position, row.notes)


def _numbered(rows: Iterable[tuple[Columns, _Row]]) -> Iterator[Record | Reject]:
    for position, (columns, row) in enumerate(rows, 1):
        yield _record(columns, row, position)


def _turned_rows(rows: Iterable[_Row]) -> Iterator[tuple[Columns, _Row]]:
    """Yield the records of a file with one field per row."""
    block: list[_Row] = []
    seen: set[str] = set()
    for row in rows:
        label = row.cells[0].strip() if row.cells else ""
        if block and (row.empty or label.casefold() in seen or re.fullmatch(r"(?i)record \d+", label)):
            yield from _block(block)
            block, seen = [], set()
        if not row.empty and not re.fullmatch(r"(?i)record \d+", label):
            block.append(row)
            seen.add(label.casefold())
    if block:
        yield from _block(block)


def _block(block: list[_Row]) -> Iterator[tuple[Columns, _Row]]:
    faulty = next((row for row in block if row.fault), None)
    labels = tuple(row.cells[0].strip() if row.cells else "" for row in block)
    fields = tuple(field_of(label) for label in labels)
    columns = Columns(labels, fields, "Embase" if any("emtree" in label.casefold() for label in labels) else None)
    data = b"".join(row.data for row in block)
    if faulty:
        yield columns, _Row([], data, fault=faulty.fault)
        return
    title = next((row for row, field in zip(block, fields, strict=True) if field == "title"), block[0])
    notes = tuple(dict.fromkeys(note for row in block for note in row.notes))
    if len([cell for cell in title.cells[1:] if cell.strip()]) > 1:
        for column in range(1, max(len(row.cells) for row in block)):
            cells = [row.cells[column] if column < len(row.cells) else "" for row in block]
            yield columns, _Row(cells, "\t".join(cells).encode(), notes)
        return
    # Several cells of a row are several values of the field.
    cells = ["; ".join(cell.strip() for cell in row.cells[1:] if cell.strip()) for row in block]
    yield columns, _Row(cells, data, notes)


FORMAT = RecordFormat(name="search-csv", recognises=_recognises, records=_records)
