"""Studies as rows of the spreadsheet form, and the proof that reading them gives the same studies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mscevidence.errors import RecordError
from mscevidence.model import Study
from mscevidence.records.spreadsheet.cells import CellError, Value, value_of
from mscevidence.records.spreadsheet.columns import COLUMNS, Column, Entity, by_name
from mscevidence.records.spreadsheet.conversions import protected
from mscevidence.records.spreadsheet.gathering import Gatherer, Values
from mscevidence.records.spreadsheet.sheets import Cell, Sheet

Row = dict[str, Value]
"""Cells by column name; blank ones are left out."""


def rows_of(study: Study) -> tuple[Row, ...]:
    """Return the rows of a study: one per result, and one per report or arm that would not be told otherwise.

    Raises:
        RecordError: the study says something that the form has no column for; the hint names the keys.
    """
    rows = tuple(_rows(study))
    again = _gathered(rows)
    if again != study:
        lost = list(_differences(_plain(study), _plain(again) if again else {}))
        shown = ", ".join(lost[:8]) + (f" and {len(lost) - 8} more" if len(lost) > 8 else "")
        message = f"{study.study} does not fit into the spreadsheet form"
        raise RecordError(message, key=lost[0], hint=f"the form has no place for: {shown}")
    return rows


def cell_text(value: Value) -> str:
    """Return a value as a cell of a text file, safe from what spreadsheets do to it."""
    if isinstance(value, list):
        return protected("; ".join(value))
    if isinstance(value, str):
        return protected(value)
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _gathered(rows: Sequence[Row]) -> Study | None:
    gatherer = Gatherer()
    sheet = Sheet("rows", "", {})
    for number, row in enumerate(rows, start=2):
        values: Values = {}
        for name, value in row.items():
            cell = Cell(cell_text(value), number, 1)
            try:
                values[name] = (value_of(cell, by_name()[name]), cell)
            except CellError:
                return None
        gatherer.add(sheet, number, values)
    made = gatherer.studies()
    return made[0] if len(made) == 1 and not gatherer.problems else None


def _plain(study: Study) -> dict[str, Any]:
    return study.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True, mode="json")


def _rows(study: Study) -> Iterator[Row]:
    """Facts stand where their noun is first named; nouns come first where results would change their order."""
    known: set[tuple[str, str]] = set()
    reports, arms = [one.id for one in study.reports], [one.id for one in study.arms]
    if not (
        _in_order(reports, (r.source.report for r in study.results)) and _in_order(arms, (r.arm for r in study.results))
    ):
        for index in range(max(len(reports), len(arms))):
            yield _row(study, known, reports[index : index + 1], arms[index : index + 1], None)
    for number, result in enumerate(study.results):
        yield _row(study, known, [result.source.report], [result.arm], number)


def _in_order(ids: Sequence[str], named: Iterable[str]) -> bool:
    return list(dict.fromkeys(named)) == list(ids)


def _row(study: Study, known: set[tuple[str, str]], reports: list[str], arms: list[str], result: int | None) -> Row:
    row: Row = {
        "study": study.study,
        **({"report": reports[0]} if reports else {}),
        **({"arm": arms[0]} if arms else {}),
    }
    nouns: list[tuple[Entity, str, Any]] = [("study", study.study, study)]
    nouns += [("report", name, study.report(name)) for name in reports]
    nouns += [("arm", name, study.arm(name)) for name in arms]
    nouns += [("result", str(result), study.results[result])] if result is not None else []
    for entity, name, noun in nouns:
        if noun is not None and (entity, name) not in known:
            known.add((entity, name))
            row.update(_cells(entity, noun))
    return {column.name: row[column.name] for column in COLUMNS if column.name in row}


def _cells(entity: Entity, noun: Any) -> Iterator[tuple[str, Value]]:
    plain = noun.model_dump(by_alias=True, exclude_none=True, mode="json")
    for column in COLUMNS:
        value = _inside(plain, column) if column.entity == entity else None
        if value is not None and value != [] and value != _DEFAULTS.get(column.name):
            yield column.name, value


_DEFAULTS = {"report_status": "published", "from": "person"}


def _inside(plain: Any, column: Column) -> Value | None:
    for key in column.path:
        plain = plain.get(key) if isinstance(plain, dict) else None
    return plain if isinstance(plain, str | int | float | list) else None


def _differences(mine: Any, other: Any, place: str = "") -> Iterator[str]:
    """Return the places where two plain values differ, such as ``results.2.parts``."""
    if isinstance(mine, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*mine, *other)):
            yield from _differences(mine.get(key), other.get(key), f"{place}.{key}" if place else key)
    elif isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        for number, (one, two) in enumerate(zip(mine, other, strict=True), start=1):
            yield from _differences(one, two, f"{place}.{number}")
    elif mine != other:
        yield place
