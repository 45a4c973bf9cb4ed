"""Numerals that are another kind because of what stands beside them: "at three and six months", "n = 5/57"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from mscevidence.extract.grammar.counts import NOUN
from mscevidence.extract.grammar.numerals import Numeral

_TIME_GAP = re.compile(r"[\s-](?:days?|weeks?|months?|years?),?\s")
_TIMES_GAP = re.compile(r"\s?(?:,|and|or|to|,\s(?:and|or))\s")
_UNIT_BEFORE = re.compile(r"\b(?:day|week|month|year)(?P<several>s)?\s(?:\d{1,4}(?:,\s|\sand\s)){0,4}\Z", re.IGNORECASE)
_N_EQUALS = re.compile(r"\b[nN]\s?=\s?\Z")
_THE_GROUP = re.compile(r"\b(?:the|this|that|each|our)\s(?:[\w+/-]+\s){0,4}(?:group|arm|cohort),?\s\Z", re.IGNORECASE)
_COUNTED_AHEAD = re.compile(rf"\s(?:out\s)?of\b|{NOUN}|\s?\(\d|\s(?:had|were|was|died|relapsed|responded|achieved)\b")


def with_times(text: str, numerals: tuple[Numeral, ...]) -> Iterator[Numeral]:
    """Yield numerals, those of lists of time points as times, and what follows a time as no label of it.

    "At three and six months" counts nobody three times; "at 3 months 21 of the 24" is not "month 21".
    """
    previous: Numeral | None = None
    for numeral, following in itertools.zip_longest(numerals, numerals[1:]):
        if (
            numeral.n is not None
            and numeral.kind == "label"
            and _N_EQUALS.search(text, max(0, numeral.start - 6), numeral.start)
        ):
            previous = numeral._replace(kind="fraction")  # "8.7% (n = 5/57)"
            yield previous
            continue
        if _is_behind_a_group(text, numeral):
            previous = numeral._replace(kind="number")  # "in the acute group eight of the 14 patients"
            yield previous
            continue
        if _is_time_ahead(text, numeral, following):
            previous = numeral._replace(kind=following.kind if following is not None else "time")
            yield previous
            continue
        if previous is not None and numeral.kind == "number" and _is_time_behind(text, previous, numeral):
            previous = numeral._replace(kind="label")
            yield previous
            continue
        behind = previous is not None and previous.kind == "time" and numeral.kind == "label"
        timed = behind and previous is not None and _TIME_GAP.fullmatch(text, previous.end, numeral.start)
        previous = numeral
        if timed and numeral.n is not None and 0 < numeral.value <= numeral.n:
            yield numeral._replace(kind="fraction")
        elif timed and numeral.n is None and _COUNTED_AHEAD.match(text, numeral.end):
            yield numeral._replace(kind="number")
        else:
            yield numeral


def _is_fraction(text: str, numeral: Numeral) -> bool:
    """Return whether a label is the fraction of "8.7% (n = 5/57)"."""
    if numeral.n is None or numeral.kind != "label":
        return False
    return bool(_N_EQUALS.search(text, max(0, numeral.start - 6), numeral.start))


def _is_behind_a_group(text: str, numeral: Numeral) -> bool:
    """Return whether a number word counts those of the group before it and is no name of it."""
    if numeral.kind != "label" or not text[numeral.start].isalpha():
        return False
    return bool(
        _THE_GROUP.search(text, max(0, numeral.start - 40), numeral.start) and _COUNTED_AHEAD.match(text, numeral.end)
    )


def _is_time_ahead(text: str, numeral: Numeral, following: Numeral | None) -> bool:
    """Return whether a number is the first time point of "at three and six months", or dose of "20 or 30 mg"."""
    if following is None or following.kind not in {"time", "measure"} or numeral.kind != "number":
        return False
    return bool(_TIMES_GAP.fullmatch(text, numeral.end, following.start))


def _is_time_behind(text: str, previous: Numeral, numeral: Numeral) -> bool:
    """Return whether a number is a later time point of "at week 4 and 8" or "at months 3, 6 and 12"."""
    if previous.kind != "label" or not _TIMES_GAP.fullmatch(text, previous.end, numeral.start):
        return False
    unit = _UNIT_BEFORE.search(text, max(0, previous.start - 24), previous.start)
    return unit is not None and bool(unit["several"] or not _COUNTED_AHEAD.match(text, numeral.end))
