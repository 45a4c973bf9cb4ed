"""The names of the two treatments that patients were assigned to: "randomised to receive rituximab or placebo"."""

from __future__ import annotations

import re

from mscevidence.extract.grammar.cues import Opening
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.sentences import body_sections, sentences_of
from mscevidence.model import Document, Span

_SECTIONS = {"Abstract", "Methods", "Patients", "Results", ""}
_ASSIGNED = Opening(
    re.compile(r"\b(?:randomi[sz]ed|randomly|assigned|allocated)\b", re.IGNORECASE), "random assigned allocated"
)
_NO_NAME = r"(?!(?:or|and|versus|vs|in|on|for|at|with|to|the|an?|one|two|each|either|both|receive|group|groups)\b)"
_NAME = rf"{_NO_NAME}[A-Za-z][\w+/-]*(?:\s{_NO_NAME}[A-Za-z+][\w+/-]*){{0,2}}"
_BRACKET = r"(?:\s\([^()]{0,60}\))?"
_PAIR = re.compile(
    r"\b(?:to|either|receive|received|with)\s(?:receive\s|either\s|treatment\swith\s|an?\s|single\s|infusions?\sof\s|intravenous\s|oral\s)*"
    rf"(?P<first>{_NAME}){_BRACKET}\s(?:or|versus|vs\.?)\s(?:to\s)?(?:receive\s|an?\s|with\s|infusions?\sof\s)*"
    rf"(?P<second>{_NAME})(?=\s?(?:[.,;:(]|on\b|for\b|at\b|in\b|every\b|once\b|twice\b|with\b|and\b|$))"
)
_NOT_A_TREATMENT = re.compile(
    rf"\b(?:{PEOPLE}|groups?|arms?|cohorts?|more|less|least|after|before|without|no|mg|weeks?|months?|days?|years?|times?)\b",
    re.IGNORECASE,
)


def treatments_assigned(document: Document) -> tuple[str, ...]:
    """Return the names of the two treatments of the first sentence that assigns patients; none where unclear."""
    for section, span in body_sections(document):
        if section in _SECTIONS and _ASSIGNED.search(document.text, *span):
            for sentence in sentences_of(document.text, span):
                found = _pair(document.text, sentence)
                if found:
                    return found
    return ()


def _pair(text: str, sentence: Span) -> tuple[str, ...]:
    verb = _ASSIGNED.search(text, *sentence)
    match = _PAIR.search(text, verb.end(), sentence[1]) if verb else None
    if match is None:
        return ()
    names = (match["first"], match["second"])
    if any(_NOT_A_TREATMENT.search(name) for name in names) or names[0].casefold() == names[1].casefold():
        return ()
    return names
