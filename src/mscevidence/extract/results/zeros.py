"""Counts in words: nobody, everybody. "No serious adverse events were observed", "None of the 18 patients relapsed".

A zero that rests on a phrase is a *narrative zero*: it keeps the phrase as its scope, and its certainty is derived.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mscevidence import vocabulary
from mscevidence.extract.arms import ArmMention
from mscevidence.extract.candidates import value_at
from mscevidence.extract.grammar.cues import Opening
from mscevidence.extract.grammar.numerals import DIGITS, WORDS, value_of
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.outcomes import Mention
from mscevidence.model import Document, Span, Value

_NUMBER = rf"(?:{DIGITS}|{WORDS})"
_NO = re.compile(
    r"\b(?P<no>[Nn]o|not\sassociated\swith\sany|[Ww]ithout(?:\sany)?|(?<=\b[Ww]e\s)(?:did|have|could)\snot\s(?:\w+\s)?(?:identif|observ|detect|record|report|find|found|see|seen|not|encounter)\w*\sany|[Nn]either|[Nn]or)\s(?P<words>(?:[\w/+≥-]+,?\s){0,6})$"
)
_NOBODY = Opening(
    re.compile(
        rf"\b(?P<no>(?:[Nn]o\sone|[Nn]obody)(?:\sof\s(?:the|these|those)\s{PEOPLE})?|[Nn]one\sof\s(?:the\s|these\s|our\s|those\s|all\s)*(?:(?P<n>{_NUMBER})\s)?(?:[\w-]+\s){{0,4}}?{PEOPLE}"
        rf"|[Nn]one\sof\s(?:the|these|those)\s(?P<bare>{_NUMBER})(?=\s(?:had|have|developed|experienced|achieved|reached|suffered|died|relapsed|responded)\b)"
        rf"|[Nn]one(?=\s(?:had|developed|experienced|achieved|attained|reached|met|entered|suffered|died|relapsed|responded|of\sthem))(?:\sof\sthem)?|[Nn]o\s(?:[\w-]+\s){{0,2}}?{PEOPLE}|[Nn]either\s(?:of\sthe\s(?:two\s)?)?{PEOPLE})\b"
    ),
    "none no neither nobody",
)
_EVERYBODY = Opening(
    re.compile(
        rf"\b(?P<all>(?:[Aa]ll|[Bb]oth|[Ee]very)\s(?:of\s)?(?:the\s|these\s|our\s)?(?:(?P<n>{_NUMBER})\s)?"
        rf"(?:(?!with\b|who\b|but\b)[\w-]+\s){{0,4}}?{PEOPLE})\b(?!\s(?:except|but|were\snot|did\snot))"
    ),
    "all both every",
)
_CHOSEN = re.compile(r"\b(?:surviving|living|alive|remaining|responding|other|relapsed)\b", re.IGNORECASE)
"""What some of the patients are called whose fate is told: "all four surviving patients"."""
_IN_EVERYBODY = re.compile(
    rf"\s(?:[^.;,()]{{0,40}}?\s)?(?:was|were|is|are|has\sbeen|have\sbeen)\s(?:\w+\s){{0,3}}(?:in|by|for|among)\s(?P<all>(?:all|both|every)\s(?:of\s)?(?:the\s|these\s|our\s)?"
    rf"(?:(?P<n>{_NUMBER})\s)?(?:[\w-]+\s){{0,2}}?{PEOPLE})\b(?!\s(?:except|but|with|who|in|of|that))"
)
_DENIED = re.compile(r"\b(?:no|not|without|never|than)\b")
_IN_NO_ONE = re.compile(
    rf"\b(?P<no>none|no\s(?:one|{PEOPLE})|not\sin\sany)\s(?:of\s(?:the\s|those\s)*(?:{PEOPLE}\s)?)?(?:in|of|on|with|given|receiving|treated\swith)\s(?:the\s)?$",
    re.IGNORECASE,
)
_AMONG = re.compile(
    rf"[^.;\d]{{0,60}}?\b(?:in|among|of)\s(?:the\s|all\s|these\s|those\s|any\sof\s|our\s|either\s|remaining\s|other\s)*(?P<n>{_NUMBER})\s(?:[\w-]+\s){{0,2}}?{PEOPLE}\b"
)
_AMONG_SOME = re.compile(
    r"[^.;]{0,60}?\b(?:in|among|of)\s(?:these|those|the\s(?:remaining|other)|responders|completers|them|(?:the\s)?(?:majority|most|some|many|half|rest|others))\b"
)
_BUT_SOME = re.compile(
    r"[^.;]{0,60}?\b(?:except(?:ing)?\b(?!ional)|with\s(?:the\s)?(?:\w+\s)?exceptions?\sof|besides|apart\sfrom|aside\sfrom|other\sthan)\b"
)
_IN_ANYBODY = re.compile(
    rf"[^.;]{{0,50}}?\b(?:in|by|among|for)\s(?:any\s(?:of\s(?:the|our)\s)?(?:\w+\s)?{PEOPLE}|(?:either|any|both|all)\s(?:of\sthe\s)?(?:\w+\s)?(?:groups?|arms?|cohorts?))\b"
)
_AND_VERB = re.compile(
    r"(?:\s(?:in|of|from)\s[^.;,]{1,60}?)?"
    r"\s(?:died|responded|(?:clinically\s)?improved|relapsed|progressed|survived|completed|discontinued|withdrew|remitted|recurred)\b(?:\s[\w-]+){0,3}"
)
_STARTS_CLAUSE = re.compile(
    r"(?:^|[.;,:]\s)(?:At|By|After|On|Within|During|at|by|after|within)\s[\w\s-]{2,24}\s$|(?:^|[;,:]|\b(?:and|that|while|whereas))\s?$"
)
_DID = re.compile(
    r"\s(?:(?:in|of|from)\s(?:the\s)?[^.;,]{0,60}?\s)?(?:had|have|achieved|attained|reached|obtained|experienced|developed|showed|exhibited|demonstrated|reported|presented|required|needed"
    r"|suffered|met|were|was|remained|are|entered|maintained|responded|died|relapsed|survived|completed|discontinued|withdrew)\b[^.;]{0,60}$"
)
_HAPPENED = re.compile(
    r"[^.;]{0,80}?\b(?:observed|reported|noted|seen|recorded|found|detected|occurred|occur|identified|documented|encountered|happened|developed"
    r"|experienced|attributed|attributable|related)\b"
)
_THERE = re.compile(
    r"\b(?:there\s(?:was|were|has\sbeen|have\sbeen)|experienced|showed|had|with|reported|observed|found|detected|and|revealed|noted|developed|of|,)\s$",
    re.IGNORECASE,
)
_NEUTRAL = re.compile(
    r"(?:(?:any|potentially|possibly|probably|long-term|short-term|late|delayed|(?:acute|early|immediate|short-term)\s(?:or|and)\s(?:late|delayed|long-term)|acute|obvious|apparent|evidence|signs?|cases?|of|immediate|immediately|infusional|transplant(?:ation)?|treatment(?:-emergent)?|(?:[\w]+-)*(?:related|associated|induced)"
    r"|clinically|clear|reports?|new-onset|complications?|post-?operative|peri-?operative|procedural|such|as|including|clinically|relevant|occurrences?|episodes?|events?|observed|reported|and|or|for|the|a|[\w]*-?MSCT?s?|cell|drug|therapy|procedure)[,\s]*)*",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:respon\w+\sto|differences?|changes?|increases?|decreases?|reductions?|correlations?|associations?|effects?\son|impact|other|new|further|additional|more|improvements?"
    rf"|significant|longer|{PEOPLE}|need|sufficient|previous|prior)\b",
    re.IGNORECASE,
)
_SURVIVED = re.compile(r"\b(?:survival|survived|surviving|alive|defined\sas|time)\s\Z")
_OTHERS = rf"\s(?:and|but|of\swhom)\s(?:only\s)?{_NUMBER}\s"  # "all 40 were treated and 38 completed"
_LOOKED_FOR = r"(?:test(?:s|ed)?|(?:evaluat|assess|examin|includ|monitor|measur)\w+)"
_NOT_HAD = rf"\b(?:no|not|without|free|except|failed|never|{_LOOKED_FOR})\b"
_NARROWS_ALL = re.compile("related|severe|serious|grade", re.IGNORECASE)
_RELATED = re.compile(r"related", re.IGNORECASE)
_NARROWS_THIS = re.compile(r"severe|serious|grade", re.IGNORECASE)
_COUNTED_ZERO = re.compile(r"\s?[(\[]\s?0\s?(?:/|of\b|%)")
_NO_PERCENT = re.compile(r"\s?[(\[]0(?:\.0{1,3})?\s?%[)\]]")
_NOT_ZERO_AFTER = re.compile(
    r"\s(?:differences?|to\s(?:prior|previous|conventional|standard|steroid|cortico)|rates?\sdiffer|was\sworse|between)",
    re.IGNORECASE,
)
_JOINED = re.compile(
    rf"\s?(?:,\s?(?:or|and|nor)?|or|and|nor|and/or)\s(?:(?!(?:all|both|each|every\w*|half|most|some|only|others?|{_NUMBER})\b)[\w-]+\s){{0,2}}?(?:\w+-)?"
)


@dataclass(frozen=True)
class Quantified:
    """Nobody or everybody had an outcome: the values, the words, and whether those leave a doubt."""

    rule: str
    span: Span
    mention: Mention
    values: tuple[Value, ...]
    clear: bool
    everybody: bool = False
    arm: ArmMention | None = None
    anybody: bool = False
    """The words say that it is of the patients of every arm: "in any of the patients", "in either group"."""


def quantified_in(
    document: Document, sentence: Span, mentions: tuple[Mention, ...], arms: tuple[ArmMention, ...] = ()
) -> tuple[Quantified, ...]:
    """Return the outcomes that a sentence says nobody, or everybody, had."""
    found = [
        *_nobody(document, sentence, mentions, arms),
        *_everybody(document, sentence, mentions, arms),
        *_in_everybody(document, sentence, mentions),
    ]
    taken = {q.mention for q in found}
    rest = tuple(m for m in mentions if m not in taken)
    return (*found, *_in_no_one(document, sentence, mentions, arms), *_no_events(document, sentence, rest))


def _in_everybody(document: Document, sentence: Span, mentions: tuple[Mention, ...]) -> Iterator[Quantified]:
    """Yield the outcomes of "a response was seen in all patients"."""
    for mention in mentions:
        match = _IN_EVERYBODY.match(document.text, mention.end, sentence[1])
        if match is None or _DENIED.search(document.text, sentence[0], match.start("all")):
            continue
        values: tuple[Value, ...] = ()
        if match["n"]:
            values = tuple(value_at(document, role, match.span("n"), value_of(match["n"])) for role in ("events", "n"))
        yield Quantified("all-patients", (mention.start, match.end("all")), mention, values, clear=True, everybody=True)


def _in_no_one(
    document: Document, sentence: Span, mentions: tuple[Mention, ...], arms: tuple[ArmMention, ...]
) -> Iterator[Quantified]:
    """Yield the zero of "in three patients of the MSC group and in none of the control group"."""
    for arm in arms:
        match = _IN_NO_ONE.search(document.text[max(sentence[0], arm.start - 60) : arm.start])
        earlier = [m for m in mentions if m.end <= arm.start]
        named = earlier or [m for m in mentions if m.start >= arm.end]
        if match is None or len({m.outcome for m in named}) != 1 or arm.kind == "all":
            continue
        start = max(sentence[0], arm.start - 60) + match.start("no")
        no = (start, start + len(match["no"]))
        values = (value_at(document, "events", no, 0), value_at(document, "scope", (no[0], arm.end)))
        yield Quantified("none-in-arm", (no[0], arm.end), named[-1], values, clear=True, arm=arm)


def _nobody(
    document: Document, sentence: Span, mentions: tuple[Mention, ...], arms: tuple[ArmMention, ...]
) -> Iterator[Quantified]:
    for match in _NOBODY.finditer(document.text, *sentence):
        printed = _NO_PERCENT.match(document.text, match.end(), sentence[1])
        for mention in _chain(document.text, printed.end() if printed else match.end(), sentence, mentions):
            span = (match.start("no"), mention.end)
            no = (match.start("no"), match.start("no") + len(match["no"].split()[0]))
            values = [value_at(document, "events", no, 0)]
            group = "n" if match["n"] else "bare" if match["bare"] else None
            if group:
                values.append(value_at(document, "n", match.span(group), value_of(match[group])))
            values.append(value_at(document, "scope", span))
            rule = "none-of-n" if group else "none-of-the-patients"
            among = next((a for a in arms if match.start() <= a.start and a.end <= match.end()), None)
            rule = "none-in-arm" if among else rule
            arm = among or _arm_inside(document.text, (match.end(), mention.start), arms)
            narrowed = _NARROWS_ALL.search(document.text, match.end(), mention.start)  # "late or severe side effects"
            yield Quantified(rule, span, mention, tuple(values), clear=not narrowed, arm=arm)


def _everybody(
    document: Document, sentence: Span, mentions: tuple[Mention, ...], arms: tuple[ArmMention, ...]
) -> Iterator[Quantified]:
    for match in _EVERYBODY.finditer(document.text, *sentence):
        ahead = next((a for a in arms if re.fullmatch(r",?\s", document.text[a.end : match.start()])), None)
        if ahead is None and not _STARTS_CLAUSE.search(document.text[sentence[0] : match.start()]):
            continue
        first = next((m for m in mentions if m.start >= match.end()), None)
        if first is None or not _did(document.text[match.end() : first.end], document.text[match.end() : first.start]):
            continue
        if re.search(f"{_NOT_HAD}|{_OTHERS}", document.text[match.end() : first.start]):
            continue
        values: tuple[Value, ...] = ()
        if match["n"]:
            values = tuple(value_at(document, role, match.span("n"), value_of(match["n"])) for role in ("events", "n"))
        span = (match.start("all"), first.end)
        inside = _arm_inside(document.text, (match.end(), first.start), arms)
        clear = not _CHOSEN.search(match["all"])
        yield Quantified("all-patients", span, first, values, clear=clear, everybody=True, arm=ahead or inside)


def _arm_inside(text: str, span: Span, arms: tuple[ArmMention, ...]) -> ArmMention | None:
    """Return the arm of "none of the patients in the MSC group had fever", told right behind the patients."""
    for arm in arms:
        if span[0] <= arm.start < span[1] and arm.kind != "all":
            return arm if re.fullmatch(r"\s(?:of|in|from)\s(?:the\s)?", text[span[0] : arm.start]) else None
    return None


def _did(with_mention: str, before_mention: str) -> bool:
    return bool(_DID.match(before_mention) or _AND_VERB.fullmatch(with_mention))


def _chain(text: str, start: int, sentence: Span, mentions: tuple[Mention, ...]) -> Iterator[Mention]:
    """Yield the outcome behind a verb and those joined to it: "None had fever, rash or infection"."""
    later = [m for m in mentions if start <= m.start < sentence[1]]
    if not later or not _did(text[start : later[0].end], text[start : later[0].start]):
        return
    if re.search(r"\b(?:not|without)\b", text[start : later[0].start]):
        return
    yield later[0]
    for previous, mention in itertools.pairwise(later):
        if not _JOINED.fullmatch(text[previous.end : mention.start]):
            return
        yield mention


def _no_events(document: Document, sentence: Span, mentions: tuple[Mention, ...]) -> Iterator[Quantified]:
    """Yield the narrative zeros of "no infections, tumours or deaths were observed"."""
    text = document.text
    opened: re.Match[str] | None = None
    previous: Mention | None = None
    for mention in mentions:
        match = _NO.search(text[max(sentence[0], mention.start - 90) : mention.start])
        offset = max(sentence[0], mention.start - 90)
        joined = previous is not None and opened is not None and _JOINED.fullmatch(text[previous.end : mention.start])
        match = None if joined else match
        if match is None and not joined:
            opened, previous = None, None
            continue
        if match is not None:
            named_whole = mention.outcome == "infusion-reaction"  # "infusion-related reaction" narrows nothing else
            opened, told_until = match, mention.start if named_whole else mention.end
            no_span = (offset + match.start("no"), offset + match.end("no"))
        between = text[previous.end : mention.start] if joined and previous is not None else ""
        previous = mention
        if opened is not None and _is_zero(text, sentence, opened, no_span[0], mention):
            narrowing = _RELATED if mention.outcome == "death" else _NARROWS_ALL  # a death cannot be less than serious
            widely = not mention.outcome.startswith("related") and narrowing.search(text, no_span[0], told_until)
            narrowed = bool(joined and (widely or _NARROWS_THIS.search(between)))
            yield _narrative_zero(document, opened, no_span, mention, sentence[1], narrowed=narrowed)


def _is_zero(text: str, sentence: Span, no: re.Match[str], start: int, mention: Mention) -> bool:
    term = vocabulary.load("outcome")[mention.outcome]
    if (
        text[mention.start :].casefold().startswith(("other", "new", "further", "additional"))
        or _COUNTED_ZERO.match(text, mention.end, sentence[1])
        or _REFUSED.search(no["words"].replace("cases of ", ""))
        or _NOT_ZERO_AFTER.match(text, mention.end, sentence[1])
        or _SURVIVED.search(text, sentence[0], start)
    ):
        return False
    if no["no"].casefold().startswith(("without", "not ", "did ", "have ", "could ")):
        return term.domain == "safety"
    happened = _HAPPENED.match(text, mention.end, sentence[1])
    if term.direction == "beneficial":
        return bool(happened)
    return bool(happened or _THERE.search(text[max(sentence[0], start - 20) : start])) or start == sentence[0]


def _narrative_zero(
    document: Document,
    no: re.Match[str],
    no_span: Span,
    mention: Mention,
    sentence_end: int,
    *,
    narrowed: bool,
) -> Quantified:
    """Return the zero of a phrase; unclear when words narrow it that its outcome does not say."""
    span = (no_span[0], mention.end)
    values = [value_at(document, "events", no_span, 0), value_at(document, "scope", span)]
    among = _AMONG.match(document.text, mention.end, sentence_end)
    if among:
        values.append(value_at(document, "n", among.span("n"), value_of(among["n"])))
    some = not among and _AMONG_SOME.match(document.text, mention.end, sentence_end)
    but = _BUT_SOME.match(document.text, mention.end, sentence_end)
    neutral = mention.outcome == "death" or _NEUTRAL.fullmatch(no["words"])  # "no major adverse event or death"
    clear = bool(neutral) and not narrowed and not some and not but
    anybody = bool(_IN_ANYBODY.match(document.text, mention.end, sentence_end))
    return Quantified("narrative-zero", span, mention, tuple(values), clear=clear, anybody=anybody)
