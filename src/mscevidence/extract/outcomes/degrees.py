"""Degrees of a response that stand away from their noun: "28 responded (22 complete, 6 partial)".

The noun is told once, before the numbers; each degree is an outcome of its own. So is a degree with other words before
the noun ("complete clinical response"), and so are two kinds of one noun ("clinical and endoscopic remission").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mscevidence import vocabulary
from mscevidence.extract.grammar.cues import Cues
from mscevidence.extract.grammar.numerals import WORDS
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.outcomes import Mention
from mscevidence.extract.outcomes.names import WORD, folded, outcome_named
from mscevidence.model import Span

_CUES = Cues(
    whole={
        "complete",
        "completely",
        "partial",
        "partially",
        "no",
        "not",
        "failed",
        "without",
        "and",
        "or",
        "maintained",
        "sustained",
    }.__contains__
)
_HEADS = {"response": "response", "remission": "remission", "renal-remission": "renal-remission"}
_NUMBER = rf"(?:\d{{1,4}}|{WORDS})"
_LISTED = re.compile(
    rf"\b{_NUMBER}(?:\s\(\d[\d.]*\s?%\))?(?:\s{PEOPLE})?(?:\s(?:with|had|were|was|showed|achieved|an?))*\s(?P<before>complete|partial)(?:ly)?"
    r"(?=\s?[,;)\].]|\s(?:and|or|but)\b)"
    rf"|\b(?P<behind>complete|partial)(?:\s(?:in|for|by)\s|\s?[:(=,]\s?(?:[nN]\s?=\s?)?|\s)(?={_NUMBER}\b(?!\s?%))",
    re.IGNORECASE,
)
"""A degree behind a number ("22 complete") or before one ("partial in 6", "complete: 22")."""
_KINDS = (
    r"(?:clinical|ha?ematolog\w+|neurolog\w+|cutaneous|serolog\w+|immunolog\w+"
    r"|sustained|durable|stable|long-term|drug-free|treatment-free|disease)"
)
_DEGREE_BEFORE = re.compile(
    rf"\b(?P<degree>complete|partial)\s(?:{_KINDS}(?:\s(?:and|or)\s(?:radiolog\w+|{_KINDS}))?\s){{0,2}}\Z",
    re.IGNORECASE,
)
_NOT_REACHED = re.compile(
    r"\b(?:(?:had|have|has|show\w*|achieved|obtained|reached|exhibited|demonstrated|with)\sno|(?:did|do|does|could)\snot(?:\s(?:achiev|obtain|reach|show|hav|attain)\w*(?:\san?|\sany)?)?"
    r"|failed\sto(?:\s(?:achieve|obtain|reach|show|have|attain)(?:\san?|\sany)?)?|without(?:\san?|\sany)?)\s(?:(?:clinical|overall|objective|ha?ematolog\w+|EULAR|ACR|significant|treatment|therapeutic)\s)?\Z"
)
_KEPT = re.compile(r"\b(?:maintained|sustained|retained|kept)\s(?:an?\s|the\s|their\s)?\Z")
_OTHER_KIND = re.compile(r"\b(?P<kind>[A-Za-z-]{4,20})(?:\s\([A-Z]{2,5}\))?\s(?:and|or|as\swell\sas)\s\Z")


def with_degrees(text: str, span: Span, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return the outcomes that a sentence names, with those that it names by their degree alone."""
    if not mentions or not _CUES.stand_in(text, span):
        return mentions
    named = tuple(_with_what_stands_before(text, span, mention) for mention in mentions)
    kinds = [kind for mention in named if (kind := _other_kind(text, span, mention)) is not None]
    listed = list(_listed(text, span, named))
    taken = [(m.start, m.end) for m in named]
    new = [m for m in (*kinds, *listed) if not any(start < m.end and m.start < end for start, end in taken)]
    return tuple(sorted((*named, *new), key=lambda mention: mention.start)) if new else named


def is_degree_of(outcome: str | None, whole: str | None) -> bool:
    """Return whether an outcome is a degree of another, so that it is told of the same patients."""
    return outcome is not None and whole in _HEADS and outcome in {f"complete-{whole}", f"partial-{whole}"}


def _listed(text: str, span: Span, mentions: tuple[Mention, ...]) -> Iterator[Mention]:
    head = next((mention for mention in mentions if mention.outcome in _HEADS), None)
    if head is None:
        return
    for match in _LISTED.finditer(text, head.end, span[1]):
        group = "before" if match["before"] else "behind"
        outcome = f"{match[group].casefold()}-{_HEADS[head.outcome]}"
        if outcome in vocabulary.load("outcome"):
            yield Mention(*match.span(group), outcome)


def _with_what_stands_before(text: str, span: Span, mention: Mention) -> Mention:
    """Return a mention with its degree ("complete clinical response") or turned round ("had no response")."""
    if mention.outcome not in _HEADS and mention.outcome != "no-response":
        return mention
    lead = max(span[0], mention.start - 60)
    degree = _DEGREE_BEFORE.search(text, lead, mention.start)
    outcome = f"{degree['degree'].casefold()}-{mention.outcome}" if degree else ""
    if degree and outcome in vocabulary.load("outcome"):
        return replace(mention, start=degree.start(), outcome=outcome)
    if mention.outcome == "response" and _KEPT.search(text, lead, mention.start):
        return replace(mention, outcome="sustained-response")
    denied = _NOT_REACHED.search(text, lead, mention.start) if mention.outcome == "response" else None
    return replace(mention, start=denied.start(), outcome="no-response") if denied else mention


def _other_kind(text: str, span: Span, mention: Mention) -> Mention | None:
    """Return the outcome that shares its noun with one named behind it: "clinical and combined remission"."""
    match = _OTHER_KIND.search(text, max(span[0], mention.start - 40), mention.start)
    noun = [folded(word) for word in WORD.findall(text[mention.start : mention.end])][-1:]
    if match is None or not noun or " " not in text[mention.start : mention.end]:
        return None
    outcome = outcome_named((folded(match["kind"]), noun[0].removesuffix("s")))
    return Mention(*match.span("kind"), outcome) if outcome and outcome != mention.outcome else None
