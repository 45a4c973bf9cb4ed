"""Sentences that say nobody had an outcome, in both groups or in one: "no deaths", "did not occur in any patient"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mscevidence.extract.lookup.asked_outcome import AskedOutcome
from mscevidence.extract.lookup.told_sizes import ToldSizes
from mscevidence.extract.tables.two_by_two import Counted, Found
from mscevidence.extract.wording.word_stems import stems
from mscevidence.model import Span, Value

_NONE = re.compile(
    r"\b(?:no|nobody|no\sone|none\sof\s(?:the(?!\stwo)|our|these|all|any)|without(?:\sany)?|neither|not?\s(?:a\s)?(?:single|any))\b|\bnone\sof\s(?=patients|subjects|participants)",
    re.IGNORECASE,
)
_DID_NOT = re.compile(
    r"\b(?:did|does|was|were|has|have)\s(?:not|never)\s(?:been\s)?(?:occur\w*|observed|seen|reported|detected|recorded|found|noted"
    r"|develop(?:ed)?|encountered|experienced?)\b[^.;,]{0,24}?\b(?:any|either|both|all|neither)\b",
    re.IGNORECASE,
)
_NOT_SEEN = re.compile(
    r"\b(?:was|were|has\sbeen|have\sbeen)\snot\s(?:seen|observed|reported|detected|recorded|found|noted|encountered|documented|performed"
    r"|required|needed|necessary)\b(?=\s?[.;]|\s(?:on|in|during|throughout|at)\s(?:any|either|the\s(?:study|trial|entire|whole)|our)\b|\s?$)",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\b(?:differ\w*|effects?|changes?|improvements?|associations?|correlations?|relations?\w*|trends?)\b",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"\bno\s(?:[\w-]+\s){0,3}?(?:significant|differ|relation|(?<!side\s)(?<!adverse\s)effect(?!s)|change|association|correlation|apparent|trend|interaction|impact"
    r"|influence|benefit)\w*|\bno\sevidence\s(?:that|for)\b",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\b(?:in|of|between|for|by)\s(?:either|both|the\stwo|any)\s(?:of\sthe\s)?(?:\w+\s)?(?:groups?|arms?|patients?|subjects?|participants?)\b"
    r"|\bneither\s(?:group|arm)\b|\b(?:all|any)\s(?:of\s(?:the|our)\s)?(?:patients|subjects|participants)\b|\beither\streatment\sgroup\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\s?(?:of\s(?:the|our|these|all)\s)?(?:\w+\s){0,2}?(?:patients?|subjects?|participants?|children|women|men|infants|one|individuals?)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:was|were|is|are|has|have|had|did|could"
    r"|(?<![\w-])(?!(?:related|unrelated|associated|reported|confirmed|documented|suspected|unexpected|increased|delayed)\b)[a-z]{3,}ed|occurs|led|arose|took|showed|underwent|got|left)\b",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(r"\s(?!(?:was|were|is|are|has|have|had|did)\b)[\w-]+(?=\s[a-z])")
_OCCURRED = re.compile(
    r"\s?(?:(?:was|were|is|are|has|have|had|been|also|ever)\s){0,3}(?:there|seen|observed|reported|detected|recorded|found|noted|noticed|evident"
    r"|encountered|documented|registered|identified|diagnosed|occurred|developed|happened|experienced|present|described|arose|took\splace"
    r"|apparent)\b|\s?(?:was|were|is|are)?\s?(?:$|(?:in|during|among|within|at|throughout|for|with|by)\b)",
    re.IGNORECASE,
)
_END = re.compile(
    r"[;:(]|,\s(?=(?:[\w-]+\s){0,6}?(?:was|were|is|are|had|has|did|occurred)\b)|\s(?:but|while|whereas|although|however)\b|,?\sand\s(?=no\b)"
)
_PEOPLE_BEFORE = re.compile(
    r"\b(?:patients|children|subjects|women|men|participants|those|groups?|infants|cases|and|or|with)\s$", re.IGNORECASE
)
_ONE_GROUP = re.compile(
    r"\b(?:in|of|from|among)\s(?:the\s)?(?!(?:both|either|each|any|all|study|two|whole|entire|these|our|the)\b)"
    r"[\w-]+(?:\s[\w-]+)?[\s-](?:group|arm|cohort)\b",
    re.IGNORECASE,
)
_STUDY = re.compile(r"\b(?:study|trial|follow-?up|observation)\b", re.IGNORECASE)
_FIGURE = re.compile(r"(?<![pP]\s[=<>]\s)(?<![pP][=<>])(?<!\d)\d*\d\.\d|\d\s?%")
_SIGNIFICANT = re.compile(
    r"\bno\s(?:[\w-]+\s){0,3}?significant\b(?!\s(?:[\w-]+\s){0,2}?(?:differ|relat|effect|change|associat|correlat|trend|improve))",
    re.IGNORECASE,
)
"""What was significant is no difference: "no significant bleeding"."""
_FOR = re.compile(r"(?<=[a-z]{4}\s)for\s(?!(?:the|any|either|both|all|each)\b)(?P<why>[a-z]{4,})", re.IGNORECASE)
_PLANNED = re.compile(r"\bend[\s-]?points?\b|\bdefin(?:ed|ition)\b|\bcriteri(?:a|on)\b", re.IGNORECASE)


@dataclass(frozen=True)
class ZeroQuestion:
    """A question put to the sentences that may say nobody had the outcome.

    Args:
        asked: the outcome.
        sizes: the sizes of the groups.
    """

    asked: AskedOutcome
    sizes: ToldSizes

    def answer(self, span: Span) -> Found | None:
        """Return zero events in both groups where a sentence says that nobody of either had the outcome."""
        first, second = self.sizes.best
        asked = self.asked
        if first is None or second is None or not self.sizes.certain or asked.of_some_patients(span):
            return None
        for words, clause in self._told(span):
            if asked.tells(clause, denied=True) and self._everybody(span, clause) and not self._is_for_a_reason(clause):
                zero = _zero(asked.groups.text, words)
                counted = (Counted(zero, first, "zero"), Counted(zero, second, "zero"))
                return Found(*counted, "sentence-zero", 0.9, asked.groups.text[slice(*span)], span)
        return None

    def of_one(self, span: Span, size: Value | None) -> Counted | None:
        """Return zero events of the one group that a sentence speaks of."""
        if size is None:
            return None
        told = (words for words, clause in self._told(span) if self.asked.tells(clause, denied=True))
        words = next(told, None)
        return None if words is None else Counted(_zero(self.asked.groups.text, words), size, "zero")

    def _is_for_a_reason(self, clause: Span) -> bool:
        """Return whether what nobody had is told with a reason that was not asked for: "reoperation for infection"."""
        asked = stems(self.asked.words)
        reasons = _FOR.finditer(self.asked.groups.text, *clause)
        return any(not stems(reason["why"]) <= asked | self.asked.groups.topical for reason in reasons)

    def _told(self, span: Span) -> Iterator[tuple[Span, Span]]:
        """Yield where a sentence says that nobody had something, and the clause that says what."""
        text = self.asked.groups.text
        if _PLANNED.search(text, *span):
            return
        did_not = _DID_NOT.search(text, *span) or self._not_seen(span)
        found = [(did_not.span(), (span[0], did_not.end()))] if did_not is not None else list(self._nones(span))
        for words, clause in found:
            counted = _FIGURE.search(text, *clause) or self.asked.groups.counts(clause)
            if not counted and not self._no_difference(clause):
                yield words, clause

    def _nones(self, span: Span) -> Iterator[tuple[Span, Span]]:
        """Yield each "no" of a sentence with the words it denies."""
        text = self.asked.groups.text
        for none in _NONE.finditer(text, *span):
            stop = _END.search(text, none.end(), span[1])
            clause = (none.start(), stop.start() if stop else span[1])
            if self._is_none(none, span) and not self._did_something_else(none.end(), clause[1]):
                yield none.span(), clause

    def _no_difference(self, clause: Span) -> bool:
        """Return whether words deny a difference or effect, rather than that something happened."""
        text = self.asked.groups.text
        found = _SOME.search(text, *clause)
        if found is None:
            return False
        return not (_SIGNIFICANT.search(text, *clause) and "significant" in self.asked.words)

    def _not_seen(self, span: Span) -> re.Match[str] | None:
        """Return where a sentence ends by saying that something, no difference or effect, was not seen."""
        text = self.asked.groups.text
        found = _NOT_SEEN.search(text, *span)
        return found if found is not None and not _MEASURED.search(text, span[0], found.start()) else None

    def _did_something_else(self, start: int, stop: int) -> bool:
        """Return whether what nobody had is told to do more than occur: "no episodes required dialysis"."""
        text = self.asked.groups.text
        if _PEOPLE.match(text, start, stop):
            return False
        first = _FIRST_WORD.match(text, start, stop)  # "no completed suicides": a participle before its noun
        verb = _VERB.search(text, first.end() if first else start, stop)
        return verb is not None and not _OCCURRED.match(text[verb.start() : stop])

    def _is_none(self, none: re.Match[str], span: Span) -> bool:
        """Return whether words say that nobody had something: not "no difference", and not "patients without" it."""
        text = self.asked.groups.text
        before = text[max(span[0], none.start() - 16) : none.start()]
        people = none.group().casefold().startswith("without") and _PEOPLE_BEFORE.search(before)
        return not (people or before.endswith("("))

    def _everybody(self, span: Span, clause: Span) -> bool:
        """Return whether a clause speaks of everybody: of both groups, of all patients, or of no group at all."""
        text = self.asked.groups.text
        mentions = self.asked.groups.mentions(span)
        named = {mention.whose for mention in mentions}
        if not named:
            return not _ONE_GROUP.search(text, *span)
        both = {"intervention", "comparator"} <= named
        inside = any(clause[0] <= m.start < clause[1] for m in mentions)
        return both and bool((not inside and _STUDY.search(text, *clause)) or _BOTH.search(text, *span))


def _zero(text: str, words: Span) -> Value:
    return Value(role="events", text=text[slice(*words)], span=words, number=0.0)
