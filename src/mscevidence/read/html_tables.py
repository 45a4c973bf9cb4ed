"""Tables of web pages: merged cells expanded to a grid, written as lines behind the abstract, cells with places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from mscevidence.model import Section, Table
from mscevidence.read.canonical import canonical
from mscevidence.read.jats_tables import RawCell, Slot, Writer, as_span, laid_out, write_rows
from mscevidence.read.markup import text_of

_LABEL = re.compile(r"(?P<label>Table\s?[A-Z]?\d{0,3}[A-Za-z]?)\s?[.:–—-]?\s*(?P<title>.*)", re.DOTALL | re.IGNORECASE)
_FOOTNOTE = re.compile(r"foot(?:note|er)?s?|notes?|legend", re.IGNORECASE)
_MARK = re.compile(r"[a-z*†‡§¶#‖]{1,3}|\d")
_LONGEST_FOOT = 2000


def write_tables(writer: Writer, page: BeautifulSoup) -> None:
    """Append the data tables of a page to a text and take all its tables out of the page."""
    take_tables(writer, page)
    for grid in page.find_all("table"):
        if not grid.decomposed:
            grid.decompose()


def take_tables(writer: Writer, part: Tag) -> None:
    """Append the data tables of a part of a page to a text and take them out; tables that are layout stay."""
    for number, grid in enumerate(list(_data_tables(part)), 1):
        _write(writer, grid, number)
        grid.decompose()


def _data_tables(page: Tag) -> Iterator[Tag]:
    """Yield the tables that hold data: no table inside, two rows and columns, a number in a cell."""
    for grid in page.find_all("table"):
        if grid.find("table") is not None:
            continue
        rows = grid.find_all("tr")
        wide = any(len(row.find_all(["td", "th"])) > 1 for row in rows)
        if len(rows) > 1 and wide and re.search(r"\d", grid.get_text()):
            yield grid


def _write(writer: Writer, grid: Tag, number: int) -> None:
    label, title = _heading(grid, number)
    start, end = writer.add(f"{label}. {title}" if title else label)
    caption = (end - len(title), end) if title else None
    cells = write_rows(writer, _slots(grid), 0)
    foot = _foot(grid)
    foot_span = writer.add(foot, "\n") if foot else None
    place = (start, writer.length)
    writer.tables.append(Table(label=label, span=place, caption=caption, foot=foot_span, cells=tuple(cells)))
    writer.sections.append(Section(name=label, span=place))


def _heading(grid: Tag, number: int) -> tuple[str, str]:
    """Return label and title: of the caption, or of the heading or figure caption that stands around the table."""
    caption = grid.find("caption")
    words = _line(caption) if isinstance(caption, Tag) else ""
    around = grid.find_parent(["figure", "section", "div"])
    found = around.find(["figcaption", "h2", "h3", "h4", "header"]) if around is not None and not words else None
    if isinstance(found, Tag) and not found.find_all("table"):
        words = _line(found)
    match = _LABEL.fullmatch(words)
    if match is None:
        return f"Table {number}", words
    return " ".join(match["label"].split()), match["title"].strip()


def _foot(grid: Tag) -> str:
    """Return the notes under a table, from its own foot or from an element for notes beside it."""
    own = grid.find("tfoot")
    if isinstance(own, Tag) and not any(len(row.find_all(["td", "th"])) > 1 for row in own.find_all("tr")):
        return _line(own)
    around = grid.find_parent(["figure", "section", "div"])
    for element in around.find_all(class_=_FOOTNOTE) if around is not None else ():
        if not element.find_all("table"):
            words = _line(element)
            if 0 < len(words) <= _LONGEST_FOOT:
                return words
    return ""


def _slots(grid: Tag) -> list[Slot]:
    rows: list[list[RawCell]] = []
    for row in grid.find_all("tr"):
        parent = row.parent.name if row.parent is not None else ""
        if parent == "tfoot" and len(row.find_all(["td", "th"])) < 2:
            continue
        rows.append([_cell(cell, parent == "thead") for cell in row.find_all(["td", "th"], recursive=False)])
    return laid_out(rows)


def _cell(cell: Tag, in_head: bool) -> RawCell:
    spans = (_attribute(cell, "rowspan"), _attribute(cell, "colspan"))
    header = in_head or (cell.name == "th" and _attribute(cell, "scope") != "row")
    return RawCell(_line(cell), as_span(spans[0]), as_span(spans[1]), header)


def _attribute(cell: Tag, name: str) -> str | None:
    value = cell.get(name)
    return value if isinstance(value, str) else None


def _line(element: Tag) -> str:
    """Return the text of an element in one line, marks of footnotes set off with ``^`` so that they join no number."""
    for raised in element.find_all("sup"):
        words = raised.get_text().strip()
        before = raised.previous_sibling
        words_before = str(before).rstrip() if isinstance(before, NavigableString) else ""
        if words_before and _MARK.fullmatch(words) and not re.search(r"\b10$", words_before):
            raised.replace_with(f"^{words}")
    return canonical(re.sub(r"\s+", " ", text_of(element)).replace("|", "/")).replace("\n", " ").strip()
