"""Adverse events of a grade: those of grade 3 or more are severe ones, those of another grade are some of them."""

from __future__ import annotations

import re
from dataclasses import replace

from mscevidence.extract.grammar.cues import Cues
from mscevidence.extract.outcomes import Mention
from mscevidence.model import Span

_GRADED = frozenset(
    ("any-adverse-event", "treatment-emergent-adverse-event", "related-adverse-event", "severe-adverse-event")
)
_CUES = Cues(whole={"grade", "grades", "graded"}.__contains__)
_DEGREE = (
    r"(?P<sign>[≥>]\s?)?(?P<low>[1-5]|I{1,3}|IV|V)"
    r"(?P<more>\+|\s?(?:-|–|/|to|or|and|through)\s?(?:[2-5]|I{1,3}|IV|V|higher|greater|above|more)\b)?"
)
_BEFORE = re.compile(
    rf"\b(?P<first>[≥>]\s?)?[Gg]rades?\s?{_DEGREE}\s(?:\([^()]{{1,20}}\)\s)?(?:(?!and\b|or\b|with\b)[\w-]+\s){{0,2}}\Z"
)
_BEHIND = re.compile(
    rf"(?:\s\([^()]{{1,12}}\))?\s(?:(?:was|were|of|with|that)\s){{0,2}}(?:\w+ly\s|all\s|only\s|CTCAE\s)?(?P<first>[≥>]\s?)?[Gg]rades?\s?{_DEGREE}(?![\w.])"
)
_AGAIN = re.compile(rf"\b(?P<first>[≥>]\s?)?[Gg]rades?\s?{_DEGREE}(?=\s(?:in|occurred|were|was|by)\b)")
_VALUES = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}


def with_grades(text: str, span: Span, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return the outcomes that a sentence names, adverse events only where they are of any grade or of 3 and more."""
    if not _CUES.stand_in(text, span):
        return mentions
    found: list[Mention] = []
    graded: Mention | None = None
    for mention in mentions:
        match = _grade(text, span, mention) if mention.outcome in _GRADED else None
        if match is None:
            found.append(mention)
            continue
        graded = mention
        if _is_severe(match) and mention.outcome != "related-adverse-event":
            start, end = min(mention.start, match.start()), max(mention.end, match.end())
            found.append(replace(mention, start=start, end=end, outcome="severe-adverse-event"))
    if graded is not None:
        again = (m for m in _AGAIN.finditer(text, graded.end, span[1]) if _is_severe(m))
        new = (Mention(*m.span(), "severe-adverse-event") for m in again)
        found += [m for m in new if not any(m.start < each.end and each.start < m.end for each in found)]
    return tuple(sorted(found, key=lambda mention: mention.start))


def _grade(text: str, span: Span, mention: Mention) -> re.Match[str] | None:
    before = _BEFORE.search(text, max(span[0], mention.start - 60), mention.start)
    return before or _BEHIND.match(text, mention.end, min(span[1], mention.end + 60))


def _is_severe(match: re.Match[str]) -> bool:
    """Return whether a grade is 3 or more, from its lowest number."""
    low = _VALUES.get(match["low"]) or int(match["low"])
    above = ">" in ((match["first"] or "") + (match["sign"] or ""))
    return low >= 3 or (low == 2 and above)
