"""The ways in which abstracts write counts, one rule each, tried from the most telling to the least."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from mscevidence.extract.grammar.count_words import (
    AFTER_BRACKET_OF,
    BETWEEN,
    CLOSE,
    NONE_OF,
    NOUN_AHEAD,
    OF,
    OPEN,
    PARTITIVE,
    is_share,
    noun_end,
)
from mscevidence.extract.grammar.counts import NOUN, Count, Sentence
from mscevidence.extract.grammar.listed_times import with_times
from mscevidence.extract.grammar.numerals import Numeral, numerals_in
from mscevidence.extract.grammar.percent_rules import PERCENT_RULES
from mscevidence.extract.grammar.shared_n import with_shared_n
from mscevidence.model import Span

_OF_OPEN, _CLOSED = re.compile(rf"{OF.rstrip()}[(\[]"), re.compile(rf"{CLOSE}\s")
_BRACKET_OF = re.compile(rf"(?:{NOUN})?{OPEN}(?:out\sof|of)\s(?:the\s|a\stotal\sof\s)?")
_AFTER_BRACKET_IN = re.compile(rf"{CLOSE}(?:{NOUN})?\s(?:in|among)\s(?:(?:the|all)\s)*")
_JOINED = re.compile(r"\s?[(\[,;:=]\s?|\s?,?\s(?:or|i\.e\.,?)\s")
_SCOPE_BEFORE = re.compile(
    r"(?:^|[;:,.(]\s?)(?:In|Among|Of|in|among|of)\s(?:the|this|our)\s(?:[\w-]+\s){0,4}(?:cohort|group|population|series|sample|total|study|trial|analysis|report|review)\sof\s$"
    r"|\b(?:follow-up|months?|years?|weeks?|days?|\w+ly)\s(?:in|among|of|for)\s(?:the\s)?$|(?:^|[;:,.(]\s?|\b(?:and|while|whereas|but)\s)(?:(?:[Oo]ut\s)?(?:[Oo]f|[Aa]mong)|[Ff]or\sthe)\s(?:(?:the|these|those|all|our|its|total|a|of)\s)*$"
)
_ZERO_BEHIND = re.compile(rf"(?:{NOUN})?{OPEN}")
_SCOPE_ENDS = ("of", "Of", "among", "Among", "for", "in", "the", "these", "those", "all", "our", "its", "total", "a")
"""The last word that may stand before an n of which something is told."""
_INTERVAL_BEHIND = re.compile(r"[,;]\s?\d\d[^()]{0,12}(?:CI|confidence)[^()]{0,60}\)")
"""The confidence interval that closes the bracket of a percent."""
_OF_THEM = re.compile(rf"\sof\s(?:them|these|those|whom){OPEN}")
_IN_ARM = re.compile(
    rf"(?:{NOUN})?\s(?:in|from|of)\s(?:the\s)?(?:[\w+/-]+\s){{0,3}}?(?:groups?|arms?|cohorts?)(?:\s[A-H\d])?{OPEN}"
)
_OTHERS_BEFORE = re.compile(r"\b[Tt]he\s(?:other|remaining)\s$")


@lru_cache(maxsize=2048)
def counts_at(text: str, span: Span) -> tuple[Count, ...]:
    """Return the counts of a part of a text in order."""
    return with_shared_n(counts_in(Sentence(text, span, tuple(with_times(text, numerals_in(text, span))))), text)


def counts_in(sentence: Sentence) -> tuple[Count, ...]:
    """Return the counts of a sentence in order; each numeral belongs to at most one."""
    found: list[Count] = []
    index = 0
    while index < len(sentence.numerals):
        if found and sentence.numerals[index].start < found[-1].end:
            index += 1
            continue
        count = _count_at(sentence, index)
        if count is not None:
            found.append(count)
        index += count.used if count is not None else 1
    return tuple(found)


def _count_at(sentence: Sentence, index: int) -> Count | None:
    """Return the count that begins with a numeral as the first rule reads it that can."""
    rules = _RULES.get(sentence.numerals[index].kind, ())
    following = sentence.numerals[index + 1].kind if index + 1 < len(sentence.numerals) else None
    for rule, kinds in rules:
        if kinds is None or following in kinds:
            count = rule(sentence, index)
            if count is not None:
                return count
    return None


def _number_then_fraction(s: Sentence, i: int) -> Count | None:
    """``Thirteen patients (13/18, 72.2%)`` and ``13 (13/18)``."""
    number, fraction = s.numeral(i, "number"), s.numeral(i + 1, "fraction")
    if not number or not fraction or number.value != fraction.value or not BETWEEN.fullmatch(s.gap(i)):
        return None
    percent = s.numeral(i + 2, "percent") if _JOINED.fullmatch(s.gap(i + 1)) else None
    values = (*s.fraction(fraction), *((s.number("percent", percent),) if percent else ()))
    used = 3 if percent else 2
    return Count(
        _named("fraction", percent),
        number.start,
        s.closed(number.start, s.numerals[i + used - 1].end),
        values,
        used,
        noun=True,
    )


def _fraction(s: Sentence, i: int) -> Count | None:
    """``8/18 (44.4%)``, ``(8/18, 44.4%)`` and ``8/18``."""
    fraction = s.numeral(i, "fraction")
    if not fraction:
        return None
    gap = s.gap(i)
    joined = _JOINED.fullmatch(gap) or re.fullmatch(rf"{NOUN}{OPEN}", gap)
    percent = s.numeral(i + 1, "percent") if joined else None
    if percent and re.fullmatch(r"\s?,\s?", gap) and not re.search(r"[(\[][^)\]]*$", s.before(i)):
        percent = None  # a comma outside brackets separates two results
    used = 2 if percent else 1
    end = s.closed(fraction.start, percent.end if percent else fraction.end)
    values = (*s.fraction(fraction), *((s.number("percent", percent),) if percent else ()))
    return Count(_named("fraction", percent), fraction.start, end, values, used)


def _x_of_n(s: Sentence, i: int) -> Count | None:
    """``8 of 18 patients (44.4%)``, ``four of the six`` and ``8 out of 18``."""
    number, n = s.numeral(i, "number"), s.numeral(i + 1, "number")
    if not number or not n or number.value > n.value or n.value < 2 or not PARTITIVE.fullmatch(s.gap(i)):
        return None
    gap = s.gap(i + 1)
    in_bracket = re.search(r"[(\[][^)\]]*$", s.before(i)) and re.fullmatch(rf"(?:{NOUN})?\s?[,;]\s?", gap)
    percent = s.numeral(i + 2, "percent") if in_bracket or re.fullmatch(rf"(?:{NOUN})?{OPEN}", gap) else None
    values = (s.number("events", number), s.number("n", n), *((s.number("percent", percent),) if percent else ()))
    end = s.closed(number.start, percent.end) if percent else noun_end(s, i + 1, number.start)
    return Count(_named("x-of-n", percent), number.start, end, values, 3 if percent else 2, noun=True)


def _x_bracket_of_n(s: Sentence, i: int) -> Count | None:
    """``Six (of 11) patients``."""
    number, n = s.numeral(i, "number"), s.numeral(i + 1, "number")
    if not number or not n or number.value > n.value or not _BRACKET_OF.fullmatch(s.gap(i)):
        return None
    if not re.match(CLOSE, s.gap(i + 1)):
        return None
    end = n.end + s.gap(i + 1).index(s.gap(i + 1).strip()[0]) + 1
    noun = re.match(NOUN, s.text[end : s.span[1]][:60])
    return Count(
        "x-of-n",
        number.start,
        end + (noun.end() if noun else 0),
        (s.number("events", number), s.number("n", n)),
        2,
        noun=True,
    )


def _x_of_percent_n(s: Sentence, i: int) -> Count | None:
    """``21 of the (70%) 30 patients``."""
    number, percent, n = s.numeral(i, "number"), s.numeral(i + 1, "percent"), s.numeral(i + 2, "number")
    if not number or not percent or not n or not is_share(number.value, percent, n.value):
        return None
    if not _OF_OPEN.fullmatch(s.gap(i)) or not _CLOSED.fullmatch(s.gap(i + 1)):
        return None
    values = (s.number("events", number), s.number("n", n), s.number("percent", percent))
    return Count("x-percent-of-n", number.start, noun_end(s, i + 2, number.start), values, 3, noun=True)


def _x_percent_of_n(s: Sentence, i: int) -> Count | None:
    """``17 (71 percent) of 24``, ``17 patients (71%) of the 24`` and ``226 [6.3%] in 3575 women``."""
    number, percent, n = s.numeral(i, "number"), s.numeral(i + 1, "percent"), s.numeral(i + 2, "number")
    if not number or not percent or not n or number.value > n.value:
        return None
    told = AFTER_BRACKET_OF.fullmatch(s.gap(i + 1)) or (
        _AFTER_BRACKET_IN.fullmatch(s.gap(i + 1))
        and NOUN_AHEAD.match(s.gap(i + 2))
        and is_share(number.value, percent, n.value)
    )
    if not BETWEEN.fullmatch(s.gap(i)) or not told:
        return None
    values = (s.number("events", number), s.number("n", n), s.number("percent", percent))
    return Count("x-percent-of-n", number.start, noun_end(s, i + 2, number.start), values, 3, noun=True)


def _x_percent(s: Sentence, i: int) -> Count | None:
    """``12 patients (67%)`` and ``12 (67%)``."""
    number, percent = s.numeral(i, "number"), s.numeral(i + 1, "percent")
    of_them = _OF_THEM.fullmatch(s.gap(i))
    if (
        not number
        or not percent
        or not (of_them or BETWEEN.fullmatch(s.gap(i)))
        or not re.match(r"\s?[)\],;]", s.gap(i + 1))
    ):
        return None
    values = (s.number("events", number), s.number("percent", percent))
    interval = _INTERVAL_BEHIND.match(s.text, percent.end, s.span[1])
    return Count(
        "x-percent",
        number.start,
        interval.end() if interval else s.closed(number.start, percent.end),
        values,
        2,
        noun=bool(NOUN_AHEAD.match(s.gap(i))),
    )


def _x_in_arm_percent(s: Sentence, i: int) -> Count | None:
    """``15 from the group B (75%)``: the arm between a number and its percent."""
    used = 3 if s.numeral(i + 1, "label") else 2  # "in group 1" has a number of its own
    number, percent = s.numeral(i, "number"), s.numeral(i + used - 1, "percent")
    if not number or not percent or not re.match(CLOSE, s.gap(i + used - 1)):
        return None
    if not _IN_ARM.fullmatch(s.text, number.end, percent.start):
        return None
    values = (s.number("events", number), s.number("percent", percent))
    return Count("x-percent", number.start, s.closed(number.start, percent.end), values, used, noun=True)


def _of_n(s: Sentence, i: int) -> Count | None:
    """``Of 24 patients, ...``: the n of what follows."""
    n = s.numeral(i, "number")
    if (
        not n
        or not s.before(i).rstrip().endswith(_SCOPE_ENDS)
        or not _SCOPE_BEFORE.search(s.before(i))
        or not re.match(rf"(?:{NOUN})|,|\swho\b", s.gap(i))
    ):
        return None
    return Count("of-n", n.start, n.end, (s.number("n", n),), noun=True)


def _n_equals(s: Sentence, i: int) -> Count | None:
    """``(n = 12)``: events or the size of a group, as the words before it tell."""
    n = s.numeral(i, "n")
    if not n:
        return None
    sign = re.search(r"[nN]\s?=\s?$", s.before(i)[-5:])
    return Count("n-equals", n.start - len(sign.group() if sign else ""), n.end, (s.number("count", n),))


def _none_of_n(s: Sentence, i: int) -> Count | None:
    """``None of the 8 patients (0/8)``, ``(0 of 8)`` and ``(0%)``: the zero is printed as a number too."""
    n = s.numeral(i, "number")
    if not n or not NONE_OF.search(s.before(i)) or not _ZERO_BEHIND.fullmatch(s.gap(i)):
        return None
    printed = _fraction(s, i + 1) or _x_of_n(s, i + 1)
    if printed:
        return replace(printed, start=n.start, used=printed.used + 1)
    percent = s.numeral(i + 1, "percent")
    if percent:
        values = (s.number("n", n), s.number("percent", percent))
        return Count("percent-of-n", n.start, s.closed(n.start, percent.end), values, 2, noun=True)
    return None


def _others(s: Sentence, i: int) -> Count | None:
    """``the other 11`` and ``the remaining five patients``: those not counted before."""
    number = s.numeral(i, "number")
    if not number or not _OTHERS_BEFORE.search(s.before(i)[-16:]):
        return None
    return Count("complement", number.start, noun_end(s, i, number.start), (s.number("events", number),), noun=True)


def _patients(s: Sentence, i: int) -> Count | None:
    """``three patients``, and the bare numbers of a list such as ``5 and 3 patients``."""
    number = s.numeral(i, "number")
    if not number:
        return None
    noun = NOUN_AHEAD.match(s.gap(i))
    end = s.closed(number.start, number.end + (noun.end() if noun else 0))
    rule = "x-patients" if noun else "bare-number"
    return Count(rule, number.start, end, (s.number("events", number),), noun=noun is not None)


_RULES: dict[str, tuple[tuple[Callable[[Sentence, int], Count | None], frozenset[str] | None], ...]] = {
    "number": (
        (_number_then_fraction, frozenset({"fraction"})),
        (_x_percent_of_n, frozenset({"percent"})),
        (_x_of_percent_n, frozenset({"percent"})),
        (_x_bracket_of_n, frozenset({"number"})),
        (_x_of_n, frozenset({"number"})),
        (_none_of_n, None),
        (_of_n, None),
        (_others, None),
        (_x_percent, frozenset({"percent"})),
        (_x_in_arm_percent, frozenset({"percent", "label"})),
        (_patients, None),
    ),
    "percent": PERCENT_RULES,
    "fraction": ((_fraction, None),),
    "n": ((_n_equals, None),),
}
"""The rules by the kind of the numeral that a count begins with, each with the kinds of which the next must be one."""


def _named(rule: str, percent: Numeral | None) -> str:
    return f"{rule}-percent" if percent else rule
