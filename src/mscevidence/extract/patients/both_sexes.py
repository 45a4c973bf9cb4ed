"""Patients who are counted in two parts: "seven girls and one boy", "five female and three male patients"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mscevidence.extract.grammar.counts import Count, is_open
from mscevidence.model import Value

_KIND = (
    r"\S+\s(?:(?!and\b)[\w-]+\s){0,2}?"
    r"(?P<kind>wom[ae]n|m[ae]n|females?|males?|girls?|boys?|adults?|child(?:ren)?|adolescents?|infants?)\b"
)
_FIRST = re.compile(rf"{_KIND}\s(?:patients\s)?(?:and|plus)\s", re.IGNORECASE)
_SECOND = re.compile(_KIND, re.IGNORECASE)


def sum_of_parts(text: str, counts: Sequence[Count], count: Count, start: int) -> Value | None:
    """Return how many people a count and the one joined to it count together, None where it stands alone.

    Args:
        text: the text.
        counts: the counts of the sentence.
        count: the first or the second of the two.
        start: where the sentence begins.
    """
    place = counts.index(count)
    for first, second in ((place - 1, place), (place, place + 1)):
        if first >= 0 and second < len(counts) and (found := _together(text, counts[first], counts[second], start)):
            return found
    return None


def _together(text: str, first: Count, second: Count, start: int) -> Value | None:
    one, two = first.value("events"), second.value("events")
    if one is None or two is None or not one.number or not two.number or is_open(text[start : first.start]):
        return None
    former = _FIRST.match(text, first.start, second.start)
    latter = _SECOND.match(text, second.start)
    if former is None or latter is None or former.end() != second.start:
        return None
    if former["kind"].casefold() == latter["kind"].casefold():
        return None
    place = (first.start, max(second.end, latter.end()))
    return Value(role="n", text=text[slice(*place)], span=place, number=one.number + two.number, derived=True)
