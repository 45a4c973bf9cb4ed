"""RefWorks' tagged format (.txt), which ProQuest, HighWire, CNKI and Wanfang offer as an export.

A record begins with ``RT``, its type; a tag of two characters, one space, a value. Tags: ProQuest, *RefWorks Tagged
Format*.
"""

from __future__ import annotations

import re

from mscevidence.read.reference import Reference
from mscevidence.read.tagged_records import Dialect, Values, add_known, format_of

_FIELDS = {
    "RT": "type",
    "T1": "title",
    "OT": "other-title",
    "A1": "author",
    "AD": "affiliation",
    "JF": "journal",
    "T2": "journal",
    "JO": "abbreviation",
    "YR": "year",
    "FD": "date",
    "VO": "volume",
    "vo": "volume",
    "IS": "issue",
    "SP": "first-page",
    "OP": "last-page",
    "AB": "abstract",
    "K1": "keyword",
    "SN": "issn",
    "DO": "doi",
    "AN": "accession",
    "LA": "language",
    "PB": "publisher",
    "DB": "database",
    "DS": "database",
    "UL": "url",
    "LK": "url",
}
_LEFT = frozenset(re.findall(r"\S+", "SR ID A2 A3 A4 A5 A6 ED PP RD ST T3 CN CL AV CR OL RO SF WT WV CO"))
"""Tags of which nothing is taken: source type, number, editors, places, dates of retrieval, call numbers."""

_SEVERAL = {"A1": r"[;\n]", "K1": r"[;\n]", "AD": r"\n", "UL": r"\s+"}


def _fill(reference: Reference, values: Values) -> None:
    begins = any(tag == "SP" for tag, _ in values)
    for tag, value in values:
        if tag == "OP" and not begins:
            # CNKI has all pages there.
            reference.add("pages", value)
            continue
        for each in re.split(_SEVERAL[tag], value) if tag in _SEVERAL else [value]:
            add_known(reference, tag, each, _FIELDS, _LEFT)


FORMAT = format_of(
    Dialect(
        name="refworks",
        begins=re.compile(r"RT [A-Z]"),
        tagged=re.compile(r"([A-Z][A-Z0-9]|vo(?= \d))(?: (.*)|$)"),
        recognises=re.compile(r"^RT [A-Z][^\n]*\n(?:[A-Z][A-Z0-9] [^\n]*\n){1,20}", re.MULTILINE),
        fill=_fill,
    )
)
