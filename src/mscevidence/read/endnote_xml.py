"""EndNote's XML export: records of text wrapped in ``<style>``, often all in one line.

Each record is cut out of the stream and parsed for itself, without the document type around it: an entity that the file
defines is unknown to the parser, so that none can be expanded, and nothing is fetched.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from mscevidence.model import Reject
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import MAX_RECORD_BYTES, BrokenRecordError, chunks_of, opening, records_of
from mscevidence.read.reference import Reference

if TYPE_CHECKING:
    from lxml.etree import _Element

_FIELDS = {
    "titles/title": "title",
    "titles/translated-title": "other-title",
    "abstract": "abstract",
    "contributors/authors/author": "author",
    "auth-address": "affiliation",
    "periodical/full-title": "journal",
    "titles/secondary-title": "journal",
    "periodical/abbr-1": "abbreviation",
    "titles/alt-title": "abbreviation",
    "dates/year": "year",
    "dates/pub-dates/date": "date",
    "volume": "volume",
    "number": "issue",
    "pages": "pages",
    "custom7": "article-number",
    "isbn": "issn",
    "electronic-resource-num": "doi",
    "keywords/keyword": "keyword",
    "language": "language",
    "work-type": "type",
    "publisher": "publisher",
    "urls/related-urls/url": "url",
    "urls/web-urls/url": "url",
    "remote-database-name": "database",
    "remote-database-provider": "database",
}
_LEFT = frozenset(
    re.findall(
        r"\S+",
        """database source-app rec-number foreign-keys/key edition urls/pdf-urls/url urls/text-urls/url
    urls/image-urls/url access-date modified-date pub-location titles/short-title alt-periodical/full-title
    alt-periodical/abbr-1 section periodical/abbr-2 periodical/abbr-3 contributors/translated-authors/author
    contributors/subsidiary-authors/author contributors/secondary-authors/author
    contributors/tertiary-authors/author titles/tertiary-title""",
    )
)
"""Elements of which nothing is taken: files on the exporting machine, entry numbers, places of print, editors."""

_START, _END = re.compile(rb"<record[\s>]"), b"</record>"
_BAD_REFERENCE = re.compile(r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*);")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks_of(stream):
        rest += chunk
        while found := _START.search(rest):
            end = rest.find(_END, found.end())
            following = _START.search(rest, found.end(), end if end >= 0 else len(rest))
            if following:
                stop = following.start()
            elif end >= 0:
                stop = end + len(_END)
            else:
                break
            yield rest[found.start() : stop]
            rest = rest[stop:]
        if found and len(rest) - found.start() > MAX_RECORD_BYTES:
            yield rest[found.start() : found.start() + MAX_RECORD_BYTES + 1]
            # What follows is passed over until a record begins.
            rest = b""
        elif not found:
            rest = rest[-16:]
    if found := _START.search(rest):
        yield rest[found.start() :]


def _parse(text: str) -> Reference:
    element, notes = _element(text)
    reference = Reference(notes=notes)
    kind = element.find("ref-type")
    if kind is not None:
        reference.add("type", kind.get("name") or _text(kind))
    for child in element:
        if isinstance(child.tag, str) and child.tag != "ref-type":
            _walk(reference, child, child.tag)
    _add_numbers(reference, element)
    return reference


def _element(text: str) -> tuple[_Element, list[str]]:
    from lxml import etree

    def parsed(markup: str) -> _Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(markup.encode(), parser)

    try:
        return parsed(text), []
    except etree.XMLSyntaxError:
        pass
    repaired = _CONTROLS.sub("", _BAD_REFERENCE.sub("", text))
    repaired = _NAMED.sub(lambda found: html.unescape(found.group()), repaired)
    try:
        return parsed(repaired), ["the XML of the record was repaired: characters or entities that XML does not know"]
    except etree.XMLSyntaxError as error:
        raise BrokenRecordError(f"the XML of the record is broken: {error.msg}") from error


def _walk(reference: Reference, element: _Element, path: str) -> None:
    children = [child for child in element if isinstance(child.tag, str) and child.tag != "style"]
    if children:
        for child in children:
            _walk(reference, child, f"{path}/{child.tag}")
        return
    name, value = _FIELDS.get(path), _text(element).strip()
    if name in {"affiliation", "keyword"}:
        for line in value.split("\n"):
            reference.add(name, line)
    elif name:
        reference.add(name, value)
    elif path not in _LEFT and path not in {"accession-num", "custom2", "custom3", "custom5"} and value:
        reference.add("note", f"{path}: {value}")


def _text(element: _Element) -> str:
    """Return the text of an element; a raised number behind a digit gets its ``^``."""
    pieces = [element.text or ""]
    for child in element:
        words = "".join(child.itertext()) if isinstance(child.tag, str) else ""
        raised = child.get("face") == "superscript" if isinstance(child.tag, str) else False
        power = raised and re.fullmatch(r"\s*[-−]?\d{1,3}\s*", words) and "".join(pieces).rstrip()[-1:].isdigit()
        pieces += [f"^{words.strip()}" if power else words, child.tail or ""]
    return "".join(pieces).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")


def _add_numbers(reference: Reference, element: _Element) -> None:
    """Add the numbers that databases put into fields of their own choice."""
    databases = " ".join(reference.values.get("database", ())).casefold()
    for path in ("accession-num", "custom2", "custom3", "custom5"):
        value = " ".join(_text(each) for each in element.findall(path)).strip()
        if re.fullmatch(r"PMC\d+", value):
            reference.add("pmcid", value)
        elif re.search(r"(?:PUBMED|EMBASE) \d+", value):
            for number in re.findall(r"(?:PUBMED|EMBASE) \d+", value):
                reference.add("accession", number)
        elif value.isdigit() and path == "accession-num" and re.search("nlm|medline|pubmed", databases):
            reference.add("pmid", value)
        elif path == "accession-num":
            reference.add("accession", value)
        elif value:
            reference.add("note", f"{path}: {value}")
    notes = " ".join(_text(each) for each in element.findall("notes"))
    if number := re.match(r"\s*(L\d{6,})\b", notes):
        reference.add("accession", number[1])


def _recognises(head: str, name: str) -> bool:  # noqa: ARG001
    start = opening(head)
    return (
        start.startswith("<")
        and "<record" in start
        and bool(re.search(r"<(?:ref-type|source-app|rec-number|contributors)\b", start))
    )


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream), _parse)


FORMAT = RecordFormat(name="endnote-xml", recognises=_recognises, records=_records)
