"""Gives each count of a sentence its outcome, arm, time point and denominator, from left to right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.candidates import candidate_at
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.outcomes.degrees import is_degree_of
from mscevidence.extract.outcomes.subgroups import introduces, is_group_size, is_of_few
from mscevidence.extract.results.attach import Attached, Bounds, is_demographic, outcome_of
from mscevidence.extract.results.attribution import Attribution
from mscevidence.extract.results.denominators import completed, possible_events
from mscevidence.extract.results.doubts import is_everybody, is_figure, is_in_doubt, is_limit, is_of_nobody, says_kept
from mscevidence.extract.results.event_counts import (
    EVENT_COUNTS,
    counts_events,
    counts_events_of_patients,
    counts_patients_of,
)
from mscevidence.extract.results.facts import Facts
from mscevidence.extract.results.lists import distributed, with_earlier_arms
from mscevidence.extract.results.ownership import Ownership
from mscevidence.extract.results.percents import is_estimated, is_number_looked_at, is_result, is_share, repeats_a_count
from mscevidence.extract.results.populations import WHOLE, population_of
from mscevidence.extract.results.shared_outcomes import tells_more
from mscevidence.extract.results.time_points import time_of
from mscevidence.extract.results.zeros import Quantified
from mscevidence.model import Candidate, Span, Value

_INCLUDING = re.compile(
    r"\b(?:because\sof|due\sto|caused\sby|attributed\sto|including|includes?|included|consist\w+\sof|compris\w+|namely|of\s(?:which|whom|these))\b|:\s|\s[–—]\s",
    re.IGNORECASE,
)


class Assignment:
    """Goes through the counts of a sentence from left to right and gives each its outcome, arm and denominator."""

    def __init__(
        self, facts: Facts, told: frozenset[int], taken: tuple[Span, ...], zeros: tuple[Quantified, ...] = ()
    ) -> None:
        self.facts = facts
        self.told = told
        self.taken = taken
        lists = distributed(facts.text, facts.span, facts.counts, facts.arms, facts.outcomes)
        self.lists = with_earlier_arms(lists, facts.arms, facts.earlier, facts.context)
        self.places = {count.start: index for index, count in enumerate(facts.counts)}
        self.owner = Ownership(facts, told, self.lists)
        self.times = facts.times
        self.attribution = Attribution(facts, self.lists, self.owner, zeros)
        self.scope: Value | None = None
        self.of_few = False
        self.previous: tuple[Count, Attached] | None = None
        self.whole: tuple[Count, Candidate] | None = None
        self.of_an_arm: tuple[Count, Candidate] | None = None

    def candidates(self) -> Iterator[Candidate]:
        """Yield the results and parts of the sentence in order."""
        named = [(mention.start, mention.end) for mention in self.facts.outcomes]  # the 20 of an "ACR 20 response"
        for index, count in enumerate(self.facts.counts):
            if count.rule == "of-n":
                self.scope = count.value("n")
                self.of_few = is_of_few(self.facts.text, count, self._total)
            elif (
                is_of_nobody(self.facts.text, count)
                or count.start in self.told
                or any(start <= count.start < end for start, end in (*self.taken, *named))
            ):
                continue
            else:
                candidate = self._part(index, count) or self._result(index, count)
                if candidate is not None:
                    yield candidate
                elif introduces(self.facts.text, count, self._total):
                    self.of_few = True

    def _is_beside_few(self, count: Count) -> bool:
        """Return whether another count of the sentence, of the same words, prints a smaller n than all patients."""
        total = self._total
        printed = [n for other in self.facts.counts if (n := other.number("n")) is not None and other.rule != "of-n"]
        return count.rule == "n-equals" and total is not None and any(n < total for n in printed)

    @property
    def _total(self) -> float | None:
        return self.facts.context.total_number

    def _part(self, index: int, count: Count) -> Candidate | None:
        """Return the share that a count has in the events before it: "SAEs in four, including bleeding (2/4)"."""
        if self.whole is None:
            return None
        whole, parent = self.whole
        events, n = parent.number("events"), count.number("n")
        between = self.facts.text[whole.end : count.start]
        if not _INCLUDING.search(between) or events is None or (n is not None and n != events):
            return None
        values = [Value(**{**v.model_dump(), "role": "events" if v.role == "count" else v.role}) for v in count.values]
        number = next((v.number for v in values if v.role == "events"), None)
        if number is None or number > events:
            return None
        attached = outcome_of(count, self.facts.bounds(index), self.facts.outcomes)
        if attached.words is None or is_degree_of(attached.outcome, parent.outcome) or count in self.lists.outcomes:
            return None
        return self._candidate("part", count, values, attached, parent.arm, None, part_of=parent.id)

    def _arm_of_whole(self, count: Count, arm: ArmMention | None, attached: Attached) -> str | None:
        """Return the arm of a response whose degrees are told behind it: "16.7% in B, including CR in 4.2%"."""
        if self.of_an_arm is None or arm is not None:
            return None
        whole, parent = self.of_an_arm
        between = (whole.end, count.start)
        told = _INCLUDING.search(self.facts.text, *between) and ";" not in self.facts.text[slice(*between)]
        if not told or not is_degree_of(attached.outcome, parent.outcome):
            return None
        named = (self.facts.context.label(a.label) for a in self.facts.arms if between[0] <= a.start < between[1])
        return parent.arm if all(label == parent.arm for label in named) else None

    def _result(self, index: int, count: Count) -> Candidate | None:
        bounds = self.facts.bounds(index)
        attached = self._outcome(count, bounds)
        if attached is None or (self.previous and tells_more(self.facts.text, self.previous, count, attached)):
            return None
        values = [Value(**{**v.model_dump(), "role": "events" if v.role == "count" else v.role}) for v in count.values]
        values += [self.scope] if self.scope is not None and self._may_be_of(self.scope, count) else []
        n = next((v.number for v in values if v.role == "n"), None)
        arm = self.owner.arm(count, n)
        few = (self.of_few or self._is_beside_few(count)) and count.value("n") is None
        label = None if few else self.owner.label(count, arm, attached, n) or self._arm_of_whole(count, arm, attached)
        population = population_of(self.facts.text, self.facts.span, count)
        size = self.facts.context.size(label)
        if attached.span is not None and is_in_doubt(
            self.facts.text, self.facts.span, attached.span, count, size.number if size else self._total
        ):
            attached = replace(attached, certain=False)
        elif attached.outcome == "response" and attached.span and says_kept(self.facts.text, attached.span, count):
            attached = replace(attached, outcome="sustained-response")
        if count.rule == "n-equals" and (
            self._is_size(count, label) or is_group_size(self.facts.text, count, attached.span)
        ):
            return None
        if count.rule in {"bare-number", "x-patients"} and counts_events(self.facts.text, count, attached):
            attached = Attached(EVENT_COUNTS[attached.outcome or ""], attached.words, attached.span, attached.certain)
        elif (
            population in WHOLE
            and not (attached.outcome or "").endswith("-count")
            and (count.rule != "percent-only" or not is_estimated(count, bounds, attached.span))
        ):
            values = completed(values, self.facts.context, label, outcome=attached.outcome, place=count.start)
        if count in self.lists.left_open or self._counts_others(count, attached):
            attached = replace(attached, certain=False)
        if label is None and (few or self.owner.is_of_a_subgroup(count, attached, n)):
            population = population or "subgroup"
        candidate = self._candidate("result", count, values, attached, label, arm, population=population)
        self.previous = (count, attached)
        if candidate.number("events") is not None and attached.outcome is not None:
            self.whole = (count, candidate)
            self.of_an_arm = self.whole if arm is not None and label is not None else self.of_an_arm
        return candidate

    def _counts_others(self, count: Count, attached: Attached) -> bool:
        """Return whether a number is of patients where the outcome counts events, or of events that patients had."""
        events = (attached.outcome or "").endswith("-count")
        of_each = (
            events and attached.span and self.facts.text.startswith(" each", attached.span[1])
        )  # not how many in all
        of_patients = not events and counts_events_of_patients(self.facts.text, count)
        return bool(of_each or of_patients) or counts_patients_of(count, attached)

    def _is_size(self, count: Count, label: str | None) -> bool:
        size = self.facts.context.size(label)
        return size is not None and size.number == count.number("count")

    def _outcome(self, count: Count, bounds: Bounds) -> Attached | None:
        """Return the outcome of a count; None when the count is nothing that is told as a result."""
        attached = self.attribution.outcome(count, bounds, self.previous)
        return attached if self._is_told(count, bounds, attached) or count in self.lists.outcomes else None

    def _is_told(self, count: Count, bounds: Bounds, attached: Attached) -> bool:
        known = attached.outcome is not None
        if count.rule in {"percent-only", "percent-of-n"}:
            said = count in self.lists.arms or count in self.lists.times or self._goes_on(count, attached)
            said = said or is_share(count, bounds, attached.span, narrowed=self.facts.narrowed)
            return (
                known
                and said
                and is_result(count, bounds, self.facts.outcomes)
                and not is_limit(self.facts.text, self.facts.span, count)
                and not repeats_a_count(count, self.facts.text, self.times, self.facts.counts)
            )
        if count.rule in {"bare-number", "x-patients", "complement", "n-equals"}:
            told = known and attached.certain and self.facts.section != "Conclusion"
            told = told and not is_everybody(self.facts.text, count)
            told = told and not (
                count.rule == "bare-number" and is_figure(self.facts.text, count, self.owner.run(count))
            )
            return told and not is_number_looked_at(bounds, count, attached.span)
        if known:
            return True
        return attached.words is not None and count.number("n") is not None and not is_demographic(count, bounds)

    def _goes_on(self, count: Count, attached: Attached) -> bool:
        """Return whether a count has its outcome from the one before it, told in the same way."""
        return self.previous is not None and attached is self.previous[1] and count.rule == self.previous[0].rule

    def _may_be_of(self, scope: Value, count: Count) -> bool:
        """Return whether the n of "Of 24 patients, ..." can be that of a count: no other n, and a percent that fits."""
        events, percent = count.number("events"), count.value("percent")
        if (
            count.rule == "n-equals"
            or count.number("n") is not None
            or scope.number is None
            or (events is not None and events > scope.number)
        ):
            return False
        return events is None or percent is None or events in possible_events(percent, scope.number)

    def _candidate(
        self,
        kind: Literal["result", "part"],
        count: Count,
        values: list[Value],
        attached: Attached,
        label: str | None,
        arm: ArmMention | None,
        *,
        part_of: str | None = None,
        population: str | None = None,
    ) -> Candidate:
        sure = attached.certain and attached.outcome is not None and label is not None
        sure = sure or (kind == "part" and attached.words is not None)
        derived = any(v.derived for v in values)
        return candidate_at(
            self.facts.document,
            kind,
            "part-of-whole" if kind == "part" else count.rule,
            (count.start, count.end),
            values,
            arm=label,
            arm_span=(arm.start, arm.end) if arm and label else None,
            outcome=attached.outcome,
            outcome_text=attached.words,
            outcome_span=attached.span,
            time_point=time_of(self.facts, self.lists, count),
            population=population,
            certainty="ambiguous" if not sure else "derived" if derived else "stated",
            part_of=part_of,
        )
