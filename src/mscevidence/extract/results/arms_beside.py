"""Which of the arms that a sentence names the words beside a count tie to it."""

from __future__ import annotations

import re

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.results.attach import Bounds
from mscevidence.extract.results.doubts import is_aside

_OTHER_ARM = re.compile(rf"(?:\s{PEOPLE})?\s(?:in|of)\sthe\s[\w+/-]+(?:\s[\w+/-]+)?\s$")
_JOINT_ARMS = re.compile(
    r"\s?(?:and|or|,|versus|vs\.?)\s(?:(?:in\s)?the\s)?|\s(?:groups?|arms?)\s(?:and|versus|vs\.?)\s(?:the\s)?"
)
_ANOTHER = re.compile(r"\b(?:which|that\sof|than\sthat|than\sin)\b")
_LISTED_BEHIND = re.compile(r",\s[\w+-]{1,12},?\s(?:or|and)\s")


def arm_of(count: Count, bounds: Bounds, arms: tuple[ArmMention, ...]) -> ArmMention | None:
    """Return the arm that a count speaks of, or None when the sentence leaves it open."""
    before = [
        a
        for a in arms
        if bounds.start <= a.start and a.end <= count.start and not is_aside(bounds.text, (a.start, a.end), count.start)
    ]
    if len(before) > 1 and _JOINT_ARMS.fullmatch(bounds.text, before[-2].end, before[-1].start):
        return None  # "in control and test arms": which of them is not said
    if before and re.fullmatch(r"\s?[(\[]\s?", bounds.text[before[-1].end : count.start]):
        return before[-1]  # "in the MSC group (25%) than in the placebo group (8%)"
    after = next((a for a in arms if count.end <= a.start and a.end <= bounds.end), None)
    if after is not None:
        gap = bounds.text[count.end : after.start]
        if (
            re.search(
                r"\b(?:in|of|from|for|among|with|treated|receiving|received|given|on|at|to|within|by)\s(?:the\s)?$|^\s?$",
                gap,
            )
            and ";" not in gap
            and not _ANOTHER.search(gap)
            and not _LISTED_BEHIND.match(bounds.text, after.end)
        ):
            joined = before and re.search(r"\b(?:and|while|whereas|versus|vs|compared)\b|,", gap)
            return before[-1] if joined else after
        if _OTHER_ARM.match(gap):
            return None  # "30% in the WBRT + TMZ arm": of an arm whose name is not understood
    return before[-1] if before else None


def speaks_of(arm: ArmMention, count: Count, counts: tuple[Count, ...], text: str) -> bool:
    """Return whether the only arm that a sentence names can be that of a count: no other count stands before it."""
    if arm.start < count.start:
        return not is_aside(text, (arm.start, arm.end), count.start)
    if _LISTED_BEHIND.match(text, arm.end) or re.search(
        r"\b(?:but|than|versus|vs|whereas|while|compared|not)\b", text[count.end : arm.start]
    ):
        return False
    return not any(count.end <= other.start and other.end <= arm.start for other in counts)
