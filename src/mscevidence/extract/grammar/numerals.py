"""The numeral grammar: every number of a text, in digits or words, and what it *is* before what it is *of*.

A numeral is a percent, a fraction x/n, a plain number that may count patients, or one of the kinds that never do: a
time, a dose, a measured quantity, a label (grade 3, phase 1), a p value, a bound of a range or an interval, a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from mscevidence.extract.grammar.cues import Cues, within
from mscevidence.extract.grammar.number_words import IN_WORDS, SAID_IN_WORDS, words_value
from mscevidence.extract.grammar.numeral_kinds import (
    LABELLED,
    PERCENT_AHEAD,
    TIME_AHEAD,
    UNIT_AHEAD,
    NumeralKind,
    kind_of,
)
from mscevidence.model import Span

WORDS = IN_WORDS

DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,4}(?![\d,])(?:\.\d{1,9})?|\d{1,15}(?!\d)(?:[.·]\d{1,9}|,\d{1,2}(?=\s?%))?)"
POWER = rf"(?:{DIGITS}\s?[×xX✕*·]\s?)?10\^-?\d{{1,2}}|\d{{1,9}}(?:\.\d{{1,9}})?[eE]\+?\d{{1,2}}"

_DIGITS_BEGIN = re.compile(r"[\d.\-‐‑–−](?:(?<=\d)\d*|(?=\d))")
_SAID_IN_WORDS = Cues(whole=SAID_IN_WORDS.__contains__)
_A_BEFORE = re.compile(r"(?<![^\W_])a\s{1,9}\Z", re.IGNORECASE)
_WITH_DIGITS = re.compile(
    rf"""(?P<power>(?<![\w.^]){POWER}(?!\d))
    |(?P<chain>(?<![\w./+-])\d{{1,4}}(?:\s?/\s?\d{{1,4}}){{2,}})
    |(?P<fraction>(?<![\w./+,-])(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,6}})\s?/\s?(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,6}})(?![\w+]|[./]\d|,\d{{3}}|\s?/))
    |(?P<raised>(?<=[A-Za-z]\()\d{{1,2}}(?=\)))
    |(?P<spaced>(?<![\w^])(?<!\d[.,/])(?<!\d[\s\u2009\u202f\u00a0])(?<![A-Za-z]-)\d{{1,3}}(?:[\u2009\u202f\u00a0]\d{{3}})+(?!\d|[.,]\d))
    |(?P<apart>(?<![\w^])(?<!\d[.,/\s])(?<![A-Za-z]-)\d{{1,3}}(?:\s\d{{3}}){{1,2}}(?=\s(?:[a-z-]+\s){{0,4}}(?:patients|women|participants|subjects|men)\b|\sand\s\d))
    |(?P<digits>(?<![\w^])(?<!\d[.,/])(?<![A-Za-z]-){DIGITS}(?:\s+million\b)?)""",
    re.VERBOSE,
)
_PLAIN = re.compile(
    r"(?P<digits>(?<![\w^.,/+-])\d{1,9}(?:\.\d{1,9})?"
    r"(?=[%;:\]=]|[,.](?!\d)|\s(?![\s\d×xX✕*·/m])|\)(?<!\(\d\))(?<!\(\d\d\))|\Z))"
)
"""Most numerals: digits beside which nothing stands that could belong to them. It finds them faster than the above."""
_WITH_POINT = re.compile(r"(?P<point>(?<![\w.)\]%])\.\d{1,9}(?![\w.]))")
_WITH_SIGN = re.compile(r"(?P<raised>(?<=[A-Za-z]\()[-‐‑–−]\d{1,2}(?=\)))")
_IN_WORDS = re.compile(rf"(?P<words>(?<![^\W_])(?<!\w[-‐‑–])(?i:{WORDS}))")
_GRAMMARS = {".": _WITH_POINT, **dict.fromkeys("-‐‑–−", _WITH_SIGN)}
_NO_COUNT_AHEAD = re.compile(r"\s?HLA|\s?match")
_TO_BOUND = re.compile(r"\s?%?\s?(?:-|–|—|−|to|and)\s?")


class Numeral(NamedTuple):
    """One number of a text.

    `value` is the number; a fraction has its numerator as value and its denominator as `n`, each with its own span.
    """

    kind: NumeralKind
    start: int
    end: int
    value: float
    value_span: Span
    words: bool = False
    n: int | None = None
    n_span: Span | None = None

    @property
    def whole(self) -> int | None:
        """The value as a whole number, or None."""
        return int(self.value) if float(self.value).is_integer() else None


@lru_cache(maxsize=2048)
def numerals_in(text: str, span: Span) -> tuple[Numeral, ...]:
    """Return the numerals of a part of a text, in order, each with the kind of thing it is."""
    found = [_numeral(text, span, match) for match in _matches(text, span)]
    return _with_second_bounds(text, found)


def _matches(text: str, span: Span) -> Iterator[re.Match[str]]:
    """Yield the numerals of a part of a text as written, in order."""
    passed = span[0]
    for start in within(_starts(text), span):
        match = _written_at(text, start, span[1]) if start >= passed else None
        if match is not None:
            yield match
            passed = match.end()


@lru_cache(maxsize=8)
def _starts(text: str) -> Sequence[int]:
    """Return where numerals may begin in a text, in order."""
    in_digits = [begin.start() for begin in _DIGITS_BEGIN.finditer(text)]
    in_words = _SAID_IN_WORDS.places(text)
    ahead = [_A_BEFORE.search(text, max(0, place - 10), place) for place in in_words if text[place] in "hH"]
    return sorted([*in_digits, *in_words, *(a.start() for a in ahead if a is not None)])


def _written_at(text: str, start: int, end: int) -> re.Match[str] | None:
    first = text[start]
    if first.isdecimal():
        return _PLAIN.match(text, start, end) or _WITH_DIGITS.match(text, start, end)
    return _GRAMMARS.get(first, _IN_WORDS).match(text, start, end)


def _numeral(text: str, span: Span, match: re.Match[str]) -> Numeral:
    place = start, end = match.span()
    before, after = text[max(span[0], start - 24) : start], text[end : min(span[1], end + 40)]
    written = match.lastgroup
    if written == "fraction":
        return _fraction(match, before, after)
    if written in {"chain", "raised"}:
        return Numeral("label", start, end, 0, place)
    digits = match.group()
    value = float(digits) if digits.isdecimal() else value_of(digits)
    if written == "power":
        return Numeral("power", start, end, value, place)
    kind = kind_of(value, digits if written == "digits" else "", before, after)
    if kind == "percent":
        sign = PERCENT_AHEAD.match(after)
        end += sign.end() if sign else 0
    return Numeral(kind, start, end, value, place, written == "words")


def _fraction(match: re.Match[str], before: str, after: str) -> Numeral:
    start, end = match.span()
    events, n = (int(part.replace(",", "")) for part in match.group().split("/"))
    events_end = start + len(match.group().split("/")[0].rstrip())
    n_start = end - len(match.group().split("/")[1].lstrip())
    counts = events <= n and n > 0 and not LABELLED.search(before) and not UNIT_AHEAD.match(after)
    counts = (counts and not match.group().startswith("0")) or (events == 0 and match.group()[1] in " /" and n > 0)
    counts = counts and not TIME_AHEAD.match(after) and not _NO_COUNT_AHEAD.match(after)
    kind: NumeralKind = "fraction" if counts else "label"
    return Numeral(kind, start, end, events, (start, events_end), n=n, n_span=(n_start, end))


def _with_second_bounds(text: str, found: list[Numeral]) -> tuple[Numeral, ...]:
    """Mark the upper bound of a range as part of it: the 60 of ``18 to 60 patients`` counts nobody."""
    for index, numeral in enumerate(found):
        previous = found[index - 1] if index else numeral
        may_be = previous.kind == "range" and numeral.kind in {"number", "percent", "measure", "label"}
        if may_be and _TO_BOUND.fullmatch(text, previous.end, numeral.start):
            found[index] = Numeral("range", numeral.start, numeral.end, numeral.value, numeral.value_span)
    return tuple(found)


def value_of(text: str) -> float:
    """Return the number that a numeral says: ``1,234``, ``0.5×10^6``, ``3 million`` or ``One hundred and six``."""
    plain = text.strip().casefold().replace("·", ".")
    if plain.isascii() and plain.replace(".", "", 1).isdigit():
        return float(plain)
    if re.fullmatch(r"[\d.]+e\+?\d+", plain):
        return float(plain)
    if "^" in plain:
        factor, _, exponent = plain.rpartition("10^")
        lead = re.sub(r"[^\d.,]", "", factor)
        return float(f"{_digits_value(lead) if lead else 1:.9f}e{int(exponent)}")
    if plain[0] == ".":
        return float(plain)
    if plain[0].isdigit():
        number = _digits_value(re.sub(r"\s*million$", "", plain))
        return number * 1e6 if plain.endswith("million") else number
    return float(words_value(plain))


def _digits_value(digits: str) -> float:
    digits = re.sub(r"(?<=\d)[\s\u2009\u202f\u00a0](?=\d{3})", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return float(digits.replace(",", ""))
    return float(digits.strip(",").replace(",", "."))
