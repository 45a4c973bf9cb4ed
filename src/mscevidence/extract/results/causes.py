"""Numbers of those with one cause or reason among those counted before: "causes of death were infections (5 cases)"."""

from __future__ import annotations

import re

from mscevidence.extract.grammar.counts import Count
from mscevidence.model import Span

_CAUSES = re.compile(
    r"\b(?:causes?|reasons?)\s(?:of|for)\s(?:[\w-]+\s){1,4}?(?:were|was|included?|comprised|being)\b[^;]*\Z",
    re.IGNORECASE,
)
_CAUSES_LISTED = re.compile(
    r"\b(?:died|deaths?)\s?(?:\(\d[^()]{0,20}\)\s?)?(?:[(\[]|:\s)(?!n\s?=)[a-z][^\])]*(?:\),[^\])]*){0,4}\Z"
)
"""What of they died, in brackets or behind a colon: "10 died [relapse (n = 3), sepsis (n = 7)]"."""


def is_of_a_cause(text: str, sentence: Span, count: Count) -> bool:
    """Return whether a number is of those with one cause or reason: "causes of death were infections (5 cases)"."""
    start = max(sentence[0], count.start - 160)
    return bool(_CAUSES.search(text, sentence[0], count.start) or _CAUSES_LISTED.search(text, start, count.start))
