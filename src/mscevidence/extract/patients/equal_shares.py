"""Sizes of groups that are told as equal: "30 patients, 15 in each group", "divided equally into two groups"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ALL, ArmMention, arms_in
from mscevidence.extract.candidates import candidate_at
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.cues import Holding
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.sentences import body_sections
from mscevidence.extract.outcomes import outcomes_in
from mscevidence.extract.outcomes.subgroups import CONDITIONS
from mscevidence.extract.patients.arm_references import different
from mscevidence.extract.patients.assigned import treatments_assigned
from mscevidence.model import Candidate, Document, Span, Value

_CUE = Holding(re.compile(r"\b(?:each|per|equally|evenly)\b", re.IGNORECASE), "each per equally evenly")
_ASSIGNED = re.compile(
    r"\b(?:randomi[sz]|randomly|assign|allocat|divid|split|enrol|includ|compris|treat|recruit)|[nN]\s?=", re.IGNORECASE
)
_EACH = re.compile(
    rf"(?:\s{PEOPLE})?\s?(?:(?:were\s)?(?:assigned|allocated|randomi[sz]ed)\s)?(?:in|to|into|for|per|/)\s?(?:each\s|either\s)?(?:of\sthe\s(?:two|three|four)\s)?"
    r"(?:treatment\s|study\s)?(?:groups?|arms?|cohorts?)\b"
)
_EACH_WORD = re.compile(r"\b(?:each|either|per)\b|/", re.IGNORECASE)
_EQUALLY = re.compile(
    r"\b(?:randomi[sz]ed|randomly|assigned|allocated|divided|split)\b[^.;]{0,60}?\b(?:equally|evenly)\b"
    r"|\b(?:equally|evenly)\s(?:randomi[sz]ed|assigned|allocated|divided|split)\b",
    re.IGNORECASE,
)


def equal_shares(
    document: Document, span: Span, counts: tuple[Count, ...], arms: tuple[ArmMention, ...]
) -> Iterator[Candidate]:
    """Yield the size of each of the groups of a sentence that tells one size for all of them.

    The groups are those that the sentence names, or else the two treatments that patients were assigned to.
    """
    if not _CUE.search(document.text, *span) or not _ASSIGNED.search(document.text, *span):
        return
    if any(mention.outcome not in CONDITIONS for mention in outcomes_in(document.text, span)):
        return  # "two patients in each group had fever"
    named = [(arm.label, (arm.start, arm.end)) for arm in different(arms)]
    groups = named if len(named) > 1 else [(name, None) for name in treatments_assigned(document)]
    elsewhere = len(groups) < 2
    groups = [(name, None) for name in _named_elsewhere(document)] if elsewhere else groups
    each = _size_of_each(document.text, span, counts, len(groups)) if len(groups) > 1 else None
    if each is None or each.span is None:
        return
    whole = counts[0].value("events") if counts[0].rule == "x-patients" else None
    if whole is not None and whole.span is not None and whole.number == (each.number or 0) * len(groups):
        everybody = whole.model_copy(update={"role": "n"})
        yield candidate_at(
            document, "participants", "sum-of-shares", whole.span, [everybody], arm=ALL, certainty="stated"
        )
    elif elsewhere:
        return
    for label, place in groups:
        certainty = "derived" if each.derived else "stated"
        yield candidate_at(
            document, "participants", "equal-shares", each.span, [each], arm=label, arm_span=place, certainty=certainty
        )


def _named_elsewhere(document: Document) -> list[str]:
    """Return the groups that other sentences name, which the sizes of this sentence must fill."""
    arms = [arm for _, span in body_sections(document) for arm in arms_in(document.text, span) if arm.kind != "phase"]
    return [arm.label for arm in different(tuple(arms))]


def _size_of_each(text: str, span: Span, counts: tuple[Count, ...], groups: int) -> Value | None:
    for count in counts:
        number = count.value("events") or count.value("count")
        told = _EACH.match(text, count.end, span[1])
        if number is not None and number.number and told is not None and _EACH_WORD.search(told.group()):
            return number.model_copy(update={"role": "n"})
    people = [count.value("events") for count in counts if count.rule == "x-patients"]
    total = people[0] if len(people) == 1 else None
    if total is None or not total.number or total.number % groups or not _EQUALLY.search(text, *span):
        return None
    return total.model_copy(update={"role": "n", "number": total.number / groups, "derived": True})
