"""The ways in which abstracts write counts that begin with a percent, from the most telling to the least."""

from __future__ import annotations

import re
from collections.abc import Callable

from mscevidence.extract.grammar.count_words import (
    AFTER_BRACKET_OF,
    BETWEEN,
    CLOSE,
    NOUN_AHEAD,
    PARTITIVE,
    is_share,
    noun_end,
)
from mscevidence.extract.grammar.counts import NOUN, Count, Sentence
from mscevidence.extract.grammar.numerals import Numeral
from mscevidence.extract.grammar.people import PEOPLE

_OF_OR_AMONG = re.compile(
    r"\s+(?:out\s+)?(?:of|among|amongst)\s+"
    r"(?:(?:the|these|those|all|our|its|their|a|total|of|first|evaluable|treated|enrolled|included)\s+)*"
)
_NOUN_CLOSED = re.compile(rf"(?:{NOUN})?{CLOSE}")
_OF_PEOPLE = re.compile(r"\sof\s(?:the\s|all\s|these\s)*(?:[\w-]+\s){0,4}?" + PEOPLE)
_AT_TIME = re.compile(r"\s(?:at|after|by|on)\s(?:the\s)?[\w-]{1,12}\s[\w-]{1,12}\s?[(\[]\s?")
_IN_ARM = re.compile(rf"(?:\sof\s(?:the\s)?{PEOPLE})?\s(?:in|of|at)\s(?:the\s)?[\w\s+/-]{{2,40}}?\s?[(\[]\s?")


def _percent_then_fraction(s: Sentence, i: int) -> Count | None:
    """``44.4% (8/18)``, ``44.4% [8/18]`` and ``44.4% (8 of 18 patients)``."""
    percent, fraction = s.numeral(i, "percent"), s.numeral(i + 1, "fraction")
    if percent and s.numeral(i + 1, "time", "label") and (later := s.numeral(i + 2, "fraction")):
        return _percent_at_time(s, percent, later)
    if percent and fraction and _IN_ARM.fullmatch(s.gap(i)) and is_share(fraction.value, percent, fraction.n):
        values = (*s.fraction(fraction), s.number("percent", percent))
        return Count("fraction-percent", percent.start, s.closed(percent.start, fraction.end), values, 2)
    if not percent or not BETWEEN.fullmatch(s.gap(i)):
        return None
    if fraction:
        values = (*s.fraction(fraction), s.number("percent", percent))
        return Count("fraction-percent", percent.start, s.closed(percent.start, fraction.end), values, 2)
    number, n = s.numeral(i + 1, "number", "n"), s.numeral(i + 2, "number")
    if number and n and number.value <= n.value and PARTITIVE.fullmatch(s.gap(i + 1)):
        values = (s.number("events", number), s.number("n", n), s.number("percent", percent))
        return Count("percent-x-of-n", percent.start, noun_end(s, i + 2, percent.start), values, 3)
    return None


def _percent_at_time(s: Sentence, percent: Numeral, fraction: Numeral) -> Count | None:
    """``28% at 1 year (23/83)``."""
    between = s.text[percent.end : fraction.start]
    if not _AT_TIME.fullmatch(between):
        return None
    values = (*s.fraction(fraction), s.number("percent", percent))
    return Count("fraction-percent", percent.start, s.closed(percent.start, fraction.end), values, 3)


def _percent_x(s: Sentence, i: int) -> Count | None:
    """``67% (n = 12)``, ``67% (12 patients)``, ``67% [12 patients]`` and ``67% (12)``."""
    percent, number = s.numeral(i, "percent"), s.numeral(i + 1, "number", "n")
    if not percent or not number or not BETWEEN.fullmatch(s.gap(i)):
        return None
    if not _NOUN_CLOSED.match(s.gap(i + 1)):
        return None
    values = (s.number("events", number), s.number("percent", percent))
    return Count("percent-x", percent.start, noun_end(s, i + 1, percent.start), values, 2)


def _percent_x_of_n(s: Sentence, i: int) -> Count | None:
    """``8% (n = 4) of 50 observed cases``."""
    percent, number, n = s.numeral(i, "percent"), s.numeral(i + 1, "number", "n"), s.numeral(i + 2, "number")
    if not percent or not number or not n or not is_share(number.value, percent, n.value):
        return None
    if not BETWEEN.fullmatch(s.gap(i)) or not AFTER_BRACKET_OF.fullmatch(s.gap(i + 1)):
        return None
    values = (s.number("events", number), s.number("n", n), s.number("percent", percent))
    return Count("percent-x-of-n", percent.start, noun_end(s, i + 2, percent.start), values, 3, noun=True)


def _percent_of_n(s: Sentence, i: int) -> Count | None:
    """``67% of the 18 patients``."""
    percent, n = s.numeral(i, "percent"), s.numeral(i + 1, "number")
    if not percent or not n or not _OF_OR_AMONG.fullmatch(s.gap(i)) or not NOUN_AHEAD.match(s.gap(i + 1)):
        return None
    return Count(
        "percent-of-n",
        percent.start,
        noun_end(s, i + 1, percent.start),
        (s.number("n", n), s.number("percent", percent)),
        2,
        noun=True,
    )


def _percent(s: Sentence, i: int) -> Count | None:
    """``67%`` alone."""
    percent = s.numeral(i, "percent")
    if not percent:
        return None
    noun = _OF_PEOPLE.match(s.gap(i))
    return Count("percent-only", percent.start, percent.end, (s.number("percent", percent),), noun=bool(noun))


PERCENT_RULES: tuple[tuple[Callable[[Sentence, int], Count | None], frozenset[str] | None], ...] = (
    (_percent_then_fraction, frozenset({"fraction", "number", "n", "time", "label"})),
    (_percent_x_of_n, frozenset({"number", "n"})),
    (_percent_x, frozenset({"number", "n"})),
    (_percent_of_n, frozenset({"number"})),
    (_percent, None),
)
"""The rules in the order in which they are tried, each with the kinds of which the next numeral must be one."""
