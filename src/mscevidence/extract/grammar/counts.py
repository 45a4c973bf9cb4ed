"""Counts of patients: how events, n and percent are written together, whatever they are counts of.

A count is one expression such as ``44.4% (8/18)``, ``Thirteen patients (13/18, 72.2%)``, ``four of the six`` or ``12
patients (67%)``. Each way of writing is one rule of `count_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mscevidence.extract.grammar.numerals import Numeral
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.model import Span, Value

_STOP = (
    r"(?:of|in|with|and|or|to|for|from|who|whom|had|has|have|were|was|is|are|at|on|by|but|than|during|after|before|per|each|every|"
    r"weeks?|days?|months?|years?|hours?|groups?|arms?|cohorts?|cells?|doses?|infusions?|times|sites?|cent(?:er|re)s?|products?|that|which)"
)
NOUN = (
    rf"(?:\s+(?!{_STOP}\b)(?:[A-Za-z][\w/'’–-]*,?|\([A-Z][\w-]*\))){{0,6}}?\s*{PEOPLE}\b(?!-\w)(?:\s{PEOPLE}\b(?!-\w))?"
)
"""The people counted, "adult patients" too, with the words between the number and them."""

_CLOSE = re.compile(r"\s?[)\]]")
_IN_A_LIST = re.compile(r"\s?(?:,\s?(?:and|or|vs\.?)?|and|or|vs\.?|versus|;)\s")


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

    def __hash__(self) -> int:
        """Return a hash of the place alone, which is much faster than one of all values."""
        return hash((self.start, self.end))

    def value(self, role: str) -> Value | None:
        """Return the value with a role, or None."""
        for value in self.values:
            if value.role == role:
                return value
        return None

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

    def closed(self, start: int, end: int) -> int:
        """Return the end of an expression with the bracket that closes it, when it was opened inside."""
        match = _CLOSE.match(self.text, end, min(self.span[1], end + 3))
        return match.end() if match and is_open(self.text[start:end]) else end


def _opens(previous: Count, count: Count, text: str) -> bool:
    """Return whether named people are those of whom something is told: "in six patients, two achieved a response"."""
    return previous.rule == "x-patients" and not count.noun and text[previous.end : count.start] == ", "


def is_open(words: str) -> bool:
    """Return whether words open a bracket that they do not close."""
    return max(words.rfind("("), words.rfind("[")) > max(words.rfind(")"), words.rfind("]"))


def runs(counts: Iterable[Count], text: str, joined: re.Pattern[str] = _IN_A_LIST) -> tuple[tuple[Count, ...], ...]:
    """Return counts grouped into lists: neighbours with nothing but ``,`` and ``and`` between them."""
    grouped: list[list[Count]] = []
    for count in counts:
        previous = grouped[-1][-1] if grouped else None
        if previous and joined.fullmatch(text, previous.end, count.start) and not _opens(previous, count, text):
            grouped[-1].append(count)
        else:
            grouped.append([count])
    return tuple(tuple(group) for group in grouped)
