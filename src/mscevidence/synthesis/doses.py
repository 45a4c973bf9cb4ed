"""Arms with a dose of their own, for a dose-response: per arm, not per study, each patient once.

A study gives the results of one report, time, definition and population. Where its arms are cut in several ways (by
dose and by phase) the cut is taken that a combined arm is made of. Doses are cells per infusion; those per kilogram and
those per patient are never converted into each other.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mscevidence import vocabulary
from mscevidence.effects import Usable, study_label
from mscevidence.effects.choice import in_question
from mscevidence.effects.eligibility import usable_results
from mscevidence.effects.families import one_per_family, refuse_unknown_families
from mscevidence.effects.preference import preference
from mscevidence.effects.sums import disjoint, fits, leaves, sum_of
from mscevidence.errors import SelectionError, StatisticsError
from mscevidence.model import Arm, Exclusion, Family, Question, Study
from mscevidence.synthesis.additions import refuse_others_than_shares

if TYPE_CHECKING:
    from mscevidence.stats import DoseResponse

NO_DOSE = "no result of an arm with one dose in numbers"
CUT_TWICE = "its arms are cut in several ways, and no cut is known to count each patient once"


@dataclasses.dataclass(frozen=True)
class DoseArm:
    """The result of an arm that got one dose.

    Attributes:
        study, label, condition: id of the study, its name for readers, and whom it treated.
        arm: name of the arm.
        dose: cells per infusion, in the unit of the whole; infusions: their number if it is known.
        events, n: patients.
        effect, lower, upper: proportion with its exact interval.
        result, report, quote: where it was read.
    """

    study: str
    label: str
    condition: str
    arm: str
    dose: float
    infusions: int | None
    events: int
    n: int
    effect: float
    lower: float
    upper: float
    result: str
    report: str
    quote: str


@dataclasses.dataclass(frozen=True)
class Doses:
    """The arms of a dose-response, the curve through them, and what was left out.

    `fit` is None where no curve can be estimated, and `why` then says why not.
    """

    unit: str
    arms: tuple[DoseArm, ...]
    fit: DoseResponse | None
    why: str
    exclusions: tuple[Exclusion, ...]

    @property
    def graded(self) -> tuple[str, ...]:
        """Return the studies with at least two doses, in order of their first arms."""
        seen = dict.fromkeys(arm.study for arm in self.arms)
        return tuple(name for name in seen if len({arm.dose for arm in self.arms if arm.study == name}) > 1)


@dataclasses.dataclass(frozen=True)
class _Dosed:
    """The arms of one study that stand for it, with their doses in one unit."""

    study: Study
    unit: str
    parts: tuple[tuple[Usable, float], ...]

    @property
    def graded(self) -> bool:
        return len({dose for _, dose in self.parts}) > 1

    @property
    def whole(self) -> Usable:
        return sum_of([option for option, _ in self.parts])


def doses(studies: Sequence[Study], families: Sequence[Family], question: Question) -> Doses:
    """Return the arms with doses of a question, one study per family, and a logistic curve through them.

    Raises:
        SelectionError: no study has results of two doses in one unit.
        StatisticsError: the question compares arms.
        UnknownTermError: an unknown family in ``allow_overlap``.
    """
    refuse_others_than_shares(question, "a dose-response")
    refuse_unknown_families(families, question)
    found, exclusions = _dosed_studies([study for study in studies if in_question(study, question)], question)
    unit = _unit(found, question)
    for one in found:
        if one.unit != unit:
            exclusions.append(_left_out(one.study, f"its dose is in {one.unit}, not in {unit}"))
    same = {one.study.study: one for one in found if one.unit == unit}
    kept, _, shared, _ = one_per_family([one.whole for one in same.values()], families, question)
    arms = tuple(arm for one in kept for arm in _arms(same[one.study.study], question.level))
    fit, why = _curve(arms, question.level)
    return Doses(unit, arms, fit, why, (*exclusions, *shared))


def _dosed_studies(studies: Sequence[Study], question: Question) -> tuple[list[_Dosed], list[Exclusion]]:
    found: list[_Dosed] = []
    exclusions: list[Exclusion] = []
    for study in studies:
        usable, excluded = usable_results(study, question)
        options = [option for option in usable if _dose(study, option.arms[0]) is not None]
        taken = _cut(study, options, question)
        if taken is not None:
            found.append(taken)
        elif usable or excluded:
            exclusions.append(_left_out(study, CUT_TWICE if options else NO_DOSE))
    return found, exclusions


def _left_out(study: Study, reason: str) -> Exclusion:
    return Exclusion(what=study.study, label=study_label(study), reason=reason)


def _cut(study: Study, options: Sequence[Usable], question: Question) -> _Dosed | None:
    """Return the best set of arms of a study: two doses before one, then as an analysis prefers its results."""
    alike: dict[tuple[object, ...], list[tuple[Usable, str, float]]] = defaultdict(list)
    for option in options:
        dose = _dose(study, option.arms[0])
        if dose is not None:
            result = option.result
            key = (dose[0], option.report.id, result.time_point, result.definition, result.population)
            alike[key].append((option, *dose))
    cuts = [cut for parts in alike.values() for cut in _cuts(study, parts) if fits(cut.whole)]
    return min(cuts, key=lambda cut: (not cut.graded, preference(cut.whole, question)), default=None)


def _cuts(study: Study, parts: Sequence[tuple[Usable, str, float]]) -> Iterator[_Dosed]:
    """Yield what arms may stand together: all, the parts of each combined arm, and each arm by itself."""
    together = [frozenset(leaves(study, arm)) for arm in study.arms if arm.combines]
    sets = [None, *together, *(frozenset(leaves(study, option.arms[0])) for option, _, _ in parts)]
    for within in sets:
        chosen = [one for one in parts if within is None or leaves(study, one[0].arms[0]) <= within]
        kept = {option.key for option in disjoint([option for option, _, _ in chosen])}
        if kept:
            yield _Dosed(study, parts[0][1], tuple((one, dose) for one, _, dose in chosen if one.key in kept))


def _dose(study: Study, arm: Arm) -> tuple[str, float] | None:
    """Return unit and dose of an arm, or None if it has none, or several."""
    own = [study.arm(name) for name in leaves(study, arm)]
    found = {_amount(part if part is not None and part.dose is not None else arm) for part in own}
    return next(iter(found)) if len(found) == 1 else None


def _amount(arm: Arm) -> tuple[str, float] | None:
    dose = arm.dose
    if dose is None or dose.unit is None or not isinstance(dose.value, int | float):
        return None
    unit = vocabulary.load("dose-unit")[dose.unit]
    return (unit.base, dose.value * unit.factor) if unit.base and unit.factor else (dose.unit, float(dose.value))


def _unit(found: Sequence[_Dosed], question: Question) -> str:
    """Return the unit with the most patients among those in which a study has two doses."""
    graded = {one.unit for one in found if one.graded}
    if not graded:
        several = f"{len(found)} with one dose" if found else "none with a dose in numbers"
        raise SelectionError(
            f"no study reports {question.outcome} for two doses ({several})",
            hint="a dose-response needs a study with results of at least two doses; ask for another outcome",
        )
    patients = {unit: sum(one.whole.n for one in found if one.unit == unit) for unit in graded}
    return min(graded, key=lambda unit: (-patients[unit], unit))


def _arms(one: _Dosed, level: float) -> Iterator[DoseArm]:
    from mscevidence import stats

    for option, dose in sorted(one.parts, key=lambda part: (part[1], part[0].key)):
        shown = stats.study_intervals([option.events], [option.n], level=level)
        given = option.arms[0].dose
        infusions = given.infusions if given is not None and isinstance(given.infusions, int) else None
        yield DoseArm(
            study=one.study.study,
            label=study_label(one.study),
            condition=one.study.condition,
            arm=option.arms[0].name or option.arms[0].id,
            dose=dose,
            infusions=infusions,
            events=option.events,
            n=option.n,
            effect=float(shown.estimate[0]),
            lower=float(shown.lower[0]),
            upper=float(shown.upper[0]),
            result=option.key,
            report=option.report.id,
            quote=option.result.source.quote,
        )


def _curve(arms: Sequence[DoseArm], level: float) -> tuple[DoseResponse | None, str]:
    from mscevidence import stats

    columns = zip(*((arm.study, arm.dose, arm.events, arm.n) for arm in arms), strict=True)
    try:
        return stats.dose_response(*columns, level=level, random_studies=len({arm.study for arm in arms}) > 1), ""
    except StatisticsError as error:
        return None, error.message
