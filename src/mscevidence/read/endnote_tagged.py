"""EndNote's tagged export (.enl, .enw, .txt; also called Refer or BibIX): a percent sign, one character, a value.

A record begins with ``%0``, or after an empty line with the tag that began the one before. An abstract may hold empty
lines. Tags: the EndNote export style of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.model import Reject
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference

_FIELDS = {
    "0": "type",
    "T": "title",
    "A": "author",
    "B": "journal",
    "J": "journal",
    "D": "year",
    "8": "date",
    "V": "volume",
    "N": "issue",
    "P": "pages",
    "I": "publisher",
    "X": "abstract",
    "K": "keyword",
    "U": "url",
    "R": "doi",
    "@": "issn",
    "M": "accession",
    "G": "language",
    "+": "affiliation",
    "W": "database",
    "~": "database",
    "Q": "other-title",
}
_LEFT = frozenset(re.findall(r"\S+", "! 7 > ( ) [ C E F L S Y ?"))
"""Tags of which nothing is taken: short title, edition, files, places, other people, series, labels of the library."""

_TAG = re.compile(r"%(\S)(?:[ \t](.*)|$)")
_TAG_LINE = re.compile(rb"(?:\xef\xbb\xbf)?%(\S)(?:[ \t\r\n]|$)")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    draft, first, seen, after_blank = Draft(), b"", set[bytes](), True
    for line in lines_of(stream):
        found = _TAG_LINE.match(line)
        tag = found[1] if found else b""
        if tag and ((tag == b"0" and b"0" in seen) or (after_blank and tag in {first, b"0"} and seen)):
            yield draft.taken()
            seen = set()
        if tag:
            first = first or tag
            seen.add(tag)
        draft.add(line)
        after_blank = not line.strip()
    rest = draft.taken()
    if rest.strip(b"\xef\xbb\xbf \t\r\n\x1a"):
        yield rest


def _parse(text: str) -> Reference:
    reference = Reference()
    values: list[tuple[str, list[str]]] = []
    for line in text.replace("\ufeff", "").split("\n"):
        found = _TAG.match(line)
        if found:
            values.append((found[1], [found[2] or ""]))
        elif values:
            values[-1][1].append(line)
        elif line.strip():
            raise BrokenRecordError("text that belongs to no record")
    for tag, lines in values:
        name, value = _FIELDS.get(tag), "\n".join(lines).strip()
        if name == "keyword":
            for term in re.split(r"\n|;\s*", value):
                reference.add(name, term)
        elif name:
            reference.add(name, value)
        elif tag not in _LEFT and value:
            reference.add("note", f"%{tag}: {value}")
    return reference


def _recognises(head: str, name: str) -> bool:  # noqa: ARG001
    start = opening(head).replace("\r\n", "\n").replace("\r", "\n")
    return bool(re.match(r"%[0AT](?: [^\n]*)?\n(?:%\S [^\n]*\n|\s)*%[0ATDJBX] ", start))


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream), _parse)


FORMAT = RecordFormat(name="endnote-tagged", recognises=_recognises, records=_records)
