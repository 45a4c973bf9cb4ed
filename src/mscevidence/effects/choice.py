"""One result per study, one study per overlap family: the choice, its reason, and what it leaves out.

Results of disjoint arms of one report are added up where no single result covers as many patients; see `preference`
for the order within a study and `comparison` for studies with a control arm. Within a family: more patients, then a
primary report, then the later one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mscevidence import vocabulary
from mscevidence.effects.comparison import OfStudy, compare, without
from mscevidence.effects.eligibility import usable_results
from mscevidence.effects.exposure import refuse_other_units
from mscevidence.effects.families import one_per_family, refuse_unknown_families
from mscevidence.effects.names import study_label
from mscevidence.effects.preference import preference
from mscevidence.effects.roles import controls_of, refuse_other_roles
from mscevidence.effects.sums import sums
from mscevidence.effects.usable import Usable
from mscevidence.errors import SelectionError
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
    refuse_unknown_families(families, question)
    refuse_other_roles(question)
    refuse_other_units(question)
    found = [_of_study(study, question) for study in studies if in_question(study, question)]
    taken = [one.taken for one in found if one.taken is not None]
    exclusions = [left for one in found for left in one.exclusions]
    choices = [choice for one in found for choice in one.choices]
    if not taken and not exclusions:
        raise SelectionError(_nothing_found(question), hint="`mscevidence query studies` lists what there is")
    kept, family_choices, family_exclusions, overrides = one_per_family(taken, families, question)
    return Selection(
        taken=tuple(kept),
        choices=(*choices, *family_choices),
        exclusions=(*exclusions, *family_exclusions),
        overrides=tuple(overrides),
        warnings=tuple(warning for one in found for warning in one.warnings),
    )


def in_question(study: Study, question: Question) -> bool:
    """Return whether a question is about the condition and the design of a study."""
    if question.condition is not None and study.condition not in vocabulary.conditions_below(question.condition):
        return False
    return question.design is None or study.design in vocabulary.below("design", question.design)


def _nothing_found(question: Question) -> str:
    where = f" in {question.condition}" if question.condition else ""
    return f"no study{where} was found"


def _of_study(study: Study, question: Question) -> OfStudy:
    if question.comparative and not controls_of(study, question):
        return without(
            study, f"no control arm of this kind ({question.control})" if question.control else "no control arm"
        )
    usable, excluded = usable_results(study, question)
    if not usable:
        return OfStudy(exclusions=excluded) if excluded else without(study, f"no result for {question.outcome}")
    found = (compare if question.comparative else _best_of_study)(study, usable, question)
    return dataclasses.replace(found, exclusions=(*excluded, *found.exclusions))


def _best_of_study(study: Study, usable: Sequence[Usable], question: Question) -> OfStudy:
    options = sorted([*usable, *sums(usable)], key=lambda option: (preference(option, question), option.key))
    best = options[0]
    others = [option for option in usable if option.key != best.key and option.keys[0] not in best.keys]
    if not others and len(best.keys) == 1:
        return OfStudy(taken=best)
    choice = Choice(
        what=study_label(study),
        taken=best.key,
        reason=_reason(best, others, question),
        left_out=tuple(f"{option.key} ({option.counts}, {option.report.id})" for option in others),
    )
    return OfStudy(taken=best, choices=(choice,), warnings=_doubt(study, best, others, question))


def _reason(best: Usable, others: Sequence[Usable], question: Question) -> str:
    parts = []
    if len(best.keys) > 1:
        parts.append(f"sum of {len(best.keys)} disjoint arms of one report")
    if any(other.secondary and not best.secondary for other in others):
        parts.append("a primary report wins over a secondary table")
    if any(other.whole < best.whole for other in others):
        parts.append("the whole arm")
    if best.time is not None and any((other.time or 0.0) < best.time for other in others):
        parts.append("the most time at risk")
    elif any(other.n < best.n for other in others):
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


def _doubt(study: Study, best: Usable, others: Sequence[Usable], question: Question) -> tuple[str, ...]:
    rivals = [
        other
        for other in others
        if preference(other, question) == preference(best, question) and other.counts != best.counts
    ]
    return tuple(
        f"{study_label(study)}: {best.counts} ({best.result.definition or 'no definition'}) was taken, but "
        f"{rival.counts} ({rival.result.definition or 'no definition'}) has the same standing"
        for rival in rivals
    )
