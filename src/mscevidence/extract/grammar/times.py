"""Time points: "at 12 months", "on day 28", "at 3, 6 and 12 months"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mscevidence.extract.grammar.cues import Holding, Opening
from mscevidence.extract.grammar.numerals import value_of
from mscevidence.model import Span

_UNIT = r"(?:days?|weeks?|months?|years?)"
_NUMBER = r"(?:\d{1,5}(?:\.\d{1,3})?|one|two|three|four|five|six|twelve)"
_UNITS = Holding(re.compile(_UNIT, re.IGNORECASE), "day week month year")
_LISTED = Holding(
    Opening(
        re.compile(
            rf"\b(?:at|after|by|within|until|through|during|over|on|in)\s(?:the\s)?(?:first\s|end\sof\s(?:the\s)?)?"
            rf"(?P<list>(?:{_NUMBER}(?:[\s-]{_UNIT})?\s?(?:,\s?(?:and\s)?|and\s)(?:at\s)?){{0,4}}{_NUMBER}[\s-](?P<unit>{_UNIT}))\b",
            re.IGNORECASE,
        ),
        "at after by within until through during over on in",
    ),
    "day week month year",
)
_NAMED = Holding(
    Opening(
        re.compile(
            r"\b(?:at|on|by)\s(?:the\send\sof\s)?(?P<time>(?P<unit>days?|weeks?|months?|years?)\s\+?(?P<number>\d+))\b",
            re.IGNORECASE,
        ),
        "at on by",
    ),
    "day week month year",
)
_SEVERAL = Holding(
    Opening(
        re.compile(
            r"\b(?:at|on|by)\s(?:the\send\sof\s)?(?P<unit>days?|weeks?|months?|years?)\s(?P<list>\d{1,4}(?:,\s\d{1,4}){0,4},?\s(?:and|or)\s\d{1,4})\b(?![.,]\d|\s?%)",
            re.IGNORECASE,
        ),
        "at on by",
    ),
    "day week month year",
)
_BEFORE_EVENT = Holding(
    re.compile(
        r"(?<![\d.-])\b(?P<number>\d{1,4}|one|two|three|four|five|six|twelve)\s(?P<unit>day|week|month|year)s?"
        r"(?=\s(?:after|following|post)[\s-](?:the\s|their\s|allogeneic\s|autologous\s)?(?:HSCT|A?HSCT|SCT|transplant\w*|infusion|injection|treatment|therapy|MSCs?T?|surgery))",
        re.IGNORECASE,
    ),
    "day week month year",
)
"""A time with what it is counted from: "alive 1 year after HSCT"."""
_MEASURED = re.compile(
    r"\b(?:median|mean|average|within|until|up\sto|range\w*|of|to|for|from|about)\s(?:of\s|the\s)?\Z", re.IGNORECASE
)
_ADJECTIVE = Holding(
    re.compile(
        r"\b(?P<number>\d{1,5}|one|two|three|five)-(?P<unit>day|week|month|year)\s(?:follow|response|remission|survival|visit|overall|relapse|mortality|death|healing|closure)",
        re.IGNORECASE,
    ),
    "-day -week -month -year",
)
_HYPHENED = Holding(
    re.compile(
        r"\b(?:\d{1,4}-(?:day|week|month|year),\s){0,4}\d{1,4}-(?:day|week|month|year),?\s(?:and|or)\s\d{1,4}-(?:day|week|month|year)\b",
        re.IGNORECASE,
    ),
    "-day -week -month -year",
)
"""Times in a row with a unit each: "30-day, 90-day and 9-month"."""
_HYPHENED_ONE = re.compile(r"(?P<number>\d{1,4})-(?P<unit>day|week|month|year)", re.IGNORECASE)
_ONE = re.compile(rf"(?P<number>{_NUMBER})(?:[\s-](?P<unit>{_UNIT}))?", re.IGNORECASE)


_BEHIND = re.compile(
    r"\s?(?:of\s)?(?:the\s)?(?:patients\s)?(?:at|after|by|on|within|during)\s(?:the\s)?(?:end\sof\s)?(?:the\s)?"
)


@dataclass(frozen=True)
class TimeMention:
    """A place in the text that names a time point; `label` reads ``12 months`` or ``day 28``."""

    start: int
    end: int
    label: str


def times_in(text: str, span: Span) -> tuple[TimeMention, ...]:
    """Return the time points that a part of a text names, in order of place."""
    if not _UNITS.search(text, *span):
        return ()
    found = [mention for match in _LISTED.finditer(text, *span) for mention in _listed(match)]
    several = [mention for match in _SEVERAL.finditer(text, *span) for mention in _of_several(match)]
    taken = {mention.end for mention in several}
    found += several
    found += [
        TimeMention(*m.span("time"), f"{m['unit']} {m['number']}")
        for m in _NAMED.finditer(text, *span)
        if m.end() not in taken
    ]
    rows = [row.span() for row in _HYPHENED.finditer(text, *span)]
    alone = [m for m in _ADJECTIVE.finditer(text, *span) if not any(row[0] <= m.start() < row[1] for row in rows)]
    each = [m for row in rows for m in _HYPHENED_ONE.finditer(text, *row) if not _is_inside(m.start(), found)]
    found += [TimeMention(*m.span(), _label(m["number"], m["unit"])) for m in (*alone, *each)]
    found += [
        TimeMention(*m.span(), _label(m["number"], m["unit"]))
        for m in _BEFORE_EVENT.finditer(text, *span)
        if not _is_inside(m.start(), found) and not _MEASURED.search(text, max(span[0], m.start() - 24), m.start())
    ]
    return tuple(sorted(found, key=lambda mention: mention.start))


def _is_inside(place: int, mentions: list[TimeMention]) -> bool:
    return any(mention.start <= place < mention.end for mention in mentions)


def only_time(times: tuple[TimeMention, ...]) -> str | None:
    """Return the one time point of a sentence; None when it names none or several."""
    labels = {mention.label.casefold(): mention.label for mention in times}
    return next(iter(labels.values())) if len(labels) == 1 else None


def time_beside(text: str, span: Span, times: tuple[TimeMention, ...]) -> TimeMention | None:
    """Return the time point inside a stretch of the text, or directly behind it: "12% (10/83) at 1 year"."""
    for mention in times:
        inside = span[0] <= mention.start and mention.end <= span[1]
        if inside or (mention.start >= span[1] and _BEHIND.fullmatch(text[span[1] : mention.start])):
            return mention
    return None


def _label(number: str, unit: str) -> str:
    """Return a time point with its unit in the right number: ``1 year``, ``12 months``."""
    plain = number if number[0].isdigit() else f"{value_of(number):g}"
    one = plain == "1"
    return f"{plain} {unit.casefold().removesuffix('s')}{'' if one else 's'}"


def _of_several(match: re.Match[str]) -> list[TimeMention]:
    """Return the time points of "at weeks 4 and 8": week 4, week 8."""
    unit = match["unit"].casefold().removesuffix("s")
    found = [
        TimeMention(
            match.start("list") + number.start(), match.start("list") + number.end(), f"{unit} {number.group()}"
        )
        for number in re.finditer(r"\d+", match["list"])
    ]
    return [TimeMention(match.start("unit"), found[0].end, found[0].label), *found[1:]]


def _listed(match: re.Match[str]) -> list[TimeMention]:
    offset = match.start("list")
    return [
        TimeMention(offset + m.start(), offset + m.end(), _label(m["number"], m["unit"] or match["unit"]))
        for m in _ONE.finditer(match["list"])
    ]
