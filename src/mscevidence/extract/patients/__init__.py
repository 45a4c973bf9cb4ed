"""How many patients there are: enrolled, treated, assigned to an arm or to a phase of the trial."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ALL, ArmMention, arm_key, arms_in
from mscevidence.extract.candidates import candidate_at, said_again, value_at
from mscevidence.extract.grammar.count_rules import counts_at
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.numerals import WORDS
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.sentences import body_sections, sentences_of
from mscevidence.extract.outcomes import outcomes_in
from mscevidence.extract.patients.both_sexes import sum_of_parts
from mscevidence.extract.patients.equal_shares import equal_shares
from mscevidence.extract.patients.opening import SHARED_OUT, arms_told, largest_people, opening_count
from mscevidence.extract.patients.printed_sizes import printed_size
from mscevidence.extract.patients.sentences import ASIDE, ENROL, VERB_AFTER, ParticipantSentence, is_outnumbered
from mscevidence.model import Candidate, Document, Span, Value

_SECTIONS = {"Abstract", "Methods", "Patients", "Results", "Objective", ""}
_VERB_BEFORE = re.compile(
    r"\b(?:(?P<enrol>enrolled|included|recruited|randomi[sz]ed|(?:randomly\s)?(?:assigned|allocated)|enrolling|including|recruiting|comprised|involved|involving|entered)"
    r"|(?P<treat>treated|studied|transplanted|infused))\s(?:a\stotal\sof\s|in\stotal\s|overall\s)?$|\b(?P<total>[Aa]\stotal\sof\s)$",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"\b(?:were|was|been)\b")
_STATUS = ("enrol", "entered", "done", "treat")
"""The groups of the two patterns that say what was done."""
_SOME_RECEIVED = re.compile(
    r"\s(?:received|underwent|(?:were|was)\s(?:given|infused|treated)(?:\swith)?)\s(?:an?\s)?(?:only|one|two|three|four|five|six|\d|at\sleast|more"
    r"|second|third|additional|further|another|the\s(?:second|third)|rescue|repeat\w*|other|concomitant|antibiotic\w*)\b"
)
_RECEIVED = re.compile(r"\s(?:received|underwent|had|(?:was|were)\s(?:given|infused|treated))\b")
_FOLLOWED = re.compile(r"\s(?:have|had|has|were)\s(?:been\s)?(?:followed|followed-up|observed|available|lost|alive)\b")
_NOT_COUNTED = re.compile(
    r"\b(?:(?:compared|comparison|similar)\s(?:with|to)|than|also|screened|excluded|controls?|healthy|historical|previous(?:ly)?|planned(?!\sanalys)|will\sbe|would\sbe|to\sbe|expected|at\sleast|up\sto"
    r"|withdrew|lost|discontinued|donors?)\b",
    re.IGNORECASE,
)
_OF_THEM = re.compile(
    rf"\s(?:of\s(?:these|those|them|the|our)\s(?:(?:[\w-]+\s){{0,2}}?{PEOPLE}\s)?(?:received|were\s(?:\w+ly\s)?(?:infused|treated|given|injected|transplanted))\b"
    r"[^.;]{0,80}?\b(?:[\w-]*(?:MSCs?|ASCs?)|stem|stromal|cells)\b|were\s(?:\w+ly\s)?(?:treated|infused|transplanted)\b)"
)
"""What makes a bare number one of people: "22 of them received cells", "54 were treated"."""
_PART_BEFORE = re.compile(r"[^.;]{0,40}\b(?:including|comprising|involving|included)\s")
_IN_EACH = re.compile(r"[^.;]{0,80}?\b(?:in|to|into)\s(?:each|either|both)\s(?:\w+\s)?(?:groups?|arms?|cohorts?)\b")
_SCREENED_AFTER = re.compile(
    rf"{ASIDE}{{0,60}}?\b(?:were|was|had\sbeen|have\sbeen)\s(?:initially\s)?(?:screened|assessed|approached|excluded|planned)\b(?!\sand\s)"
)
_ADDITIONAL = re.compile(r"\s(?P<word>additional|more|further|extra|other)\s", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:due\sto|because\sof|owing\sto|for|after)\s(?:the\s|a\s|one\s)?(?P<reason>[a-z][^,.;()]{2,60})", re.IGNORECASE
)
_IN_SOME = re.compile(r"\b(?:[Ii]n|[Aa]mong|[Ff]or)\s\Z")
"""What makes "in 6 patients, treatment was begun within 3 days" speak of some, whoever its verb is of."""
_SIZED = re.compile(
    rf"\s?[(\[]\s?(?:[nN]\s?=|\d)|,\s?(?:[nN]\s?=|(?:\d{{1,4}}|{WORDS})(?:\s{PEOPLE})?\s?[)\];])", re.IGNORECASE
)
_IN_ARM = re.compile(
    rf"(?:\s(?:{PEOPLE}))?(?:\s(?:were\s)?(?:\w+ed\s)?)?\s?(?:in|to|into|received|for|at|on)\s(?:the\s)?$"
)


_MOST = 0.6
"""The share of all people counted that the treated must be, so that they are no group among others."""
_STAGE = re.compile(
    r"(?:[A-Z][a-z]+:\s)?In\sthe\s(?:first|second|third|latter|extension|phase\s[\dIV]+[ab]?)(?:\s(?:stage|part|phase|study|trial|period|cohort|step))?\b"
)
"""What begins a sentence about one part of a trial."""


def participants_in(document: Document) -> tuple[Candidate, ...]:
    """Return candidates for the numbers of patients, each number of an arm once."""
    first: dict[tuple[str | None, float | None, bool], Candidate] = {}
    for section, span in body_sections(document):
        if section not in _SECTIONS:
            continue
        for sentence in sentences_of(document.text, span):
            for candidate in _in_sentence(document, sentence):
                key = (arm_key(candidate.arm or ALL), candidate.number("n"), candidate.value("qualifier") is None)
                first[key] = said_again(first[key], candidate.span) if key in first else candidate
    if any(_is_a_total(candidate) for candidate in first.values()):
        largest = largest_people(document)
        first = {key: c for key, c in first.items() if not _is_a_total(c) or (c.number("n") or 0) >= largest}
    largest = max((n or 0 for label, n, whole in first if label == ALL and whole), default=0)
    taken = frozenset(value.span for candidate in first.values() for value in candidate.values)
    for candidate in opening_count(document, taken):
        if (candidate.number("n") or 0) > largest:  # told beside "33 of them received ...", it leaves both in doubt
            first[(ALL, candidate.number("n"), True)] = candidate
    labels: dict[str, str] = {}
    for candidate in first.values():
        labels.setdefault(arm_key(candidate.arm or ALL), candidate.arm or ALL)
    return tuple(c.model_copy(update={"arm": labels[arm_key(c.arm or ALL)]}) for c in first.values())


def _is_a_total(candidate: Candidate) -> bool:
    """Return whether a number is told as "a total of 6 patients" only, without a verb of enrolment or treatment."""
    return candidate.rule == "patients-enrolled" and candidate.value("status") is None


def _in_sentence(document: Document, span: Span) -> Iterator[Candidate]:
    counts = counts_at(document.text, span)
    if not counts:
        return
    place = ParticipantSentence(document, span, counts, arms_in(document.text, span))
    told = list(arms_told(document, span, counts, place.arms))
    yield from told
    yield from equal_shares(document, span, counts, place.arms)
    taken = {value.span for candidate in told for value in candidate.values}
    for count in counts:
        if any(value.span in taken for value in count.values):
            continue
        if count.rule == "n-equals":
            yield from printed_size(place, count)
        elif count.rule in {"x-patients", "bare-number", "of-n"}:
            yield from _enrolled(place, count)


def _enrolled(place: ParticipantSentence, count: Count) -> Iterator[Candidate]:
    """Yield the candidate of "18 patients were enrolled", of "20 in the MSC group", or nothing."""
    after, before = place.after(count), place.before(count)
    if (
        _SCREENED_AFTER.match(after)
        or _IN_EACH.match(after)
        or _NOT_COUNTED.search(before[-40:])
        or _NOT_COUNTED.search(place.document.text[count.start : count.end])
    ):
        return
    if after.startswith(",") and _IN_SOME.search(before):
        return
    verb = _verb_of(place, count, after)
    preceding = _VERB_BEFORE.search(before[-40:]) if count.noun and not _is_a_part(place, count, before) else None
    arm = _arm_after(place, count, place.until_next(count))
    listed = arm is not None and _is_listed(place, count, arm)
    if not (verb or preceding or listed) or (arm is None and _some_only(place, count, after)):
        return
    if arm is None and any(_RECEIVED.match(place.after(c)) for c in place.counts if c.end <= count.start):
        return  # "one patient was given two infusions and five received one"
    if arm is None and SHARED_OUT.match(place.document.text, count.end, place.span[1]):
        return
    both = sum_of_parts(place.document.text, place.counts, count, place.span[0])
    number = both or count.value("events") or count.value("n")
    if number is None or number.span is None or not number.number or number.number < 1:
        return
    label = arm.label if arm is not None and (verb or listed) else ALL
    values = [
        Value(**{**number.model_dump(), "role": "n"}),
        *_status(place.document, count, verb, preceding, before),
    ]
    values += _additional(place.document, count, after)
    start, end = min(count.start, number.span[0]), max(count.end, number.span[1])
    yield candidate_at(
        place.document,
        "participants",
        "patients-enrolled" if label == ALL else "patients-in-arm",
        (start, end),
        values,
        arm=label,
        arm_span=(arm.start, arm.end) if arm is not None and label != ALL else None,
        certainty="derived" if number.derived else "stated",
    )


def _verb_of(place: ParticipantSentence, count: Count, after: str) -> re.Match[str] | None:
    """Return the verb that says what was done with those counted, None for "3 patients treated for EBV" of 30."""
    counted = count.noun or _is_of_people(place, count)
    verb = VERB_AFTER.match(after) if counted else None
    if verb is None or verb["treat"] is None or _AUXILIARY.search(verb.group()):
        return verb
    number = count.number("events") or count.number("n") or 0
    active = verb["treat"] in {"received", "underwent"}
    return verb if active or number >= largest_people(place.document) else None


def _is_of_people(place: ParticipantSentence, count: Count) -> bool:
    """Return whether a number alone is of people, and of most of them: "22 of them got cells", "54 were treated"."""
    if count.rule != "bare-number" or not _OF_THEM.match(place.document.text, count.end):
        return False
    if any(other.rule == "of-n" for other in place.counts):
        return False  # "of 814 admitted, 14 were treated" leaves doubt
    return (count.number("events") or 0) >= _MOST * largest_people(place.document)


def _is_a_part(place: ParticipantSentence, count: Count, before: str) -> bool:
    """Return whether a number is of some of those counted before it: "55 patients, including 23 patients with ..."."""
    earlier = [each for each in place.counts if each.end <= count.start]
    return bool(earlier and _PART_BEFORE.fullmatch(before))


def _some_only(place: ParticipantSentence, count: Count, after: str) -> bool:
    """Return whether a number is of some patients: of an arm named before it, or of those with two infusions."""
    named = any(a.end <= count.start and a.kind != "all" for a in place.arms)
    return (
        named
        or bool(_STAGE.match(place.document.text, *place.span))
        or is_outnumbered(place.document.text, count, place.counts)
        or bool(_SOME_RECEIVED.match(after) or _FOLLOWED.match(after))
    )


def _arm_after(place: ParticipantSentence, count: Count, after: str) -> ArmMention | None:
    within = [a for a in place.arms if count.end <= a.start < count.end + len(after) and a.kind != "all"]
    if len({a.label for a in within}) != 1:
        return None
    sized = _SIZED.match(place.document.text, within[0].end)
    return None if sized else within[0]


def _is_listed(place: ParticipantSentence, count: Count, arm: ArmMention) -> bool:
    """Return whether a number stands directly before its arm in a sentence about assignment."""
    gap = place.document.text[count.end : arm.start]
    sentence = place.document.text[slice(*place.span)]
    if re.search(ENROL, sentence):
        return bool(_IN_ARM.fullmatch(gap))
    treated = re.search(r"\b(?:treated|infused|received|studied)\b", sentence)
    return bool(_IN_ARM.fullmatch(gap) and treated and not outcomes_in(place.document.text, place.span))


def _status(
    document: Document,
    count: Count,
    verb: re.Match[str] | None,
    preceding: re.Match[str] | None,
    before: str,
) -> list[Value]:
    """Return the word that says what was done with them: enrolled, treated, entered."""
    told, offset = (verb, count.end) if verb is not None else (preceding, count.start - len(before[-40:]))
    group = next((name for name in _STATUS if told and name in told.re.groupindex and told[name]), None)
    if told is None or group is None:
        return []
    return [value_at(document, "status", (offset + told.start(group), offset + told.end(group)))]


def _additional(document: Document, count: Count, after: str) -> list[Value]:
    """Return qualifier and reason of patients who were added to a group."""
    word = _ADDITIONAL.search(document.text, count.start, count.end)
    if word is None:
        return []
    found = [value_at(document, "qualifier", word.span("word"))]
    reason = _REASON.search(after)
    if reason is not None:
        found.append(
            value_at(document, "reason", (count.end + reason.start("reason"), count.end + reason.end("reason")))
        )
    return found
