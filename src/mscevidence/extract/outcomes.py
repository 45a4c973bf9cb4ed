"""Mentions of outcomes: the names of the vocabulary, found in a text with their places."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from mscevidence import vocabulary
from mscevidence.extract.arms import PEOPLE
from mscevidence.extract.cues import Opening, whole_word_places, words_of
from mscevidence.extract.numerals import WORDS
from mscevidence.model import Span

_WORD = re.compile(r"[^\W_]+")
_JOINT = re.compile(r"[\s\-–/]{1,3}")
_VERBS = {
    "respond": "response",
    "responded": "response",
    "responder": "response",
    "relapsed": "relapse",
    "recurred": "relapse",
    "flared": "relapse",
    "survived": "survival",
    "progressed": "progression",
    "remitted": "remission",
    "deceased": "death",
    "dead": "death",
}
"""Verb forms that running text uses for an outcome of the vocabulary."""

_NOT_THIS = {
    outcome: re.compile(pattern, re.IGNORECASE)
    for outcome, pattern in {
        "response": r"(?:major|minor|good|moderate|poor|marked|immune|cell|antibody|inflammatory|humoral|dose"
        r"|stress|vaccine|acute.phase|cellular)[\s-]$",
        "malignancy": r"\b(?:metastatic|advanced|recurrent|residual|early|primary)\s(?:\w+\s){0,2}$",
        "pain": r"(?:joint|abdominal|chest)\s$",
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
        "survival": r"\s(?:analysis|curve|time|events?)"
        r"|\s(?:and|with|without)\s(?:\w+\s){0,2}(?:\w+[\s-]free|metasta\w+|disease|relapse|recurren\w+|progress\w+)\b",
    }.items()
}
_IS_AFTER = re.compile(r"\s(?:after|following|since)\s(?:an?\s|the\s|prior\s|previous\s|initial\s|first\s)?")
_SPAN_OF_TIME = Opening(
    re.compile(
        r"\b(?:times?\s(?:to|until)|duration\sof|interval\sto|onset\sof)\s(?:the\s)?(?:first\s|any\s|tumou?r\s|disease\s){0,2}\Z",
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
_NOT_AFTER = re.compile(
    r"[-\s]free\b|-related\b|\s(?:scores?|scales?|questionnaires?|index|thresholds?|endpoints?|end\spoints?)\b",
    re.IGNORECASE,
)
_RELATED_AFTER = re.compile(
    r"\s+(?:(?:that|which)\s+)?(?:(?:was|were|is|are|being|considered|deemed|judged|thought|felt|believed|to\s+be)\s+){0,4}"
    r"(?:(?:possibly|probably|definitely|directly)\s+)?(?:(?:related|relating|attributed|attributable|due|linked)\s+to\b|caused\s+by\b|(?:study\s+)?(?:drug|treatment|therapy|cell|infusion)-related\b)",
    re.IGNORECASE,
)
_UNRELATED = re.compile(r"\b(?:unrelated|not\s+(?:[\w]+-)?related|non-?related)\b", re.IGNORECASE)


_CAUSE_OF_DEATH = re.compile(
    r"\b(?:deaths?|died|mortality|dying)\s(?:(?:was|were)\s)?(?:from|of|(?:due|related|attributed|attributable|secondary)\sto|because\sof|caused\sby)"
    r"\s(?:the\s)?(?:[\w-]+\s){0,2}\Z",
    re.IGNORECASE,
)
_AS_ADJECTIVE = re.compile(rf"\s(?:and\s(?:\d+|{WORDS})\s[\w-]+\s)?{PEOPLE}\b", re.IGNORECASE)
_PLUS = re.compile(r"\s?\+(?!/)")
_SCORES = re.compile(r"(?:acr|asas|easi|pasi)-?\d+$")
_COMPLETE_OR = re.compile(
    r"(?:complete|CR)\s?(?:(?:responses?|remissions?)\s?)?(?:[(\[]CR[)\]]\s?)?(?:or|/)\s?(?:an?\s)?(?=partial|PR\b)",
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
    for start in _first_places(text, span):
        mention = _longest(text, (start, span[1])) if start >= end else None
        if mention is None:
            continue
        end = mention.end
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


def _first_places(text: str, span: Span) -> list[int]:
    """Return where words stand with which the name of an outcome may begin, in order; most sentences have none."""
    words = words_of(text, span)
    first = [*(words & _first_words()), *(w for w in words if not w.isascii() and _folded(w) in _first_words())]
    return sorted(place for word in first for place in whole_word_places(text, word, span))


def _coordinated(text: str, mention: Mention, span: Span) -> tuple[Mention, ...]:
    """Return the outcome that shares its noun with one named behind it: "complete and partial responses"."""
    degree, _, noun = mention.outcome.partition("-")
    if degree not in {"complete", "partial"}:
        return ()
    other = {"complete": "partial", "partial": "complete"}[degree]
    match = re.search(
        rf"\b{other}\s(?:and|or|versus|vs\.?)\s$", text[max(span[0], mention.start - 20) : mention.start], re.IGNORECASE
    )
    if match is None or f"{other}-{noun}" not in vocabulary.load("outcome"):
        return ()
    start = max(span[0], mention.start - 20) + match.start()
    return (Mention(start, start + len(other), f"{other}-{noun}"),)


def _longest(text: str, span: Span) -> Mention | None:
    """Return the longest name with which a part of a text begins."""
    words = list(itertools.islice(_WORD.finditer(text, *span), _most_words()))
    first = words[0].group()
    for name, outcome in _names().get(_folded(first), ()):
        if _spelled(text, words[: len(name)], name):
            return Mention(span[0], words[len(name) - 1].end(), outcome)
    exact = None if _PLUS.match(text, words[0].end()) else _abbreviations().get(first)
    return Mention(span[0], words[0].end(), exact) if exact else None


def _spelled(text: str, words: list[re.Match[str]], name: tuple[str, ...]) -> bool:
    if len(words) < len(name) or _folded(words[-1].group()) not in _forms(name[-1]):
        return False
    if any(_folded(word.group()) != part for word, part in zip(words, name[:-1], strict=False)):
        return False
    return all(_JOINT.fullmatch(text[a.end() : b.start()]) for a, b in itertools.pairwise(words))


def _means_it(text: str, mention: Mention) -> bool:
    lead = max(0, mention.start - 40)
    if (
        _SPAN_OF_TIME.search(text, lead, mention.start)
        or _NOT_BEFORE.search(text, max(0, mention.start - 24), mention.start)
        or _NOT_AFTER.match(text, mention.end)
        or _CAUSE_OF_DEATH.search(text, lead, mention.start)
        or _is_related_to_else(text, lead, mention)
    ):
        return False
    if text[mention.start : mention.end].casefold() in _VERBS and _AS_ADJECTIVE.match(text, mention.end):
        return False
    before, after = text[max(0, mention.start - 24) : mention.start], text[mention.end : mention.end + 24]
    not_before, not_after = _NOT_THIS.get(mention.outcome), _NOT_FOLLOWED.get(mention.outcome)
    if not_before and not_before.search(before):
        return False
    return not (not_after and not_after.match(after))


def _is_related_to_else(text: str, lead: int, mention: Mention) -> bool:
    if mention.outcome not in _RELATED and mention.outcome not in _RELATED.values():
        return False
    if _OF_AN_ORGAN.search(text, lead, mention.start):
        return True
    related = text[mention.start : mention.end].casefold().startswith("related")
    end = mention.start + len("related") if related else mention.start
    return bool(_RELATED_TO_ELSE.search(text, lead, end))


def _with_relation(text: str, mention: Mention, span: Span) -> Mention:
    """Narrow "adverse events" to related ones where the words beside it say so."""
    if mention.outcome not in _RELATED:
        return mention
    before = text[max(span[0], mention.start - 60) : mention.start]
    after = text[mention.end : min(span[1], mention.end + 60)]
    related = _RELATED_BEFORE.search(before) or _RELATED_AFTER.match(after)
    if not related or _UNRELATED.search(before):
        return mention
    return replace(mention, outcome=_RELATED[mention.outcome])


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).casefold()


@cache
def _forms(word: str) -> tuple[str, ...]:
    """Return a word and its plurals."""
    return (word, f"{word}s", f"{word}es", *((f"{word[:-1]}ies",) if word.endswith("y") else ()))


@cache
def _names() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return every name as its words, by the forms of its first word, longest first."""
    names: dict[tuple[str, ...], str] = {(verb,): outcome for verb, outcome in _VERBS.items()}
    for term in vocabulary.load("outcome").values():
        for name in (term.label, *term.synonyms):
            names.setdefault(tuple(_folded(word) for word in _WORD.findall(name)), term.id)
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, outcome in sorted(names.items(), key=lambda item: (-len(item[0]), item[0])):
        forms = _forms(words[0]) if len(words) == 1 else words[:1]
        for form in forms:
            by_first.setdefault(form, []).append((words, outcome))
    return {first: tuple(entries) for first, entries in by_first.items()}


@cache
def _first_words() -> frozenset[str]:
    """Return the words, in small letters, with which names and abbreviations begin."""
    return frozenset([*_names(), *(short.lower() for short in _abbreviations())])


@cache
def _most_words() -> int:
    return max(len(words) for entries in _names().values() for words, _ in entries)


@cache
def _abbreviations() -> Mapping[str, str]:
    terms = vocabulary.load("outcome").values()
    exact = {short: term.id for term in terms for short in term.abbreviations if _WORD.fullmatch(short)}
    return exact | {f"{short}s": outcome for short, outcome in exact.items()}
