"""Two groups of one size, where a text only tells how many patients were randomized to the two."""

from __future__ import annotations

import re

from mscevidence.extract.lookup.group_mentions import SIDES, Groups
from mscevidence.model import Span, Value

_RANDOM = re.compile(r"\b(?:randomi[sz]ed|randomly|allocated|assigned)\b", re.IGNORECASE)
_TWO = re.compile(r"\b(?:two|2)\s(?:\w+\s)?(?:groups|arms)\b|\bwith\sor\swithout\b", re.IGNORECASE)
_EQUALLY = re.compile(r"\bequally\b|\bequal\s(?:groups|arms|numbers)\b", re.IGNORECASE)
_LEAST, _MOST = 10, 120
"""Above that many patients a percent fits any size, and halves would not be tested by it."""


def halves_of(groups: Groups, *, said: bool = False) -> tuple[Value, Value] | None:
    """Return half the patients for each group, marked as derived, where a text tells one even number of them.

    Args:
        groups: the two groups of a question.
        said: whether the text must say that the groups are equal.
    """
    found: dict[float, Value] = {}
    for _, sentences in groups.told:
        for sentence in sentences:
            total = _total(groups, sentence) if not said or _EQUALLY.search(groups.text, *sentence) else None
            if total is not None and total.number is not None:
                found[total.number] = total
    if len(found) != 1:
        return None
    ((number, total),) = found.items()
    if number % 2 or not _LEAST <= number <= _MOST:
        return None
    half = total.model_copy(update={"role": "n", "number": number / 2, "derived": True})
    return half, half


def _total(groups: Groups, span: Span) -> Value | None:
    """Return the one number of patients that a sentence says was randomized to two groups."""
    if not _RANDOM.search(groups.text, *span):
        return None
    both = {m.whose for m in groups.mentions(span)} == set(SIDES)
    if not (both or _TWO.search(groups.text, *span)):
        return None
    people = [count.value("events") for count in groups.counts(span) if count.rule == "x-patients"]
    return people[0] if len(people) == 1 else None
