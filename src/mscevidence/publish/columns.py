"""Columns: what can stand beside a study in a figure or table, and what heads it."""

from __future__ import annotations

from collections.abc import Sequence

from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import Pooled, StudyRow

HEADINGS = {
    "arm": "Arm",
    "condition": "Condition",
    "dose": "Dose",
    "product": "Product",
    "design": "Design",
    "phase": "Phase",
    "follow-up": "Follow-up",
    "time-point": "Time point",
    "reports": "Reports",
    "quote": "Quote",
    "completeness": "Completeness",
}
"""Known columns in the order in which they are listed; others keep their own name."""


def rows_in_order(pooled: Pooled) -> tuple[StudyRow, ...]:
    """Return every row once: those of the subgroups in order, then rows that are in no subgroup."""
    rows = {row.result: row for group in pooled.groups for row in group.rows}
    rows.update({row.result: row for row in pooled.overall.rows if row.result not in rows})
    return tuple(rows.values())


def available_columns(pooled: Pooled) -> tuple[str, ...]:
    """Return the names of the columns that at least one study of an analysis can fill."""
    found = dict.fromkeys(name for row in rows_in_order(pooled) for name in row.columns)
    known = [name for name in HEADINGS if name in found]
    return (*known, *(name for name in found if name not in HEADINGS))


def chosen_columns(pooled: Pooled, names: Sequence[str]) -> tuple[str, ...]:
    """Return the requested columns, each once.

    Raises:
        UnknownTermError: a name of no column.
        SelectionError: a column that no study of the analysis can fill.
    """
    available = available_columns(pooled)
    for name in names:
        if name not in available and name in (*HEADINGS, "rob"):
            hint = f"leave it out; there are: {', '.join(available)}"
            raise SelectionError(f"no study of this analysis has anything for the column {name}", hint=hint)
        if name not in available:
            raise UnknownTermError(name, kind="column", choices=available)
    return tuple(dict.fromkeys(names))


def heading(name: str) -> str:
    """Return what stands above a column."""
    return HEADINGS.get(name, name.replace("-", " ").replace("_", " ").capitalize())
