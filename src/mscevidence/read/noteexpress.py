"""NoteExpress (.net, .txt): the export of CNKI, Wanfang and VIP with a label in braces before every value."""

from __future__ import annotations

import re

from mscevidence.read.column_names import add_value, field_of
from mscevidence.read.reference import Reference
from mscevidence.read.tagged_records import Dialect, Values, format_of

_FIELDS = {
    "Translated Abstract": "abstract",
    "Author Address": "affiliation",
    "Secondary Title": "journal",
    "ISBN/ISSN": "issn",
    "Database Provider": "database",
    "Type of Work": "type",
}
_LEFT = frozenset(
    {"Translated Author", "Translated Journal", "Translated Keywords", "Author Translated", "Accession Number"}
)
"""The same people, journal and terms in another language, and numbers of the library."""


def _fill(reference: Reference, values: Values) -> None:
    for label, value in values:
        add_value(reference, "left" if label in _LEFT else _FIELDS.get(label) or field_of(label), label, value)


FORMAT = format_of(
    Dialect(
        name="noteexpress",
        begins=re.compile(r"\{Reference Type\}\s*:"),
        tagged=re.compile(r"\{([A-Za-z][^{}\n]{0,60})\}\s*:(.*)"),
        recognises=re.compile(r"^\{Reference Type\}\s*:", re.MULTILINE),
        fill=_fill,
    )
)
