"""Web of Science field-tagged export (.ciw, .isi, .txt), also used by Inspec and other databases of that platform.

A tag of two characters and a space; further lines are indented. A record runs from ``PT`` to ``ER``; ``FN`` and ``VR``
head the file and ``EF`` ends it. Tags: Clarivate, *Web of Science Core Collection Field Tags*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.model import Notice, NoticeKind, Reject
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference

FIELDS = {
    "TI": "title",
    "FT": "other-title",
    "AB": "abstract",
    "GP": "collective",
    "CA": "collective",
    "C1": "affiliation",
    "SO": "journal",
    "JI": "abbreviation",
    "J9": "abbreviation",
    "PY": "year",
    "PD": "date",
    "VL": "volume",
    "IS": "issue",
    "BP": "first-page",
    "EP": "last-page",
    "PS": "pages",
    "AR": "article-number",
    "DI": "doi",
    "D2": "doi",
    "PM": "pmid",
    "UT": "accession",
    "SN": "issn",
    "EI": "issn",
    "BN": "isbn",
    "DT": "type",
    "LA": "language",
    "DE": "keyword",
    "ID": "subject",
    "MH": "subject",
    "PU": "publisher",
    "CT": "meeting",
    "MA": "number",
}
"""What the tags are called here; the tab-separated export has them as column names."""

LEFT = frozenset(
    re.findall(
        r"\S+",
        """AN BA BE BF BO BS C3 CL CO CR CY DA EA EF EM ER FN FU FX GA HC HO HP J1 LN MC MQ NR OA OI P2 PA PG PI PN
    PT PV RI RP SC SE SI SP ST SU TC TS U1 U2 VR WC WE WS Y4 Y5 Z1 Z2 Z3 Z4 Z8 Z9 ZB ZR ZS""",
    )
)
"""Tags of which nothing is taken: references, times cited, funding, addresses for reprints, categories of journals."""

_NOTICES: dict[str, NoticeKind] = {
    "erratum in": "corrected-by",
    "erratum for": "erratum-for",
    "retraction in": "retracted-by",
    "retraction of": "retraction-of",
    "expression of concern in": "expression-of-concern-by",
    "comment in": "commented-by",
    "comment on": "comment-on",
    "update in": "updated-by",
    "update of": "update-of",
}
_NOTICE = re.compile(rf"({'|'.join(_NOTICES)}):? (\S.*)", re.IGNORECASE)

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)")
_TAG_LINE = re.compile(rb"(?:\xef\xbb\xbf)?([A-Z][A-Z0-9])(?:[ \r\n]|$)")
_OUTSIDE = frozenset({b"FN", b"VR", b"EF"})


def add_terms(reference: Reference, name: str, value: str) -> None:
    """Add the terms of a value that are separated by semicolons."""
    for term in value.split(";"):
        reference.add(name, term)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    draft, inside = Draft(), False
    for line in lines_of(stream):
        found = _TAG_LINE.match(line)
        tag = found[1] if found else b""
        if tag == b"PT" and inside:
            yield draft.taken()
        # FN and VR head the file and EF ends it: they belong to no record.
        if inside or tag not in {*_OUTSIDE, b"ER"}:
            draft.add(line)
        inside = inside or bool(tag and tag not in {*_OUTSIDE, b"ER"})
        if tag == b"ER" and inside:
            yield draft.taken()
            inside = False
    rest = draft.taken()
    if rest.strip(b"\xef\xbb\xbf \t\r\n\x1a"):
        yield rest


def _parse(text: str) -> Reference:
    tags = _tags(text)
    if not tags:
        raise BrokenRecordError("text that belongs to no record")
    reference = Reference()
    for tag, lines in tags.items():
        _add(reference, tag, lines)
    for line in tags.get("AF") or tags.get("AU") or ():
        # One author is on a line; MEDLINE on the same platform has all of them on one.
        for name in line.split(";"):
            reference.add("author", name)
    if "ER" not in tags:
        reference.notes.append("no ER line")
    accession = " ".join(tags.get("UT", ()))
    reference.add("database", accession.partition(":")[0] if "INSPEC" in accession else "Web of Science")
    return reference


def _tags(text: str) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.replace("\ufeff", "").split("\n"):
        found = _TAG.match(line)
        if found:
            lines = tags.setdefault(found[1], [])
            lines.append((found[2] or "").strip())
        elif line.strip() and tags:
            lines.append(line.strip())
    return tags


def _add(reference: Reference, tag: str, lines: list[str]) -> None:
    name, value = FIELDS.get(tag), " ".join(line for line in lines if line)
    if tag in {"AU", "AF"} or not value:
        return
    if tag == "MH" and ";" not in value:
        # Older exports of MEDLINE have one heading on a line.
        add_terms(reference, "subject", ";".join(lines))
    elif name in {"keyword", "subject", "type"}:
        add_terms(reference, name, value)
    elif name:
        # One address after the other, each ending with a full stop and going over several lines.
        for each in re.split(r"(?<=\.)\n", "\n".join(lines)) if tag == "C1" else [value.removeprefix("UNSP ")]:
            reference.add(name, each)
    elif tag == "NO" and (found := _NOTICE.match(value)):
        # MEDLINE on this platform says so of corrections and retractions.
        reference.notices.append(Notice(kind=_NOTICES[found[1].casefold()], text=found[2]))
    elif tag not in LEFT:
        reference.add("note", f"{tag}: {value}")


def _recognises(head: str, name: str) -> bool:  # noqa: ARG001
    return bool(
        re.match(r"(?:FN [^\n]*\n)?(?:VR [^\n]*\n)?\s*PT [A-Z]\s*\n[A-Z][A-Z0-9] ", opening(head).replace("\r", "\n"))
    )


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream), _parse)


FORMAT = RecordFormat(name="web-of-science", recognises=_recognises, records=_records)
