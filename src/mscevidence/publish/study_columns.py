"""Columns that need the whole record of a study, not only the result that an analysis takes from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mscevidence.effects.timing import days_of
from mscevidence.model import Pooled, Study, StudyRow, time_point_text
from mscevidence.publish.completeness import FIELDS, completeness


def with_study_columns(pooled: Pooled, studies: Sequence[Study]) -> Pooled:
    """Return an analysis whose rows also have the columns ``follow-up`` and ``completeness``.

    Follow-up is the latest time at which the study reports any result; completeness the share of the fields of the
    completeness map that it reports.
    """
    shown = {study.study: study for study in studies}
    wanted = [shown[row.study] for row in pooled.overall.rows if row.study in shown]
    if not wanted:
        return pooled
    found = completeness(wanted)
    more = {
        study.study: {
            "completeness": f"{100 * sum(state == 'reported' for state in states) / len(states):.0f}%",
            **_follow_up(study),
        }
        for study, states in zip(wanted, found.states, strict=True)
    }
    return pooled.model_copy(
        update={
            "overall": pooled.overall.model_copy(update={"rows": _filled(pooled.overall.rows, more)}),
            "groups": tuple(one.model_copy(update={"rows": _filled(one.rows, more)}) for one in pooled.groups),
        }
    )


def _filled(rows: Sequence[StudyRow], more: Mapping[str, Mapping[str, str]]) -> tuple[StudyRow, ...]:
    return tuple(row.model_copy(update={"columns": row.columns | dict(more.get(row.study, {}))}) for row in rows)


def _follow_up(study: Study) -> dict[str, str]:
    timed = [(days_of(one.time_point), one.time_point) for one in study.results if one.time_point is not None]
    known = [(days, time_point) for days, time_point in timed if days is not None]
    return {"follow-up": time_point_text(max(known, key=lambda pair: pair[0])[1])} if known else {}


def column_notes(columns: Sequence[str]) -> tuple[str, ...]:
    """Return what those of the columns mean whose headings do not say it."""
    told = {
        "follow-up": "Follow-up: the latest time at which the study reports any result.",
        "completeness": f"Completeness: how many of {len(FIELDS)} fields on patients, cells and outcomes are reported.",
    }
    return tuple(words for name, words in told.items() if name in columns)
