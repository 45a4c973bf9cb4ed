"""Counts of patients: how events, n and percent are written together, whatever they are counts of.

A count is one expression such as ``44.4% (8/18)``, ``Thirteen patients (13/18, 72.2%)``, ``four of the six`` or ``12
patients (67%)``. Each way of writing is one rule, tried from the most telling to the least.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mscevidence.extract.arms import PEOPLE
from mscevidence.extract.numerals import Numeral
from mscevidence.model import Span, Value

_STOP = (
    r"(?:of|in|with|and|or|to|for|from|who|whom|had|has|have|were|was|is|are|at|on|by|but|than|during|after|before|per|each|every|"
    r"weeks?|days?|months?|years?|hours?|groups?|arms?|cohorts?|cells?|doses?|infusions?|times|sites?|cent(?:er|re)s?|products?|that|which)"
)
NOUN = rf"(?:\s+(?!{_STOP}\b)(?:[A-Za-z][\w/'’-]*,?|\([A-Z][\w-]*\))){{0,6}}?\s+{PEOPLE}\b"
"""The people counted, with the words between the number and them."""

_OPEN, _CLOSE = r"\s?[(\[]\s?", r"\s?[)\]]"
_OF = (
    r"\s+(?:out\s+)?of\s+"
    r"(?:(?:the|these|those|all|our|its|their|a|total|of|first|remaining|evaluable|treated|enrolled|included)\s+)*"
)
_BETWEEN = re.compile(rf"(?:{NOUN})?{_OPEN}(?:[nN]\s?=\s?)?")
_PARTITIVE = re.compile(rf"(?:{NOUN})?{_OF}")
_AFTER_BRACKET_OF = re.compile(rf"{_CLOSE}(?:{NOUN})?{_OF}")
_JOINED = re.compile(r"\s?[(\[,;:=]\s?|\s?,?\s(?:or|i\.e\.,?)\s")
_NOUN_AHEAD = re.compile(NOUN)
_OF_BEFORE = re.compile(
    r"(?:^|[;:,.(]\s?|\s)(?:[Oo]ut\s)?(?:[Oo]f|[Aa]mong|[Ii]n)\s(?:(?:the|these|those|all|our|its|total|a|of)\s)*$"
)
_SCOPE_BEFORE = re.compile(
    r"(?:^|[;:,.(]\s?|\b(?:and|while|whereas|but)\s)(?:[Oo]ut\s)?(?:[Oo]f|[Aa]mong)\s(?:(?:the|these|those|all|our|its|total|a|of)\s)*$"
)
_OTHERS_BEFORE = re.compile(r"\b[Tt]he\s(?:other|remaining)\s$")


@dataclass(frozen=True)
class Count:
    """One expression that counts patients.

    `noun` tells that the people are named beside the number; `used` how many numerals of the sentence it took.
    """

    rule: str
    start: int
    end: int
    values: tuple[Value, ...]
    used: int = 1
    noun: bool = False

    def value(self, role: str) -> Value | None:
        """Return the value with a role, or None."""
        return next((value for value in self.values if value.role == role), None)

    def number(self, role: str) -> float | None:
        """Return the number with a role, or None."""
        found = self.value(role)
        return found.number if found else None


@dataclass(frozen=True)
class Sentence:
    """A sentence with its numerals; the place from which the rules look ahead."""

    text: str
    span: Span
    numerals: tuple[Numeral, ...]

    def numeral(self, index: int, *kinds: str) -> Numeral | None:
        """Return the numeral at an index when it is of one of some kinds."""
        found = self.numerals[index] if index < len(self.numerals) else None
        return found if found is not None and found.kind in kinds else None

    def gap(self, index: int) -> str:
        """Return the words between a numeral and the next (or the end of the sentence)."""
        end = self.numerals[index + 1].start if index + 1 < len(self.numerals) else self.span[1]
        return self.text[self.numerals[index].end : end]

    def before(self, index: int) -> str:
        """Return the words before a numeral, at most 60 characters of them."""
        start = self.numerals[index].start
        return self.text[max(self.span[0], start - 60) : start]

    def number(self, role: str, numeral: Numeral) -> Value:
        """Return the value of a numeral in a role."""
        return Value(
            role=role, text=self.text[slice(*numeral.value_span)], span=numeral.value_span, number=numeral.value
        )

    def fraction(self, numeral: Numeral) -> tuple[Value, Value]:
        """Return events and n of a fraction."""
        n_span = numeral.n_span or numeral.value_span
        n = Value(role="n", text=self.text[slice(*n_span)], span=n_span, number=numeral.n)
        return self.number("events", numeral), n

    def closed(self, index: int) -> int:
        """Return the end of the expression whose last numeral is at an index, with the bracket that closes it."""
        end = self.numerals[index].end
        match = re.match(_CLOSE, self.text[end : min(self.span[1], end + 3)])
        opened = re.search(r"[(\[][^)\]]*$", self.before(index))
        return end + match.end() if match and opened else end


def counts_in(sentence: Sentence) -> tuple[Count, ...]:
    """Return the counts of a sentence in order; each numeral belongs to at most one."""
    found: list[Count] = []
    index = 0
    while index < len(sentence.numerals):
        count = next((count for rule in _RULES if (count := rule(sentence, index)) is not None), None)
        if count is not None:
            found.append(count)
        index += count.used if count is not None else 1
    return tuple(found)


def _number_then_fraction(s: Sentence, i: int) -> Count | None:
    """``Thirteen patients (13/18, 72.2%)`` and ``13 (13/18)``."""
    number, fraction = s.numeral(i, "number"), s.numeral(i + 1, "fraction")
    if not number or not fraction or number.value != fraction.value or not _BETWEEN.fullmatch(s.gap(i)):
        return None
    percent = s.numeral(i + 2, "percent") if _JOINED.fullmatch(s.gap(i + 1)) else None
    values = (*s.fraction(fraction), *((s.number("percent", percent),) if percent else ()))
    used = 3 if percent else 2
    return Count(_named("fraction", percent), number.start, s.closed(i + used - 1), values, used, noun=True)


def _fraction(s: Sentence, i: int) -> Count | None:
    """``8/18 (44.4%)``, ``(8/18, 44.4%)`` and ``8/18``."""
    fraction = s.numeral(i, "fraction")
    if not fraction:
        return None
    gap = s.gap(i)
    joined = _JOINED.fullmatch(gap) or re.fullmatch(rf"{NOUN}{_OPEN}", gap)
    percent = s.numeral(i + 1, "percent") if joined else None
    if percent and re.fullmatch(r"\s?,\s?", gap) and not re.search(r"[(\[][^)\]]*$", s.before(i)):
        percent = None  # a comma outside brackets separates two results
    used = 2 if percent else 1
    end = s.closed(i + 1) if percent else fraction.end
    values = (*s.fraction(fraction), *((s.number("percent", percent),) if percent else ()))
    return Count(_named("fraction", percent), fraction.start, end, values, used)


def _percent_then_fraction(s: Sentence, i: int) -> Count | None:
    """``44.4% (8/18)``, ``44.4% [8/18]`` and ``44.4% (8 of 18 patients)``."""
    percent, fraction = s.numeral(i, "percent"), s.numeral(i + 1, "fraction")
    if not percent or not _BETWEEN.fullmatch(s.gap(i)):
        return None
    if fraction:
        values = (*s.fraction(fraction), s.number("percent", percent))
        return Count("fraction-percent", percent.start, s.closed(i + 1), values, 2)
    number, n = s.numeral(i + 1, "number", "n"), s.numeral(i + 2, "number")
    if number and n and number.value <= n.value and _PARTITIVE.fullmatch(s.gap(i + 1)):
        values = (s.number("events", number), s.number("n", n), s.number("percent", percent))
        return Count("percent-x-of-n", percent.start, _noun_end(s, i + 2), values, 3)
    return None


def _x_of_n(s: Sentence, i: int) -> Count | None:
    """``8 of 18 patients (44.4%)``, ``four of the six`` and ``8 out of 18``."""
    number, n = s.numeral(i, "number"), s.numeral(i + 1, "number")
    if not number or not n or number.value > n.value or n.value < 2 or not _PARTITIVE.fullmatch(s.gap(i)):
        return None
    percent = s.numeral(i + 2, "percent") if re.fullmatch(rf"(?:{NOUN})?{_OPEN}", s.gap(i + 1)) else None
    values = (s.number("events", number), s.number("n", n), *((s.number("percent", percent),) if percent else ()))
    end = s.closed(i + 2) if percent else _noun_end(s, i + 1)
    return Count(_named("x-of-n", percent), number.start, end, values, 3 if percent else 2, noun=True)


def _x_percent_of_n(s: Sentence, i: int) -> Count | None:
    """``17 (71 percent) of 24`` and ``17 patients (71%) of the 24``."""
    number, percent, n = s.numeral(i, "number"), s.numeral(i + 1, "percent"), s.numeral(i + 2, "number")
    if not number or not percent or not n or number.value > n.value:
        return None
    if not _BETWEEN.fullmatch(s.gap(i)) or not _AFTER_BRACKET_OF.fullmatch(s.gap(i + 1)):
        return None
    values = (s.number("events", number), s.number("n", n), s.number("percent", percent))
    return Count("x-percent-of-n", number.start, _noun_end(s, i + 2), values, 3, noun=True)


def _x_percent(s: Sentence, i: int) -> Count | None:
    """``12 patients (67%)`` and ``12 (67%)``."""
    number, percent = s.numeral(i, "number"), s.numeral(i + 1, "percent")
    if not number or not percent or not _BETWEEN.fullmatch(s.gap(i)) or not re.match(r"\s?[)\],;]", s.gap(i + 1)):
        return None
    values = (s.number("events", number), s.number("percent", percent))
    return Count("x-percent", number.start, s.closed(i + 1), values, 2, noun=bool(_NOUN_AHEAD.match(s.gap(i))))


def _percent_x(s: Sentence, i: int) -> Count | None:
    """``67% (n = 12)``, ``67% (12 patients)``, ``67% [12 patients]`` and ``67% (12)``."""
    percent, number = s.numeral(i, "percent"), s.numeral(i + 1, "number", "n")
    if not percent or not number or not re.fullmatch(rf"(?:{NOUN})?{_OPEN}(?:[nN]\s?=\s?)?", s.gap(i)):
        return None
    if not re.match(rf"(?:{NOUN})?{_CLOSE}", s.gap(i + 1)):
        return None
    values = (s.number("events", number), s.number("percent", percent))
    return Count("percent-x", percent.start, _noun_end(s, i + 1), values, 2)


def _percent_of_n(s: Sentence, i: int) -> Count | None:
    """``67% of the 18 patients``."""
    percent, n = s.numeral(i, "percent"), s.numeral(i + 1, "number")
    if not percent or not n or not re.fullmatch(_OF, s.gap(i)) or not _NOUN_AHEAD.match(s.gap(i + 1)):
        return None
    return Count(
        "percent-of-n",
        percent.start,
        _noun_end(s, i + 1),
        (s.number("n", n), s.number("percent", percent)),
        2,
        noun=True,
    )


def _of_n(s: Sentence, i: int) -> Count | None:
    """``Of 24 patients, ...``: the n of what follows."""
    n = s.numeral(i, "number")
    if not n or not _SCOPE_BEFORE.search(s.before(i)) or not re.match(rf"(?:{NOUN})|,|\swho\b", s.gap(i)):
        return None
    return Count("of-n", n.start, n.end, (s.number("n", n),), noun=True)


def _n_equals(s: Sentence, i: int) -> Count | None:
    """``(n = 12)``: events or the size of a group, as the words before it tell."""
    n = s.numeral(i, "n")
    return Count("n-equals", n.start, n.end, (s.number("count", n),)) if n else None


def _others(s: Sentence, i: int) -> Count | None:
    """``the other 11`` and ``the remaining five patients``: those not counted before."""
    number = s.numeral(i, "number")
    if not number or not _OTHERS_BEFORE.search(s.before(i)):
        return None
    return Count("complement", number.start, _noun_end(s, i), (s.number("events", number),), noun=True)


def _patients(s: Sentence, i: int) -> Count | None:
    """``three patients``, and the bare numbers of a list such as ``5 and 3 patients``."""
    number = s.numeral(i, "number")
    if not number:
        return None
    noun = bool(_NOUN_AHEAD.match(s.gap(i)))
    rule = "x-patients" if noun else "bare-number"
    return Count(rule, number.start, _noun_end(s, i), (s.number("events", number),), noun=noun)


def _percent(s: Sentence, i: int) -> Count | None:
    """``67%`` alone."""
    percent = s.numeral(i, "percent")
    if not percent:
        return None
    noun = re.match(r"\sof\s(?:the\s|all\s|these\s)*(?:[\w-]+\s){0,4}?" + PEOPLE, s.gap(i))
    return Count("percent-only", percent.start, percent.end, (s.number("percent", percent),), noun=bool(noun))


_RULES: tuple[Callable[[Sentence, int], Count | None], ...] = (
    _number_then_fraction,
    _percent_then_fraction,
    _fraction,
    _x_percent_of_n,
    _x_of_n,
    _of_n,
    _others,
    _x_percent,
    _percent_x,
    _percent_of_n,
    _n_equals,
    _patients,
    _percent,
)


def _named(rule: str, percent: Numeral | None) -> str:
    return f"{rule}-percent" if percent else rule


def _noun_end(s: Sentence, index: int) -> int:
    """Return the end of a count with the people it names and the bracket that closes it."""
    end = s.numerals[index].end
    noun = _NOUN_AHEAD.match(s.gap(index))
    end += noun.end() if noun else 0
    bracket = re.match(_CLOSE, s.text[end : min(s.span[1], end + 3)])
    opened = re.search(r"[(\[][^)\]]*$", s.text[max(s.span[0], end - 80) : end])
    return end + bracket.end() if bracket and opened else end


def runs(counts: Iterable[Count], text: str) -> tuple[tuple[Count, ...], ...]:
    """Return counts grouped into lists: neighbours with nothing but ``,`` and ``and`` between them."""
    grouped: list[list[Count]] = []
    for count in counts:
        previous = grouped[-1][-1] if grouped else None
        if previous and re.fullmatch(
            r"\s?(?:,\s?(?:and|or|vs\.?)?|and|or|vs\.?|versus|;)\s", text[previous.end : count.start]
        ):
            grouped[-1].append(count)
        else:
            grouped.append([count])
    return tuple(tuple(group) for group in grouped)
