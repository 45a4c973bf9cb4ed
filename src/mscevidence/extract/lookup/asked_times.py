"""Times in the words of a question and of the places that may answer it: "relapse at 12 months", "1 year"."""

from __future__ import annotations

import re
from functools import lru_cache

NUMBER_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}
_NUMBER = rf"\d+(?:\.\d+)?|{'|'.join(NUMBER_WORDS)}"
_UNIT = r"h|hrs?|hours?|d|days?|wks?|weeks?|mos?|months?|y|yrs?|years?|min|minutes?"
_TIME = re.compile(
    rf"(?<![\w.])(?P<number>{_NUMBER})(?:st|nd|rd|th)?[\s-]?(?P<unit>{_UNIT})\b|\b(?P<unit2>days?|weeks?|months?|years?)\s(?P<number2>\d+)\b",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    rf"\s?\b(?:(?:at|after|during|within|over|by|in|for|up\sto|until|from|through)\s(?:the\s)?(?:first\s|last\s|end\sof\s(?:the\s)?)?)"
    rf"(?:(?:{_NUMBER})(?:st|nd|rd|th)?[\s-]?(?:{_UNIT})|(?:days?|weeks?|months?|years?)\s\d+)\b"
    r"(?:\s(?:of\s)?(?:the\s)?(?:follow[\s-]?up|treatment|post\w*|after\s(?:surgery|treatment|intervention|the\sintervention)|intervention))?"
    rf"|\b(?:{_NUMBER})-(?:day|week|month|year|hour)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    rf"\b(?:(?P<before>days|weeks|months|years|hours)\s\d+(?:,\s\d+)*,?\s(?:and|or)\s\d+\b"
    rf"|\d+(?:-?,\s\d+)*-?,?\s(?:and|or)\s\d+[\s-]?(?P<behind>{_UNIT})\b)",
    re.IGNORECASE,
)
"""Several times with one unit: "at 6 and 12 months", "weeks 4, 8 and 12"."""
_IN_DAYS = {"w": 7.0, "d": 1.0}


@lru_cache(maxsize=2048)
def times_told(text: str) -> frozenset[tuple[float, str]]:
    """Return the times that a phrase names, years as months and weeks as days, so that "1 year" is "12 months"."""
    return frozenset(times_in_order(text))


def times_in_order(text: str) -> tuple[tuple[float, str], ...]:
    """Return the times that a phrase names, each once, in the order in which it names them."""
    found: list[tuple[int, tuple[float, str]]] = []
    for match in _TIME.finditer(text):
        number, unit = (match["number"], match["unit"]) if match["number"] else (match["number2"], match["unit2"])
        value = float(number) if number[0].isdigit() else float(NUMBER_WORDS[number.casefold()])
        found.append((match.start(), _same_unit(value, unit.casefold())))
    for several in _SEVERAL.finditer(text):
        unit = several["before"] or several["behind"]
        numbers = re.finditer(r"\d+", several.group())
        found += [
            (several.start() + each.start(), _same_unit(float(each.group()), unit.casefold())) for each in numbers
        ]
    return tuple(dict.fromkeys(time for _, time in sorted(found, key=lambda each: each[0])))


def timeless(text: str) -> str:
    """Return a text without the times in it."""
    return " ".join(_TIME.sub(" ", text).split())


def without_times(phrase: str) -> str:
    """Return a phrase without the words that say when: "relapse at 12 months" becomes "relapse"."""
    return " ".join(_PHRASE.sub(" ", phrase).split()) or phrase


def _same_unit(value: float, unit: str) -> tuple[float, str]:
    if unit[0] == "y":
        return value * 12, "month"
    if unit.startswith("mo"):
        return value, "month"
    if unit.startswith("mi"):
        return value, "minute"
    if unit[0] == "h":
        return (value / 24, "day") if value >= 24 and value % 24 == 0 else (value, "hour")
    return value * _IN_DAYS[unit[0]], "day"
