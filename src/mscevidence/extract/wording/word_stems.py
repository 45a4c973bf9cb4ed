"""Words of phrases as stems, and what a phrase covers of another: so "infections" and "infected" agree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from mscevidence.extract.wording.outcome_wording import worded

Stems = frozenset[str]

_STOP = frozenset(
    re.findall(
        r"\w+",
        """a an the of in on at to for from by with and or as is are was were be been had has have this that these those
        who whom which their there it its than then into per each between during within versus vs compared after if when
        both either other such only not n mg kg mcg ml daily day dose using use used based p patients patient subjects
        subject participants participant people persons cases group groups arm arms received receiving treated treatment
        given via also they we our equivalent including least one several
        need needs needed needing due leading led resulting caused because owing""",
    )
)
_SUFFIXES = tuple(
    re.findall(
        r"\w+",
        """ations ation ated ating ates ate ator
        ements ement ments ment ities ity ances ance ences ence ions ion ings ing ives ive ical ies ied
        ents ants ent ant ures ure ers er ed es is als ics al ic ia s y e""",
    )
)
_Replaced = tuple[tuple[str, ...], re.Pattern[str], str]
_REPLACED: tuple[_Replaced, ...] = (
    (("sae",), re.compile(r"\bSAEs?\b"), " serious adverse events "),
    (
        ("advers", "side", "ae"),
        re.compile(
            r"\b(?:(?i:side[\s-]effects?|(?:treatment[\s-]emergent\s)?adverse\s(?:effects?|reactions?|events?|experiences?))|TE?AEs?|AEs?)\b"
        ),
        " adverseevent ",
    ),
    (
        ("group", "arm", "cohort"),
        re.compile(r"\b(?:groups?|arms?|cohorts?)(?:[\s-]|\s[-–]\s)([A-Z]|\d|I{1,3}V?|IV)\b", re.IGNORECASE),
        r" group_\1 ",
    ),
    (
        ("anti-", "post-", "pre-", "re-", "hyper-", "hypo-", "co-"),
        re.compile(r"\b(anti|post|pre|re|hyper|hypo|co)-(?=[a-z]{3})", re.IGNORECASE),
        r"\1",
    ),
    (("coli",), re.compile(r"\be\.?\s?coli\b", re.IGNORECASE), " ecoli "),
    (("kg",), re.compile(r"\bkg\s?/\s?m\s?\^?2"), " "),
    (
        ("",),
        re.compile(r"(?<![\w.-])([A-Z])(?![\w.'’-]|\s[a-z=<>])|(?<=[a-z]\s)([A-Z])(?![\w.'’-])"),
        r" letter_\1\2 ",
    ),
    ((">", "≥", "more than", "over"), re.compile(r">=?|≥|\bmore than\b|\bover\b"), " above_ "),
    (
        ("<", "≤", "less than", "under", "before", "prior"),
        re.compile(r"<=?|≤|\bless than\b|\bunder\b|\b(?:before|prior to)(?=\s(?:the\s)?\d)"),
        " below_ ",
    ),
)
"""What is written as one word in the end, each with letters without one of which its pattern matches nothing."""
WORD = re.compile(r"[a-z]+(?:_\w*)?\d*(?:\+(?=[\s),;:]|$))?|\d+(?:[.,]\d+)*[a-z]?", re.IGNORECASE)
_LONGEST_KEPT = 400
_ROUND = re.compile(r"(?<=\d)\.0+$")


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return a word without its ending, so that infection, infections and infected agree."""
    if "_" in word:
        return word  # "group_s" is a name
    if word.startswith("respon"):
        return "respon"
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


GENERIC = frozenset(
    stem(word)
    for word in re.findall(
        r"\w+",
        """rate incidence number percent percentage proportion probability overall any all total frequency occurrence
        outcome event clinical significant cases prevalence development reported had postoperative during
        episodes counts reasons effect effects presence present type experienced occurred observed symptom symptoms
        disorder disorders complaint complaints problem problems result results suffer suffered
        suffering grade grades""",
    )
)


def stems(text: str) -> Stems:
    """Return the stems and numbers of a phrase without the words that say nothing."""
    return _stems(text) if len(text) <= _LONGEST_KEPT else _stems.__wrapped__(text)


@lru_cache(maxsize=1024)
def _stems(text: str) -> Stems:
    plain = text.casefold()
    for hints, pattern, replacement in _REPLACED:
        if any(hint in plain for hint in hints):
            text = pattern.sub(replacement, text)
    words = (word.casefold() for word in WORD.findall(worded(text)))
    return frozenset(stem(_rounded(word) if word[0].isdigit() else word) for word in words if word not in _STOP)


def _rounded(number: str) -> str:
    return _ROUND.sub("", number.replace(",", ""))


def telling(words: Stems) -> Stems:
    """Return the stems that tell one outcome from another; all of them where none does."""
    return frozenset(word for word in words if word not in GENERIC) or words


_MEASURES = frozenset(
    stem(word)
    for word in ("rate", "incidence", "number", "percent", "percentage", "proportion", "probability", "frequency")
) | frozenset(stem(word) for word in ("occurrence", "prevalence", "cases", "reported", "experienced", "observed"))


def unmeasured(words: Stems) -> Stems:
    """Return the stems of an outcome without those that only say that it is counted; all where nothing is left."""
    return words - _MEASURES or words


def weight(word: str) -> float:
    """Return how much a stem tells: a word of the outcome much, a general word little."""
    return 0.25 if word in GENERIC else 1.0


_DIRECTIONS = (
    re.compile(r"\b(?:reduc|decreas|declin|resol|improv|disappear|lower|less|drop|clear)", re.IGNORECASE),
    re.compile(
        r"\b(?:increas|elevat|ris(?:e|en|ing)\b|rose|worsen|reappear|re-?occur|recurr|relaps|progress|higher|exacerbat|aggravat)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<=[a-z]{4})-free\b|\bfree of\b|\bwithout\b|\bnon(?:-|(?!e\b|et))(?=[a-z])|\bnot\b|\b(?:absence|lack) of\b"
        r"|\bfail(?:ed|ure) to\b",
        re.IGNORECASE,
    ),
)


_ATTEMPT = re.compile(
    r"\b(?:attempt(?:s|ed)?|intention|intend(?:s|ed)?|willing(?:ness)?|readiness|ready)\s(?:to|at)\b(?!\streat)",
    re.IGNORECASE,
)
"""What somebody wanted to do, which is not what was done: "attempt to quit"."""


def same_direction(asked: str, told: str) -> bool:
    """Return whether words tell of the turn that was asked: a reduction is no reappearance, relapse-free no relapse.

    What is asked with a direction must be told with it; "free of" and "without" must stand in both or in neither.
    """
    return same_absence(asked, told) and same_turn(asked, told)


def same_absence(asked: str, told: str) -> bool:
    """Return whether "free of", "without" and the like stand in both or in neither."""
    return all(bool(sign.search(asked)) == bool(sign.search(told)) for sign in (_DIRECTIONS[-1], _ATTEMPT))


_DENIED = re.compile(
    r"\b(?:did|does|do|had|have|has|were|was|could)\s(?:not|never)\s(?:achiev|attain|reach|experienc|develop|have|show|respond|complet|recover|heal"
    r"|surviv|relaps|improv|requir|need|receiv|undergo|meet|suffer|report)|(?<=[a-z]{4})-free\b|\bfree\s(?:of|from)\b|\b(?:absence|lack)\sof\b"
    r"|\bfail(?:ed|ure)\sto\b",
    re.IGNORECASE,
)


def same_denial(asked: str, told: str) -> bool:
    """Return whether a sentence denies what was asked just where the question does: "5% did not achieve remission"."""
    return bool(_DENIED.search(asked)) == bool(_DENIED.search(told)) or same_absence(asked, told)


def same_turn(asked: str, told: str) -> bool:
    """Return whether words that turn up or down in what is asked have their like in what is told."""
    return all(turn.search(told) for turn in _DIRECTIONS[:-1] if turn.search(asked))


def covered(wanted: Iterable[str], present: Stems) -> float:
    """Return the share of the wanted stems, by weight, that is present."""
    weights = [(weight(word), word in present) for word in wanted]
    total = sum(each for each, _ in weights)
    return sum(each for each, found in weights if found) / total if total else 0.0
