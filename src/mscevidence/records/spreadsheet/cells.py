"""A cell as the value that its column wants, or a sentence that says why not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from mscevidence import vocabulary
from mscevidence.errors import MscevidenceError, UnknownTermError
from mscevidence.model import NOT_REPORTED
from mscevidence.records.spreadsheet import conversions
from mscevidence.records.spreadsheet.columns import Column
from mscevidence.records.spreadsheet.sheets import Cell
from mscevidence.vocabulary.matching import key

Value = str | int | float | list[str]

AS_TEXT = "format the cell as Text before typing, or put an apostrophe in front: '"
_DATE_SERIALS = range(36_526, 73_051)
_WORDS = frozenset({"text", "id", "list"})
_FREE_TEXT = frozenset({"title", "definition", "derived_steps", "section", "note", "report_note", "condition_detail"})


class CellError(MscevidenceError):
    """What is wrong with a cell, without its place."""


def value_of(cell: Cell, column: Column) -> Value:
    """Return the value of a cell that is not empty.

    Raises:
        CellError: it is not what the column wants.
    """
    if cell.trouble == "formula":
        raise CellError(f"found the formula {cell.shown}", hint="formulas are not run: type the value itself")
    if cell.trouble:
        raise CellError(f"found the spreadsheet error {cell.shown}", hint="type the value itself")
    if isinstance(cell.value, bool):
        raise CellError(f"found {cell.value}", hint="TRUE and FALSE are no values here")
    if column.kind == "day":
        return _day(cell)
    if isinstance(cell.value, dt.date | dt.time | dt.timedelta):
        raise _turned_into_date(cell, column)
    typed = _trimmed(cell.value) if isinstance(cell.value, str) else ""
    text = conversions.unprotected(typed)
    if not (column.name in _FREE_TEXT or (column.kind in _WORDS and (cell.kept or text != typed))):
        _refuse_dates(text, column)
    if column.unreported and key(text) == key(NOT_REPORTED):
        return NOT_REPORTED
    return _READERS[column.kind](cell, text, column)


def _trimmed(text: str) -> str:
    return text.replace("_x000D_", "").replace("\r\n", "\n").strip(" \t\r\n\xa0")


# --- dates ----------------------------------------------------------------------------------------------------------


def _turned_into_date(cell: Cell, column: Column) -> CellError:
    if isinstance(cell.value, dt.time | dt.timedelta):
        typed = str(cell.value).removesuffix(":00").lstrip("0")
        return CellError(
            f"found the time of day {cell.value}", hint=f"{typed} was turned into a time: {AS_TEXT}{typed}"
        )
    day = cell.value if isinstance(cell.value, dt.date) else dt.date.min
    return _date_error(str(cell.value), day, column)


def _refuse_dates(text: str, column: Column) -> None:
    day = conversions.as_date(text)
    if day is not None:
        raise _date_error(text, day, column)


def _date_error(found: str, day: dt.date, column: Column) -> CellError:
    guesses = conversions.fractions(day)
    typed = " or ".join(f"`{guess}`" for guess in guesses)
    if column.kind in {"whole", "percent"} and column.entity == "result":
        events, n = guesses[0].split("/")
        how = f"type events {events} and n {n} in their own cells"
    elif column.kind in {"whole", "number"}:
        how = "format the cell as Text and type the number again"
    else:
        how = AS_TEXT + guesses[0]
    return CellError(f"found the date {found}", hint=f"{typed} was probably turned into a date: {how}")


def _day(cell: Cell) -> str:
    if isinstance(cell.value, dt.datetime):
        return cell.value.date().isoformat()
    if isinstance(cell.value, dt.date):
        return cell.value.isoformat()
    text = conversions.unprotected(_trimmed(str(cell.value)))
    found = conversions.days(text)
    if len(found) == 1:
        return found[0].isoformat()
    if found:
        either = " or ".join(day.isoformat() for day in found)
        raise CellError(f"found {text!r}, which may be {either}", hint="write year, month and day, such as 2026-11-22")
    raise CellError(f"found {text!r}, expected a day", hint="write year, month and day, such as 2026-11-22")


# --- words ----------------------------------------------------------------------------------------------------------


def _text(cell: Cell, text: str, column: Column) -> str:
    if isinstance(cell.value, str):
        if column.kind in {"id", "list"} and conversions.shortened(text):
            raise CellError(
                f"found {text}, a long number that was shortened", hint=f"{AS_TEXT}; then type all digits again"
            )
        return text
    number = float(cell.value) if isinstance(cell.value, int | float) else 0.0
    if cell.percent:
        raise CellError(f"found a percentage that is stored as {number:g}", hint=f"{AS_TEXT}{number * 100:g}%")
    if abs(number) >= 1e15:
        raise CellError(
            f"found {number:g}, a long number that lost its last digits", hint=f"{AS_TEXT}, then all digits"
        )
    return str(int(number)) if number.is_integer() else repr(number)


def _list(cell: Cell, text: str, column: Column) -> list[str]:
    return [part.strip() for part in re.split(r"[;,|\n]", _text(cell, text, column)) if part.strip()]


def _term(cell: Cell, text: str, column: Column) -> str:
    word = _text(cell, text, column)
    try:
        return vocabulary.term(column.vocabulary, word).id
    except UnknownTermError as error:
        hint = f"{error.hint} (`mscevidence terms {column.vocabulary}` lists all)"
        raise CellError(f"{word!r} is not a known {column.vocabulary}", hint=hint) from error


# --- numbers --------------------------------------------------------------------------------------------------------


def _whole(cell: Cell, text: str, column: Column) -> int:
    if re.search(r"\d\s*(?:/|of|:)\s*\d", text):
        raise CellError(f"found {text!r}, expected a whole number", hint="type events and n in their own cells")
    number = _number(cell, text, column)
    if isinstance(number, float) and not number.is_integer():
        raise CellError(f"found {_shown(number)}, expected a whole number", hint="patients and events come whole")
    if int(number) in _DATE_SERIALS:
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(number))
        typed = conversions.fractions(day)[0]
        raise CellError(
            f"found {int(number)}, which spreadsheets use for {day.isoformat()}",
            hint=f"`{typed}` was probably turned into a date: type the two numbers in their own cells",
        )
    return int(number)


def _percent(cell: Cell, text: str, column: Column) -> int | float:
    if text.endswith("%"):
        text = text[:-1].rstrip()
    number = _number(cell, text, column, grouped=False)
    return _tidy(float(number) * 100) if cell.percent else number


def _number(cell: Cell, text: str, column: Column, *, grouped: bool = True) -> int | float:
    if isinstance(cell.value, int | float):
        if cell.percent and column.kind != "percent":
            raise CellError(f"found a percentage that is stored as {cell.value:g}", hint="type the number without %")
        return _tidy(float(cell.value))
    plain = re.sub(r"\s*[x×*]\s*10\^", "e", text)
    if grouped and _may_be_thousands(plain):
        raise CellError(f"found {text!r}, where {plain[-4]} may mark thousands or decimals", hint="write it without")
    plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    if not re.fullmatch(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2})?", plain, flags=re.ASCII):
        wanted = "a whole number" if column.kind == "whole" else "a number"
        also = " or not-reported" if column.unreported else ""
        raise CellError(f"found {text!r}, expected {wanted}{also}", hint="words belong into the column note")
    return _tidy(float(plain))


def _may_be_thousands(text: str) -> bool:
    """Return whether a mark before three digits may divide thousands; 12.345 is taken for a decimal, 12.340 is not."""
    return bool(re.fullmatch(r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3}){2,}|\.\d\d0)", text))


def _tidy(number: float) -> int | float:
    """Return a number without the dust of binary fractions; whole ones as whole."""
    rounded = float(f"{number:.15g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def _shown(number: float) -> str:
    return f"{number:g}"


_READERS: dict[str, Callable[[Cell, str, Column], Value]] = {
    "text": _text,
    "id": _text,
    "list": _list,
    "term": _term,
    "whole": _whole,
    "number": _number,
    "percent": _percent,
}
