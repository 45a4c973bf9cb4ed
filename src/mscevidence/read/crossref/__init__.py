"""Crossref: works in JSON (one, lists, pages, lines, with the types of CSL) and in XML (unixref)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.crossref.fields import work_record
from mscevidence.read.crossref.xml import unixref_record
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.json_records import Layout, Value, excerpt_of, member, words
from mscevidence.read.json_records import split as split_json
from mscevidence.read.streams import beginning
from mscevidence.read.xml_records import Piece, RecordParser
from mscevidence.read.xml_records import split as split_xml

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_ARRAY = re.compile(r"^\s*\[")
_DUMP = re.compile(r'^\s*\{\s*"items"\s*:\s*\[')
_KIND = re.compile(r'"message-type"\s*:\s*"(?P<kind>[a-z-]{1,40})"')
_DATES = re.compile(r'"date-parts"\s*:')
_OWN = re.compile(
    r'"(?:DOI|reference-count|references-count|container-title|content-domain|is-referenced-by-count)"\s*:'
)
_UNIXREF = re.compile(r"<(?:\w+:)?(?:doi_records?|crossref_result)\b")
_FAILED = re.compile(r'"status"\s*:\s*"(?:failed|error)"')
_WORKS = frozenset({"work", "work-list"})


def records(stream: BinaryIO) -> Iterator[Record | Reject]:
    """Yield the works of a file in order.

    Raises:
        DocumentError: the answer is an error message, or about something else than works.
    """
    head = beginning(stream).decode("utf-8-sig", "replace")
    found = _from_xml(stream) if head.lstrip().startswith("<") else _from_json(stream, head)
    for position, (raw, work) in enumerate(found, 1):
        try:
            yield work_record(*work) if isinstance(work, tuple) else _of_piece(work)
        except DocumentError as error:
            yield Reject(position=position, reason=error.message, excerpt=excerpt_of(raw))


def _from_json(stream: BinaryIO, head: str) -> Iterator[tuple[str, tuple[bytes, Any, tuple[str, ...]] | Value]]:
    """Yield each work with its bytes, or the value that holds none."""
    kind = _KIND.search(head)
    if _FAILED.search(head[:500]) or (kind is not None and kind["kind"] not in _WORKS):
        said = kind["kind"] if kind else "an error"
        raise DocumentError(f"an answer of Crossref that holds no works ({said})", hint="fetch /works of the API")
    layout: Layout = "values"
    begins = None
    if _DUMP.match(head) or (kind is not None and kind["kind"] == "work-list"):
        layout, begins = "list", _ITEMS
    elif _ARRAY.match(head):
        layout, begins = "list", _ARRAY
    for value in split_json(stream, layout, begins=begins):
        work = member(value.value, "message") or value.value
        if value.fault or not isinstance(work, dict):
            yield value.raw, value
        else:
            yield value.raw, (value.data, work, (value.note,) if value.note else ())


def _of_piece(value: Value | _Piece) -> Record:
    if isinstance(value, _Piece):
        element, notes = value.parser.parse(value.piece)
        return unixref_record(value.piece.data, element, notes)
    raise DocumentError(value.fault or f"no work of Crossref: {words(value.value)[:60]}", hint="fetch the file again")


class _Piece:
    """A record of XML that is parsed when it is asked for."""

    def __init__(self, piece: Piece, parser: RecordParser) -> None:
        self.piece = piece
        self.parser = parser


def _from_xml(stream: BinaryIO) -> Iterator[tuple[str, _Piece]]:
    parser = RecordParser()
    for piece in split_xml(stream, ("doi_record",)):
        yield piece.data[:200].decode("utf-8", "replace"), _Piece(piece, parser)


def looks_like_crossref(head: str, _name: str) -> bool:
    """Return whether a file holds works of Crossref."""
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return _UNIXREF.search(start[:2000]) is not None
    if not start.startswith(("{", "[")):
        return False
    return bool(_KIND.search(start[:2000])) or bool(_DATES.search(start) and _OWN.search(start))


FORMAT = RecordFormat(name="crossref", recognises=looks_like_crossref, records=records)
"""Works of Crossref."""
