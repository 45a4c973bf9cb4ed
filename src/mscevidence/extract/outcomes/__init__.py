"""Mentions of outcomes: the names of the vocabulary, found in a text with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from mscevidence import vocabulary
from mscevidence.extract.grammar.cues import Cues, Opening, in_small_letters, within
from mscevidence.extract.grammar.numerals import WORDS
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.outcomes.names import (
    VERBS,
    WORD,
    Names,
    abbreviations,
    first_words,
    folded,
    names,
    shortened,
)
from mscevidence.model import Span

_FIRST_WORDS = Cues(whole=lambda word: folded(word) in first_words())
_NEXT_WORD = re.compile(r"([\s\-–/]{1,3}|\)\s)([^\W_]+)")
"""The next word of a name; the one before it may stand in a bracket: "scale (EDSS) improvement"."""
_NOT_THIS = {
    outcome: re.compile(pattern, re.IGNORECASE)
    for outcome, pattern in {
        "response": r"(?:major|minor|minimal|slight|incomplete|good|moderate|poor|marked|immune|cell|antibody"
        r"|inflammatory|humoral|dose|stress|vaccine|acute.phase|cellular)[\s-]$",
        "malignancy": r"\b(?:metastatic|advanced|recurrent|residual|early|primary)\s(?:\w+\s){0,2}$",
        "death": r"\b(?:non-?)?(?:relapse|recurrence|cause|disease|cancer|infection)[\s-](?:specific\s|related\s)?$",
        "fistula-closure": r"\b(?:incomplete|partial|delayed|wound|skin|ulcer)\s$",
        "pain": r"(?:joint|abdominal|chest)\s$",
        "chronic-gvhd": r"\b(?:progressive|progressing|worsening|stable|active|refractory|resistant|underlying)\s$",
        "acute-gvhd": r"\b(?:progressive|progressing|worsening|stable|active|refractory|resistant|underlying)\s$",
        "remission": r"(?:spontaneous)\s$",
        "survival": r"(?:disease|progression|event|relapse|recurrence|failure|metastasis)[\s-]free[\s-]$",
    }.items()
}
_NOT_FOLLOWED = {
    outcome: re.compile(pattern, re.IGNORECASE)
    for outcome, pattern in {
        "discontinuation": (
            r"\s(?!(?:the\s|their\s|this\s|all\s|study\s|trial\s)*(?:study|trial|treatment|therapy|follow|participation|protocol|due|because|from|early|premature"
            r"|owing|for|after|before|at|in|on|of|by|and|or|during|was|were|occurred|rates?)\b)[a-z]"
        ),
        "response": r"\s(?:criteria|rates? to (?:the )?vaccin|to (?:LPS|IFN|TNF))",
        "fever": r"\sof unknown",
        "completed": (
            r"\s(?:and\ssigned|(?:the\s|an?\s|all\s)?(?:informed|written|consent|questionnaires?|forms?|surveys?|scales?"
            r"|diar\w+))\b"
        ),
        "survival": r"\s(?:analysis|curve|time|events?)"
        r"|\s(?:and|with|without)\s(?:\w+\s){0,2}(?:\w+[\s-]free|metasta\w+|disease|relapse|recurren\w+|progress\w+)\b",
    }.items()
}
_IS_AFTER = re.compile(r"\s(?:after|following|since)\s(?:an?\s|the\s|prior\s|previous\s|initial\s|first\s)?")
_SPAN_OF_TIME = Opening(
    re.compile(
        r"\b(?:times?\s(?:to|until|for|of)|duration\sof|interval\sto|onset\sof)\s(?:the\s)?(?:first\s|any\s|tumou?r\s|disease\s){0,2}\Z",
        re.IGNORECASE,
    ),
    "time duration interval onset",
)
"""Words that make a time of an outcome: "time to progression" is no progression."""
_RELATED = {
    "any-adverse-event": "related-adverse-event",
    "treatment-emergent-adverse-event": "related-adverse-event",
    "serious-adverse-event": "related-serious-adverse-event",
    "death": "related-death",
}
_RELATED_BEFORE = re.compile(r"\b(?:[\w]+-)?(?:related|attributable|associated)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_RELATED_TO_ELSE = re.compile(
    r"\b(?!(?:\w*treatment|drugs?|therapy|infusion|\w*MSCs?|stem|cells?|study|product|procedure|transplant\w*|un|non|not|possibly|probably|administration"
    r"|intervention|injection|medication|vaccine|investigational|agent|safety|dose|donor|graft|\w*mab|clearly|likely|causally|directly)[\s-])\w+-related(?:\s+(?:[\w-]+\s+){0,2})?\Z",
    re.IGNORECASE,
)
"""Words that narrow adverse events to those of a cause that is no treatment: "gait-related adverse events"."""
_OF_AN_ORGAN = re.compile(
    r"\b\w*(?:logic(?:al)?|intestinal|vascular|cardiac|pulmonary|respiratory|hepatic|renal|cutaneous|ocular|muscular|skeletal|neural|thyroid|dermal)\s\Z|-limiting\s\Z",
    re.IGNORECASE,
)
"""Words that narrow adverse events to those of an organ, or to those that limited something."""
_NOT_BEFORE = Opening(
    re.compile(
        r"(?:\bnon-?|\b(?:unclassified|unknown|missing|unconfirmed)\s(?:\w+\s)?|\bas\san?\s|\bcriteria\sfor\s)\Z",
        re.IGNORECASE,
    ),
    "non unclassified unknown missing unconfirmed as criteria",
)
_WATCHED = re.compile(
    r"\b(?:documentation|evaluation|assessment|monitoring|recording|registration|collection|analysis|review|history|risk|prevention)\sof\s(?:the\s|any\s|all\s)?(?:\w+\s)?\Z",
    re.IGNORECASE,
)
"""Words before adverse events that were looked for, which do not tell that any occurred."""
_NOT_AFTER = re.compile(
    r"[-\s]free\b|-related\b|\s(?:scores?|scales?|questionnaires?|index|thresholds?|endpoints?|end\spoints?)\b",
    re.IGNORECASE,
)
_RELATED_AFTER = re.compile(
    r"\s+(?:(?:that|which)\s+)?(?:(?:was|were|is|are|being|considered|deemed|judged|thought|felt|believed|to\s+be)\s+){0,4}"
    r"(?:(?:possibly|probably|definitely|directly)\s+)?(?:(?:related|relating|attributed|attributable|due|linked)\s+to\b|associated\s+with\b|caused\s+by\b|(?:study\s+)?(?:drug|treatment|therapy|cell|infusion)-related\b)",
    re.IGNORECASE,
)
_SERIOUS_BEFORE = re.compile(r"\bserious\s(?:or\s\w+\s)?\Z", re.IGNORECASE)
_OF_DISEASE = re.compile(
    r"\srelated\sto\s(?:the\s)?(?:\w+\s){0,2}(?:progress|disease|relapse|recurren|infecti|malignan|cancer|leuk)"
)
_TO_DISEASE = re.compile(
    r"\b(?:to|with|by)\s(?:the\s)?(?:\w+\s){0,2}"
    r"(?:progress\w+|disease|relapse|recurrence|infection\w*|malignan\w+|cancer|leuk\w+)",
    re.IGNORECASE,
)
_UNRELATED_TO = re.compile(r"\bnon-?[\w-]*\Z", re.IGNORECASE)
_UNRELATED = re.compile(r"\b(?:unrelated|not\s+(?:[\w]+-)?related|non-?related)\b", re.IGNORECASE)


_CAUSE_OF_DEATH = re.compile(
    r"\b(?:deaths?|died|mortality|dying)\s(?:(?:was|were)\s)?(?:from|of|(?:due|related|attributed|attributable|secondary)\sto|because\sof|caused\sby)"
    r"\s(?:the\s)?(?:[\w-]+\s){0,2}\Z",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\b(?:testing|tests?|scores?|levels?|acuity|vision|function|capacity|imaging|MRI|scans?|images|findings)\b",
    re.IGNORECASE,
)
_OF_DISABILITY = re.compile(r"\b(?:EDSS|disability|disease|clinical\w*|symptoms?)\b", re.IGNORECASE)
_AS_ADJECTIVE = re.compile(rf"\s(?:and\s(?:\d+|{WORDS})\s[\w-]+\s)?{PEOPLE}\b", re.IGNORECASE)
_DEGREES = ("complete", "partial", "no")
_DEGREE = re.compile(
    r"\b(?P<degree>complete|partial|no)(?:\s[(\[][^()\[\]]{1,24}[)\]])?,?\s(?:and|or|versus|vs\.?)\s"
    rf"(?:(?:\d{{1,3}}|{WORDS})\s)?\Z",
    re.IGNORECASE,
)
"""A degree of response before another with the noun of both: "complete and partial", "11 complete and 6 partial"."""
_SHORT_AGAIN = re.compile(r"\s\((?:[A-Z]{2,4}(?:,\s|\sand\s|\s?/\s?))+[A-Z]{2,4}\)")
"""The short names of two outcomes behind their long ones: "partial and complete responses (PR, CR)"."""
_PLUS = re.compile(r"\s?\+(?!/)")
_SCORES = re.compile(r"(?:acr|asas|easi|pasi)-?\d+$")
_COMPLETE_OR = re.compile(
    r"(?:complete|CR)\s?(?:(?:responses?|remissions?)\s?)?(?:[(\[]CR[)\]]\s?)?(?:or|/|\+|and/or)\s?(?:an?\s)?(?=partial|PR\b)",
    re.IGNORECASE,
)
"""The better half of "a complete or partial response", which is a response."""


@dataclass(frozen=True)
class Mention:
    """A place in the text that names an outcome (its vocabulary id)."""

    start: int
    end: int
    outcome: str


@lru_cache(maxsize=2048)
def outcomes_in(text: str, span: Span) -> tuple[Mention, ...]:
    """Return the outcomes named in a part of a text, longest names first where they compete, in order of place."""
    found: list[Mention] = []
    end = span[0]
    for start in within(_FIRST_WORDS.places(text), span):
        mention = _longest(text, start, span[1]) if start >= end else None
        if mention is None:
            continue
        other = _UNRELATED_TO.search(text, max(span[0], start - 24), start)
        if mention.outcome == "related-death" and other is not None:
            mention = replace(mention, start=other.start(), outcome="death")  # "non-treatment-related deaths"
        again = _SHORT_AGAIN.match(text, mention.end, span[1])
        end = again.end() if again is not None else mention.end
        if _means_it(text, mention):
            found += _coordinated(text, mention, span)
            if not (found and _IS_AFTER.fullmatch(text, found[-1].end, mention.start)):
                found.append(_with_relation(text, mention, span))
    return _either_degree(text, span, found)


def _either_degree(text: str, span: Span, found: list[Mention]) -> tuple[Mention, ...]:
    """Return mentions in which "a complete (CR) or partial response" is one response, not two outcomes."""
    kept: list[Mention] = []
    for mention in found:
        scored = kept and _SCORES.match(kept[-1].outcome) and mention.outcome == "response"
        if scored and text[kept[-1].end : mention.start] in {" ", "-"}:
            kept[-1] = replace(kept[-1], end=mention.end)  # "ASAS20 responders"
            continue
        whole = {"partial-response": "response", "partial-remission": "remission"}.get(mention.outcome)
        lead = max(span[0], mention.start - 48)
        joined = _COMPLETE_OR.search(text, lead, mention.end) if whole else None
        if whole is None or joined is None or joined.end() != mention.start or "respectively" in text[slice(*span)]:
            kept.append(mention)
            continue
        kept = [each for each in kept if each.end <= joined.start()]
        kept.append(Mention(joined.start(), mention.end, whole))
    return tuple(kept)


def _coordinated(text: str, mention: Mention, span: Span) -> tuple[Mention, ...]:
    """Return the outcome that shares its noun with one named behind it: "complete and partial responses".

    A bracket with its number may stand between: "partial (n = 8) or no response".
    """
    degree, _, noun = mention.outcome.partition("-")
    match = _DEGREE.search(text, max(span[0], mention.start - 40), mention.start) if degree in _DEGREES else None
    other = match["degree"].casefold() if match is not None else degree
    if match is None or other == degree or f"{other}-{noun}" not in vocabulary.load("outcome"):
        return ()
    return (Mention(*match.span("degree"), f"{other}-{noun}"),)


def _longest(text: str, start: int, end: int) -> Mention | None:
    """Return the longest name with which a part of a text begins."""
    first = WORD.match(text, start, end)
    if first is None:
        return None
    known = names().get(folded(first.group()))
    stop = first.end()
    told: list[tuple[int, Names]] = []
    while known is not None:
        if known.complete:
            told.append((stop, known))
        following = _NEXT_WORD.match(text, stop, end) if known.longer else None
        if following is None or (following[1] == ") " and text[start - 1 : start] != "("):
            break
        known = known.longer.get(folded(following[2]))
        start, stop = following.span(2)
    for stop, known in reversed(told):
        for name, outcome in known.complete:
            if _is_said_here(text, name):
                return Mention(first.start(), stop, outcome)
    exact = abbreviations().get(first.group())
    return Mention(*first.span(), exact) if exact and not _PLUS.match(text, first.end()) else None


def _is_of_a_measure(text: str, mention: Mention) -> bool:
    """Return whether it is a measure that worsened: "sensitivity testing showed worsening in 1/6"."""
    if mention.outcome != "progression" or not text.startswith(("worsen", "Worsen"), mention.start):
        return False
    start = max(text.rfind(".", 0, mention.start), text.rfind(";", 0, mention.start), mention.start - 140, 0)
    measured = _MEASURE.search(text, start, mention.start)
    return measured is not None and not _OF_DISABILITY.search(text, start, mention.start)


def _is_said_here(text: str, name: tuple[str, ...]) -> bool:
    """Return whether a text says the word without which a shortened name speaks of something else."""
    where = shortened().get(name)
    return where is None or where in in_small_letters(text)


def _means_it(text: str, mention: Mention) -> bool:
    lead = max(0, mention.start - 40)
    if (
        _SPAN_OF_TIME.search(text, lead, mention.start)
        or _NOT_BEFORE.search(text, max(0, mention.start - 24), mention.start)
        or _NOT_AFTER.match(text, mention.end)
        or _CAUSE_OF_DEATH.search(text, lead, mention.start)
        or _is_of_a_measure(text, mention)
        or _is_related_to_else(text, lead, mention)
    ):
        return False
    if text[mention.start : mention.end].casefold() in VERBS and _AS_ADJECTIVE.match(text, mention.end):
        return False
    before, after = text[max(0, mention.start - 24) : mention.start], text[mention.end : mention.end + 24]
    if mention.outcome == "death" and _OF_DISEASE.match(text, mention.end):
        return False  # "deaths related to progression"
    not_before, not_after = _NOT_THIS.get(mention.outcome), _NOT_FOLLOWED.get(mention.outcome)
    graded = not before.endswith("good ") or "moderate" in text or "EULAR" in text  # a good one of good and moderate
    if not_before and graded and not_before.search(before):
        return False
    return not (not_after and not_after.match(after))


def _is_related_to_else(text: str, lead: int, mention: Mention) -> bool:
    if mention.outcome not in _RELATED and mention.outcome not in _RELATED.values():
        return False
    if _WATCHED.search(text, lead, mention.start):
        return True
    if _OF_AN_ORGAN.search(text, lead, mention.start):
        return True
    related = text[mention.start : mention.end].casefold().startswith("related")
    end = mention.start + len("related") if related else mention.start
    return bool(_RELATED_TO_ELSE.search(text, lead, end))


def _with_relation(text: str, mention: Mention, span: Span) -> Mention:
    """Narrow "adverse events" to related ones where the words beside it say so."""
    serious = _SERIOUS_BEFORE.search(text, max(span[0], mention.start - 24), mention.start)
    if mention.outcome == "related-adverse-event" and serious is not None:
        return replace(mention, start=serious.start(), outcome="related-serious-adverse-event")
    if mention.outcome not in _RELATED:
        return mention
    before = text[max(span[0], mention.start - 60) : mention.start]
    after = text[mention.end : min(span[1], mention.end + 60)]
    related = _RELATED_BEFORE.search(before) or _RELATED_AFTER.match(after)
    if not related or _UNRELATED.search(before) or (mention.outcome == "death" and _TO_DISEASE.search(after)):
        return mention
    return replace(mention, outcome=_RELATED[mention.outcome])
