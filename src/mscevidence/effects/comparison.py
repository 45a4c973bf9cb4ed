"""The comparison of a study: arms with cells against the control arm, in one report, at one time, of one population.

Several arms with cells are added up where they share no patient, so that no control patient is counted twice (Higgins
et al., Cochrane Handbook 6.5, section 23.3.4). Two control arms are not added up unless the question names their kind:
what cells are compared with must not be a mixture that nobody asked for.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence

from mscevidence.effects.names import study_label
from mscevidence.effects.preference import preference
from mscevidence.effects.roles import is_control
from mscevidence.effects.rows import control_text
from mscevidence.effects.sums import disjoint, fits, leaves, sum_of
from mscevidence.effects.usable import Usable
from mscevidence.model import Choice, Exclusion, Question, Study, time_point_text


@dataclasses.dataclass(frozen=True)
class OfStudy:
    """What an analysis takes from one study, or why it takes nothing; with choices and doubts said aloud."""

    taken: Usable | None = None
    choices: tuple[Choice, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    warnings: tuple[str, ...] = ()


def without(study: Study, reason: str) -> OfStudy:
    """Return that a study is left out as a whole."""
    return OfStudy(exclusions=(Exclusion(what=study.study, label=study_label(study), reason=reason),))


def compare(study: Study, usable: Sequence[Usable], question: Question) -> OfStudy:
    """Return the comparison that stands for a study, the choice with its reason, or why there is none."""
    control = [one for one in usable if is_control(one.arms[0])]
    cells = [one for one in usable if one not in control]
    for side, name in ((cells, "the arm with cells"), (control, "the control arm")):
        if not side:
            return without(study, f"no usable result for {question.outcome} in {name}")
    pairs = list(_pairs(cells, control, question, alike=True)) or list(_pairs(cells, control, question, alike=False))
    if not pairs:
        return without(study, _why_none(cells, control))
    best, *others = sorted(pairs, key=lambda pair: (preference(pair, question), pair.address))
    choice = Choice(
        what=study_label(study),
        taken=best.address,
        reason="; ".join(_reasons(best, others, question)),
        left_out=tuple(f"{one.key} ({one.counts}, {one.report.id})" for one in usable if not _is_part(one, best)),
    )
    return OfStudy(taken=best, choices=(choice,), warnings=tuple(_doubts(best, others, question)))


def _pairs(cells: Sequence[Usable], control: Sequence[Usable], question: Question, *, alike: bool) -> Iterator[Usable]:
    """Yield a pair for each place where both sides have a result; `alike` asks for one definition of both."""
    places: dict[tuple[object, ...], tuple[list[Usable], list[Usable]]] = defaultdict(lambda: ([], []))
    for number, side in enumerate((cells, control)):
        for one in side:
            places[_place(one, alike)][number].append(one)
    for with_cells, without_cells in places.values():
        against = _control_side(without_cells, question)
        if with_cells and against is not None:
            yield dataclasses.replace(_cell_side(with_cells), control=against)


def _place(one: Usable, alike: bool) -> tuple[object, ...]:
    place = (one.report.id, one.result.time_point, one.result.population)
    return (*place, one.result.definition) if alike else place


def _cell_side(options: Sequence[Usable]) -> Usable:
    """Return the option, or the sum of disjoint options, that covers the most patients."""
    total = sum_of(disjoint(options))
    choices = [*options, *([total] if len(total.keys) > 1 and fits(total) else [])]
    return max(choices, key=lambda one: (one.n, -len(one.keys)))


def _control_side(options: Sequence[Usable], question: Question) -> Usable | None:
    """Return the control side, or None where there is none or where two arms could be meant."""
    everybody = set().union(*(_leaves(one) for one in options))
    covering = [one for one in options if _leaves(one) == everybody]
    if covering or not options:
        return next(iter(covering), None)
    return sum_of(disjoint(options)) if question.control is not None else None


def _leaves(one: Usable) -> set[str]:
    return leaves(one.study, one.arms[0])


def _why_none(cells: Sequence[Usable], control: Sequence[Usable]) -> str:
    shared = {_place(one, alike=False) for one in cells}
    meant = {one.arms[0].id: one.arms[0] for one in control if _place(one, alike=False) in shared}
    if not meant:
        return "no result of both arms in one report, at one time point and of one population"
    named = ", ".join(f"{arm.name or arm.id} ({arm.role})" for arm in meant.values())
    number = "two" if len(meant) == 2 else str(len(meant))
    return f"{number} control arms: {named}; --control takes those of one kind"


def _reasons(best: Usable, others: Sequence[Usable], question: Question) -> Iterator[str]:
    if best.control is None:
        raise AssertionError("a pair has a control side")
    for side, name in ((best, "arms with cells"), (best.control, "control arms")):
        if len(side.keys) > 1:
            yield f"sum of {len(side.keys)} disjoint {name}"
    place = [f"both in {best.report.id}", time_point_text(best.result.time_point), best.result.population or ""]
    cells = " + ".join(arm.name or arm.id for arm in best.arms)
    yield f"{cells} against {control_text(best.control.arms)}, {', '.join(filter(None, place))}"
    if best.result.definition != best.control.result.definition:
        yield "the outcome is worded differently in the two arms"
    if any(other.patients < best.patients for other in others):
        yield "the most patients"
    if best.result.time_point is not None and any(other.patients == best.patients for other in others):
        yield f"nearest to {question.at}" if question.at else "the earliest time with this many patients"


def _is_part(one: Usable, best: Usable) -> bool:
    return any(set(one.keys) <= set(side.keys) for side in best.sides)


def _doubts(best: Usable, others: Sequence[Usable], question: Question) -> Iterator[str]:
    for other in others:
        if preference(other, question) == preference(best, question) and other.counts != best.counts:
            yield f"{study_label(best.study)}: {_defined(best)} was taken, but {_defined(other)} has the same standing"


def _defined(pair: Usable) -> str:
    return f"{pair.counts} ({pair.result.definition or 'no definition'})"
