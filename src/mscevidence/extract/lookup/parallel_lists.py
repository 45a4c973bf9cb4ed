"""Lists of counts for each group, told in the order of the outcomes or times that the sentence names before.

"Response at weeks 16 and 8 was higher with A (52% and 44%, respectively) than with B (34% and 29%, respectively)."
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.lookup.asked_times import times_in_order
from mscevidence.extract.lookup.group_counts import assigned
from mscevidence.extract.lookup.group_mentions import SIDES, GroupMention, Whose
from mscevidence.model import Span

_GAP = re.compile(r",?\s(?:and\s|or\s)?|,\s?")
_ITEM_END = re.compile(r",\s(?:and\s|or\s)?|\s(?:and|or)\s")


def in_order(
    text: str,
    span: Span,
    mentions: Sequence[GroupMention],
    counts: Sequence[Count],
    asked: Callable[[Span], bool],
    times: frozenset[tuple[float, str]],
) -> dict[Whose, Count] | None:
    """Return the counts of both groups at the place of what was asked in the list before them; None where unclear.

    Args:
        text: the document.
        span: the sentence.
        mentions: the groups that the sentence names.
        counts: its counts.
        asked: tells whether a part of the text speaks of the outcome.
        times: the times that were asked for.
    """
    timed = _at_time(text, span, mentions, counts, times)
    if timed is not None and asked(span):
        return timed
    lists = _lists(text, counts)
    if len(lists) != len(SIDES) or len(lists[0]) != len(lists[1]) or len(lists[0]) < 2:
        return None
    whole = [replace(each[0], end=each[-1].end) for each in lists]
    owners = assigned(text, mentions, whole)
    if owners is None or set(owners) != set(SIDES):
        return None
    place = _place(text, (span[0], lists[0][0].start), len(lists[0]), asked, times)
    if place is None:
        return None
    by_start = {each[0].start: each for each in lists}
    return {side: by_start[count.start][place] for side, count in owners.items()}


def _at_time(
    text: str,
    span: Span,
    mentions: Sequence[GroupMention],
    counts: Sequence[Count],
    times: frozenset[tuple[float, str]],
) -> dict[Whose, Count] | None:
    """Return the counts of both groups at the time asked, where each count is told with its own time behind it."""
    if not times or len(counts) < 2 * len(SIDES):
        return None
    stops = [*(count.start for count in counts[1:]), span[1]]
    told = [times_in_order(text[count.end : stop])[:1] for count, stop in zip(counts, stops, strict=True)]
    if not all(told) or len(set(told)) * len(SIDES) != len(told):
        return None
    chosen = [count for count, each in zip(counts, told, strict=True) if each[0] in times]
    found = assigned(text, mentions, chosen) if len(chosen) == len(SIDES) else None
    return found if found is not None and set(found) == set(SIDES) else None


def _lists(text: str, counts: Sequence[Count]) -> list[list[Count]]:
    found = [[count] for count in counts[:1]]
    for one, two in pairwise(counts):
        if one.rule == two.rule and _GAP.fullmatch(text, one.end, two.start):
            found[-1].append(two)
        else:
            found.append([two])
    return found


def _place(
    text: str, span: Span, size: int, asked: Callable[[Span], bool], times: frozenset[tuple[float, str]]
) -> int | None:
    """Return the place of what was asked among the times, or else the outcomes, that a part of a text lists."""
    told = times_in_order(text[slice(*span)])
    if times and len(told) == size and len(set(told)) == size and asked(span):
        at = [index for index, time in enumerate(told) if time in times]
        return at[0] if len(at) == 1 else None
    if times or told:
        return None
    cuts = [match.span() for match in _ITEM_END.finditer(text, *span)]
    starts, stops = [span[0], *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), span[1]]
    if len(starts) != size:
        return None
    at = [index for index, item in enumerate(zip(starts, stops, strict=True)) if asked(item)]
    return at[0] if len(at) == 1 else None
