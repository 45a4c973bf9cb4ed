"""Answers from sentences: the outcome, both groups and their counts in one sentence, or none in either group."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.lookup.answer_zeros import ZeroQuestion
from mscevidence.extract.lookup.asked_outcome import LEAST, AskedOutcome
from mscevidence.extract.lookup.asked_times import times_told
from mscevidence.extract.lookup.group_mentions import SIDES, GroupMention, Groups, Whose
from mscevidence.extract.lookup.parallel_lists import in_order
from mscevidence.extract.lookup.sentence_counts import breakdowns, results_in
from mscevidence.extract.lookup.stated_pairs import StatedPair, stated_pairs
from mscevidence.extract.lookup.told_apart import ApartQuestion
from mscevidence.extract.lookup.told_sizes import HARM, ToldSizes
from mscevidence.extract.tables.two_by_two import Found
from mscevidence.model import Span, Value

_ASIDE = re.compile(
    r"(?:Although|Though|While|Whereas|Despite|Unlike|In\scontrast\sto|As\swell\sas|Besides)\b[^,]{1,300},\s"
)
_PIECE = re.compile(r";\s|,\s(?:but|while|whereas|however)\s|\s(?:but|while|whereas)\s")
_PER_YEAR = re.compile(r"per\s100|patient.years|person.years", re.IGNORECASE)
_MEAN = re.compile(r"±|\bmeans?\b|\bmedian\b", re.IGNORECASE)
_PEOPLE = re.compile(
    r"\b(?:patients|subjects|participants|individuals|people|women|men|girls|boys|children|infants|cases|events|deaths|groups?|arms?)\b",
    re.IGNORECASE,
)
_CURVE = re.compile(
    r"\b(?:actuarial|Kaplan|probabilit\w+|estimated|cumulative)\b|\b(?:\d+|five|ten)-year\s[\w\s-]{0,40}?survival\b|survival\srates?\b"
    r"|\brates?\sof\s(?:[\w-]+\s){0,4}?(?:survival|[\w-]+-free)\b",
    re.IGNORECASE,
)
"""Points of a curve, which count nobody."""
_AGAINST = re.compile(r"[)\]]?,?\s(?:vs\.?|versus|compared\s(?:with|to))\s[(\[]?")
_AND = re.compile(r"[)\]]?(?:\s[a-z]+)?,?\sand\s[(\[]?")
_A_GROUP = re.compile(r"\b(?:groups?|arms?|cohorts?|subgroups?)\b|[“\"]", re.IGNORECASE)
_RESPECTIVELY = re.compile(r",\srespectively\b")
_MOST = (4, 5)
_LEAD = re.compile(r".*(?:\b(?:were|was|included|including|such\sas)\b|:)", re.DOTALL)
_NOT_ASKED = re.compile(r"(?i)background|objective|introduction")


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
                    yield from (each for each in self._in_sentence(sentence) if not self._is_doubtful(each))
            apart = ApartQuestion(self.asked, self.zeros, self.sizes).answer(sentences)
            if apart is not None:
                yield apart

    def _is_doubtful(self, found: Found) -> bool:
        """Return whether bare events are given sizes where the text prints greater ones elsewhere, of more patients."""
        first, second = found.intervention, found.comparator
        plain = {first.rule, second.rule} & {"text", "zero"} and not (first.events.derived or second.events.derived)
        best = tuple((size.number or 0) for size in self.sizes.best if size is not None)
        if not plain or (first.n.number, second.n.number) != best:
            return False
        when = times_told(self.outcome)
        rivals = {pair for time in when for pair in self._printed_at.get(time, ())}
        return any(_exceeds(pair, best) for pair in self._printed) or bool(rivals and best not in rivals)

    @cached_property
    def _printed(self) -> frozenset[tuple[float, float]]:
        """The pairs of n that sentences print beside the events of both groups."""
        return frozenset(pair for _, pair in self._pairs)

    @cached_property
    def _printed_at(self) -> dict[tuple[float, str], set[tuple[float, float]]]:
        """The pairs of n that sentences print which tell a time: fewer patients may be left at that time."""
        found: dict[tuple[float, str], set[tuple[float, float]]] = {}
        for span, pair in self._pairs:
            for time in times_told(self._text(span)):
                found.setdefault(time, set()).add(pair)
        return found

    @cached_property
    def _pairs(self) -> tuple[tuple[Span, tuple[float, float]], ...]:
        found: list[tuple[Span, tuple[float, float]]] = []
        for _, sentences in self.groups.told:
            for span in sentences:
                counts = [count for count in self.groups.counts(span) if count.value("n") and count.value("events")]
                if len(counts) < len(SIDES):
                    continue
                for pair in stated_pairs(self.groups.text, span, self.groups.mentions(span), counts):
                    first, second = (pair.counts[side].number("n") or 0 for side in SIDES)
                    found.append((span, (first, second)))
        return tuple(found)

    def _in_sentence(self, sentence: Span) -> Iterator[Found]:
        zeros = self.zeros.answer(sentence)
        if zeros is not None:
            yield zeros
            return
        if self.asked.of_some_patients(sentence):
            return
        for span in self._pieces(sentence):
            if self.asked.score(span) < LEAST or _PER_YEAR.search(self.groups.text, *span):
                continue
            counts = self._results(span)
            mentions = self.groups.mentions(span) or self._unnamed(sentence, span, counts)
            for kept in (counts, *self._whole(span, mentions, counts)):
                for found, words in self._told(span, mentions, kept):
                    if answer := self._answer(span, self._evened(found, kept), self.asked.score(words) or LEAST):
                        yield answer
                        return

    def _unnamed(self, sentence: Span, span: Span, counts: Sequence[Count]) -> tuple[GroupMention, ...]:
        """Return both groups before a pair of counts in a sentence that names none, in the order of the text.

        "Minor bleeding was seen in 6.0% and 4.0%, respectively", after a sentence that names both groups.
        """
        shown = len(counts) == len(SIDES) and all(count.value("events") and len(count.values) > 1 for count in counts)
        if not shown or self.groups.mentions(sentence) or _A_GROUP.search(self.groups.text, *sentence):
            return ()
        between = self.groups.text[counts[0].end : counts[1].start]
        paired = _AGAINST.fullmatch(between) or (
            _AND.fullmatch(between) and _RESPECTIVELY.search(self.groups.text, counts[1].end, span[1])
        )
        order = self._orders.get(sentence) if paired else None
        return () if order is None else tuple(GroupMention(span[0], span[0], whose) for whose in order)

    @cached_property
    def _orders(self) -> dict[Span, tuple[Whose, ...]]:
        """The order in which the last sentence before each named both groups, where most sentences keep to it."""
        told: dict[Span, tuple[Whose, ...]] = {}
        last: tuple[Whose, ...] | None = None
        seen: Counter[tuple[Whose, ...]] = Counter()
        for _, sentences in self.groups.told:
            for span in sentences:
                named = tuple(dict.fromkeys(mention.whose for mention in self.groups.mentions(span)))
                if set(named) == set(SIDES):
                    seen[named] += 1
                    last = named
                elif last is not None:
                    told[span] = last
        usual = seen.most_common(1)[0] if seen else None
        return {
            span: order
            for span, order in told.items()
            if usual is not None and order == usual[0] and usual[1] * _MOST[1] >= seen.total() * _MOST[0]
        }

    def _whole(self, span: Span, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> Iterator[list[Count]]:
        """Yield the counts of a sentence without those that split them up, where the rest of it tells the outcome."""
        parts = breakdowns(self.groups.text, span, counts)
        if not parts or any(part[0] < mention.start < part[1] for part in parts for mention in mentions):
            return
        starts, stops = [span[0], *(part[1] for part in parts)], [*(part[0] for part in parts), span[1]]
        if any(self.asked.tells((start, stop)) for start, stop in zip(starts, stops, strict=True) if start < stop):
            yield [count for count in counts if not any(part[0] < count.start < part[1] for part in parts)]

    def _told(
        self, span: Span, mentions: Sequence[GroupMention], counts: Sequence[Count]
    ) -> Iterator[tuple[Mapping[Whose, Count], Span]]:
        """Yield the one pair of counts that is of the outcome, with the words that say so; none where more may be."""
        text = self.groups.text
        aside = _ASIDE.match(text, *span)
        listed = in_order(text, span, mentions, counts, self._speaks, times_told(self.outcome))
        if listed is not None:
            yield listed, span
            return
        pairs = stated_pairs(text, span, mentions, counts)
        told: list[tuple[Mapping[Whose, Count], Span]] = []
        for pair in pairs:
            reach = [
                (max(start, aside.end()) if aside and aside.end() < stop else start, stop) for start, stop in pair.words
            ]
            tells = [self.asked.tells(each, lead=self._lead(span, pairs)) for each in reach]
            if any(tells) and not all(tells):
                return
            if all(tells):
                told.append((pair.counts, reach[0]))
        if len(told) == 1:
            yield told[0]

    def _lead(self, span: Span, pairs: Sequence[StatedPair]) -> Span:
        """Return the words that lead to a list of several results, which say of what grade or time they all are."""
        first = min((count.start for pair in pairs for count in pair.counts.values()), default=span[0])
        lead = _LEAD.search(self.groups.text, span[0], first) if len(pairs) > 1 else None
        return (span[0], lead.end() if lead else span[0])

    def _speaks(self, span: Span) -> bool:
        """Return whether a part of a text speaks of the outcome, at whatever times."""
        return self.asked.score(span) >= LEAST and not self.asked.narrower(span)

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
        return results_in(self.groups.text, span, self.groups.counts(span), self.asked.numbers)

    def _text(self, span: Span) -> str:
        return self.groups.text[slice(*span)]

    def _evened(self, found: Mapping[Whose, Count], counts: Sequence[Count]) -> Mapping[Whose, Count]:
        """Return the counts with the n of the others for one that has none, where equal groups make up all patients.

        "0%" of one group stands beside fractions of the others in lists of three groups and more.
        """
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

    def _answer(self, span: Span, found: Mapping[Whose, Count], score: float) -> Found | None:
        harm = HARM.search(self.outcome) or HARM.search(self.groups.text, *span)
        counted = None if _MEAN.search(self.groups.text, *span) else self.sizes.counted(found, alone=bool(harm))
        if counted is None:
            return None
        first, second = counted
        bare = all(found[side].rule == "bare-number" for side in SIDES)
        if bare and not _PEOPLE.search(self.groups.text, *span):
            return None
        if "percent" in {first.rule, second.rule} and _CURVE.search(self.groups.text, *span):
            return None
        if first.rule == second.rule == "text" and all(each.events.number == each.n.number for each in counted):
            return None  # the groups themselves, not those who had something
        rule = "sentence" if first.rule == second.rule == "stated" else f"sentence-{max(first.rule, second.rule)}"
        told = tuple(each.number for each in self.sizes.best if each is not None)
        whole = first.rule == second.rule == "stated" and (first.n.number, second.n.number) == told
        return Found(first, second, rule, score, self._text(span), span, whole=whole)


def _exceeds(pair: tuple[float, float], sizes: tuple[float, ...]) -> bool:
    """Return whether one of two n is of more patients than its group has."""
    return any(n > size for n, size in zip(pair, sizes, strict=True))


def _with_n(count: Count, n: Value) -> Count:
    return replace(count, values=(*count.values, n))
