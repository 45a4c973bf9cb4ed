"""Lists that belong together: "0/3, 2/3 and 6/12 in the low, middle and high dose cohorts, respectively"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeVar

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.grammar.counts import Count, runs
from mscevidence.extract.grammar.cues import Opening
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.times import TimeMention, times_in
from mscevidence.extract.outcomes import Mention
from mscevidence.extract.patients.context import Context
from mscevidence.extract.results.denominators import possible_events
from mscevidence.extract.results.parts_by_arm import shared_out
from mscevidence.model import Span, Value

_RESPECTIVELY = Opening(re.compile(r"\brespectively\b", re.IGNORECASE), "respectively")
_SEPARATOR = re.compile(
    r"\s?(?:,\s?(?:and|or|vs\.?)?|and|or|vs\.?|versus|/)\s(?:(?:the|in\sthe|in|for|a|of)\s){0,2}|\s?(?:groups?|arms?|cohorts?)?\s(?:and|vs\.?|versus)\s(?:the\s)?"
)
_AGAINST = re.compile(r"\s?,?\s?(?:vs\.?|v|versus)\s", re.IGNORECASE)
_BEHIND_RESPECTIVELY = re.compile(r"respectively,?\s(?:at|after|by|on|within)\s(?:the\s)?", re.IGNORECASE)
_IN_A_LIST = re.compile(r"\s?(?:,\s?(?:and|or|vs\.?)?|and|or|vs\.?|versus|;)\s(?:in\s)?")
"""What joins the counts of a "respectively" list, which may say "in" again: "in 17 and in 15, respectively"."""
_NEAR = 90
"""Characters between a list of counts and the list beside it with which it is aligned without "respectively"."""
_AT = re.compile(r"\s(?:of\s(?:the\s)?patients\s)?(?:at|after|by|on|within)\s(?:the\s)?")
_OF_PATIENTS_IN = re.compile(rf"(?:\s(?:of\s(?:the\s)?)?{PEOPLE})?,?\s(?:in|of|from|for|among)\s(?:the\s)?")
_GROUPS = re.compile(r".{0,60}?\b(?:groups|arms|cohorts)\b")
Placed = TypeVar("Placed", ArmMention, Mention, TimeMention)
Item = TypeVar("Item", ArmMention, Mention, TimeMention, Count)


@dataclass(frozen=True)
class Distribution:
    """What each count of a "respectively" is aligned with; `left_open` are the counts aligned with nothing."""

    arms: dict[Count, ArmMention] = field(default_factory=dict)
    outcomes: dict[Count, Mention] = field(default_factory=dict)
    times: dict[Count, TimeMention] = field(default_factory=dict)
    left_open: frozenset[Count] = frozenset()


def distributed(
    text: str, sentence: Span, counts: tuple[Count, ...], arms: tuple[ArmMention, ...], outcomes: tuple[Mention, ...]
) -> Distribution:
    """Return what the counts of a "respectively" belong to.

    A list of counts is aligned with the one list of arms (of outcomes, of time points) that has its length; when there
    is none, or more than one, nothing is aligned.
    """
    if len(counts) < 2:
        return Distribution()
    stops = [match.start() for match in _RESPECTIVELY.finditer(text, *sentence)]
    found = Distribution()
    left_open: set[Count] = set()
    for start, stop in zip([sentence[0], *stops], stops, strict=False):
        part = (start, stop)
        for run in runs(_within(counts, part), text, _IN_A_LIST):
            if len(run) < 2:
                continue
            aligned = (
                _align(found.arms, run, text, _within(arms, part)),
                _align(found.outcomes, run, text, _within(outcomes, part)),
                _align(found.times, run, text, times_in(text, part)),
                _align_pairs(found, run, text, _within(arms, part), times_in(text, part)),
            )
            if not any(aligned) and not _align_again(found, run, text, sentence, arms):
                left_open.update(run)
            if run[-1].end > stop - 4 and not any(count in found.times for count in run):
                found.times.update(_told_after(run, text, (stop, sentence[1])))
    for run in runs(counts, text):
        if len(run) > 1 and not any(
            count in placed for placed in (found.arms, found.outcomes, found.times) for count in run
        ):
            _align_behind(found.times, run, text, times_in(text, sentence))
            if not any(count in found.times or count in left_open for count in run):
                _align_beside(found, run, text, sentence, counts, arms, outcomes)
    _add(found, shared_out(text, sentence, counts, arms, outcomes))
    return replace(found, left_open=frozenset(left_open)) if left_open else found


def _add(found: Distribution, parts: Iterable[tuple[Count, ArmMention, Mention]]) -> None:
    for count, arm, outcome in parts:
        found.arms[count], found.outcomes[count] = arm, outcome


def _align_again(
    found: Distribution, run: tuple[Count, ...], text: str, sentence: Span, arms: tuple[ArmMention, ...]
) -> bool:
    """Align a list with what one before it in the sentence has: the same arms, or the same list of time points."""
    before = _within(arms, (sentence[0], run[0].start))
    different = list({arm.label.casefold(): arm for arm in before if arm.kind != "all"}.values())
    if len(different) == len(run):
        found.arms.update(zip(run, different, strict=True))
        return True
    if any(arm.kind != "all" for arm in arms):
        return False
    return _align(found.times, run, text, _within(times_in(text, sentence), (sentence[0], run[0].start)))


def _told_after(run: tuple[Count, ...], text: str, rest: Span) -> dict[Count, TimeMention]:
    """Return the one time point told right behind a "respectively": "45% and 20%, respectively, at month 1"."""
    first = next(iter(times_in(text, rest)), None)
    if first is None or not _BEHIND_RESPECTIVELY.fullmatch(text, rest[0], first.start):
        return {}
    return dict.fromkeys(run, first)


def _align_pairs(
    found: Distribution, run: tuple[Count, ...], text: str, arms: Sequence[ArmMention], times: Sequence[TimeMention]
) -> bool:
    """Align "10/11 vs 5/11, 8/11 vs 6/11 and 7/11 vs 6/11" with two arms and as many time points as pairs."""
    against = [bool(_AGAINST.fullmatch(text, one.end, two.start)) for one, two in pairwise(run)]
    pairs = list(zip(run[::2], run[1::2], strict=False))
    listed_arms = [listed for listed in _runs(text, arms) if len(listed) == 2]
    listed_times = [listed for listed in _runs(text, times) if len(listed) == len(pairs)]
    if against != [index % 2 == 0 for index in range(len(run) - 1)] or len(run) % 2:
        return False
    if len(pairs) < 2 or len(listed_arms) != 1 or len(listed_times) != 1:
        return False
    for pair, time in zip(pairs, listed_times[0], strict=True):
        found.arms.update(zip(pair, listed_arms[0], strict=True))
        found.times.update(dict.fromkeys(pair, time))
    return True


def _align_behind(
    into: dict[Count, TimeMention], run: tuple[Count, ...], text: str, times: tuple[TimeMention, ...]
) -> None:
    """Align "15% and 23% at weeks 4 and 8", where the list of time points stands directly behind."""
    behind = [time for time in times if time.start >= run[-1].end]
    listed = next((group for group in _runs(text, behind)), ())
    if len(listed) == len(run) and _AT.fullmatch(text, run[-1].end, listed[0].start):
        into.update(zip(run, listed, strict=True))


def _align_beside(
    found: Distribution,
    run: tuple[Count, ...],
    text: str,
    sentence: Span,
    counts: tuple[Count, ...],
    arms: tuple[ArmMention, ...],
    outcomes: tuple[Mention, ...],
) -> None:
    """Align a list without "respectively" with the only list of its length beside it: "at 3 and 6 months, 5 and 7"."""
    start = max((count.end for count in counts if count.end <= run[0].start), default=sentence[0])
    end = min((count.start for count in counts if count.start >= run[-1].end), default=sentence[1])
    start, end = max(start, run[0].start - _NEAR), min(end, run[-1].end + _NEAR)
    ahead, behind = (start, run[0].start), (run[-1].end, end)
    if ";" in text[slice(*ahead)]:
        return
    timed = _align(found.times, run, text, _within(times_in(text, ahead), ahead))
    if _align_with_arms_behind(found, run, text, _within(arms, behind)):
        return
    if not timed and not _align(found.arms, run, text, [a for a in _within(arms, ahead) if a.kind != "all"]):
        _ = _align(found.outcomes, run, text, _within(outcomes, ahead)) or _align(
            found.outcomes, run, text, _within(outcomes, behind)
        )


def _align_with_arms_behind(found: Distribution, run: tuple[Count, ...], text: str, arms: Sequence[ArmMention]) -> bool:
    """Align "5 (17%) and 2 (7%) patients in the cell and placebo groups": as many arms directly behind."""
    listed = next((group for group in _runs(text, arms)), ())
    if len(listed) != len(run) or any(arm.kind == "all" for arm in listed):
        return False
    if not _OF_PATIENTS_IN.fullmatch(text, run[-1].end, listed[0].start):
        return False
    if not _GROUPS.match(text, listed[-1].start, listed[-1].end + 8):
        return False
    found.arms.update(zip(run, listed, strict=True))
    return True


def _align(into: dict[Count, Placed], run: tuple[Count, ...], text: str, mentions: Sequence[Placed]) -> bool:
    fitting = [listed for listed in _runs(text, mentions) if len(listed) == len(run)]
    if len(fitting) == 1:
        into.update(zip(run, fitting[0], strict=True))
    return len(fitting) == 1


def _within(items: Iterable[Item], part: Span) -> list[Item]:
    return [item for item in items if part[0] <= item.start < part[1]]


def _runs(text: str, mentions: Sequence[Placed]) -> list[tuple[Placed, ...]]:
    grouped: list[list[Placed]] = []
    for mention in mentions:
        previous = grouped[-1][-1] if grouped else None
        if previous is not None and _SEPARATOR.fullmatch(text[previous.end : mention.start]):
            grouped[-1].append(mention)
        else:
            grouped.append([mention])
    return [tuple(group) for group in grouped]


def with_earlier_arms(
    found: Distribution, arms: tuple[ArmMention, ...], earlier: tuple[ArmMention, ...], context: Context
) -> Distribution:
    """Return a distribution in which counts aligned with nothing get the arms of an earlier sentence, in its order.

    Only where the sentence names no arm, the numbers agree in how many there are, and every number fits the size of
    its arm.
    """
    counts = sorted(found.left_open, key=lambda count: count.start)
    if any(arm.kind != "all" for arm in arms) or not counts or len(counts) != len(earlier):
        return found
    aligned = dict(zip(counts, earlier, strict=True))
    if not all(_fits(count, context.size(arm.label)) for count, arm in aligned.items()):
        return found
    return replace(found, arms={**found.arms, **aligned}, left_open=frozenset())


def _fits(count: Count, size: Value | None) -> bool:
    percent, events = count.value("percent"), count.number("events")
    if size is None or size.number is None or events is None:
        return False
    return events in possible_events(percent, size.number) if percent is not None else events <= size.number
