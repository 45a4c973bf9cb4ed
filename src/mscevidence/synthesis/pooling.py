"""Analyses as a user asks for them: a question and records to a `Pooled` that knows everything a figure may show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mscevidence import effects, vocabulary
from mscevidence.effects.exposure import COUNTED
from mscevidence.errors import SelectionError
from mscevidence.model import Estimate, Family, Group, Pooled, Question, Study, StudyRow
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.estimates import estimate_with, row_weights
from mscevidence.synthesis.recipes import RATIOS, recipe_of, recipes_beside
from mscevidence.synthesis.study_rows import footnotes, interval_method, rows_of
from mscevidence.synthesis.subgroups import between

if TYPE_CHECKING:
    from mscevidence.effects import Selection, Usable


def pool(studies: Sequence[Study], families: Sequence[Family], question: Question, *, title: str = "") -> Pooled:
    """Return the synthesis of a question: rows, estimates by every method, subgroups, exclusions, choices.

    Raises:
        SelectionError: nothing reports the outcome in the asked condition.
        UnknownTermError: an unknown family in the override.
        StatisticsError: a method cannot take the numbers, or the measure has no such method or test.
    """
    recipe = recipe_of(question)
    selection = effects.select(studies, families, question)
    if not selection.taken:
        raise SelectionError(_nothing_usable(selection, question), hint=_how_to_widen(selection))
    rows = rows_of(selection.taken, question, recipe)
    overall = _group("overall", "Overall", rows, question)
    groups = _groups(overall.rows, question)
    if groups:
        ordered = tuple(row for group in groups for row in group.rows)
        by_key = {row.result: row for row in overall.rows}
        overall = overall.model_copy(update={"rows": tuple(by_key[row.result] for row in ordered)})
    outcome = vocabulary.load("outcome")[question.outcome]
    marks = {mark for row in rows for mark in row.marks}
    return Pooled(
        title=title or title_of(question),
        outcome=outcome.id,
        outcome_label=outcome.label,
        condition=question.condition,
        by=question.by,
        level=question.level,
        interval_method=interval_method(recipe),
        weighting=recipe.weighting if overall.estimates[0].status == "estimated" else "",
        groups=groups,
        overall=overall,
        between=between(groups, recipe) if len(groups) > 1 else None,
        sensitivity=tuple(_sensitivity(studies, families, question, selection)),
        exclusions=selection.exclusions,
        choices=selection.choices,
        overrides=selection.overrides,
        warnings=(*selection.warnings, *_definition_warnings(selection)),
        footnotes=footnotes(marks, recipe),
        question=question,
    )


def title_of(question: Question) -> str:
    """Return a title: ``Response in lupus nephritis``, ``Death by condition: odds ratio, MSC against control``."""
    outcome = vocabulary.load("outcome")[question.outcome].label
    title = outcome[:1].upper() + outcome[1:]
    if question.condition:
        title += f" in {vocabulary.load('condition')[question.condition].label}"
    if question.by:
        title += f" by {question.by.replace('-', ' ')}"
    if question.incidence:
        counted = f"events per {question.time_unit}" if question.time_unit in COUNTED else "events over time at risk"
        return f"{title}: {counted}"
    if not question.comparative:
        return title
    other = vocabulary.load("arm-role")[question.control].label if question.control else "control"
    return f"{title}: {RATIOS[question.measure]}, MSC against {other}"


def _nothing_usable(selection: Selection, question: Question) -> str:
    silent = ("no result for", "no control arm")
    reported = [one for one in selection.exclusions if not one.reason.startswith(silent)]
    where = f" in {question.condition}" if question.condition else ""
    if not reported:
        against = " against a control arm" if question.comparative else ""
        return f"none of {len(selection.exclusions)} studies{where} reports {question.outcome}{against}"
    reasons = "; ".join(list(dict.fromkeys(one.reason for one in reported))[:4])
    return f"no usable result for {question.outcome}{where}: {len(reported)} left out ({reasons})"


def _how_to_widen(selection: Selection) -> str:
    reasons = " ".join(one.reason for one in selection.exclusions)
    if "narrative zeros are left out" in reasons:
        return "add --narrative-zeros include to count zeros that are stated in words"
    if "derived results are left out" in reasons:
        return "add --derived include to use counts obtained by arithmetic"
    return "`mscevidence query response-rates` and `mscevidence query adverse-events` list what has counts"


def _group(name: str, label: str, rows: Sequence[StudyRow], question: Question) -> Group:
    recipe = recipe_of(question)
    counts = Counts.of(rows, comparative=recipe.comparative)
    estimates = tuple(estimate_with(one, counts, level=question.level) for one in recipes_beside(recipe))
    estimates = tuple(one.model_copy(update={"notes": _naming(one.notes, rows)}) for one in estimates)
    weights = row_weights(recipe, counts, estimates[0])
    weighted = tuple(row.model_copy(update={"weight": w}) for row, w in zip(rows, weights, strict=True))
    return Group(name=name, label=label, rows=weighted, estimates=estimates)


def _naming(notes: Sequence[str], rows: Sequence[StudyRow]) -> tuple[str, ...]:
    """Return notes in which a study has its label instead of its number."""
    return tuple(
        re.sub(r"\bstudy (\d+) has\b", lambda match: f"{rows[int(match[1]) - 1].label} has", note) for note in notes
    )


def _groups(rows: Sequence[StudyRow], question: Question) -> tuple[Group, ...]:
    if question.by is None:
        return ()
    labels = {row.group: effects.group_label(question.by, row.group) for row in rows}
    groups = []
    for value in sorted(labels, key=lambda value: (value == "not-reported", labels[value].casefold())):
        members = [row for row in rows if row.group == value]
        group = _group(value, labels[value], members, question)
        # The squares of a subgroup keep the weight they have in the whole analysis.
        groups.append(group.model_copy(update={"rows": tuple(members)}))
    return tuple(groups)


def _sensitivity(
    studies: Sequence[Study], families: Sequence[Family], question: Question, selection: Selection
) -> list[tuple[str, Estimate]]:
    """Return the estimate under the other treatment of narrative zeros and of derived results, where it differs.

    Comparisons also without the studies whose arms were not allotted at random.
    """
    words = {"include": "with", "exclude": "without"}
    other = {"include": "exclude", "exclude": "include"}
    variants: list[tuple[str, Sequence[Usable]]] = []
    for key, name in (("narrative_zeros", "zeros stated in words"), ("derived", "derived counts")):
        treatment = other[getattr(question, key)]
        changed = effects.select(studies, families, question.model_copy(update={key: treatment})).taken
        variants.append((f"{words[treatment]} {name}", changed))
    if question.comparative:
        randomised = [one for one in selection.taken if vocabulary.load("design")[one.study.design].randomised]
        variants.append(("randomised studies only", randomised))
    recipe, addresses = recipe_of(question), [one.address for one in selection.taken]
    return [
        (name, estimate_with(recipe, Counts.of(taken, comparative=recipe.comparative), level=question.level))
        for name, taken in variants
        if [one.address for one in taken] != addresses
    ]


def _definition_warnings(selection: Selection) -> list[str]:
    missing = [one for one in selection.taken if not one.result.definition]
    if missing and len(missing) < len(selection.taken):
        return [f"{len(missing)} of {len(selection.taken)} studies give no definition of the outcome"]
    return []
