"""MEDLINE display format, which PubMed saves as .nbib or .txt, and ERIC with tags of its own.

A tag of up to four letters, a dash, a value; further lines are indented by six spaces. A record begins with
``PMID-``, or after an empty line with the tag that began the one before. Tags: National Library of Medicine,
*MEDLINE/PubMed Data Element (Field) Descriptions*.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from mscevidence.model import Author, Identifier, Notice, Reject
from mscevidence.model.document import NoticeKind
from mscevidence.read.citation import clean
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference
from mscevidence.read.reference_identifiers import doi_in

_FIELDS = {
    "PMID": "pmid",
    "PMC": "pmcid",
    "TI": "title",
    "BTI": "journal",
    "TT": "other-title",
    "AB": "abstract",
    "OAB": "abstract",
    "JT": "journal",
    "TA": "abbreviation",
    "DP": "year",
    "VI": "volume",
    "IP": "issue",
    "PG": "pages",
    "IS": "issn",
    "ISSN": "issn",
    "ISBN": "isbn",
    "LA": "language",
    "PT": "type",
    "MH": "subject",
    "OT": "keyword",
    "SI": "registration",
    "PB": "publisher",
    "COIS": "disclosures",
    "OID": "accession",
}
_LEFT = frozenset(
    re.findall(
        r"\S+",
        """CI CRDT CRI CRF CTDT CTI DA DCOM DEP DRDT EDAT EN FED FIR FPS GN GR GS IR IRAD JID LR MHDA MID NM NR OABL
    OCI OTO OWN PHST PL PMCR PS FPS PST PUBM RF RN SB SFM SO SPIN STAT VTI""",
    )
)
"""Tags of which nothing is taken: dates of processing, grants, chemicals, investigators, copyright, citation lines."""

_NOTICES: dict[str, NoticeKind] = {
    "RIN": "retracted-by",
    "ROF": "retraction-of",
    "EIN": "corrected-by",
    "EFR": "erratum-for",
    "ECI": "expression-of-concern-by",
    "ECF": "expression-of-concern-for",
    "CIN": "commented-by",
    "CON": "comment-on",
    "UIN": "updated-by",
    "UOF": "update-of",
    "RPI": "republished-in",
    "RPF": "republished-from",
    "PRIN": "other",
    "PROF": "other",
}
_ONCE = frozenset({b"PMID", b"OWN", b"STAT", b"TI", b"TA", b"JT", b"SO"})
"""Tags that a record has once."""

_TAG = re.compile(r"([A-Z]{2,5})[ \t]{0,3}-(?:[ \t](.*)|(?<=^PMID-)(\d+)$|$)")
_TAG_LINE = re.compile(rb"(?:\xef\xbb\xbf)?([A-Z]{2,5})[ \t]{0,3}-(?:[ \t]|(?<=PMID-)\d|[\r\n]|$)")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    draft, first, after_blank, seen = Draft(), b"", True, set[bytes]()
    for line in lines_of(stream):
        found = _TAG_LINE.match(line)
        tag = found[1] if found else b""
        # Not all records have a PMID: after an empty line another owner or title begins one too.
        again = tag in seen and (tag == b"PMID" or (after_blank and tag in _ONCE))
        if again or (first and after_blank and tag in {first, b"PMID"}):
            yield draft.taken()
            seen.clear()
        first = first or tag
        if tag:
            seen.add(tag)
        draft.add(line)
        after_blank = not line.strip()
    rest = draft.taken()
    if rest.strip(b"\xef\xbb\xbf \t\r\n\x1a"):
        yield rest


def _parse(text: str) -> Reference:
    tags, stray = _tags(text)
    if not tags:
        raise BrokenRecordError("text that belongs to no record")
    reference, authors = Reference(), _Authors()
    reference.notes += [f"a line without a tag, taken with the line before: {line}" for line in stray]
    for tag, value in tags:
        if tag in _SPECIAL:
            _SPECIAL[tag](reference, value)
        elif not authors.take(tag, value, reference):
            _add(reference, tag, value)
    reference.authors = authors.found()
    owner = next((value for tag, value in tags if tag == "OWN"), "")
    reference.add("database", "ERIC" if owner == "ERIC" else "PubMed")
    return reference


def _tags(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    tags: list[tuple[str, list[str]]] = []
    stray = []
    for line in text.replace("\ufeff", "").split("\n"):
        found = _TAG.match(line)
        if found:
            tags.append((found[1], [(found[2] or found[3] or "").strip()]))
        elif line.strip() and tags:
            tags[-1][1].append(line.strip())
            if not line.startswith(" "):
                stray.append(line.strip())
        elif line.strip():
            stray.append(line.strip())
    return [(tag, " ".join(lines)) for tag, lines in tags], stray


def _add(reference: Reference, tag: str, value: str) -> None:
    name = _FIELDS.get(tag)
    if name:
        reference.add(name, value)
    elif tag in _NOTICES:
        number = re.search(r"PMID:? ?(\d{1,8})", value)
        doi = doi_in(value)
        identifiers = [Identifier(kind="pmid", value=number[1])] if number else []
        identifiers += [Identifier(kind="doi", value=doi)] if doi else []
        notice = Notice(kind=_NOTICES[tag], text=clean(value), identifiers=tuple(identifiers))
        reference.notices.append(notice)
    elif tag not in _LEFT and value:
        reference.add("note", f"{tag}: {value}")


def _location(reference: Reference, value: str) -> None:
    if doi_in(value) and not value.endswith("[pii]"):
        reference.add("doi", value)
    elif value.startswith("http"):
        reference.add("url", value)
    elif value.endswith("[pii]") and re.match(r"e\d+ ", value):
        reference.add("article-number", value.removesuffix("[pii]"))


_SPECIAL: dict[str, Callable[[Reference, str], None]] = {"LID": _location, "AID": _location}


@dataclasses.dataclass
class _Person:
    """An author while the record is being read."""

    name: str
    collective: bool
    orcid: str | None = None
    affiliations: list[str] = dataclasses.field(default_factory=list)


class _Authors:
    """The authors of a record: full name, short name, ORCID and addresses come as lines of their own."""

    def __init__(self) -> None:
        self._people: list[_Person] = []
        self._full = False

    def take(self, tag: str, value: str, reference: Reference) -> bool:
        """Take a line if it tells of an author; return whether it did."""
        if tag in {"FAU", "AU", "CN"}:
            # AU behind FAU is the same author in short.
            if value and not (tag == "AU" and self._full):
                self._people.append(_Person(clean(value), collective=tag == "CN"))
            self._full = tag == "FAU"
        elif tag == "AUID":
            self._identify(value)
        elif tag == "AD":
            number = reference.affiliation(value) if value else None
            if self._people and number:
                self._people[-1].affiliations.append(number)
        else:
            return False
        return True

    def _identify(self, value: str) -> None:
        orcid = re.search(r"\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX]", value)
        if orcid and self._people:
            digits = orcid.group().replace("-", "")
            self._people[-1].orcid = "-".join(digits[at : at + 4] for at in range(0, 16, 4))

    def found(self) -> list[Author]:
        """Return the authors in their order."""
        return [
            Author(name=each.name, collective=each.collective, orcid=each.orcid, affiliations=tuple(each.affiliations))
            for each in self._people
        ]


def _recognises(head: str, name: str) -> bool:
    start = opening(head)
    if re.match(r"(?:UI  - \d+\s*\n)?PMID ?- ?\d", start) or re.search(r"(?m)^PMID- \d+\s*\n(?:OWN|STAT) ?-", start):
        return True
    return name.casefold().endswith(".nbib") and bool(re.search(r"(?m)^(?:PMID|OWN|TI) {0,2}- ", start))


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream), _parse)


FORMAT = RecordFormat(name="nbib", recognises=_recognises, records=_records)
