"""One result per study, one study per overlap family: the choice, its reason, and what it leaves out.

Order of preference within a study: a report that is not a secondary table or review; the whole arm before those who
could be judged; more patients; counted before derived before narrative zero; a report that was not cancelled; the
report kind that is nearer to the patients; the nearer time point when one was asked for, else the earlier. Results of
disjoint arms of one report are added up where no single result covers as many patients. Within a family: more
patients, then a primary report, then the later one.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence

from mscevidence import vocabulary
from mscevidence.effects.eligibility import Usable, usable_results
from mscevidence.effects.rows import study_label
from mscevidence.effects.timing import days_of
from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import Choice, Exclusion, Family, Question, Study, time_point_text


@dataclasses.dataclass(frozen=True)
class Selection:
    """What enters an analysis: one `Usable` per study, the choices made, the exclusions, and overrides as sentences."""

    taken: tuple[Usable, ...]
    choices: tuple[Choice, ...]
    exclusions: tuple[Exclusion, ...]
    overrides: tuple[str, ...]
    warnings: tuple[str, ...]


def select(studies: Sequence[Study], families: Sequence[Family], question: Question) -> Selection:
    """Return what a question takes from the studies.

    Raises:
        UnknownTermError: an unknown family in ``allow_overlap``.
        SelectionError: no study of the condition reports the outcome.
    """
    _refuse_unknown_families(families, question)
    asked = [study for study in studies if _in_question(study, question)]
    taken: list[Usable] = []
    choices: list[Choice] = []
    exclusions: list[Exclusion] = []
    warnings: list[str] = []
    for study in asked:
        usable, excluded = usable_results(study, question)
        exclusions.extend(excluded)
        if not usable:
            exclusions.extend(_without_result(study, bool(excluded), question))
            continue
        best, choice, doubt = _best_of_study(study, usable, question)
        taken.append(best)
        choices.extend(choice)
        warnings.extend(doubt)
    if not taken and not exclusions:
        raise SelectionError(_nothing_found(question), hint="`mscevidence query studies` lists what there is")
    kept, family_choices, family_exclusions, overrides = _one_per_family(taken, families, question)
    return Selection(
        taken=tuple(kept),
        choices=(*choices, *family_choices),
        exclusions=(*exclusions, *family_exclusions),
        overrides=tuple(overrides),
        warnings=tuple(warnings),
    )


def _refuse_unknown_families(families: Sequence[Family], question: Question) -> None:
    known = [family.id for family in families]
    for name in question.allow_overlap:
        if name != "all" and name not in known:
            raise UnknownTermError(name, kind="overlap family", choices=[*known, "all"])


def _in_question(study: Study, question: Question) -> bool:
    if question.condition is not None and study.condition not in vocabulary.conditions_below(question.condition):
        return False
    return question.design is None or study.design in vocabulary.below("design", question.design)


def _nothing_found(question: Question) -> str:
    where = f" in {question.condition}" if question.condition else ""
    return f"no study{where} was found"


def _without_result(study: Study, tried: bool, question: Question) -> list[Exclusion]:
    if tried:
        return []
    return [Exclusion(what=study.study, label=study_label(study), reason=f"no result for {question.outcome}")]


def _best_of_study(
    study: Study, usable: Sequence[Usable], question: Question
) -> tuple[Usable, list[Choice], list[str]]:
    options = sorted([*usable, *_sums(usable)], key=lambda option: (_preference(option, question), option.key))
    best = options[0]
    others = [option for option in usable if option.key != best.key and option.keys[0] not in best.keys]
    if not others and len(best.keys) == 1:
        return best, [], []
    choice = Choice(
        what=study_label(study),
        taken=best.key,
        reason=_reason(best, others, question),
        left_out=tuple(f"{option.key} ({option.events}/{option.n}, {option.report.id})" for option in others),
    )
    return best, [choice], _doubt(study, best, others, question)


def _preference(option: Usable, question: Question) -> tuple[object, ...]:
    time = days_of(option.result.time_point) if option.result.time_point else None
    wanted = days_of(question.at) if question.at else None
    distance = abs(time - wanted) if time is not None and wanted is not None else (time if time is not None else 0.0)
    return (
        option.secondary,
        not option.whole,
        -option.n,
        2 * option.narrative + option.derived,
        option.report.status == "cancelled",
        vocabulary.load("report-kind")[option.report.kind].rank,
        distance,
        len(option.keys),
        -(option.report.year or 0),
    )


def _reason(best: Usable, others: Sequence[Usable], question: Question) -> str:
    parts = []
    if len(best.keys) > 1:
        parts.append(f"sum of {len(best.keys)} disjoint arms of one report")
    if any(other.secondary and not best.secondary for other in others):
        parts.append("a primary report wins over a secondary table")
    if any(other.whole < best.whole for other in others):
        parts.append("the whole arm")
    if any(other.n < best.n for other in others):
        parts.append("the most patients")
    if any((other.derived, other.narrative) > (best.derived, best.narrative) for other in others):
        parts.append("counted in the text")
    if any(other.report.status == "cancelled" != best.report.status for other in others):
        parts.append("not the cancelled report")
    if any(other.report.kind != best.report.kind and not other.secondary for other in others):
        parts.append(f"the {best.report.kind} is the fuller report")
    if best.result.time_point is not None and any(other.n == best.n for other in others):
        nearest = "nearest to " + question.at if question.at else "earliest with this many patients"
        parts.append(f"at {time_point_text(best.result.time_point)}, {nearest}")
    return "; ".join(parts) or "first in the study file"


def _doubt(study: Study, best: Usable, others: Sequence[Usable], question: Question) -> list[str]:
    rivals = [
        other
        for other in others
        if _preference(other, question) == _preference(best, question)
        and (other.events, other.n) != (best.events, best.n)
    ]
    return [
        f"{study_label(study)}: {best.events}/{best.n} ({best.result.definition or 'no definition'}) was taken, but "
        f"{rival.events}/{rival.n} ({rival.result.definition or 'no definition'}) has the same standing"
        for rival in rivals
    ]


def _sums(usable: Sequence[Usable]) -> list[Usable]:
    """Return the sums over disjoint arms, one per report, time point, definition and population."""
    alike: dict[tuple[object, ...], list[Usable]] = defaultdict(list)
    for option in usable:
        result = option.result
        alike[option.report.id, result.time_point, result.definition, result.population].append(option)
    sums = [_sum(parts) for parts in map(_disjoint, alike.values()) if len(parts) > 1]
    return [one for one in sums if one.n <= _size_of(one.study)]


def _size_of(study: Study) -> float:
    """Return how many patients a study has at most: arms cut two ways (by dose, by phase) must not add up to more."""
    sizes = [
        size
        for arm in study.arms
        if arm.combines
        for size in (arm.enrolled, arm.treated, arm.evaluable)
        if isinstance(size, int)
    ]
    return max(sizes, default=float("inf"))


def _disjoint(options: Iterable[Usable]) -> list[Usable]:
    """Return options whose arms share no patient, uncombined arms first; a combined arm covers its parts."""
    covered: set[str] = set()
    kept: list[Usable] = []
    for option in sorted(options, key=lambda one: len(one.arms[0].combines)):
        leaves = _leaves(option)
        if not leaves & covered:
            kept.append(option)
            covered |= leaves
    return kept


def _leaves(option: Usable) -> set[str]:
    leaves: set[str] = set()
    waiting = [option.arms[0].id]
    seen: set[str] = set()
    while waiting:
        arm_id = waiting.pop()
        if arm_id in seen:
            continue
        seen.add(arm_id)
        arm = option.study.arm(arm_id)
        if arm is not None and arm.combines:
            waiting.extend(arm.combines)
        else:
            leaves.add(arm_id)
    return leaves


def _sum(parts: Sequence[Usable]) -> Usable:
    return dataclasses.replace(
        parts[0],
        keys=tuple(part.key for part in parts),
        arms=tuple(part.arms[0] for part in parts),
        events=sum(part.events for part in parts),
        n=sum(part.n for part in parts),
        derived=any(part.derived for part in parts),
        narrative=all(part.narrative for part in parts),
    )


def _one_per_family(
    taken: Sequence[Usable], families: Sequence[Family], question: Question
) -> tuple[list[Usable], list[Choice], list[Exclusion], list[str]]:
    kept = list(taken)
    choices: list[Choice] = []
    exclusions: list[Exclusion] = []
    overrides: list[str] = []
    for family in families:
        members = [one for one in kept if one.study.study in family.studies]
        if len(members) < 2:
            continue
        if family.id in question.allow_overlap or "all" in question.allow_overlap:
            overrides.append(_override(family, members))
            continue
        best = min(members, key=_family_preference)
        losers = [one for one in members if one is not best]
        kept = [one for one in kept if one not in losers]
        choices.append(_family_choice(family, best, losers))
        exclusions.extend(
            Exclusion(
                what=one.key,
                label=study_label(one.study),
                reason=f"patients overlap with {study_label(best.study)} (family {family.id})",
            )
            for one in losers
        )
    return kept, choices, exclusions, overrides


def _family_preference(one: Usable) -> tuple[object, ...]:
    return (-one.n, one.secondary, 2 * one.narrative + one.derived, -(one.report.year or 0), one.study.study)


def _family_choice(family: Family, best: Usable, losers: Sequence[Usable]) -> Choice:
    return Choice(
        what=f"family {family.id}",
        taken=best.key,
        reason=f"the most patients ({best.n}) among {len(losers) + 1} studies that share patients",
        left_out=tuple(f"{one.key} ({one.events}/{one.n})" for one in losers),
    )


def _override(family: Family, members: Sequence[Usable]) -> str:
    names = ", ".join(study_label(one.study) for one in members)
    return f"overlap allowed by request in family {family.id}: {names} may count the same patients more than once"
