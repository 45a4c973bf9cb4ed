"""Lists that belong together: "0/3, 2/3 and 6/12 in the low, middle and high dose cohorts, respectively"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.counts import Count, runs
from mscevidence.extract.outcomes import Mention
from mscevidence.model import Span

_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"\s?(?:,\s?(?:and|or|vs\.?)?|and|or|vs\.?|versus|/)\s(?:(?:the|in\sthe|in|for|a|of)\s){0,2}|\s?(?:groups?|arms?|cohorts?)?\s(?:and|vs\.?|versus)\s(?:the\s)?"
)
Placed = TypeVar("Placed", ArmMention, Mention)
Item = TypeVar("Item", ArmMention, Mention, Count)


def distributed(
    text: str, sentence: Span, counts: tuple[Count, ...], arms: tuple[ArmMention, ...], outcomes: tuple[Mention, ...]
) -> tuple[dict[Count, ArmMention], dict[Count, Mention], frozenset[Count]]:
    """Return which arm and which outcome each count of a "respectively" has, and the counts left without either.

    A list of counts is aligned with the one list of arms (or of outcomes) that has its length; when there is none, or
    more than one, nothing is aligned and the counts are returned as open.
    """
    if not _RESPECTIVELY.search(text, *sentence):
        return {}, {}, frozenset()
    by_arm: dict[Count, ArmMention] = {}
    by_outcome: dict[Count, Mention] = {}
    left_open: set[Count] = set()
    stops = [match.start() for match in _RESPECTIVELY.finditer(text, *sentence)]
    start = sentence[0]
    for stop in stops:
        part = (start, stop)
        for run in runs(_within(counts, part), text):
            if len(run) < 2:
                continue
            arm_run = _only([r for r in _runs(text, _within(arms, part)) if len(r) == len(run)])
            outcome_run = _only([r for r in _runs(text, _within(outcomes, part)) if len(r) == len(run)])
            by_arm.update(zip(run, arm_run, strict=True) if arm_run else ())
            by_outcome.update(zip(run, outcome_run, strict=True) if outcome_run else ())
            left_open.update(() if arm_run or outcome_run else run)
        start = stop
    return by_arm, by_outcome, frozenset(left_open)


def _within(items: Iterable[Item], part: Span) -> list[Item]:
    return [item for item in items if part[0] <= item.start < part[1]]


def _only(found: list[tuple[Placed, ...]]) -> tuple[Placed, ...]:
    return found[0] if len(found) == 1 else ()


def _runs(text: str, mentions: Sequence[Placed]) -> list[tuple[Placed, ...]]:
    grouped: list[list[Placed]] = []
    for mention in mentions:
        previous = grouped[-1][-1] if grouped else None
        if previous is not None and _SEPARATOR.fullmatch(text[previous.end : mention.start]):
            grouped[-1].append(mention)
        else:
            grouped.append([mention])
    return [tuple(group) for group in grouped]
