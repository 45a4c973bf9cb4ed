"""How many patients a text opens with, and how many it says got this or that, where no verb of enrolment tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ALL, ArmMention
from mscevidence.extract.candidates import candidate_at
from mscevidence.extract.grammar.count_rules import counts_at
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.cues import Holding, Opening
from mscevidence.extract.grammar.numerals import WORDS, value_of
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.sentences import body_sections, sentences_of
from mscevidence.extract.outcomes import outcomes_in
from mscevidence.extract.outcomes.subgroups import CONDITIONS
from mscevidence.extract.patients.both_sexes import sum_of_parts
from mscevidence.extract.patients.sentences import is_outnumbered
from mscevidence.model import Candidate, Document, Span, Value

_SECTIONS = {"Abstract", "Methods", "Patients", "Results", ""}
_LEAD = re.compile(
    r"(?:(?:In\stotal|Overall|In\sthis|In\sa|In\san|In\sour|For|We|Our|A\stotal\sof|This|These|Here|Within|Among|[Oo]f|All|The\s\w+)\b(?:[^.;()]|\([^()]{0,40}\)){0,260}|(?:[\w\s,/-]|\([^()]{0,40}\)){0,240}"
    r"\b(?:into|to|in|of|treated|studied|included|enrolled|reviewed|for|with)\s(?:the\s|a\stotal\sof\s)?|[^.;]{0,140}:\s?"
    r"|(?:Between|From|Since|During|Within|After|Until|At)\b[^.;()]{3,120},\s)?",
)
_NOT_THE_PATIENTS = re.compile(
    r"\b(?:screened|excluded|controls?|healthy|historical|previous\w*|earlier|planned|will|would|to\sbe|expected|at\sleast|up\sto|donors?|literature"
    r"|stud(?:y|ies)\sof|reports?\sof|additional|further|other|another|about|approximately|million|worldwide)\b",
    re.IGNORECASE,
)
_TREATED = re.compile(
    r"\b(?:implant\w*|evaluated|analy[sz]ed|underwent|enrol\w*|cells?|[\w-]*MSCs?|[\w-]*MSCT|[\w-]*ASCs?|stem|stromal|transplant\w*|infus\w+|injec\w+|treat\w+|given|received|studied|reviewed|followed"
    r"|randomi[sz]ed|assigned|enrolled|included)\b",
    re.IGNORECASE,
)
_GOT_IT = re.compile(
    r"\b(?:received|underwent|(?:were|was)\s(?:\w+ly\s)?(?:treated|given|enrolled|included|infused))\b"
)
_INCLUDED = re.compile(r"\b(?:includ\w+|of\swhom|compris\w+)\b")
_OF_ALL = re.compile(
    r"(?:Of|Among|Out\sof)\s(?:the\s|our\s|a\stotal\sof\s)?|In\s(?:this|our|the\spresent)\s(?:[\w-]+\s){0,4}(?:cohort|group|series|sample|study|trial|analysis|report|review)\sof\s"
)
_IN_EACH = re.compile(r"[^.;]{0,80}?\b(?:in|to|into|per)\s(?:each|either|both)\s(?:\w+\s)?(?:groups?|arms?|cohorts?)\b")
SHARED_OUT = re.compile(
    rf"[^.;:,()]{{0,90}}?\s(?P<word>for|with)\s[^.;()]{{2,90}}?,?\sand\s(?:\d{{1,3}}|{WORDS})\s(?:{PEOPLE}\s)?(?P=word)\s"
)
"""Ten patients got it for one disease and eight for another."""
_ONLY_SEEN = re.compile(
    r"[^,;.]{0,80}\b(?:admitted|seen|referred|screened|presenting|presented|registered|diagnosed)\b"
)
_OF_WHAT = re.compile(r"\sof\s(?:the\s|all\s|these\s|those\s|our\s)?(?P<what>(?:[\w/-]+\s?){1,4})")
_IN_PEOPLE = re.compile(rf"\b(?:{PEOPLE}|them|whom|which|those|these|us)\b|\d", re.IGNORECASE)
_PATIENT_TRIAL = Holding(
    re.compile(
        rf"(?<![\w.])(?P<n>\d{{1,4}}|{WORDS})-(?:patient|subject|participant)\b[^.;()]{{0,50}}\b(?:trial|study|series|cohort)\b",
        re.IGNORECASE,
    ),
    "-patient -subject -participant",
)
_TOTAL_N = Holding(
    re.compile(
        r"\b(?:patients|participants|children|adults|subjects|data|cohort|collected|centres|centers|study)\b[^.;()]{0,40}\(N\s?=\s?(?P<n>\d{1,4})\b"
    ),
    "(n",
)
_STUDY_OF = Opening(
    re.compile(
        rf"(?<!previous\s)(?<!earlier\s)\b(?:stud(?:y|ied)|trial|series|analysis)\s(?:of|in|on|involving)\s(?P<n>\d{{1,4}}|{WORDS})"
        rf"\s(?:[\w-]+\s){{0,3}}?{PEOPLE}\s(?:with|who|aged|undergoing|treated|receiving)\b",
        re.IGNORECASE,
    ),
    "stud trial series analysis",
)
"""A study of so many patients with a disease."""
_WITH_DISEASE = re.compile(
    r"(?:\s?\([^()]{0,120}\))?\s?,?(?:\s(?:at|in|from)\s[\w\s-]{2,40}?)?(?:,\sincluding\b|,\s(?:all|most|half|many|some|[a-z-]{3,12})\sof\s(?:them|whom)\s[^,.;]{3,60},\s(?:were|was|had|received|underwent)\b|,\s(?:\d{1,3}|[a-z-]{3,12})\swith\s[^.;]{3,120}?,\s(?:were|was|received|underwent)\b|\s(?:with|treated|aged|ages|suffering\sfrom|who\s(?:had|were|did|have|underwent|received|sequentially)|had\sbeen|were|had|underwent|received)\b)"
    r"|\s?(?:\([^()]{0,120}\))?\.$"
)
_GOT = (
    r"(?:received|receiving|given|had|underwent|chose|got|treated\swith|were\s(?:\w+ly\s)?(?:given|treated\swith|assigned\sto|allocated\sto|randomi[sz]ed\sto|infused\swith)"
    r"|with|to(?:\sreceive)?|on)"
)
_NAME = (
    r"(?P<name>(?:without\s)?[A-Za-z][\w+/-]*(?:\s(?!(?:and|or|while|whereas|but|as|were|was|who|had)\b)[\w+/-]+){0,5})"
)
_GOT_THIS = re.compile(
    rf"(?:\s{PEOPLE})?\s(?:{_GOT}\s(?:an?\s|the\s)?|(?=without\s)){_NAME}(?=\s?(?:[,.;(]|and\b|while\b|whereas\b|but\b|as\b|$))"
)
_NAMED_BEHIND = re.compile(r"[^.;()]{0,140}\((?:the\s|in\sthe\s)?$")
_A_DOSE = re.compile(r"\s(?:[\w-]+\s){0,3}?(?:doses?|dosages?|infusions?|injections?|courses?|cycles?|vials?|times?)\b")
_PLAIN = {"x-patients", "bare-number"}
_EQUALS = re.compile(r"\s?=\s?(?P<n>[1-9]\d{0,3})(?=\s?[,;)\]]|\sand\b)")
_NAMED_BEFORE = re.compile(r"\s?[(\[]\s?$")


def opening_count(document: Document, taken: frozenset[Span | None]) -> Iterator[Candidate]:
    """Yield the number of all patients when a text opens with it: "Seven people with ITP were given cells".

    Nothing is yielded when a larger number of people is counted anywhere in the text.

    Args:
        document: the document.
        taken: where the sizes of arms stand.
    """
    counted = list(_counted(document))
    largest = max((_people(document.text, count) for _, count in counted), default=0.0)
    found = _stated_size(document)
    if found is not None and (found.number or 0) >= largest and found.span is not None:
        yield _participants(document, "size-of-the-trial", found.span, found, ALL, None)
        return
    for sentence, count in counted:
        if _opens(document.text, sentence, count):
            both = sum_of_parts(document.text, [c for place, c in counted if place == sentence], count, sentence[0])
            number = both or count.value("events") or count.value("n")
            largest = max(largest, (both.number if both else None) or 0.0)
            whole = not is_outnumbered(document.text, count, [other for place, other in counted if place == sentence])
            if number is not None and whole and number.span not in taken and number.number == largest >= 2:
                yield _participants(document, "opening-number", (count.start, count.end), number, ALL, None)
            return


def largest_people(document: Document) -> float:
    """Return the largest number of people that the text of a document counts, 0 when it counts none."""
    return max((_people(document.text, count) for _, count in _counted(document)), default=0.0)


def _stated_size(document: Document) -> Value | None:
    """Return the size of "a 12-patient, phase 1 trial" and of "data were collected (N = 270 from 19 centres)"."""
    for section, span in body_sections(document):
        if section not in _SECTIONS:
            continue
        for pattern in (_PATIENT_TRIAL, _TOTAL_N, _STUDY_OF):
            match = pattern.search(document.text, *span)
            if match is not None:
                return Value(role="n", text=match["n"], span=match.span("n"), number=value_of(match["n"]))
    return None


def _counted(document: Document) -> Iterator[tuple[Span, Count]]:
    for section, span in body_sections(document):
        if section in _SECTIONS:
            for sentence in sentences_of(document.text, span):
                yield from ((sentence, count) for count in counts_at(document.text, sentence))


def _people(text: str, count: Count) -> float:
    """Return how many people a count speaks of; 0 for "5/30 (17%) of doses"."""
    what = None if count.noun else _OF_WHAT.match(text, count.end)
    if what is not None and not _IN_PEOPLE.search(what["what"]):
        return 0.0
    numbers = [count.number("n"), count.number("count"), count.number("events") if count.noun else None]
    return max((number for number in numbers if number is not None), default=0.0)


def _opens(text: str, sentence: Span, count: Count) -> bool:
    if count.rule == "of-n":
        every = _OF_ALL.fullmatch(text, sentence[0], count.start)
        return bool(every and not _ONLY_SEEN.match(text, count.end, sentence[1]))
    if count.rule != "x-patients":
        return False
    if _IN_EACH.match(text, count.end, sentence[1]) or SHARED_OUT.match(text, count.end, sentence[1]):
        return False
    before, after = text[sentence[0] : count.start], text[count.end : sentence[1]]
    whole = text[slice(*sentence)]
    opens = (
        _LEAD.fullmatch(before)
        and not _NOT_THE_PATIENTS.search(before[-60:] + text[count.start : count.end])
        and (_WITH_DISEASE.match(after) or _TREATED.search(before))
        and _TREATED.search(whole)
    )
    if not opens:
        return False
    treated = _GOT_IT.search(text, count.end, sentence[1])
    until = treated.start() if treated is not None else sentence[1]
    mentions = outcomes_in(text, sentence)
    return not any(m.outcome not in CONDITIONS and count.end < m.start < until for m in mentions)


def arms_told(
    document: Document, span: Span, counts: tuple[Count, ...], arms: tuple[ArmMention, ...]
) -> Iterator[Candidate]:
    """Yield the sizes of "26 had standard care (control group)", of "the expansion phase (6 patients)", and of a pair.

    A pair is "twelve patients received MSCs and six received placebo": what they got is the name of the arm.
    """
    if any(m.outcome not in CONDITIONS for m in outcomes_in(document.text, span)):
        return
    yield from _equalled(document, arms)
    plain = [count for count in counts if count.rule in _PLAIN]
    told: set[Count] = set()
    for count, following in zip(counts, [*counts[1:], None], strict=True):
        if count.rule not in _PLAIN:
            continue
        stop = following.start if following is not None else span[1]
        if document.text[max(0, count.start - 1) : count.start] == ":":
            continue  # "2:1" is how patients were shared out
        arm = _arm_in_bracket(document.text, count, stop, arms) or _arm_with_bracket(document.text, count, arms)
        number = count.value("events")
        if arm is not None and number is not None and number.number:
            told.add(count)
            place = (min(count.start, arm.start), max(count.end, arm.end))
            yield _participants(document, "patients-of-arm", place, number, arm.label, (arm.start, arm.end))
    if not told and not any(arm.kind != "all" for arm in arms):
        yield from _pair(document, span, plain)


def _arm_in_bracket(text: str, count: Count, following: int, arms: tuple[ArmMention, ...]) -> ArmMention | None:
    for arm in arms:
        if count.end <= arm.start < following and arm.kind != "all" and text[arm.end : arm.end + 1] in {")", "]"}:
            things = _A_DOSE.match(text, count.end, following) or text.endswith(" or ", 0, count.start)
            things = not count.noun and bool(things)  # "one dose (group 1) or three (group 2)"
            return arm if not things and _NAMED_BEHIND.fullmatch(text, count.end, arm.start) else None
    return None


def _arm_with_bracket(text: str, count: Count, arms: tuple[ArmMention, ...]) -> ArmMention | None:
    if not count.noun or text[count.end : count.end + 1] not in {")", "]"}:
        return None
    before = next(
        (arm for arm in arms if arm.end <= count.start and _NAMED_BEFORE.fullmatch(text, arm.end, count.start)), None
    )
    return before if before is not None and before.kind != "all" else None


def _equalled(document: Document, arms: tuple[ArmMention, ...]) -> Iterator[Candidate]:
    """Yield the sizes of "(MSC group = 11, control group = 24)", where the sentence tells them of two arms or more."""
    named = [arm for arm in arms if arm.kind != "all"]
    sizes = [(arm, match) for arm in named if (match := _EQUALS.match(document.text, arm.end))]
    for arm, match in sizes if len(sizes) > 1 else ():
        n = Value(role="n", text=match["n"], span=match.span("n"), number=float(match["n"]))
        yield _participants(document, "n-equals", (arm.start, match.end()), n, arm.label, (arm.start, arm.end))


def _pair(document: Document, span: Span, counts: list[Count]) -> Iterator[Candidate]:
    """Yield two groups that got different things, when the sentence counts just them (and perhaps their sum first)."""
    text = document.text
    got = [(count, match) for count in counts if (match := _GOT_THIS.match(text, count.end, span[1]))]
    if len(got) == 2 and _INCLUDED.search(text, got[0][0].end, got[1][0].start):
        return
    got = [(count, match) for count, match in got if not re.search(r"\b(?:\d|(?:one|two|three|four)\b)", match["name"])]
    names = {match["name"].casefold() for _, match in got}
    if len(got) != 2 or len(names) != 2:
        return
    sizes = [number for count, _ in got if (number := count.value("events")) is not None]
    others = [count.number("events") for count in counts if count not in {each for each, _ in got}]
    if others and others != [sum(size.number or 0 for size in sizes)]:
        return
    for whole in (count for count in counts if others and count not in {each for each, _ in got}):
        number = whole.value("events")
        if number is not None:
            yield _participants(document, "size-of-both", (whole.start, whole.end), number, ALL, None)
    for size, (count, match) in zip(sizes, got, strict=True):
        place = (count.start, match.end("name"))
        yield _participants(document, "patients-who-got", place, size, match["name"], match.span("name"))


def _participants(
    document: Document, rule: str, span: Span, number: Value, label: str, arm_span: Span | None
) -> Candidate:
    n = number.model_copy(update={"role": "n"})
    return candidate_at(document, "participants", rule, span, [n], arm=label, arm_span=arm_span, certainty="stated")
