"""What the headers of a table say besides the name of a group: its size, and the unit of the numbers below."""

from __future__ import annotations

import re
from functools import lru_cache

from mscevidence.extract.tables import Row
from mscevidence.extract.tables.cells import Reading

WHOLE_PATH = 99
"""The level of groups that all headers of a column name together: "Once weekly" above "20 mg"."""

_PERCENT_HEADER = re.compile(r"\s*(?:%|per\s?cents?|percentages?|\(%\))\s*", re.IGNORECASE)
_RATE_LABEL = re.compile(
    r"\b(?:rate|proportion|patients|incidence|prevalence|frequency)\b.*(?:,|\()\s?%", re.IGNORECASE
)
_CHANGE = re.compile(r"\b(?:change|reduction|increase|decrease|difference|mean|median|score)\b", re.IGNORECASE)


def lower_header(row: Row, column: int) -> str:
    """Return the last header of a column without sizes, when it has more than one."""
    path = row.headers[column]
    return without_size(path[-1]).casefold() if len(path) > 1 and not size_in_text(path[-1]) else ""


@lru_cache(maxsize=4096)
def without_size(name: str) -> str:
    """Return a header without the size of the group and the unit of its numbers."""
    return re.sub(r"\(?\s?\b[nN]\s?=\s?[\d ,]+\)?|,?\s?[nN]o?\.?\s?\(?%\)?|\(%\)", " ", name).strip()


def size_in_text(text: str) -> bool:
    """Return whether a header tells a number of patients."""
    return bool(re.search(r"\b[nN]\s?=\s?\d", text))


def header_at(path: tuple[str, ...], level: int) -> str:
    """Return the header of a column at a level, or all of them."""
    if not path or level == WHOLE_PATH:
        return " ".join(path)
    return path[min(level, len(path) - 1)]


def as_headed(reading: Reading, header: str, label: str) -> Reading:
    """Return a plain number under the header "%", or in the row of a "rate, %", as a percent."""
    shown = reading.bare or (reading.events if reading.percent is None and reading.n is None else None)
    rate = reading.bare is not None and _RATE_LABEL.search(label) and not _CHANGE.search(label)
    if shown is None or not (_PERCENT_HEADER.fullmatch(header) or rate):
        return reading
    return Reading(percent=shown.model_copy(update={"role": "percent"}))
