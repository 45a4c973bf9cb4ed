"""Sizes printed as "n = 20": of a named group, of a treatment that patients were assigned to, of all patients."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ALL
from mscevidence.extract.candidates import candidate_at
from mscevidence.extract.grammar.counts import Count, is_open
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.outcomes import outcomes_in
from mscevidence.extract.outcomes.subgroups import CONDITIONS
from mscevidence.extract.patients.sentences import VERB_AFTER, ParticipantSentence
from mscevidence.model import Candidate, Span, Value

_PEOPLE_BEFORE = re.compile(
    rf"^(?:(?P<whole>At\sbaseline|Overall|In\stotal|Altogether),\s)?(?:\w+\s){{0,4}}(?P<people>{PEOPLE})\s?[(\[]\s?$",
    re.IGNORECASE,
)
_OPENED_WITH = re.compile(
    rf"(?:All\s)?(?:[\w-]+\s){{0,3}}?(?P<people>{PEOPLE})\s[^.;:()\[\]]{{2,120}}?\s?[(\[]\s?", re.IGNORECASE
)
_WERE_IN = re.compile(
    r"[)\]]\s(?:were|have\sbeen|had\sbeen)\s(?:\w+ly\s)?(?:enrolled|included|recruited|treated|studied|analy[sz]ed|evaluated|reviewed|registered)\b",
    re.IGNORECASE,
)
_TREATMENT = re.compile(
    r"(?:to|with|received?|receiving|either|and|or|,|(?:infusions?|injections?|doses?|courses?|transplantation)\sof)\s(?:receive\s|either\s|or\s|and\s|the\s|an?\s)*(?P<name>(?!(?:or|and)\s)[A-Za-z][\w+/-]*(?:\s(?!receiv|were\b|was\b|who\b|had\b)[\w+/-]+){0,4})\s?[(\[]\s?(?:[^()\[\]=]{2,60}[,;]\s)?$"
)
_ASSIGNED = re.compile(
    r"\b(?:randomi[sz]ed|randomly|assigned|allocated|divided|to\sreceive|received|treated\swith)\b", re.IGNORECASE
)
_HOW_OFTEN = re.compile(
    r"(?:single|one|two|three|four|double|repeated|multiple|weekly|monthly)[\s-](?:[\w-]+\s){0,2}?(?:infusions?|injections?|doses?)\Z",
    re.IGNORECASE,
)
"""An arm named by the infusions that its patients got: "a single infusion (n = 5) or two infusions (n = 7)"."""
_NO_PATIENTS = re.compile(r"\b(?:donors?|doses?|samples?|infusions?|cent(?:er|re)s?|sites?|units?)\Z", re.IGNORECASE)


def printed_size(place: ParticipantSentence, count: Count) -> Iterator[Candidate]:
    """Yield the candidate of "the MSC group (n = 20)", "to receive MSC (n = 20)", "patients (n = 20) were enrolled"."""
    n = count.value("count")
    found = _named_beside(place, count) or _treatment_before(place, count) or _everybody_before(place, count)
    if n is None or found is None:
        return
    label, place_of_name = found
    if _NO_PATIENTS.search(label) and not _HOW_OFTEN.match(label):
        return
    opened = is_open(place.document.text[place_of_name[0] : count.end])
    closing = 1 if opened and place.document.text[count.end : count.end + 1] in {")", "]"} else 0
    yield candidate_at(
        place.document,
        "participants",
        "n-equals",
        (place_of_name[0], count.end + closing),
        [Value(**{**n.model_dump(), "role": "n"})],
        arm=label,
        arm_span=place_of_name if label != ALL else None,
        certainty="stated",
    )


def _named_beside(place: ParticipantSentence, count: Count) -> tuple[str, Span] | None:
    """Return the group of "the MSC group (n = 20)" and of "(n = 20, group 1)"."""
    for arm in place.arms:
        if arm.end <= count.start and re.fullmatch(r"\s?[(\[,;:]?\s?", place.document.text[arm.end : count.start]):
            return arm.label, (arm.start, arm.end)
        ahead = arm.start >= count.end and re.fullmatch(r",\s", place.document.text[count.end : arm.start])
        if ahead and place.document.text.startswith(")", arm.end):
            return arm.label, (arm.start, arm.end)
    return None


def _treatment_before(place: ParticipantSentence, count: Count) -> tuple[str, Span] | None:
    """Return the treatment that patients were assigned to, which is all the name that their arm has."""
    before = place.document.text[place.span[0] : count.start]
    found = _TREATMENT.search(before[-80:])
    if found is None or not _ASSIGNED.search(before) or outcomes_in(found["name"], (0, len(found["name"]))):
        return None
    if re.search(rf"\b{PEOPLE}$", found["name"]):
        return None
    offset = count.start - len(before[-80:])
    return found["name"], (offset + found.start("name"), offset + found.end("name"))


def _everybody_before(place: ParticipantSentence, count: Count) -> tuple[str, Span] | None:
    """Return everybody for "patients (n = 20) were enrolled", "patients given cells here (n = 20) were included"."""
    text, start = place.document.text, place.span[0]
    opened = _OPENED_WITH.fullmatch(text, start, count.start)
    if opened is not None and _WERE_IN.match(text, count.end, place.span[1]):
        alone = all(other is count or other.rule != "n-equals" for other in place.counts)
        chosen = any(m.outcome not in CONDITIONS for m in outcomes_in(text, (start, count.start)))
        return (ALL, (start, opened.end("people"))) if alone and not chosen else None
    before = _PEOPLE_BEFORE.search(place.document.text[place.span[0] : count.start])
    if before is None:
        return None
    after = place.document.text[count.end : place.span[1]].lstrip(")]")
    if before["whole"] is None and not VERB_AFTER.match(after):
        return None
    return ALL, (place.span[0] + before.start(), place.span[0] + before.end("people"))
