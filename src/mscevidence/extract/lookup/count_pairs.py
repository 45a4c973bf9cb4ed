"""Counts that belong together, whosever they are: repeated, made up of others, set against each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mscevidence.extract.grammar.arithmetic import Share
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.lookup.group_mentions import GroupMention

_IN_BRACKETS = re.compile(r"[^\d.;()\[\]]{1,70}[(\[]")
AGAINST = re.compile(r"[)\]]?,?\s?(?:vs\.?|v\.?|versus|(?:as\s)?compared\s(?:with|to))\s(?:only\s|just\s)?[(\[]?")
_UP = re.compile(r"\b(?:higher|greater|more|increased?|increases|larger|better|superior|improved)\b", re.IGNORECASE)
_DOWN = re.compile(
    r"\b(?:lower|rarer|less|fewer|reduced?|reduces|reduction|decreased?|smaller|inferior)\b", re.IGNORECASE
)


def single(text: str, counts: Sequence[Count]) -> list[Count]:
    """Return counts without the total of two others; a percent in brackets behind a count is of that count."""
    kept: list[Count] = []
    for count in counts:
        if kept and count.rule == "percent-only" and count.start - kept[-1].end < 80:
            if _repeats(kept[-1], count):
                continue
            if kept[-1].rule in {"x-patients", "bare-number"} and _IN_BRACKETS.fullmatch(
                text, kept[-1].end, count.start
            ):
                kept[-1] = replace(kept[-1], values=(*kept[-1].values, *count.values), rule="x-percent")
                continue
        kept.append(count)
    if len(kept) == 3:
        first, second, third = (count.number("events") for count in kept)
        if first and second is not None and third is not None and first == second + third:
            return kept[1:]
    return kept


def _repeats(count: Count, percent: Count) -> bool:
    events, n, told = count.number("events"), count.number("n"), percent.value("percent")
    if events is None or n is None or told is None or count.value("percent") is not None:
        return False
    return Share(events, told.number or 0, len(told.text.partition(".")[2])).agrees(n, slack=1.0)


def against(text: str, counts: Sequence[Count]) -> list[tuple[Count, Count]]:
    """Return the pairs of counts that are set against each other: "12% vs 4%"."""
    return [
        (one, two)
        for one, two in pairwise(counts)
        if one.rule == two.rule and AGAINST.fullmatch(text, one.end, two.start)
    ]


def agrees_with_words(text: str, named: GroupMention, pair: tuple[Count, Count]) -> bool | None:
    """Return whether "more" or "fewer" beside the group of the first count agrees with both; None without the words.

    Counts that are the same agree with neither.
    """
    start = max(0, named.start - 120)
    up, down = (bool(pattern.search(text, start, pair[0].start)) for pattern in (_UP, _DOWN))
    first, second = ((c.number("percent") or 0) if c.value("percent") else (c.number("events") or 0) for c in pair)
    return None if up == down else first > second if up else first < second
