"""The Cochrane Library's plain text export of CENTRAL: records headed ``Record #1 of 20``, tags such as ``TI:``."""

from __future__ import annotations

import re

from mscevidence.read.reference import Reference
from mscevidence.read.tagged_records import Dialect, Values, add_known, format_of

_FIELDS = {
    "ID": "accession",
    "XR": "accession",
    "PM": "accession",
    "AU": "author",
    "TI": "title",
    "SO": "journal",
    "YR": "year",
    "VL": "volume",
    "NO": "issue",
    "PG": "pages",
    "PB": "publisher",
    "PT": "type",
    "KY": "keyword",
    "DOI": "doi",
    "AB": "abstract",
    "US": "url",
    "SN": "issn",
}
_LEFT = frozenset({"CC", "GC", "YP"})
"""Tags of which nothing is taken: groups of the Cochrane Collaboration, dates of processing."""

_OF_REGISTRIES = re.compile(r"\s*(?:ICTRP|CTgov)\b", re.IGNORECASE)
_SEVERAL = frozenset({"XR", "PT", "KY"})


def _fill(reference: Reference, values: Values) -> None:
    for tag, value in values:
        if tag == "SO" and value.startswith("http"):
            # An entry of a registry has its address where an article has its journal.
            reference.add("url", value)
            reference.add("registration", value)
            continue
        for each in value.split(";") if tag in _SEVERAL else [value]:
            if tag == "XR" and _OF_REGISTRIES.match(each):
                reference.add("registration", each)
            else:
                add_known(reference, tag, each, _FIELDS, _LEFT)
    reference.add("database", "Cochrane Library")


FORMAT = format_of(
    Dialect(
        name="central-text",
        begins=re.compile(r"Record #\d+ of \d+\s*$"),
        tagged=re.compile(r"([A-Z]{2,3}): ?(.*)"),
        recognises=re.compile(r"^Record #\d+ of \d+[ \t]*\nID: ", re.MULTILINE),
        fill=_fill,
    )
)
