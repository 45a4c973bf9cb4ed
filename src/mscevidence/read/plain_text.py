"""Any abstract pasted as plain text: a title line where there is one, labelled sections where there are some."""

from __future__ import annotations

import re
from typing import Any

from mscevidence.read.ash_text import split_title
from mscevidence.read.plain_tables import apart, tables_in
from mscevidence.read.sections import first_heading, sections_of

_LONGEST_TITLE = 400


def plain_fields(text: str) -> dict[str, Any]:
    """Return the fields of a Document that an abstract without a known header shows."""
    raw, body = _title(text)
    title, status = split_title(raw)
    note = "plain text: authors, journal and date are not read"
    sections, tables = sections_of(text, (body, len(text))), tables_in(text)
    return {
        "title": title,
        "status": status,
        "sections": apart(text, sections, tables) if tables else sections,
        "tables": tables,
        "notes": (note,),
    }


def _title(text: str) -> tuple[str, int]:
    """Return the title and where the body begins; no title where the first line already belongs to the abstract."""
    line = re.match(r"[^\n]*", text)
    first = line.group().strip() if line else ""
    rest = text[len(first) :].strip()
    heading = first_heading(text, 0, len(text))
    is_title = rest and 0 < len(first) <= _LONGEST_TITLE and heading != 0 and not first.endswith((".", ";", ","))
    return (first, len(first)) if is_title else ("", 0)
