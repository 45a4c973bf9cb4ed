"""Words that name an outcome but describe patients: "in CR patients", "patients achieving CR", "refractory GVHD"."""

from __future__ import annotations

import re

from mscevidence.extract.arms import PEOPLE
from mscevidence.extract.outcomes import Mention
from mscevidence.model import Span

_CONDITIONS = {"acute-gvhd", "chronic-gvhd", "malignancy", "disease-worsening-as-adverse-event"}
"""Outcomes that are just as often the disease being treated."""

_ARISES = re.compile(
    r"\b(?:develop\w*|occur\w*|incidence|rates?\s+of|cases?\s+of|experienced|free\s+of|no|without|had|new)\b",
    re.IGNORECASE,
)
_GROUP_BEFORE = re.compile(
    rf"\b(?:{PEOPLE}|those)\s(?:achieving|attaining|with|in|without|who\s(?:achieved|had|attained|were\sin|developed|experienced))\s"
    r"(?:an?\s|the\s)?(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_GROUP_AFTER = re.compile(rf"(?:/\w+)?\s(?:{PEOPLE}|groups?)\b")
_OF_THEM = re.compile(r"\s(?:\(\d[^)]*\)\s)?of\s(?:them|these|those|whom|which)\b")


def without_subgroups(text: str, sentence: Span, mentions: tuple[Mention, ...]) -> tuple[tuple[Mention, ...], bool]:
    """Return the mentions that name outcomes, and whether the others narrow the sentence to some of the patients."""
    kept = tuple(mention for mention in mentions if not _describes_patients(text, sentence, mention))
    narrowed = any(_narrows(text, sentence, mention) for mention in mentions)
    return kept, narrowed


def is_share_of_a_share(text: str, end: int) -> bool:
    """Return whether a number is told as "eight of them": of those counted just before."""
    return bool(_OF_THEM.match(text, end))


def _describes_patients(text: str, sentence: Span, mention: Mention) -> bool:
    if _narrows(text, sentence, mention):
        return True
    before = text[max(sentence[0], mention.start - 60) : mention.start]
    return mention.outcome in _CONDITIONS and not _ARISES.search(before)


def _narrows(text: str, sentence: Span, mention: Mention) -> bool:
    before, after = text[max(sentence[0], mention.start - 60) : mention.start], text[mention.end : mention.end + 30]
    if _GROUP_AFTER.match(after) and re.search(r"\b(?:in|among|of|for|from)\s(?:the\s)?(?:\w+/)?$", before):
        return True
    followed = re.match(r"[^.;]{0,60}?\b(?:was|were|is|are|had)\b", text[mention.end : sentence[1]])
    return bool(_GROUP_BEFORE.search(before) and followed)
