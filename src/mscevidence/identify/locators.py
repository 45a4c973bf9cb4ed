"""Where in a journal a report stands: volume, issue and pages as numbers that can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_DASHES = re.compile(r"\s*(?:--+|[‐‑‒–—−-])\s*")
_PAGE = re.compile(r"(?:suppl?\b\W*)?([a-z]{0,6})\.?\s*0*(\d+)(s?)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")

Agreement = Literal["agree", "differ", "unclear"]


@dataclass(frozen=True, slots=True)
class Locator:
    """Volume, issue, first and last page or article number; empty where not given.

    A range that begins with page 1 counts the pages of an article with a number: it says nothing of its place.
    `review` is the number of a Cochrane review, which all its versions have in the place of a page.
    """

    volume: str = ""
    issue: str = ""
    first: str = ""
    last: str = ""
    review: str = ""


def locator_of(*, volume: str | None, issue: str | None, pages: str | None, year: int | None) -> Locator:
    """Return where a report stands; a volume that is the year (as Embase counts some journals) is left out."""
    number = _first_number(volume)
    if year is not None and number == str(year):
        number = ""
    first, last = page_range(pages)
    if first.startswith("cd") and len(first) > 5:
        return Locator(volume=number, issue=_first_number(issue), review=first)
    return Locator(volume=number, issue=_first_number(issue), first=first, last=last)


def page_range(pages: str | None) -> tuple[str, str]:
    """Return first and last page in full: ``123-9`` is 123 and 129, ``S12-5`` is s12 and s15; empty where unknown."""
    if not pages:
        return "", ""
    begin, *more = _DASHES.split(pages.strip(), maxsplit=1)
    found = _PAGE.match(begin.strip())
    if not found:
        return "", ""
    # Supplements count S12 or 12S.
    letters, first = found[1].casefold() or found[3].casefold(), found[2]
    letters = "" if letters in {"p", "pp", "page", "pages", "art", "article"} else letters
    end = _NUMBER.search(more[0]) if more else None
    last = end[0].lstrip("0") if end else ""
    if last and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    if not letters and first in {"1", "0"}:
        return "", ""
    return letters + first, letters + last if last else ""


def place_agreement(left: Locator, right: Locator, *, year: str = "") -> Agreement:
    """Return whether two reports stand in the same place of a journal.

    The first page decides, with the volume where both have one; a range that is the same from first to last page
    outweighs a volume that differs.
    """
    if _apart(left.review, right.review):
        return "differ"
    if not left.first or not right.first:
        return "differ" if _other_volume(left, right) else "unclear"
    if left.first != right.first:
        return "unclear" if _counted_otherwise(left, right) else "differ"
    other = _other_volume_at_all(left, right) and year not in {left.volume, right.volume}
    return "differ" if other and not _same_range(left, right) else "agree"


def _other_volume_at_all(left: Locator, right: Locator) -> bool:
    """Return whether the volumes differ, and the one that comes without an issue is not the issue of the other."""
    one, other = (left, right) if not left.issue else (right, left)
    return _apart(left.volume, right.volume) and (bool(one.issue) or one.volume != other.issue)


def _other_volume(left: Locator, right: Locator) -> bool:
    if _apart(left.volume, right.volume):
        # Databases mistake the issue for the volume where a journal has no volumes.
        return not {left.volume, right.volume} & {left.issue, right.issue}
    return bool(left.volume and right.volume) and _apart(left.issue, right.issue)


def _counted_otherwise(left: Locator, right: Locator) -> bool:
    """Return whether two different first pages of one volume may be one place: article number and pages, or a slip."""
    if not left.volume or left.volume != right.volume or (left.issue and right.issue and left.issue != right.issue):
        return False
    if left.last and left.last == right.last:
        return True
    return left.first.isdigit() != right.first.isdigit() or bool(left.last) != bool(right.last)


def _same_range(left: Locator, right: Locator) -> bool:
    return bool(left.last) and left.last == right.last and len(left.first) > 2


def _apart(left: str, right: str) -> bool:
    return bool(left and right) and left != right


def _first_number(text: str | None) -> str:
    found = _NUMBER.search(text) if text else None
    return found[0].lstrip("0") if found else ""
