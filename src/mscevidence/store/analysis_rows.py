"""Pooled results as rows: one flat row per estimate, so that nobody has to take JSON apart."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence.effects.exposure import exposure_text
from mscevidence.model import Estimate, Group, Pooled
from mscevidence.store.rows import Row, as_json

SUMMED = " + "
"""What stands between the addresses of results that were added up; no address has a space."""


def analysis_rows(analysis: str, position: int, pooled: Pooled) -> Iterator[Row]:
    """Yield an analysis with its estimates, its study rows, and what it left out or chose."""
    between = pooled.between
    yield (
        "analyses",
        {
            "id": analysis,
            "position": position,
            "title": pooled.title,
            "outcome": pooled.outcome,
            "outcome_label": pooled.outcome_label,
            "condition": pooled.condition,
            "grouped_by": pooled.by,
            "measure": pooled.question.measure,
            "exposure": exposure_text(pooled.question.time_unit) if pooled.question.incidence else None,
            "level": pooled.level,
            "interval_method": pooled.interval_method,
            "between_q": between.q if between else None,
            "between_df": between.df if between else None,
            "between_p": between.p if between else None,
            "between_method": between.method if between else None,
            "between_note": between.note if between else None,
            "question": pooled.question.model_dump_json(),
            "pooled": pooled.model_dump_json(),
        },
    )
    for place, values in enumerate(_estimates(pooled), 1):
        yield ("analysis_estimates", {"analysis": analysis, "position": place, **values})
    for group in (pooled.overall, *pooled.groups):
        yield from _study_rows(analysis, group)
    for place, left in enumerate(pooled.exclusions, 1):
        yield ("analysis_exclusions", {"analysis": analysis, "position": place, **left.model_dump()})
    for place, choice in enumerate(pooled.choices, 1):
        values = choice.model_dump(exclude={"left_out"})
        left_out = as_json(choice.left_out)
        yield ("analysis_choices", {"analysis": analysis, "position": place, **values, "left_out": left_out})
    for place, note in enumerate(_notes(pooled), 1):
        yield ("analysis_notes", {"analysis": analysis, "position": place, **note})


def _estimates(pooled: Pooled) -> Iterator[dict[str, object]]:
    for group in (pooled.overall, *pooled.groups):
        for place, estimate in enumerate(group.estimates):
            yield _estimate(group, "main" if place == 0 else "alternative", None, estimate)
    for name, estimate in pooled.sensitivity:
        yield _estimate(pooled.overall, "sensitivity", name, estimate)
    for series in pooled.series:
        for name, estimate in series.rows:
            yield _estimate(pooled.overall, "series", f"{series.id}: {name}", estimate)


def _estimate(group: Group, role: str, sensitivity: str | None, estimate: Estimate) -> dict[str, object]:
    values = estimate.model_dump(exclude={"label", "notes"})
    names = {"group_name": group.name, "group_label": group.label, "role": role, "sensitivity": sensitivity}
    return {**names, **values, "method_label": estimate.label, "notes": as_json(estimate.notes)}


def _study_rows(analysis: str, group: Group) -> Iterator[Row]:
    for place, row in enumerate(group.rows, 1):
        values = row.model_dump(exclude={"group", "result", "control", "marks", "numbers", "columns"})
        if row.control is not None:
            values |= {"control_events": row.control.events, "control_n": row.control.n}
        lists = {"marks": as_json(row.marks), "columns": as_json(row.columns)}
        where = {"analysis": analysis, "group_name": group.name, "position": place}
        yield ("analysis_rows", {**where, "subgroup": row.group, **values, **lists})
        sides = (row.result, row.control.result) if row.control else (row.result,)
        for result in (one for side in sides for one in side.split(SUMMED)):
            yield ("analysis_row_results", {**where, "result": result})


def _notes(pooled: Pooled) -> Iterator[dict[str, str | None]]:
    for text in pooled.overrides:
        yield {"kind": "override", "mark": None, "text": text}
    for text in pooled.warnings:
        yield {"kind": "warning", "mark": None, "text": text}
    for mark, text in pooled.footnotes.items():
        yield {"kind": "footnote", "mark": mark, "text": text}
