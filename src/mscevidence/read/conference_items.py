"""The abstracts on a page of a conference that lists several.

No two meetings share a layout, so that the repeated elements of the page are looked for: articles, list items or
blocks that each have a title of their own. In each, lines that begin with a known label (``Authors``, ``Abstract
Number``) give the fields, and the rest is the abstract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import PageElement, Tag

from mscevidence.model import Author, Reject
from mscevidence.read.ash_html import read_html
from mscevidence.read.citation import clean
from mscevidence.read.formats import Record
from mscevidence.read.markup import parse, text_of
from mscevidence.read.reference import Reference, record_of
from mscevidence.read.sections import first_heading

_REPEATED = (
    "article",
    "[class*=abstract-item], [class*=abstractItem], [class*=abstract-card]",
    "li[class*=abstract], div[class*=abstract], section[class*=abstract]",
    "[class*=presentation], [class*=poster]",
    "li[class*=hit], li[class*=result], div[class*=result-item]",
)
_LABELS = {
    "abstract number": "number",
    "abstract no": "number",
    "number": "number",
    "poster number": "number",
    "title": "title",
    "abstract title": "title",
    "authors": "author",
    "author": "author",
    "author s": "author",
    "presenting author": "presenting",
    "presenter": "presenting",
    "affiliations": "affiliation",
    "institutions": "affiliation",
    "keywords": "keyword",
    "primary category": "topic",
    "category": "topic",
    "topic": "topic",
    "track": "topic",
    "session": "session",
    "session title": "session",
    "presentation type": "presentation",
    "poster presentation day": "date",
    "presentation date": "date",
    "date": "date",
    "doi": "doi",
    "trial registration": "registration",
    "clinical trial registration": "registration",
    "disclosures": "disclosures",
    "abstract type": "note",
}
_ASIDE = re.compile(r"[A-Z][A-Za-z ]{2,30}: .{1,60}$")
_LABEL_ELEMENTS = frozenset({"span", "strong", "b", "em", "label", "i"})
_LABEL = re.compile(r"\s*([A-Z][A-Za-z() ]{1,40}?)\s*(?::\s*|\n|$)")
_NUMBER = re.compile(r"(?:abstract\s+)?#?((?:[A-Z]{1,4}-?)?\d{1,5})\s*[.:|–-]?\s+(?=[A-Z“\"(])", re.IGNORECASE)
_MEETING = re.compile(r"\b([A-Z]{2,8})\s?'?((?:19|20)\d\d)\b|\b((?:19|20)\d\d)\s([A-Z]{2,8})\b")


def page_records(data: bytes, markup: str, notes: tuple[str, ...]) -> Iterator[Record | Reject]:
    """Yield the abstracts of a page; of a page that repeats nothing, the one it holds.

    Args:
        data: the bytes of the page.
        markup: their text.
        notes: of how it was decoded.

    Raises:
        DocumentError: there is no abstract on the page.
    """
    page = parse(markup)
    title = re.search(r"(?is)<title[^>]*>(.*?)</title>", markup)
    items = _items(page)
    if not items:
        yield _single(data, markup)
        return
    for position, item in enumerate(items, 1):
        reference = _reference(item)
        reference.notes[:0] = notes
        _add_meeting(reference, clean(title[1]) if title else "")
        record = record_of(reference, str(item).encode(), position)
        if isinstance(record, Record):
            record = record._replace(fields=record.fields | {"kind": "conference-abstract"})
        yield record


def _single(data: bytes, markup: str) -> Record:
    _, text, fields = read_html(markup)
    return Record(data=data, text=text, fields=fields)


def _items(page: BeautifulSoup) -> list[Tag]:
    for selector in _REPEATED:
        found = [each for each in page.select(selector) if _title_of(each) is not None]
        # Of elements inside each other the inner ones are the abstracts, unless only one of them has a title.
        inner = [each for each in found if not any(each in other.parents for other in found if other is not each)]
        if len(inner) >= 2:
            return inner
    return []


def _title_of(item: Tag) -> Tag | None:
    for selector in ("h1, h2, h3, h4, h5, h6", "[class*=title]", "a[href]", "strong, b"):
        for found in item.select(selector):
            if len(found.get_text(strip=True)) > 20:
                return found
    return None


def _reference(item: Tag) -> Reference:
    reference = Reference()
    heading = _title_of(item)
    title = clean(text_of(heading)) if heading is not None else ""
    if number := _NUMBER.match(title):
        reference.add("number", number[1])
        title = title[number.end() :]
    reference.add("title", title)
    for link in item.select("a[href]"):
        reference.add("url", str(link["href"]))
    if heading is not None:
        heading.extract()
    _add_lines(reference, _lines(item))
    return reference


def _lines(item: Tag) -> list[str]:
    """Return the lines of an item; a label in an element of its own is followed by a colon."""
    for block in item.select("p, li, div, dt, dd, td"):
        label = _label_element(block)
        if label is not None:
            label.string = f"{clean(label.get_text(' ')).rstrip(':')}: "
    return [line.strip() for line in text_of(item).split("\n") if line.strip()]


def _label_element(block: Tag) -> Tag | None:
    """Return the first element of a block when its words are a known label."""
    inner: PageElement | None = block
    while isinstance(inner, Tag):
        if inner is not block and inner.name in _LABEL_ELEMENTS and _name(inner.get_text(" ")):
            return inner
        inner = next((child for child in inner.children if isinstance(child, Tag) or str(child).strip()), None)
    return None


def _name(label: str) -> str | None:
    return _LABELS.get(" ".join(re.findall(r"[a-z0-9]+", label.casefold())))


def _add_lines(reference: Reference, lines: list[str]) -> None:
    presenting, rest = "", []
    for line in lines:
        found = _LABEL.match(line)
        name, value = (_name(found[1]), line[found.end() :].strip()) if found else (None, line)
        if name == "presenting":
            presenting, _, place = value.partition(" – ")
            reference.add("affiliation", place)
        elif name in {"author", "keyword"}:
            for each in re.split(r";\s*" if ";" in value else r",\s+", value):
                reference.add(name, each)
        elif name and (name != "title" or value):
            reference.add(name, value)
        elif found and not value and name:
            continue
        else:
            rest.append(line)
    _add_authors(reference, presenting)
    notes = [line for line in rest if _ASIDE.match(line) and first_heading(line, 0, len(line)) is None]
    for line in notes:
        reference.add("note", line)
    reference.add("abstract", "\n".join(line for line in rest if line not in notes))


def _add_authors(reference: Reference, presenting: str) -> None:
    names = reference.values.pop("author", [])
    if presenting and presenting not in names:
        names.insert(0, presenting)
    known = bool(presenting)
    reference.authors = [Author(name=clean(name), presenting=name == presenting if known else None) for name in names]


def _add_meeting(reference: Reference, title: str) -> None:
    found = _MEETING.search(title)
    if found:
        reference.add("meeting", f"{found[1] or found[4]} {found[2] or found[3]}")
        reference.add("year", found[2] or found[3])
    else:
        reference.add("meeting", title)
