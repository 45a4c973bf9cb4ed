"""Ovid's tagged citations (.txt, .cgi): records headed ``<1. >`` with tags such as ``TI  -``.

Tags: the field codes of Ovid MEDLINE and Embase.
"""

from __future__ import annotations

import re

from mscevidence.read.column_names import add_value
from mscevidence.read.reference import Reference
from mscevidence.read.tagged_records import Dialect, Values, add_known, format_of

FIELDS = {
    "TI": "title",
    "OT": "other-title",
    "FA": "author",
    "AU": "author",
    "IN": "affiliation",
    "AB": "abstract",
    "JN": "journal",
    "JA": "abbreviation",
    "NJ": "abbreviation",
    "DB": "database",
    "AN": "accession",
    "PU": "accession",
    "PM": "pmid",
    "DO": "doi",
    "IS": "issn",
    "IL": "issn",
    "IB": "isbn",
    "YR": "year",
    "DP": "date",
    "DG": "date",
    "VI": "volume",
    "VO": "volume",
    "IP": "issue",
    "PG": "pages",
    "PT": "type",
    "LG": "language",
    "KW": "keyword",
    "MH": "subject",
    "SH": "subject",
    "PB": "publisher",
    "CF": "meeting",
    "NT": "registration",
    "XL": "url",
}
LEFT = frozenset(
    re.findall(
        r"\S+",
        """VN RO ST SB IO AD CE CL CP CS CY CN RN NM RF CR CC CI CO CT DC DD DE DJ DU ED EA EM EZ GI GO HI IR JC KC KD
    BR GS MA MD MO PO SY IU MJ MV NC NO OD OI PC PH PI PR PS RI RU SA SI SL SN SS SU SZ TN UP UR XP YM""",
    )
)
"""Tags of which nothing is taken: dates and states of processing, countries, chemicals, cited references, grants."""

_PART = re.compile(r"[ ]*\[[^]\n]*\][ ]*$", re.MULTILINE)
"""BIOSIS says behind the name what somebody has done: Wabner, Cindy L. [Reprint Author]."""

_EDITORS = re.compile(r"\A.{0,400}\[Editor[^]]{0,80}\][,.]\s*")
"""BIOSIS names the editors of a book before its title."""


def _fill(reference: Reference, values: Values) -> None:
    tags = {tag for tag, _ in values}
    in_medline = any(tag == "DB" and "medline" in value.casefold() for tag, value in values)
    for tag, value in values:
        if tag == "SO":
            add_value(reference, "source-line", tag, _EDITORS.sub("", value.replace("\n", " ")))
        elif tag == "ID":
            for each in value.split(", "):
                reference.add("keyword", each)
        elif tag == "AN":
            # PsycINFO says before its number where the report stands: Peer Reviewed Journal: 2015-33942-007.
            reference.add("accession", value.rpartition(": ")[2])
        elif tag == "UI":
            reference.add("pmid" if in_medline else "accession", value)
        elif tag == "AU" and "FA" in tags:
            # AU has the initials of the people whose full names stand under FA.
            continue
        else:
            plain = _PART.sub("", value) if tag in {"AU", "FA"} else value
            for each in plain.split("\n") if tag in {"AU", "FA", "IN", "KW", "MH", "SH"} else [plain]:
                add_known(reference, tag, each, FIELDS, LEFT)


DIALECT = Dialect(
    name="ovid-tagged",
    begins=re.compile(r" ?<\d+\.? ?>\s*$"),
    # Lines that were copied from a page begin with a space; lines that go on, with six.
    tagged=re.compile(r" ?([A-Z][A-Z0-9])[ \t]{0,3}- ?(.*)"),
    recognises=re.compile(r"^ ?<\d+\.? ?>[ \t]*\n ?[A-Z][A-Z0-9][ \t]{0,3}- ", re.MULTILINE),
    fill=_fill,
)

FORMAT = format_of(DIALECT)
