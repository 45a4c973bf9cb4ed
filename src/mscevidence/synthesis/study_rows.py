"""The rows of an analysis: what `effects` took from each study, with its own effect, interval and footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mscevidence import effects, vocabulary
from mscevidence.effects.rows import columns_of, control_text, doses_text, group_value, numbers_of
from mscevidence.model import ControlGroup, Question, StudyRow, time_point_text
from mscevidence.synthesis import contrasts, incidence
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.recipes import ESTIMATORS, Recipe

if TYPE_CHECKING:
    from mscevidence.effects import Usable

FOOTNOTES = {
    "derived": "count derived by arithmetic from what the source prints",
    "narrative-zero": "zero stated in words, not counted",
    "sum-of-arms": "sum of disjoint arms of one report",
    "secondary": "read from a secondary table; the primary report was not seen",
    "cancelled": "from a cancelled report",
    "judged": "denominator is the patients who could be judged, not all treated",
    "not-randomised": "the arms were not allotted at random",
    "crossover": "a crossover trial: unless these are counts before the switch, patients stand in both arms",
    "historical": "the control patients were treated earlier, outside the study",
    "corrected": "0.5 added to every cell for the study's own effect, because one is empty",
}
SILENT = "no event, or only events, in both arms"
OwnEffect = tuple[float | None, float | None, float | None]


def footnotes(marks: Iterable[str], recipe: Recipe) -> dict[str, str]:
    """Return the sentence of each mark that a row carries."""
    carried = set(marks)
    found = {mark: text for mark, text in FOOTNOTES.items() if mark in carried}
    if "no-contrast" not in carried:
        return found
    if recipe.measure == "RD":
        fate = "counted as no difference"
    elif recipe.method in ESTIMATORS:
        fate = "enters with 0.5 in every cell, as no difference with a very wide interval"
    else:
        fate = "shown, but without an effect of its own and without weight in this method"
    return found | {"no-contrast": f"{SILENT}: {fate}"}


def interval_method(recipe: Recipe) -> str:
    """Return how the intervals of the studies were made."""
    if recipe.incidence:
        return "exact Poisson"
    if not recipe.comparative:
        return "Clopper-Pearson"
    scale = "" if recipe.measure == "RD" else " on the log scale"
    added = "" if recipe.method == "peto" else ", 0.5 added to every cell where one is empty"
    return f"normal{scale}{added}"


def rows_of(taken: Sequence[Usable], question: Question, recipe: Recipe) -> tuple[StudyRow, ...]:
    """Return the rows in order of subgroup and label, no two labels alike."""
    own = _own_effects(taken, question, recipe)
    rows = [_row(one, effect, question, recipe) for one, effect in zip(taken, own, strict=True)]
    rows.sort(key=lambda row: (row.group, row.label.casefold(), row.result))
    return _distinct_labels(rows)


def _own_effects(taken: Sequence[Usable], question: Question, recipe: Recipe) -> list[OwnEffect]:
    from mscevidence import stats

    counts = Counts.of(taken, comparative=recipe.comparative)
    if recipe.comparative:
        return contrasts.own_effects(recipe, counts, question.level)
    if recipe.incidence:
        return incidence.own_rates(counts, question.level)
    found = stats.study_intervals(counts.events, counts.n, method="clopper-pearson", level=question.level)
    return list(zip((counts.events / counts.n).tolist(), found.lower.tolist(), found.upper.tolist(), strict=True))


def _row(one: Usable, own: OwnEffect, question: Question, recipe: Recipe) -> StudyRow:
    columns = columns_of(
        one.study,
        one.arms,
        report=one.report,
        quote=one.result.source.quote,
        at=time_point_text(one.result.time_point),
        doses=doses_text(one.study, one.arms),
    )
    effect, lower, upper = own
    return StudyRow(
        study=one.study.study,
        label=effects.study_label(one.study),
        group=group_value(one.study, question.by) if question.by else "",
        result=one.key,
        report=one.report.id,
        quote=one.result.source.quote,
        events=one.events,
        n=one.n,
        time=one.time,
        control=_control(one.control),
        effect=effect,
        lower=lower,
        upper=upper,
        marks=tuple(_marks(one, recipe)),
        numbers=numbers_of(one.study, one.arms, year=one.report.year, n=one.patients),
        columns=columns | ({"control": control_text(one.control.arms)} if one.control else {}),
    )


def _control(side: Usable | None) -> ControlGroup | None:
    if side is None:
        return None
    return ControlGroup(
        result=side.key, report=side.report.id, quote=side.result.source.quote, events=side.events, n=side.n
    )


def _marks(one: Usable, recipe: Recipe) -> list[str]:
    marks = {
        "derived": any(side.derived for side in one.sides),
        "narrative-zero": any(side.narrative for side in one.sides),
        "sum-of-arms": any(len(side.keys) > 1 for side in one.sides),
        "secondary": one.secondary,
        "cancelled": one.report.status == "cancelled",
        "judged": not one.whole,
    }
    if one.control is not None:
        marks |= _marks_of_comparison(one, one.control, recipe)
    return [mark for mark, applies in marks.items() if applies]


def _marks_of_comparison(one: Usable, control: Usable, recipe: Recipe) -> dict[str, bool]:
    counts = Counts.of([one], comparative=True)
    silent = bool(contrasts.empty(counts)[0])
    cells = np.array([one.events, one.n - one.events, control.events, control.n - control.events])
    return {
        "not-randomised": not vocabulary.load("design")[one.study.design].randomised,
        "crossover": one.study.design in vocabulary.below("design", "randomised-crossover"),
        "historical": any(arm.role == "historical-control" for arm in control.arms),
        "corrected": bool((cells == 0).any()) and not silent and recipe.method != "peto",
        "no-contrast": silent,
    }


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
