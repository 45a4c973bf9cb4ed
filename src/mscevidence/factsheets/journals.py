"""Where a report stands, taken apart: ``Blood 142 (Suppl 1): 687`` is journal, volume, issue and pages."""

from __future__ import annotations

import re
from typing import NamedTuple

_PLACE = re.compile(
    r"(?P<journal>.+?)"
    r"(?: (?P<volume>\d+)(?: ?\((?P<issue>[^)]+)\))?(?:: ?(?P<pages>[A-Za-z]?\d[\w-]*))?)?"
    r"(?: (?P<rest>\(.*\).*|Table \d+))?"
)
_MEETING = re.compile(r"(?P<meeting>.+ \d{4}) \(abstract (?P<number>\w+)\)")
_KIND = re.compile(r"\s*\((?:[A-Z]+ abstract)\)")
_PROXY = re.compile(r"(?<=://)0-(?P<host>[a-z0-9]+(?:-[a-z0-9]+)+)\.[a-z0-9.-]+")


class Place(NamedTuple):
    """What a sheet writes as the journal, field by field; `rest` is what is left, such as ``Table 2``."""

    journal: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    meeting: str | None = None
    number: str | None = None
    rest: str | None = None


def place_of(text: str | None) -> Place:
    """Return where a report stands, by what a sheet writes as its journal."""
    if not text:
        return Place()
    text = _KIND.sub("", text)
    meeting = _MEETING.fullmatch(text)
    if meeting:
        return Place(**meeting.groupdict())
    found = _PLACE.fullmatch(text)
    return Place(**found.groupdict()) if found else Place(journal=text)


def without_proxy(url: str) -> str:
    """Return the address of a page that was read through the proxy of a library, which only its members can open."""
    return _PROXY.sub(lambda found: found["host"].replace("-", "."), url)
