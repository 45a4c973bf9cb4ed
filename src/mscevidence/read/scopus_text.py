"""Scopus as plain text: authors, their numbers, title, citation and DOI line by line, then labelled lines.

The file begins with ``Scopus`` and ``EXPORT DATE``; each record ends with the line ``SOURCE: Scopus``. The citation is
``(2024) Journal, 9 (1), art. no. 102, pp. 12-19. Cited 3 times.``
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.model import Reject
from mscevidence.read.column_names import add_value, field_of
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference

_HEAD = re.compile(r"Scopus\s*\n\s*EXPORT DATE:[^\n]*\n")
_LAST = re.compile(rb"SOURCE: Scopus\s*$")
_LABEL = re.compile(r"([A-Z][A-Z0-9 &/()-]{2,60}): ?(.*)")
_NUMBERS = re.compile(r"[\d;\s]+")
_CITATION = re.compile(
    r"""\((?P<year>\d{4})\)\s(?P<journal>.+?)(?:,\s(?P<volume>[A-Z]?\d[\w./-]*)?\s?(?:\((?P<issue>[^()]{1,40})\))?
    (?:,\sart\.\sno\.\s(?P<article>[\w.-]+))?(?:,\spp?\.\s(?P<pages>[\w.-]+?))?)?
    (?:[.,]\s*(?:Cited\s[\d,]+\stimes?\.?)?)?\s*""",
    re.VERBOSE,
)
_AUTHOR = re.compile(r",\s(?=[^,]+,\s(?:[^\W\d_]\.[\s-]?){1,5}(?:,|;|$))")
_LABELS = {
    "AUTHOR FULL NAMES": "author",
    "INDEX KEYWORDS": "subject",
    "CHEMICALS/CAS": "left",
    "DOCUMENT TYPE": "type",
    "LANGUAGE OF ORIGINAL DOCUMENT": "language",
    "PUBMED ID": "pmid",
}


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    draft = Draft()
    for line in lines_of(stream):
        draft.add(line)
        if _LAST.match(line):
            yield draft.taken()
    rest = draft.taken()
    if rest.strip(b"\xef\xbb\xbf \t\r\n\x1a"):
        yield rest


def _parse(text: str) -> Reference:
    lines = [line.strip() for line in _HEAD.sub("", text.replace("\ufeff", "")).split("\n") if line.strip()]
    place = next((number for number, line in enumerate(lines) if _CITATION.fullmatch(line)), 0)
    if not place:
        raise BrokenRecordError("no line with year and journal in it")
    reference = Reference()
    reference.add("title", lines[place - 1])
    _add_citation(reference, lines[place])
    labelled = {found[1]: found[2] for line in lines if (found := _LABEL.fullmatch(line))}
    if "AUTHOR FULL NAMES" not in labelled:
        _add_authors(reference, lines[: place - 1])
    for line in lines[place + 1 :]:
        if line.startswith("http"):
            reference.add("url", line)
    for label, value in labelled.items():
        bare = re.sub(r" \(\d{6,}\)", "", value) if label == "AUTHOR FULL NAMES" else value
        add_value(reference, _LABELS.get(label) or field_of(label), label, bare)
    return reference


def _add_citation(reference: Reference, line: str) -> None:
    found = _CITATION.fullmatch(line)
    for name, value in (found.groupdict() if found else {}).items():
        reference.add({"article": "article-number"}.get(name, name), value or "")


def _add_authors(reference: Reference, lines: list[str]) -> None:
    """Add the people of the first line: ``Chen, Y., Xu, Y.`` or ``Chen Y., Xu Y.``."""
    line = next((line for line in lines if not _NUMBERS.fullmatch(line)), "")
    if line.startswith("[No author"):
        return
    for name in re.split(r";\s", line) if ";" in line else _AUTHOR.split(line):
        reference.add("author", name)


def _recognises(head: str, name: str) -> bool:  # noqa: ARG001
    return bool(_HEAD.match(opening(head).replace("\r\n", "\n").replace("\r", "\n")))


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream), _parse)


FORMAT = RecordFormat(name="scopus-text", recognises=_recognises, records=_records)
