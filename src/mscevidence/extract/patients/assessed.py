"""How many of the patients were left: "24 were evaluable for response", "18 completed follow-up", "9 got the cells".

What is told after such a sentence may be of these or of everybody. No n is taken from elsewhere for it then, unless a
percent that is printed beside the events fits one of the two numbers only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mscevidence.extract.grammar.count_rules import counts_at
from mscevidence.extract.grammar.counts import Count, is_open
from mscevidence.extract.grammar.cues import Holding
from mscevidence.extract.grammar.sentences import body_sections, sentences_of
from mscevidence.extract.outcomes import outcomes_in
from mscevidence.extract.outcomes.subgroups import CONDITIONS
from mscevidence.extract.patients.sentences import CELLS
from mscevidence.model import Document, Span, Value

Why = Literal["judged", "followed", "treated"]

_SECTIONS = {"Abstract", "Methods", "Patients", "Results", ""}
_CUE = Holding(
    re.compile(r"\b(?:evaluable|assessable|available\sfor|complet\w+|received|infused)\b", re.IGNORECASE),
    "evaluable assessable available complet received infused",
)
_JUDGED = r"(?:evaluable|assessable)"
_JUDGED_INSIDE = re.compile(rf"\b{_JUDGED}\b", re.IGNORECASE)
_JUDGED_BEHIND = re.compile(
    rf"(?:\s\([^()]{{1,40}}\))?(?:\s[\w-]+){{0,3}}?\s(?:were|was|are)\s(?:\w+ly\s)?{_JUDGED}\b", re.IGNORECASE
)
_JUDGED_BEFORE = re.compile(rf"\b{_JUDGED}\s(?:[\w-]+\s){{0,3}}?in\s(?:only\s|the\s)?\Z", re.IGNORECASE)
_FOLLOWED_BEHIND = re.compile(
    r"(?:\s?[(\[][^()\[\]]{1,40}[)\]])?(?:\s(?:treated|given|infused)\swith\s[^.;,]{2,60}?)?\s(?:have\s|had\s|who\s|only\s)*"
    r"(?:(?:were|was|are)\savailable\sfor\s(?:[\w-]+\s){0,3}?(?:follow-up|evaluation|analysis|assessment)"
    r"|completed\s(?:[\w-]+\s){0,5}?(?:stud(?:y|ies)|trial|follow-up|protocol|visits?|evaluations?|assessments?|observation|months?|years?))\b",
    re.IGNORECASE,
)
_TREATED_BEHIND = re.compile(
    r"(?:\s\([^()]{1,60}\))?\s(?:who\s)?(?:received|were\sinfused\swith)\s(?!(?:an?\s|the\s|only\s)?(?:second|third|additional|further|another|more|repeat\w*|other|one\s(?:more|or))\b)"
    rf"[^.;]{{0,70}}?{CELLS}",
    re.IGNORECASE,
)
_NO_PEOPLE = re.compile(r"\s?(?:[-–×.,]\s?\d|[×*%])")
"""What stands behind a number that counts nobody: the first of a range or of a dose."""
_MOST = 0.6
"""The share of all patients who got the treatment at least where its results may be of them: others are a subgroup."""


@dataclass(frozen=True)
class Assessed:
    """Patients who were left: how many, why, and from what place on.

    `others` are the other numbers of people that the sentence tells, of whom some may have got it in another way.
    """

    n: Value
    why: Why
    place: int
    others: tuple[float, ...] = ()

    def shares_out(self, total: float) -> bool:
        """Return whether the sentence tells what all the others did: "33 got cells of blood and 7 of marrow"."""
        n = self.n.number or 0.0
        return n + sum(self.others) == total or any(n + other == total for other in self.others)

    def may_be_meant(self, total: float, place: int, *, benefit: bool) -> bool:
        """Return whether what is told at a place, a benefit or something else, may be of these and not of the total."""
        n = self.n.number or 0.0
        if self.place >= place or n >= total or self.shares_out(total):
            return False
        return benefit if self.why == "judged" else self.why == "followed" or n >= _MOST * total


def assessed_in(document: Document) -> tuple[Assessed, ...]:
    """Return how many patients a document says were left to be assessed, in order of place."""
    return tuple(
        found
        for section, span in body_sections(document)
        if section in _SECTIONS and _CUE.search(document.text, *span)
        for sentence in sentences_of(document.text, span)
        if _CUE.search(document.text, *sentence)
        for found in _in_sentence(document.text, sentence)
    )


def _in_sentence(text: str, sentence: Span) -> Iterator[Assessed]:
    counts = counts_at(text, sentence)
    others = tuple(c for c in counts if _is_of_others(text, sentence, c))
    scoped = False
    for count in counts:
        scoped = scoped or count.rule == "of-n"
        printed = count.value("n")
        if printed is not None and _JUDGED_INSIDE.search(text, count.start, count.end):
            yield Assessed(printed, "judged", count.start)  # "16 of 18 evaluable patients"
            continue
        number, why = count.value("events"), _why(text, sentence, count)
        if number is not None and why is not None and (count.noun or scoped):
            beside = tuple(c.number("events") or 0.0 for c in others if c is not count)
            yield Assessed(number.model_copy(update={"role": "n"}), why, count.start, beside)


def _is_of_others(text: str, sentence: Span, count: Count) -> bool:
    """Return whether a number may count people outside brackets."""
    if count.rule not in {"x-patients", "bare-number"} or _NO_PEOPLE.match(text, count.end, sentence[1]):
        return False
    return not is_open(text[sentence[0] : count.start])


def _why(text: str, sentence: Span, count: Count) -> Why | None:
    if (
        _JUDGED_INSIDE.search(text, count.start, count.end)
        or _JUDGED_BEHIND.match(text, count.end, sentence[1])
        or _JUDGED_BEFORE.search(text, max(sentence[0], count.start - 60), count.start)
    ):
        return "judged"
    if any(mention.outcome not in CONDITIONS for mention in outcomes_in(text, (sentence[0], count.start))):
        return None  # "of the 27 patients with healing, 26 completed another year"
    if _FOLLOWED_BEHIND.match(text, count.end, sentence[1]):
        return "followed"
    return "treated" if count.rule == "x-patients" and _TREATED_BEHIND.match(text, count.end, sentence[1]) else None
