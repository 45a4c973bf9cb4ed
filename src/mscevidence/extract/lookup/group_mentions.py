"""Where a text names the two groups of a question, and any third."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mscevidence.extract.grammar.count_rules import counts_in
from mscevidence.extract.grammar.counts import Count, Sentence
from mscevidence.extract.grammar.numerals import numerals_in
from mscevidence.extract.grammar.running_text import running_text
from mscevidence.extract.lookup.control_groups import CONTROL_GROUP, EXPERIMENTAL, NAMED_CONTROL
from mscevidence.extract.lookup.group_names import SideWords, named_groups, quantities_in
from mscevidence.extract.lookup.numbered_names import is_in_a_name
from mscevidence.extract.wording.pairing import OTHER, Side, Sides, pair
from mscevidence.extract.wording.phrases import Lexicon, hyphenated
from mscevidence.extract.wording.word_stems import Stems, stem, stems
from mscevidence.model import Document, Span

_OFTEN, _SHARE = 3, 0.08
_GIVEN = re.compile(
    r"\b(?P<lack>(?:[Nn]on|[Nn]o|[Uu]n|[Ww]ithout)[\s-]?)?(?P<what>[a-z]{4,40})[\s-](?:groups?|arms?|patients|subjects|participants)\b"
)

Whose = Literal["intervention", "comparator", "other"]

_MARKS = stems("alone only monotherapy plus combined") | {"no", "non", "not", "without", "alon", "onli", "only"}
"""Stems that say how the words of a side are meant and are none of its words."""
_NEGATED = re.compile(r"\b(?:no|non|not|without|un(?:treated|exposed))\b|\bnon-", re.IGNORECASE)
_LACK = re.compile(
    r"\b(?:no|without|not\s(?:given|receiving|treated\swith))\s(?P<what>[a-z][\w\s-]{2,60})", re.IGNORECASE
)
_SHORT = re.compile(r"\b[A-Z][A-Z\d]+\b")
_ADDED = re.compile(r"\s\+\s|\bplus\b", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:[Gg]roups?|GROUPS?|[Aa]rms?|[Cc]ohorts?)(?:[\s-]|\s[-–]\s)([A-Z]|\d|I{1,3}|IV)\b(?!\.\d)")
_GROUP_BEHIND = re.compile(r"(?<![\w-])([A-Z])[\s-](?:groups?|arms?|patients|subjects)\b")
_FORMER = re.compile(r"\bthe\s(former|latter)\b", re.IGNORECASE)
_GROUPS = re.compile(
    r"\b(?:[Gg]roups|[Aa]rms|[Cc]ohorts)\s(?:[A-Z]|\d|I{1,3}|IV)(?P<rest>(?:(?:,\s?(?:and\s)?|\s(?:and|or|vs\.?|versus)\s)(?:[A-Z]|\d|I{1,3}|IV)\b(?![.\d%]))+)"
)
_MARK = re.compile(r"\b(?:[A-Z]|\d|I{1,3}|IV)\b")
_WITHOUT = re.compile(r"\bwithout\b(?=\s(?:it|versus|vs\.?|and|compared)\b|[.,;)])")


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
        outcome: the outcome asked for, whose words name no group.
    """

    def __init__(self, document: Document, sides: Sides, outcome: str = "") -> None:
        self.outcome = outcome
        self._mentioned: dict[Span, tuple[GroupMention, ...]] = {}
        self._counted: dict[Span, tuple[Count, ...]] = {}
        self.document = document
        self.text = hyphenated(document.text)
        self.sides = sides

    @cached_property
    def lettered(self) -> dict[str, Whose]:
        """Whose the groups with a letter or number are, where that is certain."""
        names = [name for name in self.sides.lexicon.groups if name.startswith("group_")]
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

    @cached_property
    def told(self) -> tuple[tuple[str, tuple[Span, ...]], ...]:
        """The running text of each section, as its name and its sentences; tables are no part of it."""
        return running_text(self.document, self.text)

    @cached_property
    def topical(self) -> Stems:
        """The stems that many sentences have, so that one without them is no less about them."""
        spans = [span for _, sentences in self.told for span in sentences]
        tally = Counter(word for start, end in spans for word in stems(self.text[start:end]))
        return frozenset(word for word, often in tally.items() if often >= max(_OFTEN, len(spans) * _SHARE))

    @cached_property
    def aims(self) -> Stems:
        """The stems of the first sentences, which say what an article is about."""
        first = [span for _, sentences in self.told[:2] for span in sentences[:2]]
        return frozenset(word for start, end in first[:3] for word in stems(self.text[start:end]))

    def _asked(self, side: Side) -> str:
        return self.sides.intervention if side == "intervention" else self.sides.comparator

    @cached_property
    def contained(self) -> Side | None:
        """The side whose words all belong to the other side as well: "phone calls" beside "no phone calls"."""
        return next((side for side in SIDES if not any(whose == side for whose in self.words.values())), None)

    @cached_property
    def side_words(self) -> SideWords:
        """The words by which the sides are told apart in running text."""
        named = {side: self._named(side) - _MARKS for side in SIDES}
        contained = self.contained
        least: list[Stems] = []
        if contained is not None:
            asked = self._asked(contained)
            least = [stems(asked.partition("(")[0]) - _MARKS]
            least += [frozenset({short.casefold()}) for short in _SHORT.findall(asked)]
        return SideWords(
            own={**dict.fromkeys(self.others, "other"), **self.words},
            shared=named["intervention"] & named["comparator"],
            contained=contained,
            least=tuple(each for each in least if each),
            negated=next((side for side in reversed(SIDES) if _NEGATED.search(self._asked(side))), None),
            denied=frozenset(
                word
                for side in SIDES
                for match in _LACK.finditer(self._asked(side))
                for word in stems(match["what"]) - named[OTHER[side]]
            ),
            joined=any(re.search(r"\band\b", self._asked(side)) for side in SIDES),
            added=frozenset(side for side in SIDES if _ADDED.search(self._asked(side))),
        )

    @cached_property
    def words(self) -> dict[str, Whose]:
        """The stems that belong to one side only; abbreviations count as what they stand for."""
        own = {
            side: {word for word in self.sides.own(side) & self._named(side) if "_" not in word} - _MARKS
            for side in SIDES
        }
        own = {side: words - stems(self.outcome) or words for side, words in own.items()}
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
        numbers = {side: frozenset(word for word in self.sides.own(side) if word[0].isdigit()) for side in SIDES}
        return tuple((found, side) for side in SIDES for found in quantities_in(self._asked(side), numbers[side]))

    def mentions(self, span: Span) -> tuple[GroupMention, ...]:
        """Return the mentions of groups in a part of the text, those of one group that touch as one."""
        if span not in self._mentioned:
            self._mentioned[span] = self._found(span)
        return self._mentioned[span]

    def _found(self, span: Span) -> tuple[GroupMention, ...]:
        found = sorted(
            {
                *self._lettered(span),
                *self._worded(span),
                *self._controls(span),
                *self._withheld(span),
                *self._referred(span),
            },
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
        for match in _GROUP_BEHIND.finditer(self.text, *span):
            whose = self.lettered.get(f"group_{match[1].casefold()}")
            if whose is not None:
                yield GroupMention(*match.span(), whose)
        for several in _GROUPS.finditer(self.text, *span):
            for mark in _MARK.finditer(self.text, *several.span("rest")):
                whose = self.lettered.get(f"group_{mark.group().casefold()}")
                if whose is not None:
                    yield GroupMention(*mark.span(), whose)

    def _worded(self, span: Span) -> Iterator[GroupMention]:
        for name in named_groups(self.text, span, self.side_words):
            yield GroupMention(name.start, name.end, name.whose)
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

    @cached_property
    def _third_control(self) -> bool:
        """Whether a sentence names a control group besides both groups asked for, so that it is a third."""
        for _, spans in self.told:
            for start, end in spans:
                if CONTROL_GROUP.search(self.text, start, end):
                    words = stems(self.text[start:end])
                    if len({whose for word, whose in self.words.items() if word in words and whose != "other"}) > 1:
                        return True
        return False

    def _controls(self, span: Span) -> Iterator[GroupMention]:
        if not self.sides.controlled:
            if self._two_groups and not self._third_control:
                for match in CONTROL_GROUP.finditer(self.text, *span):
                    yield GroupMention(*match.span(), "comparator")
            return
        for pattern in (NAMED_CONTROL, _WITHOUT):
            for match in pattern.finditer(self.text, *span):
                yield GroupMention(*match.span(), "comparator")
        for match in EXPERIMENTAL.finditer(self.text, *span):
            yield GroupMention(*match.span(), "intervention")

    def _referred(self, span: Span) -> Iterator[GroupMention]:
        """Yield "the former" and "the latter" of the two groups that the sentence before names."""
        found = list(_FORMER.finditer(self.text, *span))
        if not found:
            return
        before = [each for _, sentences in self.told for each in sentences if each[1] <= span[0]][-1:]
        sides = list(dict.fromkeys(m.whose for each in before for m in self.mentions(each)))
        if len(sides) == len(SIDES) and "other" not in sides:
            for match in found:
                yield GroupMention(*match.span(), sides[0 if match[1].casefold() == "former" else 1])

    def _withheld(self, span: Span) -> Iterator[GroupMention]:
        """Yield "the non-premedicated group" and "the premedicated group" where one group was not given something."""
        withheld = self.sides.lexicon.withheld
        if not withheld or not self.sides.controlled:
            return
        for match in _GIVEN.finditer(self.text, *span):
            if stem(match["what"].casefold()) in withheld:
                yield GroupMention(*match.span(), "comparator" if match["lack"] else "intervention")

    def counts(self, span: Span) -> tuple[Count, ...]:
        """Return the counts of a part of the text."""
        if span not in self._counted:
            found = counts_in(Sentence(self.text, span, numerals_in(self.text, span)))
            names = (self.sides.intervention, self.sides.comparator)
            self._counted[span] = tuple(count for count in found if not is_in_a_name(self.text, count, names))
        return self._counted[span]


SIDES: tuple[Side, Side] = ("intervention", "comparator")


def _close(between: str) -> bool:
    return len(between) <= 40 and not re.search(r"[.;]|\band\b|\bversus\b|\bvs\b|\d|\bthan\b|\bor\b", between)
