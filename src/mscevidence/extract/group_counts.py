"""Whose each count of a sentence is, where the sentence leaves no doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mscevidence.extract.counts import Count
from mscevidence.extract.group_mentions import SIDES, GroupMention, Whose


def assigned(text: str, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> dict[Whose, Count] | None:
    """Return whose each count of a sentence is, or None when the sentence does not say it beyond doubt.

    Either as many counts as groups in two lists ("6, 9 and 2 in A, B and C"), or each count beside its group.
    """
    mentions = [m for m in mentions if not any(c.start <= m.start < c.end for c in counts)]
    beside = _beside(text, mentions, counts)
    if beside is not None:
        return beside
    if len(counts) == len(mentions) + 1 and mentions and counts[1].start > mentions[0].start > counts[0].end:
        counts = counts[1:]
    if not counts or len(counts) != len(mentions) or len({m.whose for m in mentions if m.whose != "other"}) != 2:
        return None
    if sum(m.whose == "intervention" for m in mentions) != 1 or sum(m.whose == "comparator" for m in mentions) != 1:
        return None
    order = "".join(
        kind for _, kind in sorted([*((m.start, "m") for m in mentions), *((c.start, "c") for c in counts)])
    )
    size = len(counts)
    lists = order in {"c" * size + "m" * size, "m" * size + "c" * size}
    if not lists and order not in {"cm" * size, "mc" * size}:
        return None
    if order == "cm" * size and not _follows(text, counts, mentions):
        return None
    return {mention.whose: count for mention, count in zip(mentions, counts, strict=True)}


_DIRECTLY = re.compile(
    r"[”\"']?(?:[\s-](?:treated|groups?|arms?|patients|subjects|cohorts?)){0,2}\s?(?:[(\[,:=]|was|had)?\s?"
)


def _beside(text: str, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> dict[Whose, Count] | None:
    """Return the counts that stand directly behind their groups, when each side has exactly one: "placebo (55.4%)"."""
    found: dict[Whose, list[Count]] = {}
    for mention in mentions:
        for count in counts:
            if count.start >= mention.end and _DIRECTLY.fullmatch(text, mention.end, count.start):
                found.setdefault(mention.whose, []).append(count)
    sides = [found.get(side, []) for side in SIDES]
    return (
        {side: one[0] for side, one in zip(SIDES, sides, strict=True)} if all(len(one) == 1 for one in sides) else None
    )


def _follows(text: str, counts: Sequence[Count], mentions: Sequence[GroupMention]) -> bool:
    """Return whether every group stands nearer behind its count than before the next one."""
    for index, (count, mention) in enumerate(zip(counts, mentions, strict=True)):
        ahead = text[count.end : mention.start]
        if len(ahead) > 90 or re.search(r"[;]", ahead):
            return False
        if index + 1 < len(counts) and counts[index + 1].start - mention.end > 60:
            return False
    return True
