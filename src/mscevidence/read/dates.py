"""Dates as databases write them: year, month by name or number, day, season."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

_MONTHS = {
    name: f"{number:02d}"
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_YEAR = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)(?!\d)")
_NAMED = re.compile(
    r"(?<!\d)(?P<year>1[6-9]\d\d|20\d\d)[ /-]?(?P<month>[A-Za-z]{3,9})?\.?(?:[ /-](?P<day>\d{1,2})(?!\d))?"
)


def date_of(parts: Mapping[str, str]) -> tuple[str | None, str]:
    """Return an ISO date as precise as its parts tell it, and the words of the source where they say more.

    Args:
        parts: ``Year``, ``Month``, ``Day``, ``Season`` or ``MedlineDate`` as printed.
    """
    words = parts.get("MedlineDate", "")
    if words:
        match = _NAMED.search(words)
        return (iso(match["year"], match["month"] or "", match["day"] or "") if match else None), words
    year = parts.get("Year", "")
    date = iso(year, parts.get("Month", ""), parts.get("Day", ""))
    season = parts.get("Season", "") if date is not None else ""
    return date, f"{year} {season}" if season else ""


@functools.lru_cache(maxsize=1 << 12)
def iso(year: str, month: str = "", day: str = "") -> str | None:
    """Return year, month and day as an ISO date as precise as they are; None without a year."""
    if not _YEAR.fullmatch(year):
        return None
    number = _MONTHS.get(month[:3].casefold()) or (month.zfill(2) if month.isascii() and month.isdigit() else "")
    if not "01" <= number <= "12" or len(number) != 2:
        return year
    known = day.zfill(2) if day.isascii() and day.isdigit() else ""
    return f"{year}-{number}-{known}" if "01" <= known <= "31" and len(known) == 2 else f"{year}-{number}"
