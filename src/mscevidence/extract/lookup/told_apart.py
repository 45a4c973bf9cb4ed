"""Answers where each group is told of apart: in a sentence, a clause or a bracket of its own.

"In group 1 haematoma was seen in 2 (9%) and infection in 1 (5%). In group 2 no haematoma developed, but 4 (24%) had an
infection." Every count of such a part is of the outcome named in its own item of the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.lookup.answer_zeros import ZeroQuestion
from mscevidence.extract.lookup.asked_outcome import AskedOutcome
from mscevidence.extract.lookup.group_mentions import SIDES, Whose
from mscevidence.extract.lookup.listed_items import items_in
from mscevidence.extract.lookup.sentence_counts import results_in
from mscevidence.extract.lookup.told_sizes import ToldSizes
from mscevidence.extract.tables.two_by_two import Counted, Found
from mscevidence.extract.wording.word_stems import same_direction
from mscevidence.model import Span, Value

_CUT = re.compile(r";\s|,?\s(?:but|while|whereas)\s|,\sand\s(?=(?:in|of|for|among|on|with)\s)")
_BRACKET = re.compile(r"[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]")
_SAME_GROUP = re.compile(
    r"\b(?:[Ii]n|[Oo]f|[Aa]mong)\s(?:this|the\ssame|that)\s(?:group|arm|cohort)\b|\b[Tt]his\s(?:group|arm|cohort)\b"
)
_WHO = re.compile(r"\s(?:who|that|whose)\s(?!received|were\s(?:given|treated|assigned|randomi))")
_ONLY = re.compile(r"(?:\s(?:groups?|arms?|patients))?\s(?P<only>only)(?=[.;,]|\s?$)")
_NEAR = 30
_NOT_COUNTED = re.compile(r"±|\b(?:mean|median|score|odds|hazard|ratio|per\s100)\b", re.IGNORECASE)
_SCORE = 0.8


@dataclass(frozen=True)
class _Told:
    """What a part of a text tells of one group."""

    whose: Whose
    counted: Counted
    span: Span


@dataclass
class ApartQuestion:
    """One question put to the parts of a text that speak of one group each.

    Args:
        asked: the outcome.
        zeros: the same question put to words that say nobody had it.
        sizes: the number of patients of each side, where known.
    """

    asked: AskedOutcome
    zeros: ZeroQuestion
    sizes: ToldSizes

    def answer(self, sentences: Sequence[Span]) -> Found | None:
        """Return the 2x2 of a section that tells each group's events apart, and each in one way only."""
        told = list(self._told(sentences))
        first, second = ([each for each in told if each.whose == side] for side in SIDES)
        if not first or not second or not all(_agree(each) for each in (first, second)):
            return None
        one, two = first[0], second[0]
        if one.counted.rule == two.counted.rule == "zero" and one.span == two.span:
            return None
        reach = (min(one.span[0], two.span[0]), max(one.span[1], two.span[1]))
        text = self.asked.groups.text[slice(*one.span)]
        return Found(one.counted, two.counted, "told-apart", _SCORE, text, reach)

    def _told(self, sentences: Iterable[Span]) -> Iterator[_Told]:
        last: Whose | None = None
        for sentence in sentences:
            named = self._named(sentence)
            if not self.asked.of_some_patients(sentence):
                yield from self._in_sentence(sentence, last)
            last = named.pop() if len(named) == 1 else last if not named else None

    def _in_sentence(self, sentence: Span, last: Whose | None) -> Iterator[_Told]:
        text = self.asked.groups.text
        if _NOT_COUNTED.search(text, *sentence):
            return
        named = self._named(sentence)
        if not named and last is not None and _SAME_GROUP.search(text, *sentence):
            yield from self._in_part(sentence, last)
        elif len(named) == 1:
            whose = named.pop()
            told = list(self._in_part(sentence, whose))
            yield from told
            if len(told) == 1:
                yield from self._only(sentence, whose)
        elif named:
            for whose, part in (*self._clauses(sentence), *self._brackets(sentence)):
                yield from self._in_part(part, whose)

    def _only(self, sentence: Span, whose: Whose) -> Iterator[_Told]:
        """Yield that nobody of the other group had what was seen "in group K only"."""
        groups = self.asked.groups
        other = next((side for side in SIDES if side != whose), None)
        size = self.sizes.best[SIDES.index(other)] if other is not None and whose != "other" else None
        for mention in groups.mentions(sentence):
            name = groups.text[slice(mention.start, mention.end)].removesuffix(" only")
            found = _ONLY.match(groups.text, mention.start + len(name), sentence[1])
            if found is not None and other is not None and size is not None:
                words = found.span("only")
                zero = Value(role="events", text=groups.text[slice(*words)], span=words, number=0.0)
                yield _Told(other, Counted(zero, size, "zero"), words)

    def _named(self, span: Span) -> set[Whose]:
        return {mention.whose for mention in self.asked.groups.mentions(span)}

    def _clauses(self, sentence: Span) -> Iterator[tuple[Whose, Span]]:
        """Yield the clauses of a sentence when each names one group."""
        text, start = self.asked.groups.text, sentence[0]
        parts: list[Span] = []
        for cut in _CUT.finditer(text, *sentence):
            if text.count("(", start, cut.start()) == text.count(")", start, cut.start()):
                parts.append((start, cut.start()))
                start = cut.end()
        parts.append((start, sentence[1]))
        owners = [self._named(part) for part in parts]
        if len(parts) > 1 and all(len(owner) == 1 for owner in owners):
            for part, owner in zip(parts, owners, strict=True):
                yield next(iter(owner)), part

    def _brackets(self, sentence: Span) -> Iterator[tuple[Whose, Span]]:
        """Yield the brackets that stand behind the name of a group and list what happened in it."""
        mentions = self.asked.groups.mentions(sentence)
        for bracket in _BRACKET.finditer(self.asked.groups.text, *sentence):
            inside = any(bracket.start() <= mention.start < bracket.end() for mention in mentions)
            before = [mention for mention in mentions if 0 <= bracket.start() - mention.end <= _NEAR]
            if before and not inside:
                yield before[-1].whose, bracket.span(1)

    def _in_part(self, part: Span, whose: Whose) -> Iterator[_Told]:
        """Yield the events of a part of a text that speaks of one group, where they are of the outcome."""
        if whose == "other":
            return
        groups = self.asked.groups
        size = self.sizes.best[SIDES.index(whose)]
        counts = results_in(groups.text, part, groups.counts(part), self.asked.numbers)
        if not counts:
            zero = self.zeros.of_one(part, size)
            if zero is not None:
                yield _Told(whose, zero, part)
            return
        for item, own in items_in(groups.text, part, counts):
            if own is None:
                zero = self.zeros.of_one(item, size)
                if zero is not None:
                    yield _Told(whose, zero, item)
            elif self._tells(item, own, alone=len(counts) == 1):
                counted = self.sizes.of_one(own, size)
                if counted is not None:
                    yield _Told(whose, counted, item)

    def _tells(self, item: Span, count: Count, *, alone: bool) -> bool:
        """Return whether an item says that its count is of patients who had the outcome."""
        piece = self.asked.groups.text[slice(*item)]
        if not self.asked.tells(item) or not same_direction(self.asked.words, piece):
            return False
        if count.value("n") is not None and _WHO.match(self.asked.groups.text, count.end):
            return False  # "3 of the 11 patients who relapsed" are no 3 relapses
        shown = count.value("percent") is not None or count.value("n") is not None
        return count.value("events") is not None and (shown or count.noun or not alone)


def _agree(told: Sequence[_Told]) -> bool:
    return len({(each.counted.events.number, each.counted.n.number) for each in told}) == 1
