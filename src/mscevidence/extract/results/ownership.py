"""Whose a count is: the arm that its words name, and whether it is of all of that arm."""

from __future__ import annotations

import re
from dataclasses import replace

from mscevidence.extract.arms import ALL, ArmMention
from mscevidence.extract.grammar.counts import Count, runs
from mscevidence.extract.outcomes.subgroups import is_of_a_group, is_of_controls, is_of_some, is_share_of_a_share
from mscevidence.extract.results.arms_beside import arm_of, speaks_of
from mscevidence.extract.results.attach import Attached, Bounds
from mscevidence.extract.results.chosen_patients import is_of_chosen
from mscevidence.extract.results.compared_pairs import arm_of_pair
from mscevidence.extract.results.doubts import (
    compares,
    is_in_series,
    is_of_subgroup,
    is_tied,
    is_used_up,
    pair_place,
)
from mscevidence.extract.results.facts import Facts, default_arm, sentence_arm
from mscevidence.extract.results.lists import Distribution

_OVERALL = re.compile(r"\b(?:overall|total|altogether|in\sall|entire|whole)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\s?(?:was|were|at|after|by|within)?\s?[\d\s]{0,4}(?:hours?|days?|weeks?|months?|years?)?\s?[(\[:,]?\s?(?:grades?\s[\w/–-]{1,6}:?\s)?"
)
_MOST = 0.8
"""The share of all patients who are left at least where a report speaks of all: some withdrew or were not evaluated."""


class Ownership:
    """Finds the arm of each count of a sentence, and the name of it where the count is of everybody in it."""

    def __init__(self, facts: Facts, told: frozenset[int], lists: Distribution) -> None:
        self.facts = facts
        self.told = told
        self.lists = lists
        self.places = {count.start: index for index, count in enumerate(facts.counts)}
        self.runs = runs([count for count in facts.counts if count.rule != "of-n"], facts.text)

    def run(self, count: Count) -> tuple[Count, ...]:
        """Return the counts listed together with a count, itself among them."""
        return next((run for run in self.runs if count in run), (count,))

    def arm(self, count: Count, n: float | None) -> ArmMention | None:
        """Return the mention of the arm of a count, None where none is named, or one too small for its n."""
        found = self.lists.arms.get(count) or arm_of_pair(self.facts, count) or self._named_for(count)
        return None if self._is_too_small(found, n) else found

    def label(self, count: Count, arm: ArmMention | None, attached: Attached, n: float | None) -> str | None:
        """Return the name of the arm; None where the count is of some of its patients only, or of an arm not named."""
        few = self._is_of_few(count, attached, n) or self._is_of_one_of_several(count)
        few = few or (arm is not None and arm.kind == "all" and is_of_controls(self.facts.text, count))
        return None if few else self._label(count, arm, n)

    def is_of_a_subgroup(self, count: Count, attached: Attached, n: float | None) -> bool:
        """Return whether words tell that a count is of patients chosen by what they are or did before."""
        some = is_of_some(count, self.facts.text, self.facts.context.total_number)
        return self.facts.narrowed or some or self._is_of_few(count, attached, n) or self._is_of_those_before(count)

    def _label(self, count: Count, arm: ArmMention | None, n: float | None) -> str | None:
        size = self.facts.context.size(arm.label if arm else ALL)
        some = is_of_some(count, self.facts.text, size.number if size else None) or is_of_controls(
            self.facts.text, count
        )
        narrowed = self.facts.narrowed or self._is_of_those_before(count) or some
        everybody = arm is None and size is not None and n == size.number
        said = _OVERALL.search(self.facts.bounds(self.places[count.start]).before(count))
        everybody = everybody and bool(said or self._is_no_size_of_an_arm(n))
        if arm is None and (
            (self._arms_differ() and not everybody)
            or narrowed
            or is_of_a_group(self.facts.text, self.facts.span, (count.start, count.end))
        ):
            return None
        if n is not None and arm is None and size is not None and n > (size.number or 0):
            return None  # no number of patients, or of others: "fever (5/16)" of 16 adverse events
        if (arm is None or arm.kind == "all") and is_in_series(self.facts.text, count, self.facts.counts):
            return None
        if arm is not None:
            return self.facts.context.label(arm.label)
        if size is not None and _is_of_far_fewer(count, size.number or 0):
            return None
        return None if compares(self.facts.text, self.facts.span) else default_arm(self.facts.context, n)

    def _is_no_size_of_an_arm(self, n: float | None) -> bool:
        """Return whether the arms of a comparison have sizes, and a printed n is none of these but their sum."""
        context = self.facts.context
        sizes = [context.size(label) for label in context.named]
        return len(sizes) > 1 and all(size is not None and size.number != n for size in sizes)

    def _is_of_those_before(self, count: Count) -> bool:
        """Return whether a count is "of them", and these are not all the patients."""
        if not is_share_of_a_share(self.facts.text, count):
            return False
        first = not self.places[count.start]
        return not first or self.facts.spoken_of is None or self.facts.spoken_of != self.facts.context.total_number

    def _is_of_few(self, count: Count, attached: Attached, n: float | None) -> bool:
        """Return whether a count is of patients chosen among those of an arm, who are not all who entered the trial."""
        total = self.facts.context.total
        behind = (arm for arm in self.facts.arms if arm.start >= count.end and arm.kind != "all")
        of_arm = any(is_tied(self.facts.text, count, arm) for arm in behind)
        chosen = not of_arm and is_of_chosen(self.facts.text, count, attached.span)
        chosen = chosen or is_of_subgroup(self.facts.text, self.facts.span)
        return chosen and (n is None or total is None or n != total.number)

    def _is_of_one_of_several(self, count: Count) -> bool:
        """Return whether a count is listed with others for groups that nothing tells apart: "87 and 88 completed"."""
        if self._is_of_an_outcome_of_its_own(count):
            return False
        if any(count.start < arm.start and arm.end < count.end for arm in self.facts.arms):
            return False
        placed = (self.lists.arms, self.lists.outcomes, self.lists.times)
        listed = self._has_neighbours(count) and count.number("n") is None
        listed = listed and pair_place(self.facts.text, count, self.facts.counts) is None
        return listed and not any(count in aligned for aligned in placed)

    def _is_of_an_outcome_of_its_own(self, count: Count) -> bool:
        """Return whether two listed counts are of an outcome before and one behind: "fever in 3 and 2 had a rash"."""
        run = self.run(count)
        bounds = self.facts.bounds(self.places[run[0].start])
        after = self.facts.bounds(self.places[run[-1].start])
        ahead = {m.outcome for m in self.facts.outcomes if bounds.start <= m.start and m.end <= run[0].start}
        behind = {m.outcome for m in self.facts.outcomes if run[-1].end <= m.start and m.end <= after.end}
        return len(run) == 2 and bool(ahead) and bool(behind) and ahead.isdisjoint(behind)

    def _has_neighbours(self, count: Count) -> bool:
        """Return whether a count is listed with others that no semicolon parts from it."""
        run = self.run(count)
        place = run.index(count)
        text = self.facts.text
        before = place > 0 and ";" not in text[run[place - 1].end : count.start]
        return before or (place + 1 < len(run) and ";" not in text[count.end : run[place + 1].start])

    def _named_for(self, count: Count) -> ArmMention | None:
        """Return the arm of a count, unless the arm is too small for its n, as that of "the overall rate" is."""
        inside = next((a for a in self.facts.arms if count.start < a.start and a.end < count.end), None)
        only = sentence_arm(self.facts)
        if only is not None:
            behind = (arm for arm in self.facts.arms if arm.start >= count.end)
            only = next((arm for arm in behind if is_tied(self.facts.text, count, arm)), only)
        if only is not None and not speaks_of(only, count, self.facts.counts, self.facts.text):
            return inside
        if only is not None and inside is None and self._is_of_another(only, count):
            return None
        arm = inside or only
        arm = arm or arm_of(count, self._since_last_result(count), self.facts.arms)
        if arm is not None and self._is_of_another(arm, count):
            return None
        return None if self._is_too_small(arm, count.number("n")) else arm

    def _is_of_another(self, arm: ArmMention, count: Count) -> bool:
        """Return whether an arm before a count is not its own: closed with an earlier count, or one of two compared."""
        place = pair_place(self.facts.text, count, self.facts.counts)
        if arm.start >= count.start:
            return place == 1 and not is_tied(self.facts.text, count, arm)
        if is_used_up(self.facts.text, arm, count, self.facts.counts):
            return True
        bounds = self.facts.bounds(self.places[count.start])
        among = {a.label for a in self.facts.arms if bounds.start <= a.start and a.end <= count.start}
        beside = _BESIDE.fullmatch(self.facts.text, arm.end, count.start)
        return place == 1 or (place == 0 and (not beside or len(among) > 1))

    def _is_too_small(self, arm: ArmMention | None, n: float | None) -> bool:
        size = self.facts.context.size(arm.label) if arm else None
        return n is not None and size is not None and size.number is not None and n > size.number

    def _since_last_result(self, count: Count) -> Bounds:
        """Return the words back to the last count that is no size of an arm: "in group A (n = 4) it was 3/4"."""
        index = self.places[count.start]
        bounds = self.facts.bounds(index)
        before = [c for c in self.facts.counts[:index] if c.start not in self.told and c.rule != "n-equals"]
        return replace(bounds, start=before[-1].end if before else self.facts.span[0])

    def _arms_differ(self) -> bool:
        return len({arm.label.casefold() for arm in self.facts.arms if arm.label != ALL}) > 0


def _is_of_far_fewer(count: Count, total: float) -> bool:
    """Return whether a percent without n is of far fewer than all: "five (35.7%)" are five of 14, not of 21."""
    events, percent = count.number("events"), count.number("percent")
    if not events or not percent or count.number("n") is not None:
        return False
    return 100 * events / percent < _MOST * total
