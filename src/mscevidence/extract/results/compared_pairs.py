"""Whose the two numbers of a comparison are: "lower in the MSC group [35% vs. 64%] than in the control group"."""

from __future__ import annotations

import re

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.patients.arm_references import different
from mscevidence.extract.results.doubts import pair_place
from mscevidence.extract.results.facts import Facts

_LESS = re.compile(r"\b(?:lower|less|fewer|reduced|decreased|smaller|rarer)\b", re.IGNORECASE)
_MORE = re.compile(r"\b(?:higher|more|greater|increased|better|larger)\b", re.IGNORECASE)
_THAN = re.compile(
    r"[^.;]{0,80}?\b(?:than|compared\s(?:with|to)|versus|vs\.?)\s(?:(?:that|those)\s)?(?:(?:in|of|for|with)\s)?(?:the\s)?\Z"
)
_VERSUS = re.compile(
    r"(?:\s[\w-]+){0,4}?\s(?:than|versus|vs\.?|compared\s(?:with|to))\s(?:(?:that|those)\s)?(?:(?:in|of|for|with|treated\swith|given|receiving|on)\s)?(?:the\s)?"
)
"""What stands between two arms of which the first is set against the second: "higher in A than in the B group"."""


def arm_of_pair(facts: Facts, count: Count) -> ArmMention | None:
    """Return the arm of one of two compared numbers, None unless words tell which is the greater and it is."""
    place = pair_place(facts.text, count, facts.counts)
    if place is None:
        return None
    pair = _both(facts, count, place)
    arms = different(facts.arms)
    if pair is None or len(arms) != 2:
        return None
    first, second = pair
    before, behind = arms[0].end <= first.start, arms[1].start >= second.end
    led = before and behind and _THAN.search(facts.text, second.end, arms[1].start)
    led = led or (arms[1].end <= first.start and _VERSUS.fullmatch(facts.text, arms[0].end, arms[1].start))
    between = facts.text[facts.span[0] : first.start] if before else ""
    return arms[place] if led and _agrees(between, first, second) else None


def _both(facts: Facts, count: Count, place: int) -> tuple[Count, Count] | None:
    index = facts.counts.index(count) - place
    both = facts.counts[index : index + 2]
    return (both[0], both[1]) if len(both) == 2 and both[0].rule == both[1].rule else None


def _agrees(words: str, first: Count, second: Count) -> bool:
    """Return whether words such as "lower" say of two numbers what is true of them."""
    role = "percent" if first.number("percent") is not None else "events"
    one, other = first.number(role), second.number(role)
    if one is None or other is None or bool(_LESS.search(words)) == bool(_MORE.search(words)):
        return False
    return one < other if _LESS.search(words) else one > other
