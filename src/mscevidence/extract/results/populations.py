"""Whom a count is of, where words beside it say so: those allotted, those treated as planned, those evaluable."""

from __future__ import annotations

import re
from functools import cache

from mscevidence import vocabulary
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.cues import in_small_letters
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.model import Span

_SOUGHT = ("intention-to-treat", "modified-intention-to-treat", "per-protocol", "safety", "evaluable")
"""The populations that are looked for by their names; the others have names that running text uses for much else."""
WHOLE = frozenset({None, "intention-to-treat"})
"""Populations of which everybody in an arm is one."""
_CUES = ("treat", "itt", "protocol", "safety", "evaluable", "assessable", "analysis set", "fas", "pp ")
_BEHIND = re.compile(rf"[)\]]?(?:\s{PEOPLE})?\s?(?:[,(\[]\s?|(?:in|of|for)\s(?:the\s)?)?")
_BESIDE = re.compile(
    r"\s(?:populations?|analys[ie]s|sets?|cohorts?|patients|subjects)?(?:\s?[(\[,:]?|\s(?:and|versus|vs\.?))\s?"
)


def population_of(text: str, sentence: Span, count: Count) -> str | None:
    """Return whom a count is of: as its own words say, those behind it, or the last ones before it."""
    found = _mentions(text, sentence)
    inside = next((name for name, start, end in found if count.start <= start and end <= count.end), None)
    if inside is not None:
        return inside
    behind = next(((name, start) for name, start, _ in found if start >= count.end), None)
    if behind is not None and _BEHIND.fullmatch(text, count.end, behind[1]):
        return behind[0]
    before = [(name, end) for name, _, end in found if end <= count.start]
    return before[-1][0] if before and ";" not in _open_words(text[before[-1][1] : count.start]) else None


def is_another(text: str, start: int, count: Count) -> bool:
    """Return whether a count only repeats an earlier one for another population: "and modified ITT (53 of 103)"."""
    found = _mentions(text, (start, count.start))
    return bool(found and count.number("n") is not None and _BESIDE.fullmatch(text, found[-1][2], count.start))


def _open_words(words: str) -> str:
    """Return words without those in brackets that are closed."""
    return re.sub(r"\([^()]*\)", "", words)


def _mentions(text: str, span: Span) -> list[tuple[str, int, int]]:
    small = in_small_letters(text)
    if not any(small.find(cue, *span) >= 0 for cue in _CUES):
        return []
    return [(_by_name()[_plain(match.group())], *match.span()) for match in _names().finditer(text, *span)]


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", " ", name.casefold())


@cache
def _by_name() -> dict[str, str]:
    terms = vocabulary.load("population")
    return {
        _plain(name): each
        for each in _SOUGHT
        for name in (terms[each].label, *terms[each].synonyms, *terms[each].abbreviations)
    }


@cache
def _names() -> re.Pattern[str]:
    longest_first = sorted(_by_name(), key=len, reverse=True)
    names = "|".join(re.escape(name).replace(r"\ ", r"[\s-]") for name in longest_first)
    return re.compile(rf"\b(?:{names})\b", re.IGNORECASE)
