"""The time point of a count: the one beside it, the one a list gives it, or the only one of its sentence."""

from __future__ import annotations

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.times import only_time, time_beside
from mscevidence.extract.results.doubts import pair_place
from mscevidence.extract.results.facts import Facts
from mscevidence.extract.results.lists import Distribution


def time_of(facts: Facts, lists: Distribution, count: Count) -> str | None:
    """Return the time point of a count, None where the sentence names none or leaves it open."""
    place = pair_place(facts.text, count, facts.counts)
    if place == 1 and count not in lists.times:
        count = facts.counts[facts.counts.index(count) - 1]  # both of "83% vs 71%" at the time of the first
    found = lists.times.get(count) or time_beside(facts.text, (count.start, count.end), facts.times)
    if found is not None:
        return found.label
    return None if count in lists.left_open else _of_the_sentence(facts, lists, count)


def _of_the_sentence(facts: Facts, lists: Distribution, count: Count) -> str | None:
    """Return the one time point of the sentence when it stands where it holds for all counts or beside this one."""
    label = only_time(facts.times)
    if label is None:
        return _of_the_clause(facts, count) or _led_by(facts, count)
    place = facts.times[0].start
    listed = count in lists.arms and facts.counts[0] in lists.arms
    leads = (listed or place - facts.span[0] < 30) and place < facts.counts[0].start
    bounds = facts.bounds(facts.counts.index(count))
    holds = leads or place > facts.counts[-1].end or bounds.start <= place < bounds.end
    return label if holds else None


def _led_by(facts: Facts, count: Count) -> str | None:
    """Return the one time point between the count before and this one: "response at day 28 was 61%"."""
    start = facts.bounds(facts.counts.index(count)).start
    return only_time(tuple(time for time in facts.times if start <= time.start and time.end <= count.start))


def _of_the_clause(facts: Facts, count: Count) -> str | None:
    """Return the one time point of a clause between semicolons that it leads: "at 1 month 7/30; at 3 months ..."."""
    start = facts.text.rfind(";", facts.span[0], count.start) + 1 or facts.span[0]
    end = facts.text.find(";", count.end, facts.span[1])
    inside = [time for time in facts.times if start <= time.start < (end if end >= 0 else facts.span[1])]
    leads = inside and inside[0].start < count.start and inside[0].start - start < 16
    return only_time(tuple(inside)) if leads else None
