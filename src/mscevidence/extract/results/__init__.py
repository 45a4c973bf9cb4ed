"""Results: counts with their outcome and arm, the parts of a whole, and the repetitions left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from mscevidence.extract.arms import ALL, ArmMention, arm_key, arms_in
from mscevidence.extract.candidates import candidate_at
from mscevidence.extract.grammar.count_rules import counts_at
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.cues import Holding, Opening
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.sentences import body_sections, sentences_of
from mscevidence.extract.grammar.times import only_time, times_in
from mscevidence.extract.outcomes import Mention, outcomes_in
from mscevidence.extract.outcomes.course_words import with_course_words
from mscevidence.extract.outcomes.defined_names import with_defined_names
from mscevidence.extract.outcomes.degrees import with_degrees
from mscevidence.extract.outcomes.grades import with_grades
from mscevidence.extract.outcomes.primary_endpoint import with_primary_endpoint
from mscevidence.extract.outcomes.subgroups import is_of_these, without_subgroups
from mscevidence.extract.patients.arm_references import different, known_arms
from mscevidence.extract.patients.context import Context
from mscevidence.extract.results.assignment import Assignment
from mscevidence.extract.results.denominators import completed
from mscevidence.extract.results.facts import Facts, default_arm
from mscevidence.extract.results.repetitions import Gathering
from mscevidence.extract.results.splits import Split, splits_in
from mscevidence.extract.results.tabulated import tabulated_in
from mscevidence.extract.results.zeros import Quantified, quantified_in
from mscevidence.extract.tables import Grid
from mscevidence.model import Candidate, Span, Value

_GROUPS = Holding(
    re.compile(r"group|arm|cohort|phase", re.IGNORECASE),
    "group arm cohort phase",
)
_OF_PEOPLE = re.compile(rf"\sof\s(?:the|our|these|those)\s(?:[\w-]+\s)?{PEOPLE}")
_SEEN_IN = re.compile(
    r"\s(?:(?:was|were)\s)?(?:\w+ly\s)?(?:observed|reported|noted|seen|recorded|found|detected|occurred)?\s?(?:in|among|with|on)\s(?:the\s)?"
)
_SECTIONS = {"Results", "Abstract", "Conclusion", ""}
_OTHER_WORK = Opening(
    re.compile(
        r"\b(?:planned\s(?:at|after|when|for)|previous(?:ly)?\s(?:stud|report|publish|show)\w*|literature|historical|power\s(?:of|to)|sample\ssize|expected\s(?:rate|response)|assum\w+|et\sal)\b",
        re.IGNORECASE,
    ),
    "planned previous literature historical power sample expected assum et",
)


def results_in(context: Context, told: frozenset[int], grids: tuple[Grid, ...]) -> tuple[Candidate, ...]:
    """Return the results and parts of a document.

    Args:
        context: what is known of its patients.
        told: where the numbers of participants stand, which are no results.
        grids: the tables of the document.
    """
    found = Gathering()
    for section, span in body_sections(context.document):
        if section not in _SECTIONS:
            continue
        earlier: tuple[ArmMention, ...] = ()
        latest: tuple[ArmMention, ...] = ()
        spoken_of: float | None = None
        for sentence in sentences_of(context.document.text, span):
            if _OTHER_WORK.search(context.document.text, *sentence):
                continue
            facts = _facts(context, section, sentence, _Before(earlier, latest, spoken_of))
            if is_of_these(context.document.text, sentence) and spoken_of != context.total_number:
                facts = replace(facts, narrowed=True)
            for candidate in _in_sentence(facts, told):
                found.add(candidate)
            spoken_of = _last_people(facts.text, facts.counts) or spoken_of
            named = different(facts.arms)
            earlier, latest = named if len(named) > 1 else earlier, named or latest
    for candidate in tabulated_in(context, grids):
        found.add(candidate)
    return found.candidates()


def _last_people(text: str, counts: tuple[Count, ...]) -> float | None:
    """Return how many people a sentence speaks of last, None where it counts none."""
    people = [count for count in counts if count.noun or _OF_PEOPLE.match(text, count.end)]
    numbers = [count.number("events") if count.rule != "of-n" else count.number("n") for count in people]
    return numbers[-1] if numbers else None


class _Before(NamedTuple):
    """What the sentences before one told: the last arms where several were named, the last arms, the last people."""

    several: tuple[ArmMention, ...]
    latest: tuple[ArmMention, ...]
    people: float | None


def _facts(context: Context, section: str, span: Span, before: _Before) -> Facts:
    text = context.document.text
    counts = counts_at(text, span)
    outcomes = _told_outcomes(text, span)
    if not counts and not outcomes:
        # kept for "respectively" and "the latter" of the next sentence
        arms = arms_in(text, span) if _GROUPS.search(text, *span) else ()
        return Facts(context, section, span, (), arms, (), spoken_of=before.people)
    arms = known_arms(context, span, arms_in(text, span), before.several, before.latest)
    named = tuple(m for m in outcomes if not any(arm.start <= m.start and m.end < arm.end for arm in arms))
    outcomes, narrowed = without_subgroups(text, span, named)
    times = times_in(text, span)
    return Facts(context, section, span, counts, arms, outcomes, times, narrowed, before.several, before.people)


def _told_outcomes(text: str, span: Span) -> tuple[Mention, ...]:
    """Return the outcomes that a sentence tells, by their names or by other words."""
    named = with_degrees(text, span, with_defined_names(text, span, outcomes_in(text, span)))
    return with_grades(text, span, with_primary_endpoint(text, span, with_course_words(text, span, named)))


def _in_sentence(facts: Facts, told: frozenset[int]) -> Iterator[Candidate]:
    quantified = quantified_in(facts.document, facts.span, facts.outcomes, facts.arms) if facts.outcomes else ()
    yield from (_of_quantified(facts, each) for each in quantified)
    splits = tuple(splits_in(facts.text, facts.span, facts.arms))
    yield from (_of_split(facts, each) for each in splits)
    if not facts.counts:
        return
    taken = {q.mention for q in quantified if q.rule != "none-in-arm"}
    left = tuple(mention for mention in facts.outcomes if mention not in taken)
    rest = replace(facts, outcomes=left) if taken else facts
    spans = (*(q.span for q in quantified), *(each.events.span for each in splits if each.events.span))
    zeros = tuple(each for each in quantified if not each.everybody)
    yield from Assignment(rest, told, spans, zeros).candidates()


def _of_split(facts: Facts, found: Split) -> Candidate:
    label = facts.context.label(found.arm.label) if found.arm else default_arm(facts.context, None)
    span = found.events.span or facts.span
    printed = [found.events, *([found.n] if found.n else [])]
    values = completed(printed, facts.context, label, outcome=found.outcome, place=span[0])
    sure = found.certain and label is not None and not facts.narrowed
    return candidate_at(
        facts.document,
        "result",
        "slash-list",
        span,
        values,
        arm=label,
        arm_span=(found.arm.start, found.arm.end) if found.arm else None,
        outcome=found.outcome,
        outcome_text=facts.text[slice(*found.words)],
        outcome_span=found.words,
        time_point=only_time(facts.times),
        certainty="ambiguous" if not sure else "derived" if any(v.derived for v in values) else "stated",
    )


def _of_quantified(facts: Facts, found: Quantified) -> Candidate:
    arms = {arm_key(each.label): each for each in facts.arms if each.kind != "all"}
    printed = next((value.number for value in found.values if value.role == "n"), None)
    arm = found.arm or (next(iter(arms.values())) if len(arms) == 1 else _arm_behind(facts, found))
    label = facts.context.label(arm.label) if arm else None if arms else default_arm(facts.context, printed)
    if found.anybody and not arms and facts.context.total is not None:
        label = ALL
    values = completed(
        list(found.values),
        facts.context,
        label,
        outcome=found.mention.outcome,
        place=found.span[0],
        everybody=found.everybody,
    )
    stated = found.rule in {"none-of-n", "all-patients"} and not any(v.derived for v in values)
    sure = found.clear and label is not None and not facts.narrowed and not _may_be_of_fewer(facts, values)
    return candidate_at(
        facts.document,
        "result",
        found.rule,
        found.span,
        values,
        arm=label,
        arm_span=(arm.start, arm.end) if arm else None,
        outcome=found.mention.outcome,
        outcome_text=facts.text[found.mention.start : found.mention.end],
        outcome_span=(found.mention.start, found.mention.end),
        time_point=only_time(facts.times),
        certainty="ambiguous" if not sure else "stated" if stated else "derived",
    )


def _may_be_of_fewer(facts: Facts, values: list[Value]) -> bool:
    """Return whether a sentence prints a smaller n before it says "nobody" or "all patients" without a number."""
    n = next((value for value in values if value.role == "n"), None)
    everybody = n.number if n is not None else facts.context.total_number
    if everybody is None or (n is not None and not n.derived):
        return False
    place = next((value.span[0] for value in values if value.role == "events" and value.span), facts.span[1])
    printed = (count.number("n") for count in facts.counts if count.end <= place)
    return any(other is not None and other < everybody for other in printed)


def _arm_behind(facts: Facts, found: Quantified) -> ArmMention | None:
    """Return the arm of "no infection was observed in the MSC group, but two in the placebo group"."""
    behind = next((arm for arm in facts.arms if arm.start >= found.span[1] and arm.kind != "all"), None)
    if behind is None or found.rule != "narrative-zero":
        return None
    return behind if _SEEN_IN.fullmatch(facts.text, found.span[1], behind.start) else None
