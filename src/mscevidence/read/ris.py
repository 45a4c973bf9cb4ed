"""RIS, the exchange format of reference managers, as databases and managers really write it.

A record runs from ``TY -`` to ``ER -``. Seen in exports and read here: no ER; no TY; a byte order mark before any
record; numbers, links and headings between records; one space or none before or behind the dash; values over several
lines, whose lines may begin with ``ER``; keywords one per line under a single tag; tags nobody has defined (kept as
notes). Tag meanings follow the RIS format specification of Reference Manager and what EndNote, Embase, Ovid, EBSCO,
Scopus, Citavi and Rayyan put into them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.model import Reject
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference
from mscevidence.read.reference_identifiers import only_registrations

_FIELDS = {
    "TY": "type",
    "TI": "title",
    "T1": "title",
    "AB": "abstract",
    "N2": "abstract",
    "AU": "author",
    "A1": "author",
    "AD": "affiliation",
    "T2": "journal",
    "JF": "journal",
    "JO": "abbreviation",
    "JA": "abbreviation",
    "J1": "abbreviation",
    "J2": "abbreviation",
    "PY": "year",
    "Y1": "year",
    "DA": "date",
    "VL": "volume",
    "VO": "volume",
    "IS": "issue",
    "SP": "first-page",
    "EP": "last-page",
    "SN": "issn",
    "DO": "doi",
    "DI": "doi",
    "KW": "keyword",
    "LA": "language",
    "M3": "type",
    "DB": "database",
    "DP": "database",
    "PU": "publisher",
    "J9": "abbreviation",
    "JI": "abbreviation",
    "NL": "abbreviation",
    "YR": "year",
    "NO": "issue",
    "SO": "journal",
    "PG": "pages",
    "PT": "type",
    "KY": "keyword",
    "US": "url",
    "UR": "url",
    "PB": "publisher",
    "TT": "other-title",
    "C7": "article-number",
    "PMID": "pmid",
}
_LEFT = frozenset(re.findall(r"\S+", "CC CN CY ER ET FU FX L1 L2 L4 LB LK M4 NV OP PA PI PP SE ST TS U3 U4 WE Y2"))
"""Tags of which nothing is taken: links of libraries, entry dates, short titles, places of print."""

_LIKE_LINES = frozenset({"KW", "KY", "PT", "AD", "UR", "AU", "A1"})
"""Tags whose further lines are further values."""

_JOURNALS = frozenset({"JO", "JF", "T2", "SO"})
_OF_OTHERS = frozenset({"C3", "XR", "PM"})
"""Where CENTRAL has the numbers of a record in other databases and registries."""

_OF_SEVERAL = _LIKE_LINES | _OF_OTHERS | {"M3"}
"""Tags whose lines may list several values."""

_TYPES = {"JOUR": "", "GEN": "", "EJOUR": "", "ICOMM": "ICOMM", "UNPD": "unpublished work", "THES": "thesis"}

_START = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*TY[ \t]{0,3}-(?:[ \t\r\n]|[A-Z]|$)")
_END = re.compile(rb"(?:ER  -|[ \t]*ER[ \t]{0,3}-[ \t]*[\r\n]*$)")
_OF_START, _OF_END = frozenset({b"T", b" ", b"\t", b"\xef"}), frozenset({b"E", b" ", b"\t"})
_BEHIND = re.compile(rb"NL  -[ \t]")
"""Ovid sets the abbreviation of the journal behind the end of a record of PsycINFO."""
_ANY = re.compile(rb"(?:\xef\xbb\xbf)?[A-Z][A-Z0-9]  -(?:[ \t\r\n]|$)")

_EXACT = re.compile(r"(?m)^([A-Z][A-Z0-9])  -(.*(?:\n(?![A-Z][A-Z0-9]  -).*)*+)")
_LOOSE = re.compile(
    r"(?m)^[ \t]*([A-Z][A-Z0-9])[ \t]{0,3}-(?=[ \t]|$)(.*(?:\n(?![ \t]*[A-Z][A-Z0-9][ \t]{0,3}-(?:[ \t]|$)).*)*+)"
)
_EXACT_START = re.compile(r"(?m)^\ufeff?[A-Z][A-Z0-9]  -")
_BETWEEN = re.compile(
    r"(?:\d+\.?|Link to the .*|https?://\S+|EOF|\x1a"
    r"|Record #\d+ of \d+|Provider: John Wiley .*|Content: ?text/plain;.*)?"
)
_LONG_TAGS = {
    "PMID": ("\nPMID", re.compile(r"\nPMID  - (\S+)(?=\n)")),
    "DO": ("\nDOI", re.compile(r"\nDOI  ?- (\S+)(?=\n)")),
}
"""PsycINFO and CENTRAL have each one tag of more letters, which most records lack."""
_SEVERAL = re.compile(r"\n|;\s")
_NUMBER_AT_END = re.compile(r"\n\n\d+\.\Z")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    draft, inside, ended = Draft(), False, False
    for line in lines_of(stream):
        if ended and not _BEHIND.match(line):
            yield draft.taken()
            ended = False
        # Most lines begin neither like TY nor like ER: a look at one byte spares them the patterns.
        first = line[:1]
        if first in _OF_START and _START.match(line):
            if inside:
                yield draft.taken()
            inside = True
        elif not inside and not ended and _ANY.match(line) and not _END.match(line):
            inside = True
        draft.add(line)
        if inside and first in _OF_END and _END.match(line):
            inside, ended = False, True
    rest = draft.taken()
    if (
        inside
        or ended
        or any(not _BETWEEN.fullmatch(line.strip("\ufeff \t")) for line in rest.decode("utf-8", "replace").splitlines())
    ):
        yield rest


def _parse(text: str) -> Reference:
    reference, tags = Reference(), _tags(text)
    before = tags.pop("", [])
    if not tags:
        raise BrokenRecordError("text that belongs to no record")
    reference.notes += [f"before the record stands: {line}" for line in before]
    reference.notes += [note for tag, note in (("TY", "no TY line"), ("ER", "no ER line")) if tag not in tags]
    for tag, values in tags.items():
        for value in values:
            _add(reference, tag, value, tags)
    return reference


def _tags(text: str) -> dict[str, list[str]]:
    """Return the values by tag; what stands before the first tag, but for numbers and links, under an empty tag."""
    text = text.replace("\ufeff", "").rstrip("\n\x1a")
    pattern = _EXACT if _EXACT_START.search(text) else _LOOSE
    values: dict[str, list[str]] = {}
    for tag, (beginning, long) in _LONG_TAGS.items():
        if beginning in text and (number := long.search(text)):
            values[tag] = [number[1]]
            text = text.replace(number[0], "", 1)
    first = pattern.search(text)
    before = [line.strip() for line in text[: first.start() if first else None].split("\n")]
    if strays := [line for line in before if not _BETWEEN.fullmatch(line)]:
        values[""] = strays
    for tag, value in pattern.findall(text):
        values.setdefault(tag, []).append(_joined(value) if "\n" in value else value.strip())
    if "ER" not in values:
        # The number of the next record may stand where the end is missing.
        values = {tag: [_NUMBER_AT_END.sub("", value) for value in found] for tag, found in values.items()}
    return values


def _joined(value: str) -> str:
    # An indented line goes on; any other begins a line of its own, as in the abstracts of EndNote.
    first, *lines = value.split("\n")
    pieces = [first.strip()]
    for line in lines:
        pieces += [" " if line.startswith("  ") else "\n", line.strip()]
    return "".join(pieces).strip()


def _add(reference: Reference, tag: str, value: str, tags: dict[str, list[str]]) -> None:
    if not value or tag in _LEFT:
        if tag == "ER" and value:
            reference.add("note", f"ER: {value}")
        return
    if tag in _JOURNALS and value.startswith("http"):
        # An entry of a registry in CENTRAL has its address where an article has its journal.
        reference.add("url", value)
        reference.add("registration", value)
        return
    name: str | None = _FIELDS.get(tag)
    special = _SPECIAL.get(tag)
    if special is not None:
        name, value = special(value, tags)
    if name is None:
        # Embase sets the number of a trial into a field that nobody has defined.
        registered = "registration" if only_registrations(value) else "note"
        reference.add(registered, value if registered == "registration" else f"{tag}: {value}")
    elif tag not in _OF_SEVERAL:
        reference.add(name, value)
    elif name != "left":
        for each in _values(tag, value):
            reference.add(name, each)


def _values(tag: str, value: str) -> list[str]:
    """Return the values that a line of a tag of `_OF_SEVERAL` lists."""
    if tag not in _LIKE_LINES:
        return re.split(r";\s|,(?=[A-Z]+ \d)", value)
    if ";" in value or "\n" in value:
        return value.split("\n") if tag == "AD" else _SEVERAL.split(value)
    return [value]


def _databases(tags: dict[str, list[str]]) -> str:
    return " ".join([*tags.get("DB", ()), *tags.get("DP", ()), *tags.get("UR", ())]).casefold()


def _accession(value: str, tags: dict[str, list[str]]) -> tuple[str | None, str]:
    databases = _databases(tags)
    if value.isdigit() and ("nlm" in databases or "medline" in databases or "pubmed" in databases):
        return "pmid", value
    # Numbers of a screening tool name no source.
    return (None, value) if value.casefold().startswith("rayyan") else ("accession", value)


def _identifier(value: str, tags: dict[str, list[str]]) -> tuple[str | None, str]:
    # Ovid has the number of the database here. Other programs number their records, besides the AN of the database.
    databases = "" if "AN" in tags else _databases(tags)
    if "medline" in databases and re.fullmatch(r"\d{7,8}", value):
        return "pmid", value
    known = ("embase" in databases and re.fullmatch(r"\d{7,}", value)) or re.fullmatch(r"\d{4}-\d{5}-\d{3}", value)
    return ("accession" if known else None), value


def _embase_number(value: str, _: dict[str, list[str]]) -> tuple[str | None, str]:
    return ("accession", value) if re.fullmatch(r"L\d{6,}", value) else (None, value)


def _custom(value: str, tags: dict[str, list[str]]) -> tuple[str | None, str]:
    if re.match(r"PMC\d+", value):
        return "pmcid", value
    return ("pmid" if value.isdigit() and "embase" in _databases(tags) else None), value


def _of_others(value: str, tags: dict[str, list[str]]) -> tuple[str | None, str]:
    if re.match(r"(?i)(?:ictrp|ctgov)\b", value):
        return "registration", value
    if re.match(r"(?:EMBASE|PUBMED|CINAHL) \d", value):
        return "accession", value
    # Web of Science has the names of institutions there, which stand in the addresses too.
    return ("left" if any(number.startswith("WOS:") for number in tags.get("AN", ())) else None), value


def _type(value: str, _: dict[str, list[str]]) -> tuple[str | None, str]:
    return ("doi", value) if re.match(r"(?:doi:\s*)?10\.\d{4,9}/", value) else ("type", _TYPES.get(value, value))


def _third_link(value: str, _: dict[str, list[str]]) -> tuple[str | None, str]:
    return ("doi", value) if re.match(r"(?:https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/", value) else (None, value)


def _book(value: str, tags: dict[str, list[str]]) -> tuple[str | None, str]:
    return ("journal" if {"TI", "T1"} & tags.keys() else "title"), value


_SPECIAL = {
    "AN": _accession,
    "ID": _identifier,
    "U2": _embase_number,
    "C2": _custom,
    "C3": _of_others,
    "XR": _of_others,
    "PM": _of_others,
    "C5": _custom,
    "M3": _type,
    "TY": _type,
    "L3": _third_link,
    "BT": _book,
}


def _recognises(head: str, name: str) -> bool:
    start = opening(head)
    if re.search(r"(?m)^\W*TY[ \t]{0,3}-(?:[ \t]|$|[A-Z]{3,8}$)", start):
        return not start.startswith(("<", "@", "PK"))
    return name.casefold().endswith(".ris") and bool(re.search(r"(?m)^[A-Z][A-Z0-9]  -", start))


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream), _parse)


FORMAT = RecordFormat(name="ris", recognises=_recognises, records=_records)
