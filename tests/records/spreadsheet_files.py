"""Filled-in forms for the tests: one row, the study it stands for, and files made of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from mscevidence.errors import RecordError
from mscevidence.model import Study
from mscevidence.records import spreadsheet
from mscevidence.records.spreadsheet.sheets import letter

Fields = dict[str, Any]


def moment(*parts: int) -> dt.datetime:
    """Return a moment without time zone, as workbooks store them."""
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


ROW: Fields = {
    "study": "nct01",
    "title": "A trial",
    "condition": "immune-thrombocytopenia",
    "design": "single-arm",
    "report": "r1",
    "report_kind": "article",
    "pmid": "00123",
    "arm": "all",
    "arm_role": "experimental",
    "dose_value": "500000",
    "dose_unit": "cells/kg",
    "treated": "18",
    "outcome": "response",
    "events": "8",
    "n": "18",
    "percent": "44.4",
    "quote": "44.4% (8/18)",
    "by": "AB",
    "on": "2026-11-22",
}

STUDY: Fields = {
    "study": "nct01",
    "title": "A trial",
    "condition": "immune-thrombocytopenia",
    "design": "single-arm",
    "reports": [{"id": "r1", "kind": "article", "pmid": "00123"}],
    "arms": [{"id": "all", "role": "experimental", "dose": {"value": 500000, "unit": "cells/kg"}, "treated": 18}],
    "results": [
        {
            "outcome": "response",
            "arm": "all",
            "events": 8,
            "n": 18,
            "percent": 44.4,
            "source": {"report": "r1", "quote": "44.4% (8/18)"},
            "decision": {"by": "AB", "on": "2026-11-22", "from": "person"},
        }
    ],
}
EXPECTED = Study.model_validate(STUDY)
MORE: Fields = {"outcome": "serious-adverse-event", "events": "0", "n": "18", "quote": "none (0/18)"}


def csv_file(
    folder: Path, rows: Sequence[Mapping[str, Any]], *, delimiter: str = ",", header: Sequence[str] = ()
) -> Path:
    names = list(header or dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    quoted = [[f'"{cell}"' if delimiter in cell or "\n" in cell else cell for cell in line] for line in lines]
    path = folder / "results.csv"
    path.write_text("".join(delimiter.join(line) + "\r\n" for line in quoted), encoding="utf-8", newline="")
    return path


def xlsx_file(folder: Path, rows: Sequence[Mapping[str, Any]], change: Callable[[Any], None] | None = None) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(names)
    for row in rows:
        sheet.append([row.get(name) for name in names])
    if change is not None:
        change(book)
    path = folder / "results.xlsx"
    book.save(path)
    return path


def column_of(name: str, row: Mapping[str, Any] = ROW) -> str:
    return letter(list(row).index(name) + 1)


def only_problem(path: Path) -> RecordError:
    (problem,) = spreadsheet.problems(path)
    return problem
