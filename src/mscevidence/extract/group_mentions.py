"""Where a text names the two groups of a question, and any third."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mscevidence.extract.count_rules import counts_in
from mscevidence.extract.counts import Count, Sentence
from mscevidence.extract.numerals import numerals_in
from mscevidence.extract.pairing import Side, Sides, pair
from mscevidence.extract.phrases import Lexicon, Stems, stem, stems
from mscevidence.model import Document, Span

Whose = Literal["intervention", "comparator", "other"]

_WORD = re.compile(r"[A-Za-z][\w+-]*|\d+(?:\.\d+)?")
_GROUP = re.compile(r"\b(?:[Gg]roups?|GROUPS?|[Aa]rms?|[Cc]ohorts?)[\s-]([A-Z]|\d|I{1,3}|IV)\b(?!\.\d)")
_CONTROL = re.compile(
    r"\bplacebo\b(?!-|\s(?:effect|response|run|product|tablet|capsule))|\b(?:control|sham|usual[\s-]care|comparator|non-?exposed|untreated"
    r"|standard[\s-](?:care|treatment|therapy))(?=[\s-](?:groups?|arms?|subjects|patients|participants|infants|women|children|villages)|s\b"
    r"|[,.;)]|\s(?:and|or|was|were|had)\b|$)",
    re.IGNORECASE,
)
_EXPERIMENTAL = re.compile(
    r"\b(?:intervention|experimental|treatment|active|study)[\s-](?:group|arm|subjects|patients|participants|villages)\b",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:each|both|either|per)\s(?:[\w-]+\s){0,2}?(?:groups?|arms?|cohorts?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class GroupMention:
    """A place in the text that names a group."""

    start: int
    end: int
    whose: Whose


class Groups:
    """The groups of a question in one document.

    Args:
        document: the article.
        sides: the question.
    """

    def __init__(self, document: Document, sides: Sides) -> None:
        self.document = document
        self.text = document.text
        self.sides = sides

    @cached_property
    def lettered(self) -> dict[str, Whose]:
        """Whose the groups with a letter or number are, where that is certain."""
        names = list(self.sides.lexicon.groups)
        asked = {name: side for side in SIDES for name in stems(self._asked(side)) if name in names}
        if len(asked) == 2:
            return {name: asked.get(name, "other") for name in names}
        found = pair(self.sides, [name.replace("_", " ") for name in names])
        if found is None:
            return dict.fromkeys(names, "other")
        whose: dict[str, Whose] = dict.fromkeys(names, "other")
        whose |= {names[i]: "intervention" for i in found.intervention}
        whose |= {names[i]: "comparator" for i in found.comparator}
        return whose

    def _asked(self, side: Side) -> str:
        return self.sides.intervention if side == "intervention" else self.sides.comparator

    @cached_property
    def contained(self) -> Side | None:
        """The side whose words all belong to the other side as well: "phone calls" beside "no phone calls"."""
        return next((side for side in SIDES if not self.sides.own(side)), None)

    def _phrases(self, span: Span) -> Iterator[GroupMention]:
        """Yield the places where a contained side, and the side that contains it, are written out."""
        if self.contained is None:
            return
        both = sorted(SIDES, key=lambda side: side == self.contained)
        taken: list[Span] = []
        for side in both:
            plain = re.sub(r"[\W_]+", " ", re.sub(r"\bgroups?\b", " ", self._asked(side))).split()
            if not plain:
                continue
            for match in re.finditer(
                r"[\s\W]{1,3}".join(map(re.escape, plain)), self.text[slice(*span)], re.IGNORECASE
            ):
                start, end = match.start() + span[0], match.end() + span[0]
                if not any(start < stop and begin < end for begin, stop in taken):
                    taken.append((start, end))
                    yield GroupMention(start, end, side)

    @cached_property
    def words(self) -> dict[str, Whose]:
        """The stems that belong to one side only; abbreviations count as what they stand for."""
        own = {side: {word for word in self.sides.own(side) & self._named(side) if "_" not in word} for side in SIDES}
        found: dict[str, Whose] = {word: side for side in SIDES for word in own[side]}
        for short, long in self.sides.lexicon.abbreviations.items():
            for side, other in zip(SIDES, reversed(SIDES), strict=True):
                if long & own[side] and not long & own[other] and len(long & self.sides.words(side)) * 2 > len(long):
                    found[short] = side
        return found

    def _named(self, side: Side) -> Stems:
        """Return the stems of a side as asked, abbreviations resolved, without what a lettered group is said to be."""
        lexicon = self.sides.lexicon
        plain = Lexicon(lexicon.abbreviations, {}).expand(self._asked(side))
        return frozenset(word for word in plain if word[0].isalpha())

    @cached_property
    def others(self) -> frozenset[str]:
        """The stems of groups that are neither side."""
        third = [words for name, words in self.sides.lexicon.groups.items() if self.lettered.get(name) == "other"]
        known = self.sides.words("intervention") | self.sides.words("comparator")
        return (
            frozenset(word for words in third for word in words if word not in known)
            if len(self.lettered) > 2
            else frozenset()
        )

    @cached_property
    def quantities(self) -> tuple[tuple[re.Pattern[str], Whose], ...]:
        """Patterns of doses and durations that tell the sides apart: "48 weeks", "1200 mg"."""
        found: list[tuple[re.Pattern[str], Whose]] = []
        for side in SIDES:
            numbers = [word for word in self.sides.own(side) if word[0].isdigit()]
            for match in re.finditer(r"(\d[\d,.]*)\s?-?\s?([a-z]+)", self._asked(side)):
                if match[1].replace(",", "") in numbers:
                    number = ",?".join(match[1].replace(",", ""))
                    found.append((re.compile(rf"(?<![\d.]){number}[\s-]*{match[2][:4]}", re.IGNORECASE), side))
        return tuple(found)

    def mentions(self, span: Span) -> tuple[GroupMention, ...]:
        """Return the mentions of groups in a part of the text, those of one group that touch as one."""
        found = sorted(
            {*self._phrases(span), *self._lettered(span), *self._worded(span), *self._controls(span)},
            key=lambda m: (m.start, -m.end),
        )
        merged: list[GroupMention] = []
        for mention in found:
            last = merged[-1] if merged else None
            if last is not None and mention.start < last.end:
                continue
            if (
                last is not None
                and last.whose == mention.whose != "other"
                and _close(self.text[last.end : mention.start])
            ):
                merged[-1] = GroupMention(last.start, mention.end, last.whose)
            else:
                merged.append(mention)
        return tuple(merged)

    def _lettered(self, span: Span) -> Iterator[GroupMention]:
        for match in _GROUP.finditer(self.text, *span):
            whose = self.lettered.get(f"group_{match[1].casefold()}")
            if whose is not None:
                yield GroupMention(*match.span(), whose)

    def _worded(self, span: Span) -> Iterator[GroupMention]:
        if self.contained is not None:
            return
        for match in _WORD.finditer(self.text, *span):
            plain = match.group().casefold()
            whose = self.words.get(stem(plain)) or self.words.get(plain) or self.words.get(plain.removesuffix("s"))
            if whose is None and stem(plain) in self.others:
                whose = "other"
            if whose is not None:
                yield GroupMention(*match.span(), whose)
        for pattern, side in self.quantities:
            for match in pattern.finditer(self.text, *span):
                yield GroupMention(*match.span(), side)

    @cached_property
    def _two_groups(self) -> bool:
        """Whether the text says that there are two groups, so that its control group is the comparator."""
        return (
            bool(re.search(r"\b(?:two|both|2|either)\s(?:\w+\s)?(?:groups|arms)\b", self.text))
            and len(self.lettered) <= 2
        )

    def _controls(self, span: Span) -> Iterator[GroupMention]:
        if not self.sides.controlled:
            if self._two_groups:
                for match in re.finditer(r"\bcontrol\s(?:group|arm)\b", self.text[slice(*span)], re.IGNORECASE):
                    yield GroupMention(span[0] + match.start(), span[0] + match.end(), "comparator")
            return
        for match in _CONTROL.finditer(self.text, *span):
            yield GroupMention(*match.span(), "comparator")
        for match in _EXPERIMENTAL.finditer(self.text, *span):
            yield GroupMention(*match.span(), "intervention")

    def counts(self, span: Span) -> tuple[Count, ...]:
        """Return the counts of a part of the text."""
        return counts_in(Sentence(self.text, span, numerals_in(self.text, span)))


SIDES: tuple[Side, Side] = ("intervention", "comparator")


def _close(between: str) -> bool:
    return len(between) <= 40 and not re.search(r"[.;]|\band\b|\bversus\b|\bvs\b|\d|\bthan\b|\bor\b", between)
