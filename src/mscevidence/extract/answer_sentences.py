"""Answers from sentences: the outcome, both groups and their counts in one sentence, or none in either group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mscevidence.extract.arithmetic import Share, events_of, possible
from mscevidence.extract.asked_times import times_told, without_times
from mscevidence.extract.counts import Count
from mscevidence.extract.group_counts import assigned
from mscevidence.extract.group_mentions import GroupMention, Groups, Whose
from mscevidence.extract.phrases import Stems, covered, same_direction, same_turn, stems, telling
from mscevidence.extract.two_by_two import Counted, Found
from mscevidence.model import Span, Value

_ASIDE = re.compile(
    r"(?:Although|Though|While|Whereas|Despite|Unlike|In\scontrast\sto|As\swell\sas|Besides)\b[^,]{1,300},\s"
)
_PIECE = re.compile(r";\s|,\s(?:but|while|whereas|however)\s|\s(?:but|while|whereas)\s")
_NONE = re.compile(
    r"\b(?:no|none\sof\sthe(?!\stwo)|without\s(?:any\s)?|neither|not?\s(?:a\s)?(?:single|any))\b", re.IGNORECASE
)
_SOME = re.compile(
    r"\bno\s(?:statistical\w*\s)?(?:significant|differ|relation|effect|change|evidence|association|correlation|apparent)\w*",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\b(?:in|of|between|for|by)\s(?:either|both|the\stwo|any)\s(?:of\sthe\s)?(?:\w+\s)?(?:groups?|arms?|patients?|subjects?|participants?)\b"
    r"|\bneither\s(?:group|arm)\b|\b(?:all|any)\s(?:of\sthe\s)?(?:patients|subjects|participants)\b|\beither\streatment\sgroup\b",
    re.IGNORECASE,
)
_END_OF_NONE = re.compile(
    r"[;:(]|,\s(?=(?:[\w-]+\s){0,6}?(?:was|were|is|are|had|has|did|occurred)\b)|\s(?:but|while|whereas|although|however)\b"
)
_PLANNED = re.compile(r"\bend[\s-]?points?\b|\bdefin(?:ed|ition)\b|\bcriteri(?:a|on)\b", re.IGNORECASE)
_FIGURE = re.compile(r"\d\.\d|\d\s?%")
_RELATED = re.compile(r"\b(?:related|serious|severe|major|attributable|unrelated)\b", re.IGNORECASE)
_PER_YEAR = re.compile(r"per\s100|patient.years|person.years", re.IGNORECASE)
_MEAN = re.compile(r"±|\bmeans?\b|\bmedian\b", re.IGNORECASE)
_LEAST = 0.72


@dataclass
class SentenceQuestion:
    """One question put to the sentences of a document.

    Args:
        groups: the groups asked for.
        outcome: the outcome as asked.
        sizes: the number of patients of each side, where known.
        told: whether the text itself tells the sizes; those of table headers may be of a part of the patients, so that
            events are only believed with them where a percent confirms it.
    """

    groups: Groups
    outcome: str
    sizes: tuple[Value | None, Value | None]
    told: bool = True

    def answers(self) -> Iterator[Found]:
        """Yield every 2x2 that a sentence of abstract or results tells."""
        for name, sentences in self.groups.told:
            if re.match(r"(?i)background|objective|introduction", name):
                continue
            for sentence in sentences:
                if self._score(sentence) >= _LEAST:
                    yield from self._in_sentence(sentence)
            together = self._in_two_sentences(sentences)
            if together is not None:
                yield together

    def _score(self, span: Span) -> float:
        """Return how much of the outcome a part of the text says."""
        lexicon = self.groups.sides.lexicon
        piece = self.groups.text[slice(*span)]
        present = stems(piece) | lexicon.expand(piece)
        wanted = stems(self.outcome)
        less = self._complement(wanted)
        if not telling(wanted) & present or not same_turn(self.outcome, piece):
            return 0.0
        when, told = times_told(self.outcome), times_told(piece)
        if when and told and not when & told:
            return 0.0
        untimed = stems(without_times(self.outcome)) if when else wanted
        share = max(
            covered(each, present) * less for each, less in ((wanted, 1.0), (telling(wanted), 0.95), (untimed, 0.95))
        )
        return max(share, covered(less, present) * 0.9) if less != wanted else share

    def _complement(self, wanted: Stems) -> Stems:
        """Return the stems of an outcome without what follows "of" or "in", where the whole article is about that."""
        head = stems(re.split(r"\s(?:of|in|for|after|with|during|among|associated)\s", self.outcome, maxsplit=1)[0])
        enough = len(telling(head) & wanted) >= 2 and telling(head) != head - telling(head)
        return head if enough and wanted - head <= self.groups.topical else wanted

    def _in_sentence(self, sentence: Span) -> Iterator[Found]:
        zeros = self._zeros(sentence)
        if zeros is not None:
            yield zeros
            return
        for span in self._pieces(sentence):
            score = self._score(span)
            if score < _LEAST or _PER_YEAR.search(self.groups.text, *span) or self._narrower(span):
                continue
            counts = tuple(c for c in self.groups.counts(span) if self._is_result(c))
            mentions = self.groups.mentions(span)
            found = assigned(self.groups.text, mentions, counts)
            if found is not None and self._score(self._stated(span, found, mentions)) < _LEAST:
                continue
            if found is not None and (answer := self._answer(span, self._evened(found, counts), score)):
                yield answer
                return

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

    def _is_result(self, count: Count) -> bool:
        return count.rule not in {"of-n", "complement", "n-equals"}

    def _in_two_sentences(self, sentences: Iterable[Span]) -> Found | None:
        """Return the 2x2 of a section that tells of each group in a sentence of its own, once and with all words."""
        told: dict[Whose, list[tuple[Counted, Span]]] = {}
        for span in sentences:
            if self._score(span) < 0.95 or self._narrower(span) or not same_direction(self.outcome, self._text(span)):
                continue
            mentions = self.groups.mentions(span)
            if len({m.whose for m in mentions}) == 1 and (counted := self._of_one(span, mentions[0].whose)):
                told.setdefault(mentions[0].whose, []).append((counted, span))
        first, second = told.get("intervention", []), told.get("comparator", [])
        if len(first) != 1 or len(second) != 1:
            return None
        (one, where), (other, there) = first[0], second[0]
        if one.rule == other.rule == "zero":
            return None
        return Found(
            one, other, "two-sentences", 0.8, self._text(where), (min(where[0], there[0]), max(where[1], there[1]))
        )

    def _of_one(self, span: Span, whose: Whose) -> Counted | None:
        """Return the events of the one group a sentence speaks of, confirmed by a percent or n, or none of them."""
        if whose == "other":
            return None
        size = self.sizes[0 if whose == "intervention" else 1]
        counts = [count for count in self.groups.counts(span) if self._is_result(count)]
        none = _NONE.search(self.groups.text, *span)
        if not counts and none is not None and size is not None and not _SOME.search(self.groups.text, *span):
            zero = Value(role="events", text=none.group(), span=none.span(), number=0.0)
            return Counted(zero, size, "zero") if self._score((none.start(), span[1])) >= 0.95 else None
        confirmed = (
            len(counts) == 1 and counts[0].value("events") and (counts[0].value("percent") or counts[0].value("n"))
        )
        return self._counted(counts[0], size) if confirmed else None

    def _text(self, span: Span) -> str:
        return self.groups.text[slice(*span)]

    def _evened(self, found: dict[Whose, Count], counts: tuple[Count, ...]) -> dict[Whose, Count]:
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
        first = self._counted(found["intervention"], self.sizes[0])
        second = self._counted(found["comparator"], self.sizes[1])
        if first is None or second is None or _MEAN.search(self.groups.text, *span):
            return None
        rule = "sentence" if first.rule == second.rule == "stated" else f"sentence-{max(first.rule, second.rule)}"
        return Found(first, second, rule, score, self.groups.text[slice(*span)], span)

    def _counted(self, count: Count, size: Value | None) -> Counted | None:
        events, n, percent = (count.value(role) for role in ("events", "n", "percent"))
        decimals = len(percent.text.partition(".")[2]) if percent else 0
        if events is None and n is not None and percent is not None and percent.number in {0.0, 100.0}:
            events = percent.model_copy(update={"role": "events", "number": (n.number or 0) * percent.number / 100})
        if events is not None and n is not None:
            agreed = percent is None or Share(events.number or 0, percent.number or 0, decimals).agrees(
                n.number or 0, slack=1.5
            )
            return Counted(events, n, "stated") if agreed else None
        if size is None or size.number is None:
            return None
        if events is not None:
            share = Share(events.number or 0, percent.number or 0, decimals) if percent else None
            fits = share.agrees(size.number, slack=1.0) if share else self.told and (events.number or 0) <= size.number
            return Counted(events, size, "text") if fits else None
        if percent is not None and percent.number is not None and possible(percent.number, decimals, size.number):
            number = float(events_of(percent.number, size.number))
            return Counted(
                percent.model_copy(update={"role": "events", "number": number, "derived": True}), size, "percent"
            )
        return None

    def _zeros(self, span: Span) -> Found | None:
        """Return zero events in both groups where a sentence says that nobody of either had the outcome."""
        text = self.groups.text
        none = next((m for m in _NONE.finditer(text, *span) if not _SOME.match(text, m.start(), span[1])), None)
        if none is None or _SOME.search(text, *span) or self.groups.counts(span) or not all(self.sizes):
            return None
        stop = _END_OF_NONE.search(text, none.end(), span[1])
        clause = (none.start(), stop.start() if stop else span[1])
        if text[none.start() - 1 : none.start()] == "(" or _FIGURE.search(text, *span) or _PLANNED.search(text, *span):
            return None
        if self._score(clause) < _LEAST or not self._everybody(text, span):
            return None
        if self._narrower(clause):
            return None
        zero = Value(role="events", text=none.group(), span=none.span(), number=0.0)
        first, second = self.sizes
        if first is None or second is None:
            return None
        return Found(
            Counted(zero, first, "zero"), Counted(zero, second, "zero"), "sentence-zero", 0.9, text[slice(*span)], span
        )

    def _narrower(self, span: Span) -> bool:
        """Return whether a piece speaks of serious or related events where any were asked for."""
        kinds = {m.group().casefold() for m in _RELATED.finditer(self.groups.text, *span)}
        return bool(kinds - {m.group().casefold() for m in _RELATED.finditer(self.outcome)})

    def _everybody(self, text: str, span: Span) -> bool:
        """Return whether a sentence speaks of everybody: of both groups, of all patients, or of no group at all."""
        mentions: tuple[GroupMention, ...] = self.groups.mentions(span)
        named = {mention.whose for mention in mentions}
        return not named or ({"intervention", "comparator"} <= named and bool(_BOTH.search(text, *span)))


def _with_n(count: Count, n: Value) -> Count:
    return replace(count, values=(*count.values, n))
