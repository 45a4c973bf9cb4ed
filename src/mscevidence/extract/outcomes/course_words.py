"""How the course of a disease is told by words that are no names: "improved in 8, was stable in 3 and worsened in 1".

Such a word names an outcome where its subject is the patients themselves or their disease as a whole; what is said of
one symptom or one test is no outcome of the vocabulary.
"""

from __future__ import annotations

import re

from mscevidence.extract.grammar.cues import Cues
from mscevidence.extract.grammar.numerals import WORDS
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.outcomes import Mention
from mscevidence.model import Span

_COURSE = re.compile(
    r"\b(?P<better>improved|improvement)\b|\b(?P<same>stable|stabili[sz]ed|unchanged)\b"
    r"|\b(?P<none>(?:resistant|unresponsive|non-?responsive)\sto\s(?:the\s)?(?:treatment|therapy|[A-Z-]*MSCT?s?|cells?|A?HSCT|ASCT|infusions?|transplantation))\b"
    r"|\b(?P<worse>progressive\s(?:[ac]?GV?HD|disease)|worsened|deteriorated|declined|worse|deterioration)\b",
    re.IGNORECASE,
)
_CUES = Cues(
    whole={
        "improved",
        "improvement",
        "stable",
        "stabilised",
        "stabilized",
        "unchanged",
        "worsened",
        "deteriorated",
        "declined",
        "worse",
        "progressive",
        "resistant",
        "unresponsive",
        "nonresponsive",
        "responsive",
        "deterioration",
    }.__contains__
)
_BE = (
    r"(?:\s(?:had|have|has|were|was|is|are|been|remained|remain|stayed|became|got"
    r"|clinically|neurologically|significantly|markedly|slightly|an?|showed|experienced|demonstrated|exhibited|reported|who))*\s"
)
_PEOPLE_DID = re.compile(
    rf"(?:\b(?:{PEOPLE}|\d{{1,4}}|{WORDS})|[%)\]])(?:\s(?:in|of|from|on)\s(?:the\s)?[^.;,()]{{1,40}}?\s(?:group|arm|cohort)s?)?{_BE}\Z",
    re.IGNORECASE,
)
_DISEASE = (
    r"(?:EDSS|ALSFRS-R|disability|neurolog\w+\s(?:status|function)|disease(?:\s(?:activity|course|status|severity))?|clinical\s(?:status|condition|course|state|picture|findings)"
    r"|general\scondition|functional\sstatus|MGFA(?:-PIS|\spost-?intervention\sstatus)?|symptoms)"
)
_DISEASE_DID = re.compile(
    rf"(?:^|[.;,(:]\s|\b(?:[Tt]he|[Tt]heir|and|while|whereas|[Pp]atients?[’']?s?)\s)(?:mean\s)?{_DISEASE}(?:\s(?:scales?|scores?|status|\(EDSS\)))*(?:\s\([A-Z]{{2,6}}\))?{_BE}\Z",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W\d_]+|[^\w\s]")
_PASSED_OVER = re.compile(
    rf"{WORDS}|{PEOPLE}|in|at|by|after|of|the|this|an?|another|other|remaining|further|weeks?|months?|years?|days?|follow|up|had|have|was|were|remained"
    r"|stayed|became|clinically|it|they|its|their|and|but|while|[,;()%/\[\]-]",
    re.IGNORECASE,
)
_PARTS = frozenset((",", ";", "and", "but", "while"))
_LONGEST_GAP = 90
_NO_OBJECT = re.compile(
    r"\s?(?:[,.;:)(\[]|\Z)|\s(?:(?:clinically|neurologically|symptomatically|significantly|markedly)\b|(?:at|after|by|within|during|while|whereas|but|and|or|until|following|over)\s|in\s(?:(?:the\s)?(?:EDSS|disability)\b|all\b|both\b|the\sother|another|(?:the\s)?remaining|\d"
    rf"|{WORDS}\b)|(?:was|were)\s(?:seen|observed|noted|reported|recorded|found)\b)",
    re.IGNORECASE,
)
_SHARED_TEST = re.compile(r"\b(?:EDSS|disability)\b", re.IGNORECASE)
_SIGNIFICANTLY_IN = re.compile(rf"significantly\simproved\sin\s(?:\d|(?:{WORDS})\b)", re.IGNORECASE)
_NOT_OF_ALL = re.compile(r"\b(?:no|not|without|significant\w*)\s\Z", re.IGNORECASE)


def with_course_words(text: str, span: Span, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return the outcomes that a sentence names, with those told by how the disease went on."""
    if not _CUES.stand_in(text, span):
        return mentions
    disability = _SHARED_TEST.search(text, *span) is not None
    found: list[Mention] = []
    for match in _COURSE.finditer(text, *span):
        if any(m.start < match.end() and match.start() < m.end for m in mentions):
            continue
        lead = max(span[0], match.start() - 90)
        after_another = found and _goes_on(text[found[-1].end : match.start()])
        told = (
            after_another
            or _PEOPLE_DID.search(text[lead : match.start()])
            or _DISEASE_DID.search(text[lead : match.start()])
        )
        if (
            not told
            or not _NO_OBJECT.match(text, match.end(), span[1])
            or (_NOT_OF_ALL.search(text, lead, match.start()) and not _SIGNIFICANTLY_IN.match(text, match.start() - 14))
        ):
            continue
        found.append(Mention(match.start(), match.end(), _outcome(match, disability=disability)))
    return tuple(sorted((*mentions, *found), key=lambda mention: mention.start)) if found else mentions


def _goes_on(gap: str) -> bool:
    """Return whether only counts, times and connecting words stand between two words for the course."""
    if len(gap) > _LONGEST_GAP:
        return False
    tokens = _TOKEN.findall(gap)
    return not _PARTS.isdisjoint(tokens) and all(_PASSED_OVER.fullmatch(token) for token in tokens)


def _outcome(match: re.Match[str], *, disability: bool) -> str:
    if match["same"]:
        return "stabilisation"
    if match["none"]:
        return "no-response"
    if match["worse"]:
        return "progression"
    return "disability-improvement" if disability else "response"
