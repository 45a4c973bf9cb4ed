"""Tables in pasted text: lines whose columns are set apart by tabs, by bars, or by two or more spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from mscevidence.model import Cell, Section, Span, Table

_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_LEADING_GAP = re.compile(r"^ {4,}(?=\S.* {2,}\S)")
_BAR = re.compile(r"\s?\|\s?")
_CAPTION = re.compile(r"(?P<label>Table\s?[A-Z]?\d{0,3}[A-Za-z]?)\b[ ]?[.:–—-]?[ ]*(?P<title>.*)", re.IGNORECASE)
_RULE = re.compile(r"[-=_+|:\s]+")
_NUMBER_FIRST = re.compile(r"[<>≤≥±–−-]?\s?\d")
_LONGEST_CELL = 300
_LONGEST_LABEL = 80


def with_tabs(text: str) -> str:
    """Return a text in which columns that spaces set apart are set apart by tabs.

    Only in blocks of three lines and more that have the same columns (the first may lack the one above the labels) and
    numbers in them; elsewhere spaces stay what they are.
    """
    if "  " not in text:
        return text
    lines = text.split("\n")
    for aligned, block in groupby(enumerate(lines), key=lambda item: bool(_GAP.search(item[1].rstrip()))):
        numbered = list(block)
        if aligned and _is_block([line for _, line in numbered]):
            for index, line in numbered:
                lines[index] = _GAP.sub("\t", _LEADING_GAP.sub("", line.rstrip()))
    return "\n".join(lines)


def _is_block(lines: list[str]) -> bool:
    widths = [len(_GAP.findall(line.rstrip())) + bool(_LEADING_GAP.match(line)) for line in lines]
    most = max(set(widths), key=widths.count)
    alike = sum(width == most for width in widths)
    told = sum(bool(re.search(r"\d", line)) for line in lines)
    return (
        len(lines) >= 3
        and alike * 4 >= len(lines) * 3
        and told * 2 >= len(lines)
        and not any("\t" in line for line in lines)
    )


def tables_in(text: str) -> tuple[Table, ...]:
    """Return the tables of a canonical text, in order."""
    if "\t" not in text and "|" not in text:
        return ()
    found: list[Table] = []
    for block in _blocks(text):
        rows = [cells for span in block if (cells := _cells(text, span))]
        width = max((len(cells) for cells in rows), default=0)
        regular = sum(len(cells) >= width - 1 for cells in rows) * 4 >= len(rows) * 3
        if len(rows) > 1 and width > 1 and regular and any(re.search(r"\d", text[slice(*c)]) for r in rows for c in r):
            found.append(_table(text, block, rows, len(found) + 1))
    return tuple(found)


def _blocks(text: str) -> Iterator[list[Span]]:
    """Yield the runs of lines that have columns."""
    start, block = 0, list[Span]()
    for line in text.split("\n"):
        span = (start, start + len(line))
        start = span[1] + 1
        if "\t" in line or line.count("|") > 1 or (block and line.count("|") == 1):
            block.append(span)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _cells(text: str, line: Span) -> list[Span]:
    """Return the cells of a line, empty ones too; none where the line only draws a rule."""
    words = text[slice(*line)]
    if _RULE.fullmatch(words):
        return []
    between = re.compile(r"\t") if "\t" in words else _BAR
    edges = [line[0], *(edge for match in between.finditer(text, *line) for edge in match.span()), line[1]]
    cells = [_trimmed(text, span) for span in zip(edges[::2], edges[1::2], strict=True)]
    if "\t" not in words and words.startswith("|"):
        cells = cells[1:]
    if "\t" not in words and words.endswith("|"):
        cells = cells[:-1]
    return cells if all(end - start <= _LONGEST_CELL for start, end in cells) else []


def _trimmed(text: str, span: Span) -> Span:
    words = text[slice(*span)]
    start = span[0] + len(words) - len(words.lstrip())
    return start, max(start, span[0] + len(words.rstrip()))


def _table(text: str, block: list[Span], rows: list[list[Span]], number: int) -> Table:
    width = max(len(cells) for cells in rows)
    cells: list[Cell] = []
    for row, spans in enumerate(rows):
        first = width - len(spans) if row == 0 and len(spans) == width - 1 else 0
        header = row == 0 and not any(_NUMBER_FIRST.match(text[slice(*span)]) for span in spans[1 - first :])
        cells += [Cell(span=s, row=row, column=first + i, header=header) for i, s in enumerate(spans)]
    start, label, caption = _caption(text, block[0][0], number)
    return Table(label=label, span=(start, block[-1][1]), caption=caption, cells=tuple(cells))


def _caption(text: str, start: int, number: int) -> tuple[int, str, Span | None]:
    """Return where the table begins, its label and its caption, which is the line before it when that says "Table"."""
    before = text[:start].rstrip("\n")
    line_start = before.rfind("\n") + 1
    match = _CAPTION.fullmatch(text, line_start, len(before))
    if match is None or len(before) - line_start > _LONGEST_CELL:
        return start, f"Table {number}", None
    label = " ".join(match["label"].split())[:_LONGEST_LABEL]
    return line_start, label, match.span("title") if match["title"] else None


def apart(text: str, sections: tuple[Section, ...], tables: tuple[Table, ...]) -> tuple[Section, ...]:
    """Return sections without the lines of tables, which become sections of their own."""
    kept: list[Section] = []

    def keep(name: str, span: Span) -> None:
        start, end = _trimmed(text, span)
        if start < end:
            kept.append(Section(name=name, span=(start, end)))

    for section in sections:
        start = section.span[0]
        for table in tables:
            if start < table.span[1] and table.span[0] < section.span[1]:
                keep(section.name, (start, max(start, table.span[0])))
                start = table.span[1]
        keep(section.name, (start, max(start, section.span[1])))
    kept += [Section(name=table.label, span=table.span) for table in tables]
    return tuple(sorted(kept, key=lambda section: section.span))
