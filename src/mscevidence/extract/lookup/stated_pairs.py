"""The pairs of counts that a sentence tells of two groups, each with the words that say what it counts.

A sentence may tell several results: "nausea in 12% vs 4% and rash in 3% vs 1%". The words of a pair end where another
count begins, so that no count is taken for the outcome of its neighbour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.lookup.count_pairs import AGAINST, single
from mscevidence.extract.lookup.group_counts import assigned, introduced
from mscevidence.extract.lookup.group_mentions import SIDES, GroupMention, Whose
from mscevidence.model import Span

_BOUNDARY = re.compile(r"[,;]\s|\s(?:and|or|but|while|whereas)\s")
_IN_BRACKET = re.compile(r"[(\[][^()\[\],;]{1,24}[,;/]\s?[^()\[\],;]{1,24}[)\]]")
_NEXT_OF_LIST = re.compile(r"[)\]]?(?:,?\s(?:and|or)\s|,\s)")
_STOP = re.compile(r"[,;]\s|$")
_SAME_LIST = re.compile(
    r"[)\]]?,?\s?(?:and|or|vs\.?|versus|while|;)?\s?(?:(?:in|for|with|of|on)\s(?:the\s)?)?(?:[\w+/-]+[\s,]{0,2}){0,5}[(\[:]?"
)
"""What may stand between the counts of groups in one list: "(10%), group B (12%), and group C ("."""


@dataclass(frozen=True)
class StatedPair:
    """The counts of both groups and the words of which they may be: the narrowest, and a wider reach of them."""

    counts: Mapping[Whose, Count]
    words: tuple[Span, ...]


def stated_pairs(
    text: str, span: Span, mentions: Sequence[GroupMention], counts: Sequence[Count]
) -> tuple[StatedPair, ...]:
    """Return the pairs of counts of both groups in a part of a text, in order."""
    kept = _without_total(single(text, counts))
    found = assigned(text, mentions, kept)
    if found is not None and not _alike(found):
        found = None
    if found is not None and _is_aligned(mentions, kept):
        return (_pair(text, span, found, (), last=mentions[-1:]),)
    if found is not None and _is_one_list(text, kept):
        return (_pair(text, span, found, (), last=mentions[-1:]),)
    several = _several(text, span, mentions, kept) if len(kept) > 2 else []
    if len(several) > 1 or found is None:
        return tuple(_pair(text, span, each, _others(kept, each)) for each in several)
    if several and not _same(several[0], found):
        return (_pair(text, span, several[0], _others(kept, several[0])),) if _shown(several[0]) else ()
    foreign = _foreign(text, kept, list(found.values()))
    if _begins_lists(text, kept, found):
        return ()
    return (_pair(text, span, found, foreign, last=mentions[-1:]),)


def _same(one: Mapping[Whose, Count], other: Mapping[Whose, Count]) -> bool:
    return all(one[side].start == other[side].start for side in SIDES)


def _shown(pair: Mapping[Whose, Count]) -> bool:
    """Return whether both counts tell more than events."""
    return all(len(count.values) > 1 for count in pair.values())


def _without_total(counts: Sequence[Count]) -> list[Count]:
    """Return counts without the first where it is the sum of all others: "220 of 339 (A, 69; B, 72; C, 79)"."""
    events = [count.number("events") for count in counts]
    first, *rest = events or [None]
    known = [number for number in rest if number is not None]
    total = len(known) == len(rest) >= 2 and first == sum(known)
    return list(counts[1:] if total else counts)


def _is_aligned(mentions: Sequence[GroupMention], counts: Sequence[Count]) -> bool:
    """Return whether there are as many groups as counts, and each side is named once."""
    once = all(sum(mention.whose == side for mention in mentions) == 1 for side in SIDES)
    return once and len(mentions) == len(counts)


def _is_one_list(text: str, counts: Sequence[Count]) -> bool:
    """Return whether all counts follow each other in one list: "were 21, 2, 1 and 0"."""
    return len(counts) > 2 and all(_NEXT_OF_LIST.fullmatch(text, one.end, two.start) for one, two in pairwise(counts))


def _alike(pair: Mapping[Whose, Count]) -> bool:
    """Return whether the counts of both sides tell the same: both events, or both percents."""
    first, second = (pair.get(side) for side in SIDES)
    if first is None or second is None:
        return False
    return any(first.value(role) and second.value(role) for role in ("events", "percent"))


def _begins_lists(text: str, counts: Sequence[Count], pair: Mapping[Whose, Count]) -> bool:
    """Return whether a count of a pair is the first of several of its group: "(51.8% and 44.1%, respectively)"."""
    starts = {pair[side].start for side in SIDES}
    for one, two in pairwise(counts):
        if one.start in starts and two.start not in starts and one.rule == two.rule:
            follows = any(count.start > two.start for count in pair.values())
            if follows and _NEXT_OF_LIST.fullmatch(text, one.end, two.start):
                return True
    return False


def _several(
    text: str, span: Span, mentions: Sequence[GroupMention], counts: Sequence[Count]
) -> list[dict[Whose, Count]]:
    """Return the neighbouring counts that the words beside them give to both groups."""
    found: list[dict[Whose, Count]] = []
    index = 0
    while index + 1 < len(counts):
        one, two = counts[index], counts[index + 1]
        start = counts[index - 1].end if index else span[0]
        stop = counts[index + 2].start if index + 2 < len(counts) else span[1]
        near = [m for m in mentions if start <= m.start and m.end <= stop]
        own = assigned(text, near, [one, two])
        if own is None and (AGAINST.fullmatch(text, one.end, two.start) or _is_bracketed(text, one, two)):
            own = introduced(text, mentions, (one, two))
        own = own if own is not None and _alike(own) else None
        if own is not None:
            found.append(own)
        index += 2 if own is not None else 1
    return found


def _is_bracketed(text: str, one: Count, two: Count) -> bool:
    """Return whether two counts fill a bracket: "headache (4.5%, 4.2%)"."""
    return bool(_IN_BRACKET.fullmatch(text, max(0, one.start - 1), min(len(text), two.end + 1)))


def _others(counts: Sequence[Count], pair: Mapping[Whose, Count]) -> list[Count]:
    own = {count.start for count in pair.values()}
    return [count for count in counts if count.start not in own]


def _foreign(text: str, counts: Sequence[Count], own: Sequence[Count]) -> list[Count]:
    """Return the counts that are of something else: not of a third group in the same list."""
    starts = {count.start for count in own}
    within = [count.start in starts for count in counts]
    for order in (range(1, len(counts)), range(len(counts) - 2, -1, -1)):
        for index in order:
            other = index - 1 if order.step > 0 else index + 1
            first, second = sorted((index, other))
            if within[other] and not within[index]:
                within[index] = bool(_SAME_LIST.fullmatch(text, counts[first].end, counts[second].start))
    return [count for count, inside in zip(counts, within, strict=True) if not inside]


def _pair(
    text: str,
    span: Span,
    own: Mapping[Whose, Count],
    others: Sequence[Count],
    *,
    last: Sequence[GroupMention] = (),
) -> StatedPair:
    """Return a pair with the words between the counts of something else before and behind it."""
    first, end = min(c.start for c in own.values()), max(c.end for c in own.values())
    before = [count.end for count in others if count.end <= first]
    behind = [count.start for count in others if count.start >= end]
    if behind:
        cut = _BOUNDARY.search(text, end, min(behind))
        stop = cut.start() if cut else min(behind)
    else:
        far = max([end, *(mention.end for mention in last)])
        cut = _STOP.search(text, min(far, span[1]), span[1])
        stop = cut.start() if cut else span[1]
    if not before:
        return StatedPair(own, ((span[0], stop),))
    cuts = list(_BOUNDARY.finditer(text, max(before), first))
    starts = {cuts[-1].end(), cuts[0].end()} if cuts else {max(before)}
    return StatedPair(own, tuple((start, stop) for start in sorted(starts, reverse=True)))
