"""What a count is of: the outcome that its own words name, or one that it shares with other counts of its sentence."""

from __future__ import annotations

import re
from dataclasses import replace

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.times import TimeMention
from mscevidence.extract.results.attach import Attached, Bounds, continues, outcome_of
from mscevidence.extract.results.event_counts import counts_events_of_patients
from mscevidence.extract.results.facts import Facts
from mscevidence.extract.results.lists import Distribution
from mscevidence.extract.results.ownership import Ownership
from mscevidence.extract.results.populations import is_another
from mscevidence.extract.results.shared_outcomes import (
    degree_in,
    is_of_another,
    of_a_zero,
    of_its_degrees,
    of_the_opening,
)
from mscevidence.extract.results.zeros import Quantified

_ONLY_A_TIME = re.compile(r"\s?(?:and\s)?(?:at|after|by|on|within)\s[\w\s]{1,20}?\s?")
_OWN_WORDS = re.compile(
    r"\s(?!(?:in|at|on|by|after|of|and|or|vs|versus|patients?|subjects|participants|children|who|during|within|for|from|with|to|respectively|while|whereas|but|were|was|had|out)\b)[a-z]"
)
_FAR = 150
"""Characters across which a "respectively" list keeps the outcome that its sentence names."""


class Attribution:
    """Finds the outcome of each count of a sentence."""

    def __init__(self, facts: Facts, lists: Distribution, owner: Ownership, zeros: tuple[Quantified, ...]) -> None:
        """Keep a sentence with what is aligned in it, whose its counts are, and what it says nobody had."""
        self.facts = facts
        self.lists = lists
        self.owner = owner
        self.zeros = zeros
        self.places = {count.start: index for index, count in enumerate(facts.counts)}

    def outcome(self, count: Count, bounds: Bounds, previous: tuple[Count, Attached] | None) -> Attached:
        """Return the outcome of a count, without words where nothing in the sentence says what it is of.

        Args:
            count: the count.
            bounds: the words around it.
            previous: the count before that was told as a result, with its outcome.
        """
        if count in self.lists.outcomes:
            mention = self.lists.outcomes[count]
            words = self.facts.text[mention.start : mention.end]
            return Attached(mention.outcome, words, (mention.start, mention.end), certain=True)
        attached = self._own(count, bounds)
        if attached.words is None and previous is not None:
            attached = self._of_previous(count, previous) or attached
        if attached.words is None:
            attached = self._told_ahead(count) or self._of_events_had(count) or attached
        if attached.words is None and count.rule == "fraction-percent":
            opening = of_the_opening(self.facts)
            attached = opening if opening and opening.span and opening.span[0] < count.start else attached
        if attached.words is None:
            attached = of_a_zero(self.facts, self.zeros, count) or attached
        return attached

    def _own(self, count: Count, bounds: Bounds) -> Attached:
        """Return the outcome that the words beside a count name."""
        told = of_its_degrees(self.facts, self.places[count.start]) or degree_in(self.facts, count)
        attached = told or self._shared(count) or outcome_of(count, bounds, self.facts.outcomes)
        if attached.outcome is None and any(attached.span == (arm.start, arm.end) for arm in self.facts.arms):
            return Attached()  # "MSC (33%) and saline (37%)": the name of an arm, no words for an outcome
        return attached

    def _of_previous(self, count: Count, previous: tuple[Count, Attached]) -> Attached | None:
        """Return the outcome of the count before where a count goes on with it."""
        before, attached = previous
        if is_another(self.facts.text, before.end, count):
            return attached
        goes_on = continues(self.facts.text, before, count, self._arms_and_times, attached.span)
        own = (
            attached.span is not None
            and before.end <= attached.span[0]
            and _OWN_WORDS.match(self.facts.text, count.end)
        )
        if not goes_on or own or is_of_another(self.facts, count):
            return None  # "5 complete, 13 very good partial": the 13 have words of their own
        return attached if self._told_apart(before, count) else replace(attached, certain=False)

    def _told_apart(self, previous: Count, count: Count) -> bool:
        """Return whether an arm or a time point tells a count from the one of the same outcome before it."""
        listed = count in self.lists.arms or count in self.lists.times
        if listed or count.rule != "percent-only" or previous.rule != count.rule:
            return True
        return any(
            previous.end <= mention.start < count.start or mention.start >= count.end
            for mention in self._arms_and_times
        )

    @property
    def _arms_and_times(self) -> tuple[ArmMention | TimeMention, ...]:
        return (*self.facts.arms, *self.facts.times)

    def _told_ahead(self, count: Count) -> Attached | None:
        """Return the outcome of the next count when both share its verb: "five in A and three in B responded"."""
        following = self.places[count.start] + 1
        if following >= len(self.facts.counts):
            return None
        after = self.facts.counts[following]
        apart = any(count.start <= arm.start and arm.end <= after.start for arm in self.facts.arms)
        apart = apart or (count in self.lists.times and after in self.lists.times)
        apart = apart and not re.search(r"[()]", self.facts.text[count.end : after.start])
        alike = after.rule == count.rule or {after.rule, count.rule} == {"x-patients", "bare-number"}
        if not alike or not apart or not continues(self.facts.text, count, after, self._arms_and_times):
            return None
        attached = outcome_of(after, self.facts.bounds(following), self.facts.outcomes)
        if attached.words is None:
            return self._told_ahead(after)
        behind = attached.span is not None and attached.span[0] >= after.end
        return attached if behind and attached.outcome is not None else None

    def _of_events_had(self, count: Count) -> Attached | None:
        """Return the outcome of patients whose events are counted with them: "five patients had 11 infections"."""
        following = self.places[count.start] + 1
        events = self.facts.counts[following] if following < len(self.facts.counts) else None
        if events is None or count.end > events.start or not counts_events_of_patients(self.facts.text, events):
            return None
        if re.search(r"[.;,]\s", self.facts.text[count.end : events.start]):
            return None
        mention = next((m for m in self.facts.outcomes if m.start >= events.end), None)
        if mention is None or not re.fullmatch(
            r"\s(?!or\s)(?:[\w-]+\s){0,2}", self.facts.text[events.end : mention.start]
        ):
            return None
        span = (mention.start, mention.end)
        return Attached(mention.outcome, self.facts.text[slice(*span)], span, certain=True)

    def _shared(self, count: Count) -> Attached | None:
        """Return the outcome that a whole "respectively" list has in common, when the sentence names just one."""
        if count not in self.lists.arms:
            return None
        names = {m.outcome for m in self.facts.outcomes}
        if len(names) != 1:
            return None
        mention = self.facts.outcomes[-1]
        first = self.owner.run(count)[0]
        _, apart, led_by = self.facts.text[mention.end : first.start].rpartition(";")
        if (apart and not _ONLY_A_TIME.fullmatch(led_by)) or first.start - mention.end > _FAR:
            return None
        if any(mention.end <= other.start < first.start for other in self.facts.counts):
            return None
        return Attached(
            mention.outcome, self.facts.text[mention.start : mention.end], (mention.start, mention.end), certain=True
        )
