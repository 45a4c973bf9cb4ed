"""Rows as text for a terminal, as CSV that a spreadsheet cannot be tricked by, and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

Form = Literal["table", "csv", "json"]
Row = Mapping[str, object]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render(rows: Sequence[Row], *, form: Form = "table", columns: Sequence[str] | None = None) -> str:
    """Return rows in a form, without a trailing newline.

    `columns` gives names and order (default: those of the first row).
    """
    names = list(columns if columns is not None else (rows[0] if rows else ()))
    if form == "csv":
        return as_csv(rows, names)
    if form == "json":
        return json.dumps([{name: row.get(name) for name in names} for row in rows], ensure_ascii=False, indent=2)
    return as_text(rows, names)


def as_text(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Return an aligned plain-text table; None is shown as an empty cell."""
    from tabulate import tabulate

    cells = [[_plain(row.get(name)) for name in columns] for row in rows]
    numeric = [all(_is_number(line[i]) for line in cells if line[i]) for i in range(len(columns))]
    align = ["right" if right else "left" for right in numeric]
    headers = list(columns)
    if not cells:
        return tabulate([], headers=headers, tablefmt="simple")
    return tabulate(cells, headers=headers, tablefmt="simple", disable_numparse=True, colalign=align)


def as_csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Return CSV with a header line; text cells that a spreadsheet would run as a formula get a leading apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(row.get(name)) for name in columns])
    return out.getvalue().rstrip("\n")


def harmless(value: object) -> object:
    """Return a cell that no spreadsheet runs: text beginning with = + - @ tab or return gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS) and not _is_number(value):
        return "'" + value
    return value


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return " ".join(str(value).split()) if isinstance(value, str) else str(value)


def _is_number(text: str) -> bool:
    try:
        float(text.rstrip("%"))
    except ValueError:
        return False
    return True
