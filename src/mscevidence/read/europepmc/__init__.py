"""Europe PMC: answers of its search (lite and core, JSON and XML; Dublin Core XML) and dumps of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.europepmc.dublin_core import dublin_core_record
from mscevidence.read.europepmc.fields import result_record
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.jats_text import Element, inline, name_of
from mscevidence.read.json_records import Layout, Value, member
from mscevidence.read.json_records import split as split_json
from mscevidence.read.streams import beginning
from mscevidence.read.xml_records import Piece, RecordParser
from mscevidence.read.xml_records import split as split_xml

_LIST = re.compile(r'"result"\s*:\s*\[')
_SINGLE = re.compile(r'"result"\s*:\s*(?=\{)')
_DUMP = re.compile(r'^\s*\{\s*"(?:PMC|MED|PPR|PAT|AGR|CBA|ETH|HIR|CTX|NBK)?/?[A-Z]{0,4}\d+"\s*:\s*\{')
_ARRAY = re.compile(r"^\s*\[")
_OBJECT = re.compile(r"^\s*\{")
_NUMBERS = re.compile(r'"resultType"\s*:\s*"idlist"|<resultType>idlist<', re.IGNORECASE)
_RESULT = re.compile(r'"(?:resultList|hitCount)"\s*:')
_MESSAGE = re.compile(r"<errMsg>(.{1,300}?)</errMsg>|\"errMsg\"\s*:\s*\"(.{1,300}?)\"", re.DOTALL)
_XML = re.compile(r"<(?:\w+:)?(?:responseWrapper|errorBean)\b")
_TEXTS = frozenset({"title", "abstractText", "authorString", "bookOrReportDetails"})


def records(stream: BinaryIO) -> Iterator[Record | Reject]:
    """Yield the results of an answer or dump in order.

    Raises:
        DocumentError: the answer is an error message, or a list of numbers only.
    """
    head = beginning(stream).decode("utf-8-sig", "replace")
    _refuse(head)
    found = _from_xml(stream) if head.lstrip().startswith("<") else _from_json(stream, head)
    for position, (data, result) in enumerate(found, 1):
        try:
            yield result()
        except DocumentError as error:
            yield Reject(position=position, reason=error.message, excerpt=data[:200].decode("utf-8", "replace"))


def _refuse(head: str) -> None:
    message = _MESSAGE.search(head)
    if message is not None and "resultList" not in head:
        said = " ".join((message[1] or message[2]).split())
        raise DocumentError(f"Europe PMC answered with an error: {said}", hint="check the query and fetch again")
    if _NUMBERS.search(head):
        raise DocumentError(
            "an answer of Europe PMC that holds numbers only (resultType idlist)",
            hint="fetch it again with resultType=core",
        )


class _Lazy:
    """One result that is parsed when it is asked for, so that what it breaks is its own."""

    def __init__(self, piece: Value | Piece, parser: RecordParser | None = None) -> None:
        self.piece = piece
        self.parser = parser

    def __call__(self) -> Record:
        if isinstance(self.piece, Value):
            return self._of_json(self.piece)
        element, notes = (self.parser or RecordParser()).parse(self.piece)
        if self.piece.name == "rdf:Description":
            return dublin_core_record(self.piece.data, element, notes)
        return result_record(self.piece.data, _as_object(element), notes)

    def _of_json(self, value: Value) -> Record:
        if value.fault:
            raise DocumentError(value.fault, hint="fetch the file again")
        result = member(value.value, "full") or value.value
        if not isinstance(result, dict) or not {"id", "title", "source", "pmid", "doi"} & set(result):
            raise DocumentError("no result of Europe PMC (no id, no title)", hint="fetch it again")
        return result_record(value.data, result, (value.note,) if value.note else ())


def _from_json(stream: BinaryIO, head: str) -> Iterator[tuple[bytes, _Lazy]]:
    layout: Layout = "list"
    begins: re.Pattern[str] | None = _LIST
    if _DUMP.match(head):
        layout, begins = "members", _OBJECT
    elif _SINGLE.search(head) and not _LIST.search(head):
        layout, begins = "values", _SINGLE
    elif head.lstrip().startswith("["):
        begins = _ARRAY
    elif "resultList" not in head and not _LIST.search(head):
        layout, begins = "values", None
    for value in split_json(stream, layout, begins=begins):
        yield value.data[:200], _Lazy(value)
        if begins is _SINGLE:
            return


def _from_xml(stream: BinaryIO) -> Iterator[tuple[bytes, _Lazy]]:
    parser = RecordParser()
    for piece in split_xml(stream, ("result", "rdf:Description")):
        yield piece.data[:200], _Lazy(piece, parser)


def _as_object(element: Element) -> Any:
    """Return an element of the XML answer as the object that the JSON answer holds."""
    if not len(element) or name_of(element) in _TEXTS:
        return inline(element) if len(element) else (element.text or "")
    found: dict[str, Any] = {}
    for child in element:
        name, value = name_of(child), _as_object(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def looks_like_europepmc(head: str, _name: str) -> bool:
    """Return whether a file is an answer of Europe PMC, or a dump of its results."""
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return _XML.search(start[:1000]) is not None
    if not start.startswith(("{", "[")):
        return False
    one = '"source":' in start[:3000].replace('" :', '":') and '"authorString"' in start
    return bool(_RESULT.search(start[:3000])) or '"errMsg"' in start[:1000] or one


FORMAT = RecordFormat(name="europepmc", recognises=looks_like_europepmc, records=records)
"""Answers of Europe PMC."""
