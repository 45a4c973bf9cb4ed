"""Analyses as a user asks for them: a question and records to a `Pooled` that knows everything a figure may show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mscevidence import effects, vocabulary
from mscevidence.effects.rows import columns_of, doses_text, group_value, numbers_of
from mscevidence.errors import SelectionError
from mscevidence.model import (
    BetweenGroups,
    Estimate,
    Family,
    Group,
    Pooled,
    Question,
    Study,
    StudyRow,
    time_point_text,
)
from mscevidence.synthesis.estimates import estimate_with, recipe_of, recipes_beside, row_weights

if TYPE_CHECKING:
    from mscevidence.effects import Selection, Usable

FOOTNOTES = {
    "derived": "count derived by arithmetic from what the source prints",
    "narrative-zero": "zero stated in words, not counted",
    "sum-of-arms": "sum of disjoint arms of one report",
    "secondary": "read from a secondary table; the primary report was not seen",
    "cancelled": "from a cancelled report",
    "judged": "denominator is the patients who could be judged, not all treated",
}


def pool(studies: Sequence[Study], families: Sequence[Family], question: Question, *, title: str = "") -> Pooled:
    """Return the synthesis of a question: rows, estimates by every method, subgroups, exclusions, choices.

    Raises:
        SelectionError: nothing reports the outcome in the asked condition.
        UnknownTermError: an unknown family in the override.
        StatisticsError: a method cannot take the numbers.
    """
    selection = effects.select(studies, families, question)
    if not selection.taken:
        raise SelectionError(_nothing_usable(selection, question), hint=_how_to_widen(selection))
    rows = _rows(selection.taken, question)
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
        weighting=recipe_of(question).weighting if overall.estimates[0].status == "estimated" else "",
        groups=groups,
        overall=overall,
        between=_between(groups, question) if len(groups) > 1 else None,
        sensitivity=tuple(_sensitivity(studies, families, question, selection)),
        exclusions=selection.exclusions,
        choices=selection.choices,
        overrides=selection.overrides,
        warnings=(*selection.warnings, *_definition_warnings(selection)),
        footnotes={mark: text for mark, text in FOOTNOTES.items() if mark in marks},
        question=question,
    )


def title_of(question: Question) -> str:
    """Return a title such as ``Response in immune thrombocytopenia``."""
    outcome = vocabulary.load("outcome")[question.outcome].label
    title = outcome[:1].upper() + outcome[1:]
    if question.condition:
        title += f" in {vocabulary.load('condition')[question.condition].label}"
    return f"{title} by {question.by.replace('-', ' ')}" if question.by else title


def _nothing_usable(selection: Selection, question: Question) -> str:
    reported = [one for one in selection.exclusions if not one.reason.startswith("no result for")]
    where = f" in {question.condition}" if question.condition else ""
    if not reported:
        return f"none of {len(selection.exclusions)} studies{where} reports {question.outcome}"
    reasons = "; ".join(dict.fromkeys(one.reason for one in reported[:4]))
    return f"no usable result for {question.outcome}{where}: {len(reported)} left out ({reasons})"


def _how_to_widen(selection: Selection) -> str:
    reasons = " ".join(one.reason for one in selection.exclusions)
    if "narrative zeros are left out" in reasons:
        return "add --narrative-zeros include to count zeros that are stated in words"
    if "derived results are left out" in reasons:
        return "add --derived include to use counts obtained by arithmetic"
    return "`mscevidence query response-rates` and `mscevidence query adverse-events` list what has counts"


def _rows(taken: Sequence[Usable], question: Question) -> tuple[StudyRow, ...]:
    intervals = _exact_intervals([one.events for one in taken], [one.n for one in taken], question.level)
    rows = [_row(one, lower, upper, question) for one, (lower, upper) in zip(taken, intervals, strict=True)]
    rows.sort(key=lambda row: (row.group, row.label.casefold(), row.result))
    return _distinct_labels(rows)


def _exact_intervals(events: list[int], n: list[int], level: float) -> list[tuple[float, float]]:
    from mscevidence import stats

    found = stats.study_intervals(np.array(events), np.array(n), method="clopper-pearson", level=level)
    return list(zip(found.lower.tolist(), found.upper.tolist(), strict=True))


def _row(one: Usable, lower: float, upper: float, question: Question) -> StudyRow:
    columns = columns_of(
        one.study,
        one.arms,
        report=one.report,
        quote=one.result.source.quote,
        at=time_point_text(one.result.time_point),
        doses=doses_text(one.study, one.arms),
    )
    return StudyRow(
        study=one.study.study,
        label=effects.study_label(one.study),
        group=group_value(one.study, question.by) if question.by else "",
        result=one.key,
        report=one.report.id,
        quote=one.result.source.quote,
        events=one.events,
        n=one.n,
        proportion=one.events / one.n,
        lower=lower,
        upper=upper,
        marks=tuple(_marks(one)),
        numbers=numbers_of(one.study, one.arms, year=one.report.year, n=one.n),
        columns=columns,
    )


def _marks(one: Usable) -> list[str]:
    marks = {
        "derived": one.derived,
        "narrative-zero": one.narrative,
        "sum-of-arms": len(one.keys) > 1,
        "secondary": one.secondary,
        "cancelled": one.report.status == "cancelled",
        "judged": not one.whole,
    }
    return [mark for mark, applies in marks.items() if applies]


def _distinct_labels(rows: Sequence[StudyRow]) -> tuple[StudyRow, ...]:
    """Return rows in which no two have the same label: ``Wang 2013a``, ``Wang 2013b``."""
    repeated: dict[str, int] = {}
    labels = [row.label for row in rows]
    out = []
    for row in rows:
        if labels.count(row.label) > 1:
            number = repeated.get(row.label, 0)
            repeated[row.label] = number + 1
            out.append(row.model_copy(update={"label": f"{row.label}{chr(ord('a') + number)}"}))
        else:
            out.append(row)
    return tuple(out)


def _group(name: str, label: str, rows: Sequence[StudyRow], question: Question) -> Group:
    events = np.array([row.events for row in rows])
    n = np.array([row.n for row in rows])
    recipe = recipe_of(question)
    estimates = tuple(estimate_with(one, events, n, level=question.level) for one in recipes_beside(recipe))
    estimates = tuple(one.model_copy(update={"notes": _naming(one.notes, rows)}) for one in estimates)
    weights = row_weights(recipe, events, n, estimates[0])
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


def _between(groups: Sequence[Group], question: Question) -> BetweenGroups:
    """Return the test between subgroups.

    From the subgroups' own estimates when each has one; else (a subgroup of one study has no tau2 of its own, one
    without events no estimate) from a regression of all logits on the subgroup with one tau2 for all.
    """
    from mscevidence import stats

    pairs = [(group.estimates[0].mu, group.estimates[0].se) for group in groups]
    known = [(mu, se) for mu, se in pairs if mu is not None and se]
    if len(known) < len(groups):
        return _between_by_regression(groups)
    found = stats.subgroup_difference(np.array([mu for mu, _ in known]), np.array([se for _, se in known]))
    return BetweenGroups(q=float(found.q), df=len(groups) - 1, p=float(found.p), method=question.method)


def _between_by_regression(groups: Sequence[Group]) -> BetweenGroups:
    from mscevidence import stats

    rows = [(position, row) for position, group in enumerate(groups) for row in group.rows]
    without = [group.label for group in groups if group.estimates[0].status != "estimated"]
    note = f"no estimate of their own: {', '.join(without)}"
    method = "regression of logits on the subgroup, one tau² for all (REML)"
    nothing = BetweenGroups(q=None, df=len(groups) - 1, p=None, method=method, note=note)
    if len(rows) <= len(groups):
        return nothing.model_copy(update={"note": f"{note}; no subgroup has two studies, so that tau² is unknown"})
    logits = stats.logit([row.events for _, row in rows], [row.n for _, row in rows], add=0.5, to="only0")
    design = np.array([[1.0, *(float(position == one) for one in range(1, len(groups)))] for position, _ in rows])
    fit = stats.meta_regression(logits.yi, logits.vi, design, estimator="REML", test="z")
    return nothing.model_copy(update={"q": float(fit.moderators), "p": float(fit.moderators_p)})


def _sensitivity(
    studies: Sequence[Study], families: Sequence[Family], question: Question, selection: Selection
) -> list[tuple[str, Estimate]]:
    """Return the estimate under the other treatment of narrative zeros and of derived results, where it differs."""
    variants: list[tuple[str, Question]] = []
    words = {"include": "with", "exclude": "without"}
    other = {"include": "exclude", "exclude": "include"}
    for key, name in (("narrative_zeros", "zeros stated in words"), ("derived", "derived counts")):
        treatment = other[getattr(question, key)]
        variants.append((f"{words[treatment]} {name}", question.model_copy(update={key: treatment})))
    found = []
    for name, variant in variants:
        changed = effects.select(studies, families, variant)
        if [one.key for one in changed.taken] == [one.key for one in selection.taken]:
            continue
        events = np.array([one.events for one in changed.taken])
        n = np.array([one.n for one in changed.taken])
        found.append((name, estimate_with(recipe_of(question), events, n, level=question.level)))
    return found


def _definition_warnings(selection: Selection) -> list[str]:
    missing = [one for one in selection.taken if not one.result.definition]
    if missing and len(missing) < len(selection.taken):
        return [f"{len(missing)} of {len(selection.taken)} studies give no definition of the outcome"]
    return []


def explain(pooled: Pooled) -> list[str]:
    """Return what an analysis took, from which words, why, and what it left out, one sentence per line."""
    lines = [f"override: {text}" for text in pooled.overrides]
    lines += [
        f'{row.label}: {row.events}/{row.n} from {row.report}, "{row.quote}" ({row.result})'
        for row in pooled.overall.rows
    ]
    for choice in pooled.choices:
        lines.append(f"{choice.what}: took {choice.taken}: {choice.reason}")
        lines += [f"    left out {text}" for text in choice.left_out]
    lines += [f"excluded {one.what}: {one.reason}" for one in pooled.exclusions]
    return lines
