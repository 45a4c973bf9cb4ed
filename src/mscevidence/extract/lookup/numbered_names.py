"""Numbers that count nobody because they belong to a name: "ABP 501", "tables 2 and 3", "weeks 4 and 8"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mscevidence.extract.grammar.counts import Count

_NAME = re.compile(r"[A-Za-z][\w-]*[ -]\d+$")
_SECOND_OF_TWO = re.compile(
    r"\b(?:tables?|fig(?:ure)?s?\.?|weeks?|days?|months?|years?|visits?|hours?|grades?|references?)\s\d+\w?(?:,\s\d+\w?)*,?"
    r"\s?(?:and|or|to|–|-)\s?$",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\b(?:groups?|arms?|cohorts?)\s?[-–]?\s?\d$", re.IGNORECASE)
_FARTHEST = 32


def is_in_a_name(text: str, count: Count, names: Iterable[str]) -> bool:
    """Return whether a count is a number of a name.

    Args:
        text: the document.
        count: the count.
        names: the names that may have numbers: those of the groups asked for.
    """
    if len(count.values) > 1 or count.noun:
        return False
    start = max(0, count.start - _FARTHEST)
    word = _NAME.search(text, start, count.end)
    if word is not None and any(word.group() in name for name in names):
        return True
    if _GROUP.search(text, start, count.end):
        return True
    return count.rule == "bare-number" and bool(_SECOND_OF_TWO.search(text, start, count.start))
