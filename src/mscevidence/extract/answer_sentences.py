"""Answers from sentences: the outcome, both groups and their counts in one sentence, or none in either group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mscevidence.extract.answer_zeros import ZeroQuestion
from mscevidence.extract.asked_outcome import LEAST, AskedOutcome
from mscevidence.extract.count_pairs import against
from mscevidence.extract.counts import Count
from mscevidence.extract.group_counts import assigned, introduced
from mscevidence.extract.group_mentions import SIDES, GroupMention, Groups, Whose
from mscevidence.extract.told_sizes import ToldSizes
from mscevidence.extract.two_by_two import Counted, Found
from mscevidence.extract.word_stems import same_direction
from mscevidence.model import Span, Value

_ASIDE = re.compile(
    r"(?:Although|Though|While|Whereas|Despite|Unlike|In\scontrast\sto|As\swell\sas|Besides)\b[^,]{1,300},\s"
)
_PIECE = re.compile(r";\s|,\s(?:but|while|whereas|however)\s|\s(?:but|while|whereas)\s")
_PER_YEAR = re.compile(r"per\s100|patient.years|person.years", re.IGNORECASE)
_MEAN = re.compile(r"±|\bmeans?\b|\bmedian\b", re.IGNORECASE)
_BRACKET = re.compile(r"\((?:[^()]|\([^()]{0,40}\)){0,300}\)")
_PEOPLE = re.compile(
    r"\b(?:patients|subjects|participants|individuals|people|women|men|girls|boys|children|infants|cases|events|deaths|groups?|arms?)\b",
    re.IGNORECASE,
)
_CURVE = re.compile(
    r"\b(?:actuarial|Kaplan|probabilit\w+|estimated|cumulative)\b|\b(?:\d+|five|ten)-year\s[\w\s-]{0,40}?survival\b|survival\srates?\b",
    re.IGNORECASE,
)
"""Points of a curve, which count nobody."""
_NOT_ASKED = re.compile(r"(?i)background|objective|introduction")
_ALL_WORDS = 0.95
_NO_RESULT = frozenset({"of-n", "complement", "n-equals"})


@dataclass
class SentenceQuestion:
    """One question put to the sentences of a document.

    Args:
        groups: the groups asked for.
        outcome: the outcome as asked.
        sizes: the number of patients of each side, where known.
    """

    groups: Groups
    outcome: str
    sizes: ToldSizes

    @cached_property
    def asked(self) -> AskedOutcome:
        """The outcome in this document."""
        return AskedOutcome(self.groups, self.outcome)

    @cached_property
    def zeros(self) -> ZeroQuestion:
        """The same question put to sentences that say nobody had the outcome."""
        return ZeroQuestion(self.asked, self.sizes)

    def answers(self) -> Iterator[Found]:
        """Yield every 2x2 that a sentence of abstract or results tells."""
        for name, sentences in self.groups.told:
            if _NOT_ASKED.match(name):
                continue
            for sentence in sentences:
                if self.asked.score(sentence) >= LEAST:
                    yield from self._in_sentence(sentence)
            together = self._in_two_sentences(sentences)
            if together is not None:
                yield together

    def _in_sentence(self, sentence: Span) -> Iterator[Found]:
        zeros = self.zeros.answer(sentence)
        if zeros is not None:
            yield zeros
            return
        for span in self._pieces(sentence):
            score = self.asked.score(span)
            if score < LEAST or _PER_YEAR.search(self.groups.text, *span) or self.asked.narrower(span):
                continue
            counts = self._results(span)
            mentions = self.groups.mentions(span)
            found = assigned(self.groups.text, mentions, counts)
            if found is not None and self.asked.score(self._stated(span, found, mentions)) < LEAST:
                found = None
            found = found or self._in_brackets(span, mentions, counts) or self._listed(span, mentions, counts)
            if found is not None and (answer := self._answer(span, self._evened(found, counts), score)):
                yield answer
                return

    def _in_brackets(
        self, span: Span, mentions: Sequence[GroupMention], counts: Sequence[Count]
    ) -> dict[Whose, Count] | None:
        """Return the counts in the brackets behind the outcome: "pain (31% in A versus 29% in B) or fever (5% ...)"."""
        found: list[dict[Whose, Count] | None] = []
        start = span[0]
        for bracket in _BRACKET.finditer(self.groups.text, *span):
            inside = [c for c in counts if bracket.start() < c.start and c.end < bracket.end()]
            if len(inside) >= 2 and self.asked.score((start, bracket.start())) >= LEAST:
                named = [m for m in mentions if bracket.start() < m.start and m.end < bracket.end()]
                found.append(assigned(self.groups.text, named, inside))
            start = bracket.end() if inside else start
        return found[0] if len(found) == 1 else None

    def _listed(
        self, span: Span, mentions: Sequence[GroupMention], counts: Sequence[Count]
    ) -> dict[Whose, Count] | None:
        """Return the pair directly behind the outcome in a list of outcomes: "nausea (12% vs 4%), rash (3% vs 1%)"."""
        text = self.groups.text
        pairs = against(text, counts)
        if len(pairs) < 2:
            return None
        starts = [span[0], *(two.end for _, two in pairs)]
        stops = [*(one.start for one, _ in pairs[1:]), span[1]]
        found: list[dict[Whose, Count] | None] = []
        for start, stop, pair in zip(starts, stops, pairs, strict=False):
            between = [count for count in counts if start <= count.start < pair[0].start]
            if between or self.asked.score((start, pair[0].start)) < LEAST:
                continue
            named = [m for m in mentions if start <= m.start and m.end <= stop]
            found.append(assigned(text, named, pair) or introduced(text, mentions, pair))
        return found[0] if len(found) == 1 else None

    def _stated(self, span: Span, found: dict[Whose, Count], mentions: tuple[GroupMention, ...]) -> Span:
        """Return a piece up to the end of the clause with its last count or group; the rest is another matter."""
        last = max([count.end for count in found.values()] + [mention.end for mention in mentions[-1:]])
        stop = re.compile(r"[,;]\s|$").search(self.groups.text, min(last, span[1]), span[1])
        aside = _ASIDE.match(self.groups.text, *span)
        start = aside.end() if aside and aside.end() < last else span[0]
        return start, stop.start() if stop else span[1]

    def _pieces(self, sentence: Span) -> Iterator[Span]:
        """Yield a sentence, then its clauses."""
        yield sentence
        start = sentence[0]
        cuts = list(_PIECE.finditer(self.groups.text, *sentence))
        for cut in cuts:
            yield start, cut.start()
            start = cut.end()
        if cuts:
            yield start, sentence[1]

    def _results(self, span: Span) -> list[Count]:
        counts = self.groups.counts(span)
        kept: list[Count] = []
        for index, count in enumerate(counts):
            parts = counts[index + 1 : index + 3]
            if _is_made_up(count, parts):
                return [_as_events(part) for part in parts]
            if count.rule not in _NO_RESULT:
                kept.append(count)
        return kept

    def _in_two_sentences(self, sentences: Iterable[Span]) -> Found | None:
        """Return the 2x2 of a section that tells of each group in a sentence of its own, once and with all words."""
        told: dict[Whose, list[tuple[Counted, Span]]] = {}
        for span in sentences:
            if self.asked.score(span) < _ALL_WORDS or self.asked.narrower(span):
                continue
            if not same_direction(self.outcome, self._text(span)):
                continue
            named = {m.whose for m in self.groups.mentions(span) if m.whose != "other"}
            whose = named.pop() if len(named) == 1 else None
            if whose is not None and (counted := self._of_one(span, whose)):
                told.setdefault(whose, []).append((counted, span))
        first, second = told.get("intervention", []), told.get("comparator", [])
        if len(first) != 1 or len(second) != 1:
            return None
        (one, where), (other, there) = first[0], second[0]
        if one.rule == other.rule == "zero":
            return None
        reach = (min(where[0], there[0]), max(where[1], there[1]))
        return Found(one, other, "two-sentences", 0.8, self._text(where), reach)

    def _of_one(self, span: Span, whose: Whose) -> Counted | None:
        """Return the events of the one group a sentence speaks of, confirmed by a percent or n, or none of them."""
        size = self.sizes.best[0 if whose == "intervention" else 1]
        counts = self._results(span)
        if not counts:
            return self.zeros.of_one(span, size)
        told = counts[0]
        confirmed = len(counts) == 1 and told.value("events") and (told.value("percent") or told.value("n"))
        return self.sizes.of_one(told, size) if confirmed else None

    def _text(self, span: Span) -> str:
        return self.groups.text[slice(*span)]

    def _evened(self, found: dict[Whose, Count], counts: Sequence[Count]) -> dict[Whose, Count]:
        """Return the counts with the n of the others for one that has none, where equal groups make up all patients."""
        sizes = [n for count in counts if (n := count.value("n")) is not None]
        equal = {n.number for n in sizes}
        if len(equal) != 1 or len(sizes) < 2 or len(sizes) == len(counts) or sizes[0].number is None:
            return found
        total = f"{sizes[0].number * len(counts):g}"
        if not re.search(
            rf"(?<![\d.,]){total}\s(?:\w+\s){{0,3}}(?:patients|subjects|participants|women|men|children)",
            self.groups.text,
        ):
            return found
        n = sizes[0].model_copy(update={"derived": True})
        return {side: count if count.value("n") else _with_n(count, n) for side, count in found.items()}

    def _answer(self, span: Span, found: dict[Whose, Count], score: float) -> Found | None:
        counted = None if _MEAN.search(self.groups.text, *span) else self.sizes.counted(found)
        if counted is None:
            return None
        first, second = counted
        bare = all(found[side].rule == "bare-number" for side in SIDES)
        if bare and not _PEOPLE.search(self.groups.text, *span):
            return None
        if "percent" in {first.rule, second.rule} and _CURVE.search(self.groups.text, *span):
            return None
        rule = "sentence" if first.rule == second.rule == "stated" else f"sentence-{max(first.rule, second.rule)}"
        return Found(first, second, rule, score, self._text(span), span)


def _as_events(count: Count) -> Count:
    return replace(count, values=tuple(value.model_copy(update={"role": "events"}) for value in count.values))


def _is_made_up(count: Count, parts: Sequence[Count]) -> bool:
    """Return whether a number of patients is told again by groups: "in 238 patients (A n = 117, B n = 121)"."""
    if count.rule != "x-patients" or [part.rule for part in parts] != ["n-equals", "n-equals"]:
        return False
    return count.number("events") == sum(part.values[0].number or 0 for part in parts)


def _with_n(count: Count, n: Value) -> Count:
    return replace(count, values=(*count.values, n))
