"""Totals that a sentence shares out among the arms: "three patients died, one in the MSC group and two controls"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from mscevidence.extract.arms import ALL, ArmMention
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.outcomes import Mention
from mscevidence.extract.patients.arm_references import different
from mscevidence.extract.results.doubts import is_tied
from mscevidence.model import Span

_PLAIN = frozenset({"bare-number", "x-patients"})
_LEADS_ON = re.compile(r"[^.;]{0,80}?(?:[,:(]|\s[–—])\s?(?:with\s|including\s|namely\s)?\Z")
_AND = re.compile(r"(?:\s[\w-]+)?(?:\s?[,;])?\s(?:and\s)?")
_LOST = frozenset({"death", "related-death"})
"""Outcomes of which a patient has one only, so that events are patients."""


def shared_out(
    text: str, sentence: Span, counts: Sequence[Count], arms: Sequence[ArmMention], outcomes: Sequence[Mention]
) -> Iterator[tuple[Count, ArmMention, Mention]]:
    """Yield a total and its parts, each with its arm and the outcome of the total.

    Nothing is yielded where the parts do not add up, or where what is counted may be events rather than patients.
    """
    if len(counts) < 3 or len(different(tuple(arms))) < 2 or not outcomes:
        return
    for index, whole in enumerate(counts[:-2]):
        parts = _parts(text, counts, index, arms)
        start = counts[index - 1].end if index else sentence[0]
        end = parts[0][0].start if parts else start
        told = [mention for mention in outcomes if start <= mention.start and mention.end <= end]
        if not parts or len({mention.outcome for mention in told}) != 1:
            continue
        if whole.rule == "x-patients" or told[0].outcome in _LOST:
            yield whole, ArmMention(whole.start, whole.start, ALL, "all"), told[-1]
            yield from ((part, arm, told[-1]) for part, arm in parts)


def _parts(
    text: str, counts: Sequence[Count], index: int, arms: Sequence[ArmMention]
) -> list[tuple[Count, ArmMention]]:
    """Return the counts behind a total, each with the arm that it names, where they add up to it; or nothing."""
    whole = counts[index]
    if whole.rule not in _PLAIN or not _LEADS_ON.fullmatch(text, whole.end, counts[index + 1].start):
        return []
    found: list[tuple[Count, ArmMention]] = []
    for count in islice(counts, index + 1, None):
        arm = next((each for each in arms if each.start >= count.end and each.kind != "all"), None)
        if count.rule not in _PLAIN or arm is None or not is_tied(text, count, arm):
            break
        found.append((count, arm))
    joined = all(_AND.fullmatch(text, one[1].end, two[0].start) for one, two in pairwise(found))
    labels = {arm.label for _, arm in found}
    total = sum(count.number("events") or 0 for count, _ in found)
    fits = len(found) > 1 and joined and len(labels) == len(found) and total == whole.number("events")
    return found if fits else []
